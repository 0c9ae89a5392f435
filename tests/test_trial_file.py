from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_values import value
from trial_strategies import trials

from bayes_rsa.errors import InputError
from bayes_rsa.files import MAX_BYTES
from bayes_rsa.toml_text import Lines
from bayes_rsa.trial import NOT_REPORTED, DirectionOnly, Printed, Trial, trial_from_dict
from bayes_rsa.trial_file import (
    load_trial,
    packaged_trials,
    parse_trial,
    read_trial,
    template,
    trial_text,
    write_template,
    write_trial,
)

GOOD = """\
# a comment with [brackets] and "quotes"
name = "smith-topic-2024"
title = \"\"\"
two
lines, [control] = "no table"\"\"\"
baseline_risks = [
    0.5,  # a comment, with a comma
    0.6,
]

[outcome]
name = "birth"
better = "higher"

[treatment]
name = "drug"
events = 60
n = 75

[control]
name = "placebo"
events = 47
n = 74

[reported]
measure = "OR"
estimate = "2.30"
ci = ["1.10", "4.81"]

[[thresholds]]
statement = "RD > 0.10"
reason = "why"
source = ""

[[biomarkers]]
name = "IL-33"
[biomarkers.finding]
evidence = "mean_sd"
treatment = { mean = 1.0, sd = 0.5, n = 75 }
control = { mean = 2.0, sd = 0.6, n = 74 }

[[biomarkers]]
name = "ST2"
finding = { evidence = "direction_only", direction = "lower", p = "<0.05" }
"""


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# The packaged trials ---------------------------------------------------------------------------


def test_the_tacrolimus_trial_is_what_its_abstract_prints() -> None:
    trial = load_trial("tacrolimus-rsa-2023")
    assert (trial.events, trial.n, trial.better) == ((60, 47), (75, 74), "higher")
    assert trial.percentages == (Printed("80.00"), Printed("63.51"))
    assert trial.reported is not None
    assert trial.reported.estimate == Printed("2.30")
    assert trial.reported.ci == (Printed("1.10"), Printed("4.81"))
    assert trial.reported.p_value == Printed("0.03")
    assert trial.analysis_set == trial.missing_outcomes == trial.denominators == NOT_REPORTED
    assert "a composite, not live birth as such" in trial.outcome.definition
    assert {marker.name: marker.finding for marker in trial.biomarkers} == dict.fromkeys(
        ("IL-33", "ST2", "Th1/Th2 ratio"), DirectionOnly("lower", Printed("<0.05"))
    )
    assert [threshold.statement for threshold in trial.thresholds] == [
        "RD > 0.05",
        "RD > 0.10",
        "RD > 0.15",
    ]
    assert trial.default_threshold == trial.thresholds[1]


def test_the_planned_effect_of_the_tacrolimus_trial_is_assumed_and_says_so() -> None:
    planned = load_trial("tacrolimus-rsa-2023").planned
    assert planned is not None
    assert planned.assumed
    assert planned.odds_ratio == 14 / 9
    assert "Assumed" in planned.reason


@pytest.mark.parametrize("name", packaged_trials())
def test_a_packaged_trial_names_its_sources_and_goes_round(name: str) -> None:
    trial = load_trial(name)
    assert trial.name == name
    assert trial.source
    assert trial.citation
    assert trial.baseline_risks_reason
    assert all(arm.source for arm in trial.arms)
    assert trial.reported is None or trial.reported.source
    assert trial.planned is None or trial.planned.source
    assert all(threshold.reason and threshold.source for threshold in trial.thresholds)
    assert all(marker.source for marker in trial.biomarkers)
    assert parse_trial(trial_text(trial)) == trial


def test_the_packaged_trials_by_name() -> None:
    assert {name: load_trial(name).events + load_trial(name).n for name in packaged_trials()} == {
        "ciclosporin-rsa-2021": (75, 59, 101, 100),
        "eolia-2018": (44, 57, 124, 125),
        "etanercept-rsa-2019": (85, 67, 95, 93),
        "tacrolimus-rsa-2023": (60, 47, 75, 74),
    }
    assert load_trial("eolia-2018").better == "lower"


