"""Risk ratio, risk difference and number needed to treat of a 2x2 table."""

from __future__ import annotations

import math

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.frequentist.normal import critical_value
from bayes_rsa.frequentist.records import Estimate, Interval, checked_counts, checked_level

__all__ = [
    "number_needed_to_treat",
    "risk_difference",
    "risk_difference_newcombe",
    "risk_difference_wald",
    "risk_ratio",
    "risk_ratio_wald",
]


def risk_ratio(y1: int, n1: int, y0: int, n0: int) -> Estimate:
    """Risk ratio, treatment over control, with the delta-method standard error of its log.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.

    Returns
    -------
    Estimate
        0 or ``inf`` when one arm has no event; ``nan``, with the reason, when neither has one or
        an arm has no patients.

    Raises
    ------
    InputError
        For impossible counts.
    """
    a, b, c, d = checked_counts(y1, n1, y0, n0)
    reason = _empty_arm(a + b, c + d)
    if not reason and a + c == 0:
        reason = "there is no event in either arm"
    if reason:
        return Estimate(math.nan, math.nan, "risk ratio", reason)
    if a == 0 or c == 0:
        value = math.inf if c == 0 else 0.0
        return Estimate(value, math.nan, "risk ratio", "an arm has no event")
    error = math.sqrt(b / (a * (a + b)) + d / (c * (c + d)))
    return Estimate((a * (c + d)) / (c * (a + b)), error, "risk ratio")


def risk_ratio_wald(y1: int, n1: int, y0: int, n0: int, level: float = INTERVAL) -> Interval:
    """Wald interval on the log risk ratio (delta method; Katz 1978).

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.
    level
        Confidence level.

    Returns
    -------
    Interval
        ``nan`` limits, with the reason, when an arm has no event or all patients have it.
    """
    z = critical_value(checked_level(level))
    estimate = risk_ratio(y1, n1, y0, n0)
    reason = estimate.reason
    if not reason and estimate.standard_error == 0.0:
        reason = "every patient in both arms has the event"
    if reason:
        return Interval(math.nan, math.nan, level, "Wald", reason)
    location, half = math.log(estimate.value), z * estimate.standard_error
    return Interval(math.exp(location - half), math.exp(location + half), level, "Wald")


def risk_difference(y1: int, n1: int, y0: int, n0: int) -> Estimate:
    """Risk difference, treatment minus control, with its unpooled standard error.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.

    Returns
    -------
    Estimate
        ``nan``, with the reason, when an arm has no patients.

    Raises
    ------
    InputError
        For impossible counts.
    """
    a, b, c, d = checked_counts(y1, n1, y0, n0)
    m1, m0 = a + b, c + d
    reason = _empty_arm(m1, m0)
    if reason:
        return Estimate(math.nan, math.nan, "risk difference", reason)
    error = math.sqrt(a * b / m1**3 + c * d / m0**3)
    return Estimate((a * m0 - c * m1) / (m1 * m0), error, "risk difference")


def risk_difference_wald(y1: int, n1: int, y0: int, n0: int, level: float = INTERVAL) -> Interval:
    """Wald interval for the risk difference.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.
    level
        Confidence level.

    Returns
    -------
    Interval
        ``nan`` limits, with the reason, when the standard error is zero or does not exist.
    """
    z = critical_value(checked_level(level))
    estimate = risk_difference(y1, n1, y0, n0)
    reason = estimate.reason
    if not reason and estimate.standard_error == 0.0:
        reason = "the standard error is zero: each arm's patients all have the same outcome"
    if reason:
        return Interval(math.nan, math.nan, level, "Wald", reason)
    half = z * estimate.standard_error
    return Interval(estimate.value - half, estimate.value + half, level, "Wald")


def risk_difference_newcombe(
    y1: int, n1: int, y0: int, n0: int, level: float = INTERVAL
) -> Interval:
    """Newcombe's hybrid score interval for the risk difference (his method 10).

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.
    level
        Confidence level.

    Returns
    -------
    Interval
        Exists whenever both arms have patients; ``nan`` limits, with the reason, otherwise.

    References
    ----------
    Newcombe 1998, Stat Med 17:873-890.
    doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    """
    z = critical_value(checked_level(level))
    estimate = risk_difference(y1, n1, y0, n0)
    if estimate.reason:
        return Interval(math.nan, math.nan, level, "Newcombe", estimate.reason)
    risk1, low1, high1 = _wilson(y1, n1, z)
    risk0, low0, high0 = _wilson(y0, n0, z)
    lower = estimate.value - math.hypot(risk1 - low1, high0 - risk0)
    upper = estimate.value + math.hypot(high1 - risk1, risk0 - low0)
    return Interval(lower, upper, level, "Newcombe")


def number_needed_to_treat(y1: int, n1: int, y0: int, n0: int) -> Estimate:
    """Reciprocal of the risk difference: patients treated per additional event.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.

    Returns
    -------
    Estimate
        Negative when the treatment arm has the lower risk; ``inf`` when the risks are equal. Its
        standard error does not exist: limits are reciprocals of the risk difference's (Altman
        1998, doi 10.1136/bmj.317.7168.1309).
    """
    difference = risk_difference(y1, n1, y0, n0)
    name = "number needed to treat"
    if difference.value == 0.0:
        return Estimate(math.inf, math.nan, name, "the risks are equal")
    return Estimate(1.0 / difference.value, math.nan, name, difference.reason)


def _empty_arm(n1: int, n0: int) -> str:
    if n1 == 0:
        return "the treatment arm has no patients"
    return "the control arm has no patients" if n0 == 0 else ""


def _wilson(y: int, n: int, z: float) -> tuple[float, float, float]:
    """Risk with its Wilson score limits."""
    middle, half = 2.0 * y + z * z, z * math.sqrt(z * z + 4.0 * y * (n - y) / n)
    scale = 2.0 * (n + z * z)
    return y / n, max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
