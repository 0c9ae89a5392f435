from __future__ import annotations

import dataclasses
import json
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
from reference_values import value

from bayes_rsa.errors import InputError
from bayes_rsa.trial import (
    Arm,
    Biomarker,
    DirectionOnly,
    ExactTest,
    MeanSD,
    MedianQuartiles,
    Outcome,
    PatientLevel,
    PlannedEffect,
    Printed,
    ReportedEffect,
    Threshold,
    Trial,
    trial_from_dict,
)


def tacrolimus(**fields: object) -> Trial:
    return Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher", **fields)


@pytest.mark.parametrize(
    ("text", "number", "unit", "decimals", "relation"),
    [
        ("2.30", 2.3, 0.01, 2, "="),
        ("<0.05", 0.05, 0.01, 2, "<"),
        ("> 0.05", 0.05, 0.01, 2, ">"),
        ("=0.03", 0.03, 0.01, 2, "="),
        ("−0.5", -0.5, 0.1, 1, "="),
        ("0·66", 0.66, 0.01, 2, "="),
        (".027", 0.027, 0.001, 3, "="),
        ("12", 12.0, 1.0, 0, "="),
        ("4.6e-4", 4.6e-4, 1e-5, 5, "="),
        ("1E2", 100.0, 100.0, -2, "="),
    ],
)
def test_a_printed_number_keeps_its_text_and_knows_its_last_place(
    text: str, number: float, unit: float, decimals: int, relation: str
) -> None:
    printed = Printed(text)
    assert str(printed) == text
    assert (printed.value, printed.unit) == (number, unit)
    assert (printed.decimals, printed.relation) == (decimals, relation)


def test_two_prints_of_one_number_are_different_values() -> None:
    assert Printed("2.30") != Printed("2.3")
    assert Printed("2.30").decimal == Printed("2.3").decimal
    assert Printed(" 2.30 ") == Printed("2.30")


def test_counts_may_be_numpy_integers_and_come_back_as_ints() -> None:
    arm = Arm("a", np.int32(3), np.uint8(7))  # type: ignore[arg-type]
    assert (type(arm.events), type(arm.n)) == (int, int)
    assert arm == Arm("a", 3, 7)


@pytest.mark.parametrize("counts", [(0, 0), (0, 5), (5, 5)])
def test_the_edges_of_the_possible_are_valid(counts: tuple[int, int]) -> None:
    assert Trial.from_counts(counts, (1, 2)).treatment == Arm("treatment", *counts)


def test_the_properties_of_a_trial_of_counts() -> None:
    trial = tacrolimus()
    assert trial.events == (60, 47)
    assert trial.n == (75, 74)
    assert trial.has_counts
    assert (trial.measure, trial.better) == ("OR", "higher")


def test_the_standard_error_implied_by_the_printed_interval() -> None:
    reported = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81")).reported
    assert reported is not None
    assert reported.location == math.log(2.3)
    assert reported.scale_se == pytest.approx(math.log(4.81 / 1.10) / 3.919927969, abs=1e-9)
    # Each limit is within 0.005 of the unrounded one, which moves the error by at most this.
    rounding = (0.005 / 1.10 + 0.005 / 4.81) / 3.919927969
    assert reported.scale_se == pytest.approx(value("freq.se_log_or").value, abs=rounding)


def test_a_difference_stays_on_its_own_scale() -> None:
    reported = ReportedEffect("RD", Printed("0.16"), (Printed("0.02"), Printed("0.30")))
    assert not reported.is_log
    assert reported.location == 0.16
    assert reported.scale_se == pytest.approx(0.28 / 3.919927969, abs=1e-9)


def test_a_wider_level_implies_a_smaller_standard_error() -> None:
    limits = (Printed("1.10"), Printed("4.81"))
    at_90, at_95, at_99 = (
        ReportedEffect("OR", Printed("2.30"), limits, ci_level=level).scale_se
        for level in (0.90, 0.95, 0.99)
    )
    assert at_90 > at_95 > at_99


def test_a_given_standard_error_wins_over_the_interval() -> None:
    trial = Trial.from_effect(measure="HR", log_effect=0.832, standard_error=0.376)
    assert trial.reported is not None
    assert (trial.reported.location, trial.reported.scale_se) == (0.832, 0.376)
    assert trial.measure == "HR"
    assert not trial.has_counts


def test_limits_that_rounding_made_equal_or_zero_imply_no_standard_error() -> None:
    for estimate, limits in (("0.01", ("0.01", "0.01")), ("0.01", ("0.00", "0.35"))):
        trial = tacrolimus(
            reported=ReportedEffect("OR", Printed(estimate), tuple(map(Printed, limits)))
        )
        assert trial.reported is not None
        with pytest.raises(InputError, match="standard error"):
            _ = trial.reported.scale_se
        with pytest.raises(InputError, match=r"reported\.ci"):
            Trial.from_effect(measure="OR", estimate=estimate, ci=limits)


FULL = tacrolimus(
    reported=ReportedEffect("OR", Printed("2.30"), (Printed("1.10"), Printed("4.81"))),
    percentages=(Printed("80.00"), Printed("63.51")),
    planned=PlannedEffect(1.6, assumed=True, reason="assumed"),
    biomarkers=(
        Biomarker("IL-33", DirectionOnly("lower", Printed("<0.05"))),
        Biomarker("TNF", ExactTest("higher", Printed("0.04"), 2.1)),
        Biomarker("IL-6", MeanSD((1.0, 0.5, 75), (2.0, 0.6, 74))),  # type: ignore[arg-type]
        Biomarker("IL-4", MedianQuartiles((1, 2, 3, 75), (2, 3, 4, 74))),  # type: ignore[arg-type]
    ),
    thresholds=(Threshold("RD > 0.10", "ten points", "registry", default=True),),
)


