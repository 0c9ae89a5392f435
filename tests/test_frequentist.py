"""Classical results against reference numbers, SciPy, exact fractions, and their own symmetries."""

from __future__ import annotations

import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats as st
from hypothesis import given, settings
from hypothesis import strategies as some
from reference_values import entries, published
from scipy.special import gammaln

from bayes_rsa import frequentist as fq
from bayes_rsa.errors import InputError

TRIAL = (60, 75, 47, 74)
CHI2 = st.chi2.ppf(0.95, 1)


def reproduced() -> dict[str, float]:
    odds, difference, ratio = (
        f(*TRIAL) for f in (fq.odds_ratio, fq.risk_difference, fq.risk_ratio)
    )
    wald, pearson, yates = (f(*TRIAL) for f in (fq.wald_test, fq.pearson_test, fq.yates_test))
    got = {
        "or": odds.value,
        "log_or": math.log(odds.value),
        "se_log_or": odds.standard_error,
        "wald_z": wald.statistic,
        "wald_p": wald.p,
        "p1": TRIAL[0] / TRIAL[1],
        "p0": TRIAL[2] / TRIAL[3],
        "rd": difference.value,
        "rr": ratio.value,
        "nnt": fq.number_needed_to_treat(*TRIAL).value,
        "chi2_pearson": pearson.statistic,
        "chi2_pearson_p": pearson.p,
        "chi2_yates": yates.statistic,
        "chi2_yates_p": yates.p,
        "chi2_nminus1_p": fq.n_minus_1_test(*TRIAL).p,
        "lr_chi2_p": fq.likelihood_ratio_test(*TRIAL).p,
        "fisher_p": fq.fisher_test(*TRIAL).p,
        "fisher_p_onesided": fq.fisher_one_sided_test(*TRIAL).p,
        "midp_minlik": fq.mid_p_test(*TRIAL).p,
        "midp_doubled": fq.mid_p_doubled_test(*TRIAL).p,
        "or_conditional_mle": fq.conditional_odds_ratio(*TRIAL).value,
        "sellke_bf_bound": fq.sellke_bound(wald.p),
        "min_bf_bound": fq.maximum_bayes_factor(wald.statistic),
    }
    intervals = {
        "or_wald_ci": fq.odds_ratio_wald,
        "or_profile": fq.odds_ratio_profile,
        "or_conditional_exact": fq.odds_ratio_exact,
        "or_midp": fq.odds_ratio_mid_p,
        "rr": fq.risk_ratio_wald,
        "rd_wald": fq.risk_difference_wald,
        "rd_newcombe": fq.risk_difference_newcombe,
    }
    for name, function in intervals.items():
        interval = function(*TRIAL)
        got[f"{name}_lo"], got[f"{name}_hi"] = interval.lower, interval.upper
    return {f"freq.{name}": number for name, number in got.items()}


def test_every_reference_number_is_reproduced() -> None:
    got, wanted = reproduced(), entries("freq.")
    assert got.keys() == wanted.keys()
    off = {
        name: abs(got[name] - e.value) / e.tolerance for name, e in wanted.items() if e.tolerance
    }
    assert len(off) == len(wanted)
    assert {name: distance for name, distance in off.items() if distance > 1} == {}


def test_published_risk_ratio_is_reproduced() -> None:
    rows = {row["quantity"]: row for row in published() if row["id"].startswith("optimise_freq")}
    row = rows["RR point estimate"]
    counts = tuple(int(row[f"arm{arm}_{what}"]) for arm in (1, 0) for what in ("events", "n"))
    interval = fq.risk_ratio_wald(*counts)
    got = {
        "RR point estimate": fq.risk_ratio(*counts).value,
        "RR 95% CI lower": interval.lower,
        "RR 95% CI upper": interval.upper,
    }
    assert got.keys() == rows.keys()
    for quantity, number in got.items():
        expected = float(rows[quantity]["published_value"])
        assert number == pytest.approx(expected, abs=float(rows[quantity]["tolerance"]))


# ---- against SciPy ----------------------------------------------------------------------------