@pytest.mark.parametrize("name", [n for n in packaged_trials() if load_trial(n).percentages[0]])
def test_printed_percentages_are_those_of_the_counts(name: str) -> None:
    trial = load_trial(name)
    for arm, printed in zip(trial.arms, trial.percentages, strict=True):
        assert printed is not None
        assert abs(100 * arm.events / arm.n - printed.value) <= 0.5 * printed.unit


def test_the_packaged_counts_are_those_of_the_reference_numbers() -> None:
    trial = load_trial("tacrolimus-rsa-2023")
    shares = [arm.events / arm.n for arm in trial.arms]
    for share, name in zip(shares, ("freq.p1", "freq.p0"), strict=True):
        assert share == pytest.approx(value(name).value, abs=value(name).tolerance)


# Reading and writing ---------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(trials())
def test_any_trial_comes_back_as_it_was_written(trial: Trial) -> None:
    text = trial_text(trial)
    assert parse_trial(text) == trial
    assert parse_trial(text.replace("\n", "\r\n")) == trial
    assert trial_from_dict(trial.to_dict()) == trial


@settings(max_examples=50, deadline=None)
@given(trials())
def test_every_key_that_is_written_is_found_on_its_line(trial: Trial) -> None:
    text = trial_text(trial)
    lines = Lines(text)
    for field in ("name", "outcome.better", "treatment.n", "control.events", "reported.measure"):
        table, _, key = field.rpartition(".")
        if table and f"[{table}]\n" not in text:
            continue
        line = lines.find(field)
        assert line is not None
        assert text.split("\n")[line - 1].startswith(f"{key} = ")


def test_a_file_goes_round(tmp_path: Path) -> None:
    trial = load_trial("tacrolimus-rsa-2023")
    path = write_trial(trial, tmp_path / "trial.toml")
    assert read_trial(path) == trial
    assert load_trial(str(path)) == load_trial(path) == trial
    assert names_in(tmp_path) == ["trial.toml"]


def test_a_relative_file_is_found_beside_the_packaged_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").write_text(GOOD, encoding="utf-8")
    assert load_trial("mine").name == "smith-topic-2024"
    assert load_trial("./mine") == load_trial("mine")


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert read_trial(path) == parse_trial(GOOD)


def test_a_file_is_replaced_only_when_told(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("mine", encoding="utf-8")
    trial = parse_trial(GOOD)
    with pytest.raises(InputError, match="this file exists"):
        write_trial(trial, path)
    assert path.read_text(encoding="utf-8") == "mine"
    write_trial(trial, path, overwrite=True)
    assert read_trial(path) == trial


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    path.write_text("mine", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="no space left on device"):
        write_trial(parse_trial(GOOD), path, overwrite=True)
    assert path.read_text(encoding="utf-8") == "mine"
    assert names_in(tmp_path) == ["a.toml"]


# The template ----------------------------------------------------------------------------------


def filled() -> str:
    text = template()
    for key, filling in (("better", '"lower"'), ("events", "3"), ("n", "10")):
        text = re.sub(rf'^{key} = "FILL IN[^"]*"', f"{key} = {filling}", text, flags=re.MULTILINE)
    number = iter(range(100))
    return re.sub(r'"FILL IN[^"]*"', lambda _: f'"text {next(number)}"', text)


def test_the_template_is_refused_until_it_is_filled_in(tmp_path: Path) -> None:
    path = write_template(tmp_path / "new.toml")
    with pytest.raises(InputError, match=r"line \d+: name is 'FILL IN: .*not filled in; replace"):
        read_trial(path)
    assert parse_trial(filled()).events == (3, 3)


def test_every_place_of_the_template_must_be_filled_in() -> None:
    places = re.findall(r"^(\w+) = (\"FILL IN[^\"]*\")", template(), flags=re.MULTILINE)
    assert len(places) >= 12
    whole = filled().split("\n")
    for number, line in enumerate(template().split("\n")):
        if '= "FILL IN' in line:
            one_left = "\n".join([*whole[:number], line, *whole[number + 1 :]])
            with pytest.raises(InputError, match=rf"line {number + 1}: .*not filled in"):
                parse_trial(one_left)


def test_what_the_template_comments_out_is_valid_too() -> None:
    text = re.sub(r"^# (\w+ = |\[)", r"\1", filled(), flags=re.MULTILINE)
    text = re.sub(r"^(log_effect|standard_error) = .*$", "", text, flags=re.MULTILINE)
    trial = parse_trial(text)
    assert trial.reported is not None
    assert trial.planned is not None
    assert trial.percentages == (Printed("80.00"), Printed("63.51"))
    assert (len(trial.thresholds), len(trial.biomarkers)) == (1, 1)


def test_the_template_explains_every_field() -> None:
    text = template()
    for table in trial_from_dict(parse_trial(GOOD).to_dict()).to_dict().items():
        assert table[0] in text
    for kind in ("direction_only", "exact_test", "mean_sd", "median_quartiles", "patient_level"):
        assert kind in text


# Lines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("name", 2),
        ("title", 3),
        ("baseline_risks", 6),
        ("outcome", 11),
        ("outcome.better", 13),
        ("control", 20),
        ("control.n", 23),
        ("control.source", 20),
        ("reported.ci.upper", 28),
        ("thresholds #1.reason", 32),
        ("biomarkers #1.finding.control.sd", 40),
        ("biomarkers #2", 42),
        ("biomarkers #2.name", 43),
        ("biomarkers #2.finding.p", 44),
        ("nowhere", None),
    ],
)
def test_each_key_is_found_on_its_line(field: str, line: int | None) -> None:
    assert Lines(GOOD).find(field) == line


