"""Bayes factors: exact marginal likelihoods, their refusals, and Gunel-Dickey."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_values import entries, value

from bayes_rsa import defaults, exact
from bayes_rsa import frequentist as fq
from bayes_rsa.cli import main
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import (
    bayes_factor_10,
    bayes_factor_curve,
    bayes_factors,
    gunel_dickey,
    log_bayes_factor_10,
    minimum_prior_probability,
    savage_dickey,
)
from bayes_rsa.sensitivity.bayes_factor import log_null_likelihood
from bayes_rsa.sensitivity.nearly_flat import why_refused
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
BASELINE = Prior.normal(0, 1.5)
REPORTED = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
SCHEMES = {
    "indep_multinomial": "independent multinomial",
    "joint_multinomial": "joint multinomial",
    "poisson": "poisson",
    "hypergeometric": "hypergeometric",
}
counts = st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


# ---- reference numbers ------------------------------------------------------------------------


def test_abtest() -> None:
    found = bayes_factors(exact.kass_vaidyanathan(TRIAL))
    after = found.posterior_probabilities()
    got = {
        "logml_H1": found.log_marginal_1,
        "logml_H0": found.log_marginal_0,
        "BF10": found.bf_10,
        "BFplus0": found.bf_plus_0,
        "BFminus0": found.bf_minus_0,
        "postprob_Hplus": after["H+"],
        "postprob_Hminus": after["H-"],
        "postprob_H0": after["H0"],
    }
    for name, number in got.items():
        entry = value(f"abtest.{name}")
        assert number == pytest.approx(entry.value, abs=entry.tolerance), name
    assert found.nuisance == "midpoint ~ normal(0, 1)"


def test_laplace_approximation_of_abtest() -> None:
    """What the R package returns, from the same joint density: it is not the exact number."""
    post = exact.kass_vaidyanathan(TRIAL)
    log_prior = float(Prior.normal(0, 1).logpdf(0.0))

    def alternative(x: np.ndarray) -> float:
        return float(post.log_density(effect=x[:1], midpoint=x[1:])[0])

    def null(x: np.ndarray) -> float:
        return alternative(np.array([0.0, x[0]])) - log_prior

    found = math.exp(_laplace(alternative, 2) - _laplace(null, 1))
    entry = value("abtest.BF10_laplace")
    assert found == pytest.approx(entry.value, abs=entry.tolerance)


def _laplace(log_density: object, size: int) -> float:
    assert callable(log_density)
    x, h = np.zeros(size), 1e-3
    unit = np.eye(size)

    def gradient(at: np.ndarray) -> np.ndarray:
        return np.array(
            [(log_density(at + h * e) - log_density(at - h * e)) / (2 * h) for e in unit]
        )

    def hessian(at: np.ndarray) -> np.ndarray:
        # Fourth-order differences, so that the determinant is good to the file's tolerance.
        columns = [
            (
                8 * (gradient(at + h * e) - gradient(at - h * e))
                - (gradient(at + 2 * h * e) - gradient(at - 2 * h * e))
            )
            / (12 * h)
            for e in unit
        ]
        return np.stack(columns)

    for _ in range(20):
        x = x - np.linalg.solve(hessian(x), gradient(x))
    peak = log_density(x)
    _, log_det = np.linalg.slogdet(-hessian(x))
    return float(peak + 0.5 * size * math.log(2 * math.pi) - 0.5 * log_det)


@pytest.mark.parametrize("sd", ["0.355", "0.5", "1", "1.5", "2.5", "10"])
def test_counts(sd: str) -> None:
    post = exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, float(sd)), baseline=BASELINE)
    entry = value(f"logit_sd{sd}.BF10")
    assert math.exp(log_bayes_factor_10(post)) == pytest.approx(entry.value, abs=entry.tolerance)
    assert 1 / savage_dickey(post) == pytest.approx(entry.value, abs=entry.tolerance)
    assert (bayes_factor_10(post) is None) == (sd == "10")


@pytest.mark.parametrize("source", ["counts", "reported"])
def test_normal_likelihood(source: str) -> None:
    trial = REPORTED
    if source == "counts":
        ratio = fq.odds_ratio(60, 75, 47, 74)
        trial = Trial.from_effect(
            measure="OR", log_effect=math.log(ratio.value), standard_error=ratio.standard_error
        )
    covered = 0
    for entry in entries(f"normal.{source}.").values():
        found = re.fullmatch(rf"normal\.{source}\.sd(.+)\.BF10", entry.name)
        if found is None:
            continue
        post = exact.reported_effect(trial, effect=Prior.normal(0, float(found[1])))
        got = math.exp(log_bayes_factor_10(post))
        assert got == pytest.approx(entry.value, abs=entry.tolerance)
        covered += 1
    assert covered == 6


def test_gunel_dickey() -> None:
    found = {k: gunel_dickey(TRIAL, sampling=name) for k, name in SCHEMES.items()}
    wanted = entries("gd.")
    assert len(wanted) == len(found)
    for name, number in found.items():
        entry = wanted[f"gd.{name}_a1.BF10"]
        assert number == pytest.approx(entry.value, abs=entry.tolerance)


def test_minimum_prior_probability() -> None:
    bf_10 = value("abtest.BF10").value
    needed = minimum_prior_probability(bf_10, 0.95)
    assert needed == pytest.approx(0.856, abs=5e-4)
    assert needed * bf_10 / (needed * bf_10 + 1 - needed) == pytest.approx(0.95, abs=1e-12)
    assert bayes_factors(exact.kass_vaidyanathan(TRIAL)).minimum_prior_probability() == (
        pytest.approx(needed, abs=1e-9)
    )


def test_no_bayes_factor_beats_the_largest_possible_one() -> None:
    z = fq.wald_test(60, 75, 47, 74).statistic
    trial = Trial.from_effect(measure="OR", log_effect=z, standard_error=1.0)
    best = max(
        bayes_factors(exact.reported_effect(trial, effect=Prior.normal(z, sd))).bf_10
        for sd in (0.001, 0.1, 1.0)
    )
    assert best == pytest.approx(fq.maximum_bayes_factor(z), rel=1e-5)
    curve = bayes_factor_curve(trial, np.geomspace(0.05, 3, 40))
    assert np.nanmax(curve.bf_10) < fq.maximum_bayes_factor(z)


# ---- what they mean ---------------------------------------------------------------------------


def test_bf01_is_the_reciprocal_and_the_two_sides_average() -> None:
    found = bayes_factors(exact.log_odds_ratio(TRIAL, effect=Prior.normal(0.2, 1)))
    assert found.bf_01 == pytest.approx(1 / found.bf_10, rel=1e-14)
    assert found.bf_plus_0 is not None
    assert found.bf_minus_0 is not None
    mean = found.prior_above * found.bf_plus_0 + found.prior_below * found.bf_minus_0
    assert mean == pytest.approx(found.bf_10, rel=1e-10)


def test_swapped_arms_swap_the_sides() -> None:
    found = bayes_factors(exact.kass_vaidyanathan(TRIAL))
    swapped = bayes_factors(exact.kass_vaidyanathan(TRIAL.swapped()))
    assert swapped.bf_10 == pytest.approx(found.bf_10, rel=1e-10)
    assert swapped.bf_plus_0 == pytest.approx(found.bf_minus_0, rel=1e-8)


def test_a_mixture_averages_the_bayes_factors_of_its_components() -> None:
    parts = [(0.3, Prior.normal(0, 0.2)), (0.7, Prior.normal(1, 1))]
    alone = [
        bayes_factors(exact.log_odds_ratio(TRIAL, effect=prior, baseline=BASELINE)).bf_10
        for _, prior in parts
    ]
    mixed = bayes_factors(
        exact.log_odds_ratio(TRIAL, effect=Prior.mixture(parts), baseline=BASELINE)
    )
    assert mixed.bf_10 == pytest.approx(0.3 * alone[0] + 0.7 * alone[1], rel=1e-10)


def test_far_from_no_effect_the_factor_keeps_its_digits() -> None:
    """Where the posterior density at no effect is beyond any interpolation."""
    large = Trial.from_counts(treatment=(6000, 7500), control=(4700, 7400))
    # The prior on the midpoint, unlike one on the baseline, weighs both hypotheses alike.
    post = exact.log_odds_ratio(large, effect=Prior.normal(0, 1))
    log = log_bayes_factor_10(post)
    ratio = fq.odds_ratio(6000, 7500, 4700, 7400)
    half = 0.5 * fq.likelihood_ratio_test(6000, 7500, 4700, 7400).statistic
    occam = 0.5 * math.log1p(ratio.standard_error**-2) + 0.5 * math.log(ratio.value) ** 2
    assert log == pytest.approx(half - occam, abs=0.02)
    assert log > 200


def test_half_of_the_line_has_no_other_side() -> None:
    found = bayes_factors(exact.log_odds_ratio(TRIAL, effect=Prior.half_normal(1)))
    assert found.bf_minus_0 is None
    assert found.bf_plus_0 == pytest.approx(found.bf_10, rel=1e-12)
    with pytest.raises(InputError, match="excludes H-"):
        found.posterior_probabilities()
    after = found.posterior_probabilities({"H+": 0.5, "H-": 0.0, "H0": 0.5})
    assert after["H+"] == pytest.approx(found.bf_10 / (1 + found.bf_10), rel=1e-12)


def test_a_half_normal_is_the_positive_half_of_the_normal() -> None:
    whole = bayes_factors(exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, 1)))
    half = bayes_factors(exact.log_odds_ratio(TRIAL, effect=Prior.half_normal(1)))
    assert half.bf_10 == pytest.approx(whole.bf_plus_0, rel=1e-9)


@pytest.mark.parametrize("model", ["log_risk_ratio", "risk_difference"])
def test_priors_cut_off_by_the_control_risk(model: str) -> None:
    effect = Prior.normal(0, 0.4)
    found = bayes_factors(getattr(exact, model)(TRIAL, effect=effect, baseline=BASELINE))
    odds = exact.log_odds_ratio(TRIAL, effect=effect, baseline=BASELINE)
    assert found.log_marginal_0 == pytest.approx(log_null_likelihood(odds), abs=1e-10)
    assert found.prior_above + found.prior_below == pytest.approx(1, abs=1e-9)
    assert found.bf_plus_0 is not None
    assert found.bf_minus_0 is not None
    mean = found.prior_above * found.bf_plus_0 + found.prior_below * found.bf_minus_0
    assert mean == pytest.approx(found.bf_10, rel=1e-8)
    with pytest.raises(InputError, match="nuisance prior given no effect differs"):
        savage_dickey(getattr(exact, model)(TRIAL, effect=effect, baseline=BASELINE))


def test_given_both_margins_the_null_is_the_hypergeometric_distribution() -> None:
    post = exact.conditional_odds_ratio(TRIAL, effect=Prior.normal(0, 1))
    wanted = math.comb(75, 60) * math.comb(74, 47) / math.comb(149, 107)
    assert math.exp(log_null_likelihood(post)) == pytest.approx(wanted, rel=1e-11)
    assert 1 / savage_dickey(post) == pytest.approx(bayes_factors(post).bf_10, rel=1e-9)


@given(counts, counts, st.floats(0.1, 3))
@settings(max_examples=20, deadline=None)
def test_savage_dickey_agrees(
    treatment: tuple[int, int], control: tuple[int, int], sd: float
) -> None:
    trial = Trial.from_counts(treatment=treatment, control=control)
    post = exact.log_odds_ratio(trial, effect=Prior.normal(0, sd))
    assert savage_dickey(post) == pytest.approx(bayes_factors(post).bf_01, rel=1e-7)


# ---- the curve --------------------------------------------------------------------------------


def test_curve() -> None:
    sds = [0.355, 0.5, 1.0, 1.5, 2.5, 10.0]
    curve = bayes_factor_curve(TRIAL, sds, baseline=BASELINE)
    assert curve.refused_above == defaults.BAYES_FACTOR_SD_MAX
    assert math.isnan(curve.bf_10[-1])
    for k, sd in enumerate(sds[:-1]):
        entry = value(f"logit_sd{sd:g}.BF10")
        assert curve.bf_10[k] == pytest.approx(entry.value, abs=entry.tolerance)
        alone = bayes_factors(
            exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, sd), baseline=BASELINE)
        )
        assert curve.bf_plus_0[k] == pytest.approx(alone.bf_plus_0, rel=1e-7)
        assert curve.bf_minus_0[k] == pytest.approx(alone.bf_minus_0, rel=1e-6)
    assert curve.largest[1] == 1.0
    assert curve.nuisance == "baseline ~ normal(0, 1.5)"


def test_curve_starts_at_one_and_never_favours_a_certain_null() -> None:
    curve = bayes_factor_curve(TRIAL, np.geomspace(0.001, 3.4, 60))
    assert curve.bf_10[0] == pytest.approx(1, abs=1e-4)
    assert curve.largest[0] == pytest.approx(3.2, abs=0.3)


def test_curve_of_a_reported_effect() -> None:
    curve = bayes_factor_curve(REPORTED, [0.355, 1.0, 5.0])
    for k, sd in enumerate(("0.355", "1")):
        entry = value(f"normal.reported.sd{sd}.BF10")
        assert curve.bf_10[k] == pytest.approx(entry.value, abs=1e-8)
    assert math.isnan(curve.bf_10[2])


@pytest.mark.parametrize("sds", [[], [1.0, 0.5], [0.0, 1.0], [-1.0]])
def test_curve_of_bad_sds(sds: list[float]) -> None:
    with pytest.raises(InputError, match="ascend"):
        bayes_factor_curve(TRIAL, sds)


def test_curve_that_is_all_refused() -> None:
    with pytest.raises(InputError, match="nearly flat"):
        bayes_factor_curve(TRIAL, [4.0, 10.0])


# ---- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "refused"),
    [
        ("normal(0, 10)", "nearly flat"),
        ("normal(0, 5)", "nearly flat"),
        ("normal(0, 3.5)", ""),
        ("uniform(-50, 50)", "nearly flat"),
        ("flat()", "improper"),
        ("cauchy(0, 1)", ""),  # heavy tails alone do not make a prior flat
        ("student_t(3, 0, 30)", "nearly flat"),
        ("0.9*normal(0, 0.355) + 0.1*normal(0, 10)", ""),
        ("normal(0, 2.82)", ""),
    ],
)
def test_nearly_flat_priors_are_refused(effect: str, refused: str) -> None:
    post = exact.log_odds_ratio(TRIAL, effect=Prior.parse(effect))
    reason = why_refused(post)
    assert refused in reason
    assert bool(reason) == bool(refused)
    if refused:
        assert bayes_factor_10(post) is None
        with pytest.raises(InputError, match=refused):
            bayes_factors(post)
    else:
        assert bayes_factor_10(post) == pytest.approx(bayes_factors(post).bf_10)


def test_lindley_is_why() -> None:
    """The same data, and any verdict one likes: the rule refuses before the factor turns round."""
    logs = [
        log_bayes_factor_10(exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, sd)))
        for sd in (1, 10, 100)
    ]
    assert logs[0] > 1
    assert logs[1] < 0
    assert logs[2] < -2


def test_an_improper_nuisance_prior_is_refused() -> None:
    post = exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, 1), midpoint=Prior.flat())
    assert bayes_factor_10(post) is None
    with pytest.raises(InputError, match="midpoint is improper"):
        bayes_factors(post)
    with pytest.raises(InputError, match="no marginal likelihood"):
        log_bayes_factor_10(post)


def test_priors_on_the_arms_have_no_null() -> None:
    post = exact.independent_arms(TRIAL, treatment=Prior.beta(1, 1), control=Prior.beta(1, 1))
    assert bayes_factor_10(post) is None
    with pytest.raises(InputError, match="two arms"):
        bayes_factors(post)
    with pytest.raises(InputError, match="gunel_dickey"):
        log_bayes_factor_10(post)


def test_differences_have_limits_of_their_own() -> None:
    mean = Trial.from_effect(measure="MD", log_effect=3.0, standard_error=1.0)
    assert bayes_factor_10(exact.reported_effect(mean, effect=Prior.normal(0, 10))) is not None
    assert bayes_factor_10(exact.reported_effect(mean, effect=Prior.normal(0, 30))) is None
    risk = Trial.from_effect(measure="RD", log_effect=0.1, standard_error=0.05)
    assert bayes_factor_10(exact.reported_effect(risk, effect=Prior.normal(0, 0.5))) is not None
    assert bayes_factor_10(exact.reported_effect(risk, effect=Prior.normal(0, 2))) is None


def test_prior_probabilities_are_checked() -> None:
    found = bayes_factors(exact.kass_vaidyanathan(TRIAL))
    for bad in ({"H1": 0.5, "H0": 0.5}, {"H+": 0.5, "H-": 0.5, "H0": 0.5}):
        with pytest.raises(InputError, match="sum to 1"):
            found.posterior_probabilities(bad)
    with pytest.raises(InputError, match="posterior"):
        found.minimum_prior_probability(1.0)


# ---- at the command line ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--effect", "normal(0, 1)", "--baseline", "normal(0, 1.5)"), "logit_sd1.BF10"),
        (("--effect", "normal(0, 1)", "--midpoint", "normal(0, 1)"), "abtest.BF10"),
        (("--effect", "normal(0, 10)", "--baseline", "normal(0, 1.5)"), None),
        (("--effect", "flat()"), None),
        (("--prior-treatment", "beta(1, 1)", "--prior-control", "beta(1, 1)"), None),
    ],
)
def test_estimate_prints_it_or_null(
    arguments: tuple[str, ...], expected: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("estimate", "--treatment", "60/75", "--control", "47/74", *arguments)
    assert main((*command, "--format", "json")) == 0
    found = json.loads(capsys.readouterr().out)["bayes_factor_10"]
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(value(expected).value, abs=1e-7)
    assert main(command) == 0
    assert ("BF10" in capsys.readouterr().out) == (expected is not None)


# ---- Gunel-Dickey -----------------------------------------------------------------------------


@given(counts, counts, st.floats(0.6, 3), st.sampled_from(sorted(SCHEMES.values())))
@settings(max_examples=60, deadline=None)
def test_gunel_dickey_is_symmetric(
    treatment: tuple[int, int], control: tuple[int, int], a: float, sampling: str
) -> None:
    trial = Trial.from_counts(treatment=treatment, control=control)
    found = gunel_dickey(trial, sampling=sampling, concentration=a)
    for other in (trial.swapped(), trial.relabelled()):
        again = gunel_dickey(other, sampling=sampling, concentration=a)
        assert again == pytest.approx(found, rel=1e-9)
    assert 0 < found < math.inf


@pytest.mark.parametrize("sampling", SCHEMES.values())
def test_no_data_say_nothing(sampling: str) -> None:
    empty = Trial.from_counts(treatment=(0, 0), control=(0, 0))
    assert gunel_dickey(empty, sampling=sampling) == pytest.approx(1, abs=1e-12)


def test_independent_multinomial_averages_to_one_over_the_tables() -> None:
    """BF10 is a ratio of two predictive distributions: its mean under the null is 1."""
    n1, n0 = 7, 5
    total = 0.0
    for y1 in range(n1 + 1):
        for y0 in range(n0 + 1):
            y, n = y1 + y0, n1 + n0
            null = math.comb(n1, y1) * math.comb(n0, y0) / (math.comb(n, y) * (n + 1))
            trial = Trial.from_counts(treatment=(y1, n1), control=(y0, n0))
            total += null * gunel_dickey(trial)
    assert total == pytest.approx(1, abs=1e-12)


def test_gunel_dickey_refuses() -> None:
    with pytest.raises(InputError, match="greater than 1/2"):
        gunel_dickey(TRIAL, concentration=0.5)
    with pytest.raises(InputError, match="sampling"):
        gunel_dickey(TRIAL, sampling="multinomial")
    with pytest.raises(InputError, match="events and n"):
        gunel_dickey(REPORTED)
