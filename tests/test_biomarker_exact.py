"""Biomarkers by quadrature: reference numbers, identification, several markers together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from marker_fixtures import REPORTS, N, reported, trial_with
from reference_values import entries, value
from scipy import integrate, stats

from bayes_rsa.biomarkers import assess, joint_table, size_identified
from bayes_rsa.errors import InputError
from bayes_rsa.exact import biomarkers
from bayes_rsa.exact.quartile_likelihood import quartile_log_likelihood
from bayes_rsa.priors import Prior
from bayes_rsa.trial import (
    Biomarker,
    DirectionOnly,
    ExactTest,
    MeanSD,
    MedianQuartiles,
    Moments,
    PatientLevel,
    Printed,
    Quartiles,
    Trial,
    t_report,
)

SDS = ("0.5", "1", "2")
FLAT = Prior.flat()
QUARTILES = MedianQuartiles(Quartiles(10, 14, 20, 75), Quartiles(12, 17, 26, 74))


# ---- one marker by its direction ----------------------------------------------------------------


@pytest.mark.parametrize("sd", SDS)
def test_the_reference_posteriors(tacrolimus: Trial, sd: str) -> None:
    prior = Prior.normal(0, float(sd))
    found = biomarkers.direction_only(tacrolimus, effect=prior)["IL-33"]
    mean, spread = found.moments
    assert mean is not None
    assert spread is not None
    # The reference orients d towards the reported direction, which is lower.
    numbers = {
        "mean": -mean,
        "sd": spread,
        "P_d_gt_0": found.probability(upper=0),
        "P_d_gt_0.2": found.probability(upper=-0.2),
        "P_d_gt_0.5": found.probability(upper=-0.5),
    }
    prefix = f"biomarker.dir_only.prior_sd{sd}."
    assert {prefix + name for name in numbers} == set(entries(prefix))
    for name, number in numbers.items():
        entry = value(prefix + name)
        # The reference integrates over |d| < 12 only; see the next test.
        cut = 2e-7 if (sd, name) == ("2", "sd") else entry.tolerance
        assert number == pytest.approx(entry.value, rel=0, abs=cut), name


def test_the_widest_reference_is_cut_at_12(tacrolimus: Trial) -> None:
    """Its mean and SD lack what lies beyond, which ours have."""
    prior = Prior.normal(0, 2)
    found = biomarkers.direction_only(tacrolimus, effect=prior)["IL-33"]
    for reach, allowed in ((12, 1e-9), (40, None)):
        d = np.linspace(-reach, reach, 20_001)
        weight = np.exp(found.log_likelihood(d) + prior.logpdf(d))
        total = integrate.simpson(weight, d)
        mean = integrate.simpson(weight * d, d) / total
        sd = math.sqrt(integrate.simpson(weight * (d - mean) ** 2, d) / total)
        if allowed is not None:
            assert -mean == pytest.approx(
                value("biomarker.dir_only.prior_sd2.mean").value, abs=allowed
            )
            assert sd == pytest.approx(value("biomarker.dir_only.prior_sd2.sd").value, abs=allowed)
        else:
            assert found.moments == pytest.approx((mean, sd), abs=1e-10)


@pytest.mark.parametrize("sd", SDS[:2])
def test_a_marker_shown_because_it_is_significant(tacrolimus: Trial, sd: str) -> None:
    found = biomarkers.direction_only(
        tacrolimus, effect=Prior.normal(0, float(sd)), reported_because_significant=True
    )["ST2"]
    prefix = f"biomarker.cond_significant.prior_sd{sd}."
    mean, _ = found.moments
    assert mean is not None
    for name, number in (("mean", -mean), ("P_d_gt_0", found.probability(upper=0))):
        entry = value(prefix + name)
        assert number == pytest.approx(entry.value, rel=0, abs=entry.tolerance)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_against_plain_quadrature(name: str) -> None:
    prior = Prior.normal(0.1, 0.8)
    found = biomarkers.direction_only(reported(), effect=prior, markers=[name])[name]
    d = np.linspace(-7, 7, 20_001)
    weight = np.exp(found.log_likelihood(d) + prior.logpdf(d))
    total = integrate.simpson(weight, d)
    assert found.log_marginal_likelihood == pytest.approx(math.log(total), abs=1e-9)
    mean = integrate.simpson(weight * d, d) / total
    assert found.moments[0] == pytest.approx(mean, abs=1e-9)
    size = integrate.simpson(weight * np.abs(d), d) / total
    assert found.expectation(np.abs) == pytest.approx(size, abs=1e-9)
    low = integrate.simpson(weight[d <= 0], d[d <= 0]) / total
    assert found.probability(upper=0) == pytest.approx(low, abs=1e-8)
    assert found.probability(upper=0) + found.probability(lower=0) == pytest.approx(1, abs=1e-12)
    assert found.quantile(found.probability(upper=-0.3)) == pytest.approx(-0.3, abs=1e-8)
    assert found.error < 1e-8


def test_swapping_the_arms_turns_the_difference(tacrolimus: Trial) -> None:
    for prior in (Prior.normal(0.2, 1), Prior.student_t(4, 0, 0.5)):
        turned = Prior.parse(str(prior).replace("0.2", "-0.2"))
        here = biomarkers.direction_only(tacrolimus, effect=prior)["IL-33"]
        there = biomarkers.direction_only(tacrolimus.swapped(), effect=turned)["IL-33"]
        assert here.probability(upper=-0.3) == pytest.approx(there.probability(lower=0.3), abs=1e-9)


def test_selection_leaves_the_sign_alone() -> None:
    """Given that it is significant, the likelihood is 1 for every clear difference of its sign."""
    report = t_report(Biomarker("x", REPORTS["significant, lower"]), N)
    found = np.exp(biomarkers.report_likelihood(report, 0.05)(np.array([-3, -0.6, 0.0, 0.6, 3])))
    np.testing.assert_allclose(found, [1, 1, 0.5, 0, 0], atol=1e-5)


# ---- is the size identified? --------------------------------------------------------------------


def banner(finding: object, n: tuple[int, int] = N) -> str:
    (found,) = assess(trial_with(Biomarker("x", finding)), n=n)  # type: ignore[arg-type]
    return found.banner


def test_a_direction_identifies_no_size() -> None:
    lower = DirectionOnly("lower", Printed("<0.05"))
    assert banner(lower) == "direction supported; size not identified"
    assert banner(DirectionOnly("lower", Printed("<0.001"))) == banner(lower)
    unknown = banner(DirectionOnly("not stated", Printed("<0.05")))
    assert unknown == "direction not stated; size not identified"


def test_a_test_s_value_or_no_significance_identifies_it() -> None:
    assert banner(ExactTest("lower", None, -3.0)) == "direction supported; size identified"
    assert banner(ExactTest("lower", None, -0.1)) == "direction not supported; size identified"
    assert banner(MeanSD(Moments(2, 0.8, 75), Moments(2.4, 0.9, 74))).endswith("size identified")
    assert banner(QUARTILES).endswith("size identified")
    # "Not significant" among 149 bounds the size; among 8 it says next to nothing.
    none = DirectionOnly("not stated", Printed(">0.05"))
    assert banner(none) == "direction not stated; size identified"
    assert banner(none, (4, 4)) == "direction not stated; size not identified"
    assert banner(ExactTest("lower", None, -3.0), (4, 4)).endswith("size not identified")


def test_the_rule_compares_the_widest_with_the_narrowest(tacrolimus: Trial) -> None:
    (found, *_) = assess(tacrolimus)
    assert found.identification is not None
    sizes = {u.sd: u.mean_size for u in found.under}
    assert list(sizes) == [0.5, 1.0, 2.0]
    assert found.identification.ratio == sizes[2.0] / sizes[0.5]
    assert found.identification.ratio > 3
    assert size_identified([(0.5, 1.0), (2.0, 1.25)]).identified
    assert not size_identified([(2.0, 1.26), (0.5, 1.0)]).identified
    with pytest.raises(InputError, match="factor 2 apart"):
        size_identified([(1.0, 1.0), (1.5, 1.2)])


def test_the_orientation_of_a_record(tacrolimus: Trial) -> None:
    (here, *_) = assess(tacrolimus, markers=["IL-33"])
    (there,) = assess(tacrolimus.swapped(), markers=["IL-33"])
    assert (here.direction, there.direction) == ("lower", "higher")
    for one, other in zip(here.under, there.under, strict=True):
        assert one.mean == pytest.approx(other.mean, abs=1e-10)
        assert one.p_d_above["0.5"] == pytest.approx(other.p_d_above["0.5"], abs=1e-10)
        assert one.p_lower == pytest.approx(1 - other.p_lower, abs=1e-10)
        assert one.interval[0] < one.median < one.interval[1]
        assert one.p_size_above["0.2"] >= one.p_d_above["0.2"]


def test_patients_values_are_not_judged_here() -> None:
    (found,) = assess(trial_with(Biomarker("x", PatientLevel("x.csv"))))
    assert found.size_identified is None
    assert found.to_dict()["priors"] == []


def test_what_assess_refuses(tacrolimus: Trial, counts: Trial) -> None:
    with pytest.raises(InputError, match="no biomarker"):
        assess(counts)
    with pytest.raises(InputError, match="did you mean 'IL-33'"):
        assess(tacrolimus, markers=["IL33"])


# ---- several markers ----------------------------------------------------------------------------


def test_independent_markers_multiply(tacrolimus: Trial) -> None:
    prior = Prior.normal(0, 1)
    apart = biomarkers.direction_only(tacrolimus, effect=prior)
    together = biomarkers.joint_direction(tacrolimus, effect=prior)
    lower = [p.probability(upper=0) for p in apart.values()]
    logs = [p.log_marginal_likelihood or math.nan for p in apart.values()]
    assert together.all_lower == pytest.approx(math.prod(lower), abs=1e-8)
    assert together.p_lower == pytest.approx(lower, abs=1e-8)
    assert together.log_marginal_likelihood == pytest.approx(sum(logs), abs=1e-7)
    assert together.prior_all_lower == pytest.approx(1 / 8, abs=1e-8)
    assert together.spread is None


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_joint_posteriors_are_those_of_simulation(rho: float) -> None:
    """Patients' values of two correlated markers, and their t tests: nothing of ours."""
    n1, n0, draws = 12, 9, 40_000
    markers = [Biomarker(name, REPORTS["significant, lower"]) for name in "ab"]
    trial = trial_with(*markers)
    prior, spread = Prior.normal(0, 0.7), Prior.half_normal(0.4)
    found = biomarkers.joint_direction(
        trial, mean=prior, spread=spread, n=(n1, n0), correlation=rho
    )
    rng = np.random.default_rng(11)
    mu, tau = rng.normal(0, 0.7, draws), np.abs(rng.normal(0, 0.4, draws))
    d = mu[:, None] + tau[:, None] * rng.standard_normal((draws, 2))
    share = np.sqrt(rho) * rng.standard_normal((draws, n1 + n0, 1))
    y = share + np.sqrt(1 - rho) * rng.standard_normal((draws, n1 + n0, 2))
    y[:, :n1] += d[:, None, :]
    t = stats.ttest_ind(y[:, :n1], y[:, n1:], axis=1)
    kept = ((t.pvalue < 0.05) & (t.statistic < 0)).all(axis=1)
    size, lower = kept.sum(), (d[kept] < 0).all(axis=1).mean()
    error = math.sqrt(kept.mean() * (1 - kept.mean()) / draws)
    assert math.exp(found.log_marginal_likelihood) == pytest.approx(kept.mean(), abs=4 * error)
    bound = math.sqrt(found.all_lower * (1 - found.all_lower) / size)
    assert found.all_lower == pytest.approx(lower, abs=4 * bound)
    assert found.spread == pytest.approx(tau[kept].mean(), abs=4 * tau.std() / math.sqrt(size))
    before = math.sqrt(found.prior_all_lower * (1 - found.prior_all_lower) / draws)
    assert found.prior_all_lower == pytest.approx((d < 0).all(axis=1).mean(), abs=4 * before)


