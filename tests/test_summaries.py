"""Summaries of draws, held to closed forms; moments that do not exist; both engines' records."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from model_fixtures import TACROLIMUS, UNIFORM, beta_fit
from scipy import stats

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import COUNTS
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import (
    as_posterior,
    nnt,
    probability,
    probability_record,
    summarize,
    summary_records,
)
from bayes_rsa.trial import Trial


def test_summaries_agree_with_the_closed_forms() -> None:
    records = summary_records(beta_fit(TACROLIMUS, draws=5000))
    law = stats.beta(61, 16)
    record = records["p_treatment"]
    assert record.mean is not None
    assert abs(record.mean - law.mean()) < 4 * record.mcse_mean
    assert abs(record.sd - law.std()) < 4 * record.mcse_sd
    assert abs(record.median - law.median()) < 4 * record.mcse_median
    for k, q in enumerate((0.025, 0.975)):
        assert abs(record.eti[k] - law.ppf(q)) < 4 * record.mcse_eti[k]
    ratio = records["odds_ratio"]
    assert abs(ratio.mean - 61 / 15 * 28 / 47) < 4 * ratio.mcse_mean


def test_every_number_agrees_with_the_exact_engine() -> None:
    records = summary_records(beta_fit(TACROLIMUS, draws=5000, seed=2))
    posterior = exact.independent_arms(TACROLIMUS, treatment=UNIFORM, control=UNIFORM)
    other = summary_records(posterior)
    assert tuple(records) == tuple(other) == COUNTS
    for key, here in records.items():
        there = other[key]
        assert abs(here.mean - there.mean) < 4 * here.mcse_mean
        assert abs(here.sd - there.sd) < 4 * here.mcse_sd
        assert abs(here.median - there.median) < 4 * here.mcse_median
        for k in range(2):
            assert abs(here.eti[k] - there.eti[k]) < 4 * here.mcse_eti[k]
            assert abs(here.hdi[k] - there.hdi[k]) < 5 * here.mcse_hdi[k]
        assert there.mcse_mean is there.rhat is None


def test_monte_carlo_errors_are_those_seen_over_repetitions() -> None:
    fits = [summary_records(beta_fit(TACROLIMUS, draws=500, seed=s)) for s in range(30)]
    records = [fit["risk_difference"] for fit in fits]
    for value, error in (
        ([r.mean for r in records], np.mean([r.mcse_mean for r in records])),
        ([r.sd for r in records], np.mean([r.mcse_sd for r in records])),
        ([r.median for r in records], np.mean([r.mcse_median for r in records])),
        ([r.eti[0] for r in records], np.mean([r.mcse_eti[0] for r in records])),
        ([r.hdi[1] for r in records], np.mean([r.mcse_hdi[1] for r in records])),
    ):
        # The chi-squared limits of 29 degrees of freedom at 1e-5 are 0.53 and 1.64.
        assert 0.5 < np.std(value, ddof=1) / error < 1.7


@pytest.mark.parametrize(
    ("treatment", "control", "mean", "sd"),
    [
        ((5, 10), (0, 10), False, False),
        ((5, 10), (1, 10), True, False),
        ((5, 10), (2, 10), True, True),
        ((10, 10), (5, 10), False, False),
        ((9, 10), (5, 10), True, False),
    ],
)
def test_moments_that_do_not_exist_are_none(
    treatment: tuple[int, int], control: tuple[int, int], mean: bool, sd: bool
) -> None:
    trial = Trial.from_counts(treatment=treatment, control=control)
    records = summary_records(beta_fit(trial))
    record = records["odds_ratio"]
    assert (record.mean is not None, record.sd is not None) == (mean, sd)
    assert (record.mcse_mean is not None) == sd
    assert math.isfinite(record.median)
    assert record.mcse_median is not None
    log = records["log_odds_ratio"]
    assert log.mean is not None
    assert log.sd is not None
    row = summarize(beta_fit(trial)).loc["odds_ratio"]
    assert math.isnan(row["mean"]) == (not mean)


def test_the_frame_has_the_named_columns() -> None:
    frame = summarize(beta_fit(TACROLIMUS), interval=0.9)
    assert list(frame.index) == list(COUNTS)
    first = ["mean", "sd", "median", "eti_lower", "eti_upper", "hdi_lower", "hdi_upper"]
    assert list(frame.columns[:8]) == [*first, "mcse_mean"]
    assert {"ess_bulk", "ess_tail", "r_hat"} <= set(frame.columns)
    assert frame.attrs["interval"] == 0.9
    wider = summarize(beta_fit(TACROLIMUS))
    assert (wider["eti_upper"] > frame["eti_upper"]).all()


def test_probabilities_are_shares_of_draws_and_follow_the_direction() -> None:
    tree = beta_fit(TACROLIMUS)
    draws = tree["posterior"]["log_odds_ratio"].values
    assert probability(tree, "OR > 1.25") == np.mean(draws > math.log(1.25))
    # P(OR > 1) = P(RR > 1) = P(RD > 0), exactly on draws.
    assert len({probability(tree, s) for s in ("OR > 1", "RR > 1", "RD > 0", "benefit")}) == 1
    lower = beta_fit(Trial.from_counts(treatment=(60, 75), control=(47, 74), better="lower"))
    assert probability(lower, "harm") == probability(tree, "benefit")
    assert probability(lower, "benefit") == pytest.approx(1 - probability(tree, "benefit"))
    assert probability(tree, "NNT < 10") == probability(tree, "RD > 0.1")


def test_a_certain_event_still_has_an_error() -> None:
    record = probability_record(beta_fit(TACROLIMUS), "OR > 0.01")
    assert record.value == 1.0
    assert 0 < record.error < 0.001
    truth = exact.independent_arms(TACROLIMUS, treatment=UNIFORM, control=UNIFORM)
    for text in ("OR > 1", "RD > 0.1", "0.9 < OR < 1.1"):
        found = probability_record(beta_fit(TACROLIMUS), text)
        assert abs(found.value - probability(truth, text)) < 4 * found.error


def test_the_number_needed_to_treat_is_altman_s() -> None:
    posterior = exact.independent_arms(TACROLIMUS, treatment=UNIFORM, control=UNIFORM)
    found = nnt(posterior)
    assert found is not None
    assert found.interval == "NNTB 3.3 to NNTB 51.9"
    assert found.benefit_at_median == pytest.approx(6.212628526120442, rel=1e-6)


def test_what_is_not_a_posterior_is_refused() -> None:
    for thing in (3, "fit", xr.DataTree()):
        with pytest.raises(InputError):
            as_posterior(thing)
    with pytest.raises(InputError, match="interval"):
        summarize(beta_fit(TACROLIMUS), interval=95)
    with pytest.raises(InputError, match="does not inform"):
        as_posterior(beta_fit(TACROLIMUS)).summary("hazard_ratio", 0.95)


def test_a_fit_with_other_beta_priors_uses_them_for_the_moments() -> None:
    trial = Trial.from_counts(treatment=(5, 10), control=(1, 10))
    priors = {"p_treatment": Prior.beta(2, 2), "p_control": Prior.beta(2, 2)}
    record = summary_records(beta_fit(trial, priors))["odds_ratio"]
    assert record.sd is not None
