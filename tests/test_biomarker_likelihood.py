"""The likelihood of a t test's report, against scipy, mpmath and finite differences."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from marker_fixtures import (
    DENSITY,
    PROBABILITY,
    REPORTS,
    compiled,
    log_of,
    probability_arguments,
    slope_of,
)
from reference_values import entries, value
from scipy import stats

from bayes_rsa.exact.biomarkers import report_likelihood
from bayes_rsa.exact.noncentral_t import log_beyond, log_density, log_within
from bayes_rsa.models.biomarkers._noncentral_t import grid_for
from bayes_rsa.trial import Biomarker, DirectionOnly, Printed, critical_t, t_report

ORACLE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "oracle" / "noncentral_t.json").read_text(encoding="utf-8")
)
SIZES = (2, 3, 5, 10, 30, 75, 300, 1000, 5000)
D = np.linspace(-3, 5, 81)


def setting(n: int, p: float = 0.05) -> tuple[float, int, float]:
    """Critical value, degrees of freedom, and non-centrality per unit of d."""
    df = 2 * n - 2
    return critical_t(p, df), df, math.sqrt(n / 2)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("p", [0.05, 0.001])
def test_significant_is_scipy_s_survival_function(n: int, p: float) -> None:
    t, df, per_d = setting(n, p)
    reference = stats.nct.sf(t, df, D * per_d)
    for found in (log_of(2, t, df, D * per_d), log_beyond(t, df, D * per_d)):
        np.testing.assert_allclose(np.exp(found), reference, rtol=0, atol=1e-10)
        likely = reference > 1e-6
        np.testing.assert_allclose(found[likely], np.log(reference[likely]), rtol=0, atol=1e-8)


@pytest.mark.parametrize("n", [2, 5, 75, 1000])
def test_significant_and_lower_is_the_mirror_image(n: int) -> None:
    t, df, per_d = setting(n)
    lower, higher = (log_of(report, t, df, D * per_d) for report in (-2, 2))
    mirrored = log_of(2, t, df, -D * per_d)
    np.testing.assert_allclose(lower, mirrored, rtol=1e-13, atol=1e-13)
    assert (higher[D > 0] > lower[D > 0]).all()


@pytest.mark.parametrize("row", ORACLE, ids=lambda r: f"{r['n']} P<{r['p']} d={r['d']}")
def test_the_tail_is_mpmath_s(row: dict[str, Any]) -> None:
    n1, n0 = row["n"]
    df, per_d = n1 + n0 - 2, math.sqrt(n1 * n0 / (n1 + n0))
    t = critical_t(float(row["p"]), df)
    delta = np.array([row["d"] * per_d])
    # t itself is rounded: the log has a slope in it of up to |delta| + t.
    allowed = 1e-11 + 4e-15 * abs(float(row["log"])) + 2e-15 * t * (abs(float(delta[0])) + t)
    for found in (log_of(2, t, df, delta), log_beyond(t, df, delta)):
        assert float(found[0]) == pytest.approx(float(row["log"]), rel=0, abs=allowed)


def test_the_tail_that_scipy_gets_wrong() -> None:
    t, per_d = value("biomarker.tcrit_df147").value, value("biomarker.ncp_per_d").value
    found = float(log_of(2, t, 147, [-3 * per_d])[0])
    assert round(found, 1) == -207.0
    assert abs(found - float(stats.nct.logsf(t, 147, -3 * per_d))) > 1


@pytest.mark.parametrize("n", [2, 3, 10, 75, 5000])
@pytest.mark.parametrize("report", [-2, -1, 0, 1, 2])
def test_the_gradient_is_a_finite_difference(n: int, report: int) -> None:
    t, df, per_d = setting(n)
    h = 1e-4
    places = [log_of(report, t, df, (D + k * h) * per_d) for k in (-2, -1, 1, 2)]
    slope = (places[0] - 8 * places[1] + 8 * places[2] - places[3]) / (12 * h)
    found = slope_of(*PROBABILITY)(*probability_arguments(report, t, df, D * per_d)) * per_d
    rounding = 1e-14 * (1 + np.abs(places[0])) / h
    # |d| has no second derivative at 0.
    smooth = np.abs(D) > 3 * h
    assert (np.abs(found - slope) <= 1e-7 * (1 + np.abs(found)) + 4 * rounding)[smooth].all()


@pytest.mark.parametrize("n", [2, 75, 5000])
@pytest.mark.parametrize("report", [-2, -1, 0, 1, 2])
def test_it_is_finite_everywhere(n: int, report: int) -> None:
    t, df, per_d = setting(n)
    far = np.array([-1e8, -1e4, -300.0, -30.0, 0.0, 30.0, 300.0, 1e4, 1e8]) * per_d
    at = probability_arguments(report, t, df, far)
    found, slope = log_of(report, t, df, far), slope_of(*PROBABILITY)(*at)
    assert np.isfinite(found).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("n", [2, 4, 75, 5000])
def test_what_can_be_reported_has_probability_one(n: int) -> None:
    t, df, per_d = setting(n)
    delta = np.linspace(-3, 3, 25) * per_d
    higher, lower, neither, below, above = (
        log_of(report, t, df, delta) for report in (2, -2, 0, -1, 1)
    )
    together = np.logaddexp.reduce([higher, lower, neither])
    np.testing.assert_allclose(together, 0, rtol=0, atol=2e-11)
    np.testing.assert_allclose(np.logaddexp(below, above), neither, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("n", [2, 10, 75])
def test_the_density_is_scipy_s(n: int) -> None:
    df, per_d = 2 * n - 2, math.sqrt(n / 2)
    t, delta = np.linspace(-6, 6, 25), np.linspace(-1, 1, 25)[::-1] * per_d
    ones = np.ones_like(t)
    at = (t, df * ones, delta, grid_for(df))
    found, slope = compiled(*DENSITY)(*at), slope_of(*DENSITY)(*at)
    by_hand = np.array(
        [log_density(x, df, np.array([y]))[0] for x, y in zip(t, delta, strict=True)]
    )
    np.testing.assert_allclose(found, by_hand, rtol=1e-11, atol=1e-11)
    reference = stats.nct.logpdf(t, df, delta)
    likely = reference > math.log(1e-6)
    np.testing.assert_allclose(found[likely], reference[likely], rtol=0, atol=1e-8)
    h = 1e-4
    up, down = (compiled(*DENSITY)(t, df * ones, delta + k * h, grid_for(df)) for k in (1, -1))
    np.testing.assert_allclose(slope, (up - down) / (2 * h), rtol=1e-5, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("n", SIZES)
def test_a_compiled_slope_is_the_one_run_op_by_op(n: int) -> None:
    t, df, per_d = setting(n)
    delta = np.concatenate([[-1e8, -300.0, -30.0], D, [30.0, 300.0, 1e8]]) * per_d
    for report in (-2, -1, 0, 1, 2):
        at = probability_arguments(report, t, df, delta)
        found = compiled(*PROBABILITY, slope=True)(*at)[1]
        np.testing.assert_allclose(found, slope_of(*PROBABILITY)(*at), rtol=1e-9, atol=1e-9)
    delta = delta[1:-1]  # squared, 1e8 has no digit left beside t
    at = (np.linspace(-6, 6, delta.size), df * np.ones_like(delta), delta, grid_for(df))
    found = compiled(*DENSITY, slope=True)(*at)[1]
    np.testing.assert_allclose(found, slope_of(*DENSITY)(*at), rtol=1e-9, atol=1e-9)


def test_the_reference_likelihoods() -> None:
    per_d = value("biomarker.ncp_per_d").value
    t = value("biomarker.tcrit_df147").value
    report = t_report(Biomarker("x", DirectionOnly("higher", Printed("<0.05"))), (75, 74))
    assert report.critical == pytest.approx(t, abs=1e-9)
    assert report.per_d == pytest.approx(per_d, abs=1e-10)
    bound = value("biomarker.d_at_p0.05")
    assert report.critical / report.per_d == pytest.approx(bound.value, abs=bound.tolerance)
    either = t_report(Biomarker("x", DirectionOnly("not stated", Printed("<0.05"))), (75, 74))
    for kind, one in (("dir", report), ("two", either)):
        for name, entry in entries(f"biomarker.L_{kind}.d").items():
            d = float(name.removeprefix(f"biomarker.L_{kind}.d"))
            found = float(np.exp(report_likelihood(one)(np.array([d])))[0])
            assert found == pytest.approx(entry.value, rel=0, abs=entry.tolerance), name


def test_within_is_the_rest_where_neither_is_small() -> None:
    t, df, per_d = setting(75)
    delta = np.linspace(-0.3, 0.3, 9) * per_d
    rest = 1 - np.exp(log_beyond(t, df, delta)) - np.exp(log_beyond(t, df, -delta))
    np.testing.assert_allclose(np.exp(log_within(t, df, delta)), rest, rtol=1e-12)


def test_every_report_has_a_likelihood() -> None:
    d = np.linspace(-2, 2, 41)
    for name, finding in REPORTS.items():
        found = report_likelihood(t_report(Biomarker(name, finding), (75, 74)))(d)
        assert np.isfinite(found).all(), name
        best = d[int(np.argmax(found))]
        if "lower" in name and "not significant" not in name:
            assert best < 0, name
        if "direction not stated" in name:
            np.testing.assert_allclose(found, found[::-1], rtol=1e-12)
