"""Prior values against SciPy, mpmath and quadrature: density, tails, quantiles, moments, draws."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest
import scipy.stats as st
from hypothesis import given
from hypothesis import strategies as hs
from scipy import integrate

from bayes_rsa.errors import InputError
from bayes_rsa.priors import FAMILIES, Prior
from bayes_rsa.priors._numeric import log_beta, log_gamma_ratio

X = np.array([-30.0, -3, -0.5, 0, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999999, 1, 2, 30, 1e4])
Q = np.array([1e-12, 1e-4, 0.025, 0.3, 0.5, 0.7, 0.975, 0.9999])
PAIRS = [
    (Prior.normal(1, 2), st.norm(1, 2)),
    (Prior.normal(0, 1e-3), st.norm(0, 1e-3)),
    (Prior.student_t(2, 0.1, 0.38), st.t(2, 0.1, 0.38)),
    (Prior.student_t(7.5, -1, 3), st.t(7.5, -1, 3)),
    (Prior.cauchy(1, 2), st.cauchy(1, 2)),
    (Prior.logistic(-1, 0.5), st.logistic(-1, 0.5)),
    (Prior.uniform(-1, 2), st.uniform(-1, 3)),
    (Prior.beta(1, 1), st.beta(1, 1)),
    (Prior.beta(0.3, 5), st.beta(0.3, 5)),
    (Prior.beta(61, 16), st.beta(61, 16)),
    (Prior.half_normal(0.5), st.halfnorm(scale=0.5)),
    (Prior.inverse_gamma(1.73, 0.47), st.invgamma(1.73, scale=0.47)),
    (Prior.inverse_gamma(4, 2), st.invgamma(4, scale=2)),
    (Prior.lognormal(0.2, 0.5), st.lognorm(0.5, scale=math.exp(0.2))),
]
PROPER = [
    *(prior for prior, _ in PAIRS),
    Prior.logit_normal(0.4, 0.6),
    Prior.logit_normal(-2, 3),
    Prior.mixture([(0.8, Prior.normal(0, 0.355)), (0.2, Prior.normal(0, 2))]),
    Prior.mixture([(0.5, Prior.cauchy(3, 0.01)), (0.5, Prior.normal(-2, 5))]),
    Prior.mixture([(0.3, Prior.beta(2, 9)), (0.7, Prior.beta(20, 3))]),
]


@pytest.mark.parametrize(("prior", "scipy"), PAIRS, ids=[str(prior) for prior, _ in PAIRS])
def test_functions_agree_with_scipy(prior: Prior, scipy: st.rv_continuous) -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(prior.logpdf(X), scipy.logpdf(X), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(prior.cdf(X), scipy.cdf(X), rtol=1e-11, atol=0)
        np.testing.assert_allclose(prior.sf(X), scipy.sf(X), rtol=1e-11, atol=0)
        # SciPy's quantiles of the half-normal lose digits near 0.
        rtol = 2e-4 if prior.families == ("half_normal",) else 1e-11
        np.testing.assert_allclose(prior.ppf(Q), scipy.ppf(Q), rtol=rtol)
        np.testing.assert_allclose(prior.isf(Q), scipy.isf(Q), rtol=1e-11)


@pytest.mark.parametrize(("prior", "scipy"), PAIRS, ids=[str(prior) for prior, _ in PAIRS])
def test_moments_agree_with_scipy(prior: Prior, scipy: st.rv_continuous) -> None:
    mean, variance = scipy.stats(moments="mv")
    for ours, theirs in ((prior.mean, float(mean)), (prior.sd, math.sqrt(float(variance)))):
        if math.isfinite(theirs):
            assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-14)
        else:
            assert math.isnan(ours)


@pytest.mark.parametrize("sd", [0.01, 0.6, 0.9999, 1.0001, 3, 50])
def test_logit_normal_moments(sd: float) -> None:
    def moment(power: int) -> float:
        def integrand(z: mp.mpf) -> mp.mpf:
            return mp.npdf(z) / (1 + mp.exp(-(0.7 + sd * z))) ** power

        return mp.quad(integrand, [-12, -6, -3, -1, -0.7 / sd if sd > 1 else 0, 1, 3, 6, 12])

    with mp.workdps(30):
        mean = moment(1)
        sd_of_p = mp.sqrt(moment(2) - mean**2)
    prior = Prior.logit_normal(0.7, sd)
    assert prior.mean == pytest.approx(float(mean), rel=1e-10)
    assert prior.sd == pytest.approx(float(sd_of_p), rel=1e-9)


@pytest.mark.parametrize("prior", PROPER, ids=str)
def test_density_integrates_to_the_distribution_function(prior: Prior) -> None:
    edges = np.unique([prior.ppf(q) for q in (0.01, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 0.999)])
    for low, high in pairwise(edges):
        area, error = integrate.quad(
            lambda x: math.exp(prior.logpdf(x)), low, high, epsabs=1e-12, epsrel=1e-10, limit=500
        )
        assert area == pytest.approx(prior.cdf(high) - prior.cdf(low), abs=1e-9 + error)
        assert math.exp(prior.log_mass(low, high)) == pytest.approx(area, abs=1e-9 + error)


@pytest.mark.parametrize("prior", PROPER, ids=str)
def test_quantiles_invert_the_distribution_function(prior: Prior) -> None:
    for x, tail in ((prior.ppf(Q), prior.cdf), (prior.isf(Q), prior.sf)):
        # What the rounding of x itself does to its tail, and a little for the root finder.
        rounding = 4e-16 * np.abs(x) * np.exp(prior.logpdf(x))
        assert np.all(np.abs(tail(x) - Q) <= 1e-11 * Q + rounding)
    assert np.all(np.diff(prior.ppf(Q)) > 0)


@pytest.mark.parametrize("prior", PROPER, ids=str)
def test_tails_add_to_one_and_shapes_are_kept(prior: Prior) -> None:
    grid = np.linspace(-3, 3, 12).reshape(3, 4)
    np.testing.assert_allclose(prior.cdf(grid) + prior.sf(grid), 1, rtol=1e-14)
    assert prior.logpdf(grid).shape == grid.shape
    assert isinstance(prior.logpdf(0.25), float)
    assert isinstance(prior.cdf(0.25), float)
    assert math.isnan(prior.logpdf(math.nan))
    low, high = prior.support
    outside = [x for x in (low - 1, high + 1) if math.isfinite(x)]
    assert all(prior.logpdf(x) == -math.inf for x in outside)
    assert all(prior.cdf(x) in (0, 1) for x in outside)


@pytest.mark.parametrize("prior", PROPER, ids=str)
def test_draws_follow_the_distribution(prior: Prior) -> None:
    draws = prior.sample(4000, np.random.default_rng(20230513))
    assert draws.shape == (4000,)
    # One fixed seed for each of the priors: a family-wise false alarm of about 2%.
    assert st.kstest(draws, prior.cdf).pvalue > 0.001


def test_far_tails_against_mpmath() -> None:
    with mp.workdps(60):
        normal = mp.log(mp.erfc(50 / mp.sqrt(2)) / 2)
        cauchy = mp.log(mp.atan(1 / mp.mpf(10) ** 200) / mp.pi)
        beta = mp.log(mp.betainc(400, 3, 0, mp.mpf("1e-5"), regularized=True))
        gamma = mp.log(mp.gammainc(mp.mpf("1.73"), mp.mpf("0.47") / mp.mpf("1e-4"), mp.inf, True))
        half = mp.mpf(300) / 2
        x = 300 / (300 + mp.mpf(10) ** 4)
        student = mp.log(mp.betainc(half, mp.mpf("0.5"), 0, x, regularized=True) / 2)
    assert Prior.normal(0, 1).logsf(50.0) == pytest.approx(float(normal), rel=1e-13)
    assert Prior.normal(0, 1).logcdf(-50.0) == pytest.approx(float(normal), rel=1e-13)
    assert Prior.cauchy(0, 1).logsf(1e200) == pytest.approx(float(cauchy), rel=1e-13)
    assert Prior.beta(400, 3).logcdf(1e-5) == pytest.approx(float(beta), rel=1e-12)
    assert Prior.beta(3, 400).logsf(1 - 1e-5) == pytest.approx(float(beta), rel=1e-11)
    assert Prior.inverse_gamma(1.73, 0.47).logcdf(1e-4) == pytest.approx(float(gamma), rel=1e-12)
    assert Prior.student_t(300, 0, 1).logcdf(-100.0) == pytest.approx(float(student), rel=1e-12)


@pytest.mark.parametrize("df", [0.5, 1, 2.5, 30, 1e6])
def test_student_quantiles_far_out(df: float) -> None:
    prior = Prior.student_t(df, 0, 1)
    for q in (1e-250, 1e-30, 1e-3, 0.2499, 0.2501, 0.4999):
        x = prior.ppf(q)
        if math.isfinite(x):
            assert prior.logcdf(x) == pytest.approx(math.log(q), rel=1e-10)
            assert prior.isf(q) == -x


def test_extreme_arguments_neither_overflow_nor_warn() -> None:
    for prior in PROPER:
        with np.errstate(all="raise", under="ignore"):
            low = prior.logpdf(np.array([-1e300, -1e155, 1e155, 1e300]))
        assert np.all(low < -300)
    assert Prior.normal(0, 1).logpdf(math.inf) == -math.inf


def test_large_shapes_keep_their_digits() -> None:
    with mp.workdps(40):
        for a, b in ((0.5, 1e7), (11, 12.5), (1e6, 1e6), (3, 2e4), (5e7, 0.25)):
            assert log_beta(a, b) == pytest.approx(float(mp.log(mp.beta(a, b))), rel=2e-15)
        for x, step in ((5e5, 0.5), (12, 3.25), (0.5, 0.5), (1e9, 0.5)):
            exact = mp.loggamma(mp.mpf(x) + mp.mpf(step)) - mp.loggamma(x)
            assert log_gamma_ratio(x, step) == pytest.approx(float(exact), rel=5e-15)


@pytest.mark.parametrize(
    ("low", "high"), [(8, 9), (30, 31), (-31, -30), (40, math.inf), (0.1, 0.1 + 1e-9), (-1, 2)]
)
def test_log_mass_of_a_normal(low: float, high: float) -> None:
    with mp.workdps(80):
        if low > 0:
            exact = mp.log(mp.ncdf(-mp.mpf(low)) - mp.ncdf(-mp.mpf(high)))
        else:
            exact = mp.log(mp.ncdf(mp.mpf(high)) - mp.ncdf(mp.mpf(low)))
    assert Prior.normal(0, 1).log_mass(low, high) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("prior", PROPER, ids=str)
def test_log_mass_of_empty_and_whole(prior: Prior) -> None:
    assert prior.log_mass(1.0, 1.0) == -math.inf
    assert prior.log_mass(2.0, 1.0) == -math.inf
    assert prior.log_mass(-math.inf, math.inf) == pytest.approx(0, abs=1e-14)
    # Narrow intervals: the mass is the density times the width.
    x, width = prior.ppf(0.37), 1e-9
    expected = prior.logpdf(x) + math.log(width)
    assert prior.log_mass(x - width / 2, x + width / 2) == pytest.approx(expected, abs=2e-6)


def test_logit_density_is_the_transformed_density() -> None:
    logits = np.linspace(-6, 6, 25)
    p = 1 / (1 + np.exp(-logits))
    for prior in (
        Prior.beta(0.5, 3),
        Prior.uniform(0.1, 0.8),
        Prior.logit_normal(0.4, 0.6),
        Prior.parse("0.5*beta(2, 2) + 0.5*uniform(0, 1)"),
    ):
        expected = prior.logpdf(p) + np.log(p) + np.log1p(-p)
        np.testing.assert_allclose(prior.logit_logpdf(logits), expected, rtol=1e-9)
    # Where the probability rounds to 1, the density on the log odds does not break down.
    assert Prior.beta(2, 3).logit_logpdf(60.0) == pytest.approx(math.log(12) - 180, rel=1e-12)
    with pytest.raises(InputError, match="does not lie on probabilities"):
        Prior.normal(0, 1).logit_logpdf(0.0)


def test_improper_priors() -> None:
    flat, haldane = Prior.flat(), Prior.beta(0, 0)
    assert not flat.is_proper
    assert not haldane.is_proper
    np.testing.assert_array_equal(flat.logpdf(X), 0)
    assert haldane.logpdf(0.2) == pytest.approx(-math.log(0.2 * 0.8))
    assert haldane.logit_logpdf(3.0) == 0
    assert math.isnan(flat.mean)
    assert math.isnan(haldane.sd)
    for prior in (flat, haldane):
        for refused in (
            lambda p=prior: p.cdf(0.5),
            lambda p=prior: p.ppf(0.5),
            lambda p=prior: p.log_mass(0.1, 0.2),
            lambda p=prior: p.sample(3, np.random.default_rng(1)),
        ):
            with pytest.raises(InputError, match="improper"):
                refused()


def test_atoms() -> None:
    spike = Prior.mixture([(0.25, Prior.point(0)), (0.75, Prior.normal(1, 2))])
    assert spike.atoms == ((0.25, 0.0),)
    smooth = Prior.normal(1, 2)
    assert spike.cdf(0.0) == pytest.approx(0.25 + 0.75 * smooth.cdf(0.0))
    assert spike.sf(0.0) == pytest.approx(0.75 * smooth.sf(0.0))
    assert spike.log_mass(0, math.inf) == pytest.approx(math.log(0.75 * smooth.sf(0.0)))
    assert spike.logpdf(0.0) == pytest.approx(math.log(0.75) + smooth.logpdf(0.0))
    below = 0.75 * smooth.cdf(0.0)
    for q in (below + 1e-6, below + 0.1, below + 0.249):
        assert spike.ppf(q) == 0
        assert spike.isf(1 - q) == 0
    assert spike.ppf(below - 0.01) < 0 < spike.ppf(below + 0.26)
    assert Prior.point(2).sample(3, np.random.default_rng(1)).tolist() == [2, 2, 2]
    assert Prior.point(2).logpdf(2.0) == -math.inf


def test_mixture_weights_at_their_ends() -> None:
    one, two = Prior.normal(0, 1), Prior.normal(3, 0.5)
    for weights, left in (((1, 0), one), ((0, 1), two)):
        both = Prior.mixture(zip(weights, (one, two), strict=True))
        assert both.support == left.support
        np.testing.assert_allclose(both.logpdf(X), left.logpdf(X), rtol=1e-15)
        np.testing.assert_allclose(both.ppf(Q), left.ppf(Q), rtol=1e-12)
        assert (both.mean, both.sd) == (left.mean, left.sd)


def test_mixtures_flatten_and_renormalise() -> None:
    inner = Prior.mixture([(0.5, Prior.normal(0, 1)), (0.5, Prior.normal(0, 2))])
    outer = Prior.mixture([(0.8, inner), (0.2, Prior.cauchy(0, 1))])
    assert outer.weights == (0.4, 0.4, 0.2)
    assert outer.families == ("normal", "normal", "cauchy")
    third = Prior.mixture([(1 / 3 + 1e-11, Prior.normal(k, 1)) for k in range(3)])
    assert math.fsum(third.weights) == pytest.approx(1, abs=1e-15)


def test_equality_ignores_words_and_values_travel() -> None:
    prior = Prior.normal(0, 1, label="a", rationale="b", source="c")
    assert prior == Prior.normal(-0.0, np.float64(1)).with_label("other")
    assert hash(prior) == hash(Prior.normal(0, 1))
    assert prior.with_label("z").rationale == "b"
    copy = pickle.loads(pickle.dumps(prior))
    assert copy == prior
    assert copy.label == "a"
    with pytest.raises(AttributeError):
        prior.label = "x"  # type: ignore[misc]


@given(hs.sampled_from([p for p, _ in PAIRS if p.support[0] == -math.inf]), hs.floats(-20, 20))
def test_negation_mirrors(prior: Prior, x: float) -> None:
    assert prior.negated().logpdf(-x) == prior.logpdf(x)
    assert prior.negated().cdf(-x) == prior.sf(x)
    assert prior.negated().negated() == prior


def test_complement_mirrors() -> None:
    for prior in (Prior.beta(2, 5), Prior.logit_normal(1, 2), Prior.uniform(0.25, 0.75)):
        assert prior.complement().cdf(0.25) == pytest.approx(prior.sf(0.75), rel=1e-12)
    with pytest.raises(InputError):
        Prior.beta(1, 2).negated()
    with pytest.raises(InputError):
        Prior.normal(1, 2).complement()


def test_families_name_their_arguments() -> None:
    assert FAMILIES["normal"].arguments == ("mean", "sd")
    assert FAMILIES["student_t"].arguments == ("df", "location", "scale")
    assert len(FAMILIES) == 12
