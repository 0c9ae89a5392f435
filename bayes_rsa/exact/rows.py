"""Adaptive quadrature of many one-dimensional densities at once.

A *row* is one unnormalised log density of a real ``u``. Each row gets its own map
``u = centre + scale * sinh(w)``: near its mode the map is linear at the row's own scale, far out
it is logarithmic, so that a normal peak of SD 0.01 and a Cauchy tail both take a few panels in w.
Panels are bisected until the Legendre series of each says that it is resolved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bayes_rsa.exact.legendre import NODES, Floats, rule

Indices = NDArray[np.intp]
LogDensity = Callable[[Indices, Floats], Floats]
"""(row, u), arrays of one shape -> log density of that row at u; -inf where there is none."""
LogWeights = Callable[[Floats], Floats]
"""u -> log weights, shape ``(k, *u.shape)``; the first must be 0."""

DEPTH: Final = 46.0
"""Nats below its peak at which a density in w is cut: exp(-46) is 1e-20."""
WIDTH: Final = 0.8
"""Width in w of the first panels."""
_ROUNDS: Final = 60
_FLAT: Final = 2.0
_STRIDE: Final = 0.4
_MISSED: Final = 20.0
_BUDGET: Final = 200
_BUDGET_ONE: Final = 2500
_RESTARTS: Final = 6
_ROUNDING: Final = 2e-15
FAR: Final = 34.0
"""Largest w: 1e14 scales from the mode, where rounding would blur the other coordinate."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Where each row has its mass: the map u = centre + scale sinh(w), and limits in w."""

    centre: Floats
    scale: Floats
    lower: Floats
    upper: Floats
    peak: Floats
    shift: Floats
    """Peak of the weighted log density above ``peak``, shape ``(rows, weights)``."""


@dataclass(frozen=True, slots=True)
class Panels:
    """Resolved panels: row, limits in w, Legendre terms of density times half-width times du/dw."""

    row: Indices
    lower: Floats
    upper: Floats
    terms: Floats
    nodes: Floats
    log_mass: Floats


@dataclass(frozen=True, slots=True)
class Integrals:
    """Log integral of each row, and its estimated relative error."""

    log_total: Floats
    error: Floats
    windows: Windows
    panels: Panels


