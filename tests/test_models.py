"""The models against reference numbers, the exact engine, and their own symmetries."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
import xarray as xr
from model_fixtures import (
    REPORTED,
    TACROLIMUS,
    TEXTBOOK_BASELINE,
    UNIFORM,
    compiled_arms,
    compiled_baseline,
    compiled_midpoint,
    compiled_reported,
    reference_fit,
)
from pymc.model.transform.conditioning import remove_value_transforms
from pytensor.compile.mode import Mode
from pytensor.graph import rewrite_graph
from reference_values import ReferenceValue, entries

from bayes_rsa import exact, models
from bayes_rsa.diagnostics import check
from bayes_rsa.errors import InputError
from bayes_rsa.inference import fit
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import probability, probability_record, summary_records
from bayes_rsa.trial import Trial

STABLE = Mode(linker="py", optimizer="fast_run").excluding("fusion", "inplace")
ARM_PRIORS = {
    "beta_uniform": (1, 1),
    "beta_jeffreys": (0.5, 0.5),
    "beta_kerman": (1 / 3, 1 / 3),
    "beta_beta22": (2, 2),
}
EFFECT_SDS = (0.355, 0.5, 1, 1.5, 2.5)
QUICK = ("beta_uniform", "beta_kerman", 0.355, 2.5)
"""Of these priors the ones that `make test` holds the sampler to."""
ESTIMAND = {
    "logOR": "log_odds_ratio",
    "OR": "odds_ratio",
    "RR": "risk_ratio",
    "RD": "risk_difference",
}
FIELD: Mapping[str, Callable[[Any], float]] = {
    "mean": lambda r: r.mean,
    "sd": lambda r: r.sd,
    "median": lambda r: r.median,
    "eti_lo": lambda r: r.eti[0],
    "eti_hi": lambda r: r.eti[1],
    "hdi_lo": lambda r: r.hdi[0],
    "hdi_hi": lambda r: r.hdi[1],
}
PER_PRIOR = 38


def statement(quantity: str) -> str:
    """``P_OR_gt_1.25`` as a statement."""
    if quantity == "P_benefit":
        return "benefit"
    if quantity == "P_ROPE_OR_0.909_1.1":
        return f"{1 / 1.1!r} < OR < 1.1"
    found = re.fullmatch(r"P_(OR|RR|RD)_gt_([\d.]+)", quantity)
    assert found is not None, quantity
    return f"{found[1]} > {found[2]}"


def held(prefix: str) -> dict[str, ReferenceValue]:
    """Entries of this prefix, and of no longer one, that have an MCMC tolerance; by quantity."""
    found = {name.removeprefix(f"{prefix}."): e for name, e in entries(f"{prefix}.").items()}
    return {k: e for k, e in found.items() if k[0].isalpha() and e.tolerance_mcmc is not None}


def compare(tree: xr.DataTree, prefix: str) -> None:
    """Every entry of this prefix that has an MCMC tolerance lies within it."""
    assert check(tree).passed
    records = summary_records(tree)
    assert min(min(r.ess_bulk, r.ess_tail) for r in records.values()) >= 4000
    wanted = held(prefix)
    for quantity, entry in wanted.items():
        if quantity.startswith("P_"):
            found = probability(tree, statement(quantity))
        else:
            estimand, field = quantity.split(".")
            found = FIELD[field](records[ESTIMAND[estimand]])
        assert found == pytest.approx(entry.value, abs=entry.tolerance_mcmc, rel=0), quantity
    assert len(wanted) == PER_PRIOR


@pytest.mark.parametrize(
    ("prefix", "shapes"),
    [
        pytest.param(*item, marks=() if item[0] in QUICK else pytest.mark.slow)
        for item in ARM_PRIORS.items()
    ],
)
def test_arms_reproduce_the_reference(prefix: str, shapes: tuple[float, float]) -> None:
    prior = Prior.beta(*shapes)
    model = models.independent_arms(TACROLIMUS, treatment=prior, control=prior)
    # At 4,000 draws as good as independent one in twelve runs misses an HDI limit's tolerance.
    long = fit(model, compiled=compiled_arms(), predictive=False, ess_target=16_000)
    compare(long, prefix)


@pytest.mark.parametrize(
    "sd", [pytest.param(x, marks=() if x in QUICK else pytest.mark.slow) for x in EFFECT_SDS]
)
def test_log_odds_ratio_reproduces_the_reference(sd: float) -> None:
    model = models.log_odds_ratio(
        TACROLIMUS, effect=Prior.normal(0, sd), baseline=TEXTBOOK_BASELINE
    )
    compare(fit(model, compiled=compiled_baseline(), predictive=False), f"logit_sd{sd:g}")


def test_the_reference_holds_that_many_entries() -> None:
    wanted = [*ARM_PRIORS, *(f"logit_sd{sd:g}" for sd in EFFECT_SDS)]
    assert sum(len(held(prefix)) for prefix in wanted) == 342


@pytest.mark.parametrize(
    ("expected", "make"),
    [
        (0.98692, lambda: fit(compiled_arms().model, compiled=compiled_arms(), predictive=False)),
        (
            0.98532,
            lambda: fit(compiled_baseline().model, compiled=compiled_baseline(), predictive=False),
        ),
        (0.98292, reference_fit),
    ],
)
def test_benefit_is_within_four_errors(expected: float, make: Callable[[], xr.DataTree]) -> None:
    found = probability_record(make(), "benefit")
    assert 0 < found.error < 0.005
    assert abs(found.value - expected) < 4 * found.error


# ---- the densities of the two engines ----------------------------------------------------------


def joint(model: pm.Model) -> Callable[[Mapping[str, float]], float]:
    """Log density of the free variables on their own scales, and of the data."""
    compiled = remove_value_transforms(model).compile_logp(mode=STABLE)
    return lambda point: float(compiled({k: np.array(v) for k, v in point.items()}))


def logit(p: float) -> float:
    return math.log(p) - math.log1p(-p)


ARM_CASES = [
    ("beta(1, 1)", "beta(0.5, 0.5)"),
    ("logit_normal(0.5, 1.2)", "0.7*beta(1, 1) + 0.3*beta(30, 20)"),
    ("uniform(0, 1)", "uniform(0.2, 0.9)"),
]
EFFECTS = (
    "normal(0, 0.355)",
    "student_t(3, 0.2, 0.5)",
    "0.8*normal(0, 0.355) + 0.2*normal(0, 2)",
    "0.5*cauchy(0, 0.4) + 0.5*logistic(0.1, 0.3)",
    "uniform(-0.6, 0.7)",
    "flat()",
)


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize("texts", ARM_CASES)
def test_arms_have_the_density_of_the_exact_engine(texts: tuple[str, str]) -> None:
    treatment, control = map(Prior.parse, texts)
    density = joint(models.independent_arms(TACROLIMUS, treatment=treatment, control=control))
    posterior = exact.independent_arms(TACROLIMUS, treatment=treatment, control=control)
    rng = np.random.default_rng(1)
    gaps = []
    for p1, p0 in rng.uniform(0.21, 0.89, size=(8, 2)):
        # The exact engine's density is by the log odds.
        jacobian = sum(math.log(p) + math.log1p(-p) for p in (p1, p0))
        other = posterior.log_density(p_treatment=logit(p1), p_control=logit(p0))
        gaps.append(density({"p_treatment": p1, "p_control": p0}) + jacobian - float(other))
    np.testing.assert_allclose(gaps, gaps[0], rtol=0, atol=1e-9)


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("form", ["midpoint", "baseline"])
def test_log_odds_ratio_has_the_density_of_the_exact_engine(effect: str, form: str) -> None:
    arguments = {"effect": Prior.parse(effect), form: Prior.parse("logistic(0.1, 0.8)")}
    density = joint(models.log_odds_ratio(TACROLIMUS, **arguments))
    posterior = exact.log_odds_ratio(TACROLIMUS, **arguments)
    rng = np.random.default_rng(2)
    gaps = []
    for delta, level in zip(rng.uniform(-0.6, 0.7, 8), rng.normal(0, 2, 8), strict=True):
        point = {"effect": float(delta), form: float(level)}
        gaps.append(density(point) - float(posterior.log_density(**point)))
    np.testing.assert_allclose(gaps, gaps[0], rtol=0, atol=1e-9)


@pytest.mark.usefixtures("interpreted")
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("name", ["log_risk_ratio", "risk_difference"])
def test_truncated_models_have_the_density_of_the_exact_engine(effect: str, name: str) -> None:
    arguments = {"effect": Prior.parse(effect), "baseline": Prior.normal(0.2, 1.1)}
    density = joint(getattr(models, name)(TACROLIMUS, **arguments))
    posterior = getattr(exact, name)(TACROLIMUS, **arguments)
    rng = np.random.default_rng(3)
    gaps = []
    for share, level in zip(rng.uniform(0.02, 0.98, 8), rng.normal(0, 1, 8), strict=True):
        p0 = 1 / (1 + math.exp(-level))
        ends = (-0.6, -math.log(p0)) if name == "log_risk_ratio" else (-p0, 1 - p0)
        low, high = max(ends[0], -0.6), min(ends[1], 0.7)
        point = {"effect": low + share * (high - low), "baseline": float(level)}
        gaps.append(density(point) - float(posterior.log_density(**point)))
    np.testing.assert_allclose(gaps, gaps[0], rtol=0, atol=1e-8)


@pytest.mark.usefixtures("interpreted")
def test_the_likelihood_is_exact_where_the_probability_rounds_to_one() -> None:
    model = models.log_odds_ratio(
        TACROLIMUS, effect=Prior.normal(0, 1), midpoint=Prior.normal(0, 10)
    )
    likelihood = model.compile_fn(model.logp(vars=[model["outcome"]]), mode=STABLE)
    coefficient = math.log(math.comb(75, 60)) + math.log(math.comb(74, 47))
    for level in (38.0, 200.0, 1e4):
        # Non-events cost their log odds each, events nothing.
        high = float(likelihood({"effect": np.array(0.0), "midpoint": np.array(level)}))
        assert high == pytest.approx(coefficient - level * (15 + 27), rel=1e-12)
        low = float(likelihood({"effect": np.array(0.0), "midpoint": np.array(-level)}))
        assert low == pytest.approx(coefficient - level * (60 + 47), rel=1e-12)


@pytest.mark.usefixtures("interpreted")
def test_arms_keep_their_digits_near_certainty() -> None:
    model = models.independent_arms(TACROLIMUS, treatment=UNIFORM, control=UNIFORM)
    names = ("p_treatment_logodds__", "p_control_logodds__")
    # As nutpie does it: first stable, then the gradient.
    stable = rewrite_graph(model.logp(), include=["canonicalize", "stabilize"])
    density = model.compile_fn(stable, mode=STABLE)
    gradient = model.compile_fn(pt.grad(stable, model.value_vars), mode=STABLE)
    point = dict(zip(names, (np.array(45.0), np.array(0.0)), strict=True))
    # Under Beta(1, 1) the log odds x have -(n - y + 1) x far up, times a constant.
    step = {**point, names[0]: np.array(46.0)}
    assert float(density(step)) - float(density(point)) == pytest.approx(-16.0, rel=1e-10)
    assert float(gradient(point)[0]) == pytest.approx(-16.0, rel=1e-10)


# ---- symmetries --------------------------------------------------------------------------------

SKEWED = Prior.parse("0.7*normal(0.3, 0.4) + 0.3*student_t(4, -1, 0.8)")
LEVEL = Prior.normal(0.4, 1.2)


def test_swapping_the_arms_mirrors_the_density() -> None:
    density = joint(models.log_odds_ratio(TACROLIMUS, effect=SKEWED, midpoint=LEVEL))
    swapped = joint(
        models.log_odds_ratio(TACROLIMUS.swapped(), effect=SKEWED.negated(), midpoint=LEVEL)
    )
    for delta, level in np.random.default_rng(4).normal(size=(6, 2)):
        here = density({"effect": delta, "midpoint": level})
        there = swapped({"effect": -delta, "midpoint": level})
        assert here == pytest.approx(there, rel=1e-12)


def test_relabelling_events_mirrors_the_density() -> None:
    density = joint(models.log_odds_ratio(TACROLIMUS, effect=SKEWED, midpoint=LEVEL))
    relabelled = joint(
        models.log_odds_ratio(
            TACROLIMUS.relabelled(), effect=SKEWED.negated(), midpoint=LEVEL.negated()
        )
    )
    for delta, level in np.random.default_rng(5).normal(size=(6, 2)):
        here = density({"effect": delta, "midpoint": level})
        there = relabelled({"effect": -delta, "midpoint": -level})
        assert here == pytest.approx(there, rel=1e-12)


def median_and_benefit(trial: Trial) -> tuple[tuple[float, float], tuple[float, float]]:
    """Median log odds ratio and P(benefit) of the reference analysis, each with its error."""
    model = models.log_odds_ratio(trial, effect=Prior.normal(0, 1))
    tree = fit(model, seed=7, compiled=compiled_midpoint(), predictive=False)
    record, benefit = summary_records(tree)["log_odds_ratio"], probability_record(tree, "benefit")
    assert record.mcse_median is not None
    return (record.median, record.mcse_median), (benefit.value, benefit.error)


def agree(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < 4 * math.hypot(one[1], other[1])


def test_swapping_the_arms_inverts_the_odds_ratio() -> None:
    effect, benefit = median_and_benefit(TACROLIMUS)
    inverse, harm = median_and_benefit(TACROLIMUS.swapped())
    assert agree(effect, (-inverse[0], inverse[1]))
    assert agree(benefit, (1 - harm[0], harm[1]))


def test_relabelling_events_leaves_the_benefit() -> None:
    relabelled = TACROLIMUS.relabelled()
    assert relabelled.better == "lower"
    (effect, benefit), (opposite, same) = map(median_and_benefit, (TACROLIMUS, relabelled))
    assert agree(effect, (-opposite[0], opposite[1]))
    assert agree(benefit, same)


# ---- tables at the edge ------------------------------------------------------------------------

EDGES = [
    ((0, 10), (5, 10)),
    ((10, 10), (0, 10)),
    ((5, 10), (0, 0)),
    ((1, 1), (0, 1)),
]
MORE_EDGES = [
    ((5, 10), (0, 10)),
    ((10, 10), (5, 10)),
    ((5, 10), (10, 10)),
    ((0, 10), (0, 10)),
    ((10, 10), (10, 10)),
    ((0, 0), (5, 10)),
    ((0, 0), (0, 0)),
]


@pytest.mark.parametrize(
    ("treatment", "control"),
    [*EDGES, *(pytest.param(*edge, marks=pytest.mark.slow) for edge in MORE_EDGES)],
)
def test_tables_at_the_edge_are_answered_right(
    treatment: tuple[int, int], control: tuple[int, int]
) -> None:
    better = "higher" if treatment[0] else "lower"
    trial = Trial.from_counts(treatment=treatment, control=control, better=better)
    arms = {"treatment": Prior.beta(0.5, 0.5), "control": UNIFORM}
    contrast = {"effect": Prior.normal(0, 1.5)}
    for compiled, model, posterior in (
        (
            compiled_arms(),
            models.independent_arms(trial, **arms),
            exact.independent_arms(trial, **arms),
        ),
        (
            compiled_midpoint(),
            models.log_odds_ratio(trial, **contrast),
            exact.log_odds_ratio(trial, **contrast),
        ),
    ):
        tree = fit(model, ess_target=1000, compiled=compiled, predictive=False)
        assert check(tree).passed
        for text in ("benefit", "RD > 0.1", "OR > 2"):
            found = probability_record(tree, text)
            assert abs(found.value - probability(posterior, text)) < 4.5 * found.error


@pytest.mark.parametrize(
    ("treatment", "control", "form"),
    [
        ((0, 10), (5, 10), "baseline"),
        ((10, 10), (5, 10), "baseline"),
        ((0, 10), (10, 10), "midpoint"),
        ((10, 10), (0, 10), "midpoint"),
        ((0, 0), (5, 10), "baseline"),
        ((0, 0), (0, 0), "midpoint"),
    ],
)
def test_flat_is_refused_where_the_table_does_not_make_up_for_it(
    treatment: tuple[int, int], control: tuple[int, int], form: str
) -> None:
    trial = Trial.from_counts(treatment=treatment, control=control)
    level = {form: Prior.normal(0, 1.5)}
    model = models.log_odds_ratio(trial, effect=Prior.flat(), **level)
    with pytest.raises(InputError, match="improper"):
        fit(model)


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: models.log_odds_ratio(REPORTED, effect=Prior.normal(0, 1)), "trial"),
        (lambda: models.independent_arms(REPORTED, treatment=UNIFORM, control=UNIFORM), "trial"),
        (lambda: models.reported_effect(TACROLIMUS, effect=Prior.normal(0, 1)), "trial"),
        (
            lambda: models.independent_arms(
                TACROLIMUS, treatment=Prior.normal(0, 1), control=UNIFORM
            ),
            "treatment",
        ),
        (
            lambda: models.independent_arms(TACROLIMUS, treatment=UNIFORM, control=Prior.flat()),
            "control",
        ),
        (
            lambda: models.log_odds_ratio(
                TACROLIMUS, effect=Prior.normal(0, 1), baseline=LEVEL, midpoint=LEVEL
            ),
            "baseline",
        ),
        (
            lambda: models.risk_difference(TACROLIMUS, effect=Prior.uniform(0.2, 0.4)),
            "effect",
        ),
    ],
)
def test_what_a_model_cannot_take_is_one_clear_error(
    build: Callable[[], pm.Model], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        build()
    assert caught.value.field == field


# ---- a reported effect -------------------------------------------------------------------------


def test_a_reported_effect_has_the_conjugate_posterior() -> None:
    tree = fit(compiled_reported().model, compiled=compiled_reported())
    reported = REPORTED.reported
    assert reported is not None
    precision = 1 / reported.scale_se**2 + 1
    mean = reported.location / reported.scale_se**2 / precision
    record = summary_records(tree)["log_odds_ratio"]
    assert abs(record.mean - mean) < 4 * record.mcse_mean
    assert abs(record.sd - precision**-0.5) < 4 * record.mcse_sd
    found = probability_record(tree, "benefit")
    z = mean * math.sqrt(precision)
    assert abs(found.value - 0.5 * math.erfc(-z / math.sqrt(2))) < 4 * found.error
    ratio = summary_records(tree)["odds_ratio"]
    assert ratio.mean is not None
    assert abs(ratio.mean - math.exp(mean + 0.5 / precision)) < 4 * ratio.mcse_mean
