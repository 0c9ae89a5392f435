"""Elicitation: quantiles are met, least squares is least, an independent library agrees."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as hs
from scipy import optimize, special, stats

from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior, elicit, elicit_between

LINE = [("normal", None), ("student_t", 3.0), ("cauchy", None), ("logistic", None)]


@pytest.mark.parametrize(("family", "df"), LINE)
@given(hs.floats(0.01, 0.99), hs.floats(1.01, 100))
def test_two_odds_ratios_are_met(family: str, df: float | None, lower: float, fold: float) -> None:
    fit = elicit_between(family, lower, lower * fold, 0.9, df=df, odds_ratios=True)
    assert fit.is_exact
    assert fit.prior.cdf(math.log(lower)) == pytest.approx(0.05, rel=1e-7)
    assert fit.prior.sf(math.log(lower * fold)) == pytest.approx(0.05, rel=1e-7)


@given(hs.floats(0.001, 0.98), hs.floats(0.01, 0.99), hs.floats(0.01, 0.45), hs.floats(0.55, 0.99))
def test_two_probabilities_are_met(low: float, share: float, q: float, r: float) -> None:
    high = low + share * (0.999 - low)
    for family in ("beta", "logit_normal"):
        fit = elicit(family, [(r, high), (q, low)])
        assert fit.stated == ((q, low), (r, high))
        assert fit.prior.cdf(low) == pytest.approx(q, abs=1e-8)
        assert fit.prior.cdf(high) == pytest.approx(r, abs=1e-8)


def test_ninety_percent_between_a_half_and_two() -> None:
    fit = elicit_between("normal", 0.5, 2.0, odds_ratios=True)
    assert fit.prior.mean == 0
    assert fit.prior.sd == pytest.approx(math.log(2) / special.ndtri(0.95), rel=1e-12)
    assert fit.fitted == pytest.approx((0.5, 2.0))
    assert fit.to_dict()["exact"] is True
    log_scale = elicit_between("lognormal", 0.5, 2.0)
    assert log_scale.prior == Prior.lognormal(0.0, fit.prior.sd)


THREE = [(0.05, 0.3), (0.5, 0.6), (0.95, 0.8)]


def _loss(family: str, one: float, two: float) -> float:
    q = np.array([probability for probability, _ in THREE])
    values = special.logit([number for _, number in THREE])
    if family == "beta":
        fitted = special.logit(stats.beta.ppf(q, one, two))
    else:
        fitted = one + two * special.ndtri(q)
    return float(np.sum((fitted - values) ** 2))


@pytest.mark.parametrize("family", ["beta", "logit_normal"])
def test_three_quantiles_by_least_squares(family: str) -> None:
    fit = elicit(family, THREE)
    assert not fit.is_exact
    assert len(fit.residuals) == 3
    found = fit.prior.components[0].arguments
    best = optimize.minimize(
        lambda log: _loss(family, math.exp(log[0]), math.exp(log[1])),
        [0.0, 0.0],
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000},
    )
    assert _loss(family, *found) <= best.fun * (1 + 1e-8)


def test_three_consistent_quantiles_are_met() -> None:
    source = Prior.beta(3, 8)
    fit = elicit("beta", [(q, source.ppf(q)) for q in (0.1, 0.25, 0.5, 0.9)])
    assert fit.is_exact
    assert fit.prior.components[0].arguments == pytest.approx((3, 8), rel=1e-7)


def test_an_independent_library_finds_the_same_quartiles() -> None:
    with warnings.catch_warnings():
        # PreliZ and what it imports warn on import; only its numbers matter here.
        warnings.simplefilter("ignore")
        import preliz

        normal, beta = preliz.Normal(), preliz.Beta()
        preliz.quartile(normal, 0.2, 0.5, 0.8, plot=False)
        preliz.quartile(beta, 0.3, 0.5, 0.8, plot=False)
    ours = elicit("normal", [(0.25, 0.2), (0.5, 0.5), (0.75, 0.8)]).prior
    # Its optimiser stops at a relative change of about 1e-8 in the loss.
    assert normal.mu == pytest.approx(ours.mean, abs=1e-4)
    assert normal.sigma == pytest.approx(ours.sd, rel=1e-4)
    # For the beta it compares distribution functions and we compare log odds of quantiles, so the
    # fits differ; each must be at least as good as the other by its own measure.
    found = elicit("beta", stated := [(0.25, 0.3), (0.5, 0.5), (0.75, 0.8)]).prior

    def by_quantile(prior: Prior) -> float:
        return sum((special.logit(prior.ppf(q)) - special.logit(x)) ** 2 for q, x in stated)

    def by_probability(prior: Prior) -> float:
        return sum((prior.cdf(x) - q) ** 2 for q, x in stated)

    theirs = Prior.beta(beta.alpha, beta.beta)
    assert by_quantile(found) < by_quantile(theirs)
    assert by_probability(theirs) < by_probability(found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gamma", [(0.1, 1), (0.9, 2)]), "no solver for this family"),
        (("normal", [(0.1, 1)]), "two parameters need two quantiles"),
        (("normal", [(0.1, 2), (0.9, 1)]), "a larger probability needs a larger value"),
        (("normal", [(0.1, 1), (0.1, 2)]), "a larger probability needs a larger value"),
        (("normal", [(0.0, 1), (0.9, 2)]), "a probability lies between 0 and 1"),
        (("normal", [(0.1, math.nan), (0.9, 2)]), "finite"),
        (("normal", [(0.1, 1, 3), (0.9, 2)]), "pair"),
        (("beta", [(0.1, 0.5), (0.9, 1.5)]), "between 0 and 1"),
        (("lognormal", [(0.1, -1), (0.9, 1.5)]), "between 0 and inf"),
        (("student_t", [(0.1, 1), (0.9, 2)]), "degrees of freedom"),
    ],
)
def test_refuses(arguments: tuple[str, list[tuple[float, float]]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        elicit(*arguments)


def test_refuses_other_options() -> None:
    with pytest.raises(InputError, match="degrees of freedom"):
        elicit_between("normal", 1, 2, df=3)
    with pytest.raises(InputError, match="whole line"):
        elicit_between("beta", 0.1, 0.2, odds_ratios=True)
    with pytest.raises(InputError, match="upper limit must be above"):
        elicit_between("normal", 2, 1)
    with pytest.raises(InputError, match="between 0 and 1"):
        elicit_between("normal", 1, 2, 1.0)
    with pytest.raises(InputError, match="between 0 and inf"):
        elicit_between("normal", -1, 2, odds_ratios=True)