toml_values = st.recursive(
    st.booleans() | st.integers(-99, 99) | st.text(max_size=8) | st.dates() | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=4), toml_values, max_size=4), st.booleans())
def test_the_line_of_a_last_key_is_right_after_any_valid_toml(
    data: dict[str, object], multiline: bool
) -> None:
    import tomli_w

    text = tomli_w.dumps({**data, "zz_last": {"key": 1}}, multiline_strings=multiline)
    tomllib.loads(text)
    expected = text.split("\n").index("[zz_last]") + 1
    assert Lines(text).find("zz_last.key") == expected + 1


# Bad files -------------------------------------------------------------------------------------

# What is replaced in GOOD by what; then the line and field, and parts of the message.
TOML_ROWS: dict[str, tuple[str, str, str, tuple[str, str, str]]] = {
    "an unknown key": (
        "events = 60",
        "event = 60",
        "line 17: treatment.event",
        ("60", "[treatment] has no such key", "did you mean 'events'?"),
    ),
    "an unknown table": (
        "[control]\n",
        "[contrl]\n",
        "line 20: contrl",
        ("placebo", "no such key", "did you mean 'control'?"),
    ),
    "an unknown key at the top": (
        'name = "smith-topic-2024"',
        'name = "x"\npopulaton = "women"',
        "line 3: populaton",
        ("women", "this file has no such key", "did you mean 'population'?"),
    ),
    "an unknown key of a finding": (
        'evidence = "mean_sd"',
        'evidence = "mean_sd"\np = "<0.05"',
        "line 39: biomarkers #1.finding.p",
        ("<0.05", "has no such key", "choose one of"),
    ),
    "an unknown key of an inline table": (
        "sd = 0.6",
        "std = 0.6",
        "line 40: biomarkers #1.finding.control.std",
        ("0.6", "has no such key", "did you mean 'sd'?"),
    ),
    "a float for a printed number": (
        'estimate = "2.30"',
        "estimate = 2.30",
        "line 27: reported.estimate",
        ("2.3", "loses its last printed place", "write it in quotes exactly as printed"),
    ),
    "floats for an interval": (
        '["1.10", "4.81"]',
        "[1.10, 4.81]",
        "line 28: reported.ci.lower",
        ("1.1", "kept as text", "in quotes"),
    ),
    "a decimal comma": (
        '"2.30"',
        '"2,30"',
        "line 27: reported.estimate",
        ("2,30", "a point as the decimal sign", "2.30"),
    ),
    "counts in quotes": (
        "events = 60",
        'events = "60"',
        "line 17: treatment.events",
        ("60", "whole number", "without quotes"),
    ),
    "a count as a float": (
        "events = 60",
        "events = 60.0",
        "line 17: treatment.events",
        ("60.0", "whole number", "not a rate"),
    ),
    "a count as a bool": (
        "events = 60",
        "events = true",
        "line 17: treatment.events",
        ("True", "whole number", "without quotes"),
    ),
    "a count of NaN": (
        "events = 60",
        "events = nan",
        "line 17: treatment.events",
        ("nan", "whole number", "not a rate"),
    ),
    "events above n": (
        "events = 60",
        "events = 76",
        "line 17: treatment.events",
        ("76", "treatment.n is 75, and events cannot exceed n", "check both"),
    ),
    "no events": (
        "events = 60\n",
        "",
        "line 15: treatment.events",
        ("missing", "required", "add treatment.events"),
    ),
    "no name": (
        'name = "smith-topic-2024"',
        "",
        "the text: name",
        ("missing", "required", "add name"),
    ),
    "no better direction": (
        'better = "higher"',
        "",
        "line 11: outcome.better",
        ("missing", "'higher', 'lower'", "add outcome.better"),
    ),
    "a wrong better direction": (
        'better = "higher"',
        'better = "Higher"',
        "line 13: outcome.better",
        ("Higher", "'higher', 'lower'", "did you mean 'higher'?"),
    ),
    "the interval the wrong way round": (
        '["1.10", "4.81"]',
        '["4.81", "1.10"]',
        "line 28: reported.ci",
        ("4.81 to 1.10", "must not exceed", "1.10 to 4.81"),
    ),
    "an arm that is no table": (
        '[control]\nname = "placebo"\nevents = 47\nn = 74\n',
        "",
        "the text: control",
        ("missing", "both arms or in neither", "add control"),
    ),
    "thresholds in one table": (
        "[[thresholds]]",
        "[thresholds]",
        "line 30: thresholds",
        ("RD > 0.10", "list of tables", "[[thresholds]]"),
    ),
    "a threshold without a reason": (
        'reason = "why"\n',
        "",
        "line 30: thresholds #1.reason",
        ("missing", "required", "add thresholds #1.reason"),
    ),
    "an unknown class of evidence": (
        '"mean_sd"',
        '"means"',
        "line 38: biomarkers #1.finding.evidence",
        ("means", "'mean_sd'", "did you mean 'mean_sd'?"),
    ),
    "no class of evidence": (
        'evidence = "mean_sd"\n',
        "",
        "line 37: biomarkers #1.finding.evidence",
        ("missing", "'direction_only'", "add"),
    ),
    "a biomarker without a finding": (
        'finding = { evidence = "direction_only", direction = "lower", p = "<0.05" }',
        "",
        "line 42: biomarkers #2.finding",
        ("missing", "required", "evidence = one of"),
    ),
    "a negative SD": (
        "sd = 0.6",
        "sd = -0.6",
        "line 40: biomarkers #1.finding.control.sd",
        ("-0.6", "above 0", "not the standard error"),
    ),
    "a missing SD": (
        "sd = 0.6, ",
        "",
        "line 40: biomarkers #1.finding.control.sd",
        ("missing", "required", "as a number"),
    ),
    "an exact P as direction only": (
        '"<0.05"',
        '"0.03"',
        "line 44: biomarkers #2.finding.p",
        ("0.03", "bound on P", "exact_test"),
    ),
    "a finding that is no table": (
        'finding = { evidence = "direction_only", direction = "lower", p = "<0.05" }',
        'finding = "lower"',
        "line 44: biomarkers #2.finding",
        ("lower", "must be a table", "[biomarkers #2.finding]"),
    ),
    "a placeholder": (
        '"placebo"',
        '"FILL IN: the comparator"',
        "line 21: control.name",
        ("FILL IN", "not filled in", "replace"),
    ),
    "a P without quotes": (
        'ci = ["1.10", "4.81"]',
        "p_value = <0.05",
        "the text, at line 28, column 11",
        ("p_value = <0.05", "not TOML: invalid value", "in quotes"),
    ),
    "a key twice": (
        "events = 60\n",
        "events = 60\nn = 76\n",
        "the text, at line 19",
        ("n = 75", "not TOML: cannot overwrite", "key = value"),
    ),
    "an end in the middle": (
        '{ evidence = "direction_only", direction = "lower", p = "<0.05" }\n',
        "",
        "the text, at its end",
        ("finding =", "not TOML", "key = value"),
    ),
    "a number of 5,000 digits": (
        "events = 60",
        "events = " + "7" * 5000,
        "the text",
        ("# a comment", "too long", "right file"),
    ),
    "brackets a thousand deep": (
        "events = 60",
        "events = " + "[" * 100_000,
        "the text",
        ("# a comment", "too deep", "right file"),
    ),
}


