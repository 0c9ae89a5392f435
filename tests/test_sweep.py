"""Sweeps: their result, the exact engine behind them, and what is known of the answers."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_values import value

from bayes_rsa import exact
from bayes_rsa.errors import AccuracyError
from bayes_rsa.estimands import Statement
from bayes_rsa.exact import ContrastLikelihood
from bayes_rsa.priors import Prior, zampieri
from bayes_rsa.sensitivity import (
    beta_weight_grid,
    mixture_grid,
    prior_grid,
    sweep,
    to_frame,
)
from bayes_rsa.sensitivity.contrast_quantiles import Panels, log_odds_ratio_quantiles
from bayes_rsa.trial import Trial

BASELINE = Prior.normal(0, 1.5)
STATEMENTS = ("OR > 1", "OR > 1.25", "RD > 0.05", "RD > 0.1", "RR > 1.1")


# ---- the result -------------------------------------------------------------------------------


def test_the_named_set_has_the_reference_numbers(counts: Trial) -> None:
    found = sweep(counts, effect=zampieri(planned_odds_ratio=2.0), baseline=BASELINE)
    assert found["probability"].dims == ("prior", "statement")
    for name in found["prior"].values:
        key = f"zampieri_OR2.{name.replace(' ', '_')}"
        row = found.sel(prior=name, estimand="odds_ratio")
        for statement, entry in (("OR > 1", "P_benefit"), ("OR > 1.25", "P_OR_gt_1.25")):
            cell = row.sel(statement=statement)
            expected = value(f"{key}.{entry}")
            assert abs(float(cell["probability"]) - expected.value) <= expected.tolerance
            assert 0 < float(cell["error"]) <= 1e-8
        for column, entry in (
            ("median", "median"),
            ("eti_lower", "eti_lo"),
            ("eti_upper", "eti_hi"),
        ):
            expected = value(f"{key}.OR.{entry}")
            assert abs(float(row[column]) - expected.value) <= expected.tolerance
    assert bool(found["passed"].all())


def test_every_coordinate_and_variable_is_documented(counts: Trial) -> None:
    found = sweep(
        counts,
        effect=prior_grid("normal", mean=[0, 0.5], sd=[0.5, 1]),
        midpoint=["normal(0, 1.5)", "logistic(0, 1)"],
    )
    assert dict(found.sizes) == {
        "effect_mean": 2,
        "effect_sd": 2,
        "midpoint_prior": 2,
        "statement": 4,
        "estimand": 1,
    }
    for name, variable in {**found.coords, **found.data_vars}.items():
        assert variable.attrs["long_name"], name
        assert variable.dtype.kind in "US" or "units" in variable.attrs, name
    assert found["midpoint"].values.tolist() == ["normal(0, 1.5)", "logistic(0, 1)"]
    assert found.attrs["trial_sha256"] == counts.fingerprint()
    assert json.loads(found.attrs["priors_swept"])["effect"].startswith("normal(")


def test_every_cell_is_what_the_model_alone_gives(counts: Trial) -> None:
    """The matrix product, and the cells too narrow or too heavy-tailed for it."""
    sds = [0.003, 0.02, 0.1, 0.355, 1, 3, 30]
    priors = [Prior.normal(m, s) for m in (-1, 0.3) for s in sds]
    priors += [Prior.cauchy(0, 2.5), Prior.student_t(3, 0, 1), Prior.uniform(-1, 2)]
    found = sweep(counts, effect=priors, statements=STATEMENTS)
    for k, prior in enumerate(priors):
        alone = exact.log_odds_ratio(counts, effect=prior)
        cell = found.isel(prior=k)
        for j, text in enumerate(STATEMENTS):
            expected, error = alone.probability(Statement.parse(text).resolve("higher"))
            difference = abs(float(cell["probability"][j]) - expected)
            assert difference <= float(cell["error"][j]) + error, (prior, text)
        quantiles = alone.ppf("odds_ratio", np.array([0.025, 0.5, 0.975]))
        for name, expected in zip(("eti_lower", "median", "eti_upper"), quantiles, strict=True):
            assert float(cell[name].item()) == pytest.approx(expected, rel=1e-7), prior
    assert bool(found["passed"].all())
    assert float(found["error"].max()) <= 1e-8


def test_quantiles_invert_probabilities(counts: Trial) -> None:
    likelihood = ContrastLikelihood(counts)
    priors = [Prior.normal(0, s) for s in (0.05, 0.5, 5)]
    levels = (0.025, 0.5, 0.975)
    quantiles, errors = log_odds_ratio_quantiles(Panels(likelihood), priors, levels)
    assert float(errors.max()) < 1e-9
    for prior, row in zip(priors, quantiles, strict=True):
        found = exact.log_odds_ratio(counts, effect=prior).cdf("log_odds_ratio", row)
        np.testing.assert_allclose(found, levels, atol=1e-10)


@pytest.mark.parametrize("model", ["log_risk_ratio", "risk_difference"])
def test_the_other_contrast_models(counts: Trial, model: str) -> None:
    found = sweep(counts, model=model, effect=["normal(0, 0.1)", "normal(0, 0.5)"])
    function = getattr(exact, model)
    for k, sd in enumerate((0.1, 0.5)):
        alone = function(counts, effect=Prior.normal(0, sd))
        expected, _ = alone.probability(Statement.parse("OR > 1").resolve("higher"))
        assert float(found["probability"][k, 0]) == pytest.approx(expected, abs=1e-10)


def test_arm_priors_by_weight(counts: Trial) -> None:
    """More participants of a prior that gives both arms one rate pull the arms together."""
    found = sweep(counts, arms=beta_weight_grid(0.7, [0.5, 2, 20, 200]), statements=["OR > 1"])
    probability = found["probability"].values[:, 0]
    assert found["probability"].dims == ("arms_weight", "statement")
    assert (np.diff(probability) < 0).all()
    uniform = sweep(counts, treatment="beta(1, 1)", control="beta(1, 1)", statements=["OR > 1"])
    expected = value("beta_uniform.P_benefit")
    assert abs(float(uniform["probability"].item()) - expected.value) <= 1e-8


def test_a_mixture_by_weight_runs_between_its_components(counts: Trial) -> None:
    sceptical = Prior.normal(0, 0.355)
    enthusiastic = Prior.normal(float(np.log(2)), float(np.log(2) / 1.6448536269514722))
    grid = mixture_grid(sceptical, enthusiastic, [0, 0.5, 1])
    found = sweep(counts, effect=grid, baseline=BASELINE, statements=["OR > 1", "OR > 1.25"])
    for statement, entry in (("OR > 1", "P_benefit"), ("OR > 1.25", "P_OR_gt_1.25")):
        row = found["probability"].sel(statement=statement).values
        expected = value(f"mixture.exact.{entry}")
        assert abs(row[1] - expected.value) <= expected.tolerance
        assert row[2] < row[1] < row[0]


def test_a_trial_known_by_its_effect() -> None:
    trial = Trial.from_effect(measure="HR", estimate="0.80", ci=("0.65", "0.98"), better="lower")
    found = sweep(trial, effect=prior_grid("normal", mean=0, sd=[0.2, 1]))
    assert found["statement"].values.tolist() == ["benefit"]
    assert found["estimand"].values.tolist() == ["hazard_ratio"]
    reported = trial.reported
    assert reported is not None
    for k, sd in enumerate((0.2, 1.0)):
        precision = 1 / reported.scale_se**2 + 1 / sd**2
        median = np.exp(reported.location / reported.scale_se**2 / precision)
        assert float(found["median"][k, 0]) == pytest.approx(median, abs=1e-9)


def test_a_cell_that_cannot_be_computed_says_why(
    counts: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal of the engine leaves its reason, and the other cells their numbers."""
    model = exact.log_risk_ratio

    def refusing(trial: Trial, **priors: Prior) -> exact.ExactPosterior:
        if priors["effect"] == Prior.normal(0, 0.1):
            raise AccuracyError("log_risk_ratio", 1e-3, 1e-8, "use NUTS")
        return model(trial, **priors)

    monkeypatch.setattr(exact, "log_risk_ratio", refusing)
    found = sweep(counts, model="log_risk_ratio", effect=["normal(0, 0.1)", "normal(0, 0.5)"])
    bad, good = found.isel(prior=0), found.isel(prior=1)
    assert bool(good["passed"])
    assert not str(good["reason"].item())
    assert np.isfinite(good["probability"].values).all()
    assert not bool(bad["passed"])
    assert "use NUTS" in str(bad["reason"].item())
    assert np.isnan(bad["probability"].values).all()
    assert np.isnan(bad["median"].values).all()


