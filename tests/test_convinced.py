"""Who would be convinced: posterior against prior probability of benefit."""

from __future__ import annotations

import numpy as np
import pytest

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior, zampieri
from bayes_rsa.sensitivity import convinced, convinced_by
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))


def test_against_single_posteriors() -> None:
    found = convinced(TRIAL, 0.355, beliefs=[0.1, 0.5, 0.9])
    for p, after in zip(found.prior, found.posterior, strict=True):
        mean = float(Prior.normal(0, 0.355).ppf(p))
        prior = Prior.normal(mean, 0.355)
        assert prior.sf(0.0) == pytest.approx(p, abs=1e-12)
        post = exact.log_odds_ratio(TRIAL, effect=prior)
        assert after == pytest.approx(float(post.sf("odds_ratio", 1.0)), abs=1e-8)
    assert found.level == "midpoint ~ normal(0, 1.5)"


def test_belief_only_grows_with_belief() -> None:
    found = convinced(TRIAL, 0.5)
    assert (np.diff(found.posterior) > 0).all()
    assert (found.posterior > found.prior).all()
    needed = found.needed(0.95)
    assert needed is not None
    assert float(np.interp(needed, found.prior, found.posterior)) == pytest.approx(0.95, abs=1e-3)
    assert found.needed(1e-9) == found.prior[0]
    against = convinced(TRIAL.swapped(), 0.02)
    assert against.needed(0.9999) is None


def test_direction() -> None:
    lower = Trial.from_counts(treatment=(47, 74), control=(60, 75), better="lower")
    up, down = convinced(TRIAL, 0.5), convinced(lower, 0.5)
    assert down.posterior == pytest.approx(up.posterior, abs=1e-9)
    priors = zampieri(2.0)
    mirrored = {name: prior.negated() for name, prior in priors.items()}
    found, other = convinced_by(TRIAL, priors), convinced_by(lower, mirrored)
    for name, (before, after) in found.items():
        assert other[name] == pytest.approx((before, after), abs=1e-8)
    assert found["pessimistic strong"][0] == pytest.approx(0.05, abs=1e-9)
    assert found["optimistic weak"][0] == pytest.approx(0.70, abs=1e-9)


def test_reported_effect() -> None:
    trial = Trial.from_effect(measure="HR", estimate="0.76", ci=("0.55", "1.04"), better="lower")
    found = convinced(trial, 0.355, beliefs=[0.5])
    post = exact.reported_effect(trial, effect=Prior.normal(0, 0.355))
    assert found.posterior[0] == pytest.approx(float(post.cdf("hazard_ratio", 1.0)), abs=1e-8)


def test_refusals() -> None:
    with pytest.raises(InputError, match="sd"):
        convinced(TRIAL, 0.0)
    with pytest.raises(InputError, match="beliefs"):
        convinced(TRIAL, 1.0, beliefs=[0.5, 1.0])
