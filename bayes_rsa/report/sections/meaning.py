"""What each prior says before the data, on every scale."""

from __future__ import annotations

from typing import Final

from bayes_rsa.estimands import of_measure
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Column,
    Interval,
    Table,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.sections.labels import group_of, row_name

_MEANT: Final = (
    ("odds_ratio", "Odds ratio", "ratio"),
    ("risk_ratio", "Risk ratio", "ratio"),
    ("risk_difference", "Risk difference", "difference"),
    ("p_treatment", "Probability,\ntreatment", "probability"),
    ("p_control", "Probability,\ncontrol", "probability"),
)


def prior_meaning(quote: Quoting) -> Table:
    """Prior intervals on every scale, and the prior probability of benefit."""
    level = words.percent(quote.analysis.interval)
    if not quote.trial.has_counts:
        return _effect_meaning(quote, level)
    rows = []
    for k, analysed in enumerate(quote.results.rows):
        meaning = analysed.meaning
        cells: list[Text] = []
        for key, _, kind in _MEANT:
            found = meaning.quantiles[key] if meaning is not None else None
            name = f"{analysed.slug}.prior.{key}"
            cells.append(
                text("\u2013")
                if found is None
                else text(
                    Interval(
                        quote.plain(f"{name}.lower", found[0], kind, "prior"),
                        quote.plain(f"{name}.upper", found[2], kind, "prior"),
                    )
                )
            )
        benefit = quote.plain(
            f"{analysed.slug}.prior.p.benefit",
            meaning.p_benefit if meaning is not None else None,
            "probability",
            "prior",
        )
        rows.append(
            row(row_name(analysed), *cells, benefit, group=group_of(analysed), strong=k == 0)
        )
    return table(
        "table-prior-meaning",
        f"What each prior says before the data: {level} prior intervals",
        [
            Column("row", "Row", "left"),
            *(Column(key, label) for key, label, _ in _MEANT),
            Column("benefit", "Prior\nP(benefit)"),
        ],
        rows,
        [text("Equal-tailed, by quadrature. A dash: the prior is improper, and says nothing.")],
    )


def _effect_meaning(quote: Quoting, level: str) -> Table:
    import math

    estimand = of_measure(quote.trial.measure)
    ratio = estimand.kind == "ratio"
    kind = "ratio" if ratio else "mean"
    tail = 0.5 * (1 - quote.analysis.interval)
    rows = []
    for k, analysed in enumerate(quote.results.rows):
        prior = analysed.specification.priors["effect"]
        name = f"{analysed.slug}.prior"
        cells: tuple[Text, Text] = (text("\u2013"), text("\u2013"))
        if prior.is_proper:
            ends = (float(prior.ppf(tail)), float(prior.ppf(1 - tail)))
            low, high = (math.exp(min(x, 700.0)) if ratio else x for x in ends)
            below = float(prior.cdf(0.0))
            benefit = 1 - below if quote.trial.better == "higher" else below
            cells = (
                text(
                    Interval(
                        quote.plain(f"{name}.{estimand.key}.lower", low, kind, "prior"),
                        quote.plain(f"{name}.{estimand.key}.upper", high, kind, "prior"),
                    )
                ),
                text(quote.plain(f"{name}.p.benefit", benefit, "probability", "prior")),
            )
        rows.append(row(row_name(analysed), *cells, group=group_of(analysed), strong=k == 0))
    return table(
        "table-prior-meaning",
        f"What each prior says before the data: {level} prior intervals",
        [
            Column("row", "Row", "left"),
            Column("effect", estimand.label),
            Column("benefit", "Prior P(benefit)"),
        ],
        rows,
    )
