"""Results: thresholds first, the reference in full, the whole named set, absolute effects."""

from __future__ import annotations

import re
from typing import Any

from bayes_rsa.estimands import ESTIMANDS, of_measure
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Given,
    Heading,
    Interval,
    Paragraph,
    Row,
    Section,
    Table,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.sections.absolute import absolute
from bayes_rsa.report.sections.figures import forest_figure, reference_figures
from bayes_rsa.report.sections.labels import group_of, row_name


def results(quote: Quoting) -> Section:
    """What was found."""
    blocks: list[Block] = [
        Heading("statements", "Statements and their thresholds, before their probabilities"),
        _statements(quote),
        Heading("reference", "The reference analysis"),
        *_reference(quote),
        Heading("set", "The whole named set"),
        *_set(quote),
        *absolute(quote),
    ]
    level = words.percent(quote.analysis.interval)
    return Section(
        "results",
        "Results",
        tuple(blocks),
        {
            13: f"mean, median, SD, {level} equal-tailed and highest-density intervals with their "
            "scale, NNT by Altman’s rule",
            14: "thresholds with reasons and sources first; probabilities under every prior",
            17: "the whole named set of priors",
        },
    )


def _statements(quote: Quoting) -> Table:
    rows = []
    for statement in quote.analysis.statements:
        why, source = words.reason(statement, quote.analysis)
        shown = words.statement_words(statement, quote.analysis)
        rows.append(row(Given(statement), shown, Given(why), Given(source)))
    return table(
        "table-statements",
        "What is asked, and why",
        [
            Column("statement", "Statement", "left"),
            Column("words", "In words", "left"),
            Column("reason", "Reason", "left"),
            Column("source", "Source of the threshold", "left"),
        ],
        rows,
    )


def _reference(quote: Quoting) -> list[Block]:
    reference = quote.results.reference
    answer = reference.answers.get(quote.results.engine)
    blocks: list[Block] = []
    if answer is None:
        return [Paragraph(text(Given(reference.refused.get(quote.results.engine, ""))))]
    rows = []
    sampled = answer.engine == "nuts"
    for key in answer.posterior.estimands:
        cells: list[Number | Interval] = [
            quote.estimate(reference, key),
            quote.interval(reference, key, "eti"),
            quote.interval(reference, key, "hdi"),
            quote.estimate(reference, key, "mean"),
            quote.estimate(reference, key, "sd"),
        ]
        if sampled:
            cells.append(quote.mcse(reference, key))
        rows.append(row(ESTIMANDS[key].label, *cells))
    level = words.percent(quote.analysis.interval)
    columns = [
        Column("estimand", "Estimand", "left"),
        Column("median", "Median"),
        Column("eti", f"{level} equal-tailed\ninterval"),
        Column("hdi", f"{level} highest-density\ninterval"),
        Column("mean", "Mean"),
        Column("sd", "SD"),
    ]
    if sampled:
        columns.append(Column("mcse", "MCSE of\nthe median"))
    notes = [
        text(
            f"Credible intervals with probability {level}. The highest-density interval is that of "
            "the estimand’s own scale, and is not the transform of another scale’s. A dash: the "
            "number does not exist."
        )
    ]
    if answer.nnt is not None:
        notes.append(
            text(
                "Number needed to treat, at the median risk difference, with the reciprocals of "
                "its limits (Altman): ",
                quote.nnt(reference),
                ". It does not carry over to patients with another control risk.",
            )
        )
    blocks.append(
        table("table-reference", "Reference analysis: every estimand", columns, rows, notes)
    )
    blocks.append(_probabilities(quote, sampled))
    if answer.passed:
        blocks += reference_figures(quote, reference)
    return blocks


def _probabilities(quote: Quoting, sampled: bool) -> Table:
    reference = quote.results.reference
    other = [e for e in quote.analysis.engines[1:] if e in reference.answers]
    columns = [
        Column("statement", "Statement", "left"),
        Column("probability", f"Probability, {words.ENGINES[quote.results.engine]}"),
    ]
    if sampled:
        columns.append(Column("mcse", "MCSE"))
    columns += [Column(e, words.ENGINES[e]) for e in other]
    rows = []
    for statement in quote.analysis.statements:
        cells = [quote.probability(reference, statement)]
        if sampled:
            cells.append(quote.probability_mcse(reference, statement))
        cells += [quote.probability(reference, statement, e) for e in other]
        rows.append(row(words.statement_label(statement, quote.analysis), *cells))
    return table(
        "table-probabilities",
        "Reference analysis: posterior probability of each statement",
        columns,
        rows,
    )


def _set(quote: Quoting) -> list[Block]:
    key = of_measure(quote.trial.measure).key
    symbol = ESTIMANDS[key].symbol
    level = words.percent(quote.analysis.interval)
    asked = [s for s in quote.analysis.statements if s != "benefit"]
    benefit = words.event_of("benefit", quote.analysis)
    asked = [s for s in asked if words.event_of(s, quote.analysis) != benefit]
    rows: list[Row] = []
    for k, analysed in enumerate(quote.results.rows):
        cells: list[Any] = [
            quote.estimate(analysed, key),
            quote.interval(analysed, key),
            quote.probability(analysed, "benefit"),
            *(quote.probability(analysed, s) for s in asked),
        ]
        rows.append(row(row_name(analysed), *cells, group=group_of(analysed), strong=k == 0))
    found = table(
        "table-set",
        "Every set of priors: effect and posterior probabilities",
        [
            Column("row", "Row", "left"),
            Column("median", f"Median\n{symbol}"),
            Column("eti", f"{level} equal-tailed\ninterval"),
            Column("benefit", "P(benefit)"),
            *(Column(f"p{k}", _broken(f"P({s})")) for k, s in enumerate(asked)),
        ],
        rows,
        [
            text(
                f"Engine: {words.ENGINES[quote.results.engine]}; the digits follow the Monte Carlo "
                "error. * rests on the assumed planned odds ratio."
                if any(r.specification.assumed for r in quote.results.rows)
                else f"Engine: {words.ENGINES[quote.results.engine]}."
            )
        ],
    )
    blocks: list[Block] = [*forest_figure(quote, key), found]
    return blocks


def _broken(head: str) -> str:
    """A heading in two lines where it is long: broken before its first sign."""
    return re.sub(r" (?=[<>])", "\n", head, count=1) if len(head) > 9 else head
