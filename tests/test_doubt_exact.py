"""Doubt by quadrature: reference numbers, boundary identities, symmetries, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from reference_values import value

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.exact import ExactPosterior, doubt
from bayes_rsa.exact.doubt.missing import observed_log_odds
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import probability
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
NORMAL = Prior.normal(0, 1)
UNIFORM: dict[str, Any] = {"treatment": Prior.beta(1, 1), "control": Prior.beta(1, 1)}
RISKS: tuple[dict[str, Any], ...] = (
    UNIFORM,
    {"effect": NORMAL},
    {"effect": Prior.student_t(4, 0, 0.5), "baseline": Prior.normal(0, 1.5)},
)
KEYS = ("odds_ratio", "risk_difference", "p_control")


def base(risks: dict[str, Any]) -> ExactPosterior:
    if "treatment" in risks:
        return exact.independent_arms(TRIAL, **risks)
    return exact.log_odds_ratio(TRIAL, **risks)


def same(one: ExactPosterior, other: ExactPosterior, tolerance: float = 1e-10) -> None:
    q = np.array([0.01, 0.3, 0.5, 0.975])
    for key in KEYS:
        assert one.ppf(key, q) == pytest.approx(other.ppf(key, q), rel=tolerance, abs=tolerance)
    for statement in ("benefit", "RD > 0.1"):
        assert probability(one, statement) == pytest.approx(
            probability(other, statement), abs=tolerance
        )


def point(x: float) -> Prior:
    return Prior.point(x)


# ---- reference numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("discount", [1, 0.75, 0.5, 0.25, 0.1])
def test_discount_agrees_with_the_reference_and_its_closed_form(discount: float) -> None:
    found = doubt.discounted(TRIAL, discount=discount, **UNIFORM)
    expected = value(f"power_prior.uniform.a0_{discount:g}.P_benefit")
    assert probability(found, "benefit") == pytest.approx(expected.value, abs=expected.tolerance)
    from scipy import stats

    x = np.array([0.3, 0.55, 0.7, 0.9])
    law = stats.beta(1 + discount * 47, 1 + discount * 27)
    assert found.cdf("p_control", x) == pytest.approx(law.cdf(x), abs=1e-11)


@pytest.mark.parametrize(
    ("mean", "sd"), [("0", "0.2"), ("0.1", "0.2"), ("0.2", "0.2"), ("0.3", "0.3")]
)
@pytest.mark.parametrize("prior_sd", ["1", "0.355"])
def test_bias_with_a_normal_likelihood(mean: str, sd: str, prior_sd: str) -> None:
    known = Trial.from_effect(
        measure="OR",
        log_effect=math.log(60 * 27 / (15 * 47)),
        standard_error=math.sqrt(1 / 60 + 1 / 15 + 1 / 47 + 1 / 27),
    )
    found = doubt.additive_bias(
        known,
        bias=Prior.normal(float(mean), float(sd)),
        effect=Prior.normal(0, float(prior_sd)),
    )
    name = f"bias.normal.b{mean}_{sd}.sd{prior_sd}"
    for expected, got in (
        (value(f"{name}.P_benefit"), probability(found, "benefit")),
        (value(f"{name}.OR.median"), found.summary("odds_ratio").median),
    ):
        assert got == pytest.approx(expected.value, abs=expected.tolerance)


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("perfect", (1, 1, 1, 1)),
        ("nondiff_se.98_sp.99", (0.98, 0.99, 0.98, 0.99)),
        ("nondiff_se.95_sp.95", (0.95, 0.95, 0.95, 0.95)),
        ("diff_sp1.97", (1, 0.97, 1, 1)),
        ("diff_se0.97", (1, 1, 0.97, 1)),
    ],
)
def test_misclassification_agrees_with_the_reference(
    name: str, rates: tuple[float, float, float, float]
) -> None:
    found = misclassified(rates)
    expected = value(f"misclass.{name}.P_benefit")
    assert probability(found, "benefit") == pytest.approx(expected.value, abs=expected.tolerance)
    if name != "perfect":
        expected = value(f"misclass.{name}.RD.mean")
        mean = found.summary("risk_difference").mean
        assert mean == pytest.approx(expected.value, abs=expected.tolerance)


def misclassified(rates: tuple[float, float, float, float]) -> ExactPosterior:
    names = (
        "sensitivity_treatment",
        "specificity_treatment",
        "sensitivity_control",
        "specificity_control",
    )
    given: dict[str, Any] = {name: point(x) for name, x in zip(names, rates, strict=True)}
    return doubt.misclassified_outcomes(TRIAL, **given, **UNIFORM)


# ---- boundaries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("risks", RISKS)
def test_no_doubt_is_the_base_analysis(risks: dict[str, Any]) -> None:
    plain = base(risks)
    same(doubt.additive_bias(TRIAL, bias=point(0), **risks), plain)
    same(doubt.discounted(TRIAL, discount=1.0, **risks), plain)
    same(doubt.missing_outcomes(TRIAL, missing=(0, 0), **risks), plain)
    same(doubt.missing_outcomes(TRIAL, missing=(9, 4), **risks), plain)
    same(doubt.misclassified_outcomes(TRIAL, **risks), plain)


@pytest.mark.parametrize("risks", RISKS)
def test_full_discount_is_the_prior(risks: dict[str, Any]) -> None:
    found = doubt.discounted(TRIAL, discount=0.0, **risks)
    x = np.array([-2.0, -0.3, 0.4, 3.0])
    if "effect" in risks:
        assert found.cdf("log_odds_ratio", x) == pytest.approx(risks["effect"].cdf(x), abs=1e-10)
    else:
        p = np.array([0.1, 0.35, 0.8])
        assert found.cdf("p_treatment", p) == pytest.approx(p, abs=1e-10)


def test_marginal_likelihoods() -> None:
    plain = base({"effect": NORMAL})
    found = doubt.missing_outcomes(TRIAL, missing=(3, 2), effect=NORMAL)
    assert found.log_marginal_likelihood == pytest.approx(plain.log_marginal_likelihood, abs=1e-10)
    assert doubt.discounted(TRIAL, discount=0.5, effect=NORMAL).log_marginal_likelihood is None
    # All counts that could have been recorded have probability 1 together.
    total = 0.0
    for y in range(5):
        for x in range(4):
            small = Trial.from_counts(treatment=(y, 4), control=(x, 3))
            posterior = doubt.misclassified_outcomes(
                small,
                sensitivity_treatment=Prior.beta(9, 2),
                specificity_control=point(0.9),
                **UNIFORM,
            )
            total += math.exp(posterior.log_marginal_likelihood or math.nan)
    assert total == pytest.approx(1, abs=1e-9)


# ---- integration over what is doubted -----------------------------------------------------------


def test_a_normal_bias_is_the_closed_form_in_the_contrast() -> None:
    """Effect plus bias has a normal prior; given it, the effect is normal."""
    sd, mean, spread = 0.8, 0.15, 0.4
    found = doubt.additive_bias(
        TRIAL, bias=Prior.normal(mean, spread), effect=Prior.normal(0.1, sd)
    )
    sums = exact.log_odds_ratio(TRIAL, effect=Prior.normal(0.1 + mean, math.hypot(sd, spread)))
    (curve,) = sums.distribution("log_odds_ratio").curves
    share = sd**2 / (sd**2 + spread**2)
    centre = 0.1 + share * (curve.nodes - 0.1 - mean)
    law = Prior.normal(0, spread * math.sqrt(share))
    for x in (-0.3, 0.0, 0.9):
        expected = float(np.exp(curve.log_mass) @ law.sf(x - centre))
        assert float(found.sf("log_odds_ratio", x)) == pytest.approx(expected, abs=1e-10)


def test_an_uncertain_mean_widens_the_bias() -> None:
    one = doubt.additive_bias(
        TRIAL, bias=Prior.normal(0, 0.3), bias_mean=Prior.normal(0.1, 0.4), effect=NORMAL
    )
    other = doubt.additive_bias(TRIAL, bias=Prior.normal(0.1, 0.5), effect=NORMAL)
    same(one, other, 1e-9)
    two = Prior.parse("0.5*normal(0.1, 0.5) + 0.5*normal(0.1, 0.5)")
    same(doubt.additive_bias(TRIAL, bias=two, effect=NORMAL), other, 1e-9)


def test_a_narrow_prior_is_its_point() -> None:
    narrow = {"imor_treatment": Prior.normal(-1, 1e-5), "imor_control": Prior.normal(1, 1e-5)}
    points = {"imor_treatment": point(-1), "imor_control": point(1)}
    same(
        doubt.missing_outcomes(TRIAL, missing=(5, 6), effect=NORMAL, **narrow),
        doubt.missing_outcomes(TRIAL, missing=(5, 6), effect=NORMAL, **points),
        1e-7,
    )


def test_beta_rates_are_the_average_over_points() -> None:
    """P(benefit) under a beta sensitivity: points weighted by their marginal likelihood."""
    prior = Prior.beta(40, 6)
    whole = doubt.misclassified_outcomes(TRIAL, sensitivity_control=prior, **UNIFORM)
    x, w = np.polynomial.legendre.leggauss(24)
    se = 0.78 + 0.21 * x
    parts = [
        doubt.misclassified_outcomes(TRIAL, sensitivity_control=point(float(s)), **UNIFORM)
        for s in se
    ]
    logs = np.array([p.log_marginal_likelihood for p in parts], dtype=float)
    weights = w * np.exp(prior.logpdf(se) + logs - logs.max())
    expected = weights @ [probability(p, "benefit") for p in parts] / weights.sum()
    # 0.57 to 0.99 leaves out 2e-4 of the prior's mass.
    assert probability(whole, "benefit") == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("imor", [-30.0, -2.0, -1e-9, 1e-3, 3.0, 45.0])
@pytest.mark.parametrize("share", [0.01, 0.4, 0.95])
def test_log_odds_among_the_observed_give_back_those_of_all(imor: float, share: float) -> None:
    import mpmath as mp

    log_odds = np.linspace(-38, 38, 15)
    found = observed_log_odds(log_odds, imor, share)
    with mp.workdps(80):
        for x, expected in zip(found, log_odds, strict=True):
            observed = 1 / (1 + mp.exp(-mp.mpf(float(x))))
            missing = 1 / (1 + mp.exp(-mp.mpf(float(x)) - mp.mpf(imor)))
            p = (1 - mp.mpf(share)) * observed + mp.mpf(share) * missing
            assert float(mp.log(p / (1 - p))) == pytest.approx(expected, rel=1e-12, abs=1e-12)


# ---- symmetry and order -------------------------------------------------------------------------


def test_exchanged_arms_mirror_a_bias() -> None:
    one = doubt.additive_bias(TRIAL, bias=Prior.normal(0.2, 0.1), effect=NORMAL)
    other = doubt.additive_bias(TRIAL.swapped(), bias=Prior.normal(-0.2, 0.1), effect=NORMAL)
    x = np.array([-0.5, 0.0, 0.7])
    assert one.cdf("log_odds_ratio", x) == pytest.approx(other.sf("log_odds_ratio", -x), abs=1e-10)


def test_relabelled_outcomes_exchange_sensitivity_and_specificity() -> None:
    one = doubt.misclassified_outcomes(
        TRIAL,
        sensitivity_control=point(0.9),
        specificity_treatment=Prior.beta(20, 2),
        effect=NORMAL,
    )
    other = doubt.misclassified_outcomes(
        TRIAL.relabelled(),
        specificity_control=point(0.9),
        sensitivity_treatment=Prior.beta(20, 2),
        effect=NORMAL,
    )
    for statement in ("benefit", "p_treatment > 0.7"):
        turned = statement.replace("> 0.7", "< 0.3")
        assert probability(one, statement) == pytest.approx(probability(other, turned), abs=1e-9)


def test_more_doubt_leaves_less() -> None:
    def falls(values: list[float]) -> bool:
        return bool((np.diff(values) < 0).all())

    assert falls(
        [p(doubt.additive_bias(TRIAL, bias=point(b), effect=NORMAL)) for b in (0, 0.1, 0.5)]
    )
    assert falls([p(doubt.discounted(TRIAL, discount=a, effect=NORMAL)) for a in (1, 0.6, 0.2)])
    assert falls([p(misclassified((1, 1, se, 1))) for se in (1, 0.97, 0.9)])
    assert falls(
        [
            p(
                doubt.missing_outcomes(
                    TRIAL,
                    missing=(8, 8),
                    imor_treatment=point(-x),
                    imor_control=point(x),
                    **UNIFORM,
                )
            )
            for x in (0, 1, 4)
        ]
    )


def p(posterior: ExactPosterior) -> float:
    return probability(posterior, "benefit")


# ---- refusals -----------------------------------------------------------------------------------

BAD: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("additive_bias", {"bias": Prior.student_t(3, 0, 1), "effect": NORMAL}, "bias is"),
    ("additive_bias", {"bias": point(0), "effect": NORMAL, **UNIFORM}, "not on both"),
    ("additive_bias", {"bias": point(0), "treatment": Prior.beta(1, 1)}, "effect"),
    ("additive_bias", {"bias": point(0), "midpoint": NORMAL, **UNIFORM}, "give effect"),
    ("discounted", {"discount": 1.2, **UNIFORM}, "between 0"),
    ("discounted", {"discount": 0.0, "effect": Prior.flat()}, "improper"),
    ("missing_outcomes", {"missing": (-1, 0), **UNIFORM}, "missing.treatment"),
    (
        "missing_outcomes",
        {"missing": (1, 0), "imor_treatment": Prior.beta(1, 1), **UNIFORM},
        "imor_treatment",
    ),
    ("misclassified_outcomes", {"sensitivity_control": point(1.5), **UNIFORM}, "probability"),
    ("misclassified_outcomes", {"sensitivity_control": Prior.uniform(0.5, 1), **UNIFORM}, "NUTS"),
    ("misclassified_outcomes", {"specificity_control": point(0.0), **UNIFORM}, "above 1"),
    (
        "misclassified_outcomes",
        {"specificity_control": point(0.9), "effect": Prior.flat()},
        "improper",
    ),
)


@pytest.mark.parametrize(("name", "arguments", "message"), BAD)
def test_what_has_no_posterior_is_refused(
    name: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        getattr(doubt, name)(TRIAL, **arguments)


def test_a_reported_effect_needs_a_prior() -> None:
    known = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    with pytest.raises(InputError, match="effect"):
        doubt.additive_bias(known, bias=point(0))
    with pytest.raises(InputError, match="events and n"):
        doubt.discounted(known, discount=0.5, effect=NORMAL)