def test_correlated_markers_say_less(tacrolimus: Trial) -> None:
    rows = joint_table(tacrolimus)
    assert [(kind, row.correlation) for kind, row in rows] == [
        (kind, rho) for rho in (0.0, 0.5, 0.9) for kind in ("independent", "hierarchical")
    ]
    for start in (0, 1):
        values = [row.all_lower for _, row in rows[start::2]]
        assert values == sorted(values, reverse=True)
    # With three markers the spread's posterior stays near its prior.
    for _, row in rows[1::2]:
        assert row.spread is not None
        assert row.prior_spread == pytest.approx(0.5 * math.sqrt(2 / math.pi), abs=1e-6)
        assert 0.8 < row.spread / row.prior_spread < 1


def test_a_narrow_spread_is_one_difference(tacrolimus: Trial) -> None:
    found = biomarkers.joint_direction(
        tacrolimus, mean=Prior.normal(0, 1), spread=Prior.half_normal(1e-4)
    )
    d = np.linspace(-8, 8, 40_001)
    report = t_report(tacrolimus.biomarkers[0], N)
    logs = 3 * biomarkers.report_likelihood(report)(d) + Prior.normal(0, 1).logpdf(d)
    total = integrate.simpson(np.exp(logs), d)
    assert found.log_marginal_likelihood == pytest.approx(math.log(total), abs=2e-4)
    lower = integrate.simpson(np.exp(logs[d <= 0]), d[d <= 0]) / total
    assert found.all_lower == pytest.approx(lower, abs=1e-6)


