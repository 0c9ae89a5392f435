"""Fits: seeded, complete, accurate, swapped without compiling, kept without loss."""

from __future__ import annotations

import _thread
import math
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from model_fixtures import (
    REPORTED,
    TACROLIMUS,
    UNIFORM,
    compiled_midpoint,
    compiled_reported,
    funnel_fit,
    logits_model,
    reference_fit,
)

from bayes_rsa import contract, defaults, models
from bayes_rsa.diagnostics import check
from bayes_rsa.errors import ContractError, InputError
from bayes_rsa.inference import CompiledModel, Provenance, fit, load_fit, save_fit
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import probability, summarize
from bayes_rsa.trial import Trial

GROUPS = {
    "posterior",
    "sample_stats",
    "prior",
    "prior_predictive",
    "posterior_predictive",
    "log_likelihood",
    "log_prior",
    "observed_data",
    "constant_data",
}


def refit(**settings: object) -> xr.DataTree:
    compiled = compiled_midpoint()
    return fit(compiled.model, compiled=compiled, **settings)


@pytest.mark.parametrize("cores", [1, 2, 4])
def test_the_same_seed_gives_the_same_fit_on_any_number_of_cores(cores: int) -> None:
    xr.testing.assert_identical(refit(cores=cores), reference_fit())


def test_another_seed_gives_other_draws() -> None:
    other = refit(seed=1, predictive=False)["posterior"]["effect"].values
    assert not np.array_equal(other[:, :500], reference_fit()["posterior"]["effect"][:, :500])


def test_the_groups_are_there() -> None:
    tree = reference_fit()
    assert set(tree.children) == GROUPS
    assert set(tree["posterior"].data_vars) == {
        "effect",
        "midpoint",
        "p_treatment",
        "p_control",
        "log_odds_ratio",
    }
    assert set(tree["prior"].data_vars) == set(tree["posterior"].data_vars)
    for group in ("prior_predictive", "posterior_predictive"):
        assert tree[group]["outcome"].dims == ("chain", "draw", "arm")
        assert list(tree[group]["arm"].values) == ["treatment", "control"]
    assert tree["observed_data"]["outcome"].values.tolist() == [60, 47]
    assert tree["constant_data"]["n"].values.tolist() == [75, 74]
    assert tree["constant_data"]["midpoint__sd"].values.tolist() == [1.5]


def test_the_groups_can_be_left_out() -> None:
    tree = refit(predictive=False)
    assert set(tree.children) == {"posterior", "sample_stats", "observed_data", "constant_data"}
    xr.testing.assert_identical(
        tree["posterior"].to_dataset(), reference_fit()["posterior"].to_dataset()
    )


def test_the_densities_are_those_of_the_formulas() -> None:
    tree = reference_fit()
    posterior = tree["posterior"].to_dataset()
    for name, sd in (("effect", 1.0), ("midpoint", 1.5)):
        x = posterior[name].values
        expected = -0.5 * (x / sd) ** 2 - math.log(sd * math.sqrt(2 * math.pi))
        np.testing.assert_allclose(tree["log_prior"][name].values, expected, rtol=1e-12)
    for arm, events, n in (("treatment", 60, 75), ("control", 47, 74)):
        p = posterior[f"p_{arm}"].values
        expected = math.log(math.comb(n, events)) + events * np.log(p) + (n - events) * np.log1p(-p)
        found = tree["log_likelihood"]["outcome"].sel(arm=arm).values
        np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_predictions_have_the_moments_they_must() -> None:
    tree = reference_fit()
    for group, source in (("prior_predictive", "prior"), ("posterior_predictive", "posterior")):
        for arm, n in (("treatment", 75), ("control", 74)):
            drawn = tree[group]["outcome"].sel(arm=arm).values
            p = tree[source][f"p_{arm}"].values
            noise = math.sqrt(np.mean(n * p * (1 - p)) / p.size)
            assert abs(np.mean(drawn - n * p)) < 4 * noise
            assert np.all((drawn >= 0) & (drawn <= n))


def test_prior_draws_have_the_prior_s_moments() -> None:
    prior = reference_fit()["prior"]
    assert prior.sizes["draw"] == defaults.PRIOR_DRAWS
    for name, sd in (("effect", 1.0), ("midpoint", 1.5)):
        x = prior[name].values
        assert abs(x.mean()) < 4 * sd / math.sqrt(x.size)
        assert abs(x.std() - sd) < 4 * sd / math.sqrt(2 * x.size)


def test_the_target_is_reached() -> None:
    for target in (300, 9000):
        table = summarize(refit(ess_target=target, predictive=False))
        assert table[["ess_bulk", "ess_tail"]].to_numpy().min() >= target


