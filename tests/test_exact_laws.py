"""The exact engine against closed forms, and against itself where a change does nothing."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS, Event
from bayes_rsa.estimands.moments import moment_exists
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
UNIT = Prior.normal(0, 1)
ERROR = 1e-8


def arms(treatment: tuple[int, int], control: tuple[int, int], *ab: float) -> ExactPosterior:
    prior = Prior.beta(*(ab or (1.0, 1.0)))
    trial = Trial.from_counts(treatment=treatment, control=control)
    return exact.independent_arms(trial, treatment=prior, control=prior)


def above(post: ExactPosterior, key: str, x: float) -> float:
    return post.probability(Event(key, x, math.inf))[0]


def rational_superiority(a1: int, b1: int, a0: int, b0: int) -> Fraction:
    """P(p1 > p0) for integer Beta shapes: METHODS 2.1, item 1."""

    def beta(a: int, b: int) -> Fraction:
        top = math.factorial(a - 1) * math.factorial(b - 1)
        return Fraction(top, math.factorial(a + b - 1))

    return sum(
        (beta(a0 + i, b1 + b0) / ((b1 + i) * beta(1 + i, b1) * beta(a0, b0)) for i in range(a1)),
        Fraction(0),
    )


@pytest.mark.parametrize(
    ("treatment", "control"),
    [
        ((60, 75), (47, 74)),
        ((0, 1), (1, 1)),
        ((3, 3), (0, 9)),
        ((0, 40), (0, 35)),
        ((5, 10), (0, 10)),
    ],
)
def test_superiority_is_the_rational_sum(
    treatment: tuple[int, int], control: tuple[int, int]
) -> None:
    (y1, n1), (y0, n0) = treatment, control
    expected = rational_superiority(1 + y1, 1 + n1 - y1, 1 + y0, 1 + n0 - y0)
    got = above(arms(treatment, control), "odds_ratio", 1.0)
    assert got == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize("n", [1, 7, 400, 20_000])
def test_beta_moments(n: int) -> None:
    y1, y0 = (2 * n) // 3, n // 5
    post = arms((y1, n), (y0, n), 0.5, 2.0)
    a1, b1, a0, b0 = 0.5 + y1, 2.0 + n - y1, 0.5 + y0, 2.0 + n - y0
    record = post.summary("log_odds_ratio")
    psi = special.digamma
    assert record.mean == pytest.approx(psi(a1) - psi(b1) - psi(a0) + psi(b0), abs=1e-8)
    variance = sum(special.polygamma(1, x) for x in (a1, b1, a0, b0))
    assert record.sd == pytest.approx(math.sqrt(variance), abs=1e-8)
    if a0 > 1:
        risk_ratio = a1 / (a1 + b1) * (a0 + b0 - 1) / (a0 - 1)
        assert post.summary("risk_ratio").mean == pytest.approx(risk_ratio, rel=1e-8)
        odds_ratio = a1 / (b1 - 1) * b0 / (a0 - 1)
        assert post.summary("odds_ratio").mean == pytest.approx(odds_ratio, rel=1e-8)
    treated = post.summary("p_treatment")
    law = stats.beta(a1, b1)
    assert treated.mean == pytest.approx(law.mean(), abs=1e-9)
    assert treated.sd == pytest.approx(law.std(), abs=1e-9)
    assert treated.eti == pytest.approx(law.interval(0.95), abs=1e-8)
    coefficients = special.betaln(a1, b1) + special.betaln(a0, b0) - 2 * special.betaln(0.5, 2.0)
    coefficients += sum(
        special.gammaln(n + 1) - special.gammaln(y + 1) - special.gammaln(n - y + 1)
        for y in (y1, y0)
    )
    assert post.log_marginal_likelihood == pytest.approx(coefficients, abs=1e-8)


def test_moments_exist_by_the_exact_rule() -> None:
    assert arms((5, 10), (0, 10)).summary("odds_ratio").mean is None
    one = arms((5, 10), (1, 10)).summary("odds_ratio")
    assert one.mean is not None
    assert one.sd is None
    assert arms((5, 10), (2, 10)).summary("odds_ratio").sd is not None
    assert arms((10, 10), (5, 10)).summary("odds_ratio").mean is None
    assert arms((10, 10), (5, 10)).summary("risk_ratio").sd is not None
    assert arms((5, 10), (0, 10)).summary("risk_difference").sd is not None


@given(
    st.integers(0, 6), st.integers(0, 6), st.integers(0, 6), st.integers(0, 6), st.integers(1, 2)
)
def test_odds_ratio_moment_rule(y1: int, f1: int, y0: int, f0: int, order: int) -> None:
    """E OR^k exists if and only if the posterior shapes B1 and A0 exceed k."""
    trial = Trial.from_counts(treatment=(y1, y1 + f1), control=(y0, y0 + f0))
    priors = {"p_treatment": Prior.beta(0.7, 1.2), "p_control": Prior.beta(0.9, 0.4)}
    expected = 1.2 + f1 > order and 0.9 + y0 > order
    assert moment_exists("odds_ratio", order, trial, priors) is expected


def test_moments_under_contrast_priors() -> None:
    empty = Trial.from_counts(treatment=(5, 10), control=(0, 10))
    level = {"midpoint": Prior.normal(0, 1.5)}
    cases = {
        "normal(0, 1)": (True, True),
        "logistic(0, 0.4)": (True, True),
        "cauchy(0, 1)": (True, True),
        "uniform(-1, 1)": (True, True),
    }
    for text, (first, second) in cases.items():
        priors = {"effect": Prior.parse(text), **level}
        assert moment_exists("odds_ratio", 1, empty, priors) is first
        assert moment_exists("odds_ratio", 2, empty, priors) is second
    separated = Trial.from_counts(treatment=(10, 10), control=(0, 10))
    for text, log_mean, log_sd in (
        ("cauchy(0, 1)", False, False),
        ("student_t(1.5, 0, 1)", True, False),
        ("student_t(3, 0, 1)", True, True),
    ):
        priors = {"effect": Prior.parse(text), **level}
        assert not moment_exists("odds_ratio", 1, separated, priors)
        assert moment_exists("log_odds_ratio", 1, separated, priors) is log_mean
        assert moment_exists("log_odds_ratio", 2, separated, priors) is log_sd


@pytest.mark.parametrize("measure", ["OR", "MD"])
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (-3.0, 0.01), (2.0, 100.0)])
def test_reported_effect_is_conjugate(measure: str, mean: float, sd: float) -> None:
    trial = (
        Trial.from_effect(measure=measure, log_effect=0.832, standard_error=0.376)
        if (measure == "OR")
        else Trial.from_effect(measure="MD", estimate="0.832", standard_error=0.376)
    )
    post = exact.reported_effect(trial, effect=Prior.normal(mean, sd))
    precision = 1 / 0.376**2 + 1 / sd**2
    centre = (0.832 / 0.376**2 + mean / sd**2) / precision
    law = stats.norm(centre, precision**-0.5)
    key = "log_odds_ratio" if measure == "OR" else "mean_difference"
    record = post.summary(key)
    assert record.mean == pytest.approx(law.mean(), abs=1e-9)
    assert record.sd == pytest.approx(law.std(), abs=1e-9)
    assert record.eti == pytest.approx(law.interval(0.95), abs=1e-9)
    assert record.hdi == pytest.approx(law.interval(0.95), abs=1e-6)
    predictive = stats.norm(mean, math.hypot(sd, 0.376)).logpdf(0.832)
    assert post.log_marginal_likelihood == pytest.approx(predictive, abs=1e-9)


# Changes that do nothing, or a known thing ------------------------------------------------------

EFFECTS = ("normal(0.3, 0.7)", "cauchy(0.1, 0.5)", "0.4*normal(0, 0.1) + 0.6*normal(1, 2)")


@pytest.mark.parametrize("effect", EFFECTS)
def test_swapping_the_arms_inverts_the_odds_ratio(effect: str) -> None:
    prior = Prior.parse(effect)
    post = exact.log_odds_ratio(TRIAL, effect=prior)
    turned = exact.log_odds_ratio(TRIAL.swapped(), effect=negated(prior))
    assert above(turned, "odds_ratio", 1.0) == pytest.approx(
        1 - above(post, "odds_ratio", 1.0), abs=1e-10
    )
    assert turned.ppf("odds_ratio", 0.3) == pytest.approx(1 / post.ppf("odds_ratio", 0.7), rel=1e-9)
    assert turned.log_marginal_likelihood == pytest.approx(post.log_marginal_likelihood, abs=1e-9)


@pytest.mark.parametrize("effect", EFFECTS)
def test_relabelling_events_inverts_the_odds_ratio(effect: str) -> None:
    prior = Prior.parse(effect)
    post = exact.log_odds_ratio(TRIAL, effect=prior)
    turned = exact.log_odds_ratio(TRIAL.relabelled(), effect=negated(prior))
    assert turned.better != post.better
    assert turned.ppf("odds_ratio", 0.3) == pytest.approx(1 / post.ppf("odds_ratio", 0.7), rel=1e-9)
    assert turned.ppf("risk_difference", 0.3) == pytest.approx(
        -post.ppf("risk_difference", 0.7), abs=1e-9
    )


def negated(prior: Prior) -> Prior:
    parts = []
    for part in prior.components:
        place, scale = part.arguments
        parts.append((part.weight, Prior.of(part.family, -place, scale)))
    return Prior.mixture(parts)


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_favouring_an_arm_is_one_event(n1: int, n0: int, data: st.DataObject) -> None:
    """The three marginals are separate integrals: they agree at their null."""
    trial = Trial.from_counts(
        treatment=(data.draw(st.integers(0, n1)), n1), control=(data.draw(st.integers(0, n0)), n0)
    )
    post = exact.log_odds_ratio(trial, effect=UNIT)
    expected = post.sf("log_odds_ratio", 0.0)
    assert post.sf("risk_ratio", 1.0) == pytest.approx(float(expected), abs=1e-10)
    assert post.sf("risk_difference", 0.0) == pytest.approx(float(expected), abs=1e-10)
    assert above(post, "risk_ratio", 1.0) == above(post, "odds_ratio", 1.0)
    assert above(post, "risk_difference", 0.0) == above(post, "odds_ratio", 1.0)


def test_more_data_narrow_the_posterior() -> None:
    small = exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, 10)).summary("log_odds_ratio")
    large = exact.log_odds_ratio(
        Trial.from_counts(treatment=(6000, 7500), control=(4700, 7400)), effect=Prior.normal(0, 10)
    ).summary("log_odds_ratio")
    assert small.sd is not None
    assert large.sd == pytest.approx(small.sd / 10, rel=0.03)


def test_a_wide_prior_tends_to_the_flat_one() -> None:
    flat = exact.log_odds_ratio(TRIAL, effect=Prior.flat(), midpoint=Prior.flat())
    wide = exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, 1e4), midpoint=Prior.normal(0, 1e4))
    haldane = arms((60, 75), (47, 74), 0.0, 0.0)
    for key, x in (("odds_ratio", 1.0), ("odds_ratio", 2.0), ("risk_difference", 0.1)):
        assert above(wide, key, x) == pytest.approx(above(flat, key, x), abs=1e-7)
        assert above(haldane, key, x) == pytest.approx(above(flat, key, x), abs=1e-10)
    assert flat.log_marginal_likelihood is None


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_mixture_of_weight_zero_or_one_is_its_component(weight: float) -> None:
    parts = [(weight, Prior.normal(0, 0.355)), (1 - weight, Prior.normal(1, 2))]
    post = exact.log_odds_ratio(TRIAL, effect=Prior.mixture(parts))
    alone = exact.log_odds_ratio(TRIAL, effect=parts[0][1] if weight else parts[1][1])
    assert above(post, "odds_ratio", 1.25) == above(alone, "odds_ratio", 1.25)
    assert post.component_weights("effect")[0] == weight


def test_no_patients_give_the_prior() -> None:
    empty = Trial.from_counts(treatment=(0, 0), control=(0, 0))
    post = exact.log_odds_ratio(empty, effect=Prior.normal(0.4, 0.8))
    law = stats.norm(0.4, 0.8)
    assert post.ppf("log_odds_ratio", 0.1) == pytest.approx(law.ppf(0.1), abs=1e-9)
    assert post.log_marginal_likelihood == pytest.approx(0.0, abs=1e-10)
    arm = exact.independent_arms(empty, treatment=Prior.beta(2, 5), control=Prior.beta(1, 1))
    assert arm.ppf("p_treatment", 0.3) == pytest.approx(stats.beta(2, 5).ppf(0.3), abs=1e-9)


@pytest.mark.parametrize("model", ["log_odds_ratio", "log_risk_ratio", "risk_difference"])
def test_conditional_priors_are_proper(model: str) -> None:
    """Over all tables of a small trial the marginal likelihoods sum to one."""
    total = 0.0
    for y1 in range(3):
        for y0 in range(4):
            trial = Trial.from_counts(treatment=(y1, 2), control=(y0, 3))
            post = getattr(exact, model)(trial, effect=Prior.normal(0.1, 0.4))
            total += math.exp(post.log_marginal_likelihood)
    assert total == pytest.approx(1.0, abs=1e-8)


# What it answers --------------------------------------------------------------------------------


def test_quantiles_invert_the_distribution_function() -> None:
    post = exact.log_odds_ratio(TRIAL, effect=Prior.student_t(3, 0, 0.5))
    q = np.array([1e-6, 0.025, 0.3, 0.5, 0.9, 0.999])
    for key in (*post.estimands, "log_risk_ratio"):
        x = post.ppf(key, q)
        assert post.cdf(key, x) == pytest.approx(q, rel=1e-9)
        assert post.cdf(key, x) + post.sf(key, x) == pytest.approx(np.ones(6), abs=1e-12)
        step = 1e-5 * (x[4] - x[1])
        slope = (post.cdf(key, x + step) - post.cdf(key, x - step)) / (2 * step)
        assert post.pdf(key, x) == pytest.approx(slope, rel=1e-5)


def test_outside_the_range_of_an_estimand() -> None:
    post = arms((60, 75), (47, 74))
    assert post.sf("odds_ratio", -1.0) == 1.0
    assert post.cdf("risk_difference", 1.0) == 1.0
    assert post.pdf("p_control", 1.5) == 0.0
    assert post.probability(Event("odds_ratio", -math.inf, math.inf))[0] == 1.0


def test_its_own_error() -> None:
    post = exact.log_odds_ratio(TRIAL, effect=Prior.cauchy(0, 0.5))
    for key in post.estimands:
        post.summary(key)
    assert 0 < post.error < ERROR
    assert post.engine == "exact"
    assert post.arms


def test_deterministic() -> None:
    first, second = (exact.log_odds_ratio(TRIAL, effect=UNIT) for _ in range(2))
    assert first.summary("risk_difference") == second.summary("risk_difference")


def test_joint_density_of_independent_arms() -> None:
    prior = Prior.parse("0.3*beta(1, 1) + 0.7*logit_normal(0.2, 0.5)")
    post = exact.independent_arms(TRIAL, treatment=prior, control=Prior.beta(2, 3))
    x, y = np.array([0.3, 1.4, -8.0]), np.array([-0.2, 0.9, 3.0])
    got = post.log_density(p_treatment=x, p_control=y)
    p1, p0 = special.expit(x), special.expit(y)
    expected = stats.binom(75, p1).logpmf(60) + stats.binom(74, p0).logpmf(47)
    expected += prior.logit_logpdf(x) + stats.beta(2, 3).logpdf(p0) + np.log(p0) + np.log1p(-p0)
    assert got - expected == pytest.approx(np.full(3, got[0] - expected[0]), abs=1e-9)


@pytest.mark.parametrize(
    ("model", "x", "y"),
    [
        ("log_odds_ratio", [0.3, -1.0, 2.0], [0.1, 0.9, -0.4]),
        ("log_risk_ratio", [0.1, -1.0, 0.3], [0.1, 0.9, -0.4]),
        ("risk_difference", [0.1, -0.3, 0.25], [0.1, 0.9, -0.4]),
    ],
)
def test_joint_density_of_effect_models(model: str, x: list[float], y: list[float]) -> None:
    effect, level = Prior.normal(0.1, 0.4), Prior.normal(0.2, 1.1)
    post = getattr(exact, model)(TRIAL, effect=effect, baseline=level)
    gamma, l0 = np.array(x), np.array(y)
    p0 = special.expit(l0)
    if model == "log_odds_ratio":
        p1, log_mass = special.expit(l0 + gamma), 0.0
    elif model == "log_risk_ratio":
        p1, log_mass = p0 * np.exp(gamma), stats.norm(0.1, 0.4).logcdf(-np.log(p0))
    else:
        law = stats.norm(0.1, 0.4)
        p1, log_mass = p0 + gamma, np.log(law.cdf(1 - p0) - law.cdf(-p0))
    expected = stats.binom(75, p1).logpmf(60) + stats.binom(74, p0).logpmf(47) - log_mass
    expected += effect.logpdf(gamma) + level.logpdf(l0)
    got = post.log_density(effect=gamma, baseline=l0)
    assert got - expected == pytest.approx(np.full(3, got[0] - expected[0]), abs=1e-9)


# What it refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: arms((0, 10), (3, 10), 0.0, 0.0), "improper"),
        (
            lambda: exact.log_odds_ratio(TRIAL, effect=UNIT, baseline=UNIT, midpoint=UNIT),
            "not both",
        ),
        (lambda: exact.log_odds_ratio(TRIAL, effect=Prior.point(0)), "point mass"),
        (
            lambda: exact.log_odds_ratio(
                Trial.from_counts(treatment=(9, 9), control=(3, 9)),
                effect=Prior.flat(),
                baseline=UNIT,
            ),
            "improper",
        ),
        (
            lambda: exact.independent_arms(TRIAL, treatment=UNIT, control=Prior.beta(1, 1)),
            "inside",
        ),
        (lambda: exact.reported_effect(TRIAL, effect=UNIT), "reported effect"),
        (lambda: exact.howard(TRIAL, sigma=0.0), "positive"),
        (lambda: arms((6, 9), (3, 9)).summary("hazard_ratio"), "does not inform"),
        (lambda: arms((6, 9), (3, 9)).ppf("odds_ratio", 1.0), "between 0 and 1"),
        (lambda: arms((6, 9), (3, 9)).summary("odds_ratio", 1.5), "between 0 and 1"),
        (lambda: arms((6, 9), (3, 9)).log_density(effect=np.zeros(1)), "named once"),
        (lambda: arms((6, 9), (3, 9)).component_weights("effect"), "no such prior"),
    ],
)
def test_refusals(call: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()  # type: ignore[operator]


def test_flat_effects_where_the_posterior_is_proper() -> None:
    trial = Trial.from_counts(treatment=(0, 9), control=(3, 9))
    post = exact.log_odds_ratio(trial, effect=Prior.flat(), midpoint=UNIT)
    assert 0 < above(post, "odds_ratio", 1.0) < 0.1
    difference = exact.risk_difference(trial, effect=Prior.flat())
    assert above(difference, "risk_difference", 0.0) < 0.1
    assert set(ESTIMANDS) >= set(post.estimands)


def test_a_prior_that_leaves_most_control_risks_no_effect() -> None:
    """Under control risks where no effect is possible there is no posterior, and no warning."""
    post = exact.risk_difference(
        TRIAL, effect=Prior.uniform(-0.99, -0.98), baseline=Prior.normal(0, 1.5)
    )
    nodes, weights = np.polynomial.legendre.leggauss(200)
    (y1, y0), (n1, n0) = TRIAL.events, TRIAL.n
    mass = below = mean = 0.0
    # The prior's room begins at a control risk of 0.98, and is whole from 0.99.
    edges = special.logit([0.98, 0.99, 1 - 1e-9])
    for low, high in itertools.pairwise(edges):
        x = 0.5 * (high + low) + 0.5 * (high - low) * nodes[:, None]
        p0 = special.expit(x)
        least = np.maximum(-0.99, -p0)
        for first, last, counted in ((least, -0.985, 1.0), (np.maximum(least, -0.985), -0.98, 0.0)):
            width = np.maximum(last - first, 0.0)
            r = first + width * 0.5 * (nodes + 1)
            p1 = np.clip(p0 + r, 1e-300, None)
            logs = (y1 * np.log(p1) + (n1 - y1) * np.log1p(-p1)) + (
                y0 * np.log(p0) + (n0 - y0) * np.log1p(-p0)
            )
            density = np.exp(logs + 480.0) * stats.norm.pdf(x, 0, 1.5) / (-0.98 - least)
            cells = density * weights[:, None] * weights * 0.5 * width * 0.5 * (high - low)
            mass += cells.sum()
            below += counted * cells.sum()
            mean += (cells * p0).sum()
    assert post.cdf("risk_difference", -0.985) == pytest.approx(below / mass, abs=1e-8)
    assert post.summary("p_control").mean == pytest.approx(mean / mass, abs=1e-8)