def test_a_ratio_is_no_third_fact(tacrolimus: Trial) -> None:
    lower = REPORTS["significant, lower"]
    names = ("Th1", "Th2", "Th1/Th2 ratio")
    trial = trial_with(*(Biomarker(name, lower) for name in names))
    with pytest.raises(InputError, match="no third fact"):
        biomarkers.joint_direction(trial, effect=Prior.normal(0, 1))
    assert biomarkers.joint_direction(trial, effect=Prior.normal(0, 1), markers=names[1:])
    assert len(assess(trial)) == 3


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "one prior each"),
        ({"effect": Prior.normal(0, 1), "mean": Prior.normal(0, 1)}, "one prior each"),
        ({"effect": FLAT}, "proper"),
        ({"effect": Prior.normal(0, 1), "correlation": -0.2}, "at least 0"),
        ({"effect": Prior.normal(0, 1), "correlation": 1.0}, "below 1"),
        ({"mean": Prior.cauchy(0, 1)}, "light tails"),
    ],
)
def test_what_the_joint_statement_refuses(
    tacrolimus: Trial, options: dict[str, object], match: str
) -> None:
    with pytest.raises(InputError, match=match):
        biomarkers.joint_direction(tacrolimus, **options)  # type: ignore[arg-type]


# ---- means and SDs, quartiles -------------------------------------------------------------------


