"""Where the mass of many one-dimensional densities is: their modes, scales and limits.

A *row* is one unnormalised log density of a real ``u``, and gets its own map
``u = centre + scale * sinh(w)``: near its mode the map is linear at the row's own scale, far out it
is logarithmic. Both sides of all rows are searched together: each call of a density costs more than
the points in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bayes_rsa.exact.legendre import Floats

Indices = NDArray[np.intp]
LogDensity = Callable[[Indices, Floats], Floats]
"""(row, u) -> log density of that row at u; -inf where there is none.

``u`` has shape ``(k, m)`` and ``row`` shape ``(k, 1)``: each line of ``u`` is of one row.
"""
LogWeights = Callable[[Floats], Floats]
"""u -> log weights, shape ``(k, *u.shape)``; the first must be 0."""

DEPTH: Final = 46.0
"""Nats below its peak at which a density in w is cut: exp(-46) is 1e-20."""
FAR: Final = 34.0
"""Largest w: 1e14 scales from the mode, where rounding would blur the other coordinate."""
ROUNDING: Final = 2e-15
"""Relative rounding of a log density: one of size 1e4 carries 2e-11 into the density."""
LAPLACE: Final = 0.5 * float(np.log(np.pi))
"""Log integral of a parabola beyond its peak and the log of its distance of a nat."""
_COINCIDE: Final = 1e-13
_FLAT: Final = 2.0
_STRIDE: Final = 0.4
_ENCLOSING: Final = 2.0 ** np.arange(1, 7) - 1.0
_FALLING: Final = 2.0 ** np.arange(6)
_OUTWARD: Final = _STRIDE * np.arange(10)
_INNER: Final = np.arange(1, 5) / 5.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Windows:
    """Where each row has its mass: the map u = centre + scale sinh(w), and limits in w."""

    centre: Floats
    scale: Floats
    lower: Floats
    upper: Floats
    peak: Floats
    shift: Floats
    """Peak of the weighted log density above ``peak``, shape ``(rows, weights)``."""


def locate(log_density: LogDensity, seeds: Floats, weights: LogWeights | None = None) -> Windows:
    """Find each row's mode, scale and window.

    Parameters
    ----------
    log_density, weights
        As in :func:`bayes_rsa.exact.rows.integrate`.
    seeds
        Shape ``(rows, k)``: places that enclose the mode of each row; nan for none.
    """
    found = _modes(log_density, seeds)
    centre, scale, peak = found.centre, found.scale, found.peak
    shift = np.zeros((centre.size, 1))
    if weights is not None:
        shift = np.asarray(weights(centre)).T.copy()
    seen = found.heights > (peak - DEPTH)[:, None]
    away = np.where(seen, found.places - centre[:, None], 0.0)
    reach = np.concatenate([-away.min(axis=1), away.max(axis=1)]).reshape(2, -1)
    limits = np.arcsinh(np.maximum(reach, 0.5 * scale) / scale).ravel()
    shift = _outward(log_density, limits, found.sides, centre, scale, peak, shift, weights)
    return Windows(centre, scale, -limits[: centre.size], limits[centre.size :], peak, shift)


def rough_integrals(log_density: LogDensity, seeds: Floats) -> Floats:
    """Log integral of every row, from its mode and scale; -inf for none.

    To a few nats where one mode holds the mass. Of several, the highest counts, however narrow.
    Parameters are those of :func:`locate`.
    """
    found = _modes(log_density, seeds)
    return np.where(found.alive, found.peak + np.log(found.scale) + LAPLACE, -np.inf)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Modes:
    """Mode of each row, the distance of a nat from it, and all that was seen on the way.

    ``alive`` says whether a row has any mass; the peak of those that have none is 0. ``sides`` are
    numbers of those that have: of left sides, and of right sides with the number of rows added.
    """

    centre: Floats
    scale: Floats
    peak: Floats
    alive: NDArray[np.bool_]
    sides: Indices
    places: Floats
    heights: Floats


def _modes(log_density: LogDensity, seeds: Floats) -> _Modes:
    rows = np.arange(seeds.shape[0])
    places = places_around(seeds)
    gap = np.nanmax(places, axis=1) - np.nanmin(places, axis=1)
    known = np.isfinite(places)
    heights = log_density(rows[:, None], np.where(known, places, 0.0))
    heights = np.where(known, heights, -np.inf)
    best = np.argmax(heights, axis=1)
    centre, peak = places[rows, best], heights[rows, best]
    # The nearest places on both sides; those that coincide with the best one are not beside it.
    same = _COINCIDE * (1.0 + np.abs(centre))
    left = np.where(places < (centre - same)[:, None], places, -np.inf).max(axis=1)
    right = np.where(places > (centre + same)[:, None], places, np.inf).min(axis=1)
    _enclose(log_density, left, right, centre, peak, gap)
    _zoom(log_density, left, right, centre, peak)
    alive = np.isfinite(peak)
    peak = np.where(alive, peak, 0.0)
    steps = np.concatenate([left - centre, right - centre])
    sides = np.flatnonzero(np.concatenate([alive, alive]))
    scale = _scales(log_density, centre, peak, steps, sides)
    return _Modes(centre, scale, peak, alive, sides, places, heights)


def places_around(seeds: Floats) -> Floats:
    """Seeds, a place on each side of them, and what is halfway between: nan for none.

    Parameters
    ----------
    seeds
        Shape ``(rows, k)``; nan for none.
    """
    first, last = np.fmin.reduce(seeds, axis=1), np.fmax.reduce(seeds, axis=1)
    places = np.sort(
        np.concatenate([seeds, (first - 1.0)[:, None], (last + 1.0)[:, None]], axis=1), axis=1
    )
    return np.concatenate([places, 0.5 * (places[:, 1:] + places[:, :-1])], axis=1)


def finer(low: Floats, mid: Floats, high: Floats) -> Floats:
    """These three places of each row, shape ``(rows, 1)``, and four between each two."""
    return np.concatenate(
        [low, low + (mid - low) * _INNER, mid, mid + (high - mid) * _INNER, high], axis=1
    )


def _enclose(
    log_density: LogDensity,
    left: Floats,
    right: Floats,
    centre: Floats,
    peak: Floats,
    gap: Floats,
) -> None:
    # Where the best place is the outermost one, walk outwards until the density falls.
    for sign, side, other in ((-1.0, left, right), (1.0, right, left)):
        rows = np.flatnonzero(~np.isfinite(side))
        step = np.minimum(gap, 1.0)[rows]
        while rows.size:
            middle = centre[rows][:, None]
            trial = middle + sign * step[:, None] * _ENCLOSING
            heights = log_density(rows[:, None], trial)
            trial = np.concatenate([middle, trial], axis=1)
            heights = np.concatenate([peak[rows][:, None], heights], axis=1)
            best = np.argmax(heights, axis=1)
            pick = np.arange(rows.size)
            other[rows] = np.where(best > 0, trial[pick, best - 1], other[rows])
            centre[rows], peak[rows] = trial[pick, best], heights[pick, best]
            rising = (best == _ENCLOSING.size) & (step < 1e12)
            after = np.minimum(best + 1, _ENCLOSING.size)
            side[rows[~rising]] = trial[pick, after][~rising]
            rows, step = rows[rising], step[rising] * 2.0**6


def _zoom(
    log_density: LogDensity, left: Floats, right: Floats, centre: Floats, peak: Floats
) -> None:
    active = np.flatnonzero(np.isfinite(peak))
    for _ in range(60):
        if not active.size:
            break
        low, mid, high = left[active][:, None], centre[active][:, None], right[active][:, None]
        grid = finer(low, mid, high)
        heights = log_density(active[:, None], grid)
        pick = np.arange(active.size)
        best = np.clip(np.argmax(heights, axis=1), 1, grid.shape[1] - 2)
        near, place, beyond = grid[pick, best - 1], grid[pick, best], grid[pick, best + 1]
        left[active], centre[active], right[active] = near, place, beyond
        top = heights[pick, best]
        peak[active] = top
        below, above = top - heights[pick, best - 1], top - heights[pick, best + 1]
        to_left, to_right = place - near, beyond - place
        tiny = 1e-14 * np.abs(place)
        flat_left = (
            (below < _FLAT) | (np.isinf(below) & (to_left < 1e-4 * to_right)) | (to_left <= tiny)
        )
        flat_right = (
            (above < _FLAT) | (np.isinf(above) & (to_right < 1e-4 * to_left)) | (to_right <= tiny)
        )
        active = active[~(flat_left & flat_right)]


def _scales(
    log_density: LogDensity, centre: Floats, peak: Floats, steps: Floats, sides: Indices
) -> Floats:
    # Distance from the mode at which the density has fallen by a nat, on the steeper side; a side
    # that ends at the edge of a support says nothing, unless both do.
    rows = centre.size
    steps = np.where(steps != 0, steps, np.where(np.arange(2 * rows) < rows, -1e-12, 1e-12))
    size = np.full(2 * rows, np.inf)
    ends = np.zeros(2 * rows, dtype=bool)
    for _ in range(40):
        if not sides.size:
            break
        row = sides % rows
        trial = steps[sides][:, None] * _FALLING
        height = log_density(row[:, None], centre[row][:, None] + trial)
        fallen = height < (peak[row] - 1.0)[:, None]
        which = np.argmax(fallen, axis=1)
        pick = np.arange(sides.size)
        found = fallen[pick, which]
        done = sides[found]
        size[done] = np.abs(trial[pick, which])[found]
        ends[done] = np.isneginf(height[pick, which])[found]
        sides = sides[~found]
        steps[sides] *= 2.0**6
    edge = ends.reshape(2, rows)
    both = edge.all(axis=0)
    beside = np.where(edge & ~both, np.inf, size.reshape(2, rows))
    finite = np.where(np.isfinite(beside), beside, 0.0)
    scale = np.where(both, finite.max(axis=0), beside.min(axis=0))
    return np.where(np.isfinite(scale) & (scale > 0), scale, 1.0)


def _outward(
    log_density: LogDensity,
    limits: Floats,
    sides: Indices,
    centre: Floats,
    scale: Floats,
    peak: Floats,
    shift: Floats,
    weights: LogWeights | None,
) -> Floats:
    # Move each limit out to where every weighted density in w is negligible; returns the peaks of
    # the weighted densities that were passed.
    rows = centre.size
    top = np.concatenate([shift, shift]).T
    while sides.size:
        row = sides % rows
        w = limits[sides][:, None] + _OUTWARD
        stretch = np.where(sides < rows, -scale[row], scale[row])
        u = centre[row][:, None] + stretch[:, None] * np.sinh(w)
        logs = (log_density(row[:, None], u) - peak[row][:, None])[None]
        if weights is not None:
            logs = logs + weights(u)
        logs = np.where(np.isnan(logs), -np.inf, logs)
        highest = np.maximum.accumulate(np.maximum(logs, top[:, sides, None]), axis=2)
        top[:, sides] = highest[:, :, -1]
        low = (logs + w < highest - DEPTH).all(axis=0)
        which = np.argmax(low, axis=1)
        pick = np.arange(sides.size)
        ended = low[pick, which]
        which = np.where(ended, which, _OUTWARD.size - 1)
        limits[sides] = w[pick, which]
        sides = sides[~(ended | (w[:, -1] > FAR))]
        limits[sides] += _STRIDE
    return np.asarray(np.maximum(top[:, :rows], top[:, rows:]).T)
