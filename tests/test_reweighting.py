"""A posterior under another prior from the draws of a fit, and what is lost on the way."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from reference_values import entries, value

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Statement
from bayes_rsa.exact import ContrastLikelihood
from bayes_rsa.inference import fit
from bayes_rsa.models import independent_arms, log_odds_ratio, log_risk_ratio
from bayes_rsa.priors import Prior, zampieri
from bayes_rsa.sensitivity import relative_ess, reweight, tempered_relative_ess
from bayes_rsa.sensitivity.relative_ess import has_infinite_variance
from bayes_rsa.sensitivity.reweighting import pareto_limit
from bayes_rsa.trial import Trial

BASELINE = Prior.normal(0, 1.5)
Z = 4.0


@pytest.fixture(scope="module")
def base() -> xr.DataTree:
    trial = Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher")
    model = log_odds_ratio(trial, effect=Prior.normal(0, 2.5), baseline=BASELINE)
    return fit(model, seed=11, ess_target=20_000, predictive=False)


def target(name: str) -> Prior:
    """The effect prior that an entry of the reference file names."""
    nine = zampieri(planned_odds_ratio=2.0)
    named = {
        # The enthusiastic prior for a planned OR is the strong optimistic one.
        "enthusiastic_OR2": nine["optimistic strong"],
        "pessimistic_strong_OR2": nine["pessimistic strong"],
    }
    return named[name] if name in named else Prior.normal(0, float(name.removeprefix("sd")))


# ---- by exact expectation ---------------------------------------------------------------------


def test_every_reference_number_about_reweighting() -> None:
    trial = Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher")
    likelihood = ContrastLikelihood(trial, baseline=BASELINE)
    event = Statement.parse("OR > 1").resolve("higher")
    checked = 0
    for name, entry in entries("reweight.").items():
        parts = name.removeprefix("reweight.").rsplit(".", 1)
        if parts[0].startswith("tempered"):
            found = tempered_relative_ess(trial, float(parts[0].rpartition("_")[2]))
        else:
            start, end = parts[0].removeprefix("from_").split("_to_")
            first, last = target(start), target(end)
            found = {
                "rel_ess": lambda a=first, b=last: relative_ess(likelihood, a, b),
                "P_benefit": lambda b=last: likelihood.probabilities([b], [event])[0].item(),
                "formally_infinite_variance": lambda a=first, b=last: float(
                    has_infinite_variance(a, b)
                ),
            }[parts[1]]()
        assert abs(found - entry.value) <= entry.tolerance, name
        checked += 1
    assert checked == 39


def test_tempering_is_nothing_at_one_and_has_no_variance_at_a_half(counts: Trial) -> None:
    assert tempered_relative_ess(counts, 1.0) == pytest.approx(1.0, abs=1e-12)
    assert tempered_relative_ess(counts, 0.45) == 0.0
    assert 0 < tempered_relative_ess(counts, 0.51) < 0.2


# ---- by draws ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sd0.355", "sd0.5", "sd1", "sd1.5", "sd10", "enthusiastic_OR2"])
def test_a_fit_is_seen_under_another_prior(base: xr.DataTree, counts: Trial, name: str) -> None:
    prior = target(name)
    seen = reweight(base, priors={"effect": prior})
    expected = value(f"reweight.from_sd2.5_to_{name}.rel_ess").value
    assert seen.relative_ess == pytest.approx(expected, rel=0.1)
    assert seen.passed
    post = exact.log_odds_ratio(counts, effect=prior, baseline=BASELINE)
    for text in ("OR > 1", "OR > 1.25", "RD > 0.1"):
        found, error = seen.probability(text)
        truth = post.probability(Statement.parse(text).resolve("higher"))[0]
        assert abs(found - truth) <= Z * error, text
    levels = np.array([0.025, 0.5, 0.975])
    for key in ("odds_ratio", "risk_difference"):
        quantiles, errors = seen.quantiles(key, levels)
        assert (np.abs(quantiles - post.ppf(key, levels)) <= Z * errors).all(), key
    mean, error = seen.mean(seen.base.draws("log_odds_ratio"))
    truth = post.summary("log_odds_ratio").mean
    assert truth is not None
    assert abs(mean - truth) <= Z * error


def test_the_same_prior_leaves_everything(base: xr.DataTree) -> None:
    seen = reweight(base, priors={"effect": Prior.normal(0, 2.5)})
    assert seen.pareto_k == -math.inf
    assert seen.relative_ess == pytest.approx(1.0, abs=1e-12)
    assert seen.passed
    draws = seen.base.draws("odds_ratio")
    assert seen.probability("OR > 1")[0] == pytest.approx(float((draws > 1).mean()), abs=1e-12)


def test_a_prior_that_the_draws_do_not_reach_is_refused(base: xr.DataTree) -> None:
    for prior in (Prior.normal(-4, 0.1), Prior.normal(0, 0.001), Prior.uniform(8, 9)):
        seen = reweight(base, priors={"effect": prior})
        assert not seen.passed
        assert "Pareto k" in seen.reason


def test_both_parameters_may_change(base: xr.DataTree, counts: Trial) -> None:
    priors = {"effect": Prior.normal(0, 1), "baseline": Prior.normal(0.5, 1)}
    seen = reweight(base, priors=priors)
    post = exact.log_odds_ratio(counts, **priors)
    found, error = seen.probability("OR > 1.25")
    truth = post.probability(Statement.parse("OR > 1.25").resolve("higher"))[0]
    assert abs(found - truth) <= Z * error


def test_a_power_of_the_likelihood(counts: Trial) -> None:
    """Uniform arms have a closed form: beta(1 + a0 y, 1 + a0 (n - y))."""
    uniform = Prior.beta(1, 1)
    model = independent_arms(counts, treatment=uniform, control=uniform)
    full = fit(model, seed=3, ess_target=2000)
    seen = reweight(full, power=0.8)
    assert seen.relative_ess == pytest.approx(tempered_relative_ess(counts, 0.8), rel=0.1)
    (y, _), (n, _) = counts.events, counts.n
    a, b = 1 + 0.8 * y, 1 + 0.8 * (n - y)
    mean, error = seen.mean(seen.base.draws("p_treatment"))
    assert abs(mean - a / (a + b)) <= Z * error
    assert reweight(full, power=1.0).relative_ess == pytest.approx(1.0, abs=1e-12)


@pytest.mark.slow
def test_truncated_priors_keep_their_normalising_constant(counts: Trial) -> None:
    """On the log risk ratio a prior is cut off where the control risk ends it."""
    wide, narrow = Prior.normal(0, 1), Prior.normal(0.1, 0.3)
    tree = fit(log_risk_ratio(counts, effect=wide), seed=5, ess_target=4000, predictive=False)
    found, error = reweight(tree, priors={"effect": narrow}).probability("RR > 1.1")
    post = exact.log_risk_ratio(counts, effect=narrow)
    truth = post.probability(Statement.parse("RR > 1.1").resolve("higher"))[0]
    assert abs(found - truth) <= Z * error


def test_the_limit_of_pareto_k() -> None:
    """Vehtari et al. 2024: min(1 - 1 / log10 S, 0.7)."""
    assert pareto_limit(100) == pytest.approx(0.5)
    assert pareto_limit(1000) == pytest.approx(2 / 3)
    assert pareto_limit(4000) == 0.7
    assert pareto_limit(10**6) == 0.7


def test_bad_requests_are_refused(base: xr.DataTree, counts: Trial) -> None:
    with pytest.raises(InputError, match="no such parameter"):
        reweight(base, priors={"midpoint": BASELINE})
    with pytest.raises(InputError, match="power"):
        reweight(base, power=0.6)
    with pytest.raises(InputError, match="normal priors"):
        has_infinite_variance(Prior.cauchy(0, 1), Prior.normal(0, 1))
    with pytest.raises(InputError, match="beta"):
        tempered_relative_ess(counts, 0.8, treatment=Prior.uniform(0, 1))
    with pytest.raises(InputError, match="log_likelihood"):
        reweight(base, power=0.8)