def test_behrens_and_fisher() -> None:
    trial = trial_with(Biomarker("x", MeanSD(Moments(2.0, 0.8, 75), Moments(2.4, 0.9, 74))))
    found = biomarkers.summary_statistics(trial, marker="x", effect=FLAT)
    low, high = found.interval()
    numbers = {
        "P_diff_lt_0": found.probability(upper=0),
        "diff.eti_lo": low,
        "diff.eti_hi": high,
        "diff.sd": found.moments[1],
    }
    for name, number in numbers.items():
        entry = value(f"summarystats.example.{name}")
        assert number == pytest.approx(entry.value, rel=0, abs=entry.tolerance), name
    assert found.log_marginal_likelihood is None


def test_a_prior_on_a_mean_difference() -> None:
    trial = trial_with(Biomarker("x", MeanSD(Moments(2.0, 0.8, 5), Moments(2.4, 1.9, 4))))
    prior = Prior.normal(0, 0.5)
    found = biomarkers.summary_statistics(trial, marker="x", effect=prior)
    rng = np.random.default_rng(5)
    draws = 400_000
    arms = [
        m + s / math.sqrt(n) * rng.standard_t(n - 1, draws)
        for m, s, n in ((2.0, 0.8, 5), (2.4, 1.9, 4))
    ]
    d = arms[0] - arms[1]
    weight = np.exp(prior.logpdf(d))
    mean = float((weight * d).sum() / weight.sum())
    error = float(np.sqrt((weight**2 * (d - mean) ** 2).sum()) / weight.sum())
    assert found.moments[0] == pytest.approx(mean, abs=4 * error)


