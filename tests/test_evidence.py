"""External evidence as data: what ships, the sets, and a table of one's own."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import pytest

from bayes_rsa.errors import InputError
from bayes_rsa.evidence import (
    COLUMNS,
    Study,
    all_studies,
    evidence_for,
    evidence_set,
    evidence_sets,
    heterogeneity_prior,
    heterogeneity_priors,
    load_evidence,
    own_sets,
    parse_studies,
    read_studies,
    studies,
    study_from_dict,
)
from bayes_rsa.trial import Arm
from bayes_rsa.trial_file import load_trial

DATA = Path(__file__).parents[1] / "bayes_rsa" / "data" / "evidence.csv"
HEADER = "label,treatment_events,treatment_n,control_events,control_n,randomised"


# ---- what ships -------------------------------------------------------------------------------


def test_found_counts_only_unless_asked() -> None:
    assert {study.provenance for study in studies()} == {"found"}
    assert len(studies()) == 13
    more = studies(inferred=True)
    assert set(studies()) < set(more)
    added = [study for study in more if study not in studies()]
    assert {study.provenance for study in added} == {"inferred"}
    assert len(added) == 10


def test_nobody_is_counted_twice() -> None:
    for chosen in (
        studies(),
        studies(inferred=True),
        *(s.studies for s in evidence_sets().values()),
    ):
        keys = {study.key for study in chosen}
        assert [study.key for study in chosen if study.overlaps in keys] == []
    assert {s.key: s.overlaps for s in all_studies() if s.overlaps} == {
        "remis-1999-pregnant": "remis-1999",
        "alife-2010-combination": "alife-2010",
        "prism-2019-previous-loss": "prism-2019",
    }


def test_every_study_says_what_it_is() -> None:
    for study in all_studies():
        texts = (study.design, study.population, study.comparator, study.outcome, study.source)
        assert all(texts), study.key
        assert study.randomised == ("not randomised" not in study.design), study.key
        if study.provenance == "inferred":
            assert "reconstructed" in study.note, study.key


def test_reconstructed_counts_give_the_printed_percentages() -> None:
    printed = {
        "nakagawa-2022": (None, 48.2),
        "nakagawa-2015": (60.0, 0),
        "sun-2023": (37.8, 38.8),
        "christiansen-2002": (45, 45),
        "christiansen-1995": (52.9, 29.4),
        "coulam-1995": (62, 38),
        "unnamed-1994": (74, 70),
        "perino-1997": (68, 79),
        "jablonowska-1999": (77, 79),
        "alife-2010": (50.8, 57.0),
        "alife-2010-combination": (54.5, 57.0),
    }
    inferred = {s.key: s for s in all_studies() if s.provenance == "inferred"}
    assert set(inferred) == set(printed)
    for key, percentages in printed.items():
        for arm, percentage in zip(inferred[key].arms, percentages, strict=True):
            if percentage is not None:
                unit = 0.1 if isinstance(percentage, float) else 1.0
                # 14 of 29 is 48.28%, which the source cuts to 48.2.
                places = 1.0 if key == "nakagawa-2022" else 0.55
                assert abs(100 * arm.events / arm.n - percentage) <= places * unit, key


def test_the_siblings_are_the_packaged_trials() -> None:
    for key, name in (
        ("etanercept-2019", "etanercept-rsa-2019"),
        ("ciclosporin-2021", "ciclosporin-rsa-2021"),
    ):
        (study,) = (s for s in all_studies() if s.key == key)
        trial = load_trial(name)
        assert study.same_group
        assert tuple(arm.events for arm in study.arms) == trial.events
        assert tuple(arm.n for arm in study.arms) == trial.n
        assert study.doi == trial.doi


def test_the_sets() -> None:
    sizes = {key: len(value.studies) for key, value in evidence_sets().items()}
    assert sizes == {
        "A": 6,
        "B": 12,
        "C": 13,
        "Q": 2,
        "T": 1,
        "N": 2,
        "base rate ten arms": 10,
        "base rate per pregnancy": 8,
        "base rate three losses": 5,
    }
    for key, value in evidence_sets().items():
        assert value.independent == (not any(s.same_group for s in value.studies)), key
        assert all(s.randomised for s in value.studies) == (key not in "NT"), key
    assert not evidence_set("A").inferred
    assert len(evidence_set("B").inferred) == 6
    assert studies("C")[-1].key == "sun-2023"
    pooled = {
        "base rate ten arms": (761, 1223),
        "base rate per pregnancy": (651, 1017),
        "base rate three losses": (364, 611),
    }
    for key, (events, n) in pooled.items():
        arms = [s.control_arm for s in studies(key)]
        assert (sum(a.events for a in arms), sum(a.n for a in arms)) == (events, n)
    beside = [chosen.key for chosen in evidence_for("10.1007/s00228-023-03473-9")]
    assert beside == ["A", "B", "C", "T", "Q", *pooled]
    assert evidence_for("10.1016/j.tjog.2019.07.007") == ()
    with pytest.raises(InputError, match=r"set is 'a'.*did you mean 'A'"):
        studies("a")


# ---- the table --------------------------------------------------------------------------------


def test_the_file_has_the_columns_in_order() -> None:
    with DATA.open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS


def test_load_evidence() -> None:
    frame = load_evidence()
    assert tuple(frame.columns) == COLUMNS
    assert list(frame["key"]) == [study.key for study in studies()]
    assert len(load_evidence(inferred=True)) == 23
    brigham = frame.set_index("key").loc["brigham-1999"]
    assert bool(frame.isna()["treatment_n"].sum() == 1)
    assert brigham["control_events"] == 171
    assert frame["randomised"].dtype == bool


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(f"{HEADER}\nFirst,3,10,2,11,yes\n\nSecond,,,5,20,no\n", encoding="utf-8")
    first, second = read_studies(file)
    assert first.arms == (Arm("treatment", 3, 10), Arm("control", 2, 11))
    assert first.key == "First"
    assert first.randomised
    assert second.treatment is None
    assert not second.randomised
    assert list(load_evidence(file)["label"]) == ["First", "Second"]


def test_what_ships_survives_writing_and_reading(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    frame = load_evidence(inferred=True)
    for flag in ("randomised", "same_group", "included_by_default"):
        frame[flag] = frame[flag].map({True: "yes", False: "no"})
    frame.to_csv(file, index=False)
    assert read_studies(file) == studies(inferred=True)


BAD = {
    "too many events": (
        f"{HEADER}\nA,12,10,2,11,yes",
        ("line 2", "treatment_events", "exceed"),
    ),
    "a percentage": (f"{HEADER}\nA,3,10,45%,11,yes", ("line 2", "control_events", "'45%'")),
    "half an arm": (f"{HEADER}\nA,3,,2,11,yes", ("line 2", "treatment_n", "missing", "both")),
    "no arm": (f"{HEADER}\nA,,,,,yes", ("line 2", "column control", "at least one arm")),
    "nobody": (f"{HEADER}\nA,0,0,2,11,yes", ("line 2", "treatment.n", "nobody")),
    "not a flag": (f"{HEADER}\nA,3,10,2,11,maybe", ("line 2", "randomised", "yes or no")),
    "no label": (f"{HEADER}\n,3,10,2,11,yes", ("line 2", "column label", "missing")),
    "no flag": (f"{HEADER}\nA,3,10,2,11,", ("line 2", "column randomised", "missing")),
    "a short line": (f"{HEADER}\nA,3,10", ("line 2", "3", "6 columns")),
    "no column": ("label,treatment_events\nA,3", ("line 1", "treatment_n is required")),
    "a strange column": (f"{HEADER},outcom\nA,3,10,2,11,yes,x", ("outcom", "did you mean")),
    "a column twice": (f"{HEADER},label\nA,3,10,2,11,yes,B", ("header", "stands twice")),
    "a key twice": (f"{HEADER}\nA,3,10,2,11,yes\nA,3,10,2,11,yes", ("line 3", "line 2 has")),
    "nothing": (HEADER, ("holds no study",)),
    "an open quote": (f'{HEADER}\n"A,3,10,2,11,yes', ("line 2", "not CSV")),
    "an overlap with nobody": (
        f"{HEADER},overlaps\nA,3,10,2,11,yes,B",
        ("line 2", "column overlaps", "no study has this key"),
    ),
    "an overlap that counts twice": (
        f"{HEADER},overlaps,included_by_default\nA,3,10,2,11,yes,B,yes\nB,3,10,2,11,yes,,yes",
        ("line 2", "same patients"),
    ),
    "inferred unasked": (
        f"{HEADER},provenance,included_by_default\nA,3,10,2,11,yes,inferred,yes",
        ("line 2", "column included_by_default", "not used unasked"),
    ),
    "an unknown provenance": (
        f"{HEADER},provenance\nA,3,10,2,11,yes,guess",
        ("line 2", "column provenance", "'found'"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tables(case: str) -> None:
    text, words = BAD[case]
    with pytest.raises(InputError) as caught:
        parse_studies(text, "own.csv")
    message = str(caught.value)
    assert message.startswith("own.csv")
    assert [word for word in words if word not in message] == []


def test_a_study_says_which_arm_is_missing() -> None:
    alone = Study(key="a", label="A", treatment=None, control=Arm("c", 1, 2), randomised=False)
    with pytest.raises(InputError, match=r"a\.treatment .* one"):
        _ = alone.arms
    assert alone.control_arm.n == 2
    with pytest.raises(InputError, match="overlaps others, not itself"):
        replace(alone, overlaps="a")


def test_plain_data_make_the_same_study() -> None:
    for study in all_studies():
        assert study_from_dict(study.to_dict()) == study
    with pytest.raises(InputError, match=r"study\.randomised is missing"):
        study_from_dict({"label": "A", "control_events": 1, "control_n": 2})
    with pytest.raises(InputError, match=r"study\.control\.events .* cannot exceed"):
        study_from_dict({"label": "A", "control_events": 3, "control_n": 2, "randomised": True})
    with pytest.raises(InputError, match="outcom"):
        study_from_dict({"label": "A", "outcom": "x"})


def test_what_is_given_is_sorted_into_sets() -> None:
    sets = {chosen.key: chosen for chosen in own_sets(all_studies())}
    assert list(sets) == ["own", "own cohorts", "own group", "own rates"]
    assert {s.key for s in sets["own cohorts"].studies} == {"nakagawa-2022", "nakagawa-2015"}
    assert {s.key for s in sets["own group"].studies} == {"etanercept-2019", "ciclosporin-2021"}
    assert not sets["own group"].independent
    assert all(s.randomised for s in sets["own rates"].studies)
    assert own_sets(()) == ()


# ---- heterogeneity ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "low", "middle", "high"),
    [
        # Quantiles of tau as printed in the sources' summaries; half a unit of the last place.
        ("turner any log OR tau", 0.05, 0.28, 1.53),
        ("turner obstetric log OR tau", 0.03, 0.17, 0.95),
        ("turner mortality log OR tau", 0.04, 0.14, 0.52),
        ("turner subjective log OR tau", 0.06, 0.26, 1.15),
        ("turner biological marker log OR tau", 0.09, 0.41, 1.83),
    ],
)
def test_turner(name: str, low: float, middle: float, high: float) -> None:
    prior = heterogeneity_prior(name)
    assert prior is heterogeneity_priors()[name]
    for q, printed in ((0.025, low), (0.5, middle), (0.975, high)):
        assert float(prior.ppf(q)) == pytest.approx(printed, abs=0.0051)


def test_cochrane_topics() -> None:
    # Quantiles to three digits.
    for name, limits in {
        "pregnancy and childbirth log OR tau": (0.092, 0.333, 2.86),
        "gynaecology and fertility log OR tau": (0.067, 0.302, 4.86),
        "cochrane log OR tau": (0.106, 0.379, 3.15),
    }.items():
        prior = heterogeneity_prior(name)
        for q, printed in zip((0.025, 0.5, 0.975), limits, strict=True):
            assert float(prior.ppf(q)) == pytest.approx(printed, rel=0.006)


def test_half_normal_and_text() -> None:
    assert heterogeneity_prior("half-normal 0.5 log OR tau") == heterogeneity_prior(
        "half_normal(0.5)"
    )
    assert math.isclose(
        float(heterogeneity_priors("log_odds")["half-normal 1 log odds tau"].sd),
        math.sqrt(1 - 2 / math.pi),
    )
    for bad in ("normal(0, 1)", "flat()"):
        with pytest.raises(InputError, match="heterogeneity"):
            heterogeneity_prior(bad)
    with pytest.raises(InputError, match="no archetype is meant"):
        heterogeneity_priors("nothing")
