"""Tipping points as values: what tips, where, and what it belongs to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """The value of one hyperparameter at which a probability crosses a threshold.

    Attributes
    ----------
    statement, threshold
        What is asked, and the probability that tips it.
    varied
        What varies, in words: ``prior SD of the log odds ratio``.
    values
        Every value at which the probability crosses, ascending; empty if it never does.
    searched
        Range that was searched.
    reached
        Smallest and largest probability over that range.
    fixed
        What was held fixed, in words: ``prior mean 0``.
    level
        The prior on the baseline (or on the arms) that the answer belongs to.
    """

    statement: str
    threshold: float
    varied: str
    values: tuple[float, ...]
    searched: tuple[float, float]
    reached: tuple[float, float]
    fixed: str
    level: str

    @property
    def crosses(self) -> bool:
        """Whether there is a tipping point in the range searched."""
        return bool(self.values)

    @property
    def value(self) -> float | None:
        """The only tipping point; ``None`` if there is none, or more than one."""
        return self.values[0] if len(self.values) == 1 else None

    def explain(self) -> str:
        """The result in one sentence, with the baseline choice beside it."""
        where = f"{self.fixed}; {self.level}" if self.fixed else self.level
        if self.crosses:
            found = " and ".join(f"{x:.4g}" for x in self.values)
            what = f"P({self.statement}) is {self.threshold:g}"
            return f"{what} at a {self.varied} of {found} ({where})."
        low, high = (f"{x:.4g}" for x in self.searched)
        least, most = (f"{x:.4g}" for x in self.reached)
        return (
            f"P({self.statement}) never crosses {self.threshold:g}: for a {self.varied} from {low} "
            f"to {high} it lies between {least} and {most} ({where})."
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return asdict(self) | {"values": list(self.values), "crosses": self.crosses}


@dataclass(frozen=True, slots=True)
class TippingCurve:
    """For each value of one hyperparameter, the value of another that tips.

    Attributes
    ----------
    statement, threshold
        As in :class:`TippingPoint`.
    along, at
        What the points run along, in words, and its values.
    points
        A tipping point for each of them.
    """

    statement: str
    threshold: float
    along: str
    at: tuple[float, ...]
    points: tuple[TippingPoint, ...]

    @property
    def varied(self) -> str:
        """What tips, in words."""
        return self.points[0].varied

    @property
    def level(self) -> str:
        """The prior on the baseline that the curve belongs to."""
        return self.points[0].level

    def pairs(self) -> tuple[Floats, Floats]:
        """The curve as two arrays: ``at`` and what tips there, one entry for each crossing."""
        found = [(x, y) for x, p in zip(self.at, self.points, strict=True) for y in p.values]
        both = np.array(found, dtype=float).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        points = [p.to_dict() for p in self.points]
        return asdict(self) | {"at": list(self.at), "points": points, "level": self.level}
