"""What the reference model predicts before and after the data, beside what was observed."""

from __future__ import annotations

from collections.abc import Mapping

from bayes_rsa.plots import predictive as predictive_figure
from bayes_rsa.plots import share_of_draws
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Figure,
    Given,
    Interval,
    Paragraph,
    Section,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Predicted


def predictive(quote: Quoting) -> Section:
    """Prior and posterior predictive distribution of the data."""
    found = quote.results.predictive
    title, name = "Prior and posterior predictive checks", "predictive"
    if found is None:
        why = "not applicable: the exact engine alone was asked for, and it draws no data"
        words_ = (
            "The exact engine alone was asked for; it draws no data, so there is no check here."
        )
        return Section(name, title, (Paragraph(text(words_)),), {7: why, 12: why})
    blocks: list[Block] = [Paragraph(text(_explain(quote)))]
    both: list[tuple[str, Mapping[str, Predicted] | None]] = [
        ("prior", found.prior),
        ("posterior", found.posterior),
    ]
    rows = [
        row(
            _label(quote, what),
            quote.plain(f"observed.{what.replace('_', '-')}", one.observed, kind, "trial"),
            *_cells(quote, group, what, one, kind),
            group=f"{group.capitalize()} predictive",
        )
        for group, predicted in both
        if predicted is not None
        for what, one in predicted.items()
        for kind in ["count" if quote.trial.has_counts else "log"]
    ]
    level = words.percent(quote.analysis.interval)
    quantity = "Events" if quote.trial.has_counts else "Estimate"
    blocks.append(
        table(
            "table-predictive",
            f"{quantity} predicted by the reference analysis, and observed",
            [
                Column("what", "Arm" if quote.trial.has_counts else "Quantity", "left"),
                Column("observed", "Observed"),
                Column("median", "Median"),
                Column("interval", f"{level} interval"),
                Column("at-least", "P(replicate ≥ observed)"),
            ],
            rows,
            [text("By simulation from the fit.")],
        )
    )
    trial = quote.trial
    if trial.has_counts and found.posterior is not None:
        sizes = dict(zip(("treatment", "control"), trial.n, strict=True))
        shares = [
            None
            if group is None
            else [share_of_draws(group[arm].draws, n) for arm, n in sizes.items()]
            for group in (found.posterior, found.prior)
        ]
        if shares[0] is not None:
            figure = predictive_figure(trial, shares[0], shares[1])
            blocks.append(Figure("figure-predictive", figure))
    before = "events per arm" if trial.has_counts else "the estimate"
    return Section(
        name,
        title,
        tuple(blocks),
        {
            7: f"distribution of {before}; Box’s P under “Prior–data conflict”"
            if found.prior is not None
            else "not applicable: a prior of the reference analysis is improper",
            12: f"{before}; biomarkers: not yet in this report"
            if trial.biomarkers
            else f"{before}",
        },
    )


def _explain(quote: Quoting) -> str:
    if quote.trial.has_counts:
        return (
            "Before the data, the reference analysis predicts almost any number of events, as it "
            "is meant to. After the data it predicts what was observed: with one probability for "
            "each arm the model is saturated and cannot fail this check, which therefore tests the "
            "computation and not the model."
        )
    return (
        "The model has one parameter for one estimate, so the posterior check cannot fail; it "
        "tests the computation and not the model."
    )


def _label(quote: Quoting, what: str) -> Given:
    names = {
        "treatment": words.treatment_name(quote.trial),
        "control": words.control_name(quote.trial),
        "reported_estimate": "estimate on the scale of the effect",
    }
    return Given(names.get(what, what))


def _cells(
    quote: Quoting, group: str, what: str, one: Predicted, kind: str
) -> list[Number | Interval]:
    name = f"reference.{group}-predictive.{what.replace('_', '-')}"
    low, middle, high = (
        quote.plain(f"{name}.{part}", value, kind, "simulation", error)
        for part, value, error in zip(
            ("lower", "median", "upper"), one.quantiles, one.errors, strict=True
        )
    )
    share, error = one.at_least
    chance = quote.plain(f"{name}.at-least", share, "probability", "simulation", error)
    return [middle, Interval(low, high), chance]