def test_swapping_the_arms_turns_everything_that_is_a_contrast() -> None:
    swapped = FULL.swapped()
    assert swapped.events == FULL.events[::-1]
    assert swapped.n == FULL.n[::-1]
    assert swapped.better == FULL.better
    assert swapped.percentages == FULL.percentages[::-1]
    assert swapped.reported is not None
    assert FULL.reported is not None
    assert swapped.reported.location == -FULL.reported.location
    assert swapped.reported.scale_se == FULL.reported.scale_se
    assert swapped.reported.estimate is None
    assert swapped.planned is not None
    assert swapped.planned.odds_ratio == 1 / 1.6
    findings = [marker.finding for marker in swapped.biomarkers]
    assert findings[0] == DirectionOnly("higher", Printed("<0.05"))
    assert findings[1] == ExactTest("lower", Printed("0.04"), -2.1)
    assert findings[2] == MeanSD((2.0, 0.6, 74), (1.0, 0.5, 75))  # type: ignore[arg-type]
    assert swapped.thresholds == ()


def test_relabelling_events_reverses_what_is_better() -> None:
    relabelled = FULL.relabelled()
    assert relabelled.events == (15, 27)
    assert relabelled.n == FULL.n
    assert relabelled.better == "lower"
    assert relabelled.reported is not None
    assert FULL.reported is not None
    assert relabelled.reported.location == -FULL.reported.location
    assert relabelled.baseline_risks == (0.5, 0.4, 0.3)
    assert relabelled.biomarkers == FULL.biomarkers


def test_both_symmetries_undo_themselves_where_nothing_printed_is_lost() -> None:
    plain = tacrolimus()
    assert plain.swapped().swapped() == plain
    assert plain.relabelled().relabelled() == plain
    assert plain.swapped().relabelled() == plain.relabelled().swapped()


def test_a_risk_ratio_of_events_says_nothing_of_one_of_non_events() -> None:
    with pytest.raises(InputError, match="says nothing of one of non-events"):
        Trial.from_effect(measure="RR", estimate="0.75", ci=("0.60", "0.94")).relabelled()
    with_counts = tacrolimus(reported=ReportedEffect("RR", Printed("1.26")))
    assert with_counts.relabelled().reported is None


def test_the_arms_of_patient_level_data_cannot_be_exchanged_here() -> None:
    trial = tacrolimus(biomarkers=(Biomarker("IL-33", PatientLevel("il33.csv")),))
    with pytest.raises(InputError, match=r"il33\.csv"):
        trial.swapped()


def test_values_cannot_be_changed_and_can_be_hashed_and_pickled() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.name = "other"  # type: ignore[misc]
    assert len({FULL, FULL.swapped(), pickle.loads(pickle.dumps(FULL))}) == 2


def test_plain_data_goes_through_json_and_back() -> None:
    assert trial_from_dict(json.loads(json.dumps(FULL.to_dict()))) == FULL


def test_the_fingerprint_sees_every_field_and_nothing_else() -> None:
    again = trial_from_dict(FULL.to_dict())
    assert again.fingerprint() == FULL.fingerprint()
    variants = [
        dataclasses.replace(FULL, **{field.name: "changed"})
        for field in dataclasses.fields(Trial)
        if field.type == "str" and field.name != "doi"
    ]
    variants += [
        dataclasses.replace(FULL, treatment=Arm("treatment", 59, 75)),
        dataclasses.replace(FULL, percentages=(Printed("80.0"), Printed("63.51"))),
        dataclasses.replace(FULL, outcome=Outcome(better="lower")),
        dataclasses.replace(FULL, biomarkers=FULL.biomarkers[:1]),
        dataclasses.replace(FULL, thresholds=()),
        dataclasses.replace(FULL, planned=None),
        dataclasses.replace(FULL, reported=None),
        dataclasses.replace(FULL, doi="10.1000/x"),
        dataclasses.replace(FULL, baseline_risks=(0.5,)),
    ]
    prints = {trial.fingerprint() for trial in [FULL, *variants]}
    assert len(prints) == 1 + len(variants)


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    code = (
        "from bayes_rsa.trial import Trial;"
        "print(Trial.from_counts((60, 75), (47, 74)).fingerprint())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    )
    assert run.stdout.strip() == tacrolimus().fingerprint()


def test_the_default_threshold_is_the_marked_one_or_the_first() -> None:
    first, second = Threshold("RD > 0.05", "a", ""), Threshold("RD > 0.1", "b", "", default=True)
    assert tacrolimus(thresholds=(first, second)).default_threshold == second
    assert tacrolimus(thresholds=(first,)).default_threshold == first
    assert tacrolimus().default_threshold is None


def test_a_trial_imports_nothing_heavy() -> None:
    code = (
        "import sys, bayes_rsa.trial_file as f; f.load_trial('tacrolimus-rsa-2023');"
        "heavy = {'numpy', 'scipy', 'pandas', 'pymc', 'arviz', 'tomli_w', 'xarray'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
