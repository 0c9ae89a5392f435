"""Plain records of classical results, with the check of the counts they are made from."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Literal

from bayes_rsa.errors import InputError

__all__ = ["Estimate", "Interval", "PValue", "checked_counts", "checked_level"]

Sides = Literal["two-sided", "one-sided"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A point estimate.

    Parameters
    ----------
    value
        The estimate; ``inf`` where a denominator is zero, ``nan`` where it does not exist.
    standard_error
        Large-sample standard error, on the log scale for a ratio; ``nan`` where it does not exist.
    method
        Name of the method.
    reason
        Why ``value`` is infinite or does not exist; empty otherwise.
    """

    value: float
    standard_error: float
    method: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Parameters
    ----------
    lower, upper
        The limits; ``nan`` where the method gives none.
    level
        Confidence level, in (0, 1).
    method
        Name of the method.
    reason
        Why a limit is infinite or does not exist; empty otherwise.
    """

    lower: float
    upper: float
    level: float
    method: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PValue:
    """The P value of a test of equal risks.

    Parameters
    ----------
    p
        The P value; ``nan`` where the test does not exist.
    statistic
        z (Wald) or chi-squared; ``nan`` for exact tests.
    method
        Name of the test.
    sides
        ``"two-sided"``, or ``"one-sided"`` in the direction that was observed.
    reason
        Why ``p`` does not exist; empty otherwise.
    """

    p: float
    statistic: float
    method: str
    sides: Sides = "two-sided"
    reason: str = ""


def checked_counts(y1: int, n1: int, y0: int, n0: int) -> tuple[int, int, int, int]:
    """Cells of the 2x2 table: events and non-events, treatment first.

    Parameters
    ----------
    y1, n1
        Events and patients on treatment.
    y0, n0
        Events and patients on control.

    Returns
    -------
    tuple of int
        Treatment events, treatment non-events, control events, control non-events.

    Raises
    ------
    InputError
        If a count is not a whole number, is negative, or events exceed n.
    """
    checked: list[int] = []
    for name, value in (
        ("treatment.events", y1),
        ("treatment.n", n1),
        ("control.events", y0),
        ("control.n", n0),
    ):
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise InputError(name, value, "a count is a whole number", "give a whole number")
        count = operator.index(value)
        if count < 0:
            raise InputError(name, count, "a count cannot be negative", "check the count")
        checked.append(count)
    events1, patients1, events0, patients0 = checked
    for arm, events, patients in (
        ("treatment", events1, patients1),
        ("control", events0, patients0),
    ):
        if events > patients:
            raise InputError(
                f"{arm}.events",
                events,
                f"{arm}.n is {patients} and events cannot exceed n",
                "check both counts",
            )
    return events1, patients1 - events1, events0, patients0 - events0


def checked_level(level: float) -> float:
    """Confidence level, if it lies in (0, 1).

    Raises
    ------
    InputError
        Otherwise.
    """
    if not 0.0 < level < 1.0:
        raise InputError("level", level, "a confidence level lies in (0, 1)", "give 0.95, say")
    return float(level)


def empty_margin(cells: tuple[int, int, int, int]) -> str:
    """Why the table holds no comparison, in words; empty if it holds one."""
    events1, others1, events0, others0 = cells
    if events1 + others1 == 0:
        return "the treatment arm has no patients"
    if events0 + others0 == 0:
        return "the control arm has no patients"
    if events1 + events0 == 0:
        return "there is no event in either arm"
    if others1 + others0 == 0:
        return "every patient in both arms has the event"
    return ""
