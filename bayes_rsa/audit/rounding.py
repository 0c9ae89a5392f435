"""How far a recomputed number is from a printed one, in exact arithmetic on its last place."""

from __future__ import annotations

import math
from enum import IntEnum
from fractions import Fraction
from typing import Final

from bayes_rsa.trial import Printed

__all__ = ["DOUBLE_ROUNDING", "Agreement", "agreement", "bounds", "rounded", "units_off"]

DOUBLE_ROUNDING: Final = Fraction(11, 20)
"""Units of the last printed place within which a number that was rounded twice can lie."""


class Agreement(IntEnum):
    """How a recomputed number agrees with the printed one; larger is worse."""

    MATCHES = 0
    UP_TO_ROUNDING = 1
    FAILS = 2


def unit(printed: Printed) -> Fraction:
    """One unit of the last printed place, exactly."""
    places = printed.decimals
    return Fraction(1, 10**places) if places >= 0 else Fraction(10**-places)


def units_off(printed: Printed, value: Fraction | float) -> float:
    """Distance from the printed number in units of its last place; ``inf`` if there is none."""
    if not math.isfinite(value):
        return math.inf
    return float(abs(Fraction(value) - Fraction(printed.decimal)) / unit(printed))


def rounded(printed: Printed, value: Fraction | float) -> Fraction:
    """Round half up, in magnitude, to the decimals of the printed number."""
    steps = Fraction(value) / unit(printed)
    size = math.floor(abs(steps) + Fraction(1, 2))
    return (size if steps >= 0 else -size) * unit(printed)


def agreement(printed: Printed, value: Fraction | float) -> Agreement:
    """Whether a recomputed value matches, matches up to rounding, or fails.

    Parameters
    ----------
    printed
        The printed number; ``<`` and ``>`` are taken as bounds.
    value
        The recomputed one, on the same scale. A fraction is compared exactly.

    Returns
    -------
    Agreement
        ``MATCHES`` if it rounds half up to the printed text, ``UP_TO_ROUNDING`` if it is within
        0.55 units of the last printed place, ``FAILS`` otherwise or if it is not finite.
    """
    if not math.isfinite(value):
        return Agreement.FAILS
    number = Fraction(printed.decimal)
    if printed.relation == "<":
        return Agreement.MATCHES if value < number else Agreement.FAILS
    if printed.relation == ">":
        return Agreement.MATCHES if value > number else Agreement.FAILS
    if rounded(printed, value) == number:
        return Agreement.MATCHES
    if abs(Fraction(value) - number) <= DOUBLE_ROUNDING * unit(printed):
        return Agreement.UP_TO_ROUNDING
    return Agreement.FAILS


def bounds(printed: Printed) -> tuple[float, float]:
    """Smallest and largest number that may stand behind a printed one, rounded up to twice."""
    if printed.relation == "<":
        return -math.inf, printed.value
    if printed.relation == ">":
        return printed.value, math.inf
    number, reach = Fraction(printed.decimal), DOUBLE_ROUNDING * unit(printed)
    return float(number - reach), float(number + reach)
