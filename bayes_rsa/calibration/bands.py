"""Simultaneous bands for the ECDF of uniform ranks, exactly.

Säilynoja, Bürkner, Vehtari (2022), doi:10.1007/s11222-022-10090-6. The statistic of a set of ranks
is the smallest two-sided binomial tail probability over the evaluation points; its distribution
under uniformity follows from the Markov chain of the counts, without simulation.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

POINTS: Final = 100
"""Largest number of intervals between evaluation points."""

_SMALLEST: Final = 1e-9
"""Below this statistic the p-value is its union bound: the chain would run over all counts."""
_MIRROR: Final = 1e-9
"""Relative distance of two tail probabilities that rounding may have moved apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Limits between which the ECDF of uniform ranks stays with a given probability.

    Parameters
    ----------
    at
        Evaluation points in (0, 1).
    lower, upper
        Smallest and largest number of ranks below each point.
    size
        Number of ranks.
    """

    at: Floats
    lower: Integers
    upper: Integers
    size: int

    def difference(self) -> tuple[Floats, Floats]:
        """Lower and upper limit of ECDF minus uniform."""
        return self.lower / self.size - self.at, self.upper / self.size - self.at


@lru_cache(maxsize=32)
def evaluation_points(largest: int) -> tuple[int, ...]:
    """Ranks at which the ECDF is evaluated: at most 99, evenly spread over 1 to ``largest``."""
    intervals = min(POINTS, largest + 1)
    steps = np.unique(np.rint(np.arange(1, intervals) * (largest + 1) / intervals).astype(int))
    return tuple(int(step) for step in steps)


def counts_below(ranks: Integers, largest: int) -> Integers:
    """Number of ranks below each evaluation point."""
    return np.searchsorted(np.sort(ranks), evaluation_points(largest), side="left")


def statistic(ranks: Integers, largest: int) -> float:
    """Smallest two-sided binomial tail probability over the evaluation points.

    Parameters
    ----------
    ranks
        One for each simulation, 0 to ``largest``.
    largest
        Number of draws that each rank is among.
    """
    from scipy.stats import binom

    at = _positions(largest)
    counts, size = counts_below(ranks, largest), len(ranks)
    tails = np.minimum(binom.cdf(counts, size, at), binom.sf(counts - 1, size, at))
    return float(min(1.0, 2 * tails.min()))


def p_value(ranks: Integers, largest: int) -> float:
    """Probability, under uniformity, of ranks at least as far from it as these.

    Exact down to about 1e-7; below that an upper bound.
    """
    observed = statistic(ranks, largest)
    if observed < _SMALLEST:
        return min(1.0, observed * len(evaluation_points(largest)))
    # As far as the observed value counts as outside; so does its mirror image.
    level = observed * (1.0 + _MIRROR)
    inside = _probability_inside(*_limits(len(ranks), largest, level), len(ranks), largest)
    return min(1.0, max(0.0, 1.0 - inside))


@lru_cache(maxsize=64)
def bands(size: int, largest: int, probability: float) -> Bands:
    """Simultaneous bands of at least this probability, the narrowest of equal pointwise level."""
    tails = _tails(size, largest)
    found = np.unique(tails[(tails > _SMALLEST) & (tails < 1.0 - probability)])
    # The limits change at these levels only: just above each, so that its mirror image is outside.
    levels = np.concatenate([[0.0, _SMALLEST], found * (1.0 + _MIRROR)])

    def too_narrow(k: int) -> bool:
        limits = _limits(size, largest, float(levels[k]))
        return _probability_inside(*limits, size, largest) < probability

    last = bisect_left(range(1, levels.size), True, key=too_narrow)
    lower, upper = _limits(size, largest, float(levels[last]))
    return Bands(_positions(largest), lower, upper, size)


def _positions(largest: int) -> Floats:
    return np.array(evaluation_points(largest)) / (largest + 1)


def _limits(size: int, largest: int, level: float) -> tuple[Integers, Integers]:
    """Counts whose two-sided tail probability is above ``level``, at each point."""
    inside = _tails(size, largest) > level
    if not inside.any(axis=0).all():
        return np.ones(len(inside[0]), dtype=np.int64), np.zeros(len(inside[0]), dtype=np.int64)
    return inside.argmax(axis=0), size - inside[::-1].argmax(axis=0)


@lru_cache(maxsize=4)
def _tails(size: int, largest: int) -> Floats:
    """Two-sided binomial tail probabilities: a row for each count, a column for each point."""
    from scipy.stats import binom

    counts = np.arange(size + 1)[:, None]
    at = _positions(largest)[None, :]
    tails = 2 * np.minimum(binom.cdf(counts, size, at), binom.sf(counts - 1, size, at))
    return np.asarray(np.minimum(tails, 1.0))


def _probability_inside(lower: Integers, upper: Integers, size: int, largest: int) -> float:
    """Probability that the counts stay within the limits at every point."""
    from scipy.special import gammaln

    log_factorial = gammaln(np.arange(size + 1) + 1.0)
    before, weight, position = np.array([0]), np.array([1.0]), 0.0
    for at, low, high in zip(_positions(largest), lower, upper, strict=True):
        if high < low:
            return 0.0
        after = np.arange(low, high + 1)
        step = (at - position) / (1.0 - position)
        left = (size - before)[:, None]
        added = after[None, :] - before[:, None]
        possible = (added >= 0) & (added <= left)
        added = np.where(possible, added, 0)
        log_pmf = (
            log_factorial[left]
            - log_factorial[added]
            - log_factorial[left - added]
            + added * np.log(step)
            + (left - added) * np.log1p(-step)
        )
        weight = weight @ np.where(possible, np.exp(log_pmf), 0.0)
        before, position = after, at
    return float(weight.sum())
