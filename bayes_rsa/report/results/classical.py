"""The classical analysis of the counts, beside the Bayesian one."""

from __future__ import annotations

from dataclasses import dataclass

from bayes_rsa.frequentist import (
    Estimate,
    Interval,
    PValue,
    odds_ratio,
    odds_ratio_intervals,
    risk_difference,
    risk_difference_newcombe,
    risk_ratio,
    risk_ratio_wald,
    two_sided_tests,
)
from bayes_rsa.trial import Trial


@dataclass(frozen=True, slots=True)
class Classical:
    """Estimates, confidence intervals and tests.

    Parameters
    ----------
    odds_ratio, risk_ratio, risk_difference
        Point estimates from the counts.
    odds_ratio_intervals
        Wald, profile, exact and mid-P.
    risk_ratio_interval, risk_difference_interval
        Wald on the log scale; Newcombe.
    tests
        Two-sided tests of equal risks.
    """

    odds_ratio: Estimate
    odds_ratio_intervals: tuple[Interval, ...]
    risk_ratio: Estimate
    risk_ratio_interval: Interval
    risk_difference: Estimate
    risk_difference_interval: Interval
    tests: tuple[PValue, ...]


def classical(trial: Trial, level: float) -> Classical | None:
    """Classical analysis of a trial's counts; None without counts.

    Parameters
    ----------
    trial
        The trial.
    level
        Confidence level of the intervals.
    """
    if not trial.has_counts:
        return None
    (y1, y0), (n1, n0) = trial.events, trial.n
    counts = (y1, n1, y0, n0)
    return Classical(
        odds_ratio(*counts),
        odds_ratio_intervals(*counts, level),
        risk_ratio(*counts),
        risk_ratio_wald(*counts, level),
        risk_difference(*counts),
        risk_difference_newcombe(*counts, level),
        two_sided_tests(*counts),
    )
