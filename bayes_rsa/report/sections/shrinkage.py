"""Empirical shrinkage: what estimates like this one turn out to mean, over thousands of trials."""

from __future__ import annotations

from bayes_rsa import defaults
from bayes_rsa.estimands import of_measure
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Given,
    Heading,
    Interval,
    Paragraph,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.sensitivity import Shrinkage


def shrinkage(quote: Quoting) -> list[Block]:
    """The shrunken estimate with the exaggeration factor, as an analysis of its own."""
    heading = Heading("shrinkage", "Empirical shrinkage")
    found = quote.results.sensitivity.shrinkage
    if not isinstance(found, Shrinkage):
        return [heading, Paragraph(text("Not applicable: ", Given(found), "."))]
    estimand = of_measure(found.finding.measure)
    kind = "ratio" if estimand.kind == "ratio" else "spread"
    level = words.percent(quote.analysis.interval)
    low, high = found.interval(quote.analysis.interval)
    name = "sensitivity.shrinkage"
    symbol = estimand.symbol

    limits = Interval(
        quote.plain(f"{name}.lower", low, kind, "normal"),
        quote.plain(f"{name}.upper", high, kind, "normal"),
    )
    scale = "log " if estimand.kind == "ratio" else ""
    estimate = found.finding.on_scale(found.finding.location)
    repeat = (
        f"Probability that an equal-sized repeat has a {words.percent(defaults.INTERVAL)} "
        "interval on the same side of no effect"
    )
    pairs: list[tuple[str, Number | Interval]] = [
        (f"Estimate, {symbol}", quote.plain(f"{name}.estimate", estimate, kind, "normal")),
        (
            f"Median after shrinkage, {symbol}",
            quote.plain(f"{name}.median", found.median, kind, "normal"),
        ),
        (f"{level} equal-tailed interval, {symbol}", limits),
        ("P(benefit)", quote.plain(f"{name}.p.benefit", found.p_benefit, "probability", "normal")),
        (
            f"Shrinkage factor: posterior mean over estimate, {scale}{symbol}",
            quote.plain(f"{name}.factor", found.factor, "ratio", "normal"),
        ),
        (
            f"Exaggeration factor: median of estimate over effect, {scale}{symbol}",
            quote.plain(f"{name}.exaggeration", found.exaggeration, "ratio", "normal"),
        ),
        (
            repeat,
            quote.plain(f"{name}.replication", found.replication(), "probability", "normal"),
        ),
    ]
    rows = [row(Given(label), value) for label, value in pairs]
    origin = found.finding.origin
    return [
        heading,
        Paragraph(
            text(
                "Among thousands of trials, estimates of this size relative to their standard "
                "error overstate the effect. The distribution of the true signal-to-noise ratios "
                "is known, and serves here as a prior. It changes with the trial’s size, so it is "
                "no belief that could have been held before the trial, and this is an analysis of "
                "its own, outside the named set."
            )
        ),
        table(
            "table-shrinkage",
            "The estimate shrunk by what is known of trials",
            [Column("quantity", "Quantity", "left"), Column("value", "Value")],
            rows,
            [
                text(f"Normal likelihood, from the {origin}. Source: ", Given(found.source)),
            ],
        ),
    ]
