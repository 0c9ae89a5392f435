"""Both engines side by side, and the accuracy of the quadrature."""

from __future__ import annotations

from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Given,
    Paragraph,
    Row,
    Table,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Analysed
from bayes_rsa.report.sections.labels import group_of, row_name


def accuracy(quote: Quoting) -> list[Block]:
    """Error bounds, refusals, and each engine's answer beside the other's."""
    sampled = "nuts" in quote.analysis.engines
    blocks: list[Block] = []
    bounds = [
        a.error
        for r in quote.results.rows
        for a in r.answers.values()
        if a.engine == "exact" and a.error is not None
    ]
    if bounds:
        worst = quote.plain("exact.error", max(bounds), "error", "exact")
        blocks.append(
            Paragraph(
                fill(
                    "The largest error bound of a probability over all rows, from doubling the "
                    "nodes, is {worst}.",
                    worst=worst,
                )
            )
        )
    refused = [
        text(Given(f"{r.name}: {why}")) for r in quote.results.rows for why in r.refused.values()
    ]
    blocks += [Paragraph(words_) for words_ in refused]
    if sampled:
        rows = [r for r in quote.results.rows if {"nuts", "exact"} <= set(r.answers)]
        blocks += _side_by_side(quote, rows)
    return blocks


def _side_by_side(quote: Quoting, analysed: list[Analysed]) -> list[Block]:
    if not analysed:
        return []
    key = analysed[0].answers["exact"].posterior.estimands[0]
    differences: list[float] = []
    rows = []
    for k, one in enumerate(analysed):
        sampled, exact = one.answers["nuts"], one.answers["exact"]
        cells: list[Number] = []
        record = sampled.records[key]
        pairs = (
            ("median", record.median, exact.records[key].median, record.mcse_median),
            (
                "benefit",
                sampled.probabilities["benefit"].value,
                exact.probabilities["benefit"].value,
                sampled.probabilities["benefit"].error,
            ),
        )
        for what, drawn, truth, error in pairs:
            z = _units(drawn, truth, error) if sampled.passed else None
            if z is not None:
                differences.append(abs(z))
            shown = (
                [quote.estimate(one, key, "median", e) for e in ("nuts", "exact")]
                if what == "median"
                else [quote.probability(one, "benefit", e) for e in ("nuts", "exact")]
            )
            cells += [*shown, quote.plain(f"{one.slug}.difference.{what}", z, "z", "nuts")]
        rows.append(row(row_name(one), *cells, group=group_of(one), strong=k == 0))
    symbol = ESTIMANDS[key].symbol
    blocks: list[Block] = [_agreement(quote, differences)] if differences else []
    return [*blocks, _engine_table(symbol, rows), *_reference_engines(quote, analysed[0])]


def _units(drawn: float, truth: float, error: float | None) -> float | None:
    """A difference in Monte Carlo standard errors."""
    return (drawn - truth) / error if error else None


def _agreement(quote: Quoting, differences: list[float]) -> Paragraph:
    return Paragraph(
        fill(
            "Over {count} comparisons of the two engines the largest difference is {worst} Monte "
            "Carlo standard errors; {share} lie within two, where about 95% are expected.",
            count=quote.plain("engines.comparisons", len(differences), "count", "nuts"),
            worst=quote.plain("engines.largest", max(differences), "z", "nuts"),
            share=text(
                quote.plain("engines.within-two", sum(d <= 2 for d in differences), "count", "nuts")
            ),
        )
    )


def _engine_table(symbol: str, rows: list[Row]) -> Table:
    return table(
        "table-engines",
        "Both engines side by side",
        [
            Column("row", "Row", "left"),
            Column("median-nuts", f"Median {symbol},\nNUTS"),
            Column("median-exact", "exact"),
            Column("median-z", "difference,\nMCSE"),
            Column("benefit-nuts", "P(benefit),\nNUTS"),
            Column("benefit-exact", "exact"),
            Column("benefit-z", "difference,\nMCSE"),
        ],
        rows,
        [text("Difference: NUTS minus exact, in Monte Carlo standard errors (MCSE) of NUTS.")],
    )


def _reference_engines(quote: Quoting, reference: Analysed) -> list[Block]:
    sampled, exact = reference.answers["nuts"], reference.answers["exact"]
    if reference is not quote.results.reference:
        return []
    rows = []
    for key in sampled.posterior.estimands:
        record, truth = sampled.records[key], exact.records[key]
        z = _units(record.median, truth.median, record.mcse_median) if sampled.passed else None
        rows.append(
            row(
                ESTIMANDS[key].label,
                quote.estimate(reference, key, "median", "nuts"),
                quote.interval(reference, key, "eti", "nuts"),
                quote.estimate(reference, key, "median", "exact"),
                quote.interval(reference, key, "eti", "exact"),
                quote.interval(reference, key, "hdi", "exact"),
                quote.plain(f"reference.difference.{key}.median", z, "z", "nuts"),
            )
        )
    level = words.percent(quote.analysis.interval)
    return [
        table(
            "table-engines-reference",
            "Reference analysis: both engines on every estimand",
            [
                Column("estimand", "Estimand", "left"),
                Column("median-nuts", "Median,\nNUTS"),
                Column("eti-nuts", f"{level} ETI,\nNUTS"),
                Column("median-exact", "Median,\nexact"),
                Column("eti-exact", f"{level} ETI,\nexact"),
                Column("hdi-exact", f"{level} HDI,\nexact"),
                Column("z", "Medians’ difference,\nMCSE"),
            ],
            rows,
            [text("ETI: equal-tailed credible interval; HDI: highest-density interval.")],
        )
    ]
