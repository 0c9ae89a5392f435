"""Reverse Bayes: by the normal approximation, and its exact binomial analogue."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_values import entries, value

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.frequentist import critical_value
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import (
    NormalFinding,
    ReverseBayes,
    exact_sceptical_prior,
    finding,
    intrinsic_p,
    intrinsic_threshold,
    reverse_bayes,
    tipping_mean,
    tipping_sd,
)
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
REPORTED = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
BASELINE = Prior.normal(0, 1.5)
Z = critical_value(0.95)
significant = st.floats(Z * 1.001, 30)
errors = st.floats(0.01, 3)


def posterior_limits(found: ReverseBayes, mean: float, sd: float) -> tuple[float, float]:
    """95% posterior interval under a normal prior, on the scale of the finding."""
    weights = sd**-2, found.finding.standard_error**-2
    centre = (mean * weights[0] + found.finding.location * weights[1]) / sum(weights)
    half = critical_value(found.interval) / math.sqrt(sum(weights))
    return centre - half, centre + half


# ---- reference numbers ------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["counts", "reported"])
def test_normal_approximation(source: str) -> None:
    if source == "counts":
        found = reverse_bayes(TRIAL)
    else:
        found = reverse_bayes(REPORTED, origin="reported interval")
    limits = found.critical_prior_interval
    assert limits is not None
    got = {
        "scepticism_limit_OR": found.scepticism_limit,
        "critical_prior_interval_lo": limits[0],
        "suff_sceptical_sd": found.sceptical_sd,
        "z": found.finding.z,
        "relative_prior_variance_g": found.relative_variance,
        "intrinsic_p_held": found.intrinsic_p("held"),
        "intrinsic_p_matthews": found.intrinsic_p("matthews"),
        "p_box_suff_sceptical": found.p_box,
        "intrinsically_credible": float(found.intrinsically_credible("matthews")),
    }
    wanted = entries(f"reverse.{source}.")
    assert len(wanted) == len(got)
    for name, number in got.items():
        entry = wanted[f"reverse.{source}.{name}"]
        assert number == pytest.approx(entry.value, abs=entry.tolerance), name


def test_thresholds() -> None:
    for method in ("held", "matthews"):
        entry = value(f"reverse.threshold_{method}")
        assert intrinsic_threshold(0.05, method) == pytest.approx(entry.value, abs=entry.tolerance)


def test_exact_analogue() -> None:
    got = {
        "critical_sd_P0.975": exact_sceptical_prior(TRIAL, baseline=BASELINE),
        "critical_sd_P0.95": tipping_sd(TRIAL, "OR > 1", 0.95, baseline=BASELINE),
        "critical_sd_P0.975_symmetric": exact_sceptical_prior(TRIAL, midpoint=Prior.normal(0, 10)),
        "tipping_prior_mean_sd0.355_P0.975": tipping_mean(
            TRIAL, "OR > 1", 0.975, sd=0.355, baseline=BASELINE
        ),
        "tipping_prior_mean_sd1_P0.95": tipping_mean(
            TRIAL, "OR > 1", 0.95, sd=1, baseline=BASELINE
        ),
    }
    wanted = entries("reverse.exact.")
    assert len(wanted) == len(got)
    for name, point in got.items():
        entry = wanted[f"reverse.exact.{name}"]
        assert point.value == pytest.approx(entry.value, abs=entry.tolerance), name


def test_what_the_printed_interval_implies() -> None:
    reported = REPORTED.reported
    assert reported is not None
    found = finding(REPORTED, origin="reported interval")
    for name, number in (
        ("theta", reported.location),
        ("se", found.standard_error),
        ("p_from_ci", NormalFinding("OR", reported.location, found.standard_error, "").p),
    ):
        entry = value(f"normal.reported.{name}")
        assert number == pytest.approx(entry.value, abs=entry.tolerance), name
    # z comes from the interval, not from the rounded estimate (METHODS, trap 12).
    assert found.location != pytest.approx(math.log(2.30), abs=1e-6)


# ---- what they mean ---------------------------------------------------------------------------


@given(significant, errors, st.booleans(), st.floats(0.8, 0.99))
def test_the_sceptical_prior_just_undoes_the_finding(
    z: float, se: float, negative: bool, interval: float
) -> None:
    found = reverse_bayes(
        NormalFinding("RD", -z * se if negative else z * se, se, ""), interval=interval
    )
    if not found.significant:
        return
    assert found.sceptical_sd is not None
    low, high = posterior_limits(found, 0.0, found.sceptical_sd)
    assert (high if negative else low) == pytest.approx(0, abs=1e-9 * se)
    assert found.advocacy_sd is None


@given(st.floats(0.01, Z * 0.999), errors, st.booleans())
def test_the_advocacy_prior_just_makes_the_finding(z: float, se: float, negative: bool) -> None:
    found = reverse_bayes(NormalFinding("RD", -z * se if negative else z * se, se, ""))
    assert found.advocacy_sd is not None
    assert found.advocacy_mean is not None
    assert found.scepticism_limit is None
    low, high = posterior_limits(found, found.advocacy_mean, found.advocacy_sd)
    assert (high if negative else low) == pytest.approx(0, abs=1e-8 * se)
    assert (found.advocacy_mean < 0) == negative


@given(significant, errors)
def test_intrinsic_credibility_is_what_its_definitions_say(z: float, se: float) -> None:
    found = reverse_bayes(NormalFinding("OR", z * se, se, ""))
    assert found.p_box is not None
    assert found.sceptical_sd is not None
    conflict = found.p_box <= 0.05
    beyond = found.finding.location >= Z * found.sceptical_sd
    if abs(found.p_box - 0.05) > 1e-9:
        assert found.intrinsically_credible("held") == conflict
    if abs(found.finding.location - Z * found.sceptical_sd) > 1e-9:
        assert found.intrinsically_credible("matthews") == beyond


@given(st.floats(1e-12, 0.999), st.sampled_from(["held", "matthews"]))
def test_threshold_inverts_the_intrinsic_p(alpha: float, method: str) -> None:
    threshold = intrinsic_threshold(alpha, method)
    if threshold > 1e-290:
        assert intrinsic_p(threshold, method) == pytest.approx(alpha, rel=1e-6)


def test_matthews_formulas() -> None:
    """The limits in terms of an interval's ends, as Matthews printed them."""
    low, high = math.log(1.10), math.log(4.81)
    found = reverse_bayes(REPORTED, origin="reported interval")
    limit = math.exp((high - low) ** 2 / (4 * math.sqrt(low * high)))
    assert found.scepticism_limit == pytest.approx(limit, rel=1e-12)
    weak = Trial.from_effect(measure="OR", estimate="1.5", ci=("0.8", "2.8"))
    low, high = math.log(0.8), math.log(2.8)
    advocacy = math.exp(-(low + high) * (high - low) ** 2 / (2 * low * high))
    found = reverse_bayes(weak, origin="reported interval")
    assert found.advocacy_limit == pytest.approx(advocacy, rel=1e-12)


