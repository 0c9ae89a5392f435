"""Analyses as values and as files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bayes_rsa.analysis import (
    Analysis,
    Specification,
    analysis_from_dict,
    analysis_text,
    default_statements,
    load_analysis,
    named_set,
    read_analysis,
    write_analysis,
)
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial
from bayes_rsa.trial_file import load_trial

NAME = "tacrolimus-rsa-2023"
COUNTS = Trial.from_counts(treatment=(60, 75), control=(47, 74))
EFFECT = Trial.from_effect(measure="HR", estimate="0.80", ci=("0.65", "0.98"), better="lower")


@pytest.mark.parametrize("name", [NAME, "eolia-2018"])
def test_round_trip_through_toml(name: str, tmp_path: Path) -> None:
    analysis = Analysis.default(load_trial(name), seed=7, interval=0.9)
    path = write_analysis(analysis, tmp_path / "a.toml")
    assert read_analysis(path) == analysis
    assert load_analysis(path) == analysis
    assert analysis_from_dict(analysis.to_dict()) == analysis
    # Two priors are equal by their numbers; what is said about them must come back, too.
    assert _said(read_analysis(path)) == _said(analysis)


def _said(analysis: Analysis) -> list[tuple[str, ...]]:
    priors = [p for s in analysis.specifications for p in s.priors.values()]
    return [(p.label, p.rationale, p.source) for p in priors]


def test_a_file_says_why_a_prior_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    stated = f'[analysis]\ntrial = "{NAME}"\n[analysis.reference]\neffect = "normal(0, 0.7)"\n'
    path.write_text(stated + "[analysis.reference.about.effect]\nrationale = 'Asked for'\n")
    prior = read_analysis(path).reference.priors["effect"]
    assert (prior, prior.rationale) == (Prior.normal(0, 0.7), "Asked for")
    for words, field in (
        ("midpoint.source = 'x'", "about.midpoint"),
        ("effect.reason = 'x'", "about.effect.reason"),
        ("effect.source = 3", "about.effect.source"),
        ("effect = 'x'", "about.effect"),
    ):
        path.write_text(f"{stated}[analysis.reference.about]\n{words}\n")
        with pytest.raises(InputError) as refusal:
            read_analysis(path)
        assert f"analysis.reference.{field}" in str(refusal.value)


def test_reference_is_stated_and_symmetric() -> None:
    reference = Analysis.default(COUNTS).reference
    assert reference.model == "log_odds_ratio"
    assert str(reference.priors["effect"]) == "normal(0, 1)"
    assert str(reference.priors["midpoint"]) == "normal(0, 1.5)"


def test_named_set_holds_the_nine_only_where_the_planned_effect_is_known() -> None:
    zampieri = [s for s in named_set(load_trial(NAME)) if s.group == "Zampieri"]
    assert len(zampieri) == 9
    assert [s.assumed for s in zampieri] == [False] * 3 + [True] * 6
    without = [s.name for s in named_set(COUNTS) if s.group == "Zampieri"]
    assert without == ["Neutral, weak", "Neutral, moderate", "Neutral, strong"]


def test_effect_only_trial_gets_reported_effect_rows() -> None:
    assert {s.model for s in Analysis.default(EFFECT).specifications} == {"reported_effect"}


def test_difference_has_no_default_prior() -> None:
    trial = Trial.from_effect(measure="MD", estimate="-3.1", ci=("-5.0", "-1.2"))
    with pytest.raises(InputError, match="no prior fits every unit"):
        named_set(trial)


def test_statements_follow_the_direction() -> None:
    assert default_statements(COUNTS)[:2] == ("OR > 1", "OR > 1.25")
    assert default_statements(EFFECT)[:2] == ("HR < 1", "HR < 0.8")
    assert "RD > 0.10" in default_statements(load_trial(NAME))


def test_a_file_needs_only_a_trial(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f'[analysis]\ntrial = "{NAME}"\n')
    assert read_analysis(path) == Analysis.default(load_trial(NAME))


def test_a_trial_beside_the_file_is_found(tmp_path: Path) -> None:
    from bayes_rsa.trial_file import write_trial

    write_trial(COUNTS, tmp_path / "mine.toml")
    path = tmp_path / "a.toml"
    path.write_text('[analysis]\ntrial = "mine.toml"\n')
    assert read_analysis(path).trial == COUNTS


BAD = [
    ("interval = 95", "interval"),
    ("seed = -1", "seed"),
    ("seed = 1.5", "seed"),
    ("seed = true", "seed"),
    ("ess_target = 10", "ess_target"),
    ('engines = ["stan"]', "engines"),
    ("engines = []", "engines"),
    ('priors_fixed = "yesterday"', "priors_fixed"),
    ('statements = ["OR >= 1"]', "statement"),
    ('statements = ["HR > 1"]', "statement"),
    ('statements = "OR > 1"', "statements"),
    ("intervall = 0.9", "intervall"),
    ('[analysis.reference]\nname = "x"', "reference"),
    ('[analysis.reference]\neffect = "norml(0, 1)"', "norml"),
    ('[analysis.reference]\neffect = "normal(0, -1)"', "sd"),
    (
        "[analysis.reference]\n"
        + "\n".join(f'{k} = "normal(0, 1)"' for k in ("effect", "midpoint", "baseline")),
        "baseline",
    ),
    ('[analysis.reference]\nmodel = "reported_effect"\neffect = "normal(0, 1)"', "model"),
    ('[analysis.reference]\nmodel = "logodds"\neffect = "normal(0, 1)"', "model"),
    ('[[analysis.priors]]\nmodel = "independent_arms"\ntreatment = "beta(1, 1)"', "control"),
    (
        '[[analysis.priors]]\nname = "Reference analysis"\neffect = "normal(0, 2)"',
        "Reference analysis",
    ),
]


@pytest.mark.parametrize(("body", "named"), BAD)
def test_bad_input_names_the_field(body: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f'[analysis]\ntrial = "{NAME}"\n{body}\n')
    with pytest.raises(InputError) as caught:
        read_analysis(path)
    assert named in str(caught.value)


def test_bad_trial_or_none() -> None:
    with pytest.raises(InputError, match=r"analysis\.trial"):
        analysis_from_dict({})
    with pytest.raises(InputError, match="tacrolimus-rsa-2023"):
        analysis_from_dict({"trial": "tacrolimus-rsa-2022"})


def test_specifications_refuse_an_unknown_parameter() -> None:
    with pytest.raises(InputError, match="no such parameter"):
        Specification(
            "x", "reported_effect", {"effect": Prior.flat(), "baseline": Prior.normal(0, 1)}
        )


def test_changes_make_another_value() -> None:
    analysis = Analysis.default(COUNTS)
    assert replace(analysis, seed=1) != analysis
    assert analysis_text(analysis) == analysis_text(Analysis.default(COUNTS))
