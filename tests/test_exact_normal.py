"""Normal priors on a reported effect: the posterior is a normal, or a mixture of normals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bayes_rsa import exact
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

Z = np.array([-8.0, -2.0, -0.3, 0.0, 1.0, 5.0, 8.0])


def _trial(estimate: float, se: float) -> Trial:
    return Trial.from_effect("OR", log_effect=estimate, standard_error=se, better="higher")


@given(
    st.floats(-3, 3),
    st.floats(-2, 1).map(math.exp),
    st.floats(-3, 3),
    st.floats(-4, 3).map(math.exp),
)
def test_one_normal(estimate: float, se: float, mean: float, sd: float) -> None:
    post = exact.reported_effect(_trial(estimate, se), effect=Prior.normal(mean, sd))
    s = se * sd / math.hypot(se, sd)
    m = (estimate * sd**2 + mean * se**2) / (se**2 + sd**2)
    law = stats.norm(m, s)
    x = m + s * Z
    key = "log_odds_ratio"
    np.testing.assert_allclose(post.cdf(key, x), law.cdf(x), rtol=1e-11)
    np.testing.assert_allclose(post.sf(key, x), law.sf(x), rtol=1e-11)
    np.testing.assert_allclose(post.pdf(key, x), law.pdf(x), rtol=1e-9)
    q = np.array([1e-6, 0.025, 0.5, 0.9])
    np.testing.assert_allclose(post.ppf(key, q), law.ppf(q), rtol=0, atol=1e-11 * (1 + s))
    assert post.log_marginal_likelihood == pytest.approx(
        stats.norm(mean, math.hypot(se, sd)).logpdf(estimate), abs=1e-12
    )
    found = post.summary("odds_ratio")
    average = math.exp(m + s**2 / 2)
    if found.mean is not None:
        assert found.mean == pytest.approx(average, rel=1e-11)
    if found.sd is not None:
        assert found.sd == pytest.approx(average * math.sqrt(math.expm1(s**2)), rel=1e-10)
    assert post.error < 1e-10


def test_a_mixture_weighs_its_normals_by_what_they_said_of_the_estimate() -> None:
    prior = Prior.parse("0.3*normal(0, 0.1) + 0.7*normal(0.5, 1)")
    post = exact.reported_effect(_trial(0.83, 0.377), effect=prior)
    said = [
        w * stats.norm(m, math.hypot(s, 0.377)).pdf(0.83)
        for w, m, s in ((0.3, 0.0, 0.1), (0.7, 0.5, 1.0))
    ]
    assert post.component_weights("effect") == pytest.approx(np.array(said) / sum(said), abs=1e-12)
    assert post.log_marginal_likelihood == pytest.approx(math.log(sum(said)), abs=1e-12)


@pytest.mark.parametrize("sd", [2.5, 2.99, 3.01, 4.0])
def test_moments_beyond_what_is_stored_are_computed(sd: float) -> None:
    """Standard deviations of the posterior on either side of where the stored nodes end."""
    wide = exact.reported_effect(_trial(0.0, 1000.0), effect=Prior.normal(0.0, sd))
    s = 1000 * sd / math.hypot(1000, sd)
    assert wide.summary("odds_ratio").mean == pytest.approx(math.exp(s**2 / 2), rel=1e-9)
