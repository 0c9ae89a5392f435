"""Ranks, thinning and the test quantities."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest
from calibration_engines import arms_model, effect_model
from scipy.stats import binom, norm

from bayes_rsa import contract, models
from bayes_rsa.calibration import cases
from bayes_rsa.calibration.generator import Generator
from bayes_rsa.calibration.likelihood import LogLikelihood
from bayes_rsa.calibration.quantities import Quantities
from bayes_rsa.calibration.ranks import effective_size, rank, thin
from bayes_rsa.errors import ContractError
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

# ---- ranks ------------------------------------------------------------------------------------


def test_rank_counts_what_is_below() -> None:
    rng = np.random.default_rng(0)
    draws = np.array([0.1, 0.2, 0.3])
    assert [rank(draws, t, rng) for t in (0.0, 0.15, 0.25, 9.0)] == [0, 1, 2, 3]


def test_ties_are_broken_evenly() -> None:
    rng = np.random.default_rng(0)
    found = [rank(np.array([0.0, 1.0, 1.0, 2.0]), 1.0, rng) for _ in range(3000)]
    counts = np.bincount(found, minlength=5)
    assert counts[0] == counts[4] == 0
    assert np.all(abs(counts[1:4] - 1000) < 4 * np.sqrt(3000 * 2 / 9))


def test_infinite_values_have_ranks() -> None:
    rng = np.random.default_rng(0)
    assert rank(np.array([-np.inf, 0.0]), -np.inf, rng) in (0, 1)
    assert rank(np.array([-np.inf, 0.0]), np.inf, rng) == 2


def test_thin_takes_every_stride_of_each_chain() -> None:
    draws = np.arange(12.0).reshape(2, 6)
    np.testing.assert_array_equal(thin(draws, 2, 5), [0, 2, 4, 6, 8])
    assert thin(draws, 2, 7) is None


def test_effective_size_is_the_worst_quantity() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(2, 2000))
    walk = np.zeros_like(noise)
    for i in range(1, 2000):
        walk[:, i] = 0.9 * walk[:, i - 1] + noise[:, i]
    independent = rng.normal(size=(2, 2000))
    slow = effective_size({"walk": walk, "independent": independent})
    # An autoregression of 0.9 is worth (1 - 0.9) / (1 + 0.9) of its length.
    assert slow == pytest.approx(4000 * 0.1 / 1.9, rel=0.35)
    assert effective_size({"independent": independent}) > 3000
    constant = {"constant": np.zeros((2, 2000)), "independent": independent}
    assert effective_size(constant) == effective_size({"independent": independent})


# ---- the log-likelihood -----------------------------------------------------------------------


def test_log_likelihood_of_counts() -> None:
    values = {"p_treatment": np.array([0.2, 0.7]), "p_control": np.array([0.5, 0.4])}
    found = LogLikelihood(arms_model())(values, {"events": np.array([12, 33])})
    expected = binom.logpmf(12, 60, values["p_treatment"]) + binom.logpmf(
        33, 50, values["p_control"]
    )
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_log_likelihood_of_a_reported_effect() -> None:
    effect = np.array([-1.0, 0.2, 0.9])
    data = {"estimate": np.array(0.7), "standard_error": np.array(0.3)}
    found = LogLikelihood(effect_model())({"effect": effect}, data)
    np.testing.assert_allclose(found, norm.logpdf(0.7, effect, 0.3), rtol=1e-12)


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize("name", ["log_odds_ratio_midpoint", "log_risk_ratio", "risk_difference"])
def test_log_likelihood_is_the_model_s(name: str) -> None:
    """The whole joint density less the prior, draw by draw, from PyMC's own function."""
    model = cases()[name].build()
    truths = [Generator(model).prior(seed) for seed in range(3)]
    free = [v.name for v in model.free_RVs]
    values = {name: np.array([t.values[name] for t in truths]) for name in free}
    data = {"events": np.array([31, 42])}
    found = LogLikelihood(model)(values, data)
    with model:
        pm.set_data(data)
    plain = pm.model.transform.conditioning.remove_value_transforms(model)
    density = plain.compile_fn(
        plain.logp(vars=plain.observed_RVs),
        inputs=plain.value_vars,
        on_unused_input="ignore",
        mode=contract.ONE_CALL,
    )
    expected = [density({name: values[name][i] for name in free}) for i in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


# ---- what is simulated ------------------------------------------------------------------------


def test_data_follow_from_their_seed_alone() -> None:
    generator = Generator(arms_model())
    first = generator.prior(5)
    generator.prior(6)
    again = generator.prior(5)
    assert first.values["p_treatment"] == again.values["p_treatment"]
    np.testing.assert_array_equal(first.data["events"], again.data["events"])
    assert generator.prior(6).values["p_treatment"] != first.values["p_treatment"]


def test_replications_have_the_right_mean() -> None:
    generator = Generator(arms_model())
    values = {"p_treatment": np.array(0.9), "p_control": np.array(0.2)}
    events = np.array([generator.replicate(values, seed)["events"] for seed in range(400)])
    expected = np.array([60 * 0.9, 50 * 0.2])
    error = np.sqrt(np.array([60 * 0.9 * 0.1, 50 * 0.2 * 0.8]) / 400)
    assert np.all(abs(events.mean(axis=0) - expected) < 4 * error)


def test_prior_draws_follow_the_prior() -> None:
    generator = Generator(effect_model(2.0))
    drawn = np.array([generator.prior(seed).values["effect"] for seed in range(400)])
    assert abs(drawn.mean()) < 4 * 2.0 / np.sqrt(400)
    assert drawn.std() == pytest.approx(2.0, rel=4 / np.sqrt(2 * 400))


# ---- test quantities --------------------------------------------------------------------------


def test_quantities_of_a_contrast_model() -> None:
    trial = Trial.from_counts(treatment=(30, 60), control=(30, 50))
    model = models.log_odds_ratio(trial, effect=Prior.normal(0.0, 1.0))
    p1, p0 = np.array([0.6]), np.array([0.3])
    l1, l0 = np.log(p1 / (1 - p1)), np.log(p0 / (1 - p0))
    values = {
        "effect": l1 - l0,
        "midpoint": (l1 + l0) / 2,
        "log_odds_ratio": l1 - l0,
        "p_treatment": p1,
        "p_control": p0,
    }
    found = Quantities(model)(values, {"events": np.array([10, 40])})
    assert list(found) == [
        "effect",
        "midpoint",
        "p_treatment",
        "p_control",
        "log_odds_ratio",
        "log_risk_ratio",
        "risk_difference",
        "effect * midpoint",
        "effect_towards_data",
        "log_likelihood",
    ]
    assert found["log_risk_ratio"] == pytest.approx(np.log(2))
    assert found["risk_difference"] == pytest.approx(0.3)
    assert found["effect * midpoint"] == pytest.approx((l1**2 - l0**2) / 2)
    # 10/60 is less than 40/50, so the data point down.
    assert found["effect_towards_data"] == pytest.approx(l0 - l1)


def test_quantities_of_a_reported_effect() -> None:
    found = Quantities(effect_model())({"effect": np.array([0.4])}, {"estimate": np.array(-0.1)})
    assert list(found) == ["effect", "effect_towards_data", "log_likelihood"]
    assert found["effect_towards_data"] == -0.4


def test_equal_arms_have_no_direction() -> None:
    values = {name: np.array([0.5]) for name in ("p_treatment", "p_control")}
    values["log_odds_ratio"] = np.array([0.7])
    found = Quantities(arms_model())(values, {"events": np.array([30, 25])})
    assert found["effect_towards_data"] == 0


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(ContractError, match="have no 'log_odds_ratio'"):
        Quantities(arms_model())({"p_treatment": np.ones(1), "p_control": np.ones(1)}, {})


def test_not_a_number_is_named() -> None:
    values = {"p_treatment": np.array([0.0]), "p_control": np.array([0.0])}
    values["log_odds_ratio"] = np.array([0.0])
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(ContractError, match="'log_risk_ratio' is not a number"),
    ):
        Quantities(arms_model())(values, {})