def integrate(
    log_density: LogDensity,
    seeds: Floats,
    breaks: Floats,
    *,
    weights: LogWeights | None = None,
    tolerance: float = 1e-12,
    interpolate: bool = False,
    halved: bool = False,
    depth: int = 0,
) -> Integrals:
    """Integrate every row over the line.

    Parameters
    ----------
    log_density
        The rows; each may have several modes, one near some seed.
    seeds
        Shape ``(rows, k)``: places that enclose the mode of each row; nan for none.
    breaks
        Shape ``(rows, k)``: places where a density has a kink or a narrow core; nan for none.
    weights
        Also resolve the density times these weights (moments that reach into the tails).
    tolerance
        Estimated error of a row relative to its integral.
    interpolate
        Resolve the density itself, not only its integral; the panels are kept.
    halved
        Start from panels of half the width (nodes doubled).
    depth
        How often the mode was missed so far.
    """
    # A support that begins at a break is seen from just inside it.
    aside = 1e-7 * (1.0 + np.abs(breaks))
    around = [seeds, breaks, breaks - aside, breaks + aside] if breaks.shape[1] else [seeds]
    windows = locate(log_density, np.concatenate(around, axis=1), weights)
    row, lower, upper = _first_panels(windows, breaks, WIDTH / 2 if halved else WIDTH)
    rows = seeds.shape[0]
    count = windows.shift.shape[1]
    nodes, _, analysis = rule()
    done = np.zeros((rows, count))
    missed = np.zeros((rows, count))
    kept: list[tuple[Indices, Floats, Floats, Floats, Floats, Floats]] = []
    spent = 0
    # A log density of size 1e4 carries rounding of 1e-12 into the density.
    allowed = tolerance + _ROUNDING * np.abs(windows.peak)
    for turn in range(_ROUNDS):
        half = 0.5 * (upper - lower)
        w = (lower + half)[:, None] + half[:, None] * nodes
        u = windows.centre[row][:, None] + windows.scale[row][:, None] * np.sinh(w)
        index = np.broadcast_to(row[:, None], w.shape)
        log_g = log_density(index, u) - windows.peak[row][:, None]
        log_g = log_g + np.log(np.cosh(w) * half[:, None])
        if depth < _RESTARTS:
            missed_mode = _higher(log_g - windows.shift[row, 0][:, None], u, row, rows)
            if missed_mode is not None:
                # The mode was elsewhere: start again with that place among the seeds.
                return integrate(
                    log_density,
                    np.concatenate([seeds, missed_mode[:, None]], axis=1),
                    breaks,
                    weights=weights,
                    tolerance=tolerance,
                    interpolate=interpolate,
                    halved=halved,
                    depth=depth + 1,
                )
        log_weight = weights(u) if weights is not None else np.zeros((1, 1, 1))
        # Capped, so that a mode that was missed to the last shows as an error, not as inf.
        g = np.exp(np.minimum(log_g + log_weight - windows.shift[row].T[:, :, None], 300.0))
        terms = g @ analysis
        size = np.abs(terms)
        tail = np.max(size[:, :, -3:], axis=2)
        if not interpolate:
            with np.errstate(invalid="ignore", divide="ignore"):
                tail = np.where(tail > 0, tail * tail / np.max(size, axis=2), 0.0)
        error = 2.0 * tail.T
        mass = 2.0 * terms[:, :, 0].T
        now = np.zeros((rows, count))
        np.add.at(now, row, mass)
        total = done + now
        with np.errstate(invalid="ignore", divide="ignore"):
            share = error / np.where(total > 0, total, 1.0)[row]
        good = (share <= allowed[row][:, None]).all(axis=1)
        narrow = (upper - lower) < 1e-13 * (1 + np.abs(lower))
        spent += row.size
        budget = _BUDGET_ONE if interpolate else _BUDGET * (rows + 50)
        accept = good | narrow | (turn == _ROUNDS - 1) | (spent > budget)
        np.add.at(done, row[accept], mass[accept])
        np.add.at(missed, row[accept], error[accept])
        if interpolate:
            kept.append(
                (
                    row[accept],
                    lower[accept],
                    upper[accept],
                    terms[0][accept],
                    u[accept],
                    (log_g - windows.shift[row, 0][:, None])[accept],
                )
            )
        if accept.all():
            break
        again = ~accept
        middle = 0.5 * (lower + upper)[again]
        row = np.concatenate([row[again], row[again]])
        lower, upper = (
            np.concatenate([lower[again], middle]),
            np.concatenate([middle, upper[again]]),
        )
    with np.errstate(divide="ignore"):
        log_total = np.log(done[:, 0]) + np.log(windows.scale) + windows.peak + windows.shift[:, 0]
    safe = np.where(done > 0, done, 1.0)
    return Integrals(log_total, np.max(missed / safe, axis=1), windows, _joined(kept))


def _higher(log_g: Floats, u: Floats, row: Indices, rows: int) -> Floats | None:
    # For rows that rise well above what was taken for their peak: where.
    best = np.argmax(log_g, axis=1)
    pick = np.arange(row.size)
    heights = log_g[pick, best]
    if not (heights > _MISSED).any():
        return None
    order = np.argsort(heights, kind="stable")
    places = np.full(rows, np.nan)
    places[row[order]] = u[pick, best][order]
    top = np.full(rows, -np.inf)
    np.maximum.at(top, row, heights)
    return np.where(top > _MISSED, places, np.nan)


def locate(log_density: LogDensity, seeds: Floats, weights: LogWeights | None = None) -> Windows:
    """Find each row's mode, scale and window (see :func:`integrate`)."""
    rows = np.arange(seeds.shape[0])
    places = np.sort(seeds, axis=1)
    ends = np.stack([np.nanmin(places, axis=1) - 1.0, np.nanmax(places, axis=1) + 1.0], axis=1)
    places = np.sort(np.concatenate([places, ends], axis=1), axis=1)
    places = np.concatenate([places, 0.5 * (places[:, 1:] + places[:, :-1])], axis=1)
    places = np.sort(places, axis=1)

    def at(u: Floats, which: Indices = rows) -> Floats:
        index = np.broadcast_to(which[:, None], u.shape)
        finite = np.isfinite(u)
        result = log_density(index, np.where(finite, u, 0.0))
        return np.where(finite, result, -np.inf)

    heights = at(places)
    best = np.argmax(heights, axis=1)
    centre, peak = places[rows, best], heights[rows, best]
    gap = np.max(np.where(np.isnan(places), -np.inf, places), axis=1) - places[:, 0]
    gap = np.where(gap > 0, gap, 1.0)
    last = places.shape[1] - 1
    left = np.where(best > 0, places[rows, np.maximum(best - 1, 0)], np.nan)
    right = np.where(best < last, places[rows, np.minimum(best + 1, last)], np.nan)
    _enclose(at, left, right, centre, peak, gap)
    _zoom(at, left, right, centre, peak)
    return _windows(at, places, heights, centre, peak, centre - left, right - centre, weights)


