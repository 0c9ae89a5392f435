"""The odds ratio of a 2x2 table, with its Wald, profile, exact and mid-P intervals."""

from __future__ import annotations

import math

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.frequentist.hypergeometric import Conditional
from bayes_rsa.frequentist.normal import critical_value
from bayes_rsa.frequentist.records import (
    Estimate,
    Interval,
    checked_counts,
    checked_level,
    empty_margin,
)
from bayes_rsa.frequentist.root import bracketed_root, monotone_root

__all__ = [
    "conditional_odds_ratio",
    "odds_ratio",
    "odds_ratio_exact",
    "odds_ratio_intervals",
    "odds_ratio_mid_p",
    "odds_ratio_profile",
    "odds_ratio_wald",
]

_EMPTY_CELL = "a cell of the table is empty"


def odds_ratio(y1: int, n1: int, y0: int, n0: int) -> Estimate:
    """Sample odds ratio, treatment over control, with the standard error of its log (Woolf).

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.

    Returns
    -------
    Estimate
        0 or ``inf`` when one cell is empty; ``nan``, with the reason, when a margin is.

    Raises
    ------
    InputError
        For impossible counts.
    """
    cells = checked_counts(y1, n1, y0, n0)
    a, b, c, d = cells
    reason = empty_margin(cells)
    if reason:
        return Estimate(math.nan, math.nan, "sample odds ratio", reason)
    if 0 in cells:
        value = math.inf if b * c == 0 else 0.0
        return Estimate(value, math.nan, "sample odds ratio", _EMPTY_CELL)
    return Estimate((a * d) / (b * c), _log_standard_error(cells), "sample odds ratio")


def conditional_odds_ratio(y1: int, n1: int, y0: int, n0: int) -> Estimate:
    """Conditional maximum-likelihood odds ratio, given both margins.

    Solves E[Y1 | margins, odds ratio] = y1; the estimate that goes with the exact interval.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.

    Returns
    -------
    Estimate
        0 or ``inf`` at an end of the support; ``nan``, with the reason, when a margin is empty.
        Its standard error is not given (``nan``).
    """
    cells = checked_counts(y1, n1, y0, n0)
    name = "conditional maximum likelihood"
    reason = empty_margin(cells)
    if reason:
        return Estimate(math.nan, math.nan, name, reason)
    table = Conditional.of_cells(cells)
    if table.at_minimum:
        return Estimate(0.0, math.nan, name, _EMPTY_CELL)
    if table.at_maximum:
        return Estimate(math.inf, math.nan, name, _EMPTY_CELL)
    start, step = _start(cells)
    return Estimate(math.exp(monotone_root(table.excess, start, step)), math.nan, name)


def odds_ratio_wald(y1: int, n1: int, y0: int, n0: int, level: float = INTERVAL) -> Interval:
    """Wald interval on the log odds ratio (Woolf 1955).

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.
    level
        Confidence level.

    Returns
    -------
    Interval
        ``nan`` limits, with the reason, when a cell is empty: no continuity correction is made.
    """
    cells = checked_counts(y1, n1, y0, n0)
    z = critical_value(checked_level(level))
    if 0 in cells:
        reason = empty_margin(cells) or _EMPTY_CELL
        return Interval(math.nan, math.nan, level, "Wald", reason)
    a, b, c, d = cells
    location = math.log(a) + math.log(d) - math.log(b) - math.log(c)
    half = z * _log_standard_error(cells)
    return Interval(math.exp(location - half), math.exp(location + half), level, "Wald")


