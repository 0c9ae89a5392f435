"""Log densities and predictions of many draws at once against PyMC's own, draw by draw."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from pymc.stats import compute_log_likelihood, compute_log_prior
from scipy import stats

from bayes_rsa import Prior, contract, models
from bayes_rsa.calibration.catalogue import CASES
from bayes_rsa.inference.vectorized import log_densities, predictions, prior_draws
from bayes_rsa.simulation import simulate_markers
from bayes_rsa.trial import Trial


def _limited() -> pm.Model:
    simulated = simulate_markers(
        ratios={"IL-33": 0.7, "ST2": 0.8}, n=(9, 8), share_below=0.3, missing=0.1, seed=1
    )
    return models.biomarkers.patient_level(
        simulated.trial, simulated.data, mean=Prior.normal(0, 0.5), replicable=True
    )


MODELS = {
    name: CASES[name].build
    for name in (
        "independent_arms_mixture",
        "log_risk_ratio",
        "reported_effect",
        "evidence_commensurate",
        "summary_statistics_quartiles",
        "direction_only",
    )
} | {"patient_level_limited": _limited}


# PyMC cannot know from the draws alone that the data did not change.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*implicitly frozen"),
    pytest.mark.usefixtures("interpreted"),
]

QUICK = {"compile_kwargs": {"mode": contract.ONE_CALL}}


@pytest.mark.parametrize("name", MODELS)
def test_densities_are_those_that_pymc_finds_draw_by_draw(name: str) -> None:
    model = MODELS[name]()
    given = _prior_draws(model, 12)
    tree = xr.DataTree.from_dict({"posterior": given})
    apart = {"model": model, "extend_inferencedata": False, "progressbar": False, **QUICK}
    wanted = {**compute_log_likelihood(tree, **apart), **compute_log_prior(tree, **apart)}
    found = log_densities(given, model, [v.name for v in model.basic_RVs])
    assert set(found.data_vars) == set(wanted)
    for name_of, density in wanted.items():
        assert np.all(np.isfinite(density))
        xr.testing.assert_allclose(found[name_of], density, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["log_risk_ratio", "doubt_missing_outcomes", "mediation"])
def test_predictions_are_those_that_pymc_draws_one_by_one(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = CASES[name].build()
    given = _prior_draws(model, 30)
    tree = xr.DataTree.from_dict({"posterior": given})
    apart = pm.sample_posterior_predictive(
        tree, model=model, random_seed=5, progressbar=False, **QUICK
    )
    monkeypatch.setattr("bayes_rsa.inference.vectorized._AT_ONCE", 7)
    found = predictions(given, model, seed=5)
    # One generator for each variable, which both use up in the same order.
    xr.testing.assert_equal(found, apart["posterior_predictive"].to_dataset())


def test_predictions_of_a_law_of_several_variables() -> None:
    model = _limited()
    one = _prior_draws(model, 1).isel(chain=[0])
    given = one.isel(draw=np.zeros(4000, int)).assign_coords(draw=range(4000))
    tree = xr.DataTree.from_dict({"posterior": given})
    apart = pm.sample_posterior_predictive(
        tree, model=model, random_seed=5, progressbar=False, **QUICK
    )["posterior_predictive"]["marker_report"]
    found = predictions(given, model, seed=5)["marker_report"]
    assert found.dims == apart.dims
    over = ("chain", "draw")
    error = np.sqrt((found.var(over) + apart.var(over)) / 4000)
    away = abs(found.mean(over) - apart.mean(over)) / error.where(error > 0)
    assert away.max() < 4.5  # the largest of about 50
    assert error.where(error > 0).count() > 40


def _bounded() -> pm.Model:
    """The control risk sets the limits of the effect, and with them the components' weights."""
    trial = Trial.from_counts(treatment=(60, 75), control=(47, 74))
    effect = Prior.parse("0.4*normal(-1.5, 0.5) + 0.6*normal(1.5, 1)")
    return models.log_risk_ratio(trial, effect=effect, baseline=Prior.normal(0.5, 1.5))


