"""Printed percentages, estimate and interval against the counts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from bayes_rsa.audit.finding import Finding, finite
from bayes_rsa.audit.rounding import Agreement, agreement, units_off
from bayes_rsa.frequentist import (
    Estimate,
    Interval,
    conditional_odds_ratio,
    critical_value,
    odds_ratio,
    odds_ratio_intervals,
    risk_difference,
    risk_difference_newcombe,
    risk_difference_wald,
    risk_ratio,
    risk_ratio_wald,
)
from bayes_rsa.trial import Printed, ReportedEffect

__all__ = ["MEASURE_NAMES", "effect_findings", "percentage_findings", "shown"]

MEASURE_NAMES = {
    "OR": "odds ratio",
    "RR": "risk ratio",
    "HR": "hazard ratio",
    "RD": "risk difference",
    "MD": "mean difference",
}

Counts = tuple[int, int, int, int]


def shown(printed: Printed, value: Fraction | float) -> str:
    """A recomputed value with three places more than were printed."""
    return f"{float(value):.{max(printed.decimals + 3, 0)}f}"


def percentage_findings(
    printed: tuple[Printed | None, Printed | None], counts: Counts
) -> Iterator[Finding]:
    """Compare each arm's printed percentage with its counts.

    Parameters
    ----------
    printed
        Percentages of treatment and control; None where not printed.
    counts
        Events and patients on treatment, then on control.
    """
    y1, n1, y0, n0 = counts
    arms = (("treatment", y1, n1), ("control", y0, n0))
    for text, (arm, events, patients) in zip(printed, arms, strict=True):
        if text is None:
            continue
        value = Fraction(100 * events, patients) if patients else math.nan
        agrees = agreement(text, value)
        if not patients:
            note = f"the {arm} arm has no patients, so no percentage exists."
        else:
            note = f"{events}/{patients} is {shown(text, value)}%{_remark(agrees)}."
        yield Finding(
            f"percentage ({arm})",
            str(text),
            finite(float(value)),
            "events / n",
            finite(units_off(text, value)),
            agrees,
            note,
        )


def effect_findings(reported: ReportedEffect, counts: Counts) -> Iterator[Finding]:
    """Compare the printed estimate and interval with the counts.

    Both limits are compared with one method, the one that agrees best. The conditional
    maximum-likelihood odds ratio is accepted beside an exact or mid-P interval only, which it
    belongs to.

    Parameters
    ----------
    reported
        The printed effect; a hazard ratio or mean difference has nothing to be compared with.
    counts
        Events and patients on treatment, then on control.
    """
    estimates, intervals = _candidates(reported.measure, counts, reported.ci_level)
    if not estimates:
        return
    name, method = MEASURE_NAMES[reported.measure], ""
    limits: list[Finding] = []
    if reported.ci is not None:
        limits = _limit_findings(reported, reported.ci, intervals, estimates[0][1])
        method = limits[0].method if all(limit.ok for limit in limits) else ""
    if reported.estimate is not None:
        yield _estimate_finding(name, reported, reported.estimate, estimates, method)
    yield from limits


def _candidates(
    measure: str, counts: Counts, level: float
) -> tuple[list[tuple[Fraction | float, Estimate]], tuple[Interval, ...]]:
    """Named estimates (exact where they are rational) and intervals of a measure."""
    y1, n1, y0, n0 = counts
    if measure == "OR":
        sample, conditional = odds_ratio(*counts), conditional_odds_ratio(*counts)
        exact = _ratio(y1 * (n0 - y0), y0 * (n1 - y1), sample)
        return [(exact, sample), (conditional.value, conditional)], odds_ratio_intervals(
            *counts, level
        )
    if measure == "RR":
        sample = risk_ratio(*counts)
        return [(_ratio(y1 * n0, y0 * n1, sample), sample)], (risk_ratio_wald(*counts, level),)
    if measure == "RD":
        sample = risk_difference(*counts)
        intervals = (
            risk_difference_wald(*counts, level),
            risk_difference_newcombe(*counts, level),
        )
        return [(_ratio(y1 * n0 - y0 * n1, n1 * n0, sample), sample)], intervals
    return [], ()


def _ratio(numerator: int, denominator: int, estimate: Estimate) -> Fraction | float:
    return Fraction(numerator, denominator) if denominator else estimate.value


def _estimate_finding(
    name: str,
    reported: ReportedEffect,
    printed: Printed,
    estimates: list[tuple[Fraction | float, Estimate]],
    interval_method: str,
) -> Finding:
    """The printed estimate against the sample one, or the one its interval's method goes with."""
    value, estimate = estimates[0]
    agrees = agreement(printed, value)
    others = [
        (other, rival)
        for other, rival in estimates[1:]
        if agrees is Agreement.FAILS and agreement(printed, other) is not Agreement.FAILS
    ]
    note = f"the counts give {shown(printed, value)}{_remark(agrees)}"
    if not math.isfinite(value):
        note = f"the counts give none that could be printed ({estimate.reason})"
    for other, rival in others:
        if interval_method in ("exact", "mid-P"):
            value, estimate, agrees = other, rival, agreement(printed, other)
            note = (
                f"{rival.method} gives {shown(printed, other)}, and belongs to the "
                f"{interval_method} interval that is printed{_remark(agrees)}"
            )
        else:
            note += f"; {rival.method} gives {shown(printed, other)}, but the interval is not its"
    if agrees is Agreement.FAILS and reported.adjustment.lower() not in (
        "",
        "none",
        "unadjusted",
        "not reported",
    ):
        note += f"; the effect is adjusted for {reported.adjustment}, which counts cannot show"
    return Finding(
        name,
        str(printed),
        finite(float(value)),
        estimate.method,
        finite(units_off(printed, value)),
        agrees,
        note + ".",
    )


