"""Tipping points: where a prior is strong enough to change the answer."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from reference_values import value

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Statement
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import (
    ContrastQuestion,
    mean_that_tips,
    sd_that_tips,
    tipping_arm_curve,
    tipping_arm_weight,
    tipping_curve,
    tipping_mean,
    tipping_sd,
    tipping_weight,
)
from bayes_rsa.sensitivity.tipping_search import POINTS
from bayes_rsa.trial import Trial

BASELINE = Prior.normal(0, 1.5)
WIDE_MIDPOINT = Prior.normal(0, 10)
SDS = {
    "critical_sd_P0.975": (0.975, {"baseline": BASELINE}),
    "critical_sd_P0.95": (0.95, {"baseline": BASELINE}),
    "critical_sd_P0.975_symmetric": (0.975, {"midpoint": WIDE_MIDPOINT}),
}
MEANS = {
    "tipping_prior_mean_sd0.355_P0.975": (0.355, 0.975),
    "tipping_prior_mean_sd1_P0.95": (1.0, 0.95),
}


def probability(trial: Trial, prior: Prior, statement: str, **level: Prior) -> float:
    event = Statement.parse(statement).resolve(trial.better)
    return exact.log_odds_ratio(trial, effect=prior, **level).probability(event)[0]


# ---- priors on the log odds ratio -------------------------------------------------------------


@pytest.mark.parametrize("name", SDS)
def test_the_sd_that_just_tips(counts: Trial, name: str) -> None:
    threshold, level = SDS[name]
    expected = value(f"reverse.exact.{name}")
    found = tipping_sd(counts, "OR > 1", threshold, **level)
    assert found.value is not None
    assert abs(found.value - expected.value) <= expected.tolerance
    assert str(next(iter(level.values()))) in found.level
    assert found.level in found.explain()


@pytest.mark.parametrize("name", MEANS)
def test_the_mean_that_just_tips(counts: Trial, name: str) -> None:
    sd, threshold = MEANS[name]
    expected = value(f"reverse.exact.{name}")
    found = tipping_mean(counts, "OR > 1", threshold, sd=sd, baseline=BASELINE)
    assert found.value is not None
    assert abs(found.value - expected.value) <= expected.tolerance


@pytest.mark.parametrize("statement", ["OR > 1.25", "RR > 1.1", "RD > 0.05", "benefit"])
def test_every_point_of_a_curve_is_on_the_threshold(counts: Trial, statement: str) -> None:
    curve = tipping_curve(counts, statement, 0.9, sds=[0.2, 0.5, 1.0])
    sds, means = curve.pairs()
    assert sds.tolist() == [0.2, 0.5, 1.0]
    for sd, mean in zip(sds, means, strict=True):
        found = probability(counts, Prior.normal(float(mean), float(sd)), statement)
        assert found == pytest.approx(0.9, abs=1e-9)


def test_a_threshold_that_no_prior_reaches_says_so(counts: Trial) -> None:
    found = tipping_sd(counts, "OR > 1", 0.999)
    assert not found.crosses
    assert found.value is None
    low, high = found.reached
    widest = probability(counts, Prior.normal(0, 20), "OR > 1")
    assert low == pytest.approx(probability(counts, Prior.normal(0, 0.01), "OR > 1"), abs=1e-9)
    assert widest - 1e-9 <= high < 0.999
    text = found.explain()
    assert "never crosses 0.999" in text
    assert "0.01 to 20" in text


def test_a_probability_may_cross_twice(counts: Trial) -> None:
    """A narrow prior just above the range keeps the effect out, a wide one lets it roam."""
    mean = math.log(3.2)
    found = tipping_sd(counts, "2 < OR < 3", 0.5, mean=mean)
    assert len(found.values) == 2
    assert found.value is None
    assert " and " in found.explain()
    for sd in found.values:
        crossing = probability(counts, Prior.normal(mean, sd), "2 < OR < 3")
        assert crossing == pytest.approx(0.5, abs=1e-9)


def test_exchanging_the_arms_mirrors_the_tipping_mean(counts: Trial) -> None:
    one = tipping_mean(counts, "OR > 1.25", 0.9, sd=0.5)
    other = tipping_mean(counts.swapped(), "OR < 0.8", 0.9, sd=0.5)
    assert one.value is not None
    assert other.value is not None
    assert one.value == pytest.approx(-other.value, abs=1e-9)


def test_a_reported_effect_tips_where_the_normal_formula_says() -> None:
    """The sufficiently sceptical prior of the printed interval (Matthews, Held)."""
    trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    reported = trial.reported
    assert reported is not None
    found = tipping_sd(trial, "OR > 1", 0.975)
    z = reported.location / reported.scale_se
    expected = reported.scale_se / math.sqrt(z**2 / 1.959963984540054**2 - 1)
    assert found.value == pytest.approx(expected, rel=1e-7)
    assert "no baseline" in found.level


def test_another_threshold_asks_about_the_same_priors_once(
    counts: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, asked = ContrastQuestion(counts, "RD > 0.05"), []
    found = exact.ContrastLikelihood.probabilities

    def counted(self: exact.ContrastLikelihood, priors: Any, events: Any) -> Any:
        asked.extend(priors)
        return found(self, priors, events)

    monkeypatch.setattr(exact.ContrastLikelihood, "probabilities", counted)
    points = [sd_that_tips(question, t, mean=0.2) for t in (0.9, 0.85)]
    points += [mean_that_tips(question, t, sd=0.5) for t in (0.9, 0.85)]
    assert len(asked) == len(set(asked))
    assert len(asked) < 2 * POINTS + 4 * 20
    apart = [tipping_sd(counts, "RD > 0.05", t, mean=0.2) for t in (0.9, 0.85)]
    apart += [tipping_mean(counts, "RD > 0.05", t, sd=0.5) for t in (0.9, 0.85)]
    for point, other in zip(points, apart, strict=True):
        assert point.crosses
        assert point.values == pytest.approx(other.values, abs=1e-9)
        assert point.reached == pytest.approx(other.reached, abs=1e-9)


# ---- mixtures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["OR > 1", "RD > 0.05"])
def test_the_weight_of_scepticism_that_just_tips(counts: Trial, statement: str) -> None:
    sceptical, other = Prior.normal(0, 0.205), Prior.normal(0.69, 0.42)
    ends = [probability(counts, p, statement) for p in (sceptical, other)]
    threshold = sum(ends) / 2
    found = tipping_weight(counts, statement, threshold, sceptical=sceptical, other=other)
    assert found.value is not None
    mixed = Prior.mixture([(found.value, sceptical), (1 - found.value, other)])
    assert probability(counts, mixed, statement) == pytest.approx(threshold, abs=1e-9)


def test_a_weight_that_cannot_tip_says_so(counts: Trial) -> None:
    found = tipping_weight(
        counts, "OR > 1", 0.5, sceptical=Prior.normal(0, 0.2), other=Prior.normal(0.69, 0.42)
    )
    assert not found.crosses
    assert found.reached[0] > 0.5
    assert "never crosses" in found.explain()


# ---- priors on the arms -----------------------------------------------------------------------


def test_the_weight_of_arm_priors_that_just_tips(counts: Trial) -> None:
    curve = tipping_arm_curve(counts, "OR > 1", 0.95, rates=[0.5, 0.7])
    event = Statement.parse("OR > 1").resolve("higher")
    for rate, weight in zip(*curve.pairs(), strict=True):
        prior = Prior.beta(rate * weight, (1 - rate) * weight)
        found = exact.independent_arms(counts, treatment=prior, control=prior).probability(event)
        assert found[0] == pytest.approx(0.95, abs=1e-9)
    assert curve.level == "independent arms"


def test_a_prior_on_one_arm(counts: Trial) -> None:
    uniform = Prior.beta(1, 1)
    found = tipping_arm_weight(counts, "OR > 1", 0.98, rate=0.7, arm="control")
    assert found.value is not None
    prior = Prior.beta(0.7 * found.value, 0.3 * found.value)
    event = Statement.parse("OR > 1").resolve("higher")
    alone = exact.independent_arms(counts, treatment=uniform, control=prior).probability(event)
    assert alone[0] == pytest.approx(0.98, abs=1e-9)
    assert "treatment ~ beta(1, 1)" in found.level


# ---- values -----------------------------------------------------------------------------------


def test_records_are_jsonable(counts: Trial) -> None:
    curve = tipping_curve(counts, "OR > 1", 0.975, sds=[0.3, 1.0])
    record = json.loads(json.dumps(curve.to_dict()))
    assert record["at"] == [0.3, 1.0]
    assert record["level"] == "midpoint ~ normal(0, 1.5)"
    assert record["points"][0]["values"] == list(curve.points[0].values)
    assert record["points"][0]["crosses"] is True


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"threshold": 95}, "threshold"),
        ({"search": (0.0, 1.0)}, "search"),
        ({"search": (2.0, 1.0)}, "search"),
        ({"statement": "RD > 2"}, "statement"),
        ({"baseline": BASELINE, "midpoint": BASELINE}, "baseline"),
    ],
)
def test_bad_questions_are_refused(counts: Trial, arguments: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as caught:
        tipping_sd(counts, **arguments)
    assert caught.value.field == field


def test_bad_arms_and_components_are_refused(counts: Trial) -> None:
    with pytest.raises(InputError, match="arm"):
        tipping_arm_weight(counts, rate=0.5, arm="placebo")
    with pytest.raises(InputError, match="rate"):
        tipping_arm_weight(counts, rate=1.0)
    with pytest.raises(InputError, match="proper"):
        tipping_weight(counts, sceptical=Prior.normal(0, 1), other=Prior.flat())
    trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    with pytest.raises(InputError, match="no such parameter"):
        tipping_sd(trial, baseline=BASELINE)


@pytest.mark.parametrize("events", [((60, 75), (47, 74)), ((3, 40), (9, 38)), ((0, 20), (2, 20))])
def test_a_higher_threshold_asks_for_a_more_optimistic_prior(
    events: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    trial = Trial.from_counts(treatment=events[0], control=events[1])
    found = [tipping_mean(trial, "OR > 1", t, sd=0.5).value for t in (0.5, 0.9, 0.975)]
    assert None not in found
    assert (np.diff(np.array(found, dtype=float)) > 0).all()
