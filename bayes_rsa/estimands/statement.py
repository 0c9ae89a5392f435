"""Statements about an effect, such as ``OR > 1.25`` or ``-0.05 < RD < 0.05``, as values.

The grammar is ``[a <] X (< or >) b`` with X an estimand's symbol or ``NNT``; ``benefit`` and
``harm`` stand alone and follow the outcome's direction.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.estimands.estimand import ESTIMANDS, Estimand, available, of_measure

_SYMBOLS: Final = {e.symbol: e for e in ESTIMANDS.values()}
_NAMES: Final = (*_SYMBOLS, "NNT")
_NUMBER: Final = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_PATTERN: Final = re.compile(
    rf"(?:(?P<lower>{_NUMBER})\s*<\s*)?(?P<name>[A-Za-z_]+(?:\s+[A-Za-z]+)?)"
    rf"\s*(?P<sign>[<>])\s*(?P<bound>{_NUMBER})"
)


@dataclass(frozen=True, slots=True)
class Event:
    """An open interval on one estimand: what a statement comes down to.

    Parameters
    ----------
    estimand
        Key of the estimand.
    lower, upper
        Limits on the estimand's own scale; infinite where there is none.
    """

    estimand: str
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Statement:
    """A question with a probability for an answer; made by :meth:`parse`.

    Parameters
    ----------
    text
        The statement as given.
    name
        An estimand's symbol, ``NNT``, ``benefit`` or ``harm``.
    lower, upper
        The interval on that scale.
    """

    text: str
    name: str
    lower: float = -math.inf
    upper: float = math.inf

    @classmethod
    def parse(cls, text: str) -> Statement:
        """Read a statement; :class:`InputError` names what is wrong and what would be right."""
        if not isinstance(text, str):
            raise _bad(text, "a statement is text", "write it like 'OR > 1.25'")
        plain = text.strip()
        if plain in ("benefit", "harm"):
            return cls(text, plain)
        if "<=" in plain or ">=" in plain or "≥" in plain or "≤" in plain:
            raise _bad(text, "a statement takes < or >", "write < or > (a posterior has no atoms)")
        match = _PATTERN.fullmatch(plain)
        if match is None:
            raise _bad(
                text,
                "a statement is '[a <] X < b' or 'X > b'",
                f"write it like 'OR > 1.25', with X one of {', '.join(_NAMES)}, benefit, harm",
            )
        name = _name(text, match["name"])
        bound = float(match["bound"])
        if match["lower"] is None:
            limits = (bound, math.inf) if match["sign"] == ">" else (-math.inf, bound)
        elif match["sign"] == ">":
            raise _bad(text, "an interval needs < twice", "write it like '0.9 < OR < 1.1'")
        else:
            limits = (float(match["lower"]), bound)
        return cls(text, name, *_checked(text, name, limits))

    def resolve(self, better: str, measure: str = "OR", *, counts: bool = True) -> Event:
        """The event this statement is about, for a given trial.

        Parameters
        ----------
        better
            The outcome's direction, ``higher`` or ``lower``.
        measure
            The trial's measure; with ``counts`` it only decides what ``benefit`` is about.
        counts
            Whether the arms' counts are known.
        """
        if self.name in ("benefit", "harm"):
            upwards = (better == "higher") == (self.name == "benefit")
            null = of_measure(measure).null or 0.0
            limits = (null, math.inf) if upwards else (-math.inf, null)
            return Event(of_measure(measure).key, *limits)
        if self.name == "NNT":
            self._require("risk_difference", measure, counts)
            smallest = 0.0 if math.isinf(self.upper) else 1 / self.upper
            largest = math.inf if self.lower <= 0 else 1 / self.lower
            if better == "higher":
                return Event("risk_difference", smallest, largest)
            return Event("risk_difference", -largest, -smallest)
        estimand = _SYMBOLS[self.name]
        self._require(estimand.key, measure, counts)
        return Event(estimand.key, self.lower, self.upper)

    def _require(self, key: str, measure: str, counts: bool) -> None:
        known = available(measure, counts=counts) + (("log_risk_ratio",) if counts else ())
        if key not in known:
            names = ", ".join(ESTIMANDS[k].symbol for k in known)
            raise _bad(
                self.text,
                f"this trial does not inform {self.name}",
                f"ask about {names}, benefit or harm",
            )


def _name(text: str, written: str) -> str:
    name = " ".join(written.split())
    if name in _NAMES:
        return name
    folded = {n.lower(): n for n in _NAMES}
    close = difflib.get_close_matches(name.lower(), folded, n=1)
    hint = f"did you mean {folded[close[0]]!r}?" if close else f"name one of {', '.join(_NAMES)}"
    raise _bad(text, f"{name!r} is not an estimand", hint)


def _checked(text: str, name: str, limits: tuple[float, float]) -> tuple[float, float]:
    lower, upper = limits
    if lower == math.inf or upper == -math.inf:
        raise _bad(text, "a threshold is a finite number", "name a smaller one")
    if lower >= upper:
        raise _bad(text, "the lower limit must be below the upper", "exchange the limits")
    if name == "NNT":
        if math.isinf(upper):
            raise _bad(
                text,
                "NNT above a value mixes small benefits with every harm",
                "ask about RD instead, such as 'RD < 0.1'",
            )
        if upper <= 1 or (math.isfinite(lower) and lower < 1):
            raise _bad(text, "a number needed to treat is at least 1", "name a value above 1")
        return max(lower, 0.0), upper
    estimand: Estimand = _SYMBOLS[name]
    smallest, largest = estimand.bounds
    for value in limits:
        if math.isfinite(value) and not smallest < value < largest:
            raise _bad(
                text,
                f"{name} lies between {smallest:g} and {largest:g}",
                "name a threshold inside that range",
            )
    return limits


def _bad(text: object, rule: str, remedy: str) -> InputError:
    return InputError("statement", text, rule, remedy)
