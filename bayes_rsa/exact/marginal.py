"""Marginal distributions of a density on the plane of the two log odds."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.plane import Plane
from bayes_rsa.exact.points import distinct
from bayes_rsa.exact.rows import Indices, LogWeights, integrate, rough_totals, totals
from bayes_rsa.exact.trapezoid import laplace

_INNER: Final = 1e-12
_OUTER: Final = 2e-12


def line_integrals(
    plane: Plane, chart: str, t: Floats, *, halved: bool = False
) -> tuple[Floats, Floats]:
    """Log density of t, unnormalised, and the estimated relative error of each.

    Parameters
    ----------
    plane
        Density on the plane.
    chart
        Name of the chart whose ``t`` is wanted.
    t
        Shape ``(rows,)``.
    halved
        Double the nodes.
    """
    return totals(
        plane.along(chart, t),
        plane.seeds_on(chart, t),
        plane.levels_on(chart, t, plane.breaks),
        tolerance=_INNER,
        halved=halved,
    )


def _glance(plane: Plane, chart: str, t: Floats) -> Floats:
    """Log density of t in the rough, where a glance at each line will do.

    A spike on one line may hide its foot here; the seeds at the peaks of all terms are looked at
    all the same, and what was missed starts the integral again.
    """
    breaks = plane.levels_on(chart, t, plane.breaks)
    smooth = ~np.isfinite(breaks).any(axis=1)
    logs = np.full(t.size, np.nan)
    if smooth.any():
        some = t[smooth]
        logs[smooth] = laplace(plane.along(chart, some), plane.seeds_on(chart, some))
    rest = np.isnan(logs)
    if rest.any():
        some = t[rest]
        log_density, seeds = plane.along(chart, some), plane.seeds_on(chart, some)
        logs[rest] = rough_totals(log_density, seeds, breaks[rest])
    return logs


def marginal(
    plane: Plane,
    chart: str,
    *,
    weights: LogWeights | None = None,
    halved: bool = False,
    graded: bool = False,
) -> Curve:
    """Distribution of a chart's t.

    Parameters
    ----------
    plane, chart, halved
        As in :func:`line_integrals`.
    weights
        Moments that must be resolved too, as log weights of t.
    graded
        Close in from both sides on t = 0 and on every break: where an arm's risk can be near 0 or
        1, the density of a contrast may fall off within a hair of these.
    """
    places: list[Floats] = []
    errors: list[Floats] = []

    def log_density(_row: Indices, t: Floats) -> Floats:
        logs, error = line_integrals(plane, chart, t.ravel(), halved=halved)
        places.append(t.ravel())
        errors.append(error)
        return np.asarray(logs.reshape(t.shape))

    def scout(_row: Indices, t: Floats) -> Floats:
        return _glance(plane, chart, t.ravel()).reshape(t.shape)

    peaks, breaks = plane.levels_of(chart)
    if graded:
        steps = 10.0 ** np.arange(-12.0, 1.0)
        steps = np.concatenate([-steps, [0.0], steps])
        bases = np.concatenate([breaks, plane.levels_at_peaks(chart), [0.0]])
        breaks = distinct(bases[:, None] + steps)
    result = integrate(
        log_density,
        peaks[None, :],
        breaks[None, :],
        weights=weights,
        tolerance=_OUTER,
        interpolate=True,
        halved=halved,
        scout=scout,
    )
    curve = Curve.of(result)
    # The lines' own errors, weighted by the mass at each node that was kept.
    known = np.concatenate(places)
    order = np.argsort(known)
    error = np.concatenate(errors)[order][np.searchsorted(known[order], curve.nodes)]
    return replace(curve, error=curve.error + float(np.sum(np.exp(curve.log_mass) * error)))
