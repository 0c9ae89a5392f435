"""Every printed number: its id, its value, its text, and the one rule that rounds it.

The digits follow the error: one unit of the last printed place is never smaller than the number's
Monte Carlo standard error. An exact number gets a fixed number of places, by kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Final

MINUS: Final = "\u2212"
NONE: Final = "\u2013"
WITHHELD: Final = "withheld"

PLACES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "ratio": 2,
        "log": 3,
        "difference": 3,
        "probability": 3,
        "exact probability": 4,
        "p-value": 4,
        "percent": 1,
        "printed percent": 2,
        "count": 0,
        "nnt": 1,
        "z": 1,
        "r-hat": 4,
        "e-bfmi": 2,
        "mean": 3,
        "spread": 3,
        "sensitivity": 3,
        "amount": 4,
        "recomputed": 5,
    }
)
"""Decimal places of each kind of number where its error allows them."""

_RAISED: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_ID: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number.

    Parameters
    ----------
    id
        Stable name, such as ``reference.odds_ratio.median``.
    value
        The number itself; None where it is withheld, infinite or does not exist.
    text
        As printed.
    error
        Monte Carlo standard error, or the bound of an exact number's error; None where there is
        none to state.
    engine
        What made it: ``nuts``, ``exact``, ``trial`` (counted), ``classical``, ``prior``,
        ``simulation``, ``normal`` (the normal approximation).
    """

    id: str
    value: float | None
    text: str
    error: float | None
    engine: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is not the id of a number")


@dataclass(slots=True)
class Numbers:
    """The numbers of one report, by id: what ``numbers.json`` holds."""

    _known: dict[str, Number] = field(default_factory=dict)

    def add(
        self,
        name: str,
        value: float | None,
        kind: str,
        *,
        error: float | None = None,
        engine: str,
        withheld: bool = False,
    ) -> Number:
        """A number with its text; the same id gives the same number.

        Parameters
        ----------
        name
            Its id.
        value
            The number; None where it does not exist.
        kind
            A key of ``PLACES``, or ``error`` for an error itself (one significant digit).
        error
            Its Monte Carlo standard error, or the bound of its error.
        engine
            What made it.
        withheld
            Whether a failed gate withholds it: then its value is None.
        """
        if withheld:
            return self.keep(Number(name, None, WITHHELD, None, engine))
        shown = written(value, kind, error)
        finite = value is not None and math.isfinite(value)
        kept = float(value) if finite and value is not None else None
        return self.keep(Number(name, kept, shown, error, engine))

    def keep(self, number: Number) -> Number:
        """Register a number whose text is settled; two different ones may not share an id."""
        known = self._known.setdefault(number.id, number)
        if known != number:
            raise ValueError(f"two numbers share the id {number.id!r}: {known} and {number}")
        return number

    def __iter__(self) -> Iterator[Number]:
        return iter(sorted(self._known.values(), key=lambda number: number.id))

    def __len__(self) -> int:
        return len(self._known)

    def __getitem__(self, name: str) -> Number:
        return self._known[name]

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Plain data, sorted by id."""
        return {
            number.id: {key: value for key, value in asdict(number).items() if key != "id"}
            for number in self
        }


def places(value: float, kind: str, error: float | None = None) -> int:
    """Decimal places of a number; negative where whole tens or hundreds are all that is known.

    Parameters
    ----------
    value
        The number.
    kind
        A key of ``PLACES``, or ``error``.
    error
        Its error, on the same scale; None or 0 if it has none.
    """
    size = abs(value)
    if kind == "error":
        return -math.floor(math.log10(size)) if size > 0 else 1
    most = PLACES[kind]
    if kind == "ratio":
        most = _ratio_places(size)
    if error is None or error <= 0 or not math.isfinite(error):
        return most
    return min(most, math.floor(-math.log10(error) + 1e-9))


def _ratio_places(size: float) -> int:
    if size >= 100:
        return 0
    if size >= 10:
        return 1
    if size >= 0.1 or size == 0:
        return 2
    return min(5, 1 - math.floor(math.log10(size)))


def written(value: float | None, kind: str, error: float | None = None) -> str:
    """A number as printed: rounded by :func:`places`, a real minus sign, never P = 0 or 1."""
    if value is None or math.isnan(value):
        return NONE
    if math.isinf(value):
        return "\u221e" if value > 0 else f"{MINUS}\u221e"
    if kind in ("ratio", "error") and not error and _is_extreme(value, kind):
        return _scientific(value, 1 if kind == "error" else 2)
    digits = places(value, kind, error)
    if kind in ("probability", "exact probability", "p-value"):
        smallest = 10.0**-digits
        if value < smallest / 2:
            return f"<{_fixed(smallest, digits)}"
        if value > 1 - smallest / 2:
            return f">{_fixed(1 - smallest, digits)}"
    return _fixed(value, digits)


def _is_extreme(value: float, kind: str) -> bool:
    size = abs(value)
    least = 1e-4 if kind == "error" else 1e-3
    return size > 0 and not least <= size < 1e4


def _scientific(value: float, digits: int) -> str:
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    raised = str(int(power)).translate(_RAISED)
    return f"{mantissa}\u202f×\u202f10{raised}".replace("-", MINUS)


def _fixed(value: float, digits: int) -> str:
    rounded = round(value, digits)
    text = f"{0.0 if rounded == 0 else rounded:,.{max(digits, 0)}f}"
    return text.replace("-", MINUS)
