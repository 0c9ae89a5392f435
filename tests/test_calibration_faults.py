"""Calibration passes what is right and catches what is wrong."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from calibration_engines import EFFECT_SD, ArmFault, Arms, Effect, arms_model, effect_model
from scipy.stats import chisquare

from bayes_rsa.calibration import Calibration, sbc

SIMULATIONS, DRAWS = 150, 99


@cache
def arms() -> Any:
    return arms_model()


def calibrate(fault: ArmFault, seed: int = 1, attempts: int = 1) -> Calibration:
    return sbc(arms(), SIMULATIONS, seed, draws=DRAWS, engine=Arms(fault), attempts=attempts)


# ---- right ------------------------------------------------------------------------------------


def test_right_engines_pass() -> None:
    assert calibrate("none", attempts=2).passed
    assert sbc(effect_model(), SIMULATIONS, draws=DRAWS, engine=Effect()).passed


def test_ranks_are_exactly_uniform() -> None:
    """Ten possible ranks, 2000 simulations: a rank off by one would show."""
    found = sbc(effect_model(), 2000, draws=9, engine=Effect(), attempts=1)
    assert found.passed
    for ranks in found.ranks.values():
        assert set(ranks) == set(range(10))
        assert chisquare(np.bincount(ranks, minlength=10)).pvalue > 0.001


# ---- faults in closed form --------------------------------------------------------------------


def test_the_prior_instead_of_the_posterior_is_caught_by_the_data_only() -> None:
    found = calibrate("prior")
    assert not found.passed
    assert "log_likelihood" in found.failures
    parameters = {"p_treatment", "p_control", "log_odds_ratio", "risk_difference"}
    assert parameters.isdisjoint(found.failures)


def test_swapped_arms_are_caught() -> None:
    assert {"p_treatment", "p_control", "log_odds_ratio", "log_likelihood"} <= set(
        calibrate("swapped").failures
    )


def test_a_truncated_tail_is_caught() -> None:
    assert "log_odds_ratio" in calibrate("truncated").failures


def test_the_wrong_direction_is_caught() -> None:
    found = calibrate("direction")
    assert {"log_odds_ratio", "effect_towards_data"} <= set(found.failures)
    assert "p_treatment" not in found.failures


@pytest.mark.parametrize("sd", [EFFECT_SD**2, EFFECT_SD**0.5])
def test_a_variance_for_a_standard_deviation_is_caught(sd: float) -> None:
    assert not sbc(effect_model(), SIMULATIONS, draws=DRAWS, engine=Effect(sd), attempts=1).passed


def test_the_second_run_decides() -> None:
    found = calibrate("swapped", attempts=2)
    assert found.first is not None
    assert not found.first.passed
    assert found.simulations == 2 * found.first.simulations == 2 * SIMULATIONS
    overlap = found.ranks["p_treatment"][:SIMULATIONS] == found.first.ranks["p_treatment"]
    assert not overlap.all()
    alone = calibrate("swapped")
    assert alone.first is None
    np.testing.assert_array_equal(alone.ranks["p_control"], found.first.ranks["p_control"])


def test_the_verdict_names_what_failed() -> None:
    found = calibrate("direction", attempts=2)
    assert "log_odds_ratio is not calibrated" not in found.explain()
    assert found.explain().startswith("independent_arms is not calibrated: outside")
    assert all(name in found.explain() for name in found.failures)
    assert "repeated" in found.explain()
