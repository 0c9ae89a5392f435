"""How much of the effect on the outcome goes through a biomarker: patient-level data only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import MARKER, Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_number
from bayes_rsa.models._mediation_law import event_chance, outcome_logp, outcome_random
from bayes_rsa.models._variables import variable
from bayes_rsa.models.biomarkers._parameters import require_proper, vector
from bayes_rsa.patients import OutcomeTable, require_simulated_label
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

Tensor = Any

EFFECTS: Final = ("natural_direct_effect", "natural_indirect_effect", "total_effect")
NODES: Final = 40
"""Gauss–Hermite nodes of the biomarker's error in the g-formula."""

_LEVEL: Final = Prior.normal(0.0, 1.0)
_SCALE: Final = Prior.half_normal(1.0)
_LOG_ODDS: Final = Prior.normal(0.0, 1.5)


def mediation(
    trial: Trial,
    data: Any = None,
    *,
    mediator: str,
    mediator_effect: Prior,
    direct_log_odds: Prior,
    mediator_log_odds: Prior,
    interaction: Prior | None = None,
    covariates: Sequence[str] = (),
    mediator_level: Prior = _LEVEL,
    mediator_scale: Prior = _SCALE,
    outcome_level: Prior = _LOG_ODDS,
    mediator_covariates: Prior = _LEVEL,
    outcome_covariates: Prior = _LEVEL,
    rho: float | None = None,
) -> pm.Model:
    r"""Natural direct and indirect effects through a biomarker, on the risk-difference scale.

    With :math:`M_i` the natural log of the biomarker at follow-up, relative to its mean over the
    patients, :math:`x_i` standardised baseline covariates, and :math:`z_i` = 1 in the treatment
    arm, else 0:

    .. math::
        M_i = a_0 + a_1 z_i + a_2^\top x_i + \sigma e_i, \quad e_i \sim N(0, 1), \qquad
        \operatorname{logit}\Pr(Y_i = 1) = b_0 + b_1 z_i + b_2 M_i + b_3 z_i M_i + b_4^\top x_i

        \text{NDE} = E[Y(1, M(0))] - E[Y(0, M(0))], \qquad
        \text{NIE} = E[Y(1, M(1))] - E[Y(1, M(0))]

    by the g-formula: the mean over the biomarker's error (quadrature) and over the patients. Their
    sum is the total effect.

    Parameters
    ----------
    trial
        The trial; one of simulated patients says so in its name.
    data
        A pandas ``DataFrame`` with one row per patient, or a
        :class:`bayes_rsa.patients.OutcomeTable`, which documents the columns. Without it the model
        refuses, and says why.
    mediator
        Name of the biomarker's column.
    mediator_effect
        Prior on :math:`a_1`, the log ratio of geometric means. There is no default.
    direct_log_odds, mediator_log_odds
        Priors on :math:`b_1` (log odds ratio at the mean log biomarker) and on :math:`b_2` (log
        odds ratio for one log unit of the biomarker). There is no default.
    interaction
        Prior on :math:`b_3`; None for no interaction of treatment and biomarker.
    covariates
        Columns of baseline covariates: common causes of biomarker and outcome belong here.
    mediator_level, mediator_scale
        Priors on :math:`a_0`, and on :math:`\sigma`, support on positive values.
    outcome_level
        Prior on :math:`b_0`.
    mediator_covariates, outcome_covariates
        Priors on each element of :math:`a_2` and :math:`b_4`, per SD of the covariate.
    rho
        Correlation of :math:`e_i` and the outcome's latent error, made by an unmeasured common
        cause, in (-1, 1). The data say nothing about it: vary it. None leaves it out.

    Returns
    -------
    pm.Model
        Free: the parameters above, by keyword. Deterministic: ``natural_direct_effect``,
        ``natural_indirect_effect``, ``total_effect`` (risk differences, treatment minus control),
        ``risk_treatment``, ``risk_control``. Observed: ``mediator``, ``outcome`` (patient).

    Raises
    ------
    InputError
        If there are no patient-level data, or they are not as documented.

    Notes
    -----
    The effects are causal only if, besides randomisation, nothing unmeasured causes both biomarker
    and outcome (which randomising the treatment does not secure), nothing that the treatment causes
    does so, and every value of the biomarker can occur in either arm. A biomarker measured after a
    loss is no mediator. ``bayes_rsa.mediation.ASSUMPTIONS`` states them.

    References
    ----------
    Imai K, Keele L, Tingley D. A general approach to causal mediation analysis. Psychol Methods
    2010;15:309-334. doi:10.1037/a0020761

    VanderWeele TJ. Mediation analysis: a practitioner's guide. Annu Rev Public Health
    2016;37:17-32. doi:10.1146/annurev-publhealth-032315-021402

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> from bayes_rsa.simulation import simulate_mediation
    >>> simulated = simulate_mediation(n=(30, 30), seed=1)
    >>> one = rsa.Prior.normal(0, 1)
    >>> model = models.mediation(
    ...     simulated.trial,
    ...     simulated.data,
    ...     mediator="biomarker",
    ...     mediator_effect=one,
    ...     direct_log_odds=one,
    ...     mediator_log_odds=one,
    ... )
    >>> len(model.free_RVs)
    6
    """
    table = OutcomeTable.of(_patients(trial, data, mediator), mediator, covariates)
    require_simulated_label(trial, table.simulated)
    priors = {
        "mediator_level": mediator_level,
        "mediator_effect": mediator_effect,
        "mediator_scale": mediator_scale,
        "outcome_level": outcome_level,
        "direct_log_odds": direct_log_odds,
        "mediator_log_odds": mediator_log_odds,
    }
    if interaction is not None:
        priors["interaction"] = interaction
    vectors = {}
    if table.covariates:
        vectors = {
            "mediator_covariates": mediator_covariates,
            "outcome_covariates": outcome_covariates,
        }
    for name, prior in {**priors, **vectors}.items():
        require_proper(name, prior)
    if mediator_scale.support[0] < 0:
        raise InputError(
            "mediator_scale", str(mediator_scale), "an SD is positive", "use half_normal(1)"
        )
    log_value = np.log(table.value)
    mean, sd = (f(table.covariate, axis=0) for f in (np.mean, np.std))
    coords = {MARKER: (table.mediator,), "patient": table.patients}
    if table.covariates:
        coords["covariate"] = table.covariates
    with (model := pm.Model(coords=coords)):
        free = {name: variable(name, prior) for name, prior in priors.items()}
        free |= {name: vector(name, prior, "covariate") for name, prior in vectors.items()}
        x = None
        if table.covariates:
            x = pm.Data("covariates", (table.covariate - mean) / sd, dims=("patient", "covariate"))
        pm.Data("log_unit", np.float64(log_value.mean()))
        z = pm.Data("treated", table.treated.astype(float), dims="patient")
        confounding = None if rho is None else pm.Data("rho", _correlation(rho))
        values = pm.Data("mediator_value", log_value - log_value.mean(), dims="patient")
        centre = _mediator_mean(free, z, x)
        seen = pm.Normal(
            "mediator", centre, free["mediator_scale"], observed=values, dims="patient"
        )
        error = (seen - centre) / free["mediator_scale"]
        beside = () if confounding is None else (error, confounding)
        pm.CustomDist(
            "outcome",
            _log_odds(free, z, seen, x),
            *beside,
            logp=outcome_logp,
            random=outcome_random,
            signature=",".join(["()"] * (1 + len(beside))) + "->()",
            class_name="Outcome",
            observed=pm.Data("outcome_value", table.outcome, dims="patient"),
            dims="patient",
        )
        _expose(free, x, confounding)
    everything = {**priors, **vectors}
    return attach(
        model,
        Card(
            "mediation",
            trial,
            everything,
            EFFECTS,
            (*everything, "risk_treatment", "risk_control"),
            observed=("mediator", "outcome"),
            arms=False,
            markers=(table.mediator,),
            outcomes=True,
            source=source_of(mediation),
        ),
    )