@pytest.mark.parametrize("name", TOML_ROWS)
def test_a_bad_file_gives_one_error_with_line_field_value_rule_and_remedy(name: str) -> None:
    old, new, where, parts = TOML_ROWS[name]
    assert GOOD.count(old) == 1
    with pytest.raises(InputError) as caught:
        parse_trial(GOOD.replace(old, new))
    message = str(caught.value)
    assert message.startswith("the text")
    assert f"{where} is " in message or f"{where}, column" in message
    for part in parts:
        assert part in message
    assert "\n" not in message


def no_file(folder: Path) -> Path:
    return folder / "absent.toml"


def a_folder(folder: Path) -> Path:
    return folder


def of_bytes(data: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "a.toml"
        path.write_bytes(data)
        return path

    return make


def a_loop(folder: Path) -> Path:
    path = folder / "loop.toml"
    path.symlink_to(path)
    return path


def too_long_a_name(folder: Path) -> Path:
    return folder / ("x" * 300 + ".toml")


FILES: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "no such file": (no_file, "there is no such file", "check the path"),
    "a folder": (a_folder, "it is a folder", "name the file inside it"),
    "an empty file": (of_bytes(b""), "it is empty", "saved"),
    "blanks only": (of_bytes(b" \n\t\n"), "it is empty", "saved"),
    "UTF-16": (of_bytes("name = 'x'".encode("utf-16")), "not UTF-8 text (byte 1)", "save it as"),
    "Latin-1": (of_bytes(b"name = '\xe9'"), "not UTF-8 text (byte 9)", "save it as UTF-8"),
    "a huge file": (of_bytes(b"#" * (MAX_BYTES + 1)), "longer than", "right file"),
    "a loop of links": (a_loop, "cannot be read", "check the path"),
    "too long a name": (too_long_a_name, "cannot be read", "check the path"),
    "a null byte in the name": (lambda _: Path("a\0.toml"), "not a path", "check the path"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_gives_one_error(name: str, tmp_path: Path) -> None:
    make, rule, remedy = FILES[name]
    path = make(tmp_path)
    with pytest.raises(InputError) as caught:
        read_trial(path)
    assert caught.value.field == "trial file"
    assert caught.value.value == str(path)
    assert rule in caught.value.rule
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "rule"),
    [("absent/a.toml", "folder does not exist"), ("", "it is a folder"), ("f/a.toml", "cannot be")],
)
def test_a_place_that_cannot_be_written_gives_one_error(
    name: str, rule: str, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(InputError, match=rule):
        write_trial(parse_trial(GOOD), tmp_path / name)
    assert names_in(tmp_path) == ["f"]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("tacrolimus-rsa-2024", "did you mean 'tacrolimus-rsa-2023'?"),
        ("Tacrolimus-RSA-2023", "did you mean 'tacrolimus-rsa-2023'?"),
        ("entirely else", "choose one of 'ciclosporin-rsa-2021'"),
        ("", "choose one of"),
        ("x\0y", "choose one of"),
    ],
)
def test_an_unknown_name_brings_a_suggestion(name: str, remedy: str) -> None:
    with pytest.raises(InputError, match="neither a packaged trial nor a TOML file") as caught:
        load_trial(name)
    assert remedy in caught.value.remedy


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="a packaged name or a path"):
        load_trial(60)  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_trial_or_one_input_error(text: str) -> None:
    with pytest.raises(InputError):
        parse_trial(text)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 8), st.text(max_size=4))
def test_a_slip_of_the_pen_is_read_or_gives_one_input_error(
    start: int, length: int, inserted: str
) -> None:
    text = GOOD[:start] + inserted + GOOD[start + length :]
    message = ""
    try:
        trial = parse_trial(text)
    except InputError as error:
        message = str(error)
    else:
        assert parse_trial(trial_text(trial)) == trial
    assert message.startswith("the text") or not message