def random_tables(how_many: int) -> list[tuple[int, int, int, int]]:
    rng = np.random.default_rng(1)
    tables = []
    for _ in range(how_many):
        n1, n0 = (int(n) for n in rng.integers(2, 250, 2))
        y1, y0 = int(rng.integers(1, n1)), int(rng.integers(1, n0))
        tables.append((y1, n1, y0, n0))
    return tables


@pytest.mark.parametrize("counts", random_tables(40), ids=str)
def test_tests_and_intervals_agree_with_scipy(counts: tuple[int, int, int, int]) -> None:
    y1, n1, y0, n0 = counts
    table = np.array([[y1, n1 - y1], [y0, n0 - y0]])
    assert fq.fisher_test(*counts).p == pytest.approx(st.fisher_exact(table).pvalue, rel=1e-9)
    one_sided = min(st.fisher_exact(table, alternative=a).pvalue for a in ("less", "greater"))
    assert fq.fisher_one_sided_test(*counts).p == pytest.approx(one_sided, rel=1e-9)
    for test, options in (
        (fq.pearson_test, {"correction": False}),
        (fq.yates_test, {"correction": True}),
        (fq.likelihood_ratio_test, {"correction": False, "lambda_": "log-likelihood"}),
    ):
        theirs, ours = st.chi2_contingency(table, **options), test(*counts)
        assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-12)
        # A statistic near 0 has an unbounded slope of P in it.
        assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-6)
    theirs = st.contingency.odds_ratio(table)
    assert fq.conditional_odds_ratio(*counts).value == pytest.approx(theirs.statistic, rel=1e-8)
    for level in (0.95, 0.8):
        limits = theirs.confidence_interval(level)
        ours = fq.odds_ratio_exact(*counts, level)
        assert (ours.lower, ours.upper) == pytest.approx((limits.low, limits.high), rel=1e-7)
    limits = st.contingency.odds_ratio(table, kind="sample").confidence_interval()
    ours = fq.odds_ratio_wald(*counts)
    assert (ours.lower, ours.upper) == pytest.approx((limits.low, limits.high), rel=1e-10)
    limits = st.contingency.relative_risk(y1, n1, y0, n0).confidence_interval()
    ours = fq.risk_ratio_wald(*counts)
    assert (ours.lower, ours.upper) == pytest.approx((limits.low, limits.high), rel=1e-10)
    wilson = [st.binomtest(y, n).proportion_ci(method="wilson") for y, n in ((y1, n1), (y0, n0))]
    difference = fq.risk_difference_newcombe(*counts)
    assert difference.lower == pytest.approx(
        y1 / n1 - y0 / n0 - math.hypot(y1 / n1 - wilson[0].low, wilson[1].high - y0 / n0), abs=1e-12
    )
    assert difference.upper == pytest.approx(
        y1 / n1 - y0 / n0 + math.hypot(wilson[0].high - y1 / n1, y0 / n0 - wilson[1].low), abs=1e-12
    )


# ---- against exact fractions ------------------------------------------------------------------


def weights(y1: int, n1: int, y0: int, n0: int, psi: Fraction = Fraction(1)) -> dict[int, Fraction]:
    """Brute force: probability of each possible count of treatment events, given the margins."""
    total = y1 + y0
    raw = {
        x: math.comb(n1, x) * math.comb(n0, total - x) * psi**x
        for x in range(max(0, total - n0), min(n1, total) + 1)
    }
    return {x: Fraction(weight) / sum(raw.values()) for x, weight in raw.items()}


