"""Absolute effects at stated baseline risks."""

from __future__ import annotations

import json

import numpy as np
import pytest
from model_fixtures import REPORTED, TACROLIMUS, UNIFORM, beta_fit

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import absolute_effects
from bayes_rsa.trial import Trial


def difference(odds_ratio: np.ndarray, p0: float) -> np.ndarray:
    odds = odds_ratio * p0 / (1 - p0)
    return odds / (1 + odds) - p0


@pytest.mark.parametrize("baseline", [0.5, 0.6, 0.7])
def test_a_stated_risk_maps_every_draw(baseline: float) -> None:
    tree = beta_fit(TACROLIMUS)
    draws = difference(np.exp(tree["posterior"]["log_odds_ratio"].values), baseline)
    (found,) = absolute_effects(tree, baselines=[baseline])
    expected = np.quantile(draws, [0.025, 0.5, 0.975])
    # Two neighbours among 8,000 draws are that far apart.
    np.testing.assert_allclose(
        [found.eti[0], found.median, found.eti[1]], expected, rtol=0, atol=5e-4
    )
    for d, p in found.probabilities.items():
        assert p == pytest.approx(np.mean(draws > d), abs=1e-12)
    assert found.nnt.benefit_at_median == pytest.approx(1 / found.median)
    assert json.loads(json.dumps(found.to_dict()))["baseline"] == f"{baseline:g}"


def test_both_engines_agree() -> None:
    posterior = exact.independent_arms(TACROLIMUS, treatment=UNIFORM, control=UNIFORM)
    baselines = [0.6, Prior.normal(0.4, 0.3)]
    pairs = zip(
        absolute_effects(beta_fit(TACROLIMUS, draws=10_000), baselines=baselines),
        absolute_effects(posterior, baselines=baselines),
        strict=True,
    )
    for here, there in pairs:
        # The standard error of a median of 40,000 draws is 0.5 / (200 f), with f near 5.
        assert here.median == pytest.approx(there.median, abs=0.003)
        for d in (0.05, 0.1, 0.15):
            error = 0.5 / 200
            assert here.probabilities[d] == pytest.approx(there.probabilities[d], abs=4 * error)


def test_a_prior_on_the_risk_is_averaged_over() -> None:
    tree = beta_fit(TACROLIMUS)
    prior = Prior.normal(0.4, 0.8)
    (found,) = absolute_effects(tree, baselines=[prior])
    rng = np.random.default_rng(1)
    effect = np.exp(tree["posterior"]["log_odds_ratio"].values.ravel())
    p0 = 1 / (1 + np.exp(-prior.sample(effect.size, rng)))
    odds = effect * p0 / (1 - p0)
    draws = odds / (1 + odds) - p0
    for d, p in found.probabilities.items():
        assert p == pytest.approx(np.mean(draws > d), abs=4 * 0.5 / np.sqrt(effect.size))
    assert found.baseline == str(prior)


def test_errors_are_those_of_the_draws() -> None:
    """Fresh sets of independent draws scatter as the errors say."""
    rate = Prior.normal(0.4, 0.8)
    found = [
        absolute_effects(beta_fit(TACROLIMUS, seed=k, draws=1000), baselines=[0.6, rate])
        for k in range(40)
    ]
    for which in range(2):
        effects = [pair[which] for pair in found]
        checks = [
            ([e.median for e in effects], [e.mcse_median for e in effects]),
            ([e.eti[0] for e in effects], [e.mcse_eti[0] for e in effects if e.mcse_eti]),
            ([e.eti[1] for e in effects], [e.mcse_eti[1] for e in effects if e.mcse_eti]),
            (
                [e.probabilities[0.1] for e in effects],
                [e.mcse_probabilities[0.1] for e in effects],
            ),
        ]
        for values, errors in checks:
            # The SD of 40 values has a relative standard error of 1 / sqrt(78), 0.11.
            ratio = np.std(values, ddof=1) / np.median(np.array(errors, dtype=float))
            assert 1 - 4 * 0.11 < ratio < 1 + 4 * 0.11


def test_an_exact_posterior_has_no_monte_carlo_error() -> None:
    posterior = exact.independent_arms(TACROLIMUS, treatment=UNIFORM, control=UNIFORM)
    (found,) = absolute_effects(posterior, baselines=[0.6])
    assert found.mcse_median is None
    assert found.mcse_eti is None
    assert dict(found.mcse_probabilities) == {}


def test_a_tight_prior_is_its_point() -> None:
    tree = beta_fit(TACROLIMUS)
    logit = float(np.log(0.6 / 0.4))
    tight, point = absolute_effects(tree, baselines=[Prior.normal(logit, 1e-4), 0.6])
    assert tight.median == pytest.approx(point.median, abs=1e-4)


def test_fewer_events_may_be_better() -> None:
    lower = Trial.from_counts(treatment=(47, 74), control=(60, 75), better="lower")
    (found,) = absolute_effects(beta_fit(lower), baselines=[0.6])
    assert found.median < 0
    assert found.nnt.benefit_at_median == pytest.approx(-1 / found.median)
    assert found.probabilities[0.05] > 0.8


def test_a_reported_odds_ratio_is_enough() -> None:
    posterior = exact.reported_effect(REPORTED, effect=Prior.normal(0, 1))
    (found,) = absolute_effects(posterior, baselines=[0.6])
    median = float(posterior.ppf("odds_ratio", 0.5))
    assert found.median == pytest.approx(float(difference(np.array(median), 0.6)), abs=1e-9)


@pytest.mark.parametrize("baseline", [0.0, 1.0, -0.1, 60.0])
def test_a_risk_lies_between_0_and_1(baseline: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        absolute_effects(beta_fit(TACROLIMUS), baselines=[baseline])


def test_a_hazard_ratio_has_no_absolute_effect() -> None:
    trial = Trial.from_effect(measure="HR", estimate="0.80", ci=("0.60", "1.07"), better="lower")
    posterior = exact.reported_effect(trial, effect=Prior.normal(0, 1))
    with pytest.raises(InputError, match="odds ratio or a risk ratio"):
        absolute_effects(posterior)
