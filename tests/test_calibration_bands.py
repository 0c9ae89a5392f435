"""The simultaneous bands, against enumeration, simulation and a second implementation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from arviz_stats.ecdf_utils import simulate_confidence_bands
from scipy.stats import binom, binomtest

from bayes_rsa.calibration.bands import (
    bands,
    counts_below,
    evaluation_points,
    p_value,
    statistic,
)

# ---- evaluation points ------------------------------------------------------------------------


@pytest.mark.parametrize("largest", [1, 2, 9, 99, 100, 150, 999])
def test_evaluation_points(largest: int) -> None:
    points = evaluation_points(largest)
    assert len(points) == len(set(points)) == min(99, largest)
    assert points[0] >= 1
    assert points[-1] <= largest


def test_counts_below_are_counts() -> None:
    ranks = np.array([0, 0, 3, 9, 5])
    assert counts_below(ranks, 9).tolist() == [int((ranks < k).sum()) for k in range(1, 10)]


# ---- p-values ---------------------------------------------------------------------------------


def test_p_value_by_enumeration() -> None:
    """Every one of the 4^5 ways five ranks of 0 to 3 can fall."""
    everything = [np.array(ranks) for ranks in product(range(4), repeat=5)]
    statistics = np.array([statistic(ranks, 3) for ranks in everything])
    for ranks in everything[::37]:
        exact = np.mean(statistics <= statistic(ranks, 3) * (1 + 1e-9))
        assert p_value(ranks, 3) == pytest.approx(exact, abs=1e-12)


def test_statistic_is_the_smallest_two_sided_tail() -> None:
    ranks = np.arange(20) // 2
    tails = [
        2 * min(binom.cdf(c, 20, k / 10), binom.sf(c - 1, 20, k / 10))
        for k, c in enumerate(counts_below(ranks, 9), start=1)
    ]
    assert statistic(ranks, 9) == pytest.approx(min(1.0, *tails), rel=1e-12)


def test_p_values_of_uniform_ranks_are_uniform() -> None:
    """Below a level as often as it says; the limit is 4 standard errors away."""
    rng = np.random.default_rng(20230513)
    found = np.array([p_value(rng.integers(0, 100, 60), 99) for _ in range(500)])
    for level in (0.005, 0.05, 0.5):
        error = np.sqrt(level * (1 - level) / 500)
        assert abs(np.mean(found <= level) - level) < 4 * error


def test_p_value_of_impossible_ranks_is_a_bound() -> None:
    assert 0 <= p_value(np.zeros(500, dtype=np.int64), 999) < 1e-100


# ---- bands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "largest"), [(60, 99), (200, 999), (400, 99)])
@pytest.mark.parametrize("probability", [0.95, 0.995])
def test_inside_the_bands_is_a_large_p_value(size: int, largest: int, probability: float) -> None:
    limits = bands(size, largest, probability)
    rng = np.random.default_rng(7)
    seen = set()
    for strength in np.linspace(1.0, 1.6, 20):
        ranks = np.floor(rng.beta(strength, 1.0, size) * (largest + 1)).astype(np.int64)
        counts = counts_below(ranks, largest)
        inside = bool(np.all((counts >= limits.lower) & (counts <= limits.upper)))
        assert inside == (p_value(ranks, largest) > 1 - probability)
        seen.add(inside)
    assert seen == {True, False}


@pytest.mark.parametrize("probability", [0.2, 0.5, 0.8, 0.9, 0.95, 0.99])
def test_bands_by_enumeration(probability: float) -> None:
    """Of all the ways five ranks can fall, the narrowest bands hold enough and no more."""
    everything = [np.array(ranks) for ranks in product(range(4), repeat=5)]
    statistics = np.array([statistic(ranks, 3) for ranks in everything])
    farther = [statistics > level * (1 + 1e-9) for level in np.unique(statistics)]
    expected = min((w for w in farther if w.mean() >= probability), key=np.sum)
    limits = bands(5, 3, probability)
    counts = np.array([counts_below(ranks, 3) for ranks in everything])
    inside = ((counts >= limits.lower) & (counts <= limits.upper)).all(axis=1)
    np.testing.assert_array_equal(inside, expected)


def test_bands_hold_what_they_promise() -> None:
    """95% bands hold uniform ranks in at least 95% of 2000 sets, and not in all of them."""
    limits = bands(100, 99, 0.95)
    rng = np.random.default_rng(11)
    counts = np.array([counts_below(rng.integers(0, 100, 100), 99) for _ in range(2000)])
    inside = int(np.sum(np.all((counts >= limits.lower) & (counts <= limits.upper), axis=1)))
    assert binomtest(inside, 2000, 0.95).pvalue > 1e-4


def test_bands_agree_with_arviz() -> None:
    """ArviZ simulates the level at which pointwise bands hold together; ours must be the same."""
    size, points = 250, np.arange(1, 100) / 100
    rng = np.random.default_rng(3)
    simulated = simulate_confidence_bands(size, 1, points, 0.95, 2000, rng)
    limits = bands(size, 99, 0.95)
    lower = binom.cdf(limits.lower - 1, size, points).max()
    upper = binom.sf(limits.upper, size, points).max()
    # Just outside the bands lies less than half the level, which is 1 - simulated.
    assert 2 * max(lower, upper) == pytest.approx(1 - simulated, rel=0.25)


def test_difference_is_relative_to_uniform() -> None:
    limits = bands(100, 99, 0.95)
    lower, upper = limits.difference()
    assert np.all((lower <= 0) & (upper >= 0))
    np.testing.assert_allclose((upper + limits.at) * 100, limits.upper)
