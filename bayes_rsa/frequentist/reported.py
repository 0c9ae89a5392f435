"""Standard error, z and P value implied by a printed estimate with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.frequentist.normal import critical_value, two_sided_p
from bayes_rsa.frequentist.records import checked_level

__all__ = ["Implied", "implied_by_interval"]


@dataclass(frozen=True, slots=True)
class Implied:
    """What an interval implies, if it is a Wald interval.

    Parameters
    ----------
    location
        The estimate on the scale of the interval's symmetry: natural log for a ratio.
    middle
        Middle of the interval, on that scale.
    standard_error
        Half the interval's width over the normal quantile.
    z
        ``location / standard_error``.
    p
        Two-sided P value of `z`.
    """

    location: float
    middle: float
    standard_error: float
    z: float
    p: float


def implied_by_interval(
    lower: float,
    upper: float,
    *,
    estimate: float | None = None,
    log: bool = True,
    level: float = INTERVAL,
) -> Implied:
    """Standard error, z and two-sided P value implied by an interval.

    Parameters
    ----------
    lower, upper
        The limits as printed: of the ratio, or of the difference.
    estimate
        The estimate as printed; the interval's middle if omitted.
    log
        Whether the interval is symmetric on the log scale (OR, RR, HR) or on its own (RD, MD).
    level
        Confidence level.

    Returns
    -------
    Implied
        On the log scale for a ratio.

    Raises
    ------
    InputError
        If the limits are not increasing and finite, or a ratio is not positive.
    """
    z = critical_value(checked_level(level))
    for name, value in (("ci[0]", lower), ("ci[1]", upper), ("estimate", estimate)):
        if value is not None and not math.isfinite(value):
            raise InputError(name, value, "must be finite", "give the printed number")
        if value is not None and log and value <= 0.0:
            raise InputError(name, value, "a ratio is positive", "check the number, or the measure")
    if not lower < upper:
        raise InputError(
            "ci", (lower, upper), "the lower limit lies below the upper one", "swap the limits"
        )
    low, high = (math.log(lower), math.log(upper)) if log else (lower, upper)
    middle, error = (low + high) / 2.0, (high - low) / (2.0 * z)
    location = middle
    if estimate is not None:
        location = math.log(estimate) if log else estimate
    return Implied(location, middle, error, location / error, two_sided_p(location / error))
