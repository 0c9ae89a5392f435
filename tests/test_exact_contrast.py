"""The exact sweep core and the all-tables functions, against posteriors one at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from reference_values import value

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event, Statement
from bayes_rsa.exact import ContrastLikelihood, tables
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
STATEMENTS = ("OR > 1", "OR > 1.25", "RD > 0.05", "-0.1 < RD < 0.1", "RR > 1.1", "p_control < 0.6")
EVENTS = [Statement.parse(text).resolve("higher") for text in STATEMENTS]
PRIORS = [
    Prior.normal(0, 1),
    Prior.normal(-1, 0.2),
    Prior.normal(0, 0.01),
    Prior.normal(3, 100),
    Prior.cauchy(0, 0.02),
    Prior.student_t(3, -2, 0.5),
    Prior.uniform(-0.3, 0.8),
    Prior.logistic(0.2, 0.4),
    Prior.parse("0.5*normal(0, 0.05) + 0.5*normal(0, 5)"),
]
BASELINE = {"baseline": Prior.normal(0, 1.5)}
MIDPOINT = {"midpoint": Prior.normal(0, 1.5)}
MIXED_MIDPOINT = {"midpoint": Prior.parse("0.3*normal(0.4, 0.6) + 0.7*student_t(7, 0, 2.5)")}


@pytest.mark.parametrize("table", [((5, 10), (0, 10)), ((3, 12), (5, 11)), ((60, 75), (47, 74))])
def test_usual_priors_are_resolved_together_in_small_trials(
    table: tuple[tuple[int, int], tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    likelihood = ContrastLikelihood(Trial.from_counts(*table))
    priors = [Prior.normal(mean, sd) for mean in (-1.0, 0.0, 0.7) for sd in (0.2, 0.5, 1.0, 2.5)]
    alone: list[Prior] = []
    one = ContrastLikelihood.posterior

    def counted(self: ContrastLikelihood, effect: Prior) -> exact.ExactPosterior:
        alone.append(effect)
        return one(self, effect)

    monkeypatch.setattr(ContrastLikelihood, "posterior", counted)
    _, errors = likelihood.probabilities(priors, EVENTS[:2])
    assert alone == []
    assert errors.max() < 1e-8


@pytest.mark.parametrize(
    ("trial", "nuisance"),
    [
        (TRIAL, BASELINE),
        (TRIAL, MIDPOINT),
        pytest.param(
            Trial.from_counts(treatment=(0, 9), control=(4, 11)),
            MIXED_MIDPOINT,
            marks=pytest.mark.slow,
        ),
        (Trial.from_counts(treatment=(9000, 20_000), control=(9100, 20_000)), BASELINE),
    ],
    ids=["baseline", "midpoint", "empty cell, mixture", "large"],
)
def test_sweep_equals_one_at_a_time(
    trial: Trial, nuisance: dict[str, Prior], monkeypatch: pytest.MonkeyPatch
) -> None:
    core = ContrastLikelihood(trial, **nuisance)
    alone: dict[Prior, exact.ExactPosterior] = {}

    def one(_core: ContrastLikelihood, effect: Prior) -> exact.ExactPosterior:
        return alone.setdefault(effect, exact.log_odds_ratio(trial, effect=effect, **nuisance))

    itself = core.posterior(PRIORS[0])
    assert (itself.trial, itself.priors) == (trial, one(core, PRIORS[0]).priors)
    # What the sweep itself computes one at a time is not computed once more.
    monkeypatch.setattr(ContrastLikelihood, "posterior", one)
    values, errors = core.probabilities(PRIORS, EVENTS)
    assert values.shape == errors.shape == (len(PRIORS), len(EVENTS))
    assert errors.max() <= 1e-8
    for k, prior in enumerate(PRIORS):
        expected = [one(core, prior).probability(event)[0] for event in EVENTS]
        assert values[k] == pytest.approx(expected, abs=1e-8), str(prior)


def test_marginal_likelihoods_of_a_sweep() -> None:
    core = ContrastLikelihood(TRIAL, baseline=Prior.normal(0, 1.5))
    proper = [prior for prior in PRIORS if prior.is_proper]
    values, errors = core.log_marginal_likelihoods(proper)
    assert errors.max() <= 1e-8
    for got, prior in zip(values, proper, strict=True):
        alone = core.posterior(prior).log_marginal_likelihood
        assert got == pytest.approx(alone, abs=1e-8), str(prior)


def test_bayes_factor_against_the_point_null() -> None:
    core = ContrastLikelihood(TRIAL, baseline=Prior.normal(0, 1.5))
    post = core.posterior(Prior.normal(0, 1))
    assert post.log_marginal_likelihood is not None
    bf10 = math.exp(post.log_marginal_likelihood - float(core.log_likelihood(0.0)))
    assert bf10 == pytest.approx(value("logit_sd1.BF10").value, abs=1e-7)
    # Savage-Dickey: the same from the densities at 0.
    ratio = float(post.pdf("log_odds_ratio", 0.0)) / math.exp(Prior.normal(0, 1).logpdf(0.0))
    assert 1 / ratio == pytest.approx(bf10, rel=1e-9)


def test_favouring_an_arm_is_one_event_in_a_sweep() -> None:
    events = [
        Event("odds_ratio", 1.0, math.inf),
        Event("risk_ratio", 1.0, math.inf),
        Event("risk_difference", 0.0, math.inf),
    ]
    values, _ = ContrastLikelihood(TRIAL).probabilities(PRIORS, events)
    assert (values[:, 0] == values[:, 1]).all()
    assert (values[:, 0] == values[:, 2]).all()


def test_a_sweep_refuses_what_it_cannot_do() -> None:
    with pytest.raises(InputError, match="proper"):
        ContrastLikelihood(TRIAL, baseline=Prior.flat())
    with pytest.raises(InputError, match="not both"):
        ContrastLikelihood(TRIAL, baseline=Prior.normal(0, 1), midpoint=Prior.normal(0, 1))
    with pytest.raises(InputError, match="does not inform"):
        ContrastLikelihood(TRIAL).probabilities(PRIORS, [Event("hazard_ratio", 1, math.inf)])


# All tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sd", ["0.355", "1", "10"])
def test_prior_predictive_of_all_tables(sd: str) -> None:
    logs = tables.log_marginal_likelihoods(
        (75, 74), effect=Prior.normal(0, float(sd)), baseline=Prior.normal(0, 1.5)
    )
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-10)
    observed = value(f"box.logit_sd{sd}.log_m_obs")
    assert logs[60, 47] == pytest.approx(observed.value, abs=observed.tolerance)
    p_table = np.exp(logs)[logs <= logs[60, 47] + 1e-12].sum()
    expected = value(f"box.logit_sd{sd}.p_table")
    assert p_table == pytest.approx(expected.value, abs=expected.tolerance)


@pytest.mark.parametrize(
    ("effect", "level"),
    [
        ("uniform(-1, 1)", "normal(0, 1.5)"),
        ("0.5*normal(0, 0.05) + 0.5*normal(0, 3)", "normal(0.4, 0.6)"),
        ("cauchy(0, 0.5)", "normal(0, 1.5)"),
    ],
)
def test_tables_equal_one_at_a_time(effect: str, level: str) -> None:
    prior, midpoint = Prior.parse(effect), Prior.parse(level)
    logs = tables.log_marginal_likelihoods((12, 9), effect=prior, midpoint=midpoint)
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-10)
    for y in ((0, 0), (12, 0), (7, 3)):
        trial = Trial.from_counts(treatment=(y[0], 12), control=(y[1], 9))
        alone = exact.log_odds_ratio(trial, effect=prior, midpoint=midpoint)
        assert logs[y] == pytest.approx(alone.log_marginal_likelihood, abs=1e-8)


@pytest.mark.parametrize("size", [200, 1001])
def test_what_the_controls_show_does_not_depend_on_how_many_are_treated(size: int) -> None:
    """Up to a thousand in an arm each number of events is computed from the one before."""
    priors = {"effect": Prior.normal(0.6, 0.4), "baseline": Prior.normal(-0.3, 0.2)}
    controls = [
        np.exp(tables.log_marginal_likelihoods((n, 5), **priors)).sum(axis=0) for n in (3, size)
    ]
    np.testing.assert_allclose(controls[1], controls[0], rtol=1e-9)


@pytest.mark.parametrize(
    "text", ["beta(1, 1)", "logit_normal(0.3, 0.1)", "0.4*uniform(0.1, 0.6) + 0.6*beta(3, 2)"]
)
def test_tables_by_arm(text: str) -> None:
    prior = Prior.parse(text)
    logs = tables.log_marginal_likelihoods_by_arm(
        (20, 15), treatment=prior, control=Prior.beta(2, 2)
    )
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-10)
    trial = Trial.from_counts(treatment=(20, 20), control=(4, 15))
    alone = exact.independent_arms(trial, treatment=prior, control=Prior.beta(2, 2))
    assert logs[20, 4] == pytest.approx(alone.log_marginal_likelihood, abs=1e-8)


def test_superiority_of_all_tables() -> None:
    shares = tables.probability_of_superiority((75, 74), treatment=(1, 1), control=(1, 1))
    assert shares.shape == (76, 75)
    expected = value("beta_uniform.P_benefit")
    assert shares[60, 47] == pytest.approx(expected.value, abs=1e-11)
    assert (np.diff(shares, axis=0) > -1e-14).all()
    assert (np.diff(shares, axis=0)[20:60, 30:60] > 0).any(axis=0).all()
    turned = tables.probability_of_superiority((74, 75), treatment=(1, 1), control=(1, 1))
    assert shares + turned.T == pytest.approx(np.ones_like(shares), abs=1e-11)
    narrow = tables.probability_of_superiority((8, 8), treatment=(0.3, 2), control=(0.5, 0.5))
    trial = Trial.from_counts(treatment=(0, 8), control=(8, 8))
    alone = exact.independent_arms(
        trial, treatment=Prior.beta(0.3, 2), control=Prior.beta(0.5, 0.5)
    )
    event = Event("odds_ratio", 1.0, math.inf)
    assert narrow[0, 8] == pytest.approx(alone.probability(event)[0], abs=1e-10)
