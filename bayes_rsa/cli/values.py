"""What users write after an option, read into values; errors name the option."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_choice, check_integer, check_number

__all__ = [
    "FORMATS",
    "naming",
    "required",
    "to_choice",
    "to_counts",
    "to_integer",
    "to_number",
    "to_pair",
    "to_probability",
]

FORMATS: Final = ("table", "json", "csv")

_COUNTS: Final = re.compile(r"\s*([0-9]{1,12})\s*/\s*([0-9]{1,12})\s*", re.ASCII)
_NUMBER: Final = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\s*")
_INTEGER: Final = re.compile(r"\s*[-+]?[0-9]{1,18}\s*")


def to_counts(option: str, text: str) -> tuple[int, int]:
    """Events and n from ``60/75``."""
    match = _COUNTS.fullmatch(text)
    if match is None:
        raise InputError(
            option, text, "counts are two whole numbers, events/n", "write it like 60/75"
        )
    events, n = int(match[1]), int(match[2])
    if events > n:
        raise InputError(
            option,
            text,
            f"events ({events}) cannot exceed n ({n})",
            "write events first, like 60/75",
        )
    return events, n


def to_pair(option: str, text: str) -> tuple[str, str]:
    """Two printed numbers from ``1.10,4.81``, as text."""
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip() for part in parts):
        raise InputError(
            option,
            text,
            "an interval is two limits with one comma between them",
            "write it like 1.10,4.81, with a point as the decimal sign",
        )
    return parts[0].strip(), parts[1].strip()


def to_number(
    option: str,
    text: str,
    *,
    above: float = -math.inf,
    below: float = math.inf,
    remedy: str = "write it with digits, like 0.5",
) -> float:
    """A finite number strictly between two bounds."""
    if _NUMBER.fullmatch(text) is None:
        raise InputError(option, text, "it must be a number", remedy)
    return check_number(option, float(text), above=above, below=below, remedy=remedy)


def to_probability(option: str, text: str) -> float:
    """A number strictly between 0 and 1."""
    return to_number(option, text, above=0, below=1, remedy="write 0.95 for 95%")


def to_integer(option: str, text: str, *, least: int = 0) -> int:
    """A whole number of at least ``least``."""
    if _INTEGER.fullmatch(text) is None:
        raise InputError(
            option, text, f"it must be a whole number of at least {least}", "write it with digits"
        )
    return check_integer(option, int(text), least=least)


def to_choice(option: str, text: str, options: tuple[str, ...]) -> str:
    """One of the named options."""
    return check_choice(option, text, options)


def required(option: str, value: str | None, why: str, remedy: str) -> str:
    """The value of an option that cannot be left out here."""
    if value is None:
        raise InputError(option, MISSING, why, remedy)
    return value


@contextmanager
def naming(options: Mapping[str, str]) -> Iterator[None]:
    """Name the option where an InputError names a field: ``reported.ci`` becomes ``--ci``.

    Parameters
    ----------
    options
        Field to option; a field that ends in a point stands for all its parts: ``reported.ci.``.
    """
    try:
        yield
    except InputError as error:
        raise _renamed(error, options) from None


def _renamed(error: InputError, options: Mapping[str, str]) -> InputError:
    fields = [_option(field, options) for field in error.field.split(" and ")]
    rule, remedy = error.rule, error.remedy
    for field, option in options.items():
        if "." in field:
            rule, remedy = rule.replace(field, option), remedy.replace(field, option)
    value = MISSING if error.value is None else error.value
    return InputError(" and ".join(fields), value, rule, remedy)


def _option(field: str, options: Mapping[str, str]) -> str:
    for known, option in options.items():
        if field == known or (known.endswith(".") and field.startswith(known)):
            return option
    return field
