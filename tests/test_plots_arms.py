"""Figures of the arms, of what is predicted for them, and of how the chains mixed."""

from __future__ import annotations

import math
from typing import Any

import arviz_stats as azs
import numpy as np
import pytest
from figure_checks import faults, ids, words
from figure_posteriors import LONG, REFERENCE, Draws
from numpy.typing import NDArray

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.plots import arms, diagnostics, predictive, share_of_draws
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

EMPTY = Trial.from_counts(treatment=(0, 5), control=(5, 5))


# ---- arms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", ["page", "column"])
def test_arms(width: Any, tacrolimus: Trial) -> None:
    post = exact.log_odds_ratio(tacrolimus, effect=REFERENCE)
    figure = arms(post, tacrolimus, width=width)
    assert "Probability of healthy newborn" in words(figure)
    assert "Tacrolimus 60/75: 0.790 (0.692 to 0.868)" in words(figure)
    assert {"observed-0", "observed-1"} <= ids(figure)
    assert faults(figure) == []


def test_arms_with_empty_cells_and_endless_densities() -> None:
    half = Prior.beta(0.5, 0.5)
    figure = arms(exact.independent_arms(EMPTY, treatment=half, control=half), EMPTY)
    low, high = figure.axes[0].get_xlim()
    assert (low, high) == (0.0, 1.0)
    assert math.isfinite(figure.axes[0].get_ylim()[1])
    assert faults(figure) == []


def test_arms_without_patients() -> None:
    nobody = Trial.from_counts(treatment=(0, 0), control=(4, 9))
    figure = arms(exact.log_odds_ratio(nobody, effect=REFERENCE), nobody)
    assert "observed-0" not in ids(figure)
    assert "observed-1" in ids(figure)


def test_arms_of_draws(counts: Trial) -> None:
    figure = arms(Draws(), counts)
    assert "Kernel density" in figure.caption
    assert faults(figure) == []


def test_arms_need_arms() -> None:
    trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    with pytest.raises(InputError, match="both arms"):
        arms(exact.reported_effect(trial, effect=REFERENCE), trial)


# ---- predictive -------------------------------------------------------------------------------


def flat(n: int) -> NDArray[np.float64]:
    return np.full(n + 1, 1 / (n + 1))


@pytest.mark.parametrize("width", ["page", "column"])
@pytest.mark.parametrize("prior", [True, False])
def test_predictive(width: Any, prior: bool, tacrolimus: Trial) -> None:
    rng = np.random.default_rng(2)
    posterior = [share_of_draws(rng.binomial(n, 0.7, 4000), n) for n in tacrolimus.n]
    before = [flat(n) for n in tacrolimus.n] if prior else None
    figure = predictive(tacrolimus, posterior, before, width=width)
    assert {"Tacrolimus: 60 observed", "Events among 74"} <= set(words(figure))
    assert ("prior" in words(figure)) is prior
    assert ("improper" in figure.caption) is not prior
    assert "cannot fail" in figure.caption
    assert faults(figure) == []


def test_predictive_of_a_large_and_a_tiny_arm() -> None:
    trial = Trial.from_counts(treatment=(6000, 20000), control=(0, 1))
    rng = np.random.default_rng(3)
    posterior = [share_of_draws(rng.binomial(20000, 0.3, 5000), 20000), flat(1)]
    figure = predictive(trial, posterior, width="column")
    assert len(figure.axes[0].patches) <= 400
    assert faults(figure) == []
    pooled = sum(p.get_height() * p.get_width() / 0.86 for p in figure.axes[0].patches)
    assert pooled == pytest.approx(1, abs=0.02)


def test_share_of_draws_counts() -> None:
    assert share_of_draws([[0, 2], [2, 1]], 3).tolist() == [0.25, 0.25, 0.5, 0.0]
    with pytest.raises(InputError, match="between 0 and 3"):
        share_of_draws([4], 3)


def test_bad_predictive(counts: Trial) -> None:
    with pytest.raises(InputError, match="sum to 1"):
        predictive(counts, [flat(75), flat(75)])


# ---- diagnostics ------------------------------------------------------------------------------


def test_diagnostics_show_each_quantity_against_the_target() -> None:
    rng = np.random.default_rng(4)
    draws = {"log odds ratio": rng.normal(size=(4, 500)), LONG[:40]: rng.normal(size=(4, 500))}
    draws["stuck"] = np.cumsum(draws["log odds ratio"], axis=1)
    figure = diagnostics(draws, target=4000)
    assert {"log odds ratio", "stuck", "Trace"} <= set(words(figure))
    assert "4,000" in figure.caption
    assert faults(figure) == []
    bulk = float(azs.ess(draws["log odds ratio"], method="bulk"))
    assert f"log odds ratio: bulk {bulk:,.0f}" in figure.alt


def test_ranks_are_even_for_equal_chains_and_not_for_a_chain_apart() -> None:
    rng = np.random.default_rng(5)
    good = rng.normal(size=(4, 1000))
    bad = good + np.array([0, 0, 0, 5])[:, None]
    heights = [diagnostics({"x": chains}).axes[1].get_ylim()[1] for chains in (good, bad)]
    assert heights[0] < 2 < heights[1]


def test_diagnostics_of_a_constant_do_not_fail() -> None:
    assert faults(diagnostics({"constant": np.ones((4, 100))})) == []


@pytest.mark.parametrize("draws", [{}, {"x": np.zeros(100)}, {"x": np.zeros((4, 5))}])
def test_bad_diagnostics(draws: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="draws"):
        diagnostics(draws)
