"""``bayes-rsa sweep``: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from reference_values import value

from bayes_rsa import exact
from bayes_rsa.cli import main
from bayes_rsa.cli.sweep_options import to_numbers
from bayes_rsa.errors import AccuracyError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import prior_grid, read_sweep, sweep
from bayes_rsa.trial import Trial

COUNTS = ("sweep", "--treatment", "60/75", "--control", "47/74")
NAMED = ("sweep", "tacrolimus-rsa-2023")
BASELINE = ("--baseline", "normal(0, 1.5)")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run the program in an empty folder and return what it prints; it must succeed, silently."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def done(*arguments: str) -> str:
        assert main(arguments) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return done


def test_numbers_are_one_several_or_a_range() -> None:
    assert to_numbers("--x", "0.5") == [0.5]
    assert to_numbers("--x", "-1, 0,2") == [-1, 0, 2]
    assert to_numbers("--x", "0.1:0.5:5") == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert to_numbers("--x", "1:-1:3") == [1, 0, -1]
    wide = to_numbers("--x", "0.1:3:50")
    assert (len(wide), wide[0], wide[-1]) == (50, 0.1, 3)
    steps = [b - a for a, b in itertools.pairwise(wide)]
    assert max(steps) == pytest.approx(min(steps))


def test_the_object_of_a_sweep(run: Callable[..., str]) -> None:
    found = json.loads(run(*COUNTS, *BASELINE, "--effect-sd", "0.355,1", "--format", "json"))
    assert list(found) == [
        "schema",
        "engine",
        "model",
        "interval",
        "priors",
        "dimensions",
        "cells",
    ]
    assert found["schema"] == "bayes-rsa/sweep/1"
    assert found["priors"] == {"baseline": "normal(0, 1.5)"}
    (dimension,) = found["dimensions"]
    assert dimension["name"] == "effect_sd"
    assert dimension["values"] == [0.355, 1.0]
    for cell, sd in zip(found["cells"], (0.355, 1), strict=True):
        assert cell["at"] == {"effect_sd": sd}
        assert cell["passed"] is True
        assert list(cell["probabilities"]) == ["OR > 1", "OR > 1.25", "RD > 0.05", "RD > 0.1"]
        expected = value(f"logit_sd{sd:g}.P_benefit")
        benefit = cell["probabilities"]["OR > 1"]
        assert abs(benefit["value"] - expected.value) <= expected.tolerance
        assert 0 < benefit["error"] <= 1e-8
        ratio = cell["estimands"]["odds_ratio"]
        assert ratio["eti"][0] < ratio["median"] < ratio["eti"][1]


def test_two_dimensions_are_listed_cell_by_cell(run: Callable[..., str]) -> None:
    options = ("--effect-mean", "-1:1:3", "--effect-sd", "0.5,1", "--pr", "benefit")
    found = json.loads(run(*COUNTS, *options, "--format", "json"))
    places = [(c["at"]["effect_mean"], c["at"]["effect_sd"]) for c in found["cells"]]
    assert places == [(m, s) for m in (-1, 0, 1) for s in (0.5, 1)]


def test_csv_is_tidy(run: Callable[..., str]) -> None:
    text = run(*COUNTS, "--effect-sd", "0.5,1", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 2 * (4 + 3)
    assert {row["quantity"] for row in rows} == {
        "probability",
        "median",
        "eti_lower",
        "eti_upper",
    }
    assert all(math.isfinite(float(row["value"])) for row in rows)


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (("--effect-sd", "0.355,1"), ["0.355", "OR > 1", "midpoint ~ normal(0, 1.5)"]),
        (("--effect", "normal(0, 1)", "--effect", "cauchy(0, 2.5)"), ["cauchy(0, 2.5)"]),
        (("--effect", "neutral weak", "--sceptical", "neutral strong", "--weight", "0,1"), ["OR"]),
        (("--arm-rate", "0.65", "--arm-weight", "1,10"), ["independent arms", "weight"]),
        (("--effect-sd", "0.1:3:20", "--effect-mean", "-1:1:20"), ["Over 400 priors", "largest"]),
        (("--effect-sd", "1", "--estimand", "risk_difference"), ["RD (95% CrI)"]),
    ],
)
def test_tables_fit_into_80_columns(
    run: Callable[..., str], options: tuple[str, ...], lines: list[str]
) -> None:
    text = run(*NAMED, *options)
    assert max(map(len, text.splitlines())) <= 80
    for line in lines:
        assert line in text


def test_a_printed_effect_is_swept(run: Callable[..., str]) -> None:
    trial = ("sweep", "--measure", "HR", "--effect-estimate", "0.76", "--ci", "0.55,1.04")
    text = run(*trial, "--better", "lower", "--effect-sd", "0.2,1", "--format", "json")
    found = json.loads(text)
    assert found["model"] == "reported_effect"
    assert found["cells"][0]["probabilities"]["benefit"]["value"] > 0.8


def test_the_result_goes_to_a_file(run: Callable[..., str], counts: Trial, tmp_path: Path) -> None:
    assert run(*COUNTS, "--effect-sd", "0.5:2:4", "--out", "sweep.nc") == "sweep.nc\n"
    expected = sweep(counts, effect=prior_grid("normal", mean=0, sd=[0.5, 1.0, 1.5, 2.0]))
    found = read_sweep(tmp_path / "sweep.nc")
    xr.testing.assert_equal(found, expected)
    assert run(*COUNTS, "--effect-sd", "1,2", "--out", "sweep.nc", "--overwrite", "--quiet") == ""
    assert read_sweep(tmp_path / "sweep.nc")["effect_sd"].values.tolist() == [1, 2]


def test_a_refused_cell_gives_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    model = exact.log_odds_ratio

    def refusing(trial: Trial, **priors: Prior) -> exact.ExactPosterior:
        if priors["effect"] == Prior.normal(0, 2):
            raise AccuracyError("log_odds_ratio", 1e-3, 1e-8, "use NUTS")
        return model(trial, **priors)

    monkeypatch.setattr(exact, "log_odds_ratio", refusing)
    monkeypatch.chdir(tmp_path)
    assert main((*COUNTS, "--effect-sd", "2,1", "--format", "json")) == 3
    out, err = capsys.readouterr()
    bad, good = json.loads(out)["cells"]
    assert bad["probabilities"]["OR > 1"] == {"value": None, "error": None}
    assert bad["estimands"]["odds_ratio"] == {"median": None, "eti": [None, None]}
    assert good["passed"] is True
    assert err.count("\n") == 1
    assert "1 of 2" in err
    assert "use NUTS" in err


BAD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "no priors": ((), ("--effect-sd is missing", "add it")),
    "text": (("--effect-sd", "wide"), ("--effect-sd is 'wide'", "0.1:3:50")),
    "no sd": (("--effect-mean", "1"), ("--effect-sd is missing",)),
    "sd of zero": (("--effect-sd", "0:1:5"), ("--effect-sd is 0.0", "greater than 0")),
    "range of nothing": (("--effect-sd", "1:1:5"), ("--effect-sd is '1:1:5'", "first:last:count")),
    "range of one": (("--effect-sd", "1:2:1"), ("--effect-sd is 1", "at least 2")),
    "range of too many": (("--effect-sd", "1:2:999999"), ("--effect-sd is '1:2:999999'",)),
    "half a range": (("--effect-sd", "1:2"), ("--effect-sd is '1:2'", "it must be a number")),
    "a value twice": (("--effect-sd", "1,1"), ("--effect-sd is", "duplicates")),
    "list and grid": (("--effect", "flat()", "--effect-sd", "1"), ("--effect is 'flat()'",)),
    "unknown prior": (("--effect", "neutral weck"), ("--effect is 'neutral weck'", "did you mean")),
    "the same prior twice": (("--effect", "normal(0, 1)") * 2, ("--effect is", "duplicates")),
    "point": (("--effect", "point(0)"), ("--effect is 'point(0)'", "Bayes factor")),
    "sceptical alone": (
        ("--effect", "normal(0, 1)", "--sceptical", "normal(0, 0.2)"),
        ("--weight is missing",),
    ),
    "rate alone": (("--arm-rate", "0.5"), ("--arm-weight is missing",)),
    "rate": (("--arm-rate", "1.5", "--arm-weight", "2"), ("--arm-rate is 1.5",)),
    "both levels": (
        ("--effect-sd", "1", "--baseline", "normal(0, 1)", "--midpoint", "normal(0, 1)"),
        ("--baseline is 'normal(0, 1)'", "not both"),
    ),
    "arms and effect": (
        ("--effect-sd", "1", "--arm-rate", "0.5", "--arm-weight", "2"),
        ("--effect is",),
    ),
    "statement": (("--effect-sd", "1", "--pr", "RD > 2"), ("--pr is 'RD > 2'",)),
    "estimand": (("--effect-sd", "1", "--estimand", "OR"), ("--estimand is 'OR'",)),
    "engine": (("--effect-sd", "1", "--engine", "stan"), ("--engine is 'stan'",)),
    "suffix": (("--effect-sd", "1", "--out", "sweep.xls"), ("--out is 'sweep.xls'", ".parquet")),
    "folder": (("--effect-sd", "1", "--out", "no/sweep.nc"), ("--out is 'no/sweep.nc'",)),
    "seed": (("--effect-sd", "1", "--seed", "-1"), ("--seed is -1",)),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gives_one_message(
    case: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    options, parts = BAD[case]
    monkeypatch.chdir(tmp_path)
    assert main((*NAMED, *options)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    for part in parts:
        assert part in err
    assert list(tmp_path.iterdir()) == []
