"""Estimands by closed form, and the number needed to treat by Altman's rule."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsa.errors import InputError
from bayes_rsa.estimands import (
    COUNTS,
    ESTIMANDS,
    EstimandSummary,
    Probability,
    available,
    number_needed_to_treat,
    of_measure,
)

PROBABILITIES = st.floats(1e-6, 1 - 1e-6)


def at(key: str, p1: float, p0: float) -> float:
    return float(ESTIMANDS[key].compute(np.array(p1), np.array(p0)))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("odds_ratio", 16.0),
        ("log_odds_ratio", math.log(16)),
        ("risk_ratio", 4.0),
        ("log_risk_ratio", math.log(4)),
        ("risk_difference", 0.6),
        ("p_treatment", 0.8),
        ("p_control", 0.2),
    ],
)
def test_values_at_four_fifths_against_one_fifth(key: str, expected: float) -> None:
    assert at(key, 0.8, 0.2) == pytest.approx(expected, rel=1e-14)


@given(p1=PROBABILITIES, p0=PROBABILITIES)
def test_swapping_the_arms_inverts_ratios_and_negates_differences(p1: float, p0: float) -> None:
    for key, estimand in ESTIMANDS.items():
        if estimand.from_probabilities is None or estimand.kind == "probability":
            continue
        here, there = at(key, p1, p0), at(key, p0, p1)
        if estimand.kind == "ratio":
            assert here * there == pytest.approx(1, rel=1e-9)
        else:
            assert here == pytest.approx(-there, abs=1e-12)


@given(p1=PROBABILITIES, p0=PROBABILITIES)
def test_values_lie_within_the_bounds_and_logs_are_logs(p1: float, p0: float) -> None:
    for key, estimand in ESTIMANDS.items():
        if estimand.from_probabilities is None:
            continue
        value = at(key, p1, p0)
        assert estimand.bounds[0] < value < estimand.bounds[1]
        if estimand.log_key is not None:
            assert at(estimand.log_key, p1, p0) == pytest.approx(math.log(value), abs=1e-9)


def test_equal_arms_have_the_null_value() -> None:
    for key, estimand in ESTIMANDS.items():
        if estimand.from_probabilities is not None and estimand.null is not None:
            assert at(key, 0.37, 0.37) == pytest.approx(estimand.null, abs=1e-15)


def test_the_odds_ratio_keeps_its_digits_for_rare_events() -> None:
    assert at("odds_ratio", 2e-12, 1e-12) == pytest.approx(2.0, rel=1e-11)


def test_keys_symbols_and_measures_agree() -> None:
    assert all(key == estimand.key for key, estimand in ESTIMANDS.items())
    assert len({e.symbol for e in ESTIMANDS.values()}) == len(ESTIMANDS)
    for measure in ("OR", "RR", "HR", "RD", "MD"):
        assert of_measure(measure).symbol == measure


def test_what_a_trial_informs() -> None:
    assert available("OR", counts=True) == COUNTS
    assert available("HR", counts=False) == ("hazard_ratio", "log_hazard_ratio")
    assert available("RD", counts=False) == ("risk_difference",)


def test_a_hazard_ratio_does_not_follow_from_probabilities() -> None:
    with pytest.raises(InputError, match="does not follow"):
        at("hazard_ratio", 0.5, 0.4)


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(InputError, match="one of OR, RR"):
        of_measure("XX")


# ---- number needed to treat --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("median", "limits", "better", "interval", "benefit", "harm"),
    [
        (0.16096, (0.01926, 0.30005), "higher", "NNTB 3.3 to NNTB 51.9", 1 / 0.16096, None),
        (-0.16096, (-0.30005, -0.01926), "lower", "NNTB 3.3 to NNTB 51.9", 1 / 0.16096, None),
        (0.1, (-0.05, 0.25), "higher", "NNTB 4.0 to ∞ to NNTH 20.0", 10.0, None),
        (0.1, (-0.05, 0.25), "lower", "NNTB 20.0 to ∞ to NNTH 4.0", None, 10.0),
        (-0.1, (-0.2, -0.02), "higher", "NNTH 5.0 to NNTH 50.0", None, 10.0),
        (0.1, (0.0, 0.2), "higher", "NNTB 5.0 to NNTB ∞", 10.0, None),
        (0.0, (-0.1, 0.1), "higher", "NNTB 10.0 to ∞ to NNTH 10.0", None, None),
    ],
)
def test_altman_s_rule(
    median: float,
    limits: tuple[float, float],
    better: str,
    interval: str,
    benefit: float | None,
    harm: float | None,
) -> None:
    found = number_needed_to_treat(median, limits, better)
    assert found.interval == interval
    assert found.benefit_at_median == (None if benefit is None else pytest.approx(benefit))
    assert found.harm_at_median == (None if harm is None else pytest.approx(harm))


def test_records_become_json() -> None:
    record = EstimandSummary("odds_ratio", 0.95, None, None, 2.0, (1.0, 3.0), (0.9, 2.8))
    assert json.loads(json.dumps(record.to_dict()))["eti"] == [1.0, 3.0]
    assert json.loads(json.dumps(record.to_dict()))["mean"] is None
    assert Probability("OR > 1", 0.9, 0.01).to_dict() == {
        "text": "OR > 1",
        "value": 0.9,
        "error": 0.01,
    }
