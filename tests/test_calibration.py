"""What is refused, what comes back, and calibration at a trial's own data."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from calibration_engines import (
    EFFECT_SD,
    SHAPES,
    SIZES,
    STANDARD_ERROR,
    Arms,
    Effect,
    arms_model,
    effect_model,
)

from bayes_rsa import contract, models
from bayes_rsa.calibration import Calibration, Draws, posterior_sbc, sbc
from bayes_rsa.calibration.generator import Generator, observed_data
from bayes_rsa.calibration.pooling import pool_counts, pool_estimates
from bayes_rsa.calibration.record import pack, unpack
from bayes_rsa.errors import ContractError, InputError, VaguePriorWarning
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(30, 60), control=(25, 50))

# ---- refusals ---------------------------------------------------------------------------------


def test_a_model_without_a_card_is_refused() -> None:
    with pm.Model() as model:
        pm.Normal("x")
    with pytest.raises(ContractError, match="has no card"):
        sbc(model, 5)


def test_improper_priors_are_refused() -> None:
    model = models.log_odds_ratio(TRIAL, effect=Prior.flat())
    with pytest.raises(InputError, match="improper prior cannot be drawn from") as caught:
        sbc(model, 5)
    assert caught.value.field == "effect"


def test_a_model_that_generates_no_data_is_refused_with_its_reason() -> None:
    model = arms_model()
    card = contract.card(model)
    reason = "a discounted likelihood has no data-generating process"
    contract.attach(model, replace(card, generative=False, why_not_generative=reason))
    with pytest.raises(InputError, match=f"generates no data: {reason}"):
        sbc(model, 5, engine=Arms())
    with pytest.raises(InputError, match=f"generates no data: {reason}"):
        posterior_sbc(model, xr.DataTree(), 5, engine=Arms())


def test_data_that_cannot_be_replaced_are_refused() -> None:
    with pm.Model() as model:
        pm.Normal("outcome", observed=np.zeros(2))
    contract.attach(model, contract.card(arms_model()))
    with pytest.raises(ContractError, match=r"not held by pm\.Data"):
        observed_data(model)


@pytest.mark.parametrize(
    "wrong", [{"simulations": 0}, {"seed": -1}, {"draws": 0}, {"attempts": 0}, {"draws": 9.5}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        sbc(effect_model(), **{"simulations": 2, "engine": Effect(), **wrong})


class Few(Arms):
    def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
        return super().draws(data, min(size, 10), seed)


def test_an_engine_with_too_few_draws_is_refused() -> None:
    with pytest.raises(InputError, match="at least 99 draws"):
        sbc(arms_model(), 2, draws=99, engine=Few())


def test_extreme_priors_are_warned_of() -> None:
    wide = models.log_odds_ratio(TRIAL, effect=Prior.normal(0.0, 10.0))
    message = r"% of simulated trials have an arm in which all or none"
    with pytest.warns(VaguePriorWarning, match=message), pytest.raises(ContractError):
        # The arms' engine has no effect to rank: nothing is sampled.
        sbc(wide, 2, engine=Arms())
    with warnings.catch_warnings():
        warnings.simplefilter("error", VaguePriorWarning)
        sbc(arms_model(), 2, draws=9, engine=Arms())


# ---- draws that depend on each other ----------------------------------------------------------


class Sticky(Effect):
    """Each draw is repeated 8 times: right on average, if it is thinned."""

    def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
        free = super().draws(data, math.ceil(size / 8), seed).values["effect"]
        return Draws({"effect": np.repeat(free, 8, axis=1)}, divergences=2)


def test_dependent_draws_are_thinned() -> None:
    found = sbc(effect_model(), 100, 2, draws=99, engine=Sticky())
    assert found.passed
    assert found.short == 0
    assert found.divergent == 100
    assert "100 with divergences" in found.explain()


class Fixed(Effect):
    """The same thousand dependent draws, however many are asked for."""

    def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
        free = super().draws(data, min(size, 50), seed).values["effect"]
        return Draws({"effect": np.repeat(free, 20, axis=1)})


def test_draws_that_stay_dependent_are_counted() -> None:
    found = sbc(effect_model(), 20, draws=199, engine=Fixed(), attempts=1)
    assert found.short == 20
    assert "20 with dependent draws" in found.explain()


# ---- what comes back --------------------------------------------------------------------------


def test_a_calibration_survives_json() -> None:
    found = sbc(arms_model(), 60, draws=99, engine=Arms("swapped"))
    assert found.first is not None
    record = json.loads(json.dumps(found.to_dict()))
    again = Calibration.from_dict(record)
    assert again.to_dict() == found.to_dict()
    assert (again.passed, again.failures) == (found.passed, found.failures)
    for name, ranks in found.ranks.items():
        np.testing.assert_array_equal(again.ranks[name], ranks)
    assert record["config"]["model"]["priors"]["p_treatment"] == "beta(2, 2)"
    assert record["config"]["versions"]["pymc"] == pm.__version__


def test_another_schema_is_refused() -> None:
    record = sbc(effect_model(), 5, draws=9, engine=Effect()).to_dict()
    with pytest.raises(InputError, match="schema"):
        Calibration.from_dict({**record, "schema": "other"})


def test_ranks_are_packed_small() -> None:
    ranks = np.random.default_rng(1).integers(0, 1000, 1000)
    np.testing.assert_array_equal(unpack(pack(ranks)), ranks)
    assert len(pack(ranks)) < 2600


def test_the_family_shares_its_level() -> None:
    found = sbc(arms_model(), 50, draws=99, engine=Arms())
    assert {q.level for q in found.quantities} == {0.05 / len(found.quantities)}
    at, difference = found.quantities[0].difference()
    assert at.shape == difference.shape == (99,)
    assert np.all(abs(difference) <= 1)


# ---- at the trial's own data ------------------------------------------------------------------


def test_pooled_counts_have_the_product_of_the_likelihoods() -> None:
    one = {"events": np.array([3, 4]), "n": np.array([10, 12])}
    pooled = pool_counts(one, {"events": np.array([5, 6])})
    np.testing.assert_array_equal(pooled["events"], [8, 10])
    np.testing.assert_array_equal(pooled["n"], [20, 24])


def test_pooled_estimates_have_the_product_of_the_likelihoods() -> None:
    pooled = pool_estimates({"estimate": 0.2, "standard_error": 0.5}, {"estimate": 0.6})
    x = np.linspace(-1, 2, 7)

    def density(estimate: float, error: float) -> Any:
        return -0.5 * ((x - estimate) / error) ** 2

    both = density(0.2, 0.5) + density(0.6, 0.5)
    assert np.ptp(both - density(pooled["estimate"], pooled["standard_error"])) < 1e-12


class Pooled(Arms):
    """The posterior of ``arms_model`` given two trials of its size."""

    def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
        rng = np.random.default_rng(seed)
        p1, p0 = (
            rng.beta(SHAPES[0] + y, SHAPES[1] + n - y, size=(2, size))
            for y, n in zip(data["events"], data["n"], strict=True)
        )
        effect = np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0))
        values = {"p_treatment": p1, "p_control": p0, "log_odds_ratio": effect}
        return Draws(values, independent=True)


def arms_posterior(seed: int = 3) -> xr.DataTree:
    drawn = Arms().draws({"events": [30, 30]}, 2000, seed)
    values = {name: (("chain", "draw"), v) for name, v in drawn.values.items()}
    return xr.DataTree.from_dict({"posterior": xr.Dataset(values)})


def test_posterior_calibration_passes_what_is_right() -> None:
    found = posterior_sbc(arms_model(), arms_posterior(), 300, draws=99, engine=Pooled())
    assert found.passed
    assert found.kind == "posterior"
    assert found.config["observed"] == {"events": [30, 30]}


def test_posterior_calibration_catches_data_used_once() -> None:
    """The posterior of the replication alone, the observed data forgotten."""

    class Forgetful(Pooled):
        def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
            events = np.array(data["events"]) - np.array([30, 30])
            return super().draws({"events": events, "n": np.array(SIZES)}, size, seed)

    found = posterior_sbc(arms_model(), arms_posterior(), 300, draws=99, engine=Forgetful())
    assert "log_likelihood" in found.failures


def test_posterior_calibration_of_a_reported_effect() -> None:
    class Two(Effect):
        def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
            precision = 1 / self.sd**2 + 1 / float(data["standard_error"]) ** 2
            mean = float(data["estimate"]) / float(data["standard_error"]) ** 2 / precision
            rng = np.random.default_rng(seed)
            drawn = rng.normal(mean, precision**-0.5, size=(2, size))
            return Draws({"effect": drawn}, independent=True)

    precision = 1 / EFFECT_SD**2 + 1 / STANDARD_ERROR**2
    drawn = Two().draws({"estimate": 0.3, "standard_error": STANDARD_ERROR}, 1000, 8)
    assert drawn.values["effect"].std() == pytest.approx(precision**-0.5, rel=0.1)
    values = {"effect": (("chain", "draw"), drawn.values["effect"])}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(values)})
    assert posterior_sbc(effect_model(), tree, 200, draws=99, engine=Two()).passed


def test_an_improper_prior_may_be_calibrated_at_the_data() -> None:
    """Under a flat prior the posterior is normal about the estimate."""

    class Flat(Effect):
        def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
            drawn = np.random.default_rng(seed).normal(
                float(data["estimate"]), float(data["standard_error"]), size=(2, size)
            )
            return Draws({"effect": drawn}, independent=True)

    trial = Trial.from_effect(measure="OR", log_effect=0.3, standard_error=STANDARD_ERROR)
    model = models.reported_effect(trial, effect=Prior.flat())
    drawn = Flat().draws({"estimate": 0.3, "standard_error": STANDARD_ERROR}, 1000, 8)
    values = {"effect": (("chain", "draw"), drawn.values["effect"])}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(values)})
    assert posterior_sbc(model, tree, 200, draws=99, engine=Flat()).passed


def test_a_fit_with_too_few_draws_is_refused() -> None:
    with pytest.raises(InputError, match="a draw for each simulation, 8000"):
        posterior_sbc(arms_model(), arms_posterior(), 4000, engine=Pooled())


def test_unknown_pooling_is_refused_and_can_be_given() -> None:
    model = arms_model()
    contract.attach(model, replace(contract.card(model), arms=False, observed=("outcome",)))
    with pytest.raises(ContractError):
        posterior_sbc(model, arms_posterior(), 5)
    asked = []

    def pool(data: Any, replicated: Any) -> Any:
        asked.append(replicated["events"])
        return pool_counts(data, replicated)

    posterior_sbc(arms_model(), arms_posterior(), 5, draws=9, pool=pool, engine=Pooled())
    assert len(asked) >= 5


def test_progress_is_shown_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    sbc(effect_model(), 5, draws=9, engine=Effect(), progress=True)
    shown = capsys.readouterr().err
    assert "reported_effect, prior" in shown
    sbc(effect_model(), 5, draws=9, engine=Effect())
    assert capsys.readouterr().err == ""


def test_the_generator_is_quiet() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Generator(models.log_risk_ratio(TRIAL, effect=Prior.normal(0.0, 0.5))).prior(1)