@pytest.mark.parametrize("draws", [300, 200_000])
def test_an_interrupted_fit_is_no_fit(monkeypatch: pytest.MonkeyPatch, draws: int) -> None:
    """nutpie swallows the signal, and gives back the draws so far."""
    import nutpie

    whole = nutpie.sample

    def interrupted(compiled: object, **settings: object) -> xr.DataTree:
        # Complete only in its first chain, where there are few draws.
        tree: xr.DataTree = whole(compiled, **settings | {"draws": 300})
        stats = tree["sample_stats"].to_dataset()
        stats["energy"] = stats["energy"].where((stats["chain"] == 0) | (stats["draw"] < 200))
        tree["sample_stats"] = xr.DataTree(stats)
        return tree

    monkeypatch.setattr(nutpie, "sample", interrupted)
    with pytest.raises(KeyboardInterrupt):
        refit(draws=draws)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell's job in the background ignores the signal; the process under test does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_real_interrupt_ends_the_fit() -> None:
    compiled = compiled_midpoint()
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        compiled.sample(seed=1, draws=1_000_000, cores=1)
    timer.join()


def test_provenance_is_complete() -> None:
    provenance = Provenance.read(reference_fit())
    assert provenance.model["name"] == "log_odds_ratio"
    assert provenance.priors == {"effect": Prior.normal(0, 1), "midpoint": Prior.normal(0, 1.5)}
    card = contract.card(compiled_midpoint().model)
    assert provenance.model["source_sha256"] == card.source_hash
    assert provenance.trial["treatment"]["events"] == 60
    assert provenance.trial_sha256 == TACROLIMUS.fingerprint()
    settings = {"name", "seed", "draws", "tune", "chains", "target_accept", "ess_target"}
    assert set(provenance.sampler) == settings
    assert (provenance.sampler["name"], provenance.sampler["seed"]) == ("nutpie", defaults.SEED)
    packages = {"pymc", "pytensor", "nutpie", "arviz", "numpy", "scipy", "xarray", "bayes-rsa"}
    assert packages | {"python", "platform"} == set(provenance.versions)
    assert "not installed" not in provenance.versions.values()


# ---- one compile, many priors ------------------------------------------------------------------


@pytest.mark.slow
def test_swapped_data_give_the_draws_of_a_fresh_compile() -> None:
    """Values, supports, a component without weight, and the number of components."""
    first = models.reported_effect(REPORTED, effect=Prior.uniform(-1, 2))
    other = Trial.from_effect(measure="OR", estimate="0.80", ci=("0.40", "1.60"))
    split = Prior.parse("0.0*uniform(-50, -40) + 0.6*uniform(-1, 3) + 0.4*uniform(0, 1)")
    second = models.reported_effect(other, effect=split)
    swapped = CompiledModel(first).with_model(second).sample(seed=3, draws=300)
    fresh = CompiledModel(second, varying=()).sample(seed=3, draws=300)
    xr.testing.assert_allclose(swapped["posterior"], fresh["posterior"])
    assert -1 < swapped["posterior"]["effect"].min() < swapped["posterior"]["effect"].max() < 3


def test_constants_are_compiled_in_and_cannot_be_swapped() -> None:
    """The draws are those of a model that is compiled with these data."""
    model = models.reported_effect(REPORTED, effect=Prior.normal(0, 1))
    constant = CompiledModel(model, varying=["estimate"])
    one = constant.with_data(model, {"estimate": np.float64(-0.4)}).sample(seed=3, draws=300)
    assert REPORTED.reported is not None
    at = Trial.from_effect("OR", log_effect=-0.4, standard_error=REPORTED.reported.scale_se)
    fresh = CompiledModel(models.reported_effect(at, effect=Prior.normal(0, 1)), varying=())
    other = fresh.sample(seed=3, draws=300)
    xr.testing.assert_allclose(one["posterior"], other["posterior"])
    same = constant.with_model(model).sample(seed=3, draws=100)["posterior"]["effect"]
    assert float(same.mean()) > 0 > float(one["posterior"]["effect"].mean())
    with pytest.raises(ContractError, match="'effect__sd' was compiled as a constant"):
        constant.with_data(model, {"effect__sd": np.array([2.0])})


@pytest.mark.slow
def test_data_in_one_vector_are_swapped_one_by_one(counts: Trial) -> None:
    first = models.log_odds_ratio(counts, effect=Prior.normal(0, 1))
    second = models.log_odds_ratio(
        Trial.from_counts(treatment=(9, 40), control=(21, 43)),
        effect=Prior.normal(0, 0.7),
        midpoint=Prior.normal(0, 0.9),
    )
    together = CompiledModel.of([first, second])
    part = {name: contract.data_of(second)[name] for name in ("n", "events", "effect__sd")}
    half = together.with_data(first, part)
    rest = {n: v for n, v in contract.data_of(second).items() if n not in part}
    whole = half.with_data(second, rest).sample(seed=3, draws=300)
    fresh = CompiledModel(second, varying=()).sample(seed=3, draws=300)
    xr.testing.assert_allclose(whole["posterior"], fresh["posterior"])
    back = together.with_model(first).sample(seed=3, draws=300)["posterior"]["effect"]
    assert float(back.mean()) > 0.4
    with pytest.raises(ContractError, match=r"'effect__sd' was compiled with the shape \(1,\)"):
        together.with_data(first, {"effect__sd": np.ones(2)})


