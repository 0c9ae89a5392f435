"""Doubts that have an amount: curves, tipping points by prior, and amounts that are uncertain."""

from __future__ import annotations

from typing import Final

from bayes_rsa import plots
from bayes_rsa.estimands import of_measure
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Column,
    Figure,
    Given,
    Heading,
    Interval,
    Paragraph,
    Row,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting, kind_of
from bayes_rsa.report.results.doubt import THRESHOLDS
from bayes_rsa.report.results.uncertain_doubt import UncertainDoubt
from bayes_rsa.report.sections.doubt_statement import amount
from bayes_rsa.sensitivity.doubt import DoubtTipping

_KINDS: Final = {
    "none": "No doubt",
    "bias": "A bias in favour of the treatment",
    "misclassification": "Outcomes misclassified (not identified)",
    "missing": "Outcomes missing (hypothetical numbers)",
}


def amounts(quote: Quoting) -> list[Block]:
    """Curves with their tipping points, and the table of all of them."""
    return [
        Heading("doubt-amounts", "How much of each doubt"),
        _figure(quote),
        *_table(quote),
    ]


def _figure(quote: Quoting) -> Figure:
    found = quote.results.doubt
    rows = [row for group in found.tippings.values() for row in group]
    panels = []
    for what, curves in found.curves.items():
        tips: dict[str, dict[float, float]] = {}
        for name, curve in curves.items():
            (own,) = (r for r in rows if (r.what, r.prior) == (what, curve.prior))
            tips[name] = {t: x for t, x in own.amounts.items() if x is not None}
        shown = {name: (curve.amounts, curve.probabilities) for name, curve in curves.items()}
        panels.append(plots.DoubtPanel(what, shown, tips))
    assumed = [r.assumed for r in rows if r.key == "missing" and "participants" in r.assumed]
    setting = f"Missing: {assumed[0]}. " if assumed else ""
    figure = plots.doubt_curves(panels, thresholds=THRESHOLDS, setting=f"{setting}Engine: Exact.")
    return Figure("figure-doubt", figure)


def _table(quote: Quoting) -> list[Block]:
    found = [one for rows in quote.results.doubt.tippings.values() for one in rows]
    asked: dict[str, list[DoubtTipping]] = {}
    for one in found:
        asked.setdefault(one.what, []).append(one)
    place = {id(one): k + 1 for rows in asked.values() for k, one in enumerate(rows)}
    priors = dict.fromkeys((one.prior, one.likelihood) for one in found)
    names = {pair: _named(quote, *pair) for pair in priors}
    rows = [
        row(
            Given(words.capital(one.what)),
            *(amount(quote, one, t, place[id(one)]) for t in THRESHOLDS),
            group=names[prior, likelihood],
        )
        for prior, likelihood in priors
        for one in found
        if (one.prior, one.likelihood) == (prior, likelihood)
    ]
    assumed = {one.what: one.assumed for one in found if one.assumed}
    notes = [
        text(
            "Each number belongs to the prior and the likelihood above it, and to one kind of "
            "doubt alone. A dash: not reached, or below the threshold without any doubt. Engine: "
            "Exact."
        )
    ]
    if any("as observed" in one.prior for one in found):
        notes.append(
            text(
                "There are two answers on a bias. A prior on the true effect meets data that a "
                "bias has moved; a prior on the effect as observed gives a posterior from which "
                "the bias is taken off, the prior with it, and so stands less. Both are shown."
            )
        )
    notes += [text(f"{names[pair]}: ", Given(pair[0]), ".") for pair in priors]
    notes += [text(Given(f"{words.capital(what)}: {said}.")) for what, said in assumed.items()]
    return [
        table(
            "table-doubt",
            "The amount of each doubt at which P(benefit) falls to a threshold",
            [
                Column("doubt", "Doubt", "left"),
                *(Column(f"at{k}", f"P = {t:g} at") for k, t in enumerate(THRESHOLDS)),
            ],
            rows,
            notes,
        )
    ]


def _named(quote: Quoting, prior: str, likelihood: str) -> str:
    """Heading of the rows under a prior; its numbers stand in the notes."""
    known = {one.text: one for one in quote.results.doubt.beliefs}
    if prior not in known:
        return f"{words.capital(prior.partition(' (')[0])}; {likelihood} likelihood"
    where = ", on the effect as observed" if known[prior].as_observed else ""
    return f"{words.capital(known[prior].name)}{where}; {likelihood} likelihood"


def uncertain(quote: Quoting) -> list[Block]:
    """The answer where the amount of doubt has a prior, and why the data do not say how much."""
    found = quote.results.doubt
    estimand = of_measure(quote.trial.measure)
    level = words.percent(quote.analysis.interval)
    rows = [_uncertain(quote, one) for one in found.uncertain]
    missing = [one for one in found.uncertain if one.reason]
    notes = [
        text(
            "Illustrations, not estimates: the priors on the amounts are round numbers. Beside "
            "them: ",
            Given(found.believed.text),
            ". Engine: Exact.",
        )
    ]
    notes += [text(Given(one.doubt), ": ", Given(one.reason), ".") for one in missing]
    return [
        Heading("uncertain-doubt", "Doubt that is itself uncertain"),
        Banner(
            "note",
            "The trial does not say how much doubt is due: not identified",
            text(
                "Of a bias and the effect the data inform the sum; of sensitivity, specificity and "
                "the true risk of an arm, one combination; of the missing and the observed, the "
                "observed. The rest of each answer below is its prior’s, and more participants of "
                "the same trial would not change that."
            ),
        ),
        Paragraph(
            text(
                "A bias whose size is uncertain widens the answer besides moving it (Turner et "
                "al. 2009, doi:10.1111/j.1467-985X.2008.00547.x). An error of classification that "
                "is the same in both arms hardly moves P(benefit); one that differs between the "
                "arms does."
            )
        ),
        table(
            "table-uncertain-doubt",
            "The answer under priors on the amount of doubt",
            [
                Column("doubt", "Doubt", "left"),
                Column("benefit", "P(benefit)"),
                Column("median", f"Median\n{estimand.symbol}"),
                Column("eti", f"{level} equal-tailed\ninterval"),
            ],
            rows,
            notes,
        ),
    ]


def _uncertain(quote: Quoting, one: UncertainDoubt) -> Row:
    name = f"doubt.uncertain.{one.slug.replace('_', '-')}"
    kind = kind_of(of_measure(quote.trial.measure).key)
    limits = (None, None) if one.effect is None or one.effect.eti is None else one.effect.eti
    low, high = (
        quote.plain(f"{name}.eti.{end}", value, kind, "exact")
        for end, value in zip(("lower", "upper"), limits, strict=True)
    )
    median = None if one.effect is None else one.effect.median
    return row(
        Given(words.capital(one.doubt)),
        quote.plain(f"{name}.p.benefit", one.probability, "exact probability", "exact"),
        quote.plain(f"{name}.median", median, kind, "exact"),
        Interval(low, high),
        group=_KINDS[one.kind],
    )