@pytest.mark.parametrize(("n1", "n0"), [(1, 1), (6, 6), (7, 5), (13, 4)])
def test_exact_tests_agree_with_fractions_over_all_tables(n1: int, n0: int) -> None:
    for y1 in range(n1 + 1):
        for y0 in range(n0 + 1):
            counts = (y1, n1, y0, n0)
            f = weights(*counts)
            here = f[y1]
            fisher = sum(p for p in f.values() if p <= here)
            upper = sum(p for x, p in f.items() if x >= y1)
            lower = sum(p for x, p in f.items() if x <= y1)
            assert fq.fisher_test(*counts).p == pytest.approx(float(fisher), rel=1e-12)
            smaller = min(upper, lower)
            assert fq.fisher_one_sided_test(*counts).p == pytest.approx(float(smaller), rel=1e-12)
            doubled = float(min(1, 2 * smaller))
            assert fq.fisher_doubled_test(*counts).p == pytest.approx(doubled, rel=1e-12)
            if 0 < y1 + y0 < n1 + n0:
                mid = float(fisher - here / 2)
                assert fq.mid_p_test(*counts).p == pytest.approx(mid, rel=1e-12)
                mid = float(min(1, 2 * (smaller - here / 2)))
                assert fq.mid_p_doubled_test(*counts).p == pytest.approx(mid, rel=1e-12)


@pytest.mark.parametrize("counts", [(3, 9, 1, 8), (0, 6, 4, 7), (7, 7, 2, 9), (20, 40, 11, 35)])
@pytest.mark.parametrize("share", [1, Fraction(1, 2)])
def test_conditional_limits_have_the_tails_they_promise(
    counts: tuple[int, int, int, int], share: Fraction
) -> None:
    function = fq.odds_ratio_exact if share == 1 else fq.odds_ratio_mid_p
    interval = function(*counts, 0.9)
    y1 = counts[0]
    for limit, side in ((interval.lower, 1), (interval.upper, -1)):
        if limit in (0.0, math.inf):
            possible = weights(*counts)
            assert y1 == (min(possible) if side == 1 else max(possible))
            continue
        f = weights(*counts, Fraction(limit))
        tail = share * f[y1] + sum(p for x, p in f.items() if side * (x - y1) > 0)
        assert float(tail) == pytest.approx(0.05, rel=1e-10)


@pytest.mark.parametrize("counts", [TRIAL, (3, 9, 1, 8), (0, 10, 5, 10), (44, 124, 57, 125)])
def test_profile_limits_have_the_deviance_they_promise(counts: tuple[int, int, int, int]) -> None:
    """Against a direct maximisation over the control log odds at a fixed log odds ratio."""
    from scipy.optimize import minimize_scalar

    y1, n1, y0, n0 = counts

    def minus_log_likelihood(control: float, effect: float) -> float:
        return (
            n1 * np.logaddexp(0, control + effect)
            - y1 * (control + effect)
            + n0 * np.logaddexp(0, control)
            - y0 * control
        )

    def profiled(effect: float) -> float:
        options = {"xatol": 1e-12}
        found = minimize_scalar(
            minus_log_likelihood, (-30, 30), (-30, 30), (effect,), "bounded", options=options
        )
        return float(found.fun)

    saturated = -sum(
        cell * math.log(cell / n)
        for cell, n in ((y1, n1), (n1 - y1, n1), (y0, n0), (n0 - y0, n0))
        if cell
    )
    interval = fq.odds_ratio_profile(*counts)
    finite = [limit for limit in (interval.lower, interval.upper) if 0 < limit < math.inf]
    assert len(finite) == (1 if 0 in counts else 2)
    for limit in finite:
        deviance = 2 * (profiled(math.log(limit)) - saturated)
        assert deviance == pytest.approx(CHI2, abs=1e-8)


