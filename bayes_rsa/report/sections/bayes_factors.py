"""Bayes factors: both directions, the priors of both hypotheses, robustness, refusals."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.estimands import of_measure
from bayes_rsa.plots import bayes_factor
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Code,
    Column,
    Figure,
    Given,
    Heading,
    Paragraph,
    Row,
    Table,
    Text,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import slug
from bayes_rsa.report.sections.labels import group_of, row_name
from bayes_rsa.sensitivity import BayesFactorCurve, BayesFactors

_POSTERIOR: Final = 0.95
"""Posterior probability that the minimum prior probability is about."""
_SOURCES: Final = {
    "kass-vaidyanathan": (
        "log odds ratio and midpoint ~ normal(0, 1)",
        "Kass and Vaidyanathan 1992; Gronau et al. 2021",
    ),
    "gunel-dickey, independent multinomial": (
        "contingency table, size of each arm fixed",
        "Gunel and Dickey 1974, a = 1",
    ),
    "gunel-dickey, joint multinomial": (
        "contingency table, total fixed",
        "Gunel and Dickey 1974, a = 1",
    ),
    "gunel-dickey, poisson": ("contingency table, nothing fixed", "Gunel and Dickey 1974, a = 1"),
    "gunel-dickey, hypergeometric": (
        "contingency table, both margins fixed",
        "Gunel and Dickey 1974, a = 1",
    ),
    "bound by p": ("upper bound that the P value allows", "Sellke, Bayarri and Berger 2001"),
    "bound by z": ("upper bound that z allows", "Edwards, Lindman and Savage 1963"),
}


def bayes_factors(quote: Quoting) -> list[Block]:
    """Bayes factors of every row, the robustness curve, and factors with priors of their own."""
    blocks: list[Block] = [Heading("bayes-factors", "Bayes factors"), _what(quote), _table(quote)]
    blocks += [*_hypotheses(quote), *_figure(quote), *_others(quote)]
    return blocks


def _what(quote: Quoting) -> Paragraph:
    null = "1" if of_measure(quote.trial.measure).kind == "ratio" else "0"
    level = quote.results.sensitivity.held.level_text
    same = f", beside the same prior on the level ({level} in the reference analysis)"
    return Paragraph(
        text(
            Code("BF10"),
            " says how much likelier the data are under H1, the effect’s prior of that row, than "
            f"under H0, an effect of exactly none ({quote.trial.measure} = ",
            Given(null),
            f"){same if level else ''}; ",
            Code("BF01"),
            " is its reciprocal. ",
            Code("BF+0"),
            " and ",
            Code("BF-0"),
            f" compare an effect above, or below, {quote.trial.measure} = ",
            Given(null),
            " with none. None of them is the probability of a hypothesis, and all depend on the "
            "prior’s width.",
        )
    )


def _table(quote: Quoting) -> Table:
    rows: list[Row] = []
    refused: dict[str, list[str]] = {}
    for k, (analysed, found) in enumerate(_pairs(quote)):
        prior = analysed.specification.priors.get("effect")
        shown = "\u2013" if prior is None else words.prior_text(prior, 3)
        if isinstance(found, str):
            refused.setdefault(found, []).append(analysed.name)
            cells: list[Text] = [text("refused")] + [text("\u2013")] * 4
        else:
            cells = _cells(quote, analysed.slug, found)
        rows.append(
            row(
                row_name(analysed),
                Given(shown),
                *cells,
                group=group_of(analysed),
                strong=k == 0,
            )
        )
    notes = [
        text(
            "By exact marginal likelihoods. Minimum prior probability: of H1 against H0, from "
            f"which H1 ends at {_POSTERIOR:g} or above. Refused above a prior SD of "
            f"{defaults.BAYES_FACTOR_SD_MAX:g} on a log ratio: such a factor measures the prior’s "
            "width (Lindley’s paradox)."
        )
    ]
    notes += [
        text("Refused for ", Given(words.joined(names)), ": ", Given(why), ".")
        for why, names in refused.items()
    ]
    return table(
        "table-bayes-factors",
        "Bayes factors of each row’s effect prior against no effect",
        [
            Column("row", "Row", "left"),
            Column("prior", "Effect’s prior\nunder H1", "left"),
            Column("bf10", "BF10"),
            Column("bf01", "BF01"),
            Column("bf-plus-0", "BF+0"),
            Column("bf-minus-0", "BF\u22120"),
            Column("minimum", "Minimum prior\nprobability"),
        ],
        rows,
        notes,
    )


def _pairs(quote: Quoting) -> list[tuple[Any, BayesFactors | str]]:
    return list(zip(quote.results.rows, quote.results.sensitivity.evidence.factors, strict=True))


def _cells(quote: Quoting, name: str, found: BayesFactors) -> list[Text]:
    values = {
        "bf-10": found.bf_10,
        "bf-01": found.bf_01,
        "bf-plus-0": found.bf_plus_0,
        "bf-minus-0": found.bf_minus_0,
    }
    cells = [
        text(quote.plain(f"{name}.{key}", value, "ratio", "exact")) for key, value in values.items()
    ]
    least = found.minimum_prior_probability(_POSTERIOR)
    return [
        *cells,
        text(quote.plain(f"{name}.minimum-prior-probability", least, "probability", "exact")),
    ]


def _hypotheses(quote: Quoting) -> list[Block]:
    found = quote.results.sensitivity.evidence.factors[0]
    if isinstance(found, str) or found.bf_plus_0 is None or found.bf_minus_0 is None:
        return []
    after = found.posterior_probabilities()
    shown = {
        key: quote.plain(f"reference.hypothesis.{key}", after[name], "probability", "exact")
        for key, name in (("above", "H+"), ("below", "H-"), ("none", "H0"))
    }
    return [
        Paragraph(
            fill(
                "With prior probabilities of {quarter} for an effect above none, {quarter} for one "
                "below and {half} for none, the reference analysis leaves {above}, {below} and "
                "{none}.",
                quarter=Given("1/4"),
                half=Given("1/2"),
                **shown,
            )
        )
    ]


def _figure(quote: Quoting) -> list[Block]:
    curve = quote.results.sensitivity.evidence.curve
    if not isinstance(curve, BayesFactorCurve):
        return [Paragraph(text("No robustness curve: ", Given(curve), "."))]
    curves = {"BF10": curve.bf_10, "BF+0": curve.bf_plus_0, "BF\u22120": curve.bf_minus_0}
    factors = {
        name: values for name, values in curves.items() if (values[~np.isnan(values)] > 0).all()
    }
    named = quote.results.sensitivity.prior_map.named
    marked = {
        name: sd
        for name, (mean, sd) in named.items()
        if mean == 0 and sd <= curve.refused_above and curve.sd[0] <= sd <= curve.sd[-1]
    }
    figure = bayes_factor(
        curve.sd,
        factors,
        marked=marked,
        refused_above=curve.refused_above,
        setting=(f"Beside it {curve.nuisance}, under both hypotheses. " if curve.nuisance else "")
        + "Engine: Exact.",
    )
    return [Figure("figure-bayes-factor", figure)]


def _others(quote: Quoting) -> list[Block]:
    found = quote.results.sensitivity.evidence.others
    if not found:
        return []
    rows = [
        row(
            Given(_SOURCES[name][0]),
            quote.plain(f"sensitivity.bf.{slug(name)}", value, "ratio", "exact"),
            Given(_SOURCES[name][1]),
        )
        for name, value in found.items()
    ]
    return [
        table(
            "table-other-bayes-factors",
            "Bayes factors against no effect with priors fixed by their authors, and upper bounds",
            [
                Column("prior", "Prior or bound", "left"),
                Column("bf10", "BF10"),
                Column("source", "Source", "left"),
            ],
            rows,
        )
    ]