@pytest.mark.parametrize(
    ("one", "other", "places"),
    [
        (Quartiles(1.0, 1.4, 2.3, 9), Quartiles(1.6, 2.2, 2.9, 12), (-1.5, -0.6, 0.7)),
        # Unequal arms, down to 62 nats below the likeliest difference.
        (Quartiles(0.9, 1.5, 2.3, 200), Quartiles(1.6, 2.2, 2.9, 8), (-5.0, -0.5, 3.0)),
    ],
    ids=["small", "unequal"],
)
def test_quartiles_against_a_plain_grid(
    one: Quartiles, other: Quartiles, places: tuple[float, ...]
) -> None:
    found, _ = quartile_log_likelihood(one, other)
    for d in places:
        s, x = np.meshgrid(np.linspace(-2.5, 3.0, 221), np.linspace(-7, 7, 281))
        logs = s.copy()
        for sign, (q1, q2, q3, n) in ((1, one), (-1, other)):
            z = [q * np.exp(-s) - x - sign * 0.5 * d for q in (q1, q2, q3)]
            f, p = [stats.norm.logpdf(v) - s for v in z], [stats.norm.cdf(v) for v in z]
            gap = (n + 1) / 4
            spaces = (p[0], p[1] - p[0], p[2] - p[1], stats.norm.sf(z[2]))
            with np.errstate(divide="ignore"):
                logs += sum(f) + sum((gap - 1) * np.log(v) for v in spaces)
            logs += math.lgamma(n + 1) - 4 * math.lgamma(gap)
        top, cell = logs.max(), (5.5 / 220) * (14 / 280)
        plain = float(top) + math.log(np.exp(logs - top).sum() * cell)
        assert float(found(np.array([d]))[0]) == pytest.approx(plain, abs=1e-5)


def test_quartiles_say_what_values_say() -> None:
    """Of a large sample the posterior from quartiles is wider than that from t, and agrees."""
    rng = np.random.default_rng(2)
    y1, y0 = rng.normal(0.0, 1, 399), rng.normal(0.4, 1, 399)
    arms = [Quartiles(*np.quantile(y, [0.25, 0.5, 0.75], method="weibull"), 399) for y in (y1, y0)]
    trial = trial_with(
        Biomarker("quartiles", MedianQuartiles(*arms)),
        Biomarker("means", MeanSD(*(Moments(y.mean(), y.std(ddof=1), 399) for y in (y1, y0)))),
    )
    one, other = (
        biomarkers.standardised_difference(
            trial, marker=name, effect=Prior.normal(0, 1), **({"scale": "raw"} if k == 0 else {})
        )
        for k, name in enumerate(("quartiles", "means"))
    )
    (a, s), (b, t) = one.moments, other.moments
    assert s is not None and t is not None and a is not None and b is not None  # noqa: PT018
    assert t < s < 1.4 * t
    assert abs(a - b) < 3 * math.sqrt(s**2 - t**2)