# ---- empty cells and arms ---------------------------------------------------------------------

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("counts", "odds", "conditional", "ratio", "difference", "nnt"),
    [
        ((0, 10, 5, 10), 0.0, 0.0, 0.0, -0.5, -2.0),
        ((5, 10, 0, 10), INF, INF, INF, 0.5, 2.0),
        ((10, 10, 5, 10), INF, INF, 2.0, 0.5, 2.0),
        ((5, 10, 10, 10), 0.0, 0.0, 0.5, -0.5, -2.0),
        ((10, 10, 0, 10), INF, INF, INF, 1.0, 1.0),
        ((0, 10, 0, 10), NAN, NAN, NAN, 0.0, INF),
        ((10, 10, 10, 10), NAN, NAN, 1.0, 0.0, INF),
        ((0, 0, 5, 10), NAN, NAN, NAN, NAN, NAN),
        ((5, 10, 0, 0), NAN, NAN, NAN, NAN, NAN),
        ((0, 0, 0, 0), NAN, NAN, NAN, NAN, NAN),
    ],
)
def test_empty_cells_give_the_right_estimate(
    *,
    counts: tuple[int, int, int, int],
    odds: float,
    conditional: float,
    ratio: float,
    difference: float,
    nnt: float,
) -> None:
    for function, wanted in (
        (fq.odds_ratio, odds),
        (fq.conditional_odds_ratio, conditional),
        (fq.risk_ratio, ratio),
        (fq.risk_difference, difference),
        (fq.number_needed_to_treat, nnt),
    ):
        got = function(*counts)
        assert got.value == pytest.approx(wanted, nan_ok=True), function.__name__
        assert bool(got.reason) or math.isfinite(got.value)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((0, 10, 0, 10), "no event"),
        ((10, 10, 10, 10), "every patient"),
        ((0, 0, 5, 10), "treatment arm has no patients"),
        ((5, 10, 0, 0), "control arm has no patients"),
    ],
)
def test_tables_without_a_comparison_say_why(
    counts: tuple[int, int, int, int], reason: str
) -> None:
    for interval in fq.odds_ratio_intervals(*counts)[1:]:
        assert (interval.lower, interval.upper) == (0.0, INF)
        assert reason in interval.reason
    for test in fq.two_sided_tests(*counts):
        assert test.p == 1.0 if test.method == "Fisher" else reason in test.reason
    assert reason in fq.odds_ratio_wald(*counts).reason


def test_wald_methods_do_not_exist_beside_an_empty_cell() -> None:
    counts = (0, 10, 5, 10)
    for interval in (fq.odds_ratio_wald(*counts), fq.risk_ratio_wald(*counts)):
        assert math.isnan(interval.lower)
        assert interval.reason
    for test in (fq.wald_test(*counts), fq.wald_risk_ratio_test(*counts)):
        assert math.isnan(test.p)
        assert test.reason
    assert math.isnan(fq.risk_difference_wald(10, 10, 0, 10).lower)
    assert math.isnan(fq.risk_ratio_wald(10, 10, 10, 10).lower)
    assert fq.wald_risk_difference_test(10, 10, 0, 10).reason == "the standard error is zero"
    newcombe = fq.risk_difference_newcombe(10, 10, 0, 10)
    assert 0.5 < newcombe.lower < newcombe.upper == 1.0


@pytest.mark.parametrize(
    ("counts", "field"),
    [
        ((31, 30, 1, 2), "treatment.events"),
        ((1, 2, 31, 30), "control.events"),
        ((-1, 30, 1, 2), "treatment.events"),
        ((1, 30, 1, -2), "control.n"),
        ((1.0, 30, 1, 2), "treatment.events"),
        ((1, "30", 1, 2), "treatment.n"),
        ((1, 30, True, 2), "control.events"),
        ((1, 30, None, 2), "control.events"),
        ((1, math.nan, 1, 2), "treatment.n"),
    ],
)
def test_impossible_counts_are_refused(counts: tuple[object, ...], field: str) -> None:
    for function in (fq.odds_ratio, fq.risk_difference_newcombe, fq.fisher_test, fq.pearson_test):
        with pytest.raises(InputError) as caught:
            function(*counts)
        assert caught.value.field == field


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.1, math.nan])
def test_impossible_levels_are_refused(level: float) -> None:
    for function in (fq.odds_ratio_profile, fq.odds_ratio_mid_p, fq.risk_ratio_wald):
        with pytest.raises(InputError, match="confidence level"):
            function(*TRIAL, level)


# ---- scale ------------------------------------------------------------------------------------


