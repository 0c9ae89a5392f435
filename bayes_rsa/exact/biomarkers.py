"""Biomarkers by quadrature: what ``models.biomarkers`` samples, with one parameter left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa.defaults import SIGNIFICANCE_LEVEL
from bayes_rsa.errors import InputError
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.marker_joint import JointMarkers, joint_direction
from bayes_rsa.exact.marker_posterior import LogLikelihood, MarkerPosterior
from bayes_rsa.exact.noncentral_t import log_likelihood
from bayes_rsa.exact.quartile_likelihood import location_log_likelihood, quartile_log_likelihood
from bayes_rsa.exact.rows import Indices, integrate
from bayes_rsa.priors import Prior
from bayes_rsa.trial import (
    Biomarker,
    MedianQuartiles,
    Moments,
    Quartiles,
    TReport,
    Trial,
    arm_moments,
    arm_quartiles,
    choose_markers,
    chosen_reports,
    critical_t,
)

__all__ = [
    "JointMarkers",
    "direction_only",
    "joint_direction",
    "report_likelihood",
    "standardised_difference",
    "summary_statistics",
]

STANDARDISED: Final = "standardised difference"


def direction_only(
    trial: Trial,
    *,
    effect: Prior,
    markers: Sequence[str] | None = None,
    n: tuple[int, int] | None = None,
    reported_because_significant: bool = False,
    level: float = SIGNIFICANCE_LEVEL,
) -> dict[str, MarkerPosterior]:
    """The posterior of each marker's standardised difference, from what is said of its t test.

    Parameters
    ----------
    trial, effect, markers, n, reported_because_significant, level
        As in ``bayes_rsa.models.biomarkers.direction_only``; the markers are independent.

    Returns
    -------
    dict
        Name of the marker -> :class:`MarkerPosterior`.

    Raises
    ------
    InputError
        If the prior is improper or has a point mass, or a report is not about a t test.

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import exact
    >>> trial = rsa.load_trial("tacrolimus-rsa-2023")
    >>> found = exact.biomarkers.direction_only(trial, effect=rsa.Prior.normal(0, 1))
    >>> round(found["IL-33"].probability(upper=0), 4)
    0.9983
    """
    require_usable(effect)
    selected = level if reported_because_significant else None
    names, reports = chosen_reports(trial, markers, n, selected)
    return {
        name: MarkerPosterior(
            name,
            STANDARDISED,
            effect,
            report_likelihood(report, selected),
            seeds_of(report),
        )
        for name, report in zip(names, reports, strict=True)
    }


def report_likelihood(report: TReport, selection_level: float | None = None) -> LogLikelihood:
    """The log-likelihood of a report, as a function of the standardised difference.

    Parameters
    ----------
    report
        What is said of the t statistic.
    selection_level
        Two-sided level at which the marker was selected, if it was.
    """
    selection = 0.0 if selection_level is None else critical_t(selection_level, report.df)

    def of_difference(d: Floats) -> Floats:
        return log_likelihood(report, report.per_d * np.asarray(d), selection=selection)

    return of_difference


def standardised_difference(
    trial: Trial,
    *,
    marker: str,
    effect: Prior,
    n: tuple[int, int] | None = None,
    scale: str | None = None,
    reported_because_significant: bool = False,
    level: float = SIGNIFICANCE_LEVEL,
) -> MarkerPosterior:
    """The posterior of one marker's standardised difference, from any summary of it.

    A test, a direction, or means and SDs speak through the t statistic (:func:`direction_only`);
    quartiles through the density of order statistics, with one SD in both arms.

    Parameters
    ----------
    trial, effect, n, reported_because_significant, level
        As in :func:`direction_only`.
    marker
        Its name.
    scale
        Of quartiles: ``"log"`` (by default) if the marker's logarithm is normal, or ``"raw"``.

    Raises
    ------
    InputError
        If there is no such marker, or patient-level data are all that is given.
    """
    (chosen,) = choose_markers(trial, [marker])
    finding = chosen.finding
    if not isinstance(finding, MedianQuartiles):
        options = {"reported_because_significant": reported_because_significant, "level": level}
        found = direction_only(trial, effect=effect, markers=[marker], n=n, **options)  # type: ignore[arg-type]
        return found[marker]
    require_usable(effect)
    _, arms = arm_quartiles(chosen, scale)
    log_likelihood, best = quartile_log_likelihood(*arms)
    return MarkerPosterior(marker, STANDARDISED, effect, log_likelihood, [best - 0.1, best + 0.1])


def require_usable(effect: Prior) -> None:
    """Refuse a prior that is improper or has a point mass."""
    if not effect.is_proper or effect.atoms:
        raise InputError(
            "effect",
            str(effect),
            "where reports do not identify a parameter, its prior must be proper, with a density",
            "use a proper prior such as normal(0, 1)",
        )


def seeds_of(report: TReport) -> list[float]:
    """Differences near which the likelihood bends or peaks."""
    size = (abs(report.value) if report.exact else report.critical) / report.per_d
    return [-size, 0.0, size]


def summary_statistics(
    trial: Trial,
    *,
    marker: str,
    effect: Prior,
    scale: str | None = None,
    quantile_rule: int = 6,
) -> MarkerPosterior:
    r"""The posterior of a marker's difference from means, SDs and n, or from quartiles.

    The level of the arms and the logarithms of both SDs have flat priors (1/σ² in each arm). Given
    means and SDs each arm's location is then a scaled t (Behrens and Fisher); given quartiles it
    has the marginal of the density of order statistics. The level is integrated over.

    Parameters
    ----------
    trial
        A trial with a biomarker of this name.
    marker
        Its name; its finding is means and SDs, geometric ones, or quartiles.
    effect
        Prior on the difference, treatment minus control, in the marker's unit; on the log scale on
        the log of the ratio of geometric means. ``flat()`` gives Behrens and Fisher's.
    scale, quantile_rule
        As in ``bayes_rsa.models.biomarkers.summary_statistics``.

    Raises
    ------
    InputError
        If the finding is another, or the prior has a point mass.

    References
    ----------
    Barnard GA. Comparing the means of two independent samples. Appl Stat 1984;33:266-271.
    doi:10.2307/2347702

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import exact
    >>> from bayes_rsa.trial import Biomarker, MeanSD
    >>> marker = Biomarker("IL-33", MeanSD((2.0, 0.8, 75), (2.4, 0.9, 74)))
    >>> trial = rsa.Trial.from_counts((60, 75), (47, 74), biomarkers=(marker,))
    >>> found = exact.biomarkers.summary_statistics(
    ...     trial, marker="IL-33", effect=rsa.Prior.flat()
    ... )
    >>> round(found.probability(upper=0), 6)
    0.997463
    """
    if effect.atoms:
        raise InputError(
            "effect", str(effect), "a point mass has no density", "use a narrow normal prior"
        )
    (chosen,) = choose_markers(trial, [marker])
    scale, (treatment, control) = _arms(chosen, scale, quantile_rule)
    difference = treatment.centre - control.centre

    def log_likelihood(x: Floats) -> Floats:
        away = difference - np.asarray(x, dtype=float).ravel()

        def product(row: Indices, level: Floats) -> Floats:
            # Level is counted from the control arm's centre.
            return treatment.log_likelihood(level - away[row]) + control.log_likelihood(level)

        # The product of two such densities may have a peak near each.
        seeds = np.stack([away, np.zeros_like(away)], axis=1)
        result = integrate(product, seeds, np.empty((away.size, 0)))
        return result.log_total.reshape(np.shape(x))

    spread = math.hypot(treatment.error, control.error)
    quantity = "mean difference" if scale == "raw" else "log ratio"
    seeds = [difference - spread, difference, difference + spread]
    return MarkerPosterior(marker, quantity, effect, log_likelihood, seeds)


@dataclass(frozen=True, slots=True, eq=False)
class _Location:
    """Log-likelihood of an arm's location, counted from its centre; and its standard error."""

    log_likelihood: LogLikelihood
    centre: float
    error: float


def _arms(
    marker: Biomarker, scale: str | None, rule: int
) -> tuple[str, tuple[_Location, _Location]]:
    finding = marker.finding
    if isinstance(finding, MedianQuartiles):
        scale, (first, second) = arm_quartiles(marker, scale)
        return scale, (_of_quartiles(first, rule), _of_quartiles(second, rule))
    scale, (one, other) = arm_moments(marker, scale)
    return scale, (_of_moments(one), _of_moments(other))


def _of_moments(arm: Moments) -> _Location:
    error = arm.sd / math.sqrt(arm.n)

    def log_likelihood(away: Floats) -> Floats:
        return _log_t(away / error, arm.n - 1) - math.log(error)

    return _Location(log_likelihood, arm.mean, error)


def _of_quartiles(arm: Quartiles, rule: int) -> _Location:
    law, centre, error = location_log_likelihood(arm, rule=rule)
    return _Location(lambda away: law(centre + away), centre, error)


def _log_t(x: Floats, df: int) -> Floats:
    constant = math.lgamma(0.5 * (df + 1)) - math.lgamma(0.5 * df) - 0.5 * math.log(df * math.pi)
    return np.asarray(constant - 0.5 * (df + 1) * np.log1p(x * x / df))
