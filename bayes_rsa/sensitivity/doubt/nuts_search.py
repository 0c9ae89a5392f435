"""Where a probability that is known with Monte Carlo error falls to a threshold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_STEPS: Final = 6
_NEAREST: Final = 3
_WINDOW: Final = 0.5
"""Probits from the threshold within which the line is taken to be straight."""


@dataclass(frozen=True, slots=True)
class NutsSearch:
    """Probability without doubt and at the worst; threshold -> amount and its standard error."""

    first: float
    last: float
    crossings: dict[float, tuple[float, float] | None]


def crossing_by_nuts(
    probability: Callable[[float, int], tuple[float, float]],
    limits: tuple[float, float],
    thresholds: Sequence[float],
) -> NutsSearch:
    """Find, for each threshold, the amount at which a probability falls to it.

    Parameters
    ----------
    probability
        An amount and the number of the run to the probability and its standard error.
    limits
        The amount without doubt, and the worst.
    thresholds
        Probabilities to find.

    Notes
    -----
    On the probit scale the probability is nearly a straight line in the amount: a false-position
    search closes in on the crossing, and a weighted line through the nearest runs gives it with its
    standard error.
    """
    runs: dict[float, tuple[float, float, float]] = {}

    def probit(x: float) -> float:
        if x not in runs:
            p, error = probability(x, len(runs))
            z = _probit(min(max(p, error), 1 - error))
            runs[x] = p, z, error / _density(z)
        return runs[x][1]

    none, worst = limits
    probit(none), probit(worst)
    crossings = {t: _search(probit, runs, limits, _probit(t)) for t in thresholds}
    return NutsSearch(runs[none][0], runs[worst][0], crossings)


def _search(
    probit: Callable[[float], float],
    runs: dict[float, tuple[float, float, float]],
    limits: tuple[float, float],
    target: float,
) -> tuple[float, float] | None:
    near, far = limits
    if runs[near][1] <= target or runs[far][1] >= target:
        return None
    for _ in range(_STEPS):
        above, below = runs[near][1] - target, runs[far][1] - target
        share = min(max(above / (above - below), 0.2), 0.8)
        middle = near + share * (far - near)
        if probit(middle) > target:
            near = middle
        else:
            far = middle
    centre = 0.5 * (near + far)
    ordered = sorted(runs, key=lambda x: abs(x - centre))
    # Runs at about one amount say nothing about the slope.
    close = [x for x in ordered if abs(runs[x][1] - target) < _WINDOW]
    chosen = close if len(close) > _NEAREST else ordered[:_NEAREST]
    x = np.array(chosen)
    z, error = np.array([runs[k][1:] for k in chosen]).T
    return _line(x, z - target, error)


def _line(x: Floats, z: Floats, error: Floats) -> tuple[float, float]:
    """Root of a weighted straight line, and its standard error by the delta method."""
    centre = float(np.average(x, weights=error**-2))
    design = np.stack([np.ones_like(x), x - centre], axis=1)
    covariance = np.linalg.inv(design.T @ (design / error[:, None] ** 2))
    intercept, slope = covariance @ design.T @ (z / error**2)
    away = -intercept / slope
    at = np.array([1.0, away])
    return float(centre + away), float(np.sqrt(at @ covariance @ at) / abs(slope))


def _probit(p: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def _density(z: float) -> float:
    from statistics import NormalDist

    return NormalDist().pdf(z)