def test_a_hundred_thousand_patients_an_arm() -> None:
    counts = y1, n1, y0, n0 = (60_000, 100_000, 59_500, 100_000)
    total = y1 + y0
    x = np.arange(max(0, total - n0), min(n1, total) + 1)

    def log_choose(n: int, k: np.ndarray) -> np.ndarray:
        return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)

    log_f = log_choose(n1, x) + log_choose(n0, total - x)
    f = np.exp(log_f - log_f.max())
    upper = f[x >= y1].sum() / f.sum()
    # The oracle's log-gammas, near 1e6, leave it about nine digits.
    assert fq.fisher_one_sided_test(*counts).p == pytest.approx(upper, rel=1e-7)
    interval = fq.odds_ratio_exact(*counts)
    for limit, side in ((interval.lower, 1), (interval.upper, -1)):
        g = log_f + x * math.log(limit)
        g = np.exp(g - g.max())
        assert g[side * (x - y1) >= 0].sum() / g.sum() == pytest.approx(0.025, rel=1e-6)
    # Large samples: all methods come together.
    limits = np.array([(i.lower, i.upper) for i in fq.odds_ratio_intervals(*counts)])
    assert np.ptp(np.log(limits), axis=0) == pytest.approx([0, 0], abs=1e-4)


def test_unlikely_tables_do_not_overflow() -> None:
    counts = (90_000, 100_000, 10, 100_000)
    assert fq.fisher_test(*counts).p == 0.0
    interval = fq.odds_ratio_exact(*counts)
    assert interval.lower < fq.conditional_odds_ratio(*counts).value < interval.upper
    sparse = fq.odds_ratio_exact(3, 10**6, 14, 10**6)
    # Events this rare are Poisson: given their sum, the share on treatment is binomial.
    shares = st.binomtest(3, 17).proportion_ci(method="exact")
    odds = [share / (1 - share) for share in (shares.low, shares.high)]
    assert (sparse.lower, sparse.upper) == pytest.approx(odds, rel=1e-4)


def test_trials_too_large_for_exact_methods_are_refused() -> None:
    with pytest.raises(InputError, match="exact tests and intervals"):
        fq.fisher_test(900_000_000, 10**9, 100, 10**9)


# ---- symmetries -------------------------------------------------------------------------------


@some.composite
def tables(draw: some.DrawFn, *, inner: bool = False) -> tuple[int, int, int, int]:
    """Counts of a table; with `inner`, without an empty cell."""
    edge = int(inner)
    n1, n0 = (draw(some.integers(2 * edge, 60)) for _ in range(2))
    return (
        draw(some.integers(edge, n1 - edge)),
        n1,
        draw(some.integers(edge, n0 - edge)),
        n0,
    )


@given(tables())
@settings(max_examples=150, deadline=None)
def test_swapping_arms_inverts_ratios_and_keeps_p(counts: tuple[int, int, int, int]) -> None:
    y1, n1, y0, n0 = counts
    swapped, relabelled = (y0, n0, y1, n1), (n1 - y1, n1, n0 - y0, n0)
    for turned in (swapped, relabelled):
        for one, other in zip(
            (*fq.two_sided_tests(*counts), *fq.one_sided_tests(*counts)),
            (*fq.two_sided_tests(*turned), *fq.one_sided_tests(*turned)),
            strict=True,
        ):
            assert one.p == pytest.approx(other.p, rel=1e-9, abs=1e-12, nan_ok=True), one.method
        for one, other in zip(
            fq.odds_ratio_intervals(*counts), fq.odds_ratio_intervals(*turned), strict=True
        ):
            inverse = [1 / limit if limit else INF for limit in (other.upper, other.lower)]
            assert (one.lower, one.upper) == pytest.approx(inverse, rel=1e-8, nan_ok=True)
        newcombe = fq.risk_difference_newcombe(*turned)
        mine = fq.risk_difference_newcombe(*counts)
        assert (mine.lower, mine.upper) == pytest.approx(
            (-newcombe.upper, -newcombe.lower), abs=1e-12, nan_ok=True
        )


