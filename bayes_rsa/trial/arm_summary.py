"""Summaries of a marker in one arm, as a finding holds them."""

from __future__ import annotations

from typing import NamedTuple

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_count, check_number

__all__ = ["BeforeAfter", "Moments", "Quartiles", "moments_of", "parts"]

SD_REMEDY = "write the standard deviation, not the standard error"


class Moments(NamedTuple):
    """Mean and standard deviation of one arm, in the marker's unit, and how many were measured."""

    mean: float
    sd: float
    n: int


class Quartiles(NamedTuple):
    """Lower quartile, median and upper quartile of one arm, in the marker's unit, and n."""

    q1: float
    median: float
    q3: float
    n: int


class BeforeAfter(NamedTuple):
    """Mean and standard deviation at baseline and at follow-up of one arm, and n with both."""

    baseline_mean: float
    baseline_sd: float
    mean: float
    sd: float
    n: int


def parts(field: str, value: object, names: tuple[str, ...]) -> tuple[object, ...]:
    """Return the parts of one arm's summary, in order."""
    if not isinstance(value, tuple | list) or len(value) != len(names):
        order = ", ".join(names)
        raise InputError(field, value, f"it must hold {order}", f"write them as ({order})")
    return tuple(value)


def moments_of(field: str, value: object) -> Moments:
    """Return one arm's mean, SD and n, checked."""
    mean, sd, n = parts(field, value, Moments._fields)
    return Moments(
        check_number(f"{field}.mean", mean),
        check_number(f"{field}.sd", sd, above=0, remedy=SD_REMEDY),
        check_count(f"{field}.n", n, least=2),
    )
