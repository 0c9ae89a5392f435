"""Effective sample sizes of priors, and the posterior weights of mixture components."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_values import entries, value

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import arm_ess, effect_ess, mixture_weights
from bayes_rsa.sensitivity.prior_information import Information, growth
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
BASELINE = Prior.normal(0, 1.5)
EFFECT = {
    "events_4_over_s2": "events",
    "unit_information": "unit information",
    "elir_efficient_total": "ELIR",
}
ARM = {"elir_control_logit": "ELIR", "moment_control_logit": "moments"}


# ---- reference numbers ------------------------------------------------------------------------


def test_reference() -> None:
    covered = 0
    for entry in entries("prior_ess.").values():
        _, name, *rest = entry.name.split(".", maxsplit=2)
        if name.startswith("elir_beta_"):
            shape = {"uniform": 1.0, "jeffreys": 0.5}[name.removeprefix("elir_beta_")]
            got = arm_ess(Prior.beta(shape, shape))["ELIR"]
        else:
            prior = Prior.normal(0, float(rest[0].removeprefix("sd")))
            if name in EFFECT:
                got = effect_ess(TRIAL, prior, baseline=BASELINE)[EFFECT[name]]
            else:
                got = arm_ess(prior)[ARM[name]]
        assert got.value == pytest.approx(entry.value, abs=entry.tolerance), entry.name
        covered += 1
    assert covered == 24


@pytest.mark.parametrize("likelihood", ["exact", "normal"])
def test_mixture(likelihood: str) -> None:
    sd = math.log(2) / 1.6448536269514722
    prior = Prior.mixture([(0.5, Prior.normal(0, 0.355)), (0.5, Prior.normal(math.log(2), sd))])
    if likelihood == "exact":
        post = exact.log_odds_ratio(TRIAL, effect=prior, baseline=BASELINE)
    else:
        trial = Trial.from_effect(
            measure="OR",
            log_effect=value("freq.log_or").value,
            standard_error=value("freq.se_log_or").value,
        )
        post = exact.reported_effect(trial, effect=prior)
    weights = mixture_weights(post)
    got = {
        "w_sceptical": weights[0].posterior,
        "P_benefit": float(post.sf("odds_ratio", 1.0)),
        "P_OR_gt_1.25": float(post.sf("odds_ratio", 1.25)),
    }
    wanted = entries(f"mixture.{likelihood}.")
    assert len(wanted) == len(got)
    for name, number in got.items():
        entry = wanted[f"mixture.{likelihood}.{name}"]
        assert number == pytest.approx(entry.value, abs=entry.tolerance), name


# ---- the traps --------------------------------------------------------------------------------


def test_a_prior_on_the_log_odds_is_not_worth_less_the_wider_it_is() -> None:
    """A wide one piles its mass up at 0 and 1 (METHODS 3.9)."""
    found = [arm_ess(Prior.normal(0, sd))["ELIR"].value for sd in (1, 1.5, 2.5)]
    assert found[1] < found[0]
    assert found[1] < found[2]


def test_definitions_disagree_and_are_named() -> None:
    found = arm_ess(Prior.normal(0, 1.5))
    assert {k: (v.definition, v.unit) for k, v in found.items()} == {
        k: (k, "participants") for k in ("ELIR", "Morita", "moments")
    }
    values = [v.value for v in found.values()]
    assert max(values) > 1.4 * min(values)


def test_a_sceptical_prior_can_outweigh_the_trial() -> None:
    found = effect_ess(TRIAL, Prior.normal(0, 0.355))
    assert found["unit information"].value > sum(TRIAL.n)
    assert found["events"].value < sum(TRIAL.events)


@given(st.floats(0.3, 30), st.floats(0.3, 30))
@settings(max_examples=30, deadline=None)
def test_a_beta_prior_is_worth_a_plus_b(a: float, b: float) -> None:
    found = arm_ess(Prior.beta(a, b))
    for definition in ("ELIR", "Morita", "moments"):
        assert found[definition].value == pytest.approx(a + b, rel=1e-8)


def test_one_prior_in_three_families() -> None:
    """Uniform on the probability is logistic(0, 1) on its log odds."""
    wanted = {k: v.value for k, v in arm_ess(Prior.beta(1, 1)).items()}
    for prior in (Prior.uniform(0, 1), Prior.logistic(0, 1)):
        found = {k: v.value for k, v in arm_ess(prior).items()}
        assert found == pytest.approx(wanted, rel=1e-8)
    normal = {k: v.value for k, v in arm_ess(Prior.normal(0.4, 0.6)).items()}
    logit = {k: v.value for k, v in arm_ess(Prior.logit_normal(0.4, 0.6)).items()}
    assert normal == pytest.approx(logit, rel=1e-9)


def test_information_of_a_mixture_against_differences_of_its_log_density() -> None:
    prior = Prior.parse("0.3*normal(-1, 0.5) + 0.5*student_t(4, 0, 1) + 0.2*logistic(2, 0.7)")
    x = np.linspace(-4, 5, 37)
    h = 1e-4
    wanted = -(prior.logpdf(x + h) - 2 * prior.logpdf(x) + prior.logpdf(x - h)) / h**2
    assert Information(prior).at(x) == pytest.approx(wanted, abs=2e-6)


def test_information_of_a_family_in_closed_form() -> None:
    assert Information(Prior.student_t(5, 1, 2)).growing() == pytest.approx(6 / (8 * 4), rel=1e-9)
    assert Information(Prior.logistic(0, 2)).growing() == pytest.approx(1 / 12, rel=1e-9)
    assert Information(Prior.cauchy(0, 1)).growing() == pytest.approx(0.5, rel=1e-8)
    two = Prior.mixture([(0.5, Prior.normal(0.3, 0.7)), (0.5, Prior.normal(0.3, 0.7))])
    for power in (0.0, 0.5, -1.0):
        alone = Information(Prior.normal(0.3, 0.7)).growing(power)
        assert Information(two).growing(power) == pytest.approx(alone, rel=1e-9)


def test_where_it_is_infinite_there_is_none() -> None:
    assert arm_ess(Prior.cauchy(0, 1))["ELIR"].value is None
    assert arm_ess(Prior.logistic(0, 2.5))["ELIR"].value is None
    assert arm_ess(Prior.logistic(0, 1.5))["ELIR"].value is not None
    assert effect_ess(TRIAL, Prior.student_t(3, 0, 1))["ELIR"].value is None
    assert effect_ess(TRIAL, Prior.student_t(3, 0, 1))["unit information"].value is not None
    assert growth(Prior.student_t(3, 0, 1), 1.0) is None
    heavy = effect_ess(TRIAL, Prior.normal(0, 1), midpoint=Prior.student_t(3, 0, 1))
    assert heavy["ELIR"].value is None
    assert "heavy" in heavy["ELIR"].meaning


def test_two_humps_have_no_curvature_between_them() -> None:
    found = effect_ess(TRIAL, Prior.parse("0.5*normal(-1, 0.2) + 0.5*normal(1, 0.2)"))
    assert found["Morita"].value is None
    assert "not concave" in found["Morita"].meaning


def test_a_split_level_changes_the_efficient_size_only() -> None:
    found = effect_ess(TRIAL, Prior.normal(0, 0.5), midpoint=BASELINE)
    other = effect_ess(TRIAL, Prior.normal(0, 0.5), baseline=BASELINE)
    assert found["unit information"] == other["unit information"]
    assert found["ELIR"].value < other["ELIR"].value


def test_refusals() -> None:
    for prior in ("uniform(-1, 1)", "half_normal(1)", "flat()", "point(0)"):
        with pytest.raises(InputError, match="smooth"):
            effect_ess(TRIAL, Prior.parse(prior))
    with pytest.raises(InputError, match="smooth"):
        arm_ess(Prior.uniform(0.2, 0.8))
    with pytest.raises(InputError, match="empty cells"):
        effect_ess(Trial.from_counts(treatment=(5, 5), control=(2, 5)), Prior.normal(0, 1))


# ---- weights of components --------------------------------------------------------------------


def test_weights_follow_the_marginal_likelihoods() -> None:
    parts = [(0.2, Prior.normal(0, 0.3)), (0.8, Prior.cauchy(0.5, 1))]
    post = exact.log_odds_ratio(TRIAL, effect=Prior.mixture(parts))
    weights = mixture_weights(post)
    alone = [
        exact.log_odds_ratio(TRIAL, effect=prior).log_marginal_likelihood for _, prior in parts
    ]
    assert alone[0] is not None
    assert alone[1] is not None
    assert weights[0].bayes_factor == pytest.approx(math.exp(alone[0] - alone[1]), rel=1e-8)
    assert sum(w.posterior for w in weights) == pytest.approx(1, abs=1e-12)
    assert [w.component for w in weights] == [prior for _, prior in parts]
    with pytest.raises(InputError, match="no such prior"):
        mixture_weights(post, "baseline")
