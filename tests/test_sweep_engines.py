"""The three engines of a sweep agree, and each says how far it may be off."""

from __future__ import annotations

from functools import cache

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from bayes_rsa import contract
from bayes_rsa.diagnostics import judge
from bayes_rsa.errors import ContractError, InputError
from bayes_rsa.inference.raw import RawDraws
from bayes_rsa.models._arms import expose, observe, two_arm_model
from bayes_rsa.models._variables import variable
from bayes_rsa.priors import Prior, zampieri
from bayes_rsa.sensitivity import mixture_grid, prior_grid, sweep
from bayes_rsa.sensitivity.draws import described
from bayes_rsa.sensitivity.plan import make_plan
from bayes_rsa.sensitivity.sweep_nuts import cell_seed, compiled
from bayes_rsa.trial import Trial

BASELINE = Prior.normal(0, 1.5)
Z = 4.0
"""Monte Carlo standard errors that an engine may be off: one in 16,000 for one number."""


@cache
def nine(engine: str) -> xr.Dataset:
    """The nine archetypes for a planned odds ratio of 2, by one engine."""
    trial = Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher")
    return sweep(
        trial,
        effect=zampieri(planned_odds_ratio=2.0),
        baseline=BASELINE,
        statements=["OR > 1", "OR > 1.25", "RD > 0.05", "RD > 0.1", "RR > 1.1", "OR < 0.8"],
        estimands=["odds_ratio", "risk_difference"],
        engine=engine,
    )


@pytest.mark.parametrize("engine", ["nuts", "reweight"])
def test_the_engines_agree_on_the_nine_priors(engine: str) -> None:
    exact, other = nine("exact"), nine(engine)
    assert bool(other["passed"].all()), other["reason"].values
    error = np.hypot(other["error"], exact["error"])
    assert float((np.abs(other["probability"] - exact["probability"]) / error).max()) <= Z
    for name in ("median", "eti_lower", "eti_upper"):
        gap = np.abs(other[name] - exact[name]) / other[f"{name}_error"]
        assert float(gap.max()) <= Z, name


def test_errors_are_neither_too_small_nor_too_large() -> None:
    """Over all cells and statements, the standardised differences look like standard normals."""
    for engine in ("nuts", "reweight"):
        other = nine(engine)
        z = ((other["probability"] - nine("exact")["probability"]) / other["error"]).values
        assert 0.2 < float(np.sqrt(np.mean(z**2))) < 2.0


def test_reweighting_leaves_what_the_base_fit_has_in_common_with_the_prior() -> None:
    found = nine("reweight")
    share = found["relative_ess"]
    assert float(share.sel(prior="neutral moderate")) == pytest.approx(0.34693, rel=0.1)
    assert float(share.sel(prior="optimistic strong")) == pytest.approx(0.88734, rel=0.1)
    assert float(share.sel(prior="pessimistic strong")) == pytest.approx(0.09564, rel=0.1)


def test_a_cell_depends_on_its_own_prior_only(counts: Trial) -> None:
    """Neither the order of the priors nor the other priors change a draw."""
    sds = [0.355, 1.0, 2.0]
    settings = {
        "engine": "nuts",
        "baseline": BASELINE,
        "statements": ["OR > 1"],
        "draws": 200,
        "chains": 2,
    }
    whole = sweep(counts, effect=[Prior.normal(0, s) for s in sds], **settings)
    turned = sweep(counts, effect=[Prior.normal(0, s) for s in reversed(sds)], **settings)
    grid = sweep(counts, effect=prior_grid("normal", mean=0, sd=sds[1:]), **settings)
    for name in ("probability", "median", "rhat"):
        np.testing.assert_array_equal(whole[name].values, turned[name].values[::-1])
        np.testing.assert_array_equal(whole[name].values[1:], grid[name].values)
    other = sweep(counts, effect=[Prior.normal(0, sds[0])], seed=1, **settings)
    assert other["median"].values[0] != whole["median"].values[0]


@pytest.mark.slow
def test_one_compile_serves_all_priors_of_the_same_components(counts: Trial) -> None:
    settings = {
        "engine": "nuts",
        "baseline": BASELINE,
        "statements": ["OR > 1"],
        "draws": 100,
        "chains": 2,
    }
    sweep(counts, effect=Prior.normal(0, 1), **settings)
    before = compiled.cache_info().misses
    sweep(counts, effect=[Prior.normal(0, s) for s in (0.2, 0.5, 1.0, 2.0)], **settings)
    assert compiled.cache_info().misses == before
    mixed = mixture_grid(Prior.normal(0, 0.355), Prior.normal(0, 2), [0.2, 0.8])
    sweep(counts, effect=mixed, **settings)
    assert compiled.cache_info().misses == before + 1


def test_the_gate_of_a_cell_is_the_gate_of_a_fit(counts: Trial) -> None:
    plan = make_plan(counts, None, {"effect": Prior.normal(0, 1)})
    rng = np.random.default_rng(1)
    for shift, walk in ((0.0, False), (3.0, False), (0.0, True)):
        noise = rng.normal(size=(2, 4, 500))
        if walk:
            noise = np.cumsum(noise, axis=2) / 10
        effect = 0.8 + 0.3 * noise[0]
        effect[0] += shift
        midpoint = 0.9 + 0.2 * noise[1]
        values = {
            "effect": effect,
            "midpoint": midpoint,
            "log_odds_ratio": effect,
            "p_treatment": 1 / (1 + np.exp(-midpoint - effect / 2)),
            "p_control": 1 / (1 + np.exp(-midpoint + effect / 2)),
        }
        stats = {
            "diverging": np.zeros((4, 500), dtype=bool),
            "energy": rng.normal(size=(4, 500)),
            "maxdepth_reached": np.zeros((4, 500), dtype=bool),
        }
        cell = described(plan, RawDraws(values, stats), ("effect", "midpoint"))
        over = ("chain", "draw")
        verdict = judge(
            xr.Dataset({k: (over, v) for k, v in values.items()}),
            xr.Dataset({k: (over, v) for k, v in stats.items()}),
            measure="OR",
            arms=True,
            parameters=("effect", "midpoint"),
        )
        worst = {
            name: [c.value for c in verdict.checks if c.name == name]
            for name in ("R-hat", "bulk ESS", "tail ESS")
        }
        assert cell["rhat"] == max(worst["R-hat"])
        assert cell["ess_bulk"] == min(worst["bulk ESS"])
        assert cell["ess_tail"] == min(worst["tail ESS"])
        assert cell["passed"] == verdict.passed == (shift == 0 and not walk)
        assert cell["passed"] == (not cell["reason"])