@pytest.mark.parametrize(
    "name",
    [
        "independent_arms_mixture",
        "bounded",
        pytest.param("doubt_missing_outcomes", marks=pytest.mark.slow),
        # Each power makes another law.
        pytest.param("evidence_power_prior_control", marks=pytest.mark.slow),
        pytest.param("hierarchical_direction_only", marks=pytest.mark.slow),
        pytest.param("mediation", marks=pytest.mark.slow),
    ],
)
def test_prior_draws_have_the_law_of_those_that_pymc_draws_one_by_one(name: str) -> None:
    model = _bounded() if name == "bounded" else CASES[name].build()
    free = [v.name for v in model.free_RVs]
    found = prior_draws(model, 2000, seed=1)
    apart = pm.sample_prior_predictive(draws=400, model=model, random_seed=2, **QUICK)["prior"]
    assert set(found.data_vars) == set(apart.data_vars)
    both = [x.stack(all=("chain", "draw")) for x in (found, apart.to_dataset())]
    compared = []
    for variable in found.data_vars:
        assert found[variable].dims == apart[variable].dims
        one, other = (x[variable].values.reshape(-1, x.sizes["all"]) for x in both)
        compared += list(zip(one, other, strict=True))
    # How variables hang together shows in their joint density.
    joint = [log_densities(x[free], model, free) for x in (found, apart.to_dataset())]
    compared.append(
        tuple(d.to_array().sum(set(d.dims) - {"chain", "draw"}).sum("variable") for d in joint)
    )
    values = [stats.ks_2samp(np.ravel(a), np.ravel(b)).pvalue for a, b in compared]
    assert min(values) > 1e-3 / len(values)
    xr.testing.assert_identical(found, prior_draws(model, 2000, seed=1))


def test_prior_draws_of_laws_that_are_graphs_of_others() -> None:
    with pm.Model(coords={"place": range(3)}) as model:
        base = pm.Truncated("base", pm.Normal.dist(0.0, 1.0), lower=0.0)
        pm.Truncated("bounded", pm.Normal.dist(0.0, 1.0), lower=base, dims="place")
        pm.MvNormal("vector", np.zeros(3), np.diag([1.0, 4.0, 9.0]), dims="place")
    found = prior_draws(model, 1500, seed=3)
    base, vector = found["base"].values.ravel(), found["vector"].values.reshape(-1, 3)
    assert stats.kstest(base, stats.halfnorm.cdf).pvalue > 1e-4
    # Given the base, the survival function over that at the base is uniform.
    share = stats.norm.sf(found["bounded"].values[0]) / stats.norm.sf(base)[:, None]
    assert min(stats.kstest(s, "uniform").pvalue for s in share.T) > 1e-4
    assert (
        min(stats.kstest(v / k, "norm").pvalue for k, v in zip((1, 2, 3), vector.T, strict=True))
        > 1e-4
    )


def _prior_draws(model: pm.Model, count: int) -> xr.Dataset:
    """Two chains of draws from the prior, the second backwards."""
    drawn = pm.sample_prior_predictive(draws=count, model=model, random_seed=1, **QUICK)
    one = drawn["prior"].to_dataset()
    both = xr.concat([one, one.isel(draw=slice(None, None, -1))], "chain", join="override")
    return both.assign_coords(chain=[0, 1])


def test_more_draws_than_fit_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    model = CASES["log_odds_ratio_mixture"].build()
    rng = np.random.default_rng(1)
    columns = {v.name: (("chain", "draw"), rng.normal(size=(2, 25))) for v in model.free_RVs}
    draws = xr.Dataset(columns, coords={"chain": [0, 1], "draw": range(25)})
    names = [v.name for v in model.basic_RVs]
    whole = log_densities(draws, model, names)
    monkeypatch.setattr("bayes_rsa.inference.vectorized._AT_ONCE", 7)
    xr.testing.assert_allclose(log_densities(draws, model, names), whole, rtol=1e-14)
