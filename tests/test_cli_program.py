"""How the program behaves: exit codes, streams, what it loads, and words it never heard of."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayes_rsa.cli import main
from bayes_rsa.cli.commands import COMMANDS

if TYPE_CHECKING:
    import xarray as xr

PROGRAM = Path(sys.executable).with_name("bayes-rsa")
ESTIMATE = ("estimate", "--treatment", "60/75", "--control", "47/74", "--effect", "normal(0, 1)")
REPORTED = ("estimate", "--measure", "OR", "--effect-estimate", "2.30", "--ci", "1.10,4.81")
HEAVY = ("arviz", "matplotlib", "nutpie", "pandas", "pydantic", "pymc", "scipy.stats", "xarray")


# ---- the commands -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_is_that_of_the_command(name: str) -> None:
    module = Path(main.__code__.co_filename).with_name(f"{name}.py")
    tree = ast.parse(module.read_text(encoding="utf-8"))
    (command,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "command")
    assert (ast.get_docstring(command) or "").splitlines()[0] == COMMANDS[name]


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [name for name in COMMANDS if f"\n  {name} " not in out] == []
    assert main([]) == 0
    assert capsys.readouterr().out == out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from bayes_rsa import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bayes-rsa {__version__}\n"


# ---- what is loaded -----------------------------------------------------------------------------


def loaded(*arguments: str) -> set[str]:
    """Modules that a fresh interpreter holds after the program has run."""
    code = (
        "import json, sys\nfrom bayes_rsa.cli import main\n"
        f"code = main({list(arguments)!r})\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr))


def test_help_loads_neither_numpy_nor_rich() -> None:
    assert loaded("--help") & {"numpy", "rich", *HEAVY} == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ESTIMATE,
        (*REPORTED, "--effect", "normal(0, 1)"),
        ("audit", "tacrolimus-rsa-2023"),
        ("trials",),
        ("priors",),
    ],
    ids=["estimate", "printed effect", "audit", "trials", "priors"],
)
def test_answers_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded(*arguments) & set(HEAVY) == set()


# ---- NUTS and its gate --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sampled() -> xr.DataTree:
    """A fit of the printed effect, sampled once for this file."""
    from bayes_rsa import inference, models
    from bayes_rsa.priors import Prior
    from bayes_rsa.trial import Trial

    trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    model = models.reported_effect(trial, effect=Prior.normal(0, 1))
    return inference.fit(model, seed=7, ess_target=400)


def test_nuts_answers_within_its_error(
    sampled: xr.DataTree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = []

    def fit(model: object, *, seed: int, predictive: bool) -> xr.DataTree:
        assert not predictive
        seeds.append(seed)
        return sampled

    monkeypatch.setattr("bayes_rsa.inference.fit", fit)
    arguments = (*REPORTED, "--effect", "normal(0, 1)", "--format", "json", "--seed", "7")
    assert main((*arguments, "--engine", "nuts")) == 0
    nuts = json.loads(capsys.readouterr().out)
    assert main(arguments) == 0
    exact = json.loads(capsys.readouterr().out)
    assert seeds == [7]
    assert nuts["engine"] == "nuts"
    assert nuts["diagnostics"]["passed"] is True
    assert list(nuts["estimands"]) == list(exact["estimands"])
    found, known = nuts["estimands"]["log_odds_ratio"], exact["estimands"]["log_odds_ratio"]
    assert found["mean"] == pytest.approx(known["mean"], abs=4 * found["mcse_mean"])


def test_the_table_of_nuts_prints_its_errors(
    sampled: xr.DataTree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bayes_rsa.inference.fit", lambda *_, **__: sampled)
    assert main((*REPORTED, "--effect", "normal(0, 1)", "--engine", "nuts")) == 0
    lines = capsys.readouterr().out.splitlines()
    (heading,) = (line for line in lines if line.startswith("Statement"))
    assert heading.split()[-1] == "MCSE"
    assert any("bulk ESS at least" in line for line in lines)
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_chain_that_does_not_mix_withholds_the_numbers(
    form: str,
    sampled: xr.DataTree,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = sampled.copy(deep=True)
    broken["posterior"]["effect"][0] += 3.0
    monkeypatch.setattr("bayes_rsa.inference.fit", lambda *_, **__: broken)
    given = (*REPORTED, "--effect", "normal(0, 1)", "--engine", "nuts", "--format", form)
    assert main(given) == 3
    out, err = capsys.readouterr()
    assert err.startswith("error: the diagnostics gate failed")
    assert "R-hat" in err
    assert err.count("\n") == 1
    if form == "json":
        found = json.loads(out)
        assert found["estimands"] is found["probabilities"] is found["nnt"] is None
        assert found["diagnostics"]["passed"] is False
    else:
        assert "Odds ratio" not in out
        assert "odds_ratio," not in out


# ---- report -------------------------------------------------------------------------------------


class Made:
    """What a report returns, as far as the command line reads it."""

    def __init__(self, passed: bool) -> None:
        self.passed, self.index = passed, Path("somewhere/index.html")

    def explain(self) -> str:
        return "" if self.passed else "reference: R-hat of effect is 1.2; it must be < 1.01."


@pytest.mark.parametrize("passed", [True, False])
def test_a_report_says_where_it_is(
    passed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bayes_rsa.analysis import Analysis

    asked: list[tuple[Analysis, str]] = []

    def report(subject: Analysis, *, out: str, progress: object) -> Made:
        asked.append((subject, out))
        assert progress is None  # standard error is no terminal
        return Made(passed)

    monkeypatch.setattr(import_module("bayes_rsa.report"), "report", report)
    code = main(["report", "eolia-2018", "--out", "here", "--seed", "5", "--ess-target", "900"])
    out, err = capsys.readouterr()
    (analysis, folder) = asked[0]
    assert (analysis.trial.name, analysis.seed, analysis.ess_target) == ("eolia-2018", 5, 900)
    assert (folder, out) == ("here", "somewhere/index.html\n")
    assert code == (0 if passed else 3)
    assert ("R-hat" in err) is not passed


def test_a_quiet_report_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(import_module("bayes_rsa.report"), "report", lambda *_, **__: Made(True))
    assert main(["report", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_progress_shows_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def report(*_: object, progress: Callable[[str, int, int], None] | None, **__: object) -> Made:
        assert progress is not None
        for phase in ("Compiling", "Sampling"):
            for done in range(3):
                progress(phase, done, 3)
        return Made(True)

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(import_module("bayes_rsa.report"), "report", report)
    assert main(["report"]) == 0
    assert "Sampling" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()
    assert capsys.readouterr().out == "somewhere/index.html\n"


# ---- streams ------------------------------------------------------------------------------------


def test_an_interrupt_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bayes_rsa.cli.estimate.exact_estimate", interrupted)
    assert main(ESTIMATE) == 130
    assert capsys.readouterr() == ("", "interrupted\n")


def test_a_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [PROGRAM, "priors", "--format", "json"],
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(write)
    assert done.returncode == 141
    assert done.stderr == b""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode(encoding: str) -> None:
    done = subprocess.run(
        [PROGRAM, "estimate", "eolia-2018", "--effect", "normal(0, 1)"],
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert rb" to \u221e to NNTH " in b" ".join(done.stdout.split())
    assert done.stderr == b""


def test_warnings_are_one_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import warnings

    from bayes_rsa.cli import estimate, estimate_result
    from bayes_rsa.errors import PriorDataConflictWarning

    def warned(*arguments: object) -> object:
        warnings.warn("the data are surprising", PriorDataConflictWarning, stacklevel=2)
        return estimate_result.exact_estimate(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(estimate, "exact_estimate", warned)
    assert main(ESTIMATE) == 0
    assert capsys.readouterr().err == "warning: the data are surprising\n"
    assert main((*ESTIMATE, "--quiet")) == 0
    assert capsys.readouterr().err == ""


def test_a_defect_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bayes_rsa.cli.estimate.exact_estimate", broken)
    with pytest.raises(ZeroDivisionError):
        main(ESTIMATE)


# ---- words it never heard of --------------------------------------------------------------------

WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "estimate",
            "audit",
            "trials",
            "priors",
            "new",
            "tacrolimus-rsa-2023",
            "60/75",
            "9/9",
            "0/0",
            "2.30",
            "1.10,4.81",
            "<0.05",
            "OR",
            "RD",
            "MD",
            "lower",
            "normal(0, 1)",
            "cauchy(0, 2.5)",
            "beta(1, 1)",
            "flat()",
            "jeffreys",
            "OR > 1.25",
            "NNT < 10",
            "harm",
            "json",
            "csv",
            "--",
            "-h",
            "0.95",
            "log-risk-ratio",
            "--treatment",
            "--control",
            "--measure",
            "--effect-estimate",
            "--odds-ratio",
            "--ci",
            "--p-value",
            "--effect",
            "--midpoint",
            "--prior-treatment",
            "--prior-control",
            "--model",
            "--better",
            "--pr",
            "--interval",
            "--format",
            "--quiet",
        ]
    ),
)
COMPLETE = st.tuples(
    st.sampled_from(["estimate", "audit", "trials", "priors", "new"]), st.lists(WORDS, max_size=9)
).map(lambda parts: [parts[0], *parts[1]])


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(arguments=st.one_of(st.lists(WORDS, max_size=6), COMPLETE))
def test_any_words_give_a_result_or_one_message(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main(arguments)
    out, err = capsys.readouterr()
    if code == 0:
        assert err == ""
        assert out
    else:
        assert code == 2
        assert out == ""
        assert err.startswith("error: ")
        assert err.count("\n") == 1


EXAMPLE_COUNTS = st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    treatment=EXAMPLE_COUNTS,
    control=EXAMPLE_COUNTS,
    prior=st.sampled_from(["normal(0, 1)", "student_t(3, 0, 0.4)"]),
)
def test_any_table_gives_an_estimate(
    treatment: tuple[int, int],
    control: tuple[int, int],
    prior: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts = [f"{events}/{n}" for events, n in (treatment, control)]
    given_counts = ("--treatment", counts[0], "--control", counts[1])
    assert main(("estimate", *given_counts, "--effect", prior, "--format", "json")) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(0 <= probability <= 1 for probability in found["probabilities"].values())


def test_the_program_is_installed() -> None:
    done = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: bayes-rsa ")
