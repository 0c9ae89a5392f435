"""Printed numbers against each other: symmetry of the interval, and P against it.

Interval arithmetic: every printed number stands for all numbers that may be behind it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from bayes_rsa.audit.against_counts import shown
from bayes_rsa.audit.finding import Finding, finite
from bayes_rsa.audit.rounding import Agreement, agreement, bounds, units_off
from bayes_rsa.frequentist import critical_value, two_sided_p
from bayes_rsa.trial import Printed, ReportedEffect

__all__ = ["cross_findings"]

Range = tuple[float, float]


def cross_findings(reported: ReportedEffect) -> Iterator[Finding]:
    """Compare the printed estimate with the interval's middle, and P with the one it implies.

    They hold for Wald intervals and tests, so they can add a finding but not decide the verdict.

    Parameters
    ----------
    reported
        The printed effect.
    """
    if reported.ci is not None:
        if reported.estimate is not None:
            yield _symmetry(reported, reported.estimate, reported.ci)
        if reported.p_value is not None:
            yield _implied_by_interval(reported, reported.p_value, reported.ci)
    elif (
        reported.p_value is not None
        and reported.standard_error is not None
        and (reported.estimate is not None or reported.log_effect is not None)
    ):
        yield _implied_by_error(reported, reported.p_value, reported.standard_error)


def _symmetry(reported: ReportedEffect, estimate: Printed, ci: tuple[Printed, Printed]) -> Finding:
    lower, upper = (_range(reported, limit) for limit in ci)
    low, high = (_middle(reported, lower[end], upper[end]) for end in (0, 1))
    least, most = _range(reported, estimate)
    middle = _middle(reported, ci[0].value, ci[1].value)
    ok = low <= most and least <= high
    formula = f"√({ci[0]} × {ci[1]})" if reported.is_log else f"({ci[0]} + {ci[1]})/2"
    note = f"{formula} = {shown(estimate, middle)}"
    note += (
        " agrees with the estimate within rounding."
        if ok
        else f" is not {estimate}, so this is not a Wald interval around that estimate."
    )
    return Finding(
        "geometric symmetry" if reported.is_log else "arithmetic symmetry",
        str(estimate),
        finite(middle),
        "middle of the printed interval",
        finite(units_off(estimate, middle)),
        Agreement.MATCHES if ok else Agreement.FAILS,
        note,
        decides=False,
    )


def _implied_by_interval(
    reported: ReportedEffect, p_value: Printed, ci: tuple[Printed, Printed]
) -> Finding:
    z = critical_value(reported.ci_level)
    lower, upper = (_scaled(reported, _range(reported, limit)) for limit in ci)
    errors = (max(0.0, upper[0] - lower[1]) / (2 * z), (upper[1] - lower[0]) / (2 * z))
    left, right = (_scaled(reported, (limit.value, limit.value))[0] for limit in ci)
    if reported.estimate is not None:
        location = _scaled(reported, _range(reported, reported.estimate))
        centre = reported.location
    else:
        location = ((lower[0] + upper[0]) / 2, (lower[1] + upper[1]) / 2)
        centre = (left + right) / 2
    error = (right - left) / (2 * z)
    point = math.nan
    if 0.0 < error < math.inf:
        point = two_sided_p(centre / error)
    return _implied(p_value, point, _p_range(location, errors), "interval")


def _implied_by_error(reported: ReportedEffect, p_value: Printed, error: float) -> Finding:
    centre = reported.location
    location = (centre, centre)
    if reported.log_effect is None and reported.estimate is not None:
        location = _scaled(reported, _range(reported, reported.estimate))
    point = two_sided_p(centre / error)
    return _implied(p_value, point, _p_range(location, (error, error)), "standard error")


def _implied(p_value: Printed, point: float, possible: Range, source: str) -> Finding:
    least, most = bounds(p_value)
    ok = possible[0] <= most and least <= possible[1]
    if p_value.relation == "<":
        ok = possible[0] < most
    elif p_value.relation == ">":
        ok = least < possible[1]
    span = f"between {shown(p_value, possible[0])} and {shown(p_value, possible[1])}"
    verb = "agrees with" if ok else "excludes"
    off = units_off(p_value, point)
    if p_value.relation != "=" and agreement(p_value, point) is Agreement.MATCHES:
        off = 0.0
    return Finding(
        f"P implied by the {source}",
        str(p_value),
        finite(point),
        f"estimate over the standard error that the {source} gives"
        if source == "interval"
        else "estimate over its standard error",
        finite(off),
        Agreement.MATCHES if ok else Agreement.FAILS,
        f"the {source} implies a P {span}, given rounding, which {verb} the printed {p_value}.",
        decides=False,
    )


def _range(reported: ReportedEffect, printed: Printed) -> Range:
    low, high = bounds(printed)
    return (max(0.0, low), high) if reported.is_log else (low, high)


def _scaled(reported: ReportedEffect, span: Range) -> Range:
    """A range on the scale on which a Wald interval is symmetric."""
    if not reported.is_log:
        return span
    low, high = (math.log(end) if end > 0.0 else -math.inf for end in span)
    return low, high


def _middle(reported: ReportedEffect, lower: float, upper: float) -> float:
    return math.sqrt(lower * upper) if reported.is_log else (lower + upper) / 2.0


def _p_range(location: Range, error: Range) -> Range:
    """Smallest and largest two-sided P of a location over a standard error."""
    low, high = location
    largest = max(abs(low), abs(high))
    smallest = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    steepest = largest / error[0] if error[0] > 0.0 else math.inf
    flattest = 0.0 if smallest == 0.0 else smallest / error[1]
    return two_sided_p(steepest), two_sided_p(flattest)
