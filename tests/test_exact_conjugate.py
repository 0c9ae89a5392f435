"""Beta posteriors of independent arms, many at once, against the quadrature of each alone."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event
from bayes_rsa.exact import conjugate
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

INF = math.inf
EVENTS = [
    Event("odds_ratio", 1.0, INF),
    Event("odds_ratio", -INF, 0.8),
    Event("log_odds_ratio", -0.1, 0.1),
    Event("risk_ratio", 1.25, INF),
    Event("log_risk_ratio", -INF, -0.2),
    Event("risk_difference", 0.1, INF),
    Event("risk_difference", -0.05, 0.05),
    Event("p_treatment", 0.7, INF),
    Event("p_control", 0.3, 0.6),
]
MIXTURE = Prior.parse("0.3*beta(1, 1) + 0.7*beta(12, 6)")
PRIORS = [
    (Prior.beta(1, 1), Prior.beta(1, 1)),
    (Prior.beta(0.05, 0.05), Prior.beta(0.5, 0.5)),
    (Prior.beta(600, 400), Prior.beta(600, 400)),
    (MIXTURE, Prior.beta(2, 3)),
    (MIXTURE, MIXTURE),
]
TABLES = [
    ((60, 75), (47, 74)),
    ((0, 20), (3, 19)),
    ((8, 8), (0, 9)),
    ((2, 12_000), (9, 11_000)),
    ((1, 5), (15_000, 20_000)),
]


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_all_at_once_is_each_alone(table: tuple[tuple[int, int], tuple[int, int]]) -> None:
    trial = Trial.from_counts(*table)
    posteriors = [exact.independent_arms(trial, treatment=t, control=c) for t, c in PRIORS]
    for event in EVENTS:
        found, errors = exact.arms_probabilities(trial, PRIORS, event)
        alone = np.array([posterior.probability(event) for posterior in posteriors])
        assert errors.max() <= 1e-8
        np.testing.assert_array_less(np.abs(found - alone[:, 0]), errors + alone[:, 1] + 1e-12)


def _more_often(a1: int, b1: int, a0: int, b0: int) -> Fraction:
    """P(X1 > X0) of two betas with whole shapes, as a sum of fractions."""

    def beta(a: int, b: int) -> Fraction:
        f = math.factorial
        return Fraction(f(a - 1) * f(b - 1), f(a + b - 1))

    terms = (beta(a0 + i, b0 + b1) / ((b1 + i) * beta(1 + i, b1) * beta(a0, b0)) for i in range(a1))
    return sum(terms, Fraction(0))


@given(
    st.lists(st.integers(1, 30), min_size=4, max_size=4),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_the_better_arm_has_a_closed_form(shapes: list[int], y: int, x: int) -> None:
    a1, b1, a0, b0 = shapes
    trial = Trial.from_counts((y, 40), (x, 40))
    pair = Prior.beta(a1, b1), Prior.beta(a0, b0)
    found, error = exact.arms_probabilities(trial, [pair], Event("risk_difference", 0.0, INF))
    wanted = float(_more_often(a1 + y, b1 + 40 - y, a0 + x, b0 + 40 - x))
    assert abs(found[0] - wanted) <= error[0] + 1e-12


def test_usual_priors_need_no_quadrature_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(*_: object, **__: object) -> None:
        raise AssertionError("computed alone")

    monkeypatch.setattr(conjugate, "independent_arms", alone)
    trial = Trial.from_counts((60, 75), (47, 74))
    pairs = [(Prior.beta(0.6 * w, 0.4 * w),) * 2 for w in np.geomspace(0.1, 1e4, 200)]
    found, errors = exact.arms_probabilities(trial, pairs, Event("risk_difference", 0.05, INF))
    assert errors.max() < 1e-11
    assert np.all(np.diff(found)[20:] < 0)  # a prior that the arms do not differ


@pytest.mark.parametrize("a", [1e-2, 1e-3, 1e-4, 1e-6])
def test_arms_that_reach_beyond_the_nodes_are_computed_alone(a: float) -> None:
    """Without events a prior of next to no weight leaves log odds over millions of units."""
    trial = Trial.from_counts((0, 9), (0, 11))
    pair = Prior.beta(a, 1), Prior.beta(2 * a, 1)
    alone = exact.independent_arms(trial, treatment=pair[0], control=pair[1])
    # -log p is all but exponential with rate a: the smaller of two has the larger rate.
    found, _ = exact.arms_probabilities(trial, [pair], EVENTS[0])
    assert found[0] == pytest.approx(1 / 3, abs=0.2 * a)
    for event in EVENTS[:3]:
        found, errors = exact.arms_probabilities(trial, [pair], event)
        value, error = alone.probability(event)
        assert abs(found[0] - value) <= errors[0] + error


def test_other_families_and_improper_priors_are_computed_alone() -> None:
    trial = Trial.from_counts((60, 75), (47, 74))
    pairs = [
        (Prior.parse("logit_normal(0, 1)"), Prior.beta(1, 1)),
        (Prior.beta(0, 0), Prior.beta(1, 1)),
    ]
    found, errors = exact.arms_probabilities(trial, pairs, EVENTS[0])
    for value, error, (treatment, control) in zip(found, errors, pairs, strict=True):
        alone = exact.independent_arms(trial, treatment=treatment, control=control)
        assert (value, error) == alone.probability(EVENTS[0])


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(InputError, match="do not inform"):
        exact.arms_probabilities(
            Trial.from_counts((60, 75), (47, 74)), PRIORS[:1], Event("hazard_ratio", 0, 1)
        )
    effect = Trial.from_effect("OR", estimate="2.30", ci=("1.10", "4.81"))
    with pytest.raises(InputError, match="events and n"):
        exact.arms_probabilities(effect, PRIORS[:1], EVENTS[0])
