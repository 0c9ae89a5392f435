"""Adaptive quadrature of many one-dimensional densities at once.

Each row is integrated in the coordinate w of its window (``bayes_rsa.exact.windows``), in which a
normal peak of SD 0.01 and a Cauchy tail both take a few panels. Panels are bisected until the
Legendre series of each says that it is resolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa.exact.legendre import Floats, rule
from bayes_rsa.exact.trapezoid import trapezoid
from bayes_rsa.exact.windows import (
    DEPTH,
    FAR,
    ROUNDING,
    Indices,
    LogDensity,
    LogWeights,
    Windows,
    locate,
    rough_integrals,
)

__all__ = [
    "DEPTH",
    "FAR",
    "Indices",
    "Integrals",
    "LogDensity",
    "LogWeights",
    "Panels",
    "Windows",
    "integrate",
    "locate",
    "rough_totals",
    "totals",
]

PER_PANEL: Final = 24
"""Nodes of a panel: more of them on wider panels are fewer in all."""
WIDTH: Final = 1.6
"""Width in w of the first panels, for an integral."""
RESOLVED: Final = 0.6
"""The same where the density itself is resolved: about what a normal peak needs."""
_ROUNDS: Final = 60
_MISSED: Final = 20.0
_BUDGET: Final = 150
_BUDGET_ONE: Final = 1700
_RESTARTS: Final = 6


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Panels:
    """Resolved panels: row, limits in w, Legendre terms of density times half-width times du/dw."""

    row: Indices
    lower: Floats
    upper: Floats
    terms: Floats
    nodes: Floats
    log_mass: Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
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
    scout: LogDensity | None = None,
    depth: int = 0,
) -> Integrals:
    """Integrate every row over the line.

    Parameters
    ----------
    log_density
        The rows; each may have several modes, one near some seed. Its ``row`` has one column.
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
    scout
        The log density in the rough, by which the mass is found; ``log_density`` by default.
    depth
        How often the mode was missed so far.
    """
    windows = locate(scout or log_density, _places(seeds, breaks), weights)
    width = RESOLVED if interpolate else WIDTH
    row, lower, upper = _first_panels(windows, breaks, 0.5 * width if halved else width)
    rows = seeds.shape[0]
    count = windows.shift.shape[1]
    nodes, _, analysis = rule(PER_PANEL)
    done = np.zeros((count, rows))
    missed = np.zeros((count, rows))
    kept: list[tuple[Indices, Floats, Floats, Floats, Floats, Floats]] = []
    spent = 0
    # A log density of size 1e4 carries rounding of 1e-12 into the density.
    allowed = tolerance + ROUNDING * np.abs(windows.peak)
    for turn in range(_ROUNDS):
        half = 0.5 * (upper - lower)
        w = (lower + half)[:, None] + half[:, None] * nodes
        u = windows.centre[row][:, None] + windows.scale[row][:, None] * np.sinh(w)
        log_g = log_density(row[:, None], u) + np.log(np.cosh(w) * half[:, None])
        log_g -= windows.peak[row][:, None]
        shift = windows.shift[row].T[:, :, None]
        if depth < _RESTARTS:
            missed_mode = _higher(log_g, shift[0, :, 0], u, row, rows)
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
                    scout=scout,
                    depth=depth + 1,
                )
        weighted = (log_g[None] if weights is None else log_g + weights(u)) - shift
        # Capped, so that a mode that was missed to the last shows as an error, not as inf.
        terms = np.exp(np.minimum(weighted, 300.0)) @ analysis
        size = np.abs(terms)
        error = 2.0 * size[:, :, -3:].max(axis=2)
        if not interpolate:
            largest = size.max(axis=2)
            error *= 0.5 * error / np.where(largest > 0, largest, 1.0)
        mass = 2.0 * terms[:, :, 0]
        total = done + _by_row(mass, row, rows)
        share = error / np.where(total > 0, total, 1.0)[:, row]
        good = (share <= allowed[row]).all(axis=0)
        narrow = (upper - lower) < 1e-13 * (1 + np.abs(lower))
        spent += row.size
        budget = _BUDGET_ONE if interpolate else _BUDGET * (rows + 50)
        accept = good | narrow | (turn == _ROUNDS - 1) | (spent > budget)
        done += _by_row(mass[:, accept], row[accept], rows)
        missed += _by_row(error[:, accept], row[accept], rows)
        if interpolate:
            kept.append(
                (
                    row[accept],
                    lower[accept],
                    upper[accept],
                    terms[0][accept],
                    u[accept],
                    (log_g - shift[0])[accept],
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
        log_total = np.log(done[0]) + np.log(windows.scale) + windows.peak + windows.shift[:, 0]
    safe = np.where(done > 0, done, 1.0)
    return Integrals(log_total, np.max(missed / safe, axis=0), windows, _joined(kept))


def totals(
    log_density: LogDensity,
    seeds: Floats,
    breaks: Floats,
    *,
    tolerance: float = 1e-12,
    halved: bool = False,
) -> tuple[Floats, Floats]:
    """Log integral of every row, and its estimated relative error.

    The trapezoidal rule where a row is smooth and it resolves it, panels elsewhere; parameters are
    those of :func:`integrate`.
    """
    log_total, error = np.full(seeds.shape[0], -np.inf), np.full(seeds.shape[0], np.inf)
    smooth = np.flatnonzero(~np.isfinite(breaks).any(axis=1))
    if smooth.size:
        log_total[smooth], error[smooth] = trapezoid(
            _of(log_density, smooth), seeds[smooth], tolerance=tolerance, halved=halved
        )
    rest = np.flatnonzero(np.isinf(error))
    if rest.size:
        found = integrate(
            _of(log_density, rest), seeds[rest], breaks[rest], tolerance=tolerance, halved=halved
        )
        log_total[rest], error[rest] = found.log_total, found.error
    return log_total, error


def rough_totals(log_density: LogDensity, seeds: Floats, breaks: Floats) -> Floats:
    """Log integrals as of :func:`rough_integrals`; parameters are those of :func:`integrate`."""
    return rough_integrals(log_density, _places(seeds, breaks))


def _places(seeds: Floats, breaks: Floats) -> Floats:
    """Where to look for the modes: a support that begins at a break is seen from just inside it."""
    aside = 1e-7 * (1.0 + np.abs(breaks))
    return np.concatenate([seeds, breaks, breaks - aside, breaks + aside], axis=1)


def _of(log_density: LogDensity, some: Indices) -> LogDensity:
    return lambda row, u: log_density(some[row], u)


def _by_row(values: Floats, row: Indices, rows: int) -> Floats:
    # Sums over the panels of each row: shape (weights, panels) to (weights, rows).
    return np.stack([np.bincount(row, weights=one, minlength=rows) for one in values])


def _higher(log_g: Floats, shift: Floats, u: Floats, row: Indices, rows: int) -> Floats | None:
    # For rows that rise well above what was taken for their peak: where.
    heights = log_g.max(axis=1) - shift
    if not (heights > _MISSED).any():
        return None
    best = np.argmax(log_g, axis=1)
    order = np.argsort(heights, kind="stable")
    places = np.full(rows, np.nan)
    places[row[order]] = u[np.arange(row.size), best][order]
    top = np.full(rows, -np.inf)
    np.maximum.at(top, row, heights)
    return np.where(top > _MISSED, places, np.nan)


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
        block = np.zeros((0, PER_PANEL))
        return Panels(np.zeros(0, dtype=np.intp), nothing, nothing, block, block, block)
    row, lower, upper, terms, nodes, log_g = (np.concatenate(x) for x in zip(*kept, strict=True))
    order = np.lexsort((lower, row))
    _, gauss, _ = rule(PER_PANEL)
    return Panels(
        row[order],
        lower[order],
        upper[order],
        terms[order],
        nodes[order],
        log_g[order] + np.log(gauss),
    )
