"""What each prior is worth in patients, and whether the data contradict it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bayes_rsa import defaults
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Column,
    Given,
    Heading,
    Paragraph,
    Row,
    Strong,
    Table,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Analysed
from bayes_rsa.report.results.prior_strength import Sizes, Strength
from bayes_rsa.report.sections.labels import group_of, row_name
from bayes_rsa.sensitivity import PriorDataConflict
from bayes_rsa.sensitivity.conflict import AGREEMENT, FLAGGED
from bayes_rsa.sensitivity.prior_ess import ELIR, EVENTS, MOMENTS, MORITA, UNIT_INFORMATION

_DEFINITIONS: Final = {
    UNIT_INFORMATION: "Unit\ninformation",
    EVENTS: "Events",
    ELIR: "ELIR",
    MORITA: "Morita",
    MOMENTS: "Moments",
}
_MEANINGS: Final = (
    "Each definition answers another question, and they differ. On an effect: unit information, "
    "the prior’s information over that of one patient at the observed table (patients of both "
    "arms together; the one to quote); events, four over the prior’s variance; ELIR, the "
    "expected local information ratio with the efficient information of a patient; Morita, the "
    "ratio at the prior’s mean. On an arm’s probability, in participants of that arm: ELIR, "
    "Morita, and the a + b of the beta distribution with the prior’s mean and variance. A dash: "
    "not defined, or infinite because a prior’s tails are too heavy. ELIR grows again for very "
    "wide priors on a log odds ratio: they put their mass on risks near 0 and 1, where a "
    "patient says little."
)


def prior_size(quote: Quoting) -> list[Block]:
    """Effective sample size of every prior, under named definitions."""
    blocks: list[Block] = [Heading("prior-size", "What each prior is worth in patients")]
    rows: list[Row] = []
    missing: dict[str, list[str]] = {}
    for analysed, strength in _pairs(quote):
        if isinstance(strength.sizes, str):
            missing.setdefault(strength.sizes, []).append(analysed.name)
            continue
        rows += _size_rows(quote, analysed, strength.sizes)
    reasons = [
        text("None for ", Given(words.joined(names)), ": ", Given(why), ".")
        for why, names in missing.items()
    ]
    if not rows:
        return [*blocks, *(Paragraph(reason) for reason in reasons)]
    notes = [text(_MEANINGS)]
    if quote.trial.has_counts:
        total = quote.plain("trial.patients", sum(quote.trial.n), "count", "trial")
        notes.append(text("For comparison: the trial has ", total, " patients."))
    blocks.append(
        table(
            "table-prior-size",
            "Effective sample size of each prior, by definition",
            [
                Column("row", "Row", "left"),
                *(Column(_slug(name), head) for name, head in _DEFINITIONS.items()),
            ],
            rows,
            [*notes, *reasons],
        )
    )
    return blocks


def _pairs(quote: Quoting) -> list[tuple[Analysed, Strength]]:
    return list(zip(quote.results.rows, quote.results.sensitivity.strengths, strict=True))


def _slug(definition: str) -> str:
    return definition.lower().replace(" ", "-")


def _size_rows(quote: Quoting, analysed: Analysed, sizes: Mapping[str, Sizes]) -> list[Row]:
    rows = []
    by_arm = dict(sizes)
    if len(by_arm) > 1 and len({str(p) for p in analysed.specification.priors.values()}) == 1:
        by_arm = {"each arm": next(iter(by_arm.values()))}
    for on, found in by_arm.items():
        name = f"{analysed.slug}.prior-size.{on.replace(' ', '-')}"
        label = row_name(analysed)
        shown = label if on == "effect" else Given(f"{label.text}, {on}")
        cells = [
            text(quote.plain(f"{name}.{_slug(d)}", found[d].value, "ratio", "prior"))
            if d in found
            else text("\u2013")
            for d in _DEFINITIONS
        ]
        rows.append(row(shown, *cells, group=group_of(analysed)))
    return rows


def conflict(quote: Quoting) -> list[Block]:
    """Box's P of every prior."""
    blocks: list[Block] = [Heading("conflict", "Prior–data conflict")]
    flagged = [
        analysed.name
        for analysed, strength in _pairs(quote)
        if isinstance(strength.conflict, PriorDataConflict) and strength.conflict.verdict == FLAGGED
    ]
    if flagged:
        blocks.append(
            Banner(
                "note",
                "These data are surprising under some of the priors",
                text(
                    "Box’s P of the effect is below ",
                    Given(f"{defaults.CONFLICT_FLAGGED:g}"),
                    " under ",
                    Given(words.joined(flagged)),
                    ". A prior that the data contradict is not wrong for that, but its posterior "
                    "is a compromise between two sources that disagree.",
                ),
            )
        )
    return [*blocks, _conflict_table(quote)]


def _conflict_table(quote: Quoting) -> Table:
    rows: list[Row] = []
    missing: dict[str, list[str]] = {}
    notices: list[str] = []
    for k, (analysed, strength) in enumerate(_pairs(quote)):
        found = strength.conflict
        if isinstance(found, str):
            missing.setdefault(found, []).append(analysed.name)
            continue
        if found.note:
            notices.append(found.note)
        name = f"{analysed.slug}.box-p"
        cells = [
            quote.plain(f"{name}.{part}", value, "p-value", engine)
            for part, value, engine in (
                ("effect", found.p_effect, "exact"),
                ("table", found.p_table, "exact"),
                ("normal", found.p_normal, "normal"),
            )
        ]
        rows.append(
            row(
                row_name(analysed),
                *cells,
                _verdict(found),
                group=group_of(analysed),
                strong=k == 0,
            )
        )
    notes = [
        text(
            "Effect: two-sided tail of the prior predictive distribution of the log odds ratio, "
            "over all tables that the trial could have shown. Table: probability of all tables no "
            "likelier than the one observed; it depends on the prior on the level too. Normal: by "
            "a normal likelihood of the estimate. The effect’s P is judged (the normal one where "
            f"it alone exists): noted below {defaults.CONFLICT_NOTED:g}, flagged below "
            f"{defaults.CONFLICT_FLAGGED:g}."
        )
    ]
    notes += [
        text("None for ", Given(words.joined(names)), ": ", Given(why), ".")
        for why, names in missing.items()
    ]
    notes += [text(Given(f"{why[:1].upper()}{why[1:]}.")) for why in dict.fromkeys(notices)]
    return table(
        "table-conflict",
        "Box’s P of the data under each prior",
        [
            Column("row", "Row", "left"),
            Column("effect", "Effect"),
            Column("table", "Table"),
            Column("normal", "Normal"),
            Column("verdict", "Verdict", "left"),
        ],
        rows,
        notes,
    )


def _verdict(found: PriorDataConflict) -> Text:
    parts = text(Strong(found.verdict)) if found.verdict == FLAGGED else text(found.verdict)
    also = found.table_verdict
    if also is not None and also != AGREEMENT and found.verdict == AGREEMENT:
        return text(parts, f"; the table alone: {also}")
    return parts
