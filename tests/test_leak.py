"""The baseline's leak into the effect, and the likelihood that has no baseline."""

from __future__ import annotations

import math
import re

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_values import entries

from bayes_rsa import exact
from bayes_rsa import frequentist as fq
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event
from bayes_rsa.exact.conditional import log_conditional_likelihood
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import baseline_leak, baseline_priors, largest_leak
from bayes_rsa.sensitivity.leak import CONDITIONAL
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
counts = st.integers(0, 25).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


# ---- the table --------------------------------------------------------------------------------


@pytest.mark.parametrize("sd", ["0.355", "1"])
def test_reference(sd: str) -> None:
    """Both columns of every row, and the two rows that are not in the default table."""
    skewed = ("baseline", Prior.normal(math.log(0.6 / 0.4), 1.5))
    rows = baseline_leak(TRIAL, Prior.normal(0, float(sd)), priors=(*baseline_priors(), skewed))
    known = {
        f"logit_sd{sd}.alpha_sd{row.prior.sd:g}": row
        for row in rows
        if row.parameter == "baseline" and row.prior is not None and row.prior.mean == 0
    }
    known[f"logit_sd{sd}.alpha_mean_logit0.6_sd1.5"] = rows[-2]
    known[f"symmetric_sd{sd}.beta_sd10"] = next(
        row for row in rows if row.parameter == "midpoint" and row.prior == Prior.normal(0, 10)
    )
    covered = 0
    for entry in entries("baseline_sens.").values():
        found = re.fullmatch(r"baseline_sens\.(.+?)\.(P_benefit|OR\.median)", entry.name)
        assert found is not None
        if not re.match(rf"(logit|symmetric)_sd{sd}\.[ab]", found[1]):
            continue
        row = known[found[1]]
        got = row.probability if found[2] == "P_benefit" else row.median
        assert got == pytest.approx(entry.value, abs=entry.tolerance), entry.name
        covered += 1
    assert covered == 12


def test_the_tighter_the_baseline_the_more_leaks() -> None:
    rows = baseline_leak(TRIAL, Prior.normal(0, 0.355))
    reference = rows[-1]
    assert reference.parameter == CONDITIONAL
    assert reference.prior is None
    away = [abs(r.probability - reference.probability) for r in rows if r.parameter == "baseline"]
    assert (np.diff(away) < 0).all()
    assert largest_leak(rows) == max(away) > 0.03
    midpoints = [r for r in rows if r.parameter == "midpoint"]
    assert len(midpoints) == 3
    assert max(abs(r.probability - reference.probability) for r in midpoints) < 1e-3
    assert max(r.error for r in rows) < 1e-8


def test_other_statements_and_directions() -> None:
    lower = Trial.from_counts(treatment=(60, 75), control=(47, 74), better="lower")
    effect = Prior.normal(0, 1)
    up, down = baseline_leak(TRIAL, effect), baseline_leak(lower, effect)
    assert [a.probability + b.probability for a, b in zip(up, down, strict=True)] == (
        pytest.approx([1] * len(up), abs=1e-9)
    )
    (row, _) = baseline_leak(
        TRIAL, effect, priors={"midpoint": Prior.normal(0, 1.5)}, statement="OR > 1.25"
    )
    post = exact.log_odds_ratio(TRIAL, effect=effect)
    assert row.probability == pytest.approx(float(post.sf("odds_ratio", 1.25)), abs=1e-12)


def test_table_refusals() -> None:
    with pytest.raises(InputError, match="only the odds ratio"):
        baseline_leak(TRIAL, Prior.normal(0, 1), statement="RD > 0.1")
    with pytest.raises(InputError, match="baseline or the midpoint"):
        baseline_leak(TRIAL, Prior.normal(0, 1), priors={"control": Prior.normal(0, 1)})


# ---- given both margins -----------------------------------------------------------------------


@given(counts, counts, st.floats(-3, 3))
@settings(max_examples=40, deadline=None)
def test_the_likelihood_sums_to_one_over_the_tables(
    treatment: tuple[int, int], control: tuple[int, int], log_odds: float
) -> None:
    (y1, n1), (y0, n0) = treatment, control
    total = 0.0
    for k in range(max(0, y1 + y0 - n0), min(n1, y1 + y0) + 1):
        trial = Trial.from_counts(treatment=(k, n1), control=(y1 + y0 - k, n0))
        total += math.exp(log_conditional_likelihood(trial, np.array([log_odds]))[0])
    assert total == pytest.approx(1, abs=1e-12)


def test_its_maximum_is_the_conditional_estimate() -> None:
    best = fq.conditional_odds_ratio(60, 75, 47, 74).value
    x = math.log(best) + np.array([-1e-4, 0.0, 1e-4])
    below, at, above = log_conditional_likelihood(TRIAL, x)
    assert at > below
    assert at > above
    assert below == pytest.approx(above, abs=1e-9)