def _enclose(
    at: Callable[..., Floats],
    left: Floats,
    right: Floats,
    centre: Floats,
    peak: Floats,
    gap: Floats,
) -> None:
    # Where the best place is the outermost one, walk outwards until the density falls.
    strides = 2.0 ** np.arange(1, 7) - 1.0
    for sign, side, other in ((-1.0, left, right), (1.0, right, left)):
        rows = np.flatnonzero(~np.isfinite(side))
        step = np.minimum(gap, 1.0)[rows]
        while rows.size:
            trial = centre[rows][:, None] + sign * step[:, None] * strides
            trial = np.concatenate([centre[rows][:, None], trial], axis=1)
            heights = at(trial, rows)
            heights[:, 0] = peak[rows]
            best = np.argmax(heights, axis=1)
            pick = np.arange(rows.size)
            other[rows] = np.where(best > 0, trial[pick, best - 1], other[rows])
            centre[rows], peak[rows] = trial[pick, best], heights[pick, best]
            rising = (best == strides.size) & (step < 1e12)
            after = np.minimum(best + 1, strides.size)
            side[rows[~rising]] = trial[pick, after][~rising]
            rows, step = rows[rising], step[rising] * 2.0**6


def _zoom(
    at: Callable[..., Floats], left: Floats, right: Floats, centre: Floats, peak: Floats
) -> None:
    active = np.flatnonzero(np.isfinite(peak))
    inner = np.linspace(0, 1, 6)[1:-1]
    for _ in range(60):
        low, mid, high = left[active], centre[active], right[active]
        grid = np.concatenate(
            [
                low[:, None],
                low[:, None] + (mid - low)[:, None] * inner,
                mid[:, None],
                mid[:, None] + (high - mid)[:, None] * inner,
                high[:, None],
            ],
            axis=1,
        )
        heights = at(grid, active)
        pick = np.arange(active.size)
        best = np.clip(np.argmax(heights, axis=1), 1, grid.shape[1] - 2)
        left[active], right[active] = grid[pick, best - 1], grid[pick, best + 1]
        centre[active], peak[active] = grid[pick, best], heights[pick, best]
        below = peak[active] - heights[pick, best - 1]
        above = peak[active] - heights[pick, best + 1]
        to_left = centre[active] - left[active]
        to_right = right[active] - centre[active]
        tiny = 1e-14 * np.abs(centre[active])
        flat_left = (
            (below < _FLAT) | (np.isinf(below) & (to_left < 1e-4 * to_right)) | (to_left <= tiny)
        )
        flat_right = (
            (above < _FLAT) | (np.isinf(above) & (to_right < 1e-4 * to_left)) | (to_right <= tiny)
        )
        active = active[~(flat_left & flat_right)]
        if not active.size:
            break


def _windows(
    at: Callable[..., Floats],
    places: Floats,
    heights: Floats,
    centre: Floats,
    peak: Floats,
    to_left: Floats,
    to_right: Floats,
    weights: LogWeights | None,
) -> Windows:
    alive = np.isfinite(peak)
    peak = np.where(alive, peak, 0.0)
    scale = _scales(at, centre, peak, np.stack([-to_left, to_right]), alive)
    shift = np.zeros((centre.size, 1))
    if weights is not None:
        shift = np.asarray(weights(centre)).T.copy()
    significant = heights > (peak - DEPTH)[:, None]
    limits = np.zeros((2, centre.size))
    for k, sign in enumerate((-1.0, 1.0)):
        reach = np.where(significant, sign * (places - centre[:, None]), 0.0).max(axis=1)
        limits[k] = np.arcsinh(np.maximum(reach, 0.5 * scale) / scale)
        _outward(at, sign, limits[k], centre, scale, peak, shift, alive, weights)
    return Windows(centre, scale, -limits[0], limits[1], peak, shift)


