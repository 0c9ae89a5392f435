"""Markers of which only the test is reported: a direction, a bound on P, a P or a t."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import MARKER, Card, attach, source_of
from bayes_rsa.defaults import MARKER_SPREAD_SD, SIGNIFICANCE_LEVEL
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_number
from bayes_rsa.models._variables import variable
from bayes_rsa.models.biomarkers._parameters import require_proper, vector
from bayes_rsa.models.biomarkers._report import observe_reports
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial, chosen_reports

Tensor = Any

FACTOR = "common_factor"


def direction_only(
    trial: Trial,
    *,
    effect: Prior,
    markers: Sequence[str] | None = None,
    n: tuple[int, int] | None = None,
    reported_because_significant: bool = False,
    level: float = SIGNIFICANCE_LEVEL,
    correlation: float = 0.0,
) -> pm.Model:
    r"""Standardised differences of markers from what is reported of their t tests.

    .. math::
        d_j \sim \texttt{effect}, \qquad
        T_j = \frac{Z_j + \lambda_j d_j}{U_j}, \quad Z_j \sim N(0, 1), \quad
        \nu_j U_j^2 \sim \chi^2_{\nu_j}, \qquad
        \lambda_j = \sqrt{\frac{n_{1j} n_{0j}}{n_{1j} + n_{0j}}}, \quad \nu_j = n_{1j} + n_{0j} - 2

    "P < 0.05, lower" says :math:`T_j < -t_{0.975,\nu_j}`, and that event's probability is the
    likelihood; "not significant" and a significant difference of unstated direction are events,
    too; a P or a t given exactly has the density of :math:`T_j`.

    Parameters
    ----------
    trial
        A trial whose biomarkers are reported by a direction, a test, or means and SDs (which give
        the pooled t).
    effect
        Prior on each standardised difference: treatment minus control, over the SD common to both
        arms; negative is lower on treatment. There is no default.
    markers
        Names of the markers; all of the trial by default. A ratio is refused beside both of its
        parts.
    n
        Patients per arm with the marker, treatment first; the trial's own arms by default.
    reported_because_significant
        Whether the markers are shown only because they are significant: then each likelihood is
        divided by the probability of a significant result in either direction.
    level
        Two-sided level at which they were selected, if they were.
    correlation
        Correlation of any two markers within a patient and arm, at least 0: the :math:`Z_j` share a
        common factor. That of the :math:`U_j` is neglected (it is of the order of its square over
        :math:`\nu`).

    Returns
    -------
    pm.Model
        Free: ``effect`` (marker), and ``common_factor`` if there is a correlation. Observed:
        ``marker_report`` (marker).

    Notes
    -----
    Assumes a two-sided Student t test of a normal marker with one SD in both arms, in the patients
    of ``n``. The likelihood of a significant difference tends to 1 for large differences: the size
    is the prior's, and only the direction is the data's. "Much lower" has no likelihood.

    References
    ----------
    Held L, Ott M. On p-values and Bayes factors. Annu Rev Stat Appl 2018;5:393-419.
    doi:10.1146/annurev-statistics-031017-100307

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> trial = rsa.load_trial("tacrolimus-rsa-2023")
    >>> model = models.biomarkers.direction_only(trial, effect=rsa.Prior.normal(0, 1))
    >>> [str(name) for name in model.coords["marker"]]
    ['IL-33', 'ST2', 'Th1/Th2 ratio']
    """
    selected = level if reported_because_significant else None
    names, reports = chosen_reports(trial, markers, n, selected)
    rho = _correlation(correlation, len(names), reported_because_significant)
    model = pm.Model(coords={MARKER: names})
    with model:
        d = vector("effect", effect, MARKER)
        priors = {"effect": effect} | _factor(rho)
        observe_reports(d, reports, selection_level=selected, factor=_loading(rho))
    return attach(
        model,
        _card("direction_only", trial, names, priors, interest=("effect",), source=direction_only),
    )


def hierarchical_direction_only(
    trial: Trial,
    *,
    mean: Prior,
    spread: Prior | None = None,
    markers: Sequence[str] | None = None,
    n: tuple[int, int] | None = None,
    reported_because_significant: bool = False,
    level: float = SIGNIFICANCE_LEVEL,
    correlation: float = 0.0,
) -> pm.Model:
    r"""The standardised differences of several markers, drawn from one distribution.

    .. math::
        d_j = \mu + \tau \eta_j, \qquad \eta_j \sim N(0, 1), \qquad
        \mu \sim \texttt{mean}, \quad \tau \sim \texttt{spread}

    with the likelihood of :func:`direction_only`.

    Parameters
    ----------
    trial, markers, n, reported_because_significant, level, correlation
        As in :func:`direction_only`; at least two markers.
    mean
        Prior on the mean of the standardised differences.
    spread
        Prior on their SD, support on positive values; ``half_normal(0.5)`` by default. With few
        markers its posterior is its prior: show both.

    Returns
    -------
    pm.Model
        Free: ``mean``, ``spread``, ``offset`` (marker; the :math:`\eta_j`), and ``common_factor``
        if there is a correlation. Deterministic: ``effect`` (marker). Observed: ``marker_report``
        (marker).

    Notes
    -----
    Assumes that nothing known beforehand tells one marker from another. A correlation within
    patients and a spread between markers are different things: the first makes the reports repeat
    each other, the second lets the differences differ.

    References
    ----------
    Gelman A. Prior distributions for variance parameters in hierarchical models. Bayesian Anal
    2006;1:515-534. doi:10.1214/06-BA117A

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> trial = rsa.load_trial("tacrolimus-rsa-2023")
    >>> model = models.biomarkers.hierarchical_direction_only(trial, mean=rsa.Prior.normal(0, 1))
    >>> sorted(v.name for v in model.free_RVs)
    ['mean', 'offset', 'spread']
    """
    spread = Prior.half_normal(MARKER_SPREAD_SD) if spread is None else spread
    for name, prior in (("mean", mean), ("spread", spread)):
        require_proper(name, prior)
    if spread.support[0] < 0:
        raise InputError(
            "spread", str(spread), "an SD is positive", "use half_normal(0.5) or another such prior"
        )
    selected = level if reported_because_significant else None
    names, reports = chosen_reports(trial, markers, n, selected)
    if len(names) < 2:
        raise InputError(
            "markers", names, "a distribution of effects needs two markers", "use direction_only"
        )
    rho = _correlation(correlation, len(names), reported_because_significant)
    priors = {"mean": mean, "spread": spread, "offset": Prior.normal(0.0, 1.0)}
    model = pm.Model(coords={MARKER: names})
    with model:
        centre, tau = variable("mean", mean), variable("spread", spread)
        offset = vector("offset", priors["offset"], MARKER)
        d = pm.Deterministic("effect", centre + tau * offset, dims=MARKER)
        priors |= _factor(rho)
        observe_reports(d, reports, selection_level=selected, factor=_loading(rho))
    return attach(
        model,
        _card(
            "hierarchical_direction_only",
            trial,
            names,
            priors,
            interest=("effect", "mean"),
            source=hierarchical_direction_only,
        ),
    )


def _correlation(correlation: float, count: int, selected: bool) -> float:
    rule = "of markers reported by direction it is at least 0 and below 1"
    rho = check_number("correlation", correlation, below=1, remedy="use 0, 0.5 or 0.9")
    if rho < 0:
        raise InputError("correlation", correlation, rule, "use 0, 0.5 or 0.9")
    if rho and selected:
        raise InputError(
            "correlation",
            correlation,
            "with selection by significance the markers are modelled one by one",
            "leave out the correlation, or the selection",
        )
    if rho and count < 2:
        raise InputError(
            "correlation", correlation, "one marker correlates with nothing", "leave it out"
        )
    return rho


def _factor(rho: float) -> dict[str, Prior]:
    """The prior of the common factor, added to the model on the stack, if there is one."""
    if not rho:
        return {}
    pm.Data("correlation", np.float64(rho))
    prior = Prior.normal(0.0, 1.0)
    variable(FACTOR, prior)
    return {FACTOR: prior}


def _loading(rho: float) -> tuple[Tensor, Tensor] | None:
    """What the factor adds to every Z, and the SD of what is left."""
    if not rho:
        return None
    model = pm.modelcontext(None)
    share = model["correlation"]
    return pt.sqrt(share) * model[FACTOR], pt.sqrt(1 - share)


def _card(
    name: str,
    trial: Trial,
    names: tuple[str, ...],
    priors: dict[str, Prior],
    *,
    interest: tuple[str, ...],
    source: Any,
) -> Card:
    return Card(
        name,
        trial,
        priors,
        interest,
        tuple(p for p in priors if p not in interest),
        observed=("marker_report",),
        arms=False,
        markers=names,
        source=source_of(source),
    )
