"""Blocks as HTML and CSV, the checklist, and the words that sections share."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bayes_rsa.analysis import Analysis
from bayes_rsa.priors import Prior
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Code,
    Column,
    Formula,
    Given,
    Interval,
    Link,
    Section,
    Strong,
    fill,
    plain,
    row,
    table,
    text,
)
from bayes_rsa.report.checklist import ITEMS, NOT_APPLICABLE, NOT_YET, answered
from bayes_rsa.report.markup import formula_html, html, table_html
from bayes_rsa.report.numbers import Numbers
from bayes_rsa.report.tables import table_csv
from bayes_rsa.trial import Trial

NUMBERS = Numbers()
LOW = NUMBERS.add("or.lower", 1.0512, "ratio", error=0.001, engine="nuts")
HIGH = NUMBERS.add("or.upper", 4.2, "ratio", error=0.03, engine="nuts")
HELD = NUMBERS.add("or.held", 4.2, "ratio", engine="nuts", withheld=True)
EVIL = "<script>alert('x')</script> & \"co\""


def test_everything_from_outside_is_escaped() -> None:
    for words_ in (EVIL, Given(EVIL), Strong(EVIL), Code(EVIL), Link(EVIL, EVIL)):
        shown = str(html(text(words_)))
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
    made = table(
        "t",
        EVIL,
        [Column("a", EVIL, "left"), Column("b", EVIL)],
        [row(EVIL, Given(EVIL), group=EVIL)],
    )
    assert "<script" not in table_html(made)


def test_a_number_carries_its_id() -> None:
    shown = str(html(text("from ", Interval(LOW, HIGH))))
    assert '<span class="n" data-id="or.lower">1.05</span> to ' in shown
    assert '<span class="n" data-id="or.upper">4.2</span>' in shown


def test_a_template_is_filled_by_name() -> None:
    filled = fill("from {low} to {high}{none}.", low=LOW, high=text("x", HIGH), none=None)
    assert plain(filled) == "from 1.05 to x4.2."


def test_formulas_have_subscripts() -> None:
    shown = str(formula_html(Formula(("y_k ~ Binomial(n_k, p_k)", "a < b"))))
    assert "y<sub>k</sub>" in shown
    assert "a &lt; b" in shown


def test_a_table_has_headings_with_scope_and_unique_ids() -> None:
    made = table(
        "table-x",
        "Title",
        [Column("name", "Row", "left"), Column("or", "Odds\nratio")],
        [row("one", LOW, group="A"), row("two", HIGH, group="B, and & C")],
        [text("note")],
    )
    shown = table_html(made)
    assert shown == table_html(made)
    assert shown.count("<caption>") == 1
    assert shown.count('scope="col"') == 2
    assert shown.count('scope="row"') == 2
    assert shown.count('scope="colgroup"') == 2
    assert "Odds<br>ratio" in shown
    assert "<style" not in shown
    ids = re.findall(r'\sid="([^"]*)"', shown)
    assert len(ids) == len(set(ids))
    assert all(not re.search(r"\s", name) for name in ids)
    for heads in re.findall(r'headers="([^"]*)"', shown):
        assert set(heads.split()) <= set(ids)


def test_a_row_needs_all_its_cells() -> None:
    with pytest.raises(ValueError, match="has 1 cells"):
        table("t", "T", [Column("a", "A"), Column("b", "B")], [row("one")])


def test_csv_holds_values_and_splits_intervals() -> None:
    made = table(
        "t",
        "T",
        [Column("name", "Row"), Column("or", "OR"), Column("eti", "Interval")],
        [
            row("one, two", LOW, Interval(LOW, HIGH), group="g"),
            row(Given("x"), HELD, "\u2013", group="g"),
        ],
    )
    assert table_csv(made).splitlines() == [
        "group,name,or,eti_lower,eti_upper",
        'g,"one, two",1.0512,1.0512,4.2',
        "g,x,,\u2013,",
    ]


def _answers(*numbers: int) -> dict[int, str]:
    return dict.fromkeys(numbers, "said")


def test_the_checklist_wants_every_item() -> None:
    assert sorted(ITEMS) == list(range(1, 23))
    sections = [Section("a", "A", (), _answers(*range(1, 22)))]
    with pytest.raises(ValueError, match="item 22"):
        answered(sections, {})
    items = answered(sections, {22: f"{NOT_APPLICABLE}there is no folder"})
    assert [one.item.number for one in items] == list(range(1, 23))
    assert items[21].words == "not applicable: there is no folder"
    assert items[0].sections == ("a",)


@pytest.mark.parametrize("excuse", ["forgotten", NOT_YET, NOT_APPLICABLE])
def test_an_open_item_needs_its_reason(excuse: str) -> None:
    sections = [Section("a", "A", (), _answers(*range(1, 22)))]
    with pytest.raises(ValueError, match="without a reason"):
        answered(sections, {22: excuse})


def test_an_answer_needs_an_item() -> None:
    with pytest.raises(ValueError, match="no items"):
        answered([Section("a", "A", (), _answers(*range(1, 24)))], {})


def test_statements_in_words(tacrolimus: Trial) -> None:
    analysis = Analysis.default(tacrolimus)
    for statement, said in (
        ("OR > 1.25", "odds ratio above 1.25"),
        ("benefit", "any benefit: odds ratio above 1"),
        ("harm", "any harm: odds ratio below 1"),
        ("RD < -0.05", "risk difference below -0.05"),
        ("0.9091 < OR < 1.1", "odds ratio between 0.9091 and 1.1"),
        ("NNT < 10", "number needed to treat: NNT < 10"),
    ):
        assert plain(words.statement_words(statement, analysis)) == said


def test_reasons_of_thresholds_follow_the_direction(tacrolimus: Trial) -> None:
    higher = Analysis.default(tacrolimus)
    lower = Analysis.default(
        replace(
            tacrolimus,
            outcome=replace(tacrolimus.outcome, better="lower"),
            planned=None,
            thresholds=(),
        )
    )
    for statement, up, down in (
        ("OR > 1", "any benefit", "any harm"),
        ("OR > 1.25", "sizeable benefit", "severe harm"),
        ("OR < 0.8", "severe harm", "sizeable benefit"),
    ):
        assert words.reason(statement, higher)[0] == up
        assert words.reason(statement, lower)[0] == down
    assert words.reason("RD > 0.1", higher)[0].startswith("10 percentage points")
    assert words.reason("OR > 3", higher) == ("not stated", "not stated")


def test_priors_are_recognised_and_rounded(tacrolimus: Trial) -> None:
    bare = Prior.parse("normal(0, 0.355)")
    assert bare.source == ""
    assert "Zampieri" in words.described(bare, tacrolimus).source
    assert words.described(Prior.normal(0, 7.77), tacrolimus).source == ""
    mixture = Prior.parse("0.8*normal(0, 0.355) + 0.2*normal(0.123456, 2)")
    assert words.prior_text(mixture) == "0.8*normal(0, 0.355) + 0.2*normal(0.1235, 2)"
