"""Sets of priors to sweep over, and the plan that they make with a trial."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import beta_weight_grid, mixture_grid, prior_grid, prior_list, sweep
from bayes_rsa.sensitivity.plan import make_plan
from bayes_rsa.trial import Trial


def test_a_grid_is_in_c_order_of_its_axes() -> None:
    grid = prior_grid("normal", mean=[-1, 0], sd=[0.5, 1, 2])
    assert [axis.name for axis in grid.axes] == ["mean", "sd"]
    assert grid.shape == (2, 3)
    expected = [Prior.normal(m, s) for m in (-1, 0) for s in (0.5, 1, 2)]
    assert list(grid.priors) == expected


def test_a_fixed_argument_is_no_axis() -> None:
    grid = prior_grid("student_t", df=3, location=0, scale=np.array([0.5, 1.0]))
    assert [axis.name for axis in grid.axes] == ["scale"]
    assert grid.priors == (Prior.student_t(3, 0, 0.5), Prior.student_t(3, 0, 1))


def test_beta_priors_by_rate_and_weight() -> None:
    grid = beta_weight_grid([0.5, 0.6], [2.0, 10.0])
    assert [axis.name for axis in grid.axes] == ["rate", "weight"]
    for prior, (rate, weight) in zip(
        grid.priors, [(0.5, 2), (0.5, 10), (0.6, 2), (0.6, 10)], strict=True
    ):
        a, b = prior.components[0].arguments
        assert math.isclose(a / (a + b), rate)
        assert math.isclose(a + b, weight)


def test_a_mixture_grid_ends_in_its_components() -> None:
    sceptical, other = Prior.normal(0, 0.2), Prior.normal(0, 2)
    grid = mixture_grid(sceptical, other, [0, 0.25, 1])
    assert grid.priors[0] == other
    assert grid.priors[2] == sceptical
    assert grid.priors[1].weights == (0.25, 0.75)


def test_a_list_is_named_by_label_or_text() -> None:
    labelled = Prior.normal(0, 1, label="mine")
    assert prior_list([labelled, "normal(0, 2)"]).axes[0].values == ("mine", "normal(0, 2)")
    twins = [Prior.normal(0, s, label="twin") for s in (1, 2)]
    assert prior_list(twins).axes[0].values == ("normal(0, 1)", "normal(0, 2)")
    assert prior_list({"a": labelled}).axes[0].values == ("a",)


BAD: dict[str, tuple[Any, str]] = {
    "no family": (lambda: prior_grid("gaussian", mean=0, sd=1), "family"),
    "missing argument": (lambda: prior_grid("normal", sd=[1, 2]), "normal"),
    "negative sd": (lambda: prior_grid("normal", mean=0, sd=[1, -1]), "normal.sd"),
    "text": (lambda: prior_grid("normal", mean="0", sd=1), "mean"),
    "not finite": (lambda: prior_grid("normal", mean=0, sd=[1, math.inf]), "sd"),
    "nothing": (lambda: prior_grid("normal", mean=0, sd=[]), "sd"),
    "twice": (lambda: prior_grid("normal", mean=0, sd=[1, 1]), "sd"),
    "too many": (
        lambda: prior_grid("normal", mean=np.arange(2000.0), sd=np.arange(1.0, 2001)),
        "grid",
    ),
    "rate": (lambda: beta_weight_grid([0.0], [2]), "rate"),
    "weight": (lambda: beta_weight_grid([0.5], [0]), "weight"),
    "mixture weight": (
        lambda: mixture_grid(Prior.normal(0, 1), Prior.normal(0, 2), [1.1]),
        "weight",
    ),
    "empty list": (lambda: prior_list([]), "priors"),
    "duplicates": (lambda: prior_list(["normal(0, 1)", Prior.normal(0, 1)]), "priors"),
    "no prior": (lambda: prior_list([3]), "prior"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_sets_are_refused(case: str) -> None:
    make, field = BAD[case]
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.field == field


ONE = Prior.normal(0, 1)
REPORTED = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
PLANS: dict[str, tuple[dict[str, Any], str]] = {
    "no effect": ({}, "effect"),
    "both levels": ({"effect": ONE, "baseline": ONE, "midpoint": ONE}, "baseline"),
    "one arm": ({"treatment": "beta(1, 1)"}, "control"),
    "arms twice": ({"arms": "beta(1, 1)", "control": "beta(1, 1)"}, "control"),
    "wrong parameter": ({"effect": ONE, "control": "beta(1, 1)"}, "effect"),
    "outside [0, 1]": ({"arms": [Prior.beta(1, 1), Prior.uniform(0, 2)]}, "arms"),
    "point": ({"effect": "0.5*point(0) + 0.5*normal(0, 1)"}, "effect"),
    "model": ({"effect": ONE, "model": "logit"}, "model"),
    "statement": ({"effect": ONE, "statements": ["OR >"]}, "statement"),
    "statement twice": ({"effect": ONE, "statements": ["OR > 1", "OR > 1"]}, "statements"),
    "estimand": ({"effect": ONE, "estimands": ["hazard_ratio"]}, "estimands"),
    "interval": ({"effect": ONE, "interval": 95}, "interval"),
    "engine": ({"effect": ONE, "engine": "stan"}, "engine"),
    "seed": ({"effect": ONE, "seed": -1}, "seed"),
    "base without reweighting": ({"effect": ONE, "base": {"effect": ONE}}, "base"),
    "base": ({"effect": ONE, "engine": "reweight", "base": {"x": ONE}}, "base.x"),
    "out suffix": ({"effect": ONE, "out": "sweep.xlsx"}, "out"),
    "out folder": ({"effect": ONE, "out": "nowhere/sweep.csv"}, "out"),
    "no counts": ({"effect": ONE, "trial": REPORTED, "model": "log_odds_ratio"}, "trial"),
    "baseline without counts": ({"effect": ONE, "trial": REPORTED, "baseline": ONE}, "baseline"),
    "RD without counts": (
        {"effect": ONE, "trial": REPORTED, "statements": ["RD > 0"]},
        "statement",
    ),
}


@pytest.mark.parametrize("case", PLANS)
def test_bad_sweeps_are_refused_before_anything_is_computed(case: str, counts: Trial) -> None:
    arguments, field = PLANS[case]
    seen: list[tuple[int, int]] = []
    given = {"trial": counts, "progress": lambda *done: seen.append(done)} | arguments
    with pytest.raises(InputError) as caught:
        sweep(**given)
    assert caught.value.field == field
    assert seen == []


def test_the_plan_names_dimensions_by_parameter_and_hyperparameter(counts: Trial) -> None:
    plan = make_plan(
        counts,
        None,
        {
            "effect": prior_grid("normal", mean=[0, 1], sd=[1, 2, 3]),
            "baseline": prior_grid("normal", mean=0, sd=[1, 2]),
        },
    )
    assert plan.model == "log_odds_ratio"
    assert [axis.name for axis in plan.axes] == ["effect_mean", "effect_sd", "baseline_sd"]
    assert plan.axes[1].long_name == "SD of the normal prior on the log odds ratio"
    assert plan.axes[1].units == "log OR"
    assert plan.axes[2].units == "log odds"
    cells = plan.cells()
    assert len(cells) == math.prod(plan.shape) == 12
    assert cells[1].arguments == {"effect": Prior.normal(0, 1), "baseline": Prior.normal(0, 2)}


def test_the_default_model_follows_the_data(counts: Trial) -> None:
    arms = make_plan(counts, None, {"arms": beta_weight_grid(0.6, [1, 2])})
    assert arms.model == "independent_arms"
    assert arms.cells()[1].arguments == dict.fromkeys(
        ("treatment", "control"), Prior.beta(1.2, 0.8)
    )
    reported = make_plan(REPORTED, None, {"effect": ONE})
    assert (reported.model, reported.statements) == ("reported_effect", ("benefit",))
    assert reported.estimands == ("odds_ratio",)


def test_the_default_statements_follow_the_direction(counts: Trial) -> None:
    lower = Trial.from_counts(treatment=(10, 75), control=(20, 74), better="lower")
    assert make_plan(counts, None, {"effect": ONE}).statements[0] == "OR > 1"
    assert make_plan(lower, None, {"effect": ONE}).statements == (
        "OR < 1",
        "OR < 0.8",
        "RD < -0.05",
        "RD < -0.1",
    )