@pytest.mark.parametrize(
    ("treatment", "control", "prior"),
    [
        ((60, 75), (47, 74), "normal(0, 0.355)"),
        ((60, 75), (47, 74), "student_t(3, 0, 1)"),
        ((5, 5), (0, 6), "normal(0, 1)"),
        ((0, 9), (0, 8), "normal(0.5, 1)"),
        ((3, 12), (9, 14), "0.5*normal(0, 0.1) + 0.5*normal(1, 2)"),
    ],
)
def test_posterior_against_high_precision(
    treatment: tuple[int, int], control: tuple[int, int], prior: str
) -> None:
    effect = Prior.parse(prior)
    trial = Trial.from_counts(treatment=treatment, control=control)
    post = exact.conditional_odds_ratio(trial, effect=effect)
    (y1, n1), (y0, n0) = treatment, control
    first, last = max(0, y1 + y0 - n0), min(n1, y1 + y0)
    ways = [math.comb(n1, k) * math.comb(n0, y1 + y0 - k) for k in range(first, last + 1)]

    def density(x: mpmath.mpf) -> mpmath.mpf:
        total = mpmath.polyval(ways, mpmath.exp(x), asc=True) * mpmath.exp((first - y1) * x)
        return mpmath.exp(mpmath.mpf(float(effect.logpdf(float(x))))) / total

    places = [-60, -20, -8, *(k / 4 for k in range(-16, 17)), 8, 20, 60]
    with mpmath.workdps(20):
        below = mpmath.quad(density, [p for p in places if p <= 0])
        above = mpmath.quad(density, [p for p in places if p >= 0])
    wanted = float(above / (above + below))
    got, error = post.probability(Event("odds_ratio", 1.0, math.inf))
    # The t prior's tails beyond 60 hold less than 1e-6.
    room = 1e-6 if "student" in prior else 1e-10
    assert got == pytest.approx(wanted, abs=room)
    assert error <= 1e-8


def test_a_wide_baseline_comes_near_it() -> None:
    """The margins themselves say little about the odds ratio."""
    for effect in (Prior.normal(0, 0.355), Prior.normal(0, 2)):
        free = exact.conditional_odds_ratio(TRIAL, effect=effect).summary("log_odds_ratio")
        wide = exact.log_odds_ratio(TRIAL, effect=effect, midpoint=Prior.normal(0, 10)).summary(
            "log_odds_ratio"
        )
        assert free.median == pytest.approx(wide.median, abs=0.02)


def test_symmetries() -> None:
    effect = Prior.normal(0.4, 0.8)
    post = exact.conditional_odds_ratio(TRIAL, effect=effect)
    swapped = exact.conditional_odds_ratio(TRIAL.swapped(), effect=effect.negated())
    relabelled = exact.conditional_odds_ratio(TRIAL.relabelled(), effect=effect.negated())
    for other in (swapped, relabelled):
        assert float(other.sf("log_odds_ratio", 0.0)) == pytest.approx(
            float(post.cdf("log_odds_ratio", 0.0)), abs=1e-11
        )


def test_it_knows_no_risks() -> None:
    post = exact.conditional_odds_ratio(TRIAL, effect=Prior.normal(0, 1))
    assert post.estimands == ("odds_ratio", "log_odds_ratio")
    assert not post.arms
    with pytest.raises(InputError, match="does not inform"):
        post.distribution("risk_difference")


def test_moments_that_do_not_exist() -> None:
    most = Trial.from_counts(treatment=(5, 5), control=(0, 5))
    heavy = exact.conditional_odds_ratio(most, effect=Prior.cauchy(0, 1))
    assert heavy.summary("odds_ratio").mean is None
    assert heavy.summary("log_odds_ratio").mean is None
    light = exact.conditional_odds_ratio(most, effect=Prior.student_t(4, 0, 1))
    assert light.summary("odds_ratio").mean is None
    assert light.summary("log_odds_ratio").sd is not None
    one_left = Trial.from_counts(treatment=(5, 6), control=(1, 5))
    near = exact.conditional_odds_ratio(one_left, effect=Prior.flat()).summary("odds_ratio")
    assert near.mean is None
    assert exact.conditional_odds_ratio(most, effect=Prior.normal(0, 1)).summary("odds_ratio").sd


def test_large_trials() -> None:
    large = Trial.from_counts(treatment=(12_000, 20_000), control=(11_500, 19_000))
    free = exact.conditional_odds_ratio(large, effect=Prior.normal(0, 1)).summary("odds_ratio")
    full = exact.log_odds_ratio(large, effect=Prior.normal(0, 1)).summary("odds_ratio")
    assert free.median == pytest.approx(full.median, abs=2e-5)
    assert free.eti == pytest.approx(full.eti, abs=5e-5)


def test_refusals() -> None:
    with pytest.raises(InputError, match="improper"):
        exact.conditional_odds_ratio(
            Trial.from_counts(treatment=(5, 5), control=(2, 5)), effect=Prior.flat()
        )
    with pytest.raises(InputError, match="point mass"):
        exact.conditional_odds_ratio(TRIAL, effect=Prior.point(0))
    with pytest.raises(InputError, match="events and n"):
        exact.conditional_odds_ratio(
            Trial.from_effect(measure="OR", log_effect=0.1, standard_error=0.2),
            effect=Prior.normal(0, 1),
        )
