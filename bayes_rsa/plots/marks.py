"""Numbered discs for named priors, which do not cover each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from bayes_rsa.plots.style import INK, QUIET, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE: Final = 0.16
"""Diameter of a disc, in inches."""


def numbered(
    axes: Axes, points: Mapping[int, tuple[float, float]], inches: tuple[float, float]
) -> None:
    """Mark points by their numbers; a disc that would cover another is moved and tied to its place.

    Parameters
    ----------
    axes
        Axes whose limits are set.
    points
        Coordinates by number.
    inches
        Width and height of the axes.
    """
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    units = inches[0] / (x1 - x0), inches[1] / (y1 - y0)
    taken: list[tuple[float, float]] = []
    for number, (x, y) in points.items():
        at = (x - x0) * units[0], (y - y0) * units[1]
        disc = _free(at, taken, inches)
        taken.append(disc)
        shown = x0 + disc[0] / units[0], y0 + disc[1] / units[1]
        if disc != at:
            axes.plot((x, shown[0]), (y, shown[1]), color=INK, linewidth=0.6, zorder=4)
            axes.plot(x, y, marker=".", markersize=3.5, color=INK, zorder=4, clip_on=False)
        axes.plot(
            *shown,
            marker="o",
            markersize=72 * _SIZE - 0.5,
            color="white",
            markeredgecolor=QUIET,
            markeredgewidth=0.6,
            clip_on=False,
            zorder=5,
        )
        axes.text(*shown, str(number), fontsize=SMALL, ha="center", va="center_baseline", zorder=6)


def _free(
    at: tuple[float, float], taken: Sequence[tuple[float, float]], room: tuple[float, float]
) -> tuple[float, float]:
    """The nearest place, on circles around a point, where a disc covers none of the others."""
    for ring in range(14):
        steps = 12 if ring else 1
        radius = 0.75 * ring * _SIZE
        for k in range(steps):
            turn = math.pi * (2 * k / steps + 0.25)
            place = at[0] + radius * math.cos(turn), at[1] + radius * math.sin(turn)
            inside = all(_SIZE / 2 <= v <= r - _SIZE / 2 for v, r in zip(place, room, strict=True))
            if ring and not inside:
                continue
            if all(math.dist(place, other) >= _SIZE for other in taken):
                return place if ring else at
    return at
