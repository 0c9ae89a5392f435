"""``bayes-rsa evidence``: the object, the rows that can be read back, the table, the refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bayes_rsa.cli import main
from bayes_rsa.evidence import read_studies, studies

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the program and return what it prints; it must succeed, silently."""
    monkeypatch.setenv("COLUMNS", "80")

    def done(*arguments: str) -> str:
        assert main(("evidence", *arguments)) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return done


def test_the_object(run: Run) -> None:
    found = json.loads(run("--set", "A", "--format", "json"))
    assert found["schema"] == "bayes-rsa/evidence/1"
    assert len(found["studies"]) == 6
    (chosen,) = found["sets"]
    assert chosen["key"] == "A"
    assert chosen["independent"] is True
    assert chosen["inferred"] == []
    pooled = chosen["pooled"]
    assert pooled["scale"] == "odds_ratio"
    assert pooled["heterogeneity_prior"] == "lognormal(-1.76, 0.87)"
    for likelihood in ("normal", "binomial"):
        low, high = pooled[likelihood]["mean"]["eti"]
        assert (low, high) == pytest.approx((0.80, 1.91), abs=0.04)
        assert pooled[likelihood]["mean"]["median"] == pytest.approx(1.20, abs=0.015)
        assert pooled[likelihood]["predictive"]["log_odds_ratio_sd"] == pytest.approx(
            0.43, abs=0.02
        )


def test_a_base_rate(run: Run) -> None:
    (chosen,) = json.loads(run("--set", "base rate three losses", "--format", "json"))["sets"]
    assert chosen["pooled"]["scale"] == "rate"
    assert chosen["pooled"]["normal"]["mean"]["median"] == pytest.approx(0.529, abs=0.003)


def test_studies_that_were_not_randomised_are_not_pooled(run: Run) -> None:
    (chosen,) = json.loads(run("--set", "N", "--format", "json"))["sets"]
    assert chosen["pooled"] is None
    assert "through a bias only" in run("--set", "N")


def test_rows_can_be_read_back(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "studies.csv"
    file.write_text(run("--inferred", "--format", "csv"), encoding="utf-8")
    assert read_studies(file) == studies(inferred=True)
    file.write_text(run("--set", "Q", "--format", "csv"), encoding="utf-8")
    same = json.loads(
        run(
            "--file",
            str(file),
            "--heterogeneity",
            "turner obstetric log OR tau",
            "--format",
            "json",
        )
    )
    wanted = json.loads(run("--set", "Q", "--format", "json"))
    assert same["sets"][0]["pooled"] == wanted["sets"][0]["pooled"]
    assert same["studies"] == wanted["studies"]


def test_a_file_pools_what_it_may(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    head = "label,treatment_events,treatment_n,control_events,control_n,randomised,provenance"
    rows = (
        "First,30,50,25,51,yes,found",
        "Second,9,20,8,22,no,found",
        "Third,5,9,5,9,yes,inferred",
    )
    file.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    found = json.loads(run("--file", str(file), "--format", "json"))
    assert [study["key"] for study in found["studies"]] == ["First", "Second"]
    assert found["sets"][0]["studies"] == ["First"]
    more = json.loads(run("--file", str(file), "--inferred", "--format", "json"))
    assert more["sets"][0]["studies"] == ["First", "Third"]
    assert more["sets"][0]["pooled"]["heterogeneity_prior"] == "half_normal(0.5)"


def test_the_table(run: Run) -> None:
    table = run()
    assert max(map(len, table.splitlines())) <= 80
    for words in ("3.30 (1.49 to 7.32)", "1.20 (0.80 to 1.91)", "0.58 (0.48 to 0.67)", "171/226"):
        assert words in table
    assert "Perino" not in table
    assert "Perino 1997" in run("--set", "B")
    assert "0/17" in run("--set", "N")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "Z"), ("--set is 'Z'", "no such set")),
        (("--set", "a"), ("did you mean 'A'?",)),
        (("--set", "A", "--file", "x.csv"), ("--set", "leave out")),
        (("--file", "nothing.csv"), ("--file is 'nothing.csv'", "no such file")),
        (("--heterogeneity", "normal(0, 1)"), ("--heterogeneity", "not negative")),
        (("--heterogeneity", "flat"), ("--heterogeneity", "meant for")),
        (("--heterogeneity", "half(1)"), ("--heterogeneity",)),
        (("--format", "xml"), ("--format",)),
    ],
)
def test_refusals(
    arguments: tuple[str, ...], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("evidence", *arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert [word for word in words if word not in err] == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Own,31,30,20,30,yes,", ("own.csv, line 2", "treatment_events", "exceed")),
        ("Own,20,30,20,30,yes,10.1016/j.tjog.2019.07.007", ("--evidence", "the trial itself")),
    ],
)
def test_a_report_refuses_studies_that_cannot_stand_beside_its_trial(
    row: str, words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.csv"
    head = "label,treatment_events,treatment_n,control_events,control_n,randomised,doi"
    file.write_text(f"{head}\n{row}\n", encoding="utf-8")
    out = tmp_path / "report"
    arguments = ("report", "etanercept-rsa-2019", "--evidence", str(file), "--out", str(out))
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert [word for word in words if word not in said] == []
    assert not out.exists()
