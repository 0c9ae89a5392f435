"""The trapezoidal rule for many smooth one-dimensional densities at once.

A row is summed at equal steps of w, u = centre + scale sinh(w). For a density that is analytic and
falls off on both sides the error falls exponentially in the number of nodes: some sixty do for a
normal peak, where panels take a hundred and fifty. The nodes are nested, so that one sum holds
three rules, each with twice the nodes of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.windows import (
    LAPLACE,
    ROUNDING,
    Indices,
    LogDensity,
    finer,
    places_around,
)

Truths = NDArray[np.bool_]

_STRETCH: Final = 2.0
"""About how many distances of a nat around the mode the map is linear for."""
_STEP: Final = 0.07
_NEAR: Final = 28
_MORE: Final = 12
_FARTHEST: Final = 88
"""Steps on each side: at once, then at a time, and at most (470 distances of a nat)."""
_HALVINGS: Final = 2
_DEPTH: Final = 40.0
"""Nats below its peak at which a density in w is cut: exp(-40) is 4e-18."""
_PARABOLA: Final = 4.0
"""Nats between neighbouring places in which a log density is about a parabola."""
_ZOOMS: Final = 12
_COINCIDE: Final = 1e-9


def trapezoid(
    log_density: LogDensity, seeds: Floats, *, tolerance: float = 1e-12, halved: bool = False
) -> tuple[Floats, Floats]:
    """Integrate every row over the line, where this rule can.

    Parameters
    ----------
    log_density, seeds, tolerance, halved
        As in :func:`bayes_rsa.exact.rows.integrate`.

    Returns
    -------
    log_total, error
        Shape ``(rows,)``: log integral and its estimated relative error; inf for a row that is not
        resolved to the tolerance.

    References
    ----------
    Trefethen LN, Weideman JAC. The exponentially convergent trapezoidal rule. SIAM Review
    2014;56:385-458. doi:10.1137/130932132
    """
    log_total, error = np.full(seeds.shape[0], -np.inf), np.full(seeds.shape[0], np.inf)
    sums = _Sums.of(log_density, _bulk(log_density, seeds))
    for turn in range(_HALVINGS + 1):
        if turn or halved:
            sums.halve(log_density)
        total, rest = sums.result()
        with np.errstate(invalid="ignore"):
            good = rest <= tolerance + ROUNDING * np.abs(sums.peak)
        log_total[sums.row[good]] = total[good]
        error[sums.row[good]] = rest[good]
        if good.all():
            break
        sums = sums.kept(~good)
    return log_total, error


def laplace(log_density: LogDensity, seeds: Floats) -> Floats:
    """Log integral of every row by Laplace's method, to a nat or so; nan where it does not apply.

    Parameters are those of :func:`trapezoid`.
    """
    bulk = _bulk(log_density, seeds)
    approximate = np.full(seeds.shape[0], np.nan)
    approximate[bulk.row] = bulk.peak + np.log(bulk.scale) + LAPLACE
    return approximate


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Bulk:
    """Rows with one peak that is about a parabola: where it is, and how wide.

    ``left`` and ``right`` are the farthest places at which the density is not negligible.
    """

    row: Indices
    centre: Floats
    scale: Floats
    peak: Floats
    left: Floats
    right: Floats


def _bulk(log_density: LogDensity, seeds: Floats) -> _Bulk:
    rows = np.arange(seeds.shape[0])
    places = _apart(places_around(seeds))
    known = np.isfinite(places)
    heights = log_density(rows[:, None], np.where(known, places, 0.0))
    heights = np.where(known, heights, -np.inf)
    best = np.argmax(heights, axis=1)
    enclosed = (best > 0) & (best < known.sum(axis=1) - 1) & np.isfinite(heights[rows, best])
    row = np.flatnonzero(enclosed & _one_peak(heights, best))
    three = best[row][:, None] + np.arange(-1, 2)
    x, f = places[row[:, None], three], heights[row[:, None], three]
    for _ in range(_ZOOMS):
        steep = np.flatnonzero(((f[:, 1:2] - f) > _PARABOLA).any(axis=1))
        if not steep.size:
            break
        grid = finer(*(x[steep, k][:, None] for k in range(3)))
        values = log_density(row[steep][:, None], grid)
        three = np.clip(np.argmax(values, axis=1), 1, grid.shape[1] - 2)[:, None] + np.arange(-1, 2)
        x[steep] = np.take_along_axis(grid, three, axis=1)
        f[steep] = np.take_along_axis(values, three, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = (f[:, 1:] - f[:, :-1]) / (x[:, 1:] - x[:, :-1])
        curvature = 2.0 * (slopes[:, 1] - slopes[:, 0]) / (x[:, 2] - x[:, 0])
        away = 0.5 * (x[:, 0] - x[:, 1]) - slopes[:, 0] / curvature
        centre, peak = x[:, 1] + away, f[:, 1] - 0.5 * curvature * away**2
        scale = np.sqrt(-2.0 / curvature)
        fit = (f[:, 1:2] - f <= _PARABOLA).all(axis=1) & np.isfinite(scale) & (scale > 0)
    row, peak, centre = row[fit], peak[fit], np.clip(centre, x[:, 0], x[:, 2])[fit]
    matters = heights[row] > peak[:, None] - _DEPTH
    left = np.where(matters, places[row], np.inf).min(axis=1)
    right = np.where(matters, places[row], -np.inf).max(axis=1)
    return _Bulk(row, centre, scale[fit], peak, left, right)


def _apart(places: Floats) -> Floats:
    """In order, without those that coincide; nan at the end."""
    places = np.sort(places, axis=1)
    same = ~(places[:, 1:] - places[:, :-1] > _COINCIDE * (1.0 + np.abs(places[:, 1:])))
    if same.any():
        places[:, 1:][same] = np.nan
        places.sort(axis=1)
    return places


def _one_peak(heights: Floats, best: Indices) -> Truths:
    """Whether the density rises to its best place and falls after it, as far as it matters."""
    least = heights[np.arange(best.size), best] - _DEPTH
    with np.errstate(invalid="ignore"):
        rise = heights[:, 1:] - heights[:, :-1]
    before = np.arange(heights.shape[1] - 1) < best[:, None]
    valley = np.where(before, rise < 0, rise > 0)
    farther = np.where(before, heights[:, :-1], heights[:, 1:])
    return ~(valley & (farther > least[:, None])).any(axis=1)


@dataclass(slots=True, eq=False, repr=False)
class _Sums:
    """Sums of the density in w over equal steps, relative to exp(``peak``).

    ``fourth``, ``second`` and ``odd`` are over nodes whose number is a multiple of four, another
    even one and an odd one.
    """

    row: Indices
    centre: Floats
    scale: Floats
    peak: Floats
    fourth: Floats
    second: Floats
    odd: Floats
    first: int = -_NEAR
    last: int = _NEAR
    step: float = _STEP

    @classmethod
    def of(cls, log_density: LogDensity, bulk: _Bulk) -> _Sums:
        """From the mode outwards, until all that matters is summed."""
        nothing = np.zeros((4, bulk.row.size))
        sums = cls(bulk.row, bulk.centre, _STRETCH * bulk.scale, *nothing)
        numbers = np.arange(-_NEAR, _NEAR + 1)
        u, log_g = sums._at(log_density, numbers)
        sums.peak = log_g.max(axis=1)
        log_g -= sums.peak[:, None]
        sums._add(np.arange(bulk.row.size), numbers, log_g)
        for sign, end, reach in ((-1, 0, bulk.left), (1, -1, bulk.right)):
            rest = np.flatnonzero(_goes_on(log_g[:, end], u[:, end], reach, sign))
            sums._outward(log_density, rest, reach, sign)
        return sums

    def _outward(self, log_density: LogDensity, rest: Indices, reach: Floats, sign: int) -> None:
        """Sum these rows on to where all that matters is summed, or to the farthest step.

        What is cut off before its end shows in the error: the rules differ by its last nodes.
        """
        far = _NEAR
        while rest.size and far < _FARTHEST:
            numbers = sign * np.arange(far + 1, far + _MORE + 1)
            u, log_g = self._at(log_density, numbers, rest)
            log_g -= self.peak[rest][:, None]
            self._add(rest, numbers, log_g)
            far += _MORE
            rest = rest[_goes_on(log_g[:, -1], u[:, -1], reach[rest], sign)]
        if sign < 0:
            self.first = -far
        else:
            self.last = far

    def kept(self, keep: Truths) -> _Sums:
        """The same of some of the rows."""
        return replace(
            self,
            row=self.row[keep],
            centre=self.centre[keep],
            scale=self.scale[keep],
            peak=self.peak[keep],
            fourth=self.fourth[keep],
            second=self.second[keep],
            odd=self.odd[keep],
        )

    def halve(self, log_density: LogDensity) -> None:
        """Twice the nodes."""
        between = np.arange(self.first, self.last, dtype=np.float64) + 0.5
        _, log_g = self._at(log_density, between)
        self.fourth, self.second = self.fourth + self.second, self.odd
        self.odd = np.exp(np.minimum(log_g - self.peak[:, None], 300.0)).sum(axis=1)
        self.first, self.last, self.step = 2 * self.first, 2 * self.last, 0.5 * self.step

    def result(self) -> tuple[Floats, Floats]:
        """Log integral of each row, and its relative error: the change by the last nodes doubled.

        Nodes doubled square the error of such a sum, about; a change that is smaller than the
        square of the one before is luck, and is not believed.
        """
        quarter, half = 4.0 * self.fourth, 2.0 * (self.fourth + self.second)
        total = self.fourth + self.second + self.odd
        with np.errstate(divide="ignore", invalid="ignore"):
            before, change = np.abs(half - quarter) / total, np.abs(total - half) / total
            log_total = np.log(total * self.scale * self.step) + self.peak
        return log_total, np.maximum(change, before**2)

    def _at(
        self, log_density: LogDensity, numbers: Floats | Indices, some: Indices | None = None
    ) -> tuple[Floats, Floats]:
        row, centre, scale = self.row, self.centre, self.scale
        if some is not None:
            row, centre, scale = row[some], centre[some], scale[some]
        w = self.step * numbers
        u = centre[:, None] + scale[:, None] * np.sinh(w)
        return u, log_density(row[:, None], u) + np.log(np.cosh(w))

    def _add(self, rows: Indices, numbers: Indices, log_g: Floats) -> None:
        g = np.exp(np.minimum(log_g, 300.0))
        self.fourth[rows] += g[:, numbers % 4 == 0].sum(axis=1)
        self.second[rows] += g[:, numbers % 4 == 2].sum(axis=1)
        self.odd[rows] += g[:, numbers % 2 == 1].sum(axis=1)


def _goes_on(log_g: Floats, u: Floats, reach: Floats, sign: int) -> Truths:
    """Whether a side is to be summed farther than u: the density there, or a place beyond."""
    return ~((log_g < -_DEPTH) & (sign * (u - reach) >= 0))