def _patients(trial: Trial, data: Any, mediator: str) -> Any:
    """The data, unless there are summaries only."""
    columns = {str(c).lower() for c in getattr(data, "columns", ())}
    if data is not None and not ({"mean", "sd"} <= columns or {"events", "n"} <= columns):
        return data
    known = {marker.name: marker.finding.kind for marker in trial.biomarkers}
    reported = known.get(mediator, "summaries")
    raise InputError(
        "data",
        MISSING if data is None else sorted(columns),
        f"mediation through {mediator} cannot be estimated from summaries ({reported}): they say "
        "how the biomarker and the outcome differ between the arms, and nothing about how they go "
        "together within an arm, so that an indirect effect of zero and one of any size fit them "
        "equally well",
        "give each patient's arm, biomarker and outcome in a DataFrame, or report the biomarker "
        "and the outcome side by side",
    )


def _correlation(rho: float) -> Any:
    number = check_number("rho", rho, above=-1, below=1, remedy="use values such as -0.3, 0, 0.3")
    return np.float64(number)


def _mediator_mean(free: dict[str, Tensor], z: Tensor, x: Tensor | None) -> Tensor:
    centre = free["mediator_level"] + free["mediator_effect"] * z
    return centre if x is None else centre + x @ free["mediator_covariates"]


def _log_odds(free: dict[str, Tensor], z: Tensor, m: Tensor, x: Tensor | None) -> Tensor:
    slope = free["mediator_log_odds"]
    if "interaction" in free:
        slope = slope + free["interaction"] * z
    log_odds = free["outcome_level"] + free["direct_log_odds"] * z + slope * m
    return log_odds if x is None else log_odds + _row(x @ free["outcome_covariates"], m)


def _row(term: Tensor, m: Tensor) -> Tensor:
    return term if m.ndim == 1 else term[:, None]


def _expose(free: dict[str, Tensor], x: Tensor | None, rho: Tensor | None) -> None:
    """Add the natural effects and the risks, by the g-formula, to the model on the stack."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()

    def risk(outcome_arm: float, mediator_arm: float) -> Tensor:
        """E[Y(z, M(z'))]."""
        centre = _mediator_mean(free, pt.constant(mediator_arm), x)
        m = pt.atleast_1d(centre)[:, None] + free["mediator_scale"] * nodes
        log_odds = _log_odds(free, pt.constant(outcome_arm), m, x)
        return (event_chance(log_odds, nodes, rho) @ weights).mean()

    both, crossed, none = risk(1.0, 1.0), risk(1.0, 0.0), risk(0.0, 0.0)
    pm.Deterministic("natural_direct_effect", crossed - none)
    pm.Deterministic("natural_indirect_effect", both - crossed)
    pm.Deterministic("total_effect", both - none)
    pm.Deterministic("risk_treatment", both)
    pm.Deterministic("risk_control", none)
