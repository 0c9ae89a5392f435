"""What a prior means: closed forms, symmetry, independent integration, improper priors."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as hs
from scipy import integrate, special, stats

from bayes_rsa.errors import InputError, VaguePriorWarning
from bayes_rsa.priors import Prior, PriorMeaning, prior_meaning, zampieri
from bayes_rsa.priors._joint import Baseline

KEYS = ("odds_ratio", "risk_ratio", "risk_difference", "p_treatment", "p_control")


def _quantiles(meaning: PriorMeaning, key: str) -> tuple[float, float, float]:
    found = meaning.quantiles[key]
    assert found is not None
    return found


def test_normal_baseline_in_closed_form() -> None:
    meaning = prior_meaning(effect=Prior.normal(0.3, 1), baseline=Prior.normal(-0.2, 1.5))
    z = float(special.ndtri(0.975))
    for key, mean, sd, back in (
        ("odds_ratio", 0.3, 1, math.exp),
        ("p_control", -0.2, 1.5, special.expit),
        ("p_treatment", 0.1, math.hypot(1, 1.5), special.expit),
    ):
        expected = [back(mean + sd * k) for k in (-z, 0, z)]
        np.testing.assert_allclose(_quantiles(meaning, key), expected, rtol=1e-9)
    assert meaning.p_benefit == pytest.approx(special.ndtr(0.3), rel=1e-12)
    assert meaning.error < 1e-9


def test_normal_midpoint_in_closed_form() -> None:
    meaning = prior_meaning(effect=Prior.normal(0.4, 2), midpoint=Prior.normal(0.1, 1.5))
    z = float(special.ndtri(0.975))
    for key, sign in (("p_treatment", 1), ("p_control", -1)):
        expected = [special.expit(0.1 + sign * 0.2 + math.hypot(1.5, 1) * k) for k in (-z, 0, z)]
        np.testing.assert_allclose(_quantiles(meaning, key), expected, rtol=1e-9)


def test_wide_effect_is_not_vague_about_probabilities() -> None:
    # An effect of SD 10 with a baseline N(0, 1.5): 65% of p_treatment lies outside (0.01, 0.99).
    meaning = prior_meaning(effect=Prior.normal(0, 10), baseline=Prior.normal(0, 1.5))
    share = meaning.extreme["p_treatment"]
    expected = 2 * special.ndtr(-special.logit(0.99) / math.hypot(10, 1.5))
    assert share == pytest.approx(expected, abs=1e-9)
    assert round(100 * float(expected)) == 65
    assert meaning.vague == ("p_treatment",)
    with pytest.warns(VaguePriorWarning, match="65% of p_treatment"):
        meaning.warn()
    calm = prior_meaning(effect=Prior.normal(0, 1))
    assert calm.vague == ()
    calm.warn()
    both = prior_meaning(effect=Prior.normal(0, 1), midpoint=Prior.normal(0, 10))
    assert both.vague == ("p_treatment", "p_control")


def test_uniform_arms_in_closed_form() -> None:
    meaning = prior_meaning(treatment=Prior.beta(1, 1), control=Prior.beta(1, 1))
    # RR: P(RR <= x) = x / 2 below 1; RD is triangular.
    np.testing.assert_allclose(_quantiles(meaning, "risk_ratio"), [0.05, 1, 20], rtol=1e-8)
    edge = 1 - math.sqrt(0.05)
    np.testing.assert_allclose(_quantiles(meaning, "risk_difference"), [-edge, 0, edge], atol=1e-9)
    np.testing.assert_allclose(_quantiles(meaning, "p_control"), [0.025, 0.5, 0.975], rtol=1e-12)
    assert meaning.p_benefit == pytest.approx(0.5, abs=1e-10)
    assert meaning.extreme["p_control"] == pytest.approx(0.02)


def test_arms_that_pile_up_at_both_ends() -> None:
    meaning = prior_meaning(treatment=Prior.beta(0.01, 0.01), control=Prior.beta(2000, 2000))
    low, middle, high = _quantiles(meaning, "odds_ratio")
    assert low < 1e-120
    assert middle == pytest.approx(1, rel=1e-6)
    assert low * high == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("odds_ratio", [0.4, 1.7])
def test_beta_arms_against_independent_integration(odds_ratio: float) -> None:
    treatment, control = stats.beta(3, 2), stats.beta(0.7, 1.5)

    def given_control(p: float) -> float:
        return control.pdf(p) * treatment.cdf(
            special.expit(math.log(odds_ratio) + special.logit(p))
        )

    below = sum(
        integrate.quad(given_control, low, high, epsabs=1e-12, limit=400)[0]
        for low, high in ((0, 1e-6), (1e-6, 1e-2), (1e-2, 0.5), (0.5, 1))
    )
    meaning = prior_meaning(
        treatment=Prior.beta(3, 2), control=Prior.beta(0.7, 1.5), interval=abs(1 - 2 * below)
    )
    found = _quantiles(meaning, "odds_ratio")
    assert found[0 if below < 0.5 else 2] == pytest.approx(odds_ratio, rel=1e-7)


@pytest.mark.parametrize("limit", [-0.1, 0.2])
def test_truncated_difference_against_independent_integration(limit: float) -> None:
    effect, baseline = stats.norm(0.1, 0.2), stats.norm(0.4, 0.6)

    def given_baseline(l0: float) -> float:
        p = special.expit(l0)
        low, high = effect.cdf(-p), effect.cdf(1 - p)
        inside = effect.cdf(np.clip(limit, -p, 1 - p)) - low
        return baseline.pdf(l0) * inside / (high - low)

    kinks = [-6, special.logit(abs(limit)), special.logit(1 - abs(limit)), 6]
    below = sum(
        integrate.quad(given_baseline, low, high, epsabs=1e-12, limit=400)[0]
        for low, high in zip(sorted(kinks), sorted(kinks)[1:], strict=False)
    )
    meaning = prior_meaning(
        effect=Prior.normal(0.1, 0.2),
        baseline=Prior.normal(0.4, 0.6),
        measure="risk_difference",
        interval=abs(1 - 2 * below),
    )
    found = _quantiles(meaning, "risk_difference")
    assert found[0 if below < 0.5 else 2] == pytest.approx(limit, abs=1e-7)


def test_truncated_ratio_keeps_within_the_possible() -> None:
    meaning = prior_meaning(
        effect=Prior.normal(3, 0.2), baseline=Prior.normal(2, 0.5), measure="log_risk_ratio"
    )
    # At a control risk near 0.9 a risk ratio can hardly exceed 1.2, whatever the prior wishes.
    assert _quantiles(meaning, "p_treatment")[0] > 0.9
    assert _quantiles(meaning, "p_treatment")[2] <= 1
    assert 1 < _quantiles(meaning, "risk_ratio")[0] < _quantiles(meaning, "risk_ratio")[2] < 1.6


@pytest.mark.parametrize(
    ("effect", "nuisance"),
    [
        ("student_t(2, 0.2, 0.38)", {"midpoint": "logistic(0, 1)"}),
        ("cauchy(0, 2.5)", {"baseline": "cauchy(0, 2.5)"}),
        ("0.3*point(0) + 0.7*normal(0.3, 0.01)", {"baseline": "normal(0.4, 0.6)"}),
        ("uniform(-1, 2)", {"midpoint": "0.5*normal(0, 1.5) + 0.5*normal(1, 0.01)"}),
    ],
)
def test_against_draws(effect: str, nuisance: dict[str, str]) -> None:
    rng = np.random.default_rng(20230513)
    count = 200_000
    delta = Prior.parse(effect).sample(count, rng)
    ((name, text),) = nuisance.items()
    middle = Prior.parse(text).sample(count, rng)
    half = delta / 2 if name == "midpoint" else np.zeros(count)
    control = middle - half
    treatment = control + delta
    p1, p0 = special.expit(treatment), special.expit(control)
    draws = {
        "odds_ratio": np.exp(np.clip(delta, -700, 700)),
        "risk_ratio": np.exp(special.log_expit(treatment) - special.log_expit(control)),
        "risk_difference": p1 - p0,
        "p_treatment": p1,
        "p_control": p0,
    }
    meaning = prior_meaning(effect=Prior.parse(effect), interval=0.8, **{name: Prior.parse(text)})
    # Four Monte Carlo standard errors of a probability; an atom lies on both sides of its value.
    for key in KEYS:
        for q, limit in zip((0.1, 0.5, 0.9), _quantiles(meaning, key), strict=True):
            slack = 4 * math.sqrt(q * (1 - q) / count)
            gap = 1e-9 * max(1.0, abs(limit))
            assert np.mean(draws[key] <= limit - gap) <= q + slack, key
            assert np.mean(draws[key] <= limit + gap) >= q - slack, key
    slack = 4 * math.sqrt(0.25 / count)
    assert meaning.p_benefit == pytest.approx(np.mean(delta > 0), abs=slack)
    assert meaning.p_harm == pytest.approx(np.mean(delta < 0), abs=slack)


@settings(max_examples=15, deadline=None)
@given(hs.floats(-2, 2), hs.floats(0.05, 3), hs.floats(-1, 1), hs.floats(0.2, 3))
def test_exchanging_the_arms_inverts_the_ratios(
    mean: float, sd: float, middle: float, spread: float
) -> None:
    one = prior_meaning(effect=Prior.normal(mean, sd), midpoint=Prior.normal(middle, spread))
    two = prior_meaning(effect=Prior.normal(-mean, sd), midpoint=Prior.normal(middle, spread))
    for key in ("odds_ratio", "risk_ratio"):
        mirrored = [1 / x for x in reversed(_quantiles(two, key))]
        np.testing.assert_allclose(_quantiles(one, key), mirrored, rtol=1e-7)
    mirrored = [-x for x in reversed(_quantiles(two, "risk_difference"))]
    np.testing.assert_allclose(_quantiles(one, "risk_difference"), mirrored, atol=1e-8)
    np.testing.assert_allclose(
        _quantiles(one, "p_treatment"), _quantiles(two, "p_control"), rtol=1e-7
    )
    assert one.p_benefit == pytest.approx(two.p_harm)


def test_better_lower_exchanges_benefit_and_harm() -> None:
    effect = Prior.mixture([(0.2, Prior.point(0)), (0.8, Prior.normal(0.5, 1))])
    higher = prior_meaning(effect=effect)
    lower = prior_meaning(effect=effect, better="lower")
    assert (higher.p_benefit, higher.p_harm) == (lower.p_harm, lower.p_benefit)
    assert higher.p_benefit is not None
    assert higher.p_harm is not None
    assert higher.p_benefit + higher.p_harm == pytest.approx(0.8)


def test_stronger_scepticism_narrows_every_interval() -> None:
    nine = zampieri(2.0)
    for key in KEYS[:3]:
        widths = [
            _quantiles(prior_meaning(effect=nine[f"neutral {strength}"]), key)
            for strength in ("weak", "moderate", "strong")
        ]
        spans = [high - low for low, _, high in widths]
        assert spans == sorted(spans, reverse=True)


def test_improper_priors_leave_gaps() -> None:
    flat = prior_meaning(effect=Prior.flat(), baseline=Prior.normal(0, 1.5))
    assert [key for key in KEYS if flat.quantiles[key] is not None] == ["p_control"]
    assert flat.p_benefit is None
    assert flat.extreme["p_treatment"] is None
    half = prior_meaning(effect=Prior.normal(0, 1), midpoint=Prior.flat())
    assert [key for key in KEYS if half.quantiles[key] is not None] == ["odds_ratio"]
    assert half.p_benefit == pytest.approx(0.5)
    haldane = prior_meaning(treatment=Prior.beta(0, 0), control=Prior.beta(1, 1))
    assert [key for key in KEYS if haldane.quantiles[key] is not None] == ["p_control"]
    assert json.loads(json.dumps(flat.to_dict()))["quantiles"]["odds_ratio"] is None


def test_record_is_plain() -> None:
    record = json.loads(json.dumps(prior_meaning(effect=Prior.normal(0, 1)).to_dict()))
    assert record["interval"] == 0.95
    assert record["quantiles"]["odds_ratio"] == pytest.approx([0.1408635, 1, 7.0990714], abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "both arms"),
        ({"treatment": Prior.beta(1, 1)}, "both arms"),
        ({"effect": Prior.normal(0, 1), "control": Prior.beta(1, 1)}, "not both"),
        (
            {
                "effect": Prior.normal(0, 1),
                "baseline": Prior.normal(0, 1),
                "midpoint": Prior.normal(0, 1),
            },
            "baseline or midpoint, not both",
        ),
        (
            {
                "effect": Prior.normal(0, 1),
                "midpoint": Prior.normal(0, 1),
                "measure": "risk_difference",
            },
            "takes a baseline",
        ),
        ({"effect": Prior.normal(0, 1), "measure": "odds"}, "three scales"),
        ({"effect": Prior.normal(0, 1), "better": "up"}, "better"),
        ({"effect": Prior.normal(0, 1), "interval": 1.0}, "between 0 and 1"),
        ({"treatment": Prior.normal(0, 1), "control": Prior.beta(1, 1)}, "lies on probabilities"),
        (
            {
                "effect": Prior.uniform(0.3, 0.4),
                "baseline": Prior.normal(2, 1),
                "measure": "risk_difference",
            },
            "no effect under this prior is possible",
        ),
    ],
)
def test_refuses(arguments: dict[str, Prior], message: str) -> None:
    with pytest.raises(InputError, match=message):
        prior_meaning(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("q", [0.025, 0.5, 0.975])
def test_a_quantile_takes_few_evaluations(q: float, monkeypatch: pytest.MonkeyPatch) -> None:
    joint = Baseline(Prior.normal(0.3, 0.5), Prior.normal(0, 1.5))
    seen: list[float] = []
    cdf = joint.cdf

    def counted(key: str, y: float) -> float:
        seen.append(y)
        return cdf(key, y)

    monkeypatch.setattr(joint, "cdf", counted)
    y = joint.quantile("p_treatment", q)
    # By bisection alone it would take 38.
    assert len(seen) <= 25
    # The sum of two normals.
    assert y == pytest.approx(0.3 + math.hypot(0.5, 1.5) * special.ndtri(q), abs=1e-9)
