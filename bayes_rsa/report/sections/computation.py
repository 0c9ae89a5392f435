"""Computation: the gate of every fit, and both engines side by side."""

from __future__ import annotations

import math
from typing import Final

from bayes_rsa import defaults
from bayes_rsa.diagnostics import Verdict
from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.plots import diagnostics as diagnostics_figure
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Column,
    Figure,
    Given,
    Heading,
    Paragraph,
    Section,
    Strong,
    Text,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Analysed
from bayes_rsa.report.sections.engines import accuracy
from bayes_rsa.report.sections.labels import group_of, row_name
from bayes_rsa.summaries import DrawsPosterior

_KINDS: Final = {
    "R-hat": "r-hat",
    "bulk ESS": "count",
    "tail ESS": "count",
    "divergences": "count",
    "E-BFMI": "e-bfmi",
    "tree depth": "count",
}


def computation(quote: Quoting) -> Section:
    """Gate, resolution, accuracy."""
    sampled = "nuts" in quote.analysis.engines
    quadrature = "exact" in quote.analysis.engines
    blocks: list[Block] = [Paragraph(_engines(quote))]
    answers: dict[int, str] = {}
    if sampled:
        blocks += [Heading("gate", "The diagnostics gate"), *_gate(quote), *_reference(quote)]
        state = "passed" if quote.results.passed else "failed"
        answers[9] = f"every parameter and derived quantity of every fit; gate {state}"
        answers[10] = (
            "bulk and tail ESS, divergences, E-BFMI, tree depth; MCSE beside each estimate"
        )
    else:
        answers[9] = "not applicable: the analysis asks for the exact engine alone"
        answers[10] = "not applicable: the analysis asks for the exact engine alone"
    if quadrature:
        blocks += [Heading("accuracy", "Accuracy of the quadrature"), *accuracy(quote)]
        answers[11] = "error bound of each posterior" + ("; agreement with NUTS" if sampled else "")
    else:
        answers[11] = "not applicable: the analysis asks for the sampler alone"
    return Section("computation", "Computation and diagnostics", tuple(blocks), answers)


def _engines(quote: Quoting) -> Text:
    engines = quote.analysis.engines
    nuts = (
        f"NUTS (PyMC, sampler nutpie {quote.results.versions.get('nutpie', '')}), four chains, run "
        "until bulk and tail effective sample size of every printed quantity reach the target"
    )
    exact = (
        "deterministic quadrature of the same models, which draws no samples and states a bound "
        "of its own error"
    )
    if set(engines) == {"nuts", "exact"}:
        return text(
            "Two engines answer every question: ",
            Given(nuts),
            "; and ",
            exact,
            ". They are written apart: one draws from a PyMC graph, the other integrates the "
            "priors’ own densities against the likelihood. The headline numbers are those of ",
            words.ENGINES[engines[0]],
            ".",
        )
    return text("Engine: ", Given(nuts if engines[0] == "nuts" else exact), ".")


