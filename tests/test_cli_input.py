"""Bad input on the command line: exit code 2, one message, nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bayes_rsa.cli import main

COUNTS = ("estimate", "--treatment", "60/75", "--control", "47/74")
EFFECT = ("--effect", "normal(0, 1)")
EMPTY = ("estimate", "--treatment", "0/75", "--control", "47/74")
AUDIT = ("audit", "--treatment", "60/75", "--control", "47/74")
REPORTED = ("estimate", "--measure", "OR", *EFFECT)
NAMED = ("estimate", "tacrolimus-rsa-2023")

TRIAL_FILE = """\
name = "two-arms"
[outcome]
name = "recovered"
better = "higher"
[treatment]
name = "a"
events = 6
n = 10
[control]
name = "b"
events = 4
n = 10
"""

# What is written, then what the message must hold: the field, the rule, the remedy.
BAD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # the words themselves
    "unknown command": (("estimat",), ("command is 'estimat'", "did you mean 'estimate'?")),
    "unknown option": ((*COUNTS, "--efect", "x"), ("option is '--efect'", "'--effect'?")),
    "unknown short option": (("trials", "-x"), ("option is '-x'", "lists them")),
    "option without its value": ((*COUNTS, "--effect"), ("--effect is missing", "write the value")),
    "flag with a value": ((*COUNTS, "--quiet=1"), ("--quiet", "write --quiet alone")),
    "one word too many": ((*NAMED, "again", *EFFECT), ("argument is 'again'", "in quotes")),
    "blank outside quotes": ((*NAMED, "--effect", "normal(0,", "1)"), ("argument is '1)'",)),
    "no file named": (("new",), ("FILE.toml is missing", "add it")),
    "unknown format": ((*COUNTS, *EFFECT, "--format", "xml"), ("--format is 'xml'", "'json'")),
    "wrong engine": ((*COUNTS, *EFFECT, "--engine", "stan"), ("--engine is 'stan'", "'nuts'")),
    # counts
    "no trial": (("estimate", *EFFECT), ("TRIAL is missing", "a trial is needed")),
    "counts with a dash": (
        ("estimate", "--treatment", "60-75", "--control", "47/74", *EFFECT),
        ("--treatment is '60-75'", "write it like 60/75"),
    ),
    "counts as text": (
        ("estimate", "--treatment", "sixty/75", "--control", "47/74", *EFFECT),
        ("--treatment is 'sixty/75'", "two whole numbers"),
    ),
    "NaN as counts": (
        ("estimate", "--treatment", "nan/75", "--control", "47/74", *EFFECT),
        ("--treatment is 'nan/75'",),
    ),
    "negative counts": (
        ("estimate", "--treatment=-1/75", "--control", "47/74", *EFFECT),
        ("--treatment is '-1/75'",),
    ),
    "decimal counts": (
        ("estimate", "--treatment", "60.5/75", "--control", "47/74", *EFFECT),
        ("--treatment is '60.5/75'",),
    ),
    "events above n": (
        ("estimate", "--treatment", "76/75", "--control", "47/74", *EFFECT),
        ("--treatment is '76/75'", "events (76) cannot exceed n (75)"),
    ),
    "implausibly many": (
        ("estimate", "--treatment", "60/99999999999", "--control", "47/74", *EFFECT),
        ("--treatment is 99999999999", "at most 1000000000"),
    ),
    "one arm only": (
        ("estimate", "--treatment", "60/75", *EFFECT),
        ("--control is missing", "both arms' counts"),
    ),
    "counts beside a name": (
        (*NAMED, "--treatment", "1/2", *EFFECT),
        ("--treatment is '1/2'", "leave out --treatment"),
    ),
    "direction beside a name": ((*NAMED, "--better", "lower", *EFFECT), ("--better is 'lower'",)),
    "unknown direction": ((*COUNTS, *EFFECT, "--better", "bigger"), ("--better is 'bigger'",)),
    "counts beside an effect": (
        (*COUNTS, "--measure", "OR", "--effect-estimate", "2.30", "--ci", "1.10,4.81", *EFFECT),
        ("--measure is 'OR'", "leave out the printed effect"),
    ),
    "no such trial": (("estimate", "tacrolimus", *EFFECT), ("TRIAL is 'tacrolimus'", "2023'?")),
    "a name too long": (("estimate", "é" * 300, *EFFECT), ("TRIAL is 'ééé", "neither")),
    "no such file": (("estimate", "none.toml", *EFFECT), ("there is no such file", "check")),
    "a folder": (("estimate", ".", *EFFECT), ("TRIAL is '.'", "it is a folder")),
    # printed effects
    "effect without its measure": (
        ("estimate", "--effect-estimate", "2.30", "--ci", "1.10,4.81", *EFFECT),
        ("--measure is missing", "OR, RR, HR"),
    ),
    "unknown measure": (
        ("estimate", "--measure", "ODDS", "--effect-estimate", "2", "--ci", "1,4", *EFFECT),
        ("--measure is 'ODDS'",),
    ),
    "no estimate": ((*REPORTED, "--ci", "1.10,4.81"), ("--effect-estimate is missing",)),
    "no interval": ((*REPORTED, "--effect-estimate", "2.30"), ("--ci is missing", "1.10,4.81")),
    "interval of one limit": (
        (*REPORTED, "--effect-estimate", "2.30", "--ci", "1.10"),
        ("--ci is '1.10'", "one comma"),
    ),
    "interval with decimal commas": (
        (*REPORTED, "--effect-estimate", "2.30", "--ci", "1,10,4,81"),
        ("--ci is '1,10,4,81'", "a point as the decimal sign"),
    ),
    "interval the wrong way round": (
        (*REPORTED, "--effect-estimate", "2.30", "--ci", "4.81,1.10"),
        ("--ci is '4.81 to 1.10'", "the lower limit must not exceed the upper"),
    ),
    "interval that excludes its estimate": (
        (*REPORTED, "--effect-estimate", "5.30", "--ci", "1.10,4.81"),
        ("--ci is '1.10 to 4.81'", "an interval must contain its estimate, 5.30"),
    ),
    "interval in words": (
        (*REPORTED, "--effect-estimate", "2.30", "--ci", "one,four"),
        ("--ci is 'one'",),
    ),
    "NaN as an estimate": (
        (*REPORTED, "--effect-estimate", "nan", "--ci", "1.10,4.81"),
        ("--effect-estimate is 'nan'",),
    ),
    "negative ratio": (
        (*REPORTED, "--effect-estimate", "-2.30", "--ci", "1.10,4.81"),
        ("--effect-estimate is '-2.30'", "a ratio (OR) must be positive"),
    ),
    "estimate and its log": (
        (*REPORTED, "--effect-estimate", "2.30", "--log-effect", "0.8", "--se", "0.3"),
        ("--log-effect is '0.8'", "--effect-estimate already says it"),
    ),
    "interval and standard error": (
        (*REPORTED, "--log-effect", "0.8", "--se", "0.3", "--ci", "1.1,4.8"),
        ("--se is '0.3'", "leave out --se or --ci"),
    ),
    "negative standard error": (
        (*REPORTED, "--log-effect", "0.8", "--se", "-0.3"),
        ("--se is -0.3", "above 0"),
    ),
    "infinite log effect": (
        (*REPORTED, "--log-effect", "inf", "--se", "0.3"),
        ("--log-effect is 'inf'", "it must be a number"),
    ),
    "a level without its interval": (
        (*REPORTED, "--log-effect", "0.8", "--se", "0.3", "--ci-level", "0.9"),
        ("--ci-level is '0.9'", "belongs to an interval"),
    ),
    "a level in per cent": (
        (*REPORTED, "--effect-estimate", "2.30", "--ci", "1.10,4.81", "--ci-level", "95"),
        ("--ci-level is 95", "below 1"),
    ),
    "risk difference in points": (
        ("estimate", "--measure", "RD", "--effect-estimate", "16.5", "--ci", "2,30", *EFFECT),
        ("--effect-estimate is '16.5'", "between -1 and 1"),
    ),
    # models and priors
    "no effect prior": (COUNTS, ("--effect is missing", "there is no default")),
    "no prior on one arm": (
        (*COUNTS, "--prior-treatment", "beta(1, 1)"),
        ("--prior-control is missing", "beta(1, 1)"),
    ),
    "unknown model": (
        (*COUNTS, *EFFECT, "--model", "log-ods-ratio"),
        ("--model is 'log-ods-ratio'", "did you mean 'log-odds-ratio'?"),
    ),
    "model without its counts": (
        (*REPORTED, "--effect-estimate", "2.3", "--ci", "1.1,4.8", "--model", "independent-arms"),
        ("--model is 'independent-arms'", "needs the events and n"),
    ),
    "model without its effect": (
        (*COUNTS, *EFFECT, "--model", "reported-effect"),
        ("--model is 'reported-effect'", "needs the printed effect"),
    ),
    "prior that the model does not use": (
        (*COUNTS, *EFFECT, "--prior-control", "beta(1, 1)"),
        ("--prior-control is 'beta(1, 1)'", "does not use it"),
    ),
    "midpoint of a risk ratio": (
        (*COUNTS, *EFFECT, "--model", "log-risk-ratio", "--midpoint", "normal(0, 1)"),
        ("--midpoint", "it takes --effect and --baseline"),
    ),
    "baseline and midpoint": (
        (*COUNTS, *EFFECT, "--baseline", "normal(0, 1)", "--midpoint", "normal(0, 1)"),
        ("--baseline", "not both", "leave out --baseline or --midpoint"),
    ),
    "unknown family": ((*COUNTS, "--effect", "nrmal(0, 1)"), ("--effect is 'nrmal'", "normal(")),
    "unknown archetype": (
        (*COUNTS, "--effect", "neutral modrate"),
        ("--effect is 'neutral modrate'", "did you mean 'neutral moderate'"),
    ),
    "archetype that needs a plan": (
        (*COUNTS, "--effect", "optimistic weak"),
        ("--effect is 'optimistic weak'", "planned odds ratio"),
    ),
    "archetype of another parameter": (
        (*COUNTS, "--effect", "jeffreys"),
        ("--effect is 'jeffreys'", "meant for the probability"),
    ),
    "negative SD": ((*COUNTS, "--effect", "normal(0, -1)"), ("normal.sd is -1", "positive sd")),
    "NaN in a prior": ((*COUNTS, "--effect", "normal(0, nan)"), ("normal.sd is nan", "finite")),
    "one argument of two": ((*COUNTS, "--effect", "normal(0)"), ("normal takes 2 arguments",)),
    "open parenthesis": ((*COUNTS, "--effect", "normal(0, 1"), ("not closed", "close it")),
    "empty prior": ((*COUNTS, "--effect", ""), ("--effect is ''", "the text is empty")),
    "weights that do not sum to 1": (
        (*COUNTS, "--effect", "0.5*normal(0, 1) + 0.6*normal(0, 2)"),
        ("--effect, weights", "sum to 1.1"),
    ),
    "arm prior off the probabilities": (
        (*COUNTS, "--prior-treatment", "normal(0, 1)", "--prior-control", "beta(1, 1)"),
        ("--prior-treatment is 'normal(0, 1)'", "inside [0, 1]"),
    ),
    "point mass": ((*COUNTS, "--effect", "point(0)"), ("--effect is 'point(0)'",)),
    "improper posterior": (
        (*EMPTY, "--effect", "flat()", "--baseline", "normal(0, 1)"),
        ("--effect is 'flat()'", "proper prior"),
    ),
    "improper posterior of an arm": (
        (*EMPTY, "--prior-treatment", "beta(0, 0)", "--prior-control", "beta(1, 1)"),
        ("--prior-treatment is 'beta(0, 0)'", "improper"),
    ),
    "flat on both, sampled": (
        (*COUNTS, "--effect", "flat()", "--baseline", "flat()", "--engine", "nuts"),
        ("--effect and --baseline is 'flat()'", "use the exact engine"),
    ),
    # statements and settings
    "statement that is none": ((*COUNTS, *EFFECT, "--pr", "OR"), ("--pr is 'OR'", "OR > 1.25")),
    "statement with >=": ((*COUNTS, *EFFECT, "--pr", "OR >= 1"), ("--pr is 'OR >= 1'", "< or >")),
    "statement outside the range": (
        (*COUNTS, *EFFECT, "--pr", "RD > 2"),
        ("--pr is 'RD > 2'", "RD lies between -1 and 1"),
    ),
    "unknown estimand": ((*COUNTS, *EFFECT, "--pr", "ORR > 1"), ("--pr is 'ORR > 1'", "mean 'RR'")),
    "NNT above": ((*COUNTS, *EFFECT, "--pr", "NNT > 5"), ("--pr is 'NNT > 5'", "RD instead")),
    "statement without counts": (
        (*REPORTED, "--effect-estimate", "2.30", "--ci", "1.10,4.81", "--pr", "RD > 0.1"),
        ("--pr is 'RD > 0.1'", "does not inform RD"),
    ),
    "hazard ratio of counts": ((*COUNTS, *EFFECT, "--pr", "HR < 1"), ("does not inform HR",)),
    "second statement bad": (
        (*COUNTS, *EFFECT, "--pr", "OR > 1", "--pr", "2 < OR < 1"),
        ("--pr is '2 < OR < 1'", "exchange the limits"),
    ),
    "interval of 95": ((*COUNTS, *EFFECT, "--interval", "95"), ("--interval is 95", "below 1")),
    "interval of text": ((*COUNTS, *EFFECT, "--interval", "95%"), ("--interval is '95%'",)),
    "negative seed": ((*COUNTS, *EFFECT, "--seed", "-1"), ("--seed is -1", "at least 0")),
    "decimal seed": ((*COUNTS, *EFFECT, "--seed", "1.5"), ("--seed is '1.5'", "whole number")),
    # audit
    "nothing to audit": (("audit",), ("TRIAL is missing", "a trial is needed")),
    "nothing printed": (
        AUDIT,
        ("nothing is printed", "give the printed estimate"),
    ),
    "nothing printed of a named trial": (("audit", "eolia-2018"), ("TRIAL is 'eolia-2018'",)),
    "two effects": (
        (*AUDIT, "--odds-ratio", "2.30", "--risk-ratio", "1.26"),
        ("--risk-ratio is '1.26'", "one effect is audited at a time"),
    ),
    "P above 1": (
        (*AUDIT, "--p-value", "3"),
        ("--p-value is '3'", "between 0 and 1"),
    ),
    # the other commands
    "priors: a prior that is none": (("priors", "normal"), ("SPEC is 'normal'", "normal(mean")),
    "priors: an option without a prior": (
        ("priors", "--baseline", "normal(0, 1)"),
        ("--baseline", "add SPEC"),
    ),
    "priors: planned on the side of harm": (
        ("priors", "--planned-odds-ratio", "0.5"),
        ("--planned-odds-ratio is 0.5", "above 1"),
    ),
    "priors: heterogeneity": (
        ("priors", "cochrane log OR tau"),
        ("SPEC is 'cochrane log OR tau'", "says nothing about two arms' risks"),
    ),
    "trials: none of this name": (("trials", "eolia"), ("TRIAL is 'eolia'", "'eolia-2018'?")),
    "new: not a TOML name": (("new", "trial.txt"), ("FILE.toml is 'trial.txt'", "ends in .toml")),
    "new: no such folder": (("new", "no/such/t.toml"), ("does not exist", "create the folder")),
    "report: no such trial": (("report", "nothing"), ("TRIAL is 'nothing'", "choose one of")),
    "report: ESS as text": (("report", "--ess-target", "many"), ("--ess-target is 'many'",)),
    "report: too small an ESS": (("report", "--ess-target", "3"), ("--ess-target is 3",)),
}


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run the program, hold it to the rules for bad input, and return its message."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> str:
        before = listing(tmp_path)
        assert main(arguments) == 2
        out, err = capsys.readouterr()
        assert out == ""
        # field is value: rule; remedy
        assert re.fullmatch(r"error: \S.* is .+: .+; .+[.?]\n", err), err
        assert "Traceback" not in err
        assert listing(tmp_path) == before
        return err

    return run


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case: str, refused: Callable[..., str]) -> None:
    arguments, expected = BAD[case]
    message = refused(*arguments)
    assert [part for part in expected if part not in message] == [], message


def test_there_are_at_least_forty_kinds() -> None:
    assert len(BAD) >= 40
    assert len({arguments for arguments, _ in BAD.values()}) == len(BAD)


# ---- files --------------------------------------------------------------------------------------

FILES = {
    "unknown key": (
        TRIAL_FILE.replace("n = 10", "m = 10", 1),
        ("trial.toml, line 8: treatment.m is 10", "no such key"),
    ),
    "unknown table": (TRIAL_FILE + "[contrl]\n", ("contrl", "did you mean 'control'?")),
    "events above n": (
        TRIAL_FILE.replace("events = 6", "events = 16"),
        ("trial.toml, line 7: treatment.events is 16", "cannot exceed"),
    ),
    "a printed number without quotes": (
        TRIAL_FILE + '[reported]\nmeasure = "OR"\nestimate = 2.30\n',
        ("trial.toml, line 15: reported.estimate is 2.3", "in quotes"),
    ),
    "not TOML": ("name two-arms\n", ("trial.toml, at line 1", "it is not TOML")),
    "empty": ("", ("trial.toml", "it is empty")),
    "template": (None, ("trial.toml, line", "not filled in")),
}


@pytest.mark.parametrize("command", ["estimate", "audit", "report", "trials"])
@pytest.mark.parametrize("case", FILES)
def test_bad_trial_file(
    case: str, command: str, tmp_path: Path, refused: Callable[..., str]
) -> None:
    from bayes_rsa.trial_file import template

    text, expected = FILES[case]
    (tmp_path / "trial.toml").write_text(template() if text is None else text, encoding="utf-8")
    message = refused(command, "trial.toml", *(EFFECT if command == "estimate" else ()))
    assert [part for part in expected if part not in message] == [], message


def test_new_refuses_to_overwrite(tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / "trial.toml").write_text("mine", encoding="utf-8")
    assert "add --force" in refused("new", "trial.toml")
    assert (tmp_path / "trial.toml").read_text(encoding="utf-8") == "mine"


def test_unwritable_folder(tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / "file").write_text("a file is no folder", encoding="utf-8")
    assert "FILE.toml is 'file/trial.toml'" in refused("new", "file/trial.toml")
    assert "--out is 'file'" in refused("report", "--out", "file")
    assert "--out is 'file/report'" in refused("report", "--out", "file/report")


def test_report_does_not_replace_what_is_not_one(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work", encoding="utf-8")
    assert "--out is 'thesis'" in refused("report", "--out", "thesis")


def test_control_characters_stay_on_one_line(refused: Callable[..., str]) -> None:
    message = refused("estimate", "a\nb\x1b[31m.toml", *EFFECT)
    assert message.count("\n") == 1
    assert "\x1b" not in message


# ---- as a program -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case", ["unknown option", "counts with a dash", "negative SD", "no such file"]
)
def test_bad_input_of_the_program(case: str, tmp_path: Path) -> None:
    arguments, expected = BAD[case]
    done = subprocess.run(
        [Path(sys.executable).with_name("bayes-rsa"), *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert all(part in done.stderr for part in expected)
    assert listing(tmp_path) == []