def _limit_findings(
    reported: ReportedEffect,
    printed: tuple[Printed, Printed],
    intervals: tuple[Interval, ...],
    sample: Estimate,
) -> list[Finding]:
    """Both printed limits against the one method that agrees best with the pair."""

    def misfit(interval: Interval) -> tuple[Agreement, float]:
        pairs = list(zip(printed, (interval.lower, interval.upper), strict=True))
        worst = max(agreement(text, limit) for text, limit in pairs)
        # Among methods that fit, the commonest one, which stands first.
        off = max(units_off(text, limit) for text, limit in pairs)
        return worst, off if worst is Agreement.FAILS else 0.0

    best = min(intervals, key=misfit)
    findings: list[Finding] = []
    for side, text in enumerate(printed):
        value = (best.lower, best.upper)[side]
        agrees = agreement(text, value)
        if math.isfinite(value):
            note = f"the {best.method} limit is {shown(text, value)}{_remark(agrees)}"
        else:
            note = f"the {best.method} limit cannot be printed ({best.reason})"
        if agrees is not Agreement.MATCHES:
            note += _from_printed_estimate(reported, text, side, sample)
        if agrees is Agreement.FAILS:
            fits = [
                interval.method
                for interval in intervals
                if agreement(text, (interval.lower, interval.upper)[side]) is not Agreement.FAILS
            ]
            if fits:
                note += f"; {' and '.join(fits)} would fit, but not with the other limit"
        findings.append(
            Finding(
                ("lower limit", "upper limit")[side],
                str(text),
                finite(value),
                best.method,
                finite(units_off(text, value)),
                agrees,
                note + ".",
            )
        )
    return findings


def _from_printed_estimate(
    reported: ReportedEffect, printed: Printed, side: int, sample: Estimate
) -> str:
    """Say so, if the limit follows from the estimate as it was rounded for print."""
    estimate, error = reported.estimate, sample.standard_error
    if estimate is None or not math.isfinite(error):
        return ""
    half = (2 * side - 1) * critical_value(reported.ci_level) * error
    try:
        value = estimate.value * math.exp(half) if reported.is_log else estimate.value + half
    except OverflowError:
        return ""
    if agreement(printed, value) is not Agreement.MATCHES:
        return ""
    sign = "+" if side else "-"
    z = f"{critical_value(reported.ci_level):.2f}"
    formula = (
        f"{estimate}*exp({sign}{z}*SE)".replace("(+", "(")
        if reported.is_log
        else f"{estimate} {sign} {z}*SE"
    )
    digits = f"{value:.{max(printed.decimals + 1, 0)}f}"
    return f"; {formula} = {digits}, from the estimate as printed, prints {printed} too"


def _remark(agrees: Agreement) -> str:
    return {
        Agreement.MATCHES: "",
        Agreement.UP_TO_ROUNDING: ", which fits if it was rounded twice",
        Agreement.FAILS: ", which does not round to what is printed",
    }[agrees]
