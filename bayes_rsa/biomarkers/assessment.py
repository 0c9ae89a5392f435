"""Each biomarker of a trial under priors of several scales, by quadrature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bayes_rsa.biomarkers.identification import size_identified
from bayes_rsa.biomarkers.record import MarkerAssessment, UnderPrior
from bayes_rsa.defaults import INTERVAL, MARKER_PRIOR_SDS, MARKER_SIZES, SIGNIFICANCE_LEVEL
from bayes_rsa.errors import InputError
from bayes_rsa.exact import MarkerPosterior
from bayes_rsa.exact.biomarkers import standardised_difference
from bayes_rsa.fields import check_number, suggestion
from bayes_rsa.priors import Prior, archetypes
from bayes_rsa.trial import (
    Biomarker,
    DirectionOnly,
    ExactTest,
    MedianQuartiles,
    PatientLevel,
    Trial,
    marker_arms,
    t_report,
)

__all__ = ["assess", "field_priors"]


def field_priors() -> tuple[Prior, ...]:
    """Priors on a standardised difference from meta-analyses of the field, the nearest first."""
    return tuple(archetypes("standardised_mean_difference").values())


def assess(
    trial: Trial,
    *,
    sds: Sequence[float] = MARKER_PRIOR_SDS,
    markers: Sequence[str] | None = None,
    n: tuple[int, int] | None = None,
    reported_because_significant: bool = False,
    level: float = SIGNIFICANCE_LEVEL,
) -> tuple[MarkerAssessment, ...]:
    """What is known about each marker, one by one: nothing is counted twice.

    Parameters
    ----------
    trial
        A trial with biomarkers.
    sds
        SDs of the normal priors (mean 0) on the standardised difference, at least a factor 2 apart.
    markers
        Names of the markers; all by default.
    n
        Patients per arm with the marker, where the report does not say; all by default.
    reported_because_significant, level
        As in ``bayes_rsa.models.biomarkers.direction_only``; for markers reported by a test.

    Returns
    -------
    tuple
        One :class:`MarkerAssessment` for each marker; beside the normal priors it holds those of
        :func:`field_priors`.

    Raises
    ------
    InputError
        If there is no such marker, or a report cannot be read.
    """
    widths = [check_number("sds", sd, above=0, remedy="use 0.5, 1 and 2") for sd in sds]
    known = {marker.name: marker for marker in trial.biomarkers}
    chosen = tuple(known) if markers is None else tuple(markers)
    if not chosen:
        raise InputError("trial.biomarkers", [], "no biomarker is reported", "add [[biomarkers]]")
    for name in chosen:
        if name not in known:
            raise InputError("markers", name, "there is no such biomarker", suggestion(name, known))
    return tuple(
        _assess_one(trial, known[name], widths, n, reported_because_significant, level)
        for name in chosen
    )


def _assess_one(
    trial: Trial,
    marker: Biomarker,
    sds: Sequence[float],
    n: tuple[int, int] | None,
    selected: bool,
    level: float,
) -> MarkerAssessment:
    finding = marker.finding
    if isinstance(finding, PatientLevel):
        return MarkerAssessment(marker.name, finding.kind, "not stated", None, (), None)
    by_test = isinstance(finding, DirectionOnly | ExactTest)
    direction, sizes = _direction(marker, trial, n)

    def under(prior: Prior) -> UnderPrior:
        posterior = standardised_difference(
            trial,
            marker=marker.name,
            effect=prior,
            n=n,
            reported_because_significant=selected and by_test,
            level=level,
        )
        return _under(posterior, direction)

    wide = tuple(under(Prior.normal(0.0, sd)) for sd in sorted(set(sds)))
    rule = size_identified([(u.sd, u.mean_size) for u in wide])
    return MarkerAssessment(
        marker.name,
        finding.kind,
        direction,
        sizes,
        wide,
        rule,
        selected and by_test,
        tuple(under(prior) for prior in field_priors()),
    )


def _direction(
    marker: Biomarker, trial: Trial, n: tuple[int, int] | None
) -> tuple[str, tuple[int, int]]:
    """The direction of a report, and the patients it is read with."""
    finding = marker.finding
    if isinstance(finding, DirectionOnly | ExactTest):
        return finding.direction, marker_arms(trial, n)
    if isinstance(finding, MedianQuartiles):
        sizes = (finding.treatment.n, finding.control.n)
        shift = finding.treatment.median - finding.control.median
    else:
        report = t_report(marker, (2, 2))
        sizes, shift = report.n, report.value
    return ("lower" if shift < 0 else "higher" if shift > 0 else "not stated"), sizes


def _under(posterior: MarkerPosterior, direction: str) -> UnderPrior:
    sign = -1.0 if direction == "lower" else 1.0
    mean, spread = posterior.moments
    assert mean is not None
    assert spread is not None
    low, high = sorted(sign * q for q in posterior.interval(INTERVAL))
    lower = posterior.probability(upper=0.0)

    def towards(size: float) -> float:
        if sign < 0:
            return posterior.probability(upper=-size)
        return posterior.probability(lower=size)

    return UnderPrior(
        prior=str(posterior.prior),
        sd=posterior.prior.sd,
        label=posterior.prior.label,
        mean=sign * mean,
        posterior_sd=spread,
        median=sign * posterior.quantile(0.5),
        interval=(low, high),
        p_lower=lower,
        p_direction=towards(0.0),
        p_d_above={f"{size:g}": towards(size) for size in MARKER_SIZES},
        p_size_above={f"{size:g}": posterior.beyond(size) for size in MARKER_SIZES},
        mean_size=posterior.expectation(np.abs),
    )