@pytest.mark.slow
def test_what_models_share_is_constant_and_what_differs_may_be_swapped() -> None:
    built = [models.reported_effect(REPORTED, effect=Prior.normal(0, sd)) for sd in (1.0, 0.3)]
    compiled = CompiledModel.of(built)
    wide, narrow = (compiled.with_model(m).sample(seed=1, draws=500)["posterior"] for m in built)
    assert float(narrow["effect"].std()) < 0.8 * float(wide["effect"].std())
    with pytest.raises(ContractError, match="'effect__mean' was compiled as a constant"):
        compiled.with_model(models.reported_effect(REPORTED, effect=Prior.normal(1, 1)))
    with pytest.raises(ContractError, match="compile it apart"):
        CompiledModel.of([built[0], models.reported_effect(REPORTED, effect=Prior.cauchy(0, 1))])


def test_a_compiled_model_refuses_another_family() -> None:
    other = models.reported_effect(REPORTED, effect=Prior.cauchy(0, 1))
    with pytest.raises(ContractError, match="compile it apart"):
        compiled_reported().with_model(other)


# ---- on disk -----------------------------------------------------------------------------------


def test_a_fit_comes_back_without_loss(tmp_path: Path) -> None:
    path = save_fit(reference_fit(), tmp_path / "fit.nc")
    back = load_fit(path)
    xr.testing.assert_identical(back, reference_fit())
    assert Provenance.read(back) == Provenance.read(reference_fit())
    assert [p.name for p in tmp_path.iterdir()] == ["fit.nc"]


def test_a_fit_with_divergences_comes_back_without_loss(tmp_path: Path) -> None:
    tree = funnel_fit()
    assert int(tree["sample_stats"]["diverging"].sum()) > 0
    assert max(len(text) for text in tree["sample_stats"]["divergence_message"].values.flat) > 0
    xr.testing.assert_identical(load_fit(save_fit(tree, tmp_path / "fit.nc")), tree)


def test_what_cannot_be_saved_or_loaded_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="provenance"):
        save_fit(xr.DataTree(), tmp_path / "fit.nc")
    with pytest.raises(InputError, match="folder does not exist"):
        save_fit(reference_fit(), tmp_path / "missing" / "fit.nc")
    with pytest.raises(InputError, match="no such file"):
        load_fit(tmp_path / "fit.nc")
    (tmp_path / "text.nc").write_text("not netCDF")
    with pytest.raises(InputError, match="not a netCDF file"):
        load_fit(tmp_path / "text.nc")
    xr.DataTree(xr.Dataset({"x": 1.0})).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="provenance"):
        load_fit(tmp_path / "other.nc")


# ---- what fit refuses --------------------------------------------------------------------------


def test_a_model_without_a_card_is_refused() -> None:
    with pm.Model() as model:
        pm.Normal("effect")
    with pytest.raises(ContractError) as caught:
        fit(model)
    assert caught.value.clause == "card"


def test_improper_priors_on_both_parameters_are_refused() -> None:
    model = models.log_odds_ratio(TACROLIMUS, effect=Prior.flat(), midpoint=Prior.flat())
    with pytest.raises(InputError, match="exact engine"):
        fit(model)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"chains": 1}, "chains"),
        ({"draws": 10}, "draws"),
        ({"tune": 0}, "tune"),
        ({"ess_target": 0}, "ess_target"),
        ({"target_accept": 1.0}, "target_accept"),
        ({"target_accept": float("nan")}, "target_accept"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as caught:
        refit(**settings)
    assert caught.value.field == field


def test_flat_with_a_full_table_is_fitted_and_has_no_prior_groups() -> None:
    model = models.log_odds_ratio(TACROLIMUS, effect=Prior.flat())
    tree = fit(model, ess_target=1000)
    assert set(tree.children) == GROUPS - {"prior", "prior_predictive", "log_prior"}
    assert check(tree).passed


# ---- a user's own model ------------------------------------------------------------------------


def test_a_user_s_own_model_is_fitted_and_summarised() -> None:
    wide = Prior.normal(0, 1.5)
    tree = fit(logits_model(TACROLIMUS, treatment=wide, control=wide))
    assert set(tree.children) == GROUPS
    assert check(tree).passed
    table = summarize(tree)
    assert table.loc["p_treatment", "median"] == pytest.approx(0.79, abs=0.02)
    assert probability(tree, "benefit") > 0.95
    assert UNIFORM not in Provenance.read(tree).priors.values()
