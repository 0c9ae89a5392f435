"""Evidence from outside the trial in the report: what it says, its numbers, when it is there."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from figure_checks import faults, ids, prose
from report_fixtures import PageReader

from bayes_rsa import exact
from bayes_rsa.analysis import Analysis, analysis_text, load_analysis
from bayes_rsa.errors import InputError
from bayes_rsa.evidence import EvidenceSet, evidence_set
from bayes_rsa.plots import ExternalRow, external_forest
from bayes_rsa.report.blocks import Banner, Section, Table, numbers_of, plain
from bayes_rsa.report.numbers import Numbers
from bayes_rsa.report.page import Page, render
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Results
from bayes_rsa.report.results import external as results
from bayes_rsa.report.results.external import External
from bayes_rsa.report.results.setting import setting
from bayes_rsa.report.sections.before import before
from bayes_rsa.trial import Trial
from bayes_rsa.trial_file import load_trial

KEYS = ("A", "T", "Q", "base rate three losses")


def found_for(analysis: Analysis) -> External | None:
    return results.external(analysis, setting(analysis), lambda *_: None)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis.default(load_trial("tacrolimus-rsa-2023"), engines=("exact",), priors=())


@pytest.fixture(scope="module")
def found(analysis: Analysis) -> External:
    def few(_: str) -> tuple[EvidenceSet, ...]:
        return tuple(evidence_set(key) for key in KEYS)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "evidence_for", few)
        made = found_for(analysis)
    assert made is not None
    return made


@pytest.fixture(scope="module")
def quote(analysis: Analysis, found: External) -> Quoting:
    stand_in = SimpleNamespace(analysis=analysis, external=found, engine="exact")
    return Quoting(cast("Results", stand_in), Numbers())


@pytest.fixture(scope="module")
def section(quote: Quoting) -> Section:
    made = before(quote)
    assert made is not None
    return made


def table(section: Section, name: str) -> Table:
    (one,) = (t for t in section.tables if t.id == f"table-{name}")
    return one


# ---- results ------------------------------------------------------------------------------------


def test_a_set_is_a_prior_for_the_trial(analysis: Analysis, found: External) -> None:
    answer = found.sets[0]
    post = exact.log_odds_ratio(analysis.trial, effect=answer.fitted.prior, **found.level)
    record = post.summary("odds_ratio", 0.95)
    assert answer.alone.after.median == record.median
    assert answer.fitted.cdf_error < 0.002
    x = np.array([-0.5, 0.0, 0.5])
    gap = np.abs(answer.effects.predictive.cdf(x) - np.asarray(answer.fitted.prior.cdf(x)))
    assert gap.max() <= answer.fitted.cdf_error
    assert answer.alone.benefit_before == pytest.approx(
        1 - float(answer.effects.predictive.cdf(np.array(0.0)))
    )


def test_the_robust_prior_lies_between(found: External) -> None:
    reference = found.generic["Reference analysis"]
    for answer in found.sets:
        ends = sorted((answer.alone.benefit_after, reference.benefit_after))
        assert ends[0] <= answer.robust.benefit_after <= ends[1], answer.chosen.key


def test_more_belief_more_benefit(found: External) -> None:
    others, cohort, own = found.sets
    assert others.alone.benefit_after < own.alone.benefit_after
    assert cohort.pooled is None
    assert own.alone.benefit_after > 0.999
    assert others.alone.after.median < own.alone.after.median


def test_the_other_direction_is_the_mirror(found: External, analysis: Analysis) -> None:
    trial = analysis.trial.relabelled()
    mirrored = results._set(trial, tuple(found.level.items()), 0.95, evidence_set("Q"))
    own = found.sets[2]
    assert mirrored.alone.benefit_after == pytest.approx(own.alone.benefit_after, abs=1e-4)
    assert mirrored.alone.after.median == pytest.approx(1 / own.alone.after.median, rel=1e-3)
    low, middle, high = own.alone.before
    assert mirrored.alone.before == pytest.approx((1 / high, 1 / middle, 1 / low), rel=1e-6)


def test_without_evidence_there_is_no_section() -> None:
    for trial in (
        load_trial("eolia-2018"),
        load_trial("etanercept-rsa-2019"),
        Trial.from_counts(treatment=(60, 75), control=(47, 74)),
        Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81")),
    ):
        analysis = Analysis.default(trial, engines=("exact",))
        assert found_for(analysis) is None
        stand_in = SimpleNamespace(analysis=analysis, external=None, engine="exact")
        assert before(Quoting(cast("Results", stand_in), Numbers())) is None


def test_evidence_that_is_given_makes_a_section(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(
        "label,treatment_events,treatment_n,control_events,control_n,randomised\n"
        "First,30,50,25,51,yes\nSecond,40,60,33,59,yes\nCohort,20,30,9,31,no\n",
        encoding="utf-8",
    )
    toml = tmp_path / "analysis.toml"
    toml.write_text(
        '[analysis]\ntrial = "etanercept-rsa-2019"\nengines = ["exact"]\npriors = []\n'
        'evidence = "own.csv"\n',
        encoding="utf-8",
    )
    analysis = load_analysis(toml)
    assert [study.key for study in analysis.evidence] == ["First", "Second", "Cohort"]
    again = tmp_path / "again.toml"
    again.write_text(analysis_text(analysis), encoding="utf-8")
    assert load_analysis(again) == analysis
    made = found_for(analysis)
    assert made is not None
    assert [answer.chosen.key for answer in made.sets] == ["own", "own cohorts"]
    assert [answer.chosen.key for answer in made.rates] == ["own rates"]
    stand_in = SimpleNamespace(analysis=analysis, external=made, engine="exact")
    section = before(Quoting(cast("Results", stand_in), Numbers()))
    assert section is not None
    assert not any(isinstance(block, Banner) for block in section.blocks)


def test_evidence_that_cannot_stand_beside_the_trial() -> None:
    trial = load_trial("etanercept-rsa-2019")
    own = evidence_set("Q").studies
    with pytest.raises(InputError, match="the trial itself"):
        Analysis.default(trial, evidence=own)
    with pytest.raises(InputError, match="count twice"):
        Analysis.default(trial, evidence=(own[1], own[1]))
    known = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    with pytest.raises(InputError, match="this trial has none"):
        Analysis.default(known, evidence=own)


# ---- the section --------------------------------------------------------------------------------


def rendered(section: Section) -> str:
    pictures = {figure.id: figure.figure.svg() for figure in section.figures}
    return render(Page(title="t", subtitle="s", doi="", foot=""), (section,), pictures)


def test_the_siblings_are_flagged_and_not_judged(section: Section) -> None:
    page = rendered(section)
    assert "never as independent support" in page
    assert "a reporting-quality flag, not proof of anything" in page
    assert "believer, not independent" in page
    assert "reconstructed" in page


def test_every_number_is_in_the_register(section: Section, quote: Quoting) -> None:
    page = PageReader(rendered(section))
    assert len(page.numbers) > 100
    for name, shown in page.numbers:
        assert quote.numbers[name].text == shown
    # What a figure prints stands in a table, too.
    assert {name for name, _ in page.numbers} == {number.id for number in quote.numbers}
    captions = [
        text
        for where, tags, text in page.loose
        if where == "before" and any(c.isdigit() for c in text) and "caption" not in tags
        # Headings say which interval they are about, and sections and figures are counted.
        if not any(tag in ("th", "h2", "figcaption") for tag in tags)
    ]
    assert captions == []


def test_what_the_table_of_sets_prints(section: Section, found: External) -> None:
    rows = {plain(row.cells[0]): row for row in table(section, "before-sets").rows}
    assert set(rows) >= {"A, robust", "Q, robust", "Reference analysis", "All of Cochrane"}
    first = next(row for label, row in rows.items() if label.startswith("A: "))
    values = [number.value for cell in first.cells for number in numbers_of(cell)]
    answer = found.sets[0].alone
    low, middle, high = answer.before
    after = answer.after
    assert values == pytest.approx(
        [
            middle,
            low,
            high,
            answer.benefit_before,
            after.median,
            *after.eti,
            answer.benefit_after,
        ]
    )
    groups = list(dict.fromkeys(row.group for row in rows.values()))
    assert groups[-1] == "Without external studies"
    assert any("not independent" in group for group in groups)


def test_studies_through_a_bias_have_no_normal_row(section: Section) -> None:
    rows = [(plain(row.cells[0]), plain(row.cells[1])) for row in table(section, "pooled").rows]
    assert [key for key, _ in rows] == ["A", "A", "T", "Q", "Q"]
    assert ("T", "Binomial") in rows


def test_a_shared_bias_takes_the_siblings_word_back(section: Section, found: External) -> None:
    rows = table(section, "shared-bias").rows
    assert plain(rows[0].cells[0]) == "No bias"
    shares = [answer.benefit for answer in found.shared]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.98
    assert shares[-1] < 0.8
    assert [n.value for n in numbers_of(rows[1].cells[3])] == [shares[1]]


def test_the_base_rates(section: Section, found: External) -> None:
    (row,) = table(section, "before-rates").rows
    shown = [number.value for cell in row.cells for number in numbers_of(cell)]
    assert shown[0] == pytest.approx(0.529, abs=0.003)
    assert found.rates[0].update.after.median == shown[6]


def test_the_studies(section: Section) -> None:
    studies = table(section, "external-studies")
    assert len(studies.rows) == 11
    assert studies.rows[-1].strong
    marks = {plain(row.cells[0]): plain(row.cells[-1]) for row in studies.rows}
    assert marks["Fu 2019 (etanercept)"] == "same group"
    assert marks["Nakagawa 2022 (tacrolimus)"] == "reconstructed, not randomised"
    assert marks["Laskin 1997 (prednisone and aspirin)"] == ""


# ---- the figure ---------------------------------------------------------------------------------


def test_the_forest(section: Section, found: External) -> None:
    (figure,) = section.figures
    assert faults(figure.figure) == []
    said = prose(figure.figure)
    for words in ("Laskin 1997", "66/101 against 57/101", "A new trial (MAP)", "This trial"):
        assert words in said
    assert "drawn to" in figure.figure.alt
    assert "Thick lines" in figure.figure.caption
    # Each study once, though it may be in several sets.
    assert said.count("Laskin") == 1


def test_the_forest_where_nothing_can_be_estimated() -> None:
    rows = [
        ExternalRow("Empty", math.nan, (math.nan, math.nan), drawn=(11.0, (3.0, 900.0))),
        ExternalRow("Small", 0.02, (0.0, 0.5), estimate_text="0.02 (0 to 0.50)"),
        ExternalRow("Mean", 1.0, (0.5, 2.0), "mean"),
        ExternalRow("New", 1.0, (1e-6, math.inf), "new"),
        ExternalRow(
            "A very long name of the trial itself, which is broken", 2.0, (1.0, 4.0), "trial"
        ),
    ]
    figure = external_forest(rows, treatment="a treatment with a long name", better="lower")
    assert faults(figure) == []
    assert "not estimable" in prose(figure)
    found = ids(figure)
    assert {"arrow-right-0", "arrow-left-3", "arrow-right-3", "null"} <= found
    with pytest.raises(ValueError, match="at least one row"):
        external_forest([])
