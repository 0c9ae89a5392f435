"""``bayes-rsa biomarkers``: the object, the rows, the table, the refusals."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from marker_fixtures import REPORTS, trial_with
from reference_values import entries, value

from bayes_rsa.cli import main
from bayes_rsa.trial import Biomarker, PatientLevel
from bayes_rsa.trial_file import write_trial

TRIAL = ("biomarkers", "tacrolimus-rsa-2023")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the program and return what it prints; it must succeed, silently."""
    monkeypatch.setenv("COLUMNS", "80")

    def done(*arguments: str) -> str:
        assert main(arguments) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return done


def test_the_object(run: Callable[..., str]) -> None:
    found = json.loads(run(*TRIAL, "--format", "json"))
    assert found["schema"] == "bayes-rsa/biomarkers/1"
    assert [m["name"] for m in found["markers"]] == ["IL-33", "ST2", "Th1/Th2 ratio"]
    for marker in found["markers"]:
        assert (marker["class"], marker["direction"]) == ("direction_only", "lower")
        assert marker["size_identified"] is False
        assert marker["banner"] == "direction supported; size not identified"
        assert marker["n"] == [75, 74]
        for sd, under in zip(("0.5", "1", "2"), marker["priors"], strict=True):
            assert under["prior"] == f"normal(0, {sd})"
            prefix = f"biomarker.dir_only.prior_sd{sd}."
            numbers = {
                "mean": under["mean"],
                "P_d_gt_0": under["p_lower"],
                "P_d_gt_0.2": under["p_d_above"]["0.2"],
                "P_d_gt_0.5": under["p_d_above"]["0.5"],
            }
            assert {prefix + name for name in numbers} < set(entries(prefix))
            for name, number in numbers.items():
                entry = value(prefix + name)
                assert number == pytest.approx(entry.value, rel=0, abs=entry.tolerance), name
            assert list(under["p_size_above"]) == ["0.2", "0.5", "0.8"]
        narrowest = marker["field_priors"][0]
        assert narrowest["prior"] == "student_t(5, 0, 0.33)"
        assert "Pregnancy" in narrowest["label"]
        assert narrowest["mean"] < marker["priors"][0]["mean"]
    assert [row["correlation"] for row in found["joint"]] == [0.0, 0.0, 0.5, 0.5, 0.9, 0.9]
    assert found["joint_refused"] is None


def test_one_marker_shown_because_it_is_significant(run: Callable[..., str]) -> None:
    options = ("--marker", "ST2", "--reported-because-significant", "--sd", "0.5,1")
    found = json.loads(run(*TRIAL, *options, "--format", "json"))
    (marker,) = found["markers"]
    assert marker["reported_because_significant"] is True
    for sd, under in zip(("0.5", "1"), marker["priors"], strict=True):
        entry = value(f"biomarker.cond_significant.prior_sd{sd}.mean")
        assert under["mean"] == pytest.approx(entry.value, rel=0, abs=entry.tolerance)
    assert found["joint"] == []
    assert "one by one" in found["joint_refused"]


def test_the_rows(run: Callable[..., str]) -> None:
    rows = list(csv.DictReader(io.StringIO(run(*TRIAL, "--format", "csv"))))
    assert len(rows) == 3 * (3 + 3)
    assert {row["size_identified"] for row in rows} == {"False"}
    entry = value("biomarker.dir_only.prior_sd1.P_d_gt_0.5")
    assert float(rows[1]["p_d_above_0.5"]) == pytest.approx(entry.value, abs=entry.tolerance)
    assert None not in rows[0].values()


def test_the_table(run: Callable[..., str]) -> None:
    out = run(*TRIAL, "--n", "70,68")
    assert max(map(len, out.splitlines())) <= 80
    assert out.count("direction supported; size not identified") == 3
    assert "70 and 68 patients" in " ".join(out.split())
    assert "P(all lower)" in out
    assert "normal(0, 0.5)" in out


def test_a_ratio_and_patients_values(run: Callable[..., str], tmp_path: Path) -> None:
    lower = REPORTS["significant, lower"]
    names = ("Th1", "Th2", "Th1/Th2 ratio")
    markers = [Biomarker(name, lower) for name in names] + [Biomarker("x", PatientLevel("x.csv"))]
    for count, says in ((3, "no third fact"), (4, "no third fact")):
        path = tmp_path / f"trial{count}.toml"
        write_trial(trial_with(*markers[:count]), path)
        assert says in " ".join(run("biomarkers", str(path)).split())
    found = json.loads(run("biomarkers", str(path), "--marker", "x", "--format", "json"))
    assert found["markers"][0]["size_identified"] is None
    assert found["markers"][0]["priors"] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("biomarkers",), "TRIAL is missing"),
        (("biomarkers", "eolia-2018"), "no biomarker is reported"),
        ((*TRIAL, "--marker", "IL33"), "did you mean 'IL-33'?"),
        ((*TRIAL, "--sd", "1"), "--sd"),
        ((*TRIAL, "--sd", "0.5,x"), "--sd"),
        ((*TRIAL, "--n", "75"), "--n"),
        ((*TRIAL, "--n", "75,1"), "--n"),
        ((*TRIAL, "--level", "0.01"), "--reported-because-significant"),
        (
            (*TRIAL, "--reported-because-significant", "--level", "0.01"),
            "not known to be significant at 0.01",
        ),
        ((*TRIAL, "--format", "xml"), "--format"),
    ],
)
def test_what_it_refuses(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert err.count("\n") == 1
