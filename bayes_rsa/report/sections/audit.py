"""The audit of the printed numbers, finding by finding; and the biomarkers as reported."""

from __future__ import annotations

from bayes_rsa.audit import VERDICTS
from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Code,
    Column,
    Given,
    Heading,
    Paragraph,
    Strong,
    Table,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import slug


def audit(quote: Quoting) -> list[Block]:
    """Verdict, and every finding with what was recomputed."""
    blocks: list[Block] = [Heading("audit", "Do the printed numbers agree with each other?")]
    found = quote.results.audit
    if found is None:
        words_ = "Nothing that is printed could be recomputed, so there was nothing to compare."
        return [*blocks, Paragraph(text(words_))]
    summary = text("Verdict: ", Strong(found.verdict), ". ", Given(found.summary))
    if found.verdict == VERDICTS[-1]:
        blocks.append(Banner("warning", "Inconsistent", summary))
    else:
        blocks.append(Paragraph(summary))
    rows = []
    for k, finding in enumerate(found.findings):
        off: Number | str = "\u2013"
        if finding.units_off is not None:
            name = f"audit.{k + 1}.{slug(finding.statistic)}.units-off"
            off = quote.plain(name, finding.units_off, "ratio", "audit")
        value = quote.plain(
            f"audit.{k + 1}.{slug(finding.statistic)}.recomputed",
            finding.recomputed,
            "recomputed",
            "audit",
        )
        agreement = ("matches", "matches up to rounding", "does not match")[finding.agreement]
        rows.append(
            row(
                Given(finding.statistic),
                Given(finding.printed),
                Given(finding.method),
                value,
                off,
                agreement if finding.decides else f"{agreement} (cross-check)",
                quote.sentence(f"audit.{k + 1}.note", finding.note, "audit"),
            )
        )
    blocks.append(
        table(
            "table-audit",
            "Audit of the printed numbers",
            [
                Column("number", "Number", "left"),
                Column("printed", "Printed", "left"),
                Column("recomputed", "Method", "left"),
                Column("value", "Recomputed"),
                Column("off", "Units of the\nlast place off"),
                Column("agreement", "Agreement", "left"),
                Column("note", "What was found", "left"),
            ],
            rows,
            [
                text(
                    "A number matches when the recomputed value rounds half up to it, and matches "
                    "up to rounding within ",
                    Given("0.55"),
                    " units of its last place (a number rounded twice). P may come from any named "
                    "two-sided test. A mismatch flags the reporting; it proves nothing about the "
                    "trial.",
                )
            ],
        )
    )
    return blocks


def biomarkers(quote: Quoting) -> Table:
    """What is reported about each biomarker, and what class of evidence that is."""
    rows = []
    for marker in quote.trial.biomarkers:
        facts = {k: v for k, v in marker.finding.to_dict().items() if k != "evidence"}
        shown = "; ".join(f"{k} {v}" for k, v in facts.items() if v is not None)
        rows.append(row(Given(marker.name), Given(shown), Code(marker.finding.kind)))
    return table(
        "table-biomarkers",
        "Biomarkers as reported",
        [
            Column("marker", "Marker", "left"),
            Column("reported", "What is reported", "left"),
            Column("evidence", "Class of evidence", "left"),
        ],
        rows,
        [
            text(
                "Listed, not modelled here. A direction with a bound on P says nothing about the "
                "size of a difference."
            )
        ],
    )
