"""Markers known patient by patient, before and after treatment."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pymc as pm

from bayes_rsa.contract import MARKER, Card, attach, source_of
from bayes_rsa.defaults import (
    MARKER_CORRELATION_SHAPE,
    MARKER_RESIDUAL_DF,
    MARKER_SPREAD_SD,
)
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_number
from bayes_rsa.models._variables import variable
from bayes_rsa.models.biomarkers._correlation import (
    correlation_factor,
    partial_correlation_priors,
)
from bayes_rsa.models.biomarkers._parameters import require_proper, vector
from bayes_rsa.models.biomarkers._patient_data import PatientData
from bayes_rsa.models.biomarkers._patient_law import PatientLaw
from bayes_rsa.models.biomarkers._pooling import pooled
from bayes_rsa.patients import TIMES, MarkerTable, require_simulated_label
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

Tensor = Any

_POSITIVE: Final = ("residual_scale", "baseline_sd", "spread")
_LEVEL: Final = Prior.normal(0.0, 1.0)
_SLOPE: Final = Prior.normal(0.5, 0.5)
_SCALE: Final = Prior.half_normal(1.0)
_STANDARD: Final = Prior.normal(0.0, 1.0)


def patient_level(
    trial: Trial,
    data: Any,
    *,
    effect: Prior | None = None,
    mean: Prior | None = None,
    spread: Prior | None = None,
    level: Prior = _LEVEL,
    slope: Prior = _SLOPE,
    residual_scale: Prior = _SCALE,
    baseline_mean: Prior = _LEVEL,
    baseline_sd: Prior = _SCALE,
    df: float = MARKER_RESIDUAL_DF,
    correlation_shape: float = MARKER_CORRELATION_SHAPE,
    replicable: bool = False,
) -> pm.Model:
    r"""Geometric mean ratios of several markers, by analysis of covariance on the log scale.

    With :math:`x_{ij}` and :math:`y_{ij}` the natural logs of marker j in patient i at baseline and
    follow-up, and :math:`z_i` = 1 in the treatment arm, else 0:

    .. math::
        x_{ij} \sim N(m_j, s_j^2), \qquad
        y_{ij} = \alpha_j + \delta_j z_i + \gamma_j (x_{ij} - m_j) + \sigma_j \varepsilon_{ij},
        \qquad \varepsilon_i \sim t_\nu(0, R), \quad R \sim \text{LKJ}(\eta)

        \delta_j = \mu + \tau \eta_j, \qquad \eta_j \sim N(0, 1), \qquad
        \mu \sim \texttt{mean}, \quad \tau \sim \texttt{spread}

    :math:`\exp \delta_j` is the ratio of geometric means at follow-up, treatment over control,
    among patients with equal baselines. A value below its limit of quantification enters as that
    fact; a missing one is integrated out.

    Parameters
    ----------
    trial
        The trial; one of simulated patients says so in its name.
    data
        A pandas ``DataFrame`` in long form, or a :class:`bayes_rsa.patients.MarkerTable`, which
        documents the columns.
    effect
        Prior on each :math:`\delta_j` (log ratio), independent between markers. Give either this
        or ``mean``: there is no default.
    mean, spread
        Priors on :math:`\mu` (log ratio) and on :math:`\tau`, support on positive values
        (``half_normal(0.5)`` by default): partial pooling between at least two markers.
    level, baseline_mean
        Priors on :math:`\alpha_j`, the mean log follow-up on control at the mean baseline, and on
        :math:`m_j`; both relative to the log of the geometric mean of the quantified baselines.
    slope
        Prior on :math:`\gamma_j`: 0 where the baseline says nothing, 1 where it carries over whole.
    residual_scale, baseline_sd
        Priors on :math:`\sigma_j` and :math:`s_j` (log units), support on positive values.
    df
        :math:`\nu`, degrees of freedom of the residuals, above 2: a number to be varied; 100 is
        nearly normal.
    correlation_shape
        :math:`\eta`, at least 1: 1 is uniform over correlation matrices, more draws to none.
    replicable
        Whether there are latent numbers for every value that could fall below its limit, not only
        for those that do: what simulates other patients needs them, a fit does not.

    Returns
    -------
    pm.Model
        Free: ``mean``, ``spread`` and ``offset`` (marker; the :math:`\eta_j`), or ``effect``
        (marker); ``level``, ``slope``, ``residual_scale``, ``baseline_mean``, ``baseline_sd``
        (marker); ``partial_correlation_k`` on (0, 1); where something is hidden, ``hidden``
        (hidden_value) and ``patient_variance`` (open_patient). Deterministic: ``effect`` (marker)
        where pooled, ``correlation`` (pair). Observed: ``marker_report`` (patient,
        marker, time), natural logs relative to ``log_unit`` (marker).

    Raises
    ------
    InputError
        If the data are not as documented, a prior does not fit its parameter, or simulated patients
        come under the name of a trial that is not called simulated.

    Notes
    -----
    Assumes randomised arms; values missing for reasons that the arm, the baselines and the other
    markers tell; limits that do not depend on the value; one spread and one slope in both arms. The
    baseline's own distribution matters only where a baseline is missing or below its limit; such a
    baseline is guessed from the marker's own distribution and from its follow-up. One
    heavy tail is shared by all markers of a patient. Pooling says that nothing known beforehand
    tells the log ratio of one marker from another's. A marker measured only in those who are still
    pregnant, or chosen because it was high at baseline, is another matter: see the documentation.

    References
    ----------
    Lange KL, Little RJA, Taylor JMG. Robust statistical modeling using the t distribution. J Am
    Stat Assoc 1989;84:881-896. doi:10.1080/01621459.1989.10478852

    Lewandowski D, Kurowicka D, Joe H. Generating random correlation matrices based on vines and
    extended onion method. J Multivar Anal 2009;100:1989-2001. doi:10.1016/j.jmva.2009.04.008

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> from bayes_rsa.simulation import simulate_markers
    >>> simulated = simulate_markers(ratios={"IL-33": 0.7, "ST2": 0.8}, n=(20, 20), seed=1)
    >>> model = models.biomarkers.patient_level(
    ...     simulated.trial, simulated.data, mean=rsa.Prior.normal(0, 0.5)
    ... )
    >>> sorted(v.name for v in model.deterministics)
    ['correlation', 'effect']
    """
    table = MarkerTable.of(data)
    require_simulated_label(trial, table.simulated)
    names, count = table.markers, len(table.markers)
    shared = {
        "level": level,
        "slope": slope,
        "residual_scale": residual_scale,
        "baseline_mean": baseline_mean,
        "baseline_sd": baseline_sd,
    }
    effects = _effect_priors(effect, mean, spread, count)
    for name, prior in {**shared, **effects}.items():
        require_proper(name, prior)
        if name in _POSITIVE and prior.support[0] < 0:
            raise InputError(name, str(prior), "it is positive", "use half_normal(1)")
    df = check_number("df", df, above=2, remedy="use 5, or 100 for nearly normal residuals")
    shape = check_number("correlation_shape", correlation_shape, remedy="use 2")
    if shape < 1:
        raise InputError("correlation_shape", shape, "it is at least 1", "use 2")
    partial = partial_correlation_priors(count, shape)
    arrays = PatientData.of(table, every=replicable)
    latent = arrays.latent_priors(df)
    model = pm.Model(
        coords={
            MARKER: names,
            "patient": table.patients,
            "time": TIMES,
            **arrays.coords(),
        }
    )
    with model:
        delta = _effects(effects, arrays.rough_error)
        free = {name: vector(name, prior, MARKER) for name, prior in shared.items()}
        factor = correlation_factor(count, partial)
        _expose_correlation(factor, names)
        pm.Data("log_unit", arrays.log_unit, dims=MARKER)
        law = PatientLaw(count, arrays.limited, bool(latent))
        cells = ("patient", MARKER, "time")
        values = {
            "treated": pm.Data("treated", arrays.treated, dims="patient"),
            "effect": delta,
            **free,
            "factor": factor,
            "recorded": pm.Data("recorded", arrays.recorded, dims=cells),
            "df": pm.Data("residual_df", np.float64(df)),
        }
        if arrays.limited:
            values["limit"] = pm.Data("log_limit", arrays.log_limit, dims=cells)
        if latent:
            values["hidden"], values["variance"] = arrays.latent_values(latent)
            values["open"] = pm.Data("is_open", arrays.is_open, dims="patient")
        pm.CustomDist(
            "marker_report",
            *(values[name] for name in law.parameters),
            logp=law.logp,
            random=law.random,
            signature=law.signature,
            class_name="PatientReport",
            observed=pm.Data("report", arrays.report, dims=cells),
            dims=cells,
        )
    priors = {**effects, **shared, **partial, **latent}
    generative = replicable or not arrays.limited
    return attach(
        model,
        Card(
            "patient_level",
            trial,
            priors,
            ("effect", "mean") if mean is not None else ("effect",),
            (
                *(name for name in priors if name not in {"effect", "mean", *latent}),
                *(("correlation",) if count > 1 else ()),
            ),
            observed=("marker_report",),
            arms=False,
            generative=generative,
            why_not_generative=""
            if generative
            else "a simulated value may fall below its limit where this model has no latent number "
            "for it; build it with replicable=True",
            markers=names,
            latent=tuple(latent),
            source=source_of(patient_level),
        ),
    )


def _effect_priors(
    effect: Prior | None, mean: Prior | None, spread: Prior | None, count: int
) -> dict[str, Prior]:
    if (effect is None) == (mean is None):
        raise InputError(
            "effect" if effect is None else "mean",
            MISSING if effect is None else str(mean),
            "the log ratios have a prior each (effect), or are pooled (mean)",
            "give one of the two: mean=Prior.normal(0, 0.5)",
        )
    if mean is None:
        assert effect is not None
        if spread is not None:
            raise InputError(
                "spread", str(spread), "it belongs to pooled effects", "give mean, or leave it out"
            )
        return {"effect": effect}
    if count < 2:
        raise InputError(
            "mean", str(mean), "one marker has nothing to be pooled with", "give effect instead"
        )
    return {
        "mean": mean,
        "spread": Prior.half_normal(MARKER_SPREAD_SD) if spread is None else spread,
        "offset": _STANDARD,
    }


def _expose_correlation(factor: Tensor, names: tuple[str, ...]) -> None:
    """Add the correlation of each pair of markers."""
    rows, columns = np.tril_indices(len(names), -1)
    if not len(rows):
        return
    pairs = [f"{names[k]} and {names[j]}" for j, k in zip(rows, columns, strict=True)]
    pm.modelcontext(None).add_coord("pair", pairs)
    pm.Deterministic("correlation", (factor @ factor.T)[rows, columns], dims="pair")


def _effects(priors: dict[str, Prior], error: Any) -> Tensor:
    """The log ratios over the markers, in the model on the stack."""
    if "effect" in priors:
        return vector("effect", priors["effect"], MARKER)
    centre, tau = variable("mean", priors["mean"]), variable("spread", priors["spread"])
    delta = pooled("offset", priors["offset"], mean=centre, spread=tau, error=error, dim=MARKER)
    return pm.Deterministic("effect", delta, dims=MARKER)