def test_the_tidy_frame_has_one_row_for_each_number(counts: Trial) -> None:
    found = sweep(counts, effect=prior_grid("normal", mean=[0, 1], sd=[0.5, 1, 2]))
    frame = to_frame(found)
    assert len(frame) == 6 * (4 + 3)
    row = frame[
        (frame["effect_mean"] == 1)
        & (frame["effect_sd"] == 2)
        & (frame["quantity"] == "probability")
        & (frame["of"] == "RD > 0.1")
    ]
    expected = found.sel(effect_mean=1, effect_sd=2, statement="RD > 0.1")
    assert row["value"].tolist() == [float(expected["probability"])]
    assert row["error"].tolist() == [float(expected["error"])]
    assert len(to_frame(sweep(counts, effect="normal(0, 1)"))) == 7


def test_workers_do_not_change_a_number(counts: Trial) -> None:
    arguments = {"effect": prior_grid("normal", mean=0, sd=[0.3, 1, 3])}
    alone = sweep(counts, **arguments)
    with ThreadPoolExecutor(2) as threads:
        xr.testing.assert_identical(alone, sweep(counts, **arguments, executor=threads))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        xr.testing.assert_identical(alone, sweep(counts, **arguments, executor=processes))


# ---- order ------------------------------------------------------------------------------------