def test_seeds_of_cells_are_distinct_and_stable() -> None:
    keys = [f"effect ~ normal(0, {s})" for s in range(1, 200)]
    seeds = {cell_seed(7, key) for key in keys}
    assert len(seeds) == len(keys)
    assert cell_seed(7, keys[0]) == cell_seed(7, keys[0])
    assert cell_seed(7, keys[0]) != cell_seed(8, keys[0])


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"effect": ["normal(0, 1)", "flat()"], "midpoint": "flat()"}, "effect and midpoint"),
        ({"arms": ["beta(1, 1)", "beta(0, 0)"]}, "p_treatment"),
        ({"effect": "normal(0, 1)", "draws": 10}, "draws"),
        ({"effect": "normal(0, 1)", "chains": 1}, "chains"),
    ],
)
def test_what_nuts_cannot_sample_is_refused_first(
    counts: Trial, arguments: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        sweep(counts, engine="nuts", **arguments)
    assert caught.value.field == field


def test_a_reweighted_cell_past_its_limits_is_refused(counts: Trial) -> None:
    found = sweep(
        counts,
        effect=["normal(0, 1)", "normal(-3, 0.1)", "normal(0, 0.005)"],
        baseline=BASELINE,
        engine="reweight",
        statements=["OR > 1"],
    )
    assert found["passed"].values.tolist() == [True, False, False]
    assert "Pareto k" in str(found["reason"].values[1])
    assert np.isnan(found["probability"].values[1:]).all()
    assert np.isfinite(found["pareto_k"].values).all()


@pytest.mark.parametrize("engine", ["nuts", "reweight"])
def test_a_reported_effect_by_the_other_engines(engine: str) -> None:
    trial = Trial.from_effect(measure="HR", estimate="0.80", ci=("0.65", "0.98"), better="lower")
    arguments = {"effect": ["normal(0, 0.2)", "normal(0, 1)"]}
    expected, found = sweep(trial, **arguments), sweep(trial, engine=engine, **arguments)
    assert bool(found["passed"].all())
    gap = np.abs(found["probability"] - expected["probability"]) / found["error"]
    assert float(gap.max()) <= Z


# ---- a model of one's own ---------------------------------------------------------------------


def own_model(trial: Trial, *, effect: Prior, level: Prior | None = None) -> pm.Model:
    """The log odds ratio with the treatment arm's log odds as the level."""
    level = Prior.normal(0, 1.5) if level is None else level
    model = two_arm_model(trial)
    with model:
        delta, l1 = variable("effect", effect), variable("level", level)
        expose(log_odds_treatment=l1, log_odds_control=l1 - delta)
        observe(model, log_odds_treatment=l1, log_odds_control=l1 - delta)
    names = ("p_treatment", "p_control", "log_odds_ratio")
    priors = {"effect": effect, "level": level}
    card = contract.Card(
        "own_model", trial, priors, names, ("level",), source=contract.source_of(own_model)
    )
    return contract.attach(model, card)


def deaf_model(trial: Trial, *, effect: Prior) -> pm.Model:
    """Takes another prior than the one it is given."""
    return own_model(trial, effect=Prior.normal(effect.mean, 2 * effect.sd))


def bare_model(_trial: Trial, **_priors: Prior) -> pm.Model:
    return pm.Model()


@pytest.mark.slow
def test_a_model_of_ones_own_is_as_good(counts: Trial) -> None:
    """Seen from the other arm: exchanging the arms gives a model that the exact engine knows."""
    effects = ["normal(0, 0.355)", "normal(0, 1)"]
    found = sweep(
        counts,
        model=own_model,
        effect=effects,
        priors={"level": ["normal(0, 1.5)", "normal(1, 0.5)"]},
        statements=["OR > 1", "OR > 1.25"],
        engine="nuts",
    )
    assert found["probability"].dims == ("prior", "level_prior", "statement")
    mirrored = sweep(
        counts.swapped(),
        effect=effects,
        baseline=["normal(0, 1.5)", "normal(1, 0.5)"],
        statements=["OR < 1", "OR < 0.8"],
    )
    assert bool(found["passed"].all())
    gap = np.abs(found["probability"].values - mirrored["probability"].values)
    assert float((gap / found["error"].values).max()) <= Z


def test_a_model_that_does_not_follow_the_contract_is_refused(counts: Trial) -> None:
    with pytest.raises(ContractError, match="'effect'"):
        sweep(counts, model=deaf_model, effect=["normal(0, 1)"], engine="nuts")
    with pytest.raises(ContractError, match="card"):
        sweep(counts, model=bare_model, effect="normal(0, 1)", engine="nuts")
    with pytest.raises(InputError, match="quadrature knows"):
        sweep(counts, model=own_model, effect="normal(0, 1)")