def odds_ratio_profile(y1: int, n1: int, y0: int, n0: int, level: float = INTERVAL) -> Interval:
    """Profile-likelihood interval for the odds ratio.

    The fitted cells that maximise the likelihood at a fixed odds ratio keep both margins, so they
    are the observed cells plus and minus one shift; the deviance is solved for that shift.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.
    level
        Confidence level.

    Returns
    -------
    Interval
        With 0 or ``inf`` as one limit when the estimate lies there.
    """
    cells = checked_counts(y1, n1, y0, n0)
    target = critical_value(checked_level(level)) ** 2
    reason = empty_margin(cells)
    if reason:
        return Interval(0.0, math.inf, level, "profile likelihood", reason)
    a, b, c, d = cells
    signed = ((a, 1.0), (b, -1.0), (c, -1.0), (d, 1.0))

    def deviance(shift: float) -> float:
        total = 0.0
        for observed, sign in signed:
            if observed:
                ratio = sign * shift / observed
                if ratio <= -1.0:
                    return math.inf
                total -= 2.0 * observed * math.log1p(ratio)
        return total - target

    def fitted_odds_ratio(shift: float) -> float:
        return ((a + shift) / (b - shift)) * ((d + shift) / (c - shift))

    lower, upper = 0.0, math.inf
    if a and d:
        lower = fitted_odds_ratio(bracketed_root(deviance, -float(min(a, d)), 0.0))
    if b and c:
        upper = fitted_odds_ratio(bracketed_root(deviance, 0.0, float(min(b, c))))
    note = _EMPTY_CELL if 0 in cells else ""
    return Interval(lower, upper, level, "profile likelihood", note)


def odds_ratio_exact(y1: int, n1: int, y0: int, n0: int, level: float = INTERVAL) -> Interval:
    """Central exact conditional interval for the odds ratio (Cornfield 1956).

    Each limit is the odds ratio at which the one-sided Fisher P value is (1 - level) / 2.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.
    level
        Confidence level.

    Returns
    -------
    Interval
        With 0 or ``inf`` as a limit at the ends of the support.
    """
    return _conditional_interval((y1, n1, y0, n0), level, 1.0, "exact")


def odds_ratio_mid_p(y1: int, n1: int, y0: int, n0: int, level: float = INTERVAL) -> Interval:
    """Mid-P conditional interval for the odds ratio.

    As :func:`odds_ratio_exact`, with half of the observed table's probability in each tail.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.
    level
        Confidence level.

    Returns
    -------
    Interval
        With 0 or ``inf`` as a limit at the ends of the support.
    """
    return _conditional_interval((y1, n1, y0, n0), level, 0.5, "mid-P")


def odds_ratio_intervals(
    y1: int, n1: int, y0: int, n0: int, level: float = INTERVAL
) -> tuple[Interval, ...]:
    """All four intervals for the odds ratio: Wald, profile likelihood, exact, mid-P."""
    return (
        odds_ratio_wald(y1, n1, y0, n0, level),
        odds_ratio_profile(y1, n1, y0, n0, level),
        odds_ratio_exact(y1, n1, y0, n0, level),
        odds_ratio_mid_p(y1, n1, y0, n0, level),
    )


def _log_standard_error(cells: tuple[int, int, int, int]) -> float:
    return math.sqrt(sum(1.0 / cell for cell in cells))


def _start(cells: tuple[int, int, int, int]) -> tuple[float, float]:
    """A guess at the log odds ratio that exists with empty cells too, and its scale."""
    a, b, c, d = (cell + 0.5 for cell in cells)
    return math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def _conditional_interval(
    counts: tuple[int, int, int, int], level: float, observed_weight: float, method: str
) -> Interval:
    cells = checked_counts(*counts)
    target = math.log((1.0 - checked_level(level)) / 2.0)
    reason = empty_margin(cells)
    if reason:
        return Interval(0.0, math.inf, level, method, reason)
    table = Conditional.of_cells(cells)
    start, scale = _start(cells)
    half = critical_value(level) * scale

    def limit(side: int) -> float:
        def gap(log_odds_ratio: float) -> float:
            return table.tail(log_odds_ratio, side, observed_weight) - target

        return math.exp(monotone_root(gap, start - side * half, scale))

    lower = 0.0 if table.at_minimum else limit(1)
    upper = math.inf if table.at_maximum else limit(-1)
    note = _EMPTY_CELL if 0 in cells else ""
    return Interval(lower, upper, level, method, note)