def test_swapped_arms_turn_the_limit_round() -> None:
    found, swapped = reverse_bayes(TRIAL), reverse_bayes(TRIAL.swapped())
    assert found.scepticism_limit is not None
    assert swapped.scepticism_limit == pytest.approx(1 / found.scepticism_limit, rel=1e-12)
    assert swapped.intrinsic_p() == pytest.approx(found.intrinsic_p(), rel=1e-12)


def test_the_exact_prior_just_undoes_the_finding() -> None:
    point = exact_sceptical_prior(TRIAL)
    assert point.value is not None
    post = exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, point.value))
    assert post.summary("log_odds_ratio").eti[0] == pytest.approx(0, abs=1e-7)
    assert "midpoint ~ normal(0, 1.5)" in point.level
    swapped = exact_sceptical_prior(TRIAL.swapped())
    assert swapped.value == pytest.approx(point.value, rel=1e-6)


def test_nothing_to_undo() -> None:
    null = reverse_bayes(NormalFinding("OR", 0.0, 1.0, ""))
    assert null.sceptical_sd is None
    assert null.advocacy_limit is None
    assert null.p_box is None
    assert not null.intrinsically_credible()


# ---- refusals ---------------------------------------------------------------------------------


def test_refusals() -> None:
    with pytest.raises(InputError, match="empty cell"):
        reverse_bayes(Trial.from_counts(treatment=(5, 5), control=(2, 6)))
    with pytest.raises(InputError, match="no counts"):
        reverse_bayes(REPORTED)
    with pytest.raises(InputError, match="no counts"):
        exact_sceptical_prior(REPORTED)
    with pytest.raises(InputError, match="no reported effect"):
        reverse_bayes(TRIAL, origin="reported interval")
    for bad in (0.0, 1.0):
        with pytest.raises(InputError, match="interval"):
            reverse_bayes(TRIAL, interval=bad)
    with pytest.raises(InputError, match="method"):
        intrinsic_p(0.03, "matthew")
    with pytest.raises(InputError, match="p is"):
        intrinsic_p(0.0)


def test_a_log_effect_needs_no_interval() -> None:
    trial = Trial.from_effect(measure="HR", log_effect=-0.5, standard_error=0.2)
    found = finding(trial, origin="reported interval")
    assert (found.location, found.standard_error) == (-0.5, 0.2)
