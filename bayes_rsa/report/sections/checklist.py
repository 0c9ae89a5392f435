"""The checklist, filled from what the sections say they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bayes_rsa.report.blocks import Column, Given, Link, Paragraph, Section, row, table, text
from bayes_rsa.report.checklist import NOT_YET, Answered, answered
from bayes_rsa.report.quoting import Quoting


def open_items(quote: Quoting) -> Mapping[int, str]:
    """What no section of this version answers."""
    none = {} if quote.trial.biomarkers else {20: "not applicable: the trial file names none"}
    return {
        16: f"{NOT_YET}no decision is drawn; probabilities of worthwhile benefit are given",
        19: f"{NOT_YET}type I error, power, coverage and replication probability",
        **none,
    }


def checklist(quote: Quoting, sections: Sequence[Section]) -> tuple[Section, tuple[Answered, ...]]:
    """The section on the checklist, and the checklist itself.

    Parameters
    ----------
    quote
        What to quote from.
    sections
        The other sections, in order.
    """
    items = answered(sections, open_items(quote))
    titles = {section.id: section.title for section in sections}
    rows = []
    for one in items:
        places: list[Link | str] = []
        for name in one.sections:
            places += [Link(titles[name], f"#{name}"), ", "]
        where = text(*places[:-1]) if places else text("\u2013")
        rows.append(
            row(
                Given(f"{one.item.number}. {one.item.name}"),
                where,
                Given(one.words),
                Given(one.item.sources or "this project"),
            )
        )
    found = table(
        "table-checklist",
        "Reporting checklist",
        [
            Column("item", "Item", "left"),
            Column("where", "Where", "left"),
            Column("answer", "What is said", "left"),
            Column("asked", "Asked for by", "left"),
        ],
        rows,
    )
    words = (
        "What guidance on reporting a Bayesian analysis asks for, and where this report answers "
        "it. The items are informed by the guidance named; none of its authors has endorsed this "
        "report."
    )
    return Section("checklist", "Checklist", (Paragraph(text(words)), found)), items
