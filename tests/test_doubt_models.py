"""Doubt by NUTS: the contract, the exact engine's densities, a closed form, calibration."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest

from bayes_rsa import contract
from bayes_rsa.calibration import Nuts, sbc
from bayes_rsa.errors import InputError
from bayes_rsa.exact import doubt as exact_doubt
from bayes_rsa.inference import CompiledModel, fit
from bayes_rsa.models import doubt
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import as_posterior, probability, probability_record
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
SMALL = Trial.from_counts(treatment=(20, 40), control=(20, 38))
REPORTED = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
NORMAL = Prior.normal(0, 1)
UNIFORM: dict[str, Any] = {"treatment": Prior.beta(1, 1), "control": Prior.beta(1, 1)}


def point(x: float) -> Prior:
    return Prior.point(x)


FIXED: dict[str, tuple[str, dict[str, Any]]] = {
    "bias, midpoint": ("additive_bias", {"bias": point(0.3), "effect": NORMAL}),
    "bias, baseline": (
        "additive_bias",
        {"bias": point(0.3), "bias_mean": point(-0.1), "effect": NORMAL, "baseline": NORMAL},
    ),
    "bias, arms": ("additive_bias", {"bias": point(-0.3), **UNIFORM}),
    "discount": ("discounted", {"discount": 0.4, "effect": NORMAL}),
    "missing": (
        "missing_outcomes",
        {
            "missing": (5, 9),
            "imor_treatment": point(-1.5),
            "imor_control": point(2.0),
            "effect": NORMAL,
        },
    ),
    "misclassified": (
        "misclassified_outcomes",
        {
            "sensitivity_treatment": point(0.9),
            "specificity_control": point(0.95),
            "effect": NORMAL,
            "baseline": NORMAL,
        },
    ),
}

# Parameters are drawn from these, too: none puts its mass where every participant has the event.
FREE: dict[str, tuple[str, dict[str, Any], Trial]] = {
    "bias": (
        "additive_bias",
        {"bias": Prior.normal(0.1, 0.4), "bias_mean": Prior.normal(0, 0.2), "effect": NORMAL},
        SMALL,
    ),
    "reported bias": (
        "additive_bias",
        {"bias": Prior.normal(0.1, 0.4), "effect": NORMAL},
        REPORTED,
    ),
    "missing": (
        "missing_outcomes",
        {
            "missing": (10, 14),
            "imor_treatment": Prior.normal(-0.5, 1),
            "imor_control": Prior.normal(0.5, 1),
            "effect": NORMAL,
        },
        SMALL,
    ),
    "misclassified": (
        "misclassified_outcomes",
        {
            "sensitivity_treatment": Prior.beta(18, 3),
            "sensitivity_control": Prior.beta(18, 3),
            "specificity_treatment": Prior.beta(25, 2),
            "specificity_control": Prior.beta(25, 2),
            "effect": NORMAL,
            "midpoint": NORMAL,
        },
        SMALL,
    ),
}


def built(name: str) -> pm.Model:
    function, arguments, trial = FREE[name]
    model: pm.Model = getattr(doubt, function)(trial, **arguments)
    return model


@cache
def compiled(name: str) -> CompiledModel:
    model = built(name)
    return CompiledModel(
        model, varying=contract.data_of(model).keys() - contract.hyperparameters_of(model)
    )


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize("name", FIXED)
def test_the_joint_density_is_the_exact_engine_s(name: str) -> None:
    function, arguments = FIXED[name]
    model = getattr(doubt, function)(TRIAL, **arguments)
    contract.check(model)
    posterior = getattr(exact_doubt, function)(TRIAL, **arguments)
    values = model.value_vars
    density = pytensor.function(
        values, [model.logp(), *pytensor.grad(model.logp(), values)], mode=contract.ONE_CALL
    )
    points = np.random.default_rng(1).normal(0, 3, size=(25, 2))
    found = np.array([[float(np.sum(v)) for v in density(*x)] for x in points])
    assert np.isfinite(found).all()
    names = [v.name for v in model.free_RVs]
    other = posterior.log_density(**dict(zip(names, points.T, strict=True)))
    assert np.ptp(found[:, 0] - other) < 1e-9


@pytest.mark.parametrize("name", FREE)
def test_the_contract_is_kept(name: str) -> None:
    card = contract.check(built(name))
    assert card.generative
    assert card.proper


# Missing and misclassified outcomes are in the long runs only: their simulations are slow.
@pytest.mark.slow
@pytest.mark.parametrize("name", ["bias", "reported bias"])
def test_calibrated(name: str) -> None:
    found = sbc(built(name), 30, 7, draws=99, engine=Nuts(compiled(name), target_accept=0.95))
    assert found.passed, found.explain()


@pytest.mark.parametrize(
    "name", [pytest.param(x, marks=() if x == "reported bias" else pytest.mark.slow) for x in FREE]
)
def test_both_engines_agree(name: str) -> None:
    function, arguments, trial = FREE[name]
    tree = fit(
        built(name),
        compiled=compiled(name),
        target_accept=0.99,
        ess_target=1000,
        predictive=False,
    )
    posterior = getattr(exact_doubt, function)(trial, **arguments)
    for statement in ("benefit", "OR > 1.5"):
        record = probability_record(tree, statement)
        assert abs(record.value - probability(posterior, statement)) < 4 * record.error
    summary = as_posterior(tree).summary("odds_ratio", 0.95)
    assert summary.mcse_median is not None
    gap = summary.median - posterior.summary("odds_ratio").median
    assert abs(gap) < 4 * summary.mcse_median


def test_calibration_refuses_the_discounted_likelihood_with_the_reason() -> None:
    model = doubt.discounted(TRIAL, discount=0.5, **UNIFORM)
    with pytest.raises(InputError, match="no probability of the data"):
        sbc(model, 10)


def test_the_discounted_likelihood_has_its_closed_form() -> None:
    from scipy import stats

    tree = fit(doubt.discounted(TRIAL, discount=0.5, **UNIFORM), ess_target=2000)
    assert "posterior_predictive" not in tree.children
    assert "prior_predictive" not in tree.children
    for arm, events, n in (("treatment", 60, 75), ("control", 47, 74)):
        law = stats.beta(1 + 0.5 * events, 1 + 0.5 * (n - events))
        summary = as_posterior(tree).summary(f"p_{arm}", 0.95)
        assert summary.mcse_mean is not None
        assert summary.mean == pytest.approx(law.mean(), abs=4 * summary.mcse_mean)
        assert summary.sd == pytest.approx(law.std(), rel=0.08)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("additive_bias", {"bias": Prior.flat(), "effect": NORMAL}, "must be proper"),
        ("additive_bias", {"bias": point(0.0), "effect": NORMAL, **UNIFORM}, "not on both"),
        ("additive_bias", {"bias": point(0.0), "control": NORMAL}, "effect"),
        ("additive_bias", {"bias": point(0.0), "baseline": NORMAL, **UNIFORM}, "give effect"),
        (
            "additive_bias",
            {"bias": point(0.0), "effect": NORMAL, "baseline": NORMAL, "midpoint": NORMAL},
            "not both",
        ),
        ("additive_bias", {"bias": point(0.0), "treatment": NORMAL, "control": NORMAL}, "inside"),
        ("discounted", {"discount": -0.1, **UNIFORM}, "between 0"),
        ("discounted", {"discount": 0.0, "effect": Prior.flat()}, "improper"),
        ("missing_outcomes", {"missing": (1, -1), **UNIFORM}, "missing.control"),
        ("misclassified_outcomes", {"sensitivity_control": NORMAL, **UNIFORM}, "inside"),
        ("misclassified_outcomes", {"specificity_control": point(0.0), **UNIFORM}, "above 1"),
        (
            "misclassified_outcomes",
            {"specificity_control": point(0.9), "effect": Prior.flat()},
            "improper",
        ),
    ],
)
def test_bad_input_is_refused(name: str, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        getattr(doubt, name)(TRIAL, **arguments)


def test_a_reported_effect_needs_a_prior() -> None:
    with pytest.raises(InputError, match="effect"):
        doubt.additive_bias(REPORTED, bias=point(0.0))
