"""Mediation: the effects, their identity, truth recovered, confounding, refusals; all simulated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import multivariate_normal, norm

from bayes_rsa import contract, exact
from bayes_rsa.calibration.generator import Generator
from bayes_rsa.calibration.likelihood import LogLikelihood
from bayes_rsa.diagnostics import check
from bayes_rsa.errors import InputError
from bayes_rsa.inference import CompiledModel, fit
from bayes_rsa.mediation import (
    ASSUMPTIONS,
    ConfoundingCurve,
    NaturalEffect,
    g_computation,
    natural_effects,
)
from bayes_rsa.models import mediation
from bayes_rsa.patients import OutcomeTable
from bayes_rsa.priors import Prior
from bayes_rsa.simulation import SimulatedTrial, simulate_mediation
from bayes_rsa.summaries import summarize
from bayes_rsa.trial_file import load_trial

ONE = Prior.normal(0, 1)
PRIORS: dict[str, Any] = {
    "mediator": "biomarker",
    "mediator_effect": ONE,
    "direct_log_odds": ONE,
    "mediator_log_odds": ONE,
}
EFFECTS = ("natural_direct_effect", "natural_indirect_effect", "total_effect")
N = 1500
PLAIN = simulate_mediation(n=(N, N), seed=11)
INTERACTION = simulate_mediation(n=(N, N), seed=12, interaction=0.8)
SMALL = simulate_mediation(n=(20, 20), seed=1, covariate_on_mediator=0.3)


@pytest.fixture(scope="module")
def compiled() -> CompiledModel:
    both = [mediation(s.trial, s.data, interaction=ONE, **PRIORS) for s in (PLAIN, INTERACTION)]
    return CompiledModel.of(both)


@pytest.fixture(scope="module")
def fits(compiled: CompiledModel) -> dict[str, xr.DataTree]:
    """Both simulations by the model with an interaction, compiled once."""
    found = {}
    for name, simulated in (("plain", PLAIN), ("interaction", INTERACTION)):
        model = mediation(simulated.trial, simulated.data, interaction=ONE, **PRIORS)
        found[name] = fit(model, compiled=compiled, predictive=False, ess_target=1000)
        assert check(found[name]).passed, check(found[name]).explain()
    return found


# ---- effects ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("name", "truth"), [("plain", PLAIN), ("interaction", INTERACTION)])
def test_the_truth_is_found(fits: dict[str, xr.DataTree], name: str, truth: SimulatedTrial) -> None:
    for effect in natural_effects(fits[name]):
        assert abs(effect.mean - truth.truth[effect.key]) < 3.5 * effect.sd, effect
        assert effect.simulated
        assert effect.eti[0] < effect.median < effect.eti[1]
    by_key = {e.key: e for e in natural_effects(fits[name])}
    assert by_key["natural_indirect_effect"].p_benefit > 0.99


@pytest.mark.slow
def test_direct_and_indirect_add_up_in_every_draw(fits: dict[str, xr.DataTree]) -> None:
    for tree in fits.values():
        direct, indirect, total = (tree["posterior"][key].values for key in EFFECTS)
        np.testing.assert_allclose(direct + indirect, total, atol=1e-14)


@pytest.mark.slow
def test_the_total_is_that_of_its_own_g_computation(fits: dict[str, xr.DataTree]) -> None:
    """Simulated patients against the model's quadrature, draw by draw."""
    for tree in fits.values():
        apart = g_computation(tree, draws=150, patients=2000)
        for key in EFFECTS:
            off = apart[key] - tree["posterior"][key].values.ravel()[apart["draw"]]
            assert abs(off.mean()) < 4 * off.std(ddof=1) / math.sqrt(len(off)), key
        # The total of the simulation is drawn apart, and is the sum to Monte Carlo error.
        off = apart["total_effect"] - apart[EFFECTS[0]] - apart[EFFECTS[1]]
        assert off.std() > 0
        assert abs(off.mean()) < 4 * off.std(ddof=1) / math.sqrt(len(off))