@given(tables(inner=True))
@settings(max_examples=100, deadline=None)
def test_intervals_nest_and_agree_with_their_tests(counts: tuple[int, int, int, int]) -> None:
    exact, mid = fq.odds_ratio_exact(*counts), fq.odds_ratio_mid_p(*counts)
    assert exact.lower <= mid.lower < mid.upper <= exact.upper
    wide = fq.odds_ratio_exact(*counts, 0.99)
    assert wide.lower < exact.lower < exact.upper < wide.upper
    for interval, test in (
        (fq.odds_ratio_wald(*counts), fq.wald_test(*counts)),
        (fq.odds_ratio_profile(*counts), fq.likelihood_ratio_test(*counts)),
        (exact, fq.fisher_doubled_test(*counts)),
        (mid, fq.mid_p_doubled_test(*counts)),
    ):
        # Both sides are continuous in the data, and a P of exactly 0.05 is on the boundary.
        if abs(test.p - 0.05) > 1e-9:
            assert (test.p > 0.05) == (interval.lower < 1.0 < interval.upper), interval.method


def test_multiplying_the_table_shrinks_the_standard_error() -> None:
    small, large = fq.odds_ratio(*TRIAL), fq.odds_ratio(*(100 * count for count in TRIAL))
    assert large.value == pytest.approx(small.value, rel=1e-14)
    assert large.standard_error == pytest.approx(small.standard_error / 10, rel=1e-14)


# ---- bounds, and what an interval implies -----------------------------------------------------


def test_sellke_bound_is_the_largest_over_its_class() -> None:
    """The class: densities xi p^(xi - 1) of P under the alternative, 0 < xi <= 1."""
    xi = np.linspace(1e-5, 1, 400_001)
    for p in (0.3, 0.05, 0.0270632, 1e-4):
        assert fq.sellke_bound(p) == pytest.approx(np.max(xi * p ** (xi - 1)), rel=1e-6)
    assert fq.sellke_bound(0.5) == 1.0
    assert fq.sellke_bound(0.0) == INF


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_sellke_bound_refuses_what_is_no_p(p: float) -> None:
    with pytest.raises(InputError, match="P value"):
        fq.sellke_bound(p)


def test_largest_bayes_factor_is_the_likelihood_ratio_at_the_estimate() -> None:
    z = 2.2106
    assert fq.maximum_bayes_factor(z) == pytest.approx(st.norm.pdf(0) / st.norm.pdf(z), rel=1e-12)
    assert fq.maximum_bayes_factor(60.0) == INF


@pytest.mark.parametrize("log", [True, False])
def test_interval_implies_the_standard_error_it_was_made_with(log: bool) -> None:
    location, error, level = 0.83, 0.37, 0.9
    half = float(st.norm.ppf(0.95)) * error
    scale = math.exp if log else float
    lower, upper, estimate = (scale(location + step) for step in (-half, half, 0.0))
    for given_estimate in (estimate, None):
        implied = fq.implied_by_interval(
            lower, upper, estimate=given_estimate, log=log, level=level
        )
        assert implied.standard_error == pytest.approx(error, rel=1e-12)
        assert implied.location == pytest.approx(location, rel=1e-12)
        assert implied.p == pytest.approx(2 * st.norm.sf(location / error), rel=1e-10)


def test_printed_interval_of_the_tacrolimus_trial() -> None:
    implied = fq.implied_by_interval(1.10, 4.81, estimate=2.30)
    assert implied.standard_error == pytest.approx(0.37638, abs=5e-6)
    assert implied.p == pytest.approx(0.0269, abs=5e-5)


@pytest.mark.parametrize(
    ("lower", "upper", "options", "field"),
    [
        (4.81, 1.10, {}, "ci"),
        (1.1, 1.1, {}, "ci"),
        (0.0, 1.1, {}, "ci[0]"),
        (1.0, math.inf, {}, "ci[1]"),
        (math.nan, 1.0, {}, "ci[0]"),
        (1.1, 4.8, {"estimate": -2.0}, "estimate"),
        (1.1, 4.8, {"level": 95}, "level"),
    ],
)
def test_impossible_intervals_are_refused(
    lower: float, upper: float, options: dict[str, float], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        fq.implied_by_interval(lower, upper, **options)
    assert caught.value.field == field


def test_importing_needs_no_scipy() -> None:
    code = "import sys, bayes_rsa.frequentist; sys.exit(any('scipy' in m for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
