"""Bad input for trials: one error each, with the field, the value, the rule and the remedy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

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
)

make: Any = Trial.from_counts
effect: Any = Trial.from_effect
anything: Any = None
arm: Any = Arm
printed: Any = Printed
reported: Any = ReportedEffect
direction: Any = DirectionOnly
exact: Any = ExactTest
means: Any = MeanSD
quartiles: Any = MedianQuartiles
planned: Any = PlannedEffect
threshold: Any = Threshold
OK = (47, 74)
T = Threshold("RD > 0.1", "why", "")

# What is called, then what the message must hold: field, value, rule, remedy.
ROWS: dict[str, tuple[Callable[[], object], tuple[str, str, str, str]]] = {
    "events above n": (
        lambda: make((31, 30), OK),
        ("treatment.events", "31", "treatment.n is 30, and events cannot exceed n", "check both"),
    ),
    "events above n in the control arm": (
        lambda: make(OK, (31, 30)),
        ("control.events", "31", "control.n is 30", "check both"),
    ),
    "negative events": (
        lambda: make((-1, 30), OK),
        ("treatment.events", "-1", "at least 0", "check the number"),
    ),
    "negative n": (
        lambda: make((0, -3), OK),
        ("treatment.n", "-3", "at least 0", "check the number"),
    ),
    "a fraction of an event": (
        lambda: make((60.5, 75), OK),
        ("treatment.events", "60.5", "whole number", "not a rate"),
    ),
    "a float that is whole": (
        lambda: make((60.0, 75), OK),
        ("treatment.events", "60.0", "whole number", "not a rate"),
    ),
    "a NumPy float": (
        lambda: make((np.float64(60), 75), OK),
        ("treatment.events", "60.0", "whole number", "not a rate"),
    ),
    "NaN events": (
        lambda: make((math.nan, 75), OK),
        ("treatment.events", "nan", "whole number", "not a rate"),
    ),
    "a bool as count": (
        lambda: make((True, 75), OK),
        ("treatment.events", "True", "whole number", "without quotes"),
    ),
    "a NumPy bool as count": (
        lambda: make((np.bool_(True), 75), OK),
        ("treatment.events", "True", "whole number", "without quotes"),
    ),
    "text as count": (
        lambda: make(("60", 75), OK),
        ("treatment.events", "'60'", "whole number", "without quotes"),
    ),
    "None as count": (
        lambda: make((60, None), OK),
        ("treatment.n", "missing", "required", "add treatment.n"),
    ),
    "more people than there are": (
        lambda: make((60, 10**12), OK),
        ("treatment.n", "1000000000000", "at most", "check the number"),
    ),
    "three numbers for an arm": (
        lambda: make((60, 75, 1), OK),
        ("treatment", "(60, 75, 1)", "pair", "(60, 75)"),
    ),
    "a number for an arm": (
        lambda: make(60, OK),
        ("treatment", "60", "pair", "(60, 75)"),
    ),
    "three names of arms": (
        lambda: make(OK, OK, names=("a", "b", "c")),
        ("names", "('a', 'b', 'c')", "pair", "placebo"),
    ),
    "both arms alike in name": (
        lambda: make(OK, OK, names=("drug", "drug")),
        ("control.name", "'drug'", "both arms", "name each arm"),
    ),
    "an arm without a name": (
        lambda: make(OK, OK, names=(" ", "b")),
        ("treatment.name", "' '", "blank", "write a name"),
    ),
    "an arm made directly": (
        lambda: arm("drug", 3, 2),
        ("arm.events", "3", "arm.n is 2", "check both"),
    ),
    "better misspelt": (
        lambda: make(OK, OK, better="hihger"),
        ("outcome.better", "'hihger'", "'higher', 'lower'", "did you mean 'higher'?"),
    ),
    "better not a text": (
        lambda: make(OK, OK, better=1),
        ("outcome.better", "1", "'higher', 'lower'", "in quotes"),
    ),
    "an unknown field": (
        lambda: make(OK, OK, populaton="women"),
        ("populaton", "'women'", "no such field", "did you mean 'population'?"),
    ),
    "a field not a text": (
        lambda: make(OK, OK, population=3),
        ("population", "3", "text", "in quotes"),
    ),
    "control characters": (
        lambda: make(OK, OK, title="a\x00b"),
        ("title", r"'a\x00b'", "control characters", "remove"),
    ),
    "a text of endless length": (
        lambda: make(OK, OK, title="x" * 100_000),
        ("title", "xxx…", "at most 20000 characters", "shorten"),
    ),
    "half a Unicode pair": (
        lambda: make(OK, OK, title="\ud800"),
        ("title", r"'\ud800'", "control characters", "remove"),
    ),
    "a name of two lines": (
        lambda: make(OK, OK, name="a\nb"),
        ("name", r"'a\nb'", "one line", "shorten"),
    ),
    "a DOI with its resolver": (
        lambda: make(OK, OK, doi="https://doi.org/10.1007/x"),
        ("doi", "https://doi.org/10.1007/x", "starts with 10.", "without https"),
    ),
    "a baseline risk in per cent": (
        lambda: make(OK, OK, baseline_risks=(60,)),
        ("baseline_risks", "60", "below 1", "60% as 0.6"),
    ),
    "no baseline risk": (
        lambda: make(OK, OK, baseline_risks=()),
        ("baseline_risks", "()", "at least one", "[0.5, 0.6, 0.7]"),
    ),
    "a baseline risk as text": (
        lambda: make(OK, OK, baseline_risks=("0.6",)),
        ("baseline_risks", "'0.6'", "finite number", "without quotes"),
    ),
    "an outcome as text": (
        lambda: make(OK, OK, outcome="death"),
        ("outcome", "'death'", "of type Outcome", "Outcome(...)"),
    ),
    "a percentage above 100": (
        lambda: make(OK, OK, percentages=("180.00", None)),
        ("treatment.percentage", "'180.00'", "between 0 and 100", "as printed"),
    ),
    "a percentage as a float": (
        lambda: make(OK, OK, percentages=(None, 63.5)),
        ("control.percentage", "63.5", "kept as text", "in quotes"),
    ),
    "one percentage for two arms": (
        lambda: make(OK, OK, percentages=("80.00",)),
        ("percentages", "('80.00',)", "pair", "63.51"),
    ),
    "one biomarker not in a list": (
        lambda: make(OK, OK, biomarkers="IL-33"),
        ("biomarkers", "'IL-33'", "of type Biomarker", "Biomarker(...)"),
    ),
    "a threshold twice": (
        lambda: make(OK, OK, thresholds=(T, T)),
        ("thresholds", "'RD > 0.1'", "listed once", "remove"),
    ),
    "two default thresholds": (
        lambda: make(
            OK,
            OK,
            thresholds=(
                Threshold("RD > 0.1", "why", "", default=True),
                Threshold("RD > 0.2", "why", "", default=True),
            ),
        ),
        ("thresholds.default", "RD > 0.1, RD > 0.2", "at most one", "default = true"),
    ),
    "nothing to analyse": (
        lambda: Trial(name="x"),
        ("treatment", "missing", "counts in both arms or a reported effect", "add treatment"),
    ),
    "one arm only": (
        lambda: Trial(name="x", treatment=Arm("a", 1, 2)),
        ("control", "missing", "both arms or in neither", "add control"),
    ),
    "a mean difference beside counts": (
        lambda: make(OK, OK, reported=ReportedEffect("MD", Printed("0.5"))),
        ("reported.measure", "'MD'", "no mean difference", "leave the counts out"),
    ),
    "the interval the wrong way round": (
        lambda: effect("OR", estimate="2.30", ci=("4.81", "1.10")),
        ("reported.ci", "4.81 to 1.10", "must not exceed the upper", "1.10 to 4.81"),
    ),
    "an interval that excludes its estimate": (
        lambda: effect("OR", estimate="5.30", ci=("1.10", "4.81")),
        ("reported.ci", "1.10 to 4.81", "must contain its estimate, 5.30", "check the estimate"),
    ),
    "an interval of one limit": (
        lambda: effect("OR", estimate="2.30", ci=("1.10",)),
        ("reported.ci", "('1.10',)", "two limits", "4.81"),
    ),
    "an interval of floats": (
        lambda: effect("OR", estimate="2.30", ci=(1.1, 4.81)),
        ("reported.ci.lower", "1.1", "kept as text", "in quotes"),
    ),
    "a negative odds ratio": (
        lambda: effect("OR", estimate="-0.83", ci=("0.10", "4.81")),
        ("reported.estimate", "'-0.83'", "must be positive", "not its logarithm"),
    ),
    "an odds ratio of zero": (
        lambda: effect("OR", estimate="0.00", ci=("0.00", "4.81")),
        ("reported.estimate", "'0.00'", "must be positive", "not its logarithm"),
    ),
    "a negative limit of a ratio": (
        lambda: effect("RR", estimate="2.30", ci=("-1.10", "4.81")),
        ("reported.ci.lower", "'-1.10'", "must be positive", "not its logarithm"),
    ),
    "an estimate with a sign of inequality": (
        lambda: effect("OR", estimate="<2.30", ci=("1.10", "4.81")),
        ("reported.estimate", "'<2.30'", "not a bound", "leave out"),
    ),
    "an estimate with a decimal comma": (
        lambda: effect("OR", estimate="2,30", ci=("1.10", "4.81")),
        ("reported.estimate", "'2,30'", "with a point", "2.30"),
    ),
    "an estimate in words": (
        lambda: effect("OR", estimate="about two", ci=("1.10", "4.81")),
        ("reported.estimate", "'about two'", "one printed number", "without units"),
    ),
    "an estimate as a float": (
        lambda: effect("OR", estimate=2.30, ci=("1.10", "4.81")),
        ("reported.estimate", "2.3:", "loses its last printed place", "in quotes"),
    ),
    "an estimate without an interval": (
        lambda: effect("OR", estimate="2.30"),
        ("reported.ci", "None", "interval or its standard error", "add ci"),
    ),
    "an interval without an estimate": (
        lambda: effect("OR", ci=("1.10", "4.81")),
        ("reported.estimate", "None", "needs its estimate", "add the estimate"),
    ),
    "an effect without numbers": (
        lambda: reported("OR"),
        ("reported.estimate", "None", "at least one number", "leave [reported] out"),
    ),
    "a level in per cent": (
        lambda: effect("OR", estimate="2.30", ci=("1.10", "4.81"), ci_level=95),
        ("reported.ci_level", "95", "below 1", "0.95"),
    ),
    "a level of NaN": (
        lambda: effect("OR", estimate="2.30", ci=("1.10", "4.81"), ci_level=math.nan),
        ("reported.ci_level", "nan", "finite number", "0.95"),
    ),
    "an unknown measure": (
        lambda: effect("ODDS", estimate="2.30", ci=("1.10", "4.81")),
        ("reported.measure", "'ODDS'", "'OR', 'RR', 'HR', 'RD', 'MD'", "choose one of"),
    ),
    "a measure in lower case": (
        lambda: effect("hr", estimate="2.30", ci=("1.10", "4.81")),
        ("reported.measure", "'hr'", "'OR', 'RR', 'HR', 'RD', 'MD'", "did you mean 'HR'?"),
    ),
    "a P above one": (
        lambda: effect("OR", estimate="2.30", ci=("1.10", "4.81"), p_value="3.0"),
        ("reported.p_value", "'3.0'", "between 0 and 1", "check it"),
    ),
    "a P as a float": (
        lambda: effect("OR", estimate="2.30", ci=("1.10", "4.81"), p_value=0.03),
        ("reported.p_value", "0.03", "kept as text", "in quotes"),
    ),
    "a standard error of zero": (
        lambda: effect("OR", log_effect=0.8, standard_error=0),
        ("reported.standard_error", "0", "above 0", "scale of the log effect"),
    ),
    "a negative standard error": (
        lambda: effect("OR", log_effect=0.8, standard_error=-0.4),
        ("reported.standard_error", "-0.4", "above 0", "scale of the log effect"),
    ),
    "a standard error without an effect": (
        lambda: effect("OR", standard_error=0.4),
        ("reported.estimate", "None", "at least one number", "give an estimate"),
    ),
    "an infinite log effect": (
        lambda: effect("OR", log_effect=math.inf, standard_error=0.4),
        ("reported.log_effect", "inf", "finite", "write a finite number"),
    ),
    "a ratio in place of its logarithm": (
        lambda: effect("OR", log_effect=230.0, standard_error=0.4),
        ("reported.log_effect", "230.0", "between -50 and 50", "not the ratio"),
    ),
    "an estimate and a log effect that differ": (
        lambda: effect("OR", estimate="2.30", log_effect=2.3, standard_error=0.4),
        ("reported.log_effect", "2.3", "reported.estimate is 2.30", "give one of the two"),
    ),
    "percentage points as a risk difference": (
        lambda: effect("RD", estimate="16.5", ci=("2.0", "30.0")),
        ("reported.estimate", "'16.5'", "between -1 and 1", "0.165"),
    ),
    "an empty printed number": (
        lambda: printed(""),
        ("printed number", "''", "one printed number", "2.30"),
    ),
    "a direction misspelt": (
        lambda: direction("lowr", "<0.05"),
        ("finding.direction", "'lowr'", "'lower', 'higher', 'not stated'", "did you mean 'lower'"),
    ),
    "an exact P as evidence of direction": (
        lambda: direction("lower", "0.03"),
        ("finding.p", "'0.03'", "bound on P", "exact_test"),
    ),
    "a bound of one": (
        lambda: direction("lower", "<1"),
        ("finding.p", "'<1'", "between 0 and 1", "check the bound"),
    ),
    "a bound as an exact test": (
        lambda: exact("lower", "<0.05"),
        ("finding.p", "'<0.05'", "exact P", "direction_only"),
    ),
    "an exact test without a number": (
        lambda: exact("lower"),
        ("finding.p", "None", "P or a t statistic", "give p, t or both"),
    ),
    "a t against its direction": (
        lambda: exact("lower", None, 2.1),
        ("finding.t", "2.1", "must agree with 'lower'", "turn the sign"),
    ),
    "a negative SD": (
        lambda: means((1, -2, 75), (1, 2, 74)),
        ("finding.treatment.sd", "-2", "above 0", "not the standard error"),
    ),
    "a mean of one patient": (
        lambda: means((1, 2, 75), (1, 2, 1)),
        ("finding.control.n", "1", "at least 2", "check the number"),
    ),
    "a mean without its SD": (
        lambda: means((1, 75), (1, 2, 74)),
        ("finding.treatment", "(1, 75)", "must hold mean, sd, n", "(mean, sd, n)"),
    ),
    "quartiles that fall": (
        lambda: quartiles((3, 2, 1, 75), (1, 2, 3, 74)),
        ("finding.treatment", "(3.0, 2.0, 1.0)", "must rise", "q1, median, q3"),
    ),
    "a patient-level file without a name": (
        lambda: PatientLevel(""),
        ("finding.path", "''", "blank", "write a name"),
    ),
    "a biomarker with a text as finding": (
        lambda: Biomarker("IL-33", anything or "lower"),  # type: ignore[arg-type]
        ("biomarker.finding", "'lower'", "classes of evidence", "DirectionOnly"),
    ),
    "a planned odds ratio of one": (
        lambda: planned(1, assumed=True, reason="x"),
        ("planned.odds_ratio", "1.0", "differs from 1", "leave [planned] out"),
    ),
    "a planned log odds ratio": (
        lambda: planned(-0.4, assumed=False, reason="x"),
        ("planned.odds_ratio", "-0.4", "above 0", "not its logarithm"),
    ),
    "an assumption without its reason": (
        lambda: planned(1.5, assumed=True, reason=""),
        ("planned.reason", "''", "blank", "sentence"),
    ),
    "assumed as a text": (
        lambda: planned(1.5, assumed="yes", reason="x"),
        ("planned.assumed", "'yes'", "true or false", "without quotes"),
    ),
    "a threshold that compares nothing": (
        lambda: threshold("RD 0.10", "why", ""),
        ("threshold.statement", "'RD 0.10'", "compares an effect", "RD > 0.10"),
    ),
    "a threshold without its reason": (
        lambda: threshold("RD > 0.10", "", ""),
        ("threshold.reason", "''", "blank", "sentence"),
    ),
    "an outcome without a name": (
        lambda: Outcome(""),
        ("outcome.name", "''", "blank", "write a name"),
    ),
    "the events of a trial known by its effect": (
        lambda: effect("OR", estimate="2.30", ci=("1.10", "4.81")).events,
        ("treatment", "missing", "only by its effect", "reported_effect"),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_bad_input_gives_one_error_with_field_value_rule_and_remedy(name: str) -> None:
    call, (field, value, rule, remedy) = ROWS[name]
    with pytest.raises(InputError) as caught:
        call()
    error = caught.value
    assert error.field == field
    assert rule in error.rule
    assert remedy in error.remedy
    message = str(error)
    assert message.startswith(f"{field} is ")
    assert value in message.removeprefix(f"{field} is ").split(error.rule)[0] + ":"
    assert "\n" not in message
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
