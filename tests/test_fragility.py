"""Fragility: Walsh's index and the Bayesian curve."""

from __future__ import annotations

import pytest
from reference_values import value

from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.doubt import Believed
from bayes_rsa.sensitivity.fragility import bayesian_fragility, fragility_curve, walsh_fragility
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
UNIFORM = Believed({"treatment": Prior.beta(1, 1), "control": Prior.beta(1, 1)})
CHANGES = {"control": "add_control_events", "treatment": "remove_treatment_events"}


def contrast(sd: float) -> Believed:
    return Believed({"effect": Prior.normal(0, sd), "baseline": Prior.normal(0, 1.5)})


@pytest.mark.parametrize("arm", CHANGES)
@pytest.mark.parametrize(("test", "name"), [("fisher", "fisher"), ("pearson", "chi2")])
def test_walsh(arm: str, test: str, name: str) -> None:
    found = walsh_fragility(TRIAL, arm=arm, test=test)
    assert found.initially_met == bool(value(f"fragility.{name}.initially_met").value)
    assert found.index == value(f"fragility.{name}.{CHANGES[arm]}").value
    assert found.quotient == pytest.approx(2 / 149)
    if test == "fisher":
        step = "control_plus" if arm == "control" else "treat_minus"
        for k in (1, 2):
            expected = value(f"fragility.table.{step}{k}.fisher_p")
            assert found.value[k] == pytest.approx(expected.value, abs=expected.tolerance)


@pytest.mark.parametrize("arm", CHANGES)
@pytest.mark.parametrize(
    ("name", "believed", "threshold"),
    [
        ("bayes_uniform_975", UNIFORM, 0.975),
        ("bayes_uniform_95", UNIFORM, 0.95),
        ("bayes_logit1_975", contrast(1), 0.975),
        ("bayes_logit0355_90", contrast(0.355), 0.9),
    ],
)
def test_bayesian_index(arm: str, name: str, believed: Believed, threshold: float) -> None:
    found = bayesian_fragility(TRIAL, arm=arm, believed=believed, threshold=threshold)
    assert found.initially_met == bool(value(f"fragility.{name}.initially_met").value)
    assert found.index == value(f"fragility.{name}.{CHANGES[arm]}").value


@pytest.mark.parametrize(
    ("arm", "step"), [("control", "control_plus"), ("treatment", "treat_minus")]
)
def test_the_curve(arm: str, step: str) -> None:
    found = fragility_curve(TRIAL, arm=arm, most=3, believed=UNIFORM)
    assert found.k == (0, 1, 2, 3)
    for k in (1, 2, 3):
        expected = value(f"fragility.table.{step}{k}.P_benefit_uniform")
        assert found.probability[k] == pytest.approx(expected.value, abs=expected.tolerance)
    turned = fragility_curve(TRIAL.relabelled(), arm=arm, most=3, believed=UNIFORM)
    assert turned.change == -found.change
    assert turned.probability == pytest.approx(found.probability, abs=1e-10)


def test_edges() -> None:
    lost = Trial.from_counts(treatment=(5, 20), control=(4, 20))
    assert walsh_fragility(lost).index == 0
    assert not walsh_fragility(lost).initially_met
    # Two of three control outcomes are left to change, and the prior holds on.
    few = Trial.from_counts(treatment=(200, 200), control=(1, 3))
    sure = Believed({"treatment": Prior.beta(1, 1), "control": Prior.beta(1, 900)})
    found = bayesian_fragility(few, believed=sure)
    assert found.initially_met
    assert found.index is None
    assert found.quotient is None
    assert found.to_dict()["index"] is None
    assert fragility_curve(few, most=10, believed=sure).k == (0, 1, 2)


def test_refusals() -> None:
    reported = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    with pytest.raises(InputError, match="counts of both arms"):
        fragility_curve(reported)
    with pytest.raises(InputError, match="one rate"):
        walsh_fragility(Trial.from_counts(treatment=(3, 6), control=(4, 8)))
    with pytest.raises(InputError, match="arm"):
        walsh_fragility(TRIAL, arm="both")
    with pytest.raises(InputError, match="test"):
        walsh_fragility(TRIAL, test="wald")
