"""The ankylosing spondylitis example by NUTS, by quadrature, and by an independent long run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import arviz_stats as azs
import numpy as np
import pytest
import xarray as xr
from scipy.special import expit

from bayes_rsa import borrowing, contract
from bayes_rsa.errors import InputError
from bayes_rsa.evidence import Study
from bayes_rsa.exact import external_evidence as exactly
from bayes_rsa.inference import CompiledModel, Provenance, fit
from bayes_rsa.models import external_evidence as models
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import as_posterior, probability_record
from bayes_rsa.trial import Arm, Trial

pytestmark = pytest.mark.slow

STORED = json.loads((Path(__file__).parent / "oracle/spondylitis.json").read_text(encoding="utf-8"))
STUDIES = tuple(
    Study(
        key=f"s{k}",
        label=f"study {k}",
        treatment=None,
        control=Arm("placebo", events, n),
        randomised=True,
    )
    for k, (events, n) in enumerate(STORED["arms"])
)
NOBODY = Trial.from_counts(treatment=(0, 0), control=(0, 0))
TRIAL = Trial.from_counts(treatment=(14, 24), control=(2, 12))
EFFECT = Prior.normal(0, 1)
RATES: dict[str, Any] = {
    "studies": STUDIES,
    "baseline_mean": Prior.normal(0, 2),
    "baseline_heterogeneity": Prior.half_normal(1),
}
LEVELS = np.array([0.025, 0.5, 0.975])


@pytest.fixture(scope="module")
def compiled() -> CompiledModel:
    """With a trial of nobody among the data, which says nothing: one graph for both."""
    model = models.meta_analytic_predictive(NOBODY, effect=EFFECT, **RATES)
    return CompiledModel(model, varying=["events", "n"])


@pytest.fixture(scope="module")
def predicted(compiled: CompiledModel) -> xr.DataTree:
    return fit(
        compiled.model,
        seed=3,
        compiled=compiled,
        ess_target=2000,
        target_accept=0.95,
        predictive=False,
    )


@pytest.fixture(scope="module")
def by_quadrature() -> exactly.RandomEffects:
    found = exactly.meta_analytic_predictive(NOBODY, with_trial=False, **RATES).baseline
    assert found is not None
    return found


def test_the_predicted_rate(predicted: xr.DataTree, by_quadrature: exactly.RandomEffects) -> None:
    """Mean, median and 95% interval agree to Monte Carlo error, each with each."""
    law = by_quadrature.predictive
    summary = as_posterior(predicted).summary("p_control", 0.95)
    assert summary.mcse_eti is not None
    x = np.linspace(*law.ppf(np.array([1e-9, 1 - 1e-9])), 4001)
    lower, median, upper = expit(law.ppf(LEVELS))
    assert 0.22 < median < 0.27
    mean = float(np.trapezoid(law.pdf(x) * expit(x), x))
    exact_values = {"mean": mean, "median": median, "lower": lower, "upper": upper}
    drawn = {
        "mean": (summary.mean, summary.mcse_mean),
        "median": (summary.median, summary.mcse_median),
        "lower": (summary.eti[0], summary.mcse_eti[0]),
        "upper": (summary.eti[1], summary.mcse_eti[1]),
    }
    assert set(STORED["rate"]) == set(drawn)
    for name, record in STORED["rate"].items():
        value, error = drawn[name]
        assert value is not None
        assert error is not None
        assert abs(exact_values[name] - record["value"]) < 4 * record["error"], name
        assert abs(value - exact_values[name]) < 4 * error, name
        assert abs(value - record["value"]) < 4 * np.hypot(error, record["error"]), name


def test_the_predictive_distribution_of_draws(
    predicted: xr.DataTree, by_quadrature: exactly.RandomEffects
) -> None:
    draws = borrowing.predictive(predicted, "baseline")
    own = predicted["posterior"]["baseline"].values
    places = by_quadrature.predictive.ppf(LEVELS)
    for level, place, ours in zip(LEVELS, places, draws.cdf(places), strict=True):
        error = float(azs.mcse((own < place).astype(float), method="mean"))
        assert abs(float(ours) - level) < 4 * error
    fitted = borrowing.fit_mixture(draws, components=3)
    assert fitted.cdf_error < 0.003
    with pytest.raises(InputError, match="effect_mean"):
        borrowing.predictive(predicted, "effect")


def test_studies_are_drawn_towards_their_mean(
    predicted: xr.DataTree, by_quadrature: exactly.RandomEffects
) -> None:
    values = predicted["posterior"]["study_baseline"].values
    assert list(predicted["observed_data"]["study"].values) == [s.label for s in STUDIES]
    assert by_quadrature.mean is not None
    centre = float(by_quadrature.mean.ppf(np.array([0.5]))[0])
    for k, (key, law) in enumerate(by_quadrature.studies.items()):
        error = float(azs.mcse(values[..., k], method="mean"))
        assert law.mean is not None
        assert abs(float(values[..., k].mean()) - law.mean) < 4 * error, key
        observed = by_quadrature.estimates[key][0]
        if abs(observed - centre) > 0.2:
            assert abs(law.mean - centre) < abs(observed - centre), key


def test_the_trial_among_the_data(compiled: CompiledModel) -> None:
    model = models.meta_analytic_predictive(TRIAL, effect=EFFECT, **RATES)
    tree = fit(
        model, seed=2, compiled=compiled, ess_target=2000, target_accept=0.95, predictive=False
    )
    found = exactly.meta_analytic_predictive(TRIAL, effect=EFFECT, **RATES)
    assert found.trial_effect is not None
    assert found.trial_baseline is not None
    record = probability_record(tree, "OR > 2")
    exact_value = float(found.trial_effect.sf(np.array([np.log(2)]))[0])
    assert abs(record.value - exact_value) < 4 * record.error
    summary = as_posterior(tree).summary("p_control", 0.95)
    assert summary.mcse_eti is not None
    for value, error, level in zip(summary.eti, summary.mcse_eti, LEVELS[[0, 2]], strict=True):
        exact_value = float(expit(found.trial_baseline.ppf(np.array([level]))[0]))
        assert abs(value - exact_value) < 4 * error


def test_a_predicted_ratio_is_given_no_mean(predicted: xr.DataTree) -> None:
    """With an uncertain SD between studies it may be infinite; a trial left out cannot help."""
    without = models.meta_analytic_predictive(TRIAL, effect=EFFECT, with_trial=False, **RATES)
    tree = predicted.copy()
    Provenance.of(contract.card(without), {}).write(tree)
    posterior = as_posterior(tree)
    assert posterior.summary("odds_ratio", 0.95).mean is None
    assert posterior.summary("log_odds_ratio", 0.95).mean is not None
    assert posterior.summary("p_control", 0.95).sd is not None
