r"""The non-central t distribution as a smooth graph, accurate to the far tails.

With :math:`T = (Z + \delta)/U`, :math:`U = \chi_\nu/\sqrt\nu`, every probability and the density of
T is an integral over u of a normal one. In :math:`v = \log u` each integrand is analytic with one
peak, so the trapezoidal rule on :math:`v = v^* + s\sinh w` converges geometrically. Peak and scale
only place the nodes: no gradient runs through them, and the integral does not depend on them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad

from bayes_rsa.models._families import _normal_log_cdf as normal_log_cdf

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tensor = Any

NODES: Final = 129
"""Nodes of the rule: an error below 1e-12 in the log (``tests/test_biomarker_likelihood.py``)."""
FEWER: Final = 57
"""Nodes that leave less than 1e-10 from ``MANY`` degrees of freedom."""
MANY: Final = 100

_DEPTH: Final = 45.0
"""Nats below its peak at which an integrand is cut."""
_SMALLEST: Final = 1e-300


def grid_for(df: float) -> NDArray[np.float64]:
    """Places of the rule's nodes between its ends, for at least so many degrees of freedom."""
    return np.linspace(0.0, 1.0, FEWER if df >= MANY else NODES)


def log_probability(
    report: Tensor, critical: Tensor, df: Tensor, delta: Tensor, grid: Tensor
) -> Tensor:
    """Log probability of a set of the t statistic.

    Parameters
    ----------
    report
        2: T > critical; −2: T < −critical; 0: ``|T|`` < critical; 1 and −1: the same, with T
        positive or negative.
    critical
        Critical value, positive (for 2 and −2 it may be 0).
    df, delta
        Degrees of freedom, at least 1; non-centrality. All of one shape.
    grid
        :func:`grid_for` the smallest df.
    """
    tail, half = pt.eq(pt.abs(report), 2), pt.eq(pt.abs(report), 1)
    side = pt.switch(tail, 1.0, -1.0)
    shift = pt.switch(pt.eq(report, 0), pt.abs(delta), pt.sign(report) * delta)
    u, log_weight = _nodes(side, critical, df, shift, grid)
    d, t, is_tail = shift[..., None], critical[..., None], tail[..., None]
    high = t * u - d
    low = pt.switch(half[..., None], -d, -t * u - d)
    # The two limits are mirrored into the lower tail, where the distribution keeps its digits.
    mirrored = high + low > 0
    upper = pt.switch(is_tail, d - t * u, pt.switch(mirrored, -low, high))
    lower = pt.switch(is_tail, upper - 1.0, pt.switch(mirrored, -high, low))
    whole = normal_log_cdf(upper)
    share = pt.minimum(normal_log_cdf(lower) - whole, -_SMALLEST)
    log_normal = whole + pt.switch(is_tail, 0.0, pt.log1mexp(share))
    return pt.logsumexp(log_normal + log_weight, axis=-1) + _log_constant(df)


def log_density(statistic: Tensor, df: Tensor, delta: Tensor, grid: Tensor) -> Tensor:
    """Log density of the t statistic; arguments of one shape but the grid."""
    sign = pt.switch(statistic < 0, -1.0, 1.0)
    size, shift = pt.abs(statistic), sign * delta
    u, log_weight = _nodes(pt.zeros_like(shift), size, df, shift, grid)
    x = size[..., None] * u - shift[..., None]
    inside = -0.5 * x * x + pt.log(u) + log_weight
    return pt.logsumexp(inside, axis=-1) + _log_constant(df) - 0.5 * math.log(2 * math.pi)


def _log_constant(df: Tensor) -> Tensor:
    half = 0.5 * df
    return math.log(2) + half * pt.log(half) - pt.gammaln(half)


def _nodes(
    side: Tensor, t: Tensor, df: Tensor, delta: Tensor, grid: Tensor
) -> tuple[Tensor, Tensor]:
    """Nodes in u over a new last axis, and their log weights with the density of U (no constant).

    ``side`` is 1 for Φ(δ − tu), −1 for Φ(tu − δ), 0 for φ(tu − δ) times u; t is not negative.
    """
    t, df, delta = (disconnected_grad(x) for x in (t, df, delta))
    density = pt.eq(side, 0)
    power = df + density
    slope, curve = t * delta, df + t * t
    root = pt.sqrt(slope * slope + 4 * power * curve)
    # The peak if Φ(x) were exp(-x²/2) for x < 0 and 1 above; the form of the root keeps its digits.
    peak = pt.switch(slope > 0, (slope + root) / (2 * curve), 2 * power / (root - slope))
    cut = density | (side * (1 - peak) > 0)
    u = pt.switch(cut, peak, 1.0)
    bend = pt.switch(cut, pt.maximum(t * u * (2 * t * u - delta), 0.0), 0.0)
    scale = 1 / pt.sqrt(2 * df * u * u + bend)
    right = pt.switch(side < 0, np.sqrt(_DEPTH) / pt.sqrt(df) + 2 * scale, 12 * scale)
    first = -pt.arcsinh((_DEPTH / df + 2) / scale)
    span = pt.arcsinh(right / scale) - first
    centre, scale, first, span = (
        disconnected_grad(x)[..., None] for x in (pt.log(u), scale, first, span)
    )
    w = first + span * grid
    place = centre + scale * pt.sinh(w)
    nodes, n = pt.exp(place), df[..., None]
    log_weight = n * (place - 0.5 * nodes * nodes) + pt.log(pt.cosh(w) * scale * span)
    return nodes, log_weight - pt.log(grid.shape[0] - 1)
