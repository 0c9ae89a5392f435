"""What a finding says: t reports, conversions, the findings on the log scale and at two times."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marker_fixtures import REPORTS, N, reported, trial_with
from reference_values import value
from scipy import stats

from bayes_rsa.errors import DoubtfulConversionWarning, InputError
from bayes_rsa.trial import (
    BaselineFollowUp,
    BeforeAfter,
    Biomarker,
    DirectionOnly,
    ExactTest,
    GeometricMeanSD,
    MeanSD,
    MedianQuartiles,
    Moments,
    Printed,
    Quartiles,
    Trial,
    arm_moments,
    choose_markers,
    chosen_reports,
    marker_arms,
    t_report,
)
from bayes_rsa.trial.conversion import log_moments, luo, wan
from bayes_rsa.trial_file import load_trial, write_trial

GEOMETRIC = GeometricMeanSD(Moments(120.0, 1.6, 40), Moments(150.0, 1.7, 38))
TWICE = BaselineFollowUp(BeforeAfter(3.0, 0.9, 2.0, 0.8, 75), BeforeAfter(3.1, 0.9, 2.4, 0.9, 74))
VALUES = st.lists(st.floats(-5, 5), min_size=3, max_size=12).filter(lambda v: np.std(v) > 1e-3)


# ---- t reports ----------------------------------------------------------------------------------


def test_the_sets_of_a_report() -> None:
    reports = {name: t_report(Biomarker(name, f), N) for name, f in REPORTS.items()}
    values = {name: r.value for name, r in reports.items() if not r.exact}
    assert values == {
        "significant, lower": -2,
        "significant, higher": 2,
        "significant, direction not stated": 2,
        "not significant": 0,
        "not significant, lower": -1,
        "not significant, higher": 1,
    }
    assert [name for name, r in reports.items() if r.unsigned] == [
        "significant, direction not stated",
        "P given, direction not stated",
    ]
    assert [name for name, r in reports.items() if r.signed] == [
        "not significant, lower",
        "not significant, higher",
    ]
    assert reports["t given"].value == -2.7
    p = 2 * stats.t.sf(reports["P given"].value, 147)
    assert p == pytest.approx(0.004, rel=1e-10)
    strict = reports["significant, higher"].critical
    assert strict == pytest.approx(stats.t.isf(0.0005, 147), rel=1e-12)


@given(VALUES, VALUES)
def test_means_and_sds_give_student_s_t(treatment: list[float], control: list[float]) -> None:
    arms = [
        Moments(float(np.mean(v)), float(np.std(v, ddof=1)), len(v)) for v in (treatment, control)
    ]
    report = t_report(Biomarker("x", MeanSD(*arms)), (2, 2))
    expected = stats.ttest_ind(treatment, control).statistic
    assert report.value == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert report.n == (len(treatment), len(control))


def test_a_p_of_one_is_a_t_of_zero() -> None:
    assert t_report(Biomarker("x", ExactTest("lower", Printed("1.0"))), N).value == 0


def test_geometric_means_give_the_t_of_the_logarithms() -> None:
    report = t_report(Biomarker("x", GEOMETRIC), N)
    logs = [
        Moments(math.log(a.mean), math.log(a.sd), a.n)
        for a in (GEOMETRIC.treatment, GEOMETRIC.control)
    ]
    assert report == t_report(Biomarker("x", MeanSD(*logs)), N)
    follow_up = t_report(Biomarker("x", TWICE), N)
    assert (
        follow_up.value
        == t_report(Biomarker("x", MeanSD(Moments(2.0, 0.8, 75), Moments(2.4, 0.9, 74))), N).value
    )


def test_patients_with_the_marker() -> None:
    trial = reported("t given")
    assert marker_arms(trial) == N
    assert marker_arms(trial, (70, 68)) == (70, 68)
    effect = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    for wrong, match in (
        (None, "read with the number"),
        ((1, 5), "at least 2"),
        ((5,), "treatment and"),
    ):
        with pytest.raises(InputError, match=match):
            marker_arms(effect, wrong)  # type: ignore[arg-type]
    _, (report,) = chosen_reports(trial, n=(70, 68))
    assert report.df == 136


def test_which_markers_are_chosen() -> None:
    trial = reported("t given", "P given")
    assert [m.name for m in choose_markers(trial)] == ["t given", "P given"]
    assert [m.name for m in choose_markers(trial, ["P given"])] == ["P given"]
    wrong: tuple[tuple[Any, str], ...] = (
        ("t given", "list of names"),
        ([], "at least one"),
        (["t given", "t given"], "named once"),
        (["t is given"], "did you mean 't given'"),
    )
    for names, match in wrong:
        with pytest.raises(InputError, match=match):
            choose_markers(trial, names)
    with pytest.raises(InputError, match="no biomarker"):
        choose_markers(Trial.from_counts((1, 2), (1, 2)))


@pytest.mark.parametrize("ratio", ["Th1/Th2", "Th1/Th2 ratio", "Th1 / Th2 Ratio"])
def test_a_ratio_beside_both_parts(ratio: str) -> None:
    lower = DirectionOnly("lower", Printed("<0.05"))
    trial = trial_with(*(Biomarker(name, lower) for name in ("Th1", "Th2", ratio, "IL-33/ST2")))
    with pytest.raises(InputError, match="no third fact"):
        choose_markers(trial)
    assert len(choose_markers(trial, ["Th1", ratio, "IL-33/ST2"])) == 3


def test_what_was_selected_is_significant() -> None:
    chosen_reports(reported("significant, higher", "t given"), selection_level=0.05)
    for name in ("not significant", "P given, direction not stated"):
        with pytest.raises(InputError, match=r"not known to be significant at 0\.01"):
            chosen_reports(reported(name), selection_level=0.01)


# ---- conversions --------------------------------------------------------------------------------


def test_the_reference_conversions() -> None:
    arm = Quartiles(10, 14, 20, 75)
    mu, sigma, n = log_moments(wan(arm))
    found = {
        "wan_C3.mean": wan(arm).mean,
        "wan_C3.sd": wan(arm).sd,
        "luo_C3.mean": luo(arm).mean,
        "lognormal_mu": mu,
        "lognormal_sigma": sigma,
    }
    assert n == 75
    for name, number in found.items():
        entry = value(f"convert.{name}")
        assert number == pytest.approx(entry.value, rel=0, abs=entry.tolerance), name


def test_a_lognormal_marker_has_the_moments_it_came_from() -> None:
    mu, sigma, _ = log_moments(Moments(3.0, 2.5, 10))
    law = stats.lognorm(sigma, scale=math.exp(mu))
    assert (law.mean(), law.std()) == pytest.approx((3.0, 2.5))
    with pytest.raises(InputError, match="positive mean"):
        log_moments(Moments(-1.0, 2.5, 10))


def test_the_scale_of_means() -> None:
    means = Biomarker("x", MeanSD(Moments(2.0, 0.8, 75), Moments(2.4, 0.9, 74)))
    assert arm_moments(means)[0] == "raw"
    assert arm_moments(means, "log")[1][0] == log_moments(Moments(2.0, 0.8, 75))
    assert arm_moments(Biomarker("x", GEOMETRIC)) == ("log", GEOMETRIC.logs())
    with pytest.raises(InputError, match="no mean and SD"):
        arm_moments(Biomarker("x", MedianQuartiles(Quartiles(1, 2, 3, 9), Quartiles(1, 2, 3, 9))))


def test_a_lognormal_reading_of_wide_summaries_is_flagged() -> None:
    wide = Biomarker("x", MeanSD(Moments(2.0, 2.5, 75), Moments(2.4, 0.9, 74)))
    with pytest.warns(DoubtfulConversionWarning, match="1.25 times its mean"):
        assert arm_moments(wide, "log")[1][0] == log_moments(Moments(2.0, 2.5, 75))
    assert arm_moments(wide)[0] == "raw"


def test_geometric_means_with_their_intervals() -> None:
    rng = np.random.default_rng(1)
    rows, logs = [], []
    for n in (12, 30):
        y = rng.normal(1.0, 0.5, n)
        half = stats.t.ppf(0.95, n - 1) * y.std(ddof=1) / math.sqrt(n)
        rows.append((*np.exp([y.mean(), y.mean() - half, y.mean() + half]), n))
        logs.append((y.mean(), y.std(ddof=1), n))
    found = GeometricMeanSD.from_intervals(*rows, ci_level=0.9)  # type: ignore[arg-type]
    for arm, expected in zip(found.logs(), logs, strict=True):
        assert tuple(arm) == pytest.approx(expected)
    with pytest.raises(InputError, match="lower, upper"):
        GeometricMeanSD.from_intervals((1.0, 2.0, 0.5, 9), (1.0, 0.5, 2.0, 9))


@pytest.mark.parametrize(
    ("build", "match"),
    [
        (lambda: GeometricMeanSD(Moments(0.0, 1.5, 9), Moments(1, 1.5, 9)), "geometric mean is"),
        (lambda: GeometricMeanSD(Moments(2.0, 0.8, 9), Moments(1, 1.5, 9)), "factor above 1"),
        (lambda: GeometricMeanSD((1.0, 2.0), Moments(1, 1.5, 9)), "must hold mean, sd, n"),
        (lambda: BaselineFollowUp(BeforeAfter(1, 1, 1, 1, 2), TWICE.control), "at least 3"),
        (lambda: BaselineFollowUp(BeforeAfter(1, 0, 1, 1, 9), TWICE.control), "standard error"),
    ],
)
def test_findings_that_break_a_rule(build: Any, match: str) -> None:
    with pytest.raises(InputError, match=match):
        build()


def test_the_new_findings_keep_their_form(tmp_path: Path) -> None:
    trial = trial_with(Biomarker("geometric", GEOMETRIC), Biomarker("twice", TWICE))
    path = tmp_path / "trial.toml"
    write_trial(trial, path)
    again = load_trial(str(path))
    assert again.biomarkers == trial.biomarkers
    swapped = trial.swapped()
    assert swapped.biomarkers[1].finding == BaselineFollowUp(TWICE.control, TWICE.treatment)
    assert swapped.swapped().biomarkers == trial.biomarkers