def _gate(quote: Quoting) -> list[Block]:
    failed = quote.results.failed
    rows = []
    for k, analysed in enumerate(quote.results.rows):
        answer = analysed.answers.get("nuts")
        if answer is None or answer.verdict is None or answer.draws is None:
            continue
        cells = [_worst(quote, analysed, answer.verdict, name) for name in _KINDS]
        draws = quote.plain(
            f"{analysed.slug}.gate.draws", answer.draws[0] * answer.draws[1], "count", "nuts"
        )
        verdict = "passed" if answer.verdict.passed else Strong("failed")
        rows.append(
            row(
                row_name(analysed),
                draws,
                *cells,
                verdict,
                group=group_of(analysed),
                strong=k == 0,
            )
        )
    limits = fill(
        "The gate: R-hat below {rhat}, bulk and tail ESS at least {ess}, no divergence, E-BFMI "
        "above {bfmi} in every chain, no trajectory cut off at the maximum tree depth, for every "
        "parameter and derived quantity, ratios on the log scale. Shown: the worst of each. "
        "Target of the ESS: {target}.",
        rhat=Given(f"{defaults.RHAT_MAX}"),
        ess=Given(f"{defaults.ESS_MIN}"),
        bfmi=Given(f"{defaults.BFMI_MIN}"),
        target=Given(f"{quote.analysis.ess_target:,}"),
    )
    found = table(
        "table-gate",
        "Diagnostics of every fit",
        [
            Column("row", "Row", "left"),
            Column("draws", "Draws"),
            Column("rhat", "R-hat"),
            Column("bulk", "Bulk ESS"),
            Column("tail", "Tail ESS"),
            Column("divergences", "Divergences"),
            Column("bfmi", "E-BFMI"),
            Column("depth", "Cut off"),
            Column("verdict", "Gate", "left"),
        ],
        rows,
        [limits],
    )
    count = quote.plain("gate.fits", len(rows), "count", "nuts")
    if not failed:
        return [Paragraph(fill("All {count} fits passed the gate.", count=count)), found]
    bad = quote.plain("gate.failed", len(failed), "count", "nuts")
    why = [
        text(Strong(f"{r.name}: "), Given(a.verdict.explain()))
        for r in failed
        for a in r.answers.values()
        if a.verdict is not None and not a.verdict.passed
    ]
    banner = Banner(
        "warning",
        "Gate failed",
        text(fill("{bad} of {count} fits failed the gate. ", bad=bad, count=count), *why),
    )
    return [banner, found]


def _worst(quote: Quoting, analysed: Analysed, verdict: Verdict, name: str) -> Number:
    """The worst value of a check over all quantities; NaN, which fails, is the worst."""
    values = [c.value for c in verdict.checks if c.name == name]
    finite = [v for v in values if math.isfinite(v)]
    smallest = name in ("bulk ESS", "tail ESS", "E-BFMI")
    value = None
    if finite and len(finite) == len(values):
        value = min(finite) if smallest else max(finite)
    key = name.lower().replace(" ", "-")
    return quote.plain(f"{analysed.slug}.gate.{key}", value, _KINDS[name], "nuts")


def _reference(quote: Quoting) -> list[Block]:
    reference = quote.results.reference
    answer = reference.answers.get("nuts")
    if answer is None or answer.verdict is None:
        return []
    verdict = answer.verdict
    quantities = list(dict.fromkeys(c.variable for c in verdict.checks if c.name == "R-hat"))
    values = {(c.name, c.variable): c.value for c in verdict.checks}
    rows = [
        row(
            _quantity(quote, name),
            *(
                quote.plain(
                    f"reference.gate.{name.replace('_', '-')}.{check.lower().replace(' ', '-')}",
                    values[check, name],
                    _KINDS[check],
                    "nuts",
                )
                for check in ("R-hat", "bulk ESS", "tail ESS")
            ),
        )
        for name in quantities
    ]
    blocks: list[Block] = [
        table(
            "table-gate-reference",
            "Reference analysis: convergence and resolution of each quantity",
            [
                Column("quantity", "Quantity", "left"),
                Column("rhat", "R-hat"),
                Column("bulk", "Bulk ESS"),
                Column("tail", "Tail ESS"),
            ],
            rows,
            [text("Rank-normalised split R-hat; tail ESS at the limits of the printed intervals.")],
        )
    ]
    posterior = answer.posterior
    if isinstance(posterior, DrawsPosterior):
        keys = dict.fromkeys(ESTIMANDS[k].log_key or k for k in posterior.estimands)
        shown = {ESTIMANDS[k].symbol: posterior.draws(k) for k in keys}
        figure = diagnostics_figure(shown, target=quote.analysis.ess_target)
        blocks.append(Figure("figure-diagnostics", figure))
    return blocks


def _quantity(quote: Quoting, name: str) -> str:
    if name in ESTIMANDS:
        return ESTIMANDS[name].label
    specification = quote.results.reference.specification
    shown = words.parameter_name(name, specification, quote.trial)
    return f"Parameter: {shown}"