def standardised_total(outcome: NDArray[Any], z: NDArray[Any], x: NDArray[Any]) -> float:
    """Outcome only: treatment by stratum of x, standardised to all patients."""
    return float(
        sum(
            np.mean(x == k)
            * (outcome[(x == k) & (z == 1)].mean() - outcome[(x == k) & (z == 0)].mean())
            for k in np.unique(x)
        )
    )


def test_the_total_is_that_of_an_outcome_only_standardised_model() -> None:
    """Patients simulated from parameters, the biomarker then thrown away: same total effect."""
    rng = np.random.default_rng(5)
    data = SMALL.data.assign(stratum=(SMALL.data.covariate > 0).astype(int))
    model = mediation(SMALL.trial, data, interaction=ONE, covariates=["stratum"], **PRIORS)
    table = OutcomeTable.of(data, "biomarker", ["stratum"])
    raw = table.covariate[:, 0]
    generator, scores = Generator(model), []
    for seed in range(12):
        p = {name: np.asarray(v) for name, v in generator.prior(seed).values.items()}
        size = 400_000
        x = rng.choice(raw, size)
        z = rng.permutation(np.repeat([1.0, 0.0], size // 2))
        scaled = (x - raw.mean()) / raw.std()
        error = rng.standard_normal(size)
        m = p["mediator_level"] + p["mediator_effect"] * z + p["mediator_covariates"][0] * scaled
        m = m + p["mediator_scale"] * error
        slope = p["mediator_log_odds"] + p["interaction"] * z
        log_odds = p["outcome_level"] + p["direct_log_odds"] * z + slope * m
        chance = expit(log_odds + p["outcome_covariates"][0] * scaled)
        outcome = (rng.random(size) < chance).astype(float)
        total = standardised_total(outcome, z, x)
        by_arm = [outcome[z == arm] for arm in (1, 0)]
        error_of_total = math.sqrt(sum(y.var() / len(y) for y in by_arm))
        scores.append((total - float(p["total_effect"])) / error_of_total)
    assert max(map(abs, scores)) < 4.0
    assert float(np.mean(np.square(scores))) < 2.5


@pytest.mark.slow
def test_the_total_is_near_that_of_the_two_arms_alone(fits: dict[str, xr.DataTree]) -> None:
    """On the same patients the two models differ by what the biomarker explains: little."""
    for name, simulated in (("plain", PLAIN), ("interaction", INTERACTION)):
        uniform = Prior.beta(1, 1)
        arms = exact.independent_arms(simulated.trial, treatment=uniform, control=uniform)
        alone = summarize(arms).loc["risk_difference"]
        total = next(e for e in natural_effects(fits[name]) if e.key == "total_effect")
        assert abs(total.mean - alone["mean"]) < 0.2 * alone["sd"]
        assert total.sd == pytest.approx(alone["sd"], rel=0.15)


# ---- confounding --------------------------------------------------------------------------------


def test_the_confounded_outcome_is_the_copula() -> None:
    """P(Y = 1, error below e) from the model's conditional chance is the bivariate normal's."""
    model = mediation(SMALL.trial, SMALL.data, rho=0.5, **PRIORS)
    contract.check(model)
    drawn = Generator(model).prior(2)
    p = {name: np.asarray(v)[None] for name, v in drawn.values.items()}
    data = contract.data_of(model) | dict(drawn.data)
    z, m = data["treated"], data["mediator_value"]
    centre = p["mediator_level"] + p["mediator_effect"] * z
    e = (m - centre) / p["mediator_scale"]
    slope = p["mediator_log_odds"]
    chance = expit(p["outcome_level"] + p["direct_log_odds"] * z + slope * m)
    expected = norm.logpdf(e).sum() - len(m) * math.log(float(p["mediator_scale"][0]))
    step = 1e-3
    for error, share, outcome in zip(e, chance, data["outcome_value"], strict=True):
        # d/de P(error < e, latent < score) over its density is P(Y = 1 | error = e), at -rho.
        joint = multivariate_normal(cov=[[1, -0.5], [-0.5, 1]])
        score = float(norm.ppf(share))
        slope_at = joint.cdf([error + step, score]) - joint.cdf([error - step, score])
        one = float(slope_at / (norm.cdf(error + step) - norm.cdf(error - step)))
        expected += math.log(one if outcome else 1 - one)
    assert float(LogLikelihood(model)(p, drawn.data)[0]) == pytest.approx(expected, abs=0.01)


def test_no_confounding_is_the_plain_model() -> None:
    plain = mediation(SMALL.trial, SMALL.data, **PRIORS)
    zero = mediation(SMALL.trial, SMALL.data, rho=0.0, **PRIORS)
    p = {name: np.asarray(v)[None] for name, v in Generator(plain).prior(1).values.items()}
    assert LogLikelihood(plain)(p, {}) == pytest.approx(LogLikelihood(zero)(p, {}), rel=1e-10)


def test_the_tipping_point_is_where_the_curve_is_zero() -> None:
    def effect(median: float) -> NaturalEffect:
        limits = (median - 0.05, median + 0.05)
        return NaturalEffect(
            "natural_indirect_effect", "", "x", median, 0.02, median, limits, 0.5, *[0.0] * 5, True
        )

    curve = ConfoundingCurve((-0.5, 0.0, 0.5), tuple(map(effect, (0.2, 0.1, -0.1))))
    assert curve.tipping == pytest.approx(0.25)
    assert curve.doubtful == pytest.approx(0.125)
    assert "0.25" in curve.sentence
    assert list(curve.to_frame()["rho"]) == [-0.5, 0.0, 0.5]
    above = ConfoundingCurve((-0.5, 0.5), (effect(0.2), effect(0.1)))
    assert above.tipping is None
    assert "No correlation" in above.sentence


# ---- what it says and refuses -------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        None,
        pd.DataFrame({"arm": ["treatment", "control"], "mean": [1.0, 2.0], "sd": [1.0, 1.0]}),
        pd.DataFrame({"arm": ["treatment", "control"], "events": [60, 47], "n": [75, 74]}),
    ],
)
def test_summaries_are_refused_with_the_reason(data: object) -> None:
    trial = load_trial("tacrolimus-rsa-2023")
    with pytest.raises(InputError) as caught:
        mediation(trial, data, **PRIORS | {"mediator": "IL-33"})
    assert caught.value.field == "data"
    assert "cannot be estimated from summaries (direction_only)" in caught.value.rule
    assert "how they go together within an arm" in caught.value.rule


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"outcome": 2}, "data['outcome']"),
        ({"outcome": 1}, "data['outcome']"),
        ({"biomarker": -1.0}, "data['biomarker']"),
        ({"biomarker": np.nan}, "data['biomarker']"),
        ({"biomarker": 3.0}, "data['biomarker']"),
        ({"patient": "S1", "arm": "treatment"}, "data['arm']"),
    ],
)
def test_bad_patients_are_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        mediation(SMALL.trial, SMALL.data.assign(**change), **PRIORS)
    assert caught.value.field == field


@pytest.mark.slow
def test_a_simulation_is_labelled_wherever_it_goes(fits: dict[str, xr.DataTree]) -> None:
    assert SMALL.data["simulated"].all()
    assert SMALL.data.attrs["simulated"]
    assert SMALL.trial.name.startswith("simulated")
    assert "no real patient" in SMALL.trial.title
    trial = load_trial("tacrolimus-rsa-2023")
    with pytest.raises(InputError, match="does not say so"):
        mediation(trial, SMALL.data, **PRIORS)
    assert all(e.to_dict()["simulated"] for e in natural_effects(fits["plain"]))


@pytest.mark.slow
def test_the_odds_ratio_is_not_asked_of_it(fits: dict[str, xr.DataTree]) -> None:
    with pytest.raises(InputError, match="natural_effects"):
        summarize(fits["plain"])


def test_every_assumption_says_what_secures_it() -> None:
    assert len({a.name for a in ASSUMPTIONS}) == len(ASSUMPTIONS)
    confounding = next(a for a in ASSUMPTIONS if "Unmeasured" in a.name.title())
    assert confounding.secured.startswith("Not secured by randomisation")
