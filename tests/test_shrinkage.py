"""Empirical shrinkage by the distribution of signal-to-noise ratios."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.sensitivity import NormalFinding, finding, shrinkage, snr_prior
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))


def test_the_tacrolimus_trial() -> None:
    """The worked example of the mixture, to the digits in which it is stated."""
    found = shrinkage(TRIAL)
    assert found.weights == pytest.approx((0.2105, 0.3631, 0.3745, 0.0519), abs=5e-5)
    assert found.signal_to_noise == pytest.approx(1.4558, abs=2e-4)  # stated for z = 2.2107
    assert found.factor == pytest.approx(0.6585, abs=5e-5)
    assert found.mean == pytest.approx(0.5479, abs=5e-5)
    assert found.median == pytest.approx(1.70, abs=5e-3)
    assert found.interval() == pytest.approx((0.925, 3.571), abs=6e-4)
    assert found.p_benefit == pytest.approx(0.9517, abs=5e-5)
    assert found.replication() == pytest.approx(0.353, abs=5e-4)
    sds = [c.arguments[1] for c in found.prior.components]
    assert sds == pytest.approx((0.230, 0.534, 0.813, 2.123), abs=5e-4)
    assert found.prior.sd == pytest.approx(0.787, abs=5e-4)


def test_a_just_significant_estimate_overstates() -> None:
    """By a factor of about 1.7, says the paper's abstract: the median over such trials."""
    found = shrinkage(NormalFinding("OR", 1.959964, 1.0, ""))
    assert found.exaggeration == pytest.approx(1.7, abs=0.05)


@given(st.floats(-8, 8), st.floats(0.05, 2))
@settings(max_examples=20, deadline=None)
def test_it_is_the_posterior_under_its_own_prior(z: float, se: float) -> None:
    trial = Trial.from_effect(measure="MD", log_effect=z * se, standard_error=se)
    post = exact.reported_effect(trial, effect=snr_prior(se))
    found = shrinkage(NormalFinding("MD", z * se, se, ""))
    summary = post.summary("mean_difference")
    assert found.mean == pytest.approx(summary.mean, abs=1e-8 * se)
    assert found.interval() == pytest.approx(summary.eti, abs=1e-6 * se)
    assert found.weights == pytest.approx(post.component_weights("effect"), abs=1e-9)


@given(st.floats(0.05, 8), st.floats(0.05, 2))
@settings(max_examples=20, deadline=None)
def test_it_shrinks_towards_no_effect(z: float, se: float) -> None:
    found = shrinkage(NormalFinding("OR", z * se, se, ""))
    assert 0 < found.factor < 1
    assert found.p_same_sign > 0.5
    mirrored = shrinkage(NormalFinding("OR", -z * se, se, ""), better="lower")
    assert mirrored.mean == pytest.approx(-found.mean, rel=1e-12)
    assert mirrored.p_benefit == pytest.approx(found.p_benefit, rel=1e-9)
    assert mirrored.replication() == pytest.approx(found.replication(), rel=1e-9)


def test_replication_against_simulation() -> None:
    found = shrinkage(TRIAL)
    rng = np.random.default_rng(1)
    effect = found.posterior.sample(400_000, rng)
    repeat = rng.normal(effect, found.finding.standard_error)
    share = float((repeat > 1.959964 * found.finding.standard_error).mean())
    assert share == pytest.approx(found.replication(), abs=4 * math.sqrt(0.25 / 400_000))
    size = float(np.median(found.finding.location / np.abs(effect)))
    assert size == pytest.approx(found.exaggeration, rel=0.01)


def test_direction_of_the_outcome() -> None:
    lower = Trial.from_counts(treatment=(60, 75), control=(47, 74), better="lower")
    assert shrinkage(lower).p_benefit == pytest.approx(1 - shrinkage(TRIAL).p_benefit, abs=1e-12)
    assert shrinkage(lower).p_same_sign == shrinkage(TRIAL).p_same_sign


def test_from_the_printed_interval() -> None:
    trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    found = shrinkage(trial, origin="reported interval")
    assert found.finding == finding(trial, origin="reported interval")
    assert found.median == pytest.approx(1.70, abs=0.01)


def test_the_source_stands_beside_the_numbers() -> None:
    found = shrinkage(TRIAL)
    assert "10.1002/sim.9173" in found.source
    assert found.source == snr_prior(0.3).source
    assert sum(c.weight for c in found.prior.components) == pytest.approx(1, abs=1e-12)


def test_refusals() -> None:
    with pytest.raises(InputError, match="standard_error"):
        snr_prior(0.0)
    with pytest.raises(InputError, match="probability"):
        shrinkage(TRIAL).interval(1.0)
    with pytest.raises(InputError, match="empty cell"):
        shrinkage(Trial.from_counts(treatment=(5, 5), control=(2, 6)))