def _scales(
    at: Callable[..., Floats],
    centre: Floats,
    peak: Floats,
    first: Floats,
    alive: NDArray[np.bool_],
) -> Floats:
    # Distance from the mode at which the density has fallen by a nat, on the steeper side; a side
    # that ends at the edge of a support says nothing, unless both do.
    strides = 2.0 ** np.arange(6)
    size = np.full(first.shape, np.inf)
    ends = np.zeros(first.shape, dtype=bool)
    for k in range(2):
        step = np.where(first[k] != 0, first[k], (-1e-12, 1e-12)[k])
        active = np.flatnonzero(alive)
        for _ in range(40):
            trial = step[active][:, None] * strides
            height = at(centre[active][:, None] + trial, active)
            fallen = height < peak[active][:, None] - 1.0
            any_fallen = fallen.any(axis=1)
            which = np.argmax(fallen, axis=1)
            pick = np.arange(active.size)
            done = active[any_fallen]
            size[k, done] = np.abs(trial[pick, which])[any_fallen]
            ends[k, done] = np.isneginf(height[pick, which])[any_fallen]
            active = active[~any_fallen]
            if not active.size:
                break
            step[active] *= 2.0**6
    both = ends.all(axis=0)
    size = np.where(ends & ~both, np.inf, size)
    finite = np.where(np.isfinite(size), size, 0.0)
    scale = np.where(both, finite.max(axis=0), size.min(axis=0))
    return np.where(np.isfinite(scale) & (scale > 0), scale, 1.0)


def _outward(
    at: Callable[..., Floats],
    sign: float,
    limit: Floats,
    centre: Floats,
    scale: Floats,
    peak: Floats,
    shift: Floats,
    alive: NDArray[np.bool_],
    weights: LogWeights | None,
) -> None:
    # Move each limit out to where every weighted density in w is negligible.
    strides = _STRIDE * np.arange(10)
    active = np.flatnonzero(alive)
    while active.size:
        w = limit[active][:, None] + strides
        u = centre[active][:, None] + sign * scale[active][:, None] * np.sinh(w)
        logs = (at(u, active) - peak[active][:, None])[None]
        if weights is not None:
            logs = logs + weights(u)
        logs = np.where(np.isnan(logs), -np.inf, logs)
        highest = np.maximum.accumulate(np.maximum(logs, shift[active].T[:, :, None]), axis=2)
        shift[active] = highest[:, :, -1].T
        low = (logs + w < highest - DEPTH).all(axis=0)
        stop = low.any(axis=1) | (w[:, -1] > FAR)
        which = np.where(low.any(axis=1), np.argmax(low, axis=1), strides.size - 1)
        limit[active] = w[np.arange(active.size), which]
        limit[active[~stop]] += _STRIDE
        active = active[~stop]


def _first_panels(windows: Windows, breaks: Floats, width: float) -> tuple[Indices, Floats, Floats]:
    span = windows.upper - windows.lower
    count = np.maximum(1, np.ceil(span / width)).astype(np.intp)
    row = np.repeat(np.arange(span.size), count + 1)
    step = np.arange(row.size) - np.repeat(np.cumsum(count + 1) - count - 1, count + 1)
    edge = windows.lower[row] + span[row] * (step / count[row])
    if breaks.shape[1]:
        w = np.arcsinh((breaks - windows.centre[:, None]) / windows.scale[:, None])
        inside = (w > windows.lower[:, None]) & (w < windows.upper[:, None])
        row = np.concatenate([row, np.nonzero(inside)[0]])
        edge = np.concatenate([edge, w[inside]])
        order = np.lexsort((edge, row))
        row, edge = row[order], edge[order]
    lower, upper = edge[:-1], edge[1:]
    wide = (row[:-1] == row[1:]) & (upper - lower > 1e-14 * (1 + np.abs(lower)))
    return row[:-1][wide], lower[wide], upper[wide]


def _joined(
    kept: list[tuple[Indices, Floats, Floats, Floats, Floats, Floats]],
) -> Panels:
    if not kept:
        nothing = np.zeros(0)
        block = np.zeros((0, NODES))
        return Panels(np.zeros(0, dtype=np.intp), nothing, nothing, block, block, block)
    row, lower, upper, terms, nodes, log_g = (np.concatenate(x) for x in zip(*kept, strict=True))
    order = np.lexsort((lower, row))
    _, gauss, _ = rule()
    return Panels(
        row[order],
        lower[order],
        upper[order],
        terms[order],
        nodes[order],
        log_g[order] + np.log(gauss),
    )
