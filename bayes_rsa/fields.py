"""Checks of one field each, shared by the values that validate when made.

Every check takes the field's name as the user wrote it, returns the value in its own type, and
raises :class:`~bayes_rsa.errors.InputError` with field, value, rule and remedy otherwise.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final, final

from bayes_rsa.errors import InputError

__all__ = [
    "MISSING",
    "NOT_REPORTED",
    "Missing",
    "check_choice",
    "check_count",
    "check_flag",
    "check_number",
    "check_text",
    "renamed",
    "suggestion",
]

MAX_COUNT: Final = 10**9
"""Largest number of participants an arm may have; above it the number is surely a mistake."""

NOT_REPORTED: Final = "not reported"
"""What a descriptive field says when the publication, as read, does not."""

MAX_TEXT: Final = 20_000
"""Longest text field, in characters."""


@final
class Missing:
    """Stands in an error for a value that was not given."""

    def __repr__(self) -> str:
        return "missing"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


def suggestion(word: str, options: Collection[str]) -> str:
    """Say which of the options was probably meant, or list them all.

    Parameters
    ----------
    word
        What the user wrote.
    options
        What they could have written.

    Returns
    -------
    str
        ``did you mean 'a'?``, or ``choose one of 'a', 'b'`` where nothing is near.
    """
    from difflib import get_close_matches

    lowered = {option.lower(): option for option in options}
    near = get_close_matches(word.strip().lower(), lowered, n=1, cutoff=0.6)
    if near:
        return f"did you mean {lowered[near[0]]!r}?"
    return f"choose one of {', '.join(repr(option) for option in options)}"


def _is_boolean(value: object) -> bool:
    # numpy.bool is recognised by name, because this module must not import numpy.
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def check_count(field: str, value: object, least: int = 0) -> int:
    """Return a whole number of people: an int or a numpy integer, never a bool, float or text."""
    rule = f"it must be a whole number of at least {least}"
    if value is None or value is MISSING:
        raise InputError(field, MISSING, "it is required", f"add {field} as a whole number")
    if _is_boolean(value) or isinstance(value, str):
        raise InputError(field, value, rule, "write it as a number without quotes, such as 60")
    try:
        count = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        remedy = "write the number of people themselves, such as 60, not a rate or a percentage"
        raise InputError(field, value, rule, remedy) from None
    if count < least:
        raise InputError(field, count, rule, "check the number in the publication")
    if count > MAX_COUNT:
        raise InputError(
            field, count, f"it must be at most {MAX_COUNT}", "check the number in the publication"
        )
    return count


def check_integer(field: str, value: object, *, least: int) -> int:
    """Return a whole-number setting, such as a seed: an int or a numpy integer, never a bool."""
    rule = f"it must be a whole number of at least {least}"
    if _is_boolean(value) or isinstance(value, str):
        raise InputError(field, value, rule, f"write it as a number, such as {max(least, 1)}")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise InputError(field, value, rule, "write it without a decimal point") from None
    if number < least:
        raise InputError(field, number, rule, f"choose {least} or more")
    return number


def check_number(
    field: str,
    value: object,
    *,
    above: float = -math.inf,
    below: float = math.inf,
    remedy: str = "write a finite number",
) -> float:
    """Return a finite float strictly between two bounds."""
    if value is None or value is MISSING:
        raise InputError(field, MISSING, "it is required", f"add {field} as a number")
    rule = "it must be a finite number"
    if _is_boolean(value) or isinstance(value, str):
        raise InputError(field, value, rule, "write it as a number without quotes")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise InputError(field, value, rule, remedy) from None
    if not math.isfinite(number):
        raise InputError(field, value, rule, remedy)
    if number <= above or number >= below:
        bounds = [f"above {above:g}"] if above > -math.inf else []
        bounds += [f"below {below:g}"] if below < math.inf else []
        raise InputError(field, value, f"it must be {' and '.join(bounds)}", remedy)
    return number


def check_flag(field: str, value: object) -> bool:
    """Return a plain bool."""
    if isinstance(value, bool):
        return value
    raise InputError(field, value, "it must be true or false", "write true or false without quotes")


def check_text(field: str, value: object, *, required: bool = False) -> str:
    """Return a text: a str of valid Unicode without control characters, not blank if required."""
    if value is None or value is MISSING:
        raise InputError(field, MISSING, "it is required", f"add {field} as text in quotes")
    if not isinstance(value, str):
        raise InputError(field, value, "it must be text", "write it in quotes")
    if required and not value.strip():
        raise InputError(field, value, "it must not be blank", "write a name or a sentence")
    if len(value) > MAX_TEXT:
        raise InputError(
            field, value[:40] + "…", f"it must have at most {MAX_TEXT} characters", "shorten it"
        )
    if any((c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" for c in value) or any(
        "\ud800" <= c <= "\udfff" for c in value
    ):
        raise InputError(
            field, value, "it must be text without control characters", "remove those characters"
        )
    return value


def check_choice(field: str, value: object, options: Collection[str]) -> str:
    """Return one of the named options, with a suggestion where another was written."""
    named = ", ".join(repr(option) for option in options)
    if value is None or value is MISSING:
        raise InputError(field, MISSING, f"it must be one of {named}", f"add {field}")
    if not isinstance(value, str):
        raise InputError(field, value, f"it must be one of {named}", "write it in quotes")
    if value not in options:
        raise InputError(field, value, f"it must be one of {named}", suggestion(value, options))
    return value


@contextmanager
def renamed(old: str, new: str) -> Iterator[None]:
    """Rename the head of the field in an InputError: ``arm.n`` becomes ``treatment.n``."""
    try:
        yield
    except InputError as error:
        if error.field != old and not error.field.startswith(f"{old}."):
            raise
        field = new + error.field[len(old) :]
        rule = error.rule.replace(f"{old}.", f"{new}.")
        remedy = error.remedy.replace(f"{old}.", f"{new}.")
        raise InputError(field, error.value, rule, remedy) from None