arms = st.integers(5, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=12, deadline=None)
@given(treatment=arms, control=arms)
def test_more_scepticism_pulls_harder(treatment: tuple[int, int], control: tuple[int, int]) -> None:
    """The narrower a prior about no effect, the nearer the posterior median is to no effect."""
    trial = Trial.from_counts(treatment=treatment, control=control)
    sds = [0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.5, 2.5]
    found = sweep(
        trial,
        effect=prior_grid("normal", mean=0, sd=sds),
        statements=["OR > 1"],
        estimands=["log_odds_ratio"],
    )
    pull = np.abs(found["median"].values[:, 0])
    assert (np.diff(pull) > -1e-9).all()
    surprise = np.abs(found["probability"].values[:, 0] - 0.5)
    assert surprise[0] <= surprise[-1] + 1e-9


@settings(max_examples=12, deadline=None)
@given(treatment=arms, control=arms, sd=st.sampled_from([0.2, 0.5, 1.0, 2.0]))
def test_optimism_never_lowers_the_probability_of_benefit(
    treatment: tuple[int, int], control: tuple[int, int], sd: float
) -> None:
    """A normal prior with a larger mean, and the same SD, is above the other everywhere."""
    trial = Trial.from_counts(treatment=treatment, control=control)
    found = sweep(
        trial,
        effect=prior_grid("normal", mean=np.linspace(-1.5, 1.5, 13), sd=sd),
        statements=["benefit", "OR > 1.25"],
        estimands=[],
    )
    assert (np.diff(found["probability"].values, axis=0) >= -1e-9).all()


@settings(max_examples=8, deadline=None)
@given(treatment=arms, control=arms)
def test_an_optimist_is_never_less_sure_than_a_pessimist(
    treatment: tuple[int, int], control: tuple[int, int]
) -> None:
    """Zampieri's pairs: the same SD, the mean on either side of no effect."""
    trial = Trial.from_counts(treatment=treatment, control=control)
    nine = zampieri(planned_odds_ratio=2.0)
    pairs = {name: prior for name, prior in nine.items() if "neutral" not in name}
    found = sweep(trial, effect=pairs, statements=["benefit"], estimands=[])["probability"]
    for strength in ("weak", "moderate", "strong"):
        low, high = (
            float(found.sel(prior=f"{belief} {strength}").item())
            for belief in ("pessimistic", "optimistic")
        )
        assert low <= high + 1e-9
