"""What the commands print: the numbers, the JSON objects, the tables at 80 columns."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
from reference_values import value

from bayes_rsa.cli import main

COUNTS = ("estimate", "--treatment", "60/75", "--control", "47/74")
UNIFORM = ("--prior-treatment", "beta(1, 1)", "--prior-control", "beta(1, 1)")
NORMAL = ("--effect", "normal(0, 1)")
REPORTED = ("estimate", "--measure", "OR", "--effect-estimate", "2.30", "--ci", "1.10,4.81")
KEYS = [
    "odds_ratio",
    "log_odds_ratio",
    "risk_ratio",
    "risk_difference",
    "p_treatment",
    "p_control",
]


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


@pytest.fixture
def loaded(run: Callable[..., str]) -> Callable[..., dict[str, Any]]:
    """The same with ``--format json``, as the object printed."""
    return lambda *arguments: json.loads(run(*arguments, "--format", "json"))


# ---- estimate: JSON -----------------------------------------------------------------------------


def test_the_object_of_an_estimate(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded(*COUNTS, *NORMAL, "--baseline", "normal(0, 1.5)")
    assert list(found) == [
        "schema",
        "engine",
        "model",
        "interval",
        "estimands",
        "nnt",
        "probabilities",
        "bayes_factor_10",
        "diagnostics",
    ]
    assert found["schema"] == "bayes-rsa/estimate/1"
    assert (found["engine"], found["model"]) == ("exact", "log_odds_ratio")
    assert found["interval"] == 0.95
    assert list(found["estimands"]) == KEYS
    for summary in found["estimands"].values():
        assert list(summary) == ["mean", "sd", "median", "eti", "hdi", "mcse_mean"]
        assert summary["mcse_mean"] is None
        assert summary["eti"][0] < summary["median"] < summary["eti"][1]
    assert list(found["probabilities"]) == ["OR > 1", "OR > 1.25", "RD > 0.05", "RD > 0.1"]
    assert found["diagnostics"] == {"passed": True}


def test_an_estimate_has_the_reference_numbers(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded(*COUNTS, *NORMAL, "--baseline", "normal(0, 1.5)")
    pairs = {
        "P_benefit": found["probabilities"]["OR > 1"],
        "P_OR_gt_1.25": found["probabilities"]["OR > 1.25"],
        "P_RD_gt_0.05": found["probabilities"]["RD > 0.05"],
        "P_RD_gt_0.10": found["probabilities"]["RD > 0.1"],
        "OR.mean": found["estimands"]["odds_ratio"]["mean"],
        "OR.sd": found["estimands"]["odds_ratio"]["sd"],
        "OR.median": found["estimands"]["odds_ratio"]["median"],
        "OR.eti_lo": found["estimands"]["odds_ratio"]["eti"][0],
        "OR.hdi_hi": found["estimands"]["odds_ratio"]["hdi"][1],
        "RD.median": found["estimands"]["risk_difference"]["median"],
    }
    for name, number in pairs.items():
        entry = value(f"logit_sd1.{name}")
        assert number == pytest.approx(entry.value, abs=entry.tolerance), name


def test_arm_priors_imply_independent_arms(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded(*COUNTS, *UNIFORM)
    entry = value("beta_uniform.P_benefit")
    assert found["model"] == "independent_arms"
    assert found["probabilities"]["OR > 1"] == pytest.approx(entry.value, abs=entry.tolerance)


def test_a_named_trial_is_its_counts(loaded: Callable[..., dict[str, Any]]) -> None:
    assert loaded("estimate", "tacrolimus-rsa-2023", *NORMAL) == loaded(*COUNTS, *NORMAL)


def test_the_statements_are_the_keys(loaded: Callable[..., dict[str, Any]]) -> None:
    texts = ("OR > 1.25", "0.9 < OR < 1.1", "NNT < 10", "benefit", "p_control < 0.7")
    given = [word for text in texts for word in ("--pr", text)]
    found = loaded(*COUNTS, *NORMAL, *given)["probabilities"]
    assert tuple(found) == texts
    assert all(0 < probability < 1 for probability in found.values())


def test_the_nnt_is_altmans(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded(*COUNTS, *NORMAL)
    difference = found["estimands"]["risk_difference"]
    lower, upper = difference["eti"]
    assert found["nnt"] == {
        "benefit_at_median": pytest.approx(1 / difference["median"]),
        "interval": f"NNTB {1 / upper:.1f} to NNTB {1 / lower:.1f}",
    }


def test_the_interval_is_as_wide_as_asked(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded(*COUNTS, *NORMAL, "--interval", "0.8")
    lower, upper = found["estimands"]["odds_ratio"]["eti"]
    statements = ("--pr", f"{lower!r} < OR < {upper!r}")
    probabilities = loaded(*COUNTS, *NORMAL, *statements)["probabilities"]
    assert found["interval"] == 0.8
    assert next(iter(probabilities.values())) == pytest.approx(0.8, abs=1e-9)


def test_moments_that_do_not_exist_are_null(loaded: Callable[..., dict[str, Any]]) -> None:
    # All of the treatment arm had the event: the odds ratio has no mean under uniform arms.
    found = loaded("estimate", "--treatment", "9/9", "--control", "5/9", *UNIFORM)
    assert found["estimands"]["odds_ratio"]["mean"] is None
    assert found["estimands"]["odds_ratio"]["sd"] is None
    assert found["estimands"]["log_odds_ratio"]["mean"] is not None


def test_a_printed_effect(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded(*REPORTED, "--effect", "normal(0, 0.355)")
    assert found["model"] == "reported_effect"
    assert list(found["estimands"]) == KEYS
    absolute = ("risk_ratio", "risk_difference", "p_treatment", "p_control")
    assert {found["estimands"][key] for key in absolute} == {None}
    assert found["nnt"] is None
    assert found["probabilities"]["OR > 1"] > 0.9
    assert found["probabilities"]["RD > 0.1"] is None


def test_a_log_effect_is_the_same_effect(loaded: Callable[..., dict[str, Any]]) -> None:
    theta, se = value("normal.reported.theta").value, value("normal.reported.se").value
    written = ("--measure", "OR", "--log-effect", repr(theta), "--se", repr(se))
    found = loaded("estimate", *written, *NORMAL)["estimands"]["odds_ratio"]["median"]
    assert found == pytest.approx(loaded(*REPORTED, *NORMAL)["estimands"]["odds_ratio"]["median"])


@pytest.mark.parametrize(
    ("measure", "effect", "keys"),
    [
        ("HR", ("0.76", "0.55,1.04"), ["hazard_ratio", "log_hazard_ratio"]),
        ("RR", ("0.76", "0.55,1.04"), ["risk_ratio", "log_risk_ratio"]),
        ("RD", ("-0.11", "-0.24,0.02"), ["risk_difference"]),
        ("MD", ("-1.5", "-3.0,0.1"), ["mean_difference"]),
    ],
)
def test_keys_follow_the_measure(
    measure: str,
    effect: tuple[str, str],
    keys: list[str],
    loaded: Callable[..., dict[str, Any]],
) -> None:
    given = ("--measure", measure, "--effect-estimate", effect[0], "--ci", effect[1])
    found = loaded("estimate", *given, "--better", "lower", *NORMAL)
    informed = [key for key, summary in found["estimands"].items() if summary is not None]
    assert informed == keys
    assert set(KEYS) <= set(found["estimands"])
    # Each effect is on the side of benefit, where fewer events are better.
    stated = [p for text, p in found["probabilities"].items() if text.startswith(measure)]
    assert stated[0] > 0.5


def test_the_direction_turns_the_default_statements(
    loaded: Callable[..., dict[str, Any]],
) -> None:
    found = loaded("estimate", "eolia-2018", "--effect", "normal(0, 1)")
    assert list(found["probabilities"]) == ["OR < 1", "OR < 0.8", "RD < -0.05", "RD < -0.1"]
    swapped = loaded("estimate", "--treatment", "57/125", "--control", "44/124", *NORMAL)
    assert found["probabilities"]["OR < 1"] == pytest.approx(
        swapped["probabilities"]["OR > 1"], abs=1e-9
    )


@pytest.mark.parametrize("model", ["log-risk-ratio", "risk-difference", "log_odds_ratio"])
def test_every_model_has_a_name(model: str, loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded(*COUNTS, "--effect", "normal(0, 0.3)", "--model", model)
    assert found["model"] == model.replace("-", "_")


def test_a_named_prior_takes_the_planned_effect(run: Callable[..., str]) -> None:
    text = run("estimate", "tacrolimus-rsa-2023", "--effect", "optimistic moderate")
    assert "Optimistic, moderate" in " ".join(text.split())
    assert "the planned odds ratio is assumed" in " ".join(text.split())


# ---- estimate: CSV and table --------------------------------------------------------------------


def test_csv_holds_what_json_holds(
    run: Callable[..., str], loaded: Callable[..., dict[str, Any]]
) -> None:
    rows = list(csv.DictReader(io.StringIO(run(*COUNTS, *NORMAL, "--format", "csv"))))
    found = loaded(*COUNTS, *NORMAL)
    estimands = {row["name"]: row for row in rows if row["kind"] == "estimand"}
    assert list(estimands) == KEYS
    for key, row in estimands.items():
        assert float(row["median"]) == found["estimands"][key]["median"]
        assert [float(row["eti_lower"]), float(row["eti_upper"])] == found["estimands"][key]["eti"]
        assert row["mcse_mean"] == ""
    stated = {row["name"]: float(row["probability"]) for row in rows if row["probability"]}
    assert stated == found["probabilities"]


def test_the_table_of_an_estimate(run: Callable[..., str]) -> None:
    lines = run("estimate", "tacrolimus-rsa-2023", *NORMAL).splitlines()
    (odds,) = (" ".join(line.split()) for line in lines if line.startswith("Odds ratio"))
    assert odds == "Odds ratio 2.08 1.06 to 4.20 0.89 to 3.85 2.22 0.81"
    (benefit,) = (line.split() for line in lines if line.startswith("OR > 1 "))
    assert benefit[-1] == "0.9829"
    assert "Prior    midpoint ~ normal(0, 1.5)" in lines
    assert any(line.startswith("NNT      NNTB 6.9") for line in lines)


TABLES = [
    ("estimate", "tacrolimus-rsa-2023", *NORMAL),
    ("estimate", "eolia-2018", "--model", "log-risk-ratio", "--effect", "cochrane log RR"),
    ("estimate", "--treatment", "9/9", "--control", "5/9", *UNIFORM),
    (*REPORTED, "--effect", "0.8*normal(0, 0.355) + 0.2*normal(0, 2)"),
    ("audit", "tacrolimus-rsa-2023"),
    ("audit", "etanercept-rsa-2019"),
    ("trials",),
    ("trials", "tacrolimus-rsa-2023"),
    ("priors",),
    ("priors", "jeffreys"),
    ("priors", "normal(0, 10)"),
    ("priors", "base rate ten arms"),
    ("--help",),
    *((command, "--help") for command in ("estimate", "audit", "trials", "priors", "new")),
    ("report", "--help"),
]


@pytest.mark.parametrize("arguments", TABLES, ids=" ".join)
def test_tables_fit_80_columns(arguments: tuple[str, ...], run: Callable[..., str]) -> None:
    lines = run(*arguments).splitlines()
    assert len(lines) > 3
    assert [line for line in lines if len(line) > 80] == []
    assert [line for line in lines if line != line.rstrip()] == []
    assert "\x1b" not in "".join(lines)


def test_an_improper_prior_has_no_meaning_to_print(run: Callable[..., str]) -> None:
    assert "the prior is improper" in run("priors", "flat")


# ---- audit --------------------------------------------------------------------------------------


def test_the_object_of_an_audit(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded("audit", "tacrolimus-rsa-2023")
    assert list(found) == ["verdict", "findings"]
    assert found["verdict"] == "consistent up to rounding"
    for finding in found["findings"]:
        keys = ["statistic", "printed", "recomputed", "method", "units_off", "ok"]
        assert list(finding) == keys
        assert finding["ok"] is True


def test_an_audit_of_options_is_that_of_the_trial(
    loaded: Callable[..., dict[str, Any]],
) -> None:
    counts = ("--treatment", "60/75", "--control", "47/74")
    printed = ("--odds-ratio", "2.30", "--ci", "1.10,4.81", "--p-value", "0.03")
    found, named = loaded("audit", *counts, *printed), loaded("audit", "tacrolimus-rsa-2023")
    percentages = [f for f in named["findings"] if f["statistic"].startswith("percentage")]
    assert found["verdict"] == named["verdict"]
    assert found["findings"] == [f for f in named["findings"] if f not in percentages]


def test_an_inconsistent_trial_is_a_result(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded("audit", "ciclosporin-rsa-2021")
    assert found["verdict"] == "inconsistent"
    assert {f["statistic"] for f in found["findings"] if not f["ok"]} >= {"P"}


def test_an_audit_of_a_hazard_ratio_compares_the_printed_numbers(run: Callable[..., str]) -> None:
    text = run("audit", "--hazard-ratio", "0.76", "--ci", "0.55,1.04", "--p-value", "0.09")
    assert "only compared with each other" in " ".join(text.split())


# ---- the lists ----------------------------------------------------------------------------------


def test_trials_can_be_used_by_name(
    run: Callable[..., str], loaded: Callable[..., dict[str, Any]]
) -> None:
    from bayes_rsa.trial_file import packaged_trials

    names = [trial["name"] for trial in loaded("trials")["trials"]]
    assert names == list(packaged_trials())
    rows = list(csv.DictReader(io.StringIO(run("trials", "--format", "csv"))))
    assert [row["name"] for row in rows] == names
    for name in names:
        assert loaded("trials", name)["name"] == name


def test_listed_priors_can_be_parsed(loaded: Callable[..., dict[str, Any]]) -> None:
    from bayes_rsa.priors import Prior

    listed = loaded("priors")["priors"]
    assert len(listed) > 20
    for row in listed:
        assert Prior.parse(row["name"]) == Prior.parse(row["prior"])
        assert row["source"]


def test_planned_priors_are_listed_when_the_plan_is_known(
    loaded: Callable[..., dict[str, Any]],
) -> None:
    plain = {row["name"] for row in loaded("priors")["priors"]}
    planned = {row["name"] for row in loaded("priors", "--planned-odds-ratio", "2")["priors"]}
    assert {"optimistic strong", "sceptical"} <= planned - plain


def test_what_a_prior_means(loaded: Callable[..., dict[str, Any]]) -> None:
    found = loaded("priors", "normal(0, 1)")
    lower, median, upper = found["quantiles"]["odds_ratio"]
    assert upper == pytest.approx(math.exp(NormalDist().inv_cdf(0.975)))
    assert lower * upper == pytest.approx(1)
    assert (median, found["p_benefit"]) == (pytest.approx(1), pytest.approx(0.5))
    assert found["priors"] == {"effect": "normal(0, 1)", "midpoint": "normal(0, 1.5)"}


def test_a_vague_prior_is_called_vague(run: Callable[..., str]) -> None:
    text = run("priors", "normal(0, 1)", "--midpoint", "normal(0, 10)")
    assert "vague on the log odds is not vague on the probability" in " ".join(text.split())


# ---- new ----------------------------------------------------------------------------------------


def test_new_writes_the_template(run: Callable[..., str], tmp_path: Path) -> None:
    from bayes_rsa.trial_file import template

    assert run("new", "mine.toml").startswith("wrote mine.toml")
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == template()
    (tmp_path / "mine.toml").write_text("old", encoding="utf-8")
    run("new", "mine.toml", "--force")
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == template()
