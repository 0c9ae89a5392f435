r"""Band-limited functions on a uniform grid, spread by a normal.

A smooth density that has died out at both ends of a grid is the sum of its values there times
:math:`\operatorname{sinc}((x - x_j)/h)`, to an error that falls with the step like
:math:`\exp(-\tfrac12 (\pi s/h)^2)` where :math:`s` is its narrowest scale. So its integral against
a normal of *any* width, 0 included, is a sum of one kernel over the grid:

.. math::
    \int \operatorname{sinc}\frac{x}{h}\, N(x; z, \tau^2)\, dx
    = \frac{1}{\pi} \int_0^{\pi} \cos\frac{u z}{h}\, e^{-u^2 \tau^2 / (2 h^2)}\, du.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from bayes_rsa.exact.legendre import Floats

if TYPE_CHECKING:
    from bayes_rsa.exact.external_evidence.laws import Part

Bools = NDArray[np.bool_]

__all__ = ["STEPS_PER_SD", "kernel_cdf", "kernel_pdf", "resolved", "smoothing"]

STEPS_PER_SD: Final = 2.2
"""Grid points per narrowest SD of a function: the error of its sinc series is below 1e-10."""

_WIDE: Final = 2.5
"""Spread in steps from which the kernel is a normal density to 1e-13."""
_MORE: Final = 25
"""Points added to either end of a grid before a normal of up to ``_WIDE`` steps spreads it."""
_NEAR: Final = 80
"""Steps beyond which the kernel multiplies what has died out; the rule is not made for more."""
_REACH: Final = 6.0
"""Steps beyond a grid at which nothing of its density is left."""


@cache
def _frequencies() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(160)
    return 0.5 * np.pi * (nodes + 1.0), 0.5 * np.pi * weights


def smoothing(grid: Floats, means: Floats, sds: Floats) -> Floats:
    """Matrix that takes values on a uniform grid to their means under normals.

    Parameters
    ----------
    grid
        Shape ``(m,)``, equally spaced.
    means, sds
        Shape ``(k,)``; an SD may be 0, which interpolates.

    Returns
    -------
    Floats
        Shape ``(k, m)``.
    """
    step = float(grid[1] - grid[0])
    gaps = (grid[None, :] - means[:, None]) / step
    ratio = sds / step
    found = np.empty_like(gaps)
    wide = ratio >= _WIDE
    if wide.any():
        r = ratio[wide, None]
        found[wide] = np.exp(-0.5 * (gaps[wide] / r) ** 2) / (r * np.sqrt(2.0 * np.pi))
    for row in np.flatnonzero(~wide):
        found[row] = _cosines(gaps[row], float(ratio[row]))
    return found


@cache
def _turns() -> tuple[Floats, Floats]:
    """Cosine and sine of every frequency times every whole number of steps up to ``_NEAR``."""
    angles = np.multiply.outer(np.arange(-_NEAR - 1.0, _NEAR + 1.0), _frequencies()[0])
    return np.cos(angles), np.sin(angles)


def _cosines(gaps: Floats, ratio: float) -> Floats:
    """The kernel at gaps one step apart, by the cosine of a sum: whole steps and what is left."""
    if ratio == 0:
        return np.sinc(gaps)
    u, weights = _frequencies()
    damped = weights * np.exp(-0.5 * (u * ratio) ** 2) / np.pi
    near = np.flatnonzero(np.abs(gaps) < _NEAR)
    found = np.zeros_like(gaps)
    if near.size:
        whole = int(np.floor(gaps[near[0]]))
        part = u * (gaps[near[0]] - whole)
        rows = slice(whole + _NEAR + 1, whole + _NEAR + 1 + near.size)
        cosines, sines = _turns()
        found[near] = cosines[rows] @ (damped * np.cos(part)) - sines[rows] @ (
            damped * np.sin(part)
        )
    return found


def resolved(part: Part) -> Part:
    """The same part with the spread worked into its weights, where it is narrow beside the step.

    What a narrow normal does to a band-limited density leaves it band-limited: a few more points at
    either end of the grid hold all of it.
    """
    spread = float(part.spread)
    if part.step == 0 or spread == 0 or spread >= _WIDE * part.step:
        return part
    more = part.step * np.arange(1.0, _MORE + 1.0)
    places = np.concatenate([part.places[0] - more[::-1], part.places, part.places[-1] + more])
    kernel = smoothing(part.places, places, np.full(places.shape, spread))
    return replace(part, places=places, weights=kernel @ part.weights, spread=0.0)


def kernel_cdf(part: Part, x: Floats) -> Floats:
    """Distribution function of a part, which ends at the sum of its weights; shape of ``x``."""
    if part.step == 0 or float(part.spread) > 0:
        from scipy.special import ndtr

        return np.asarray(ndtr((x[:, None] - part.places[None, :]) / part.spread) @ part.weights)
    from scipy.special import sici

    gaps, inside = _gaps(part, x)
    total = float(part.weights.sum())
    beyond = np.where(x > part.places[-1], total, 0.0)
    found = 0.5 * total + (sici(np.pi * gaps)[0] / np.pi) @ part.weights
    return np.where(inside, found, beyond)


def kernel_pdf(part: Part, x: Floats) -> Floats:
    """Density of a part."""
    if part.step == 0 or float(part.spread) > 0:
        t = (x[:, None] - part.places[None, :]) / part.spread
        height = part.weights / (part.spread * np.sqrt(2.0 * np.pi))
        return np.asarray(np.exp(-0.5 * t * t) @ height)
    gaps, inside = _gaps(part, x)
    return np.where(inside, np.sinc(gaps) @ part.weights / part.step, 0.0)


def _gaps(part: Part, x: Floats) -> tuple[Floats, Bools]:
    """Distances in steps from every point to every place, and which points the grid reaches."""
    reach = _REACH * part.step
    inside = (x > part.places[0] - reach) & (x < part.places[-1] + reach)
    held = np.clip(x, part.places[0] - reach, part.places[-1] + reach)
    return (held[:, None] - part.places[None, :]) / part.step, inside
