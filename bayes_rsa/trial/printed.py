"""A number as it was printed, kept as text so that it does not lose its last place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, Missing

__all__ = ["Printed"]

_FORM: Final = re.compile(
    r"(?P<relation>[<>=]?)\s*(?P<sign>[-\u2212+]?)(?P<digits>[0-9]+(?:[.\u00b7][0-9]+)?|[.\u00b7][0-9]+)"
    r"(?:[eE](?P<power>[-+]?[0-9]{1,2}))?",
    re.ASCII,
)
_LONGEST: Final = 40


@lru_cache(maxsize=1024)
def _parse(text: str) -> tuple[str, Decimal, int]:
    """Split a printed number into relation, value, and decimal places."""
    match = _FORM.fullmatch(text)
    if match is None or len(text) > _LONGEST:
        raise ValueError(text)
    digits = match["digits"].replace("\u00b7", ".")
    power = int(match["power"] or 0)
    sign = "-" if match["sign"] in ("-", "\u2212") else ""
    decimals = len(digits.partition(".")[2]) - power
    return match["relation"] or "=", Decimal(f"{sign}{digits}E{power}"), decimals


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as a publication prints it: ``2.30``, ``<0.05``, ``−0.5``.

    Parameters
    ----------
    text
        The characters as printed, with ``.`` or ``·`` as the decimal sign and, where printed,
        ``<``, ``>`` or ``=`` before them. Blanks around them are dropped.

    Raises
    ------
    InputError
        Not a text, or not a printed number.

    Notes
    -----
    A float cannot hold ``2.30``: it becomes 2.3, and one unit of the last printed place, against
    which an audit compares, would be ten times too large.
    """

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _checked("printed number", self.text))

    def __str__(self) -> str:
        return self.text

    @classmethod
    def of(cls, value: object, field: str) -> Printed:
        """Make a printed number of a text (or of one already made), naming the field in errors."""
        return value if isinstance(value, Printed) else cls(_checked(field, value))

    @property
    def relation(self) -> str:
        """``"="``, ``"<"`` or ``">"``: what the print says about the number."""
        return _parse(self.text)[0]

    @property
    def decimal(self) -> Decimal:
        """The number itself, exactly."""
        return _parse(self.text)[1]

    @property
    def value(self) -> float:
        """The number itself, as the nearest float."""
        return float(_parse(self.text)[1])

    @property
    def decimals(self) -> int:
        """Decimal places printed; negative where the last printed place is above one."""
        return _parse(self.text)[2]

    @property
    def unit(self) -> float:
        """One unit of the last printed place: 0.01 for ``2.30``."""
        return float(Decimal(1).scaleb(-self.decimals))


def _checked(field: str, value: object) -> str:
    """Return the printed number's text, or raise."""
    if value is None or isinstance(value, Missing):
        raise InputError(field, MISSING, "it is required", 'write it in quotes, such as "2.30"')
    if isinstance(value, bool) or not isinstance(value, str):
        raise InputError(
            field,
            value,
            "a printed number is kept as text, because a number loses its last printed place "
            "(2.30 becomes 2.3)",
            'write it in quotes exactly as printed, such as "2.30"',
        )
    text = value.strip()
    try:
        _parse(text)
    except ValueError:
        raise InputError(
            field,
            value,
            "it must be one printed number, with a point as the decimal sign",
            'write it as in "2.30" or "<0.05", without units, percent signs or words',
        ) from None
    return text
