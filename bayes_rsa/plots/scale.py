"""The axis of an estimand: where its values stand, which are labelled, which side is better."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS, Estimand
from bayes_rsa.plots.style import FAINT, LINE, RULE, SMALL
from bayes_rsa.plots.text import short, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_LARGEST: Final = 700.0
_STRIDES: Final = (1, 2, 5, 10, 20, 50, 100)
_COVERED: Final = 0.35
"""Share of the axis that the ticks of a ratio span at least."""
_SPACE: Final = 0.09
"""Inches between two labels."""
DECADE_STEPS: Final = (
    tuple(a * 10.0**k for k in range(-4, 5) for a in (1, 2, 3, 5, 7)),
    tuple(a * 10.0**k for k in range(-4, 5) for a in (1, 2, 5)),
)
"""Round numbers for a positive quantity."""
RATIO_STEPS: Final = (
    (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2),
    (0.25, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4),
    tuple(2.0**k for k in range(-3, 8)),
    *DECADE_STEPS,
)
"""Round numbers for a ratio, whose middle is one."""


@dataclass(frozen=True, slots=True)
class EstimandScale:
    """How an estimand is laid out on an axis: ratios by their log, anything else as it is.

    Parameters
    ----------
    estimand
        A ratio and its log give the same axis, labelled with the ratio.
    """

    estimand: Estimand

    @classmethod
    def of(cls, key: str) -> EstimandScale:
        """The scale of an estimand by its key; the log of a ratio is shown as the ratio."""
        return cls(ESTIMANDS[key.removeprefix("log_")])

    @property
    def is_ratio(self) -> bool:
        """Whether positions are natural logs."""
        return self.estimand.kind == "ratio"

    @property
    def key(self) -> str:
        """Key of the estimand whose value is the position on the axis: the log of a ratio."""
        return self.estimand.log_key or self.estimand.key

    @property
    def null(self) -> float | None:
        """Position of no effect."""
        return None if self.estimand.null is None else self.position(self.estimand.null)

    @property
    def label(self) -> str:
        """Label of the axis."""
        return f"{self.estimand.label}, log scale" if self.is_ratio else self.estimand.label

    def position(self, value: float) -> float:
        """Where a value stands on the axis."""
        if not self.is_ratio:
            return value
        if value <= 0:
            return -math.inf
        return math.log(value) if math.isfinite(value) else value

    def value(self, position: float) -> float:
        """The value that stands at a position."""
        if not self.is_ratio:
            return position
        return math.exp(min(position, _LARGEST))

    def ticks(self, limits: tuple[float, float], inches: float) -> tuple[list[float], list[str]]:
        """Positions and labels of the ticks: as many as stand apart on an axis of this width."""
        return log_ticks(limits, inches) if self.is_ratio else linear_ticks(limits, inches)


def log_ticks(
    limits: tuple[float, float],
    inches: float,
    steps: Sequence[Sequence[float]] = RATIO_STEPS,
) -> tuple[list[float], list[str]]:
    """Natural logs and labels of round numbers that stand apart on an axis of this width.

    Parameters
    ----------
    limits
        Natural logs of both ends.
    inches
        Width of the axis.
    steps
        Sets of round numbers to try, the finest first; powers of ten come after them.
    """
    low, high = limits
    powers = [tuple(10.0**k for k in range(-300, 301, stride)) for stride in _STRIDES]
    for step in [*steps, *powers]:
        found = [x for x in step if low - 1e-9 <= math.log(x) <= high + 1e-9]
        if len(found) < 2 or math.log(found[-1] / found[0]) < _COVERED * (high - low):
            continue
        places = [math.log(x) for x in found]
        labels = [short(x) if 1e-4 <= x <= 1e4 else f"{x:.0e}" for x in found]
        if _apart(places, labels, inches / (high - low)):
            return places, labels
    # A range between two round numbers: label its ends.
    ends = [low + 0.05 * (high - low), high - 0.05 * (high - low)]
    return ends, [f"{math.exp(x):.3g}" for x in ends]


def linear_ticks(limits: tuple[float, float], inches: float) -> tuple[list[float], list[str]]:
    """Positions and labels of round numbers that stand apart on an axis of this width."""
    low, high = limits
    places: list[float] = []
    labels: list[str] = []
    for count in range(8, 0, -1):
        found = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        places = [float(x) for x in found if low - 1e-9 <= x <= high + 1e-9]
        labels = [short(round(x, 9)) for x in places]
        if _apart(places, labels, inches / (high - low)):
            break
    return places, labels


def _apart(places: Sequence[float], labels: Sequence[str], inches: float) -> bool:
    """Whether no two neighbouring labels touch; ``inches`` are those of one unit."""
    widths = [text_width(label, SMALL) for label in labels]
    return all(
        (places[k + 1] - places[k]) * inches >= (widths[k] + widths[k + 1]) / 2 + _SPACE
        for k in range(len(places) - 1)
    )


def padded(positions: Iterable[float], share: float = 0.04) -> tuple[float, float]:
    """Limits around the finite positions, with room at both ends."""
    finite = [x for x in positions if math.isfinite(x)]
    if not finite:
        return -1.0, 1.0
    low, high = min(finite), max(finite)
    room = share * (high - low) or 0.1
    return low - room, high + room


def dress(
    axes: Axes,
    scale: EstimandScale,
    limits: tuple[float, float],
    *,
    inches: float,
    rope: tuple[float, float] | None = None,
    null: bool = True,
    label: bool = True,
) -> None:
    """Limits, ticks, label, null line and region of practical equivalence of an estimand's axis.

    Parameters
    ----------
    axes
        Where; the estimand runs along x.
    limits
        Positions of both ends.
    inches
        Width of the axes, which decides how many ticks there is room for.
    rope
        Region of practical equivalence, in values of the estimand.
    """
    axes.set_xlim(*limits)
    places, labels = scale.ticks(limits, inches)
    axes.set_xticks(places, labels)
    if label:
        axes.set_xlabel(scale.label)
    if rope is not None:
        low, high = (float(np.clip(scale.position(x), *limits)) for x in rope)
        axes.axvspan(low, high, color=FAINT, linewidth=0, zorder=0, gid="rope")
    if null and scale.null is not None:
        axes.axvline(scale.null, color=RULE, linewidth=0.8, zorder=0.5, gid="null")


@dataclass(frozen=True, slots=True)
class Favours:
    """The words below an axis that say which side favours which arm.

    Parameters
    ----------
    left, right
        The words at each end.
    lines
        How many lines they take: one, or two where they do not fit side by side.
    centred
        Whether they are wider than the axis, and so are centred below it.
    """

    left: str
    right: str
    lines: int
    centred: bool

    def write(self, axes: Axes, *, below: float) -> None:
        """Write them ``below`` inches under the axis."""
        for place, words in enumerate((self.left, self.right)):
            drop = below + (place * LINE if self.lines == 2 else 0.0)
            axes.annotate(
                words,
                (0.5 if self.centred else float(place), 0.0),
                (0.0, -72 * drop),
                xycoords="axes fraction",
                textcoords="offset points",
                ha="center" if self.centred else "right" if place else "left",
                va="top",
                fontsize=SMALL,
                annotation_clip=False,
            )


def favours(
    better: str,
    *,
    inches: float,
    treatment: str = "treatment",
    control: str = "control",
) -> Favours:
    """Words for the two sides of a contrast, treatment against control, growing to the right.

    Parameters
    ----------
    better
        ``higher``: the right side favours treatment; ``lower``: the left side does.
    inches
        Width of the axis.
    treatment, control
        Names of the arms.
    """
    if better not in ("higher", "lower"):
        raise InputError("better", better, "it is 'higher' or 'lower'", "use one of these")
    left, right = (control, treatment) if better == "higher" else (treatment, control)
    both = f"\u2190 favours {left}", f"favours {right} \u2192"
    widths = [text_width(words, SMALL) for words in both]
    together = sum(widths) + 0.1 <= inches
    return Favours(*both, 1 if together else 2, max(widths) > inches)
