"""The statement on doubt in words: P(benefit) stays above 0.95 unless ..."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa.estimands import of_measure
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Given,
    Link,
    Listing,
    Paragraph,
    Table,
    Text,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.doubt import THRESHOLD
from bayes_rsa.sensitivity.doubt import DoubtStatement, DoubtTipping

COUNTED: Final = ("changed-outcomes", "missing-count")
"""Slugs of the doubts whose amount is a number of participants."""


def slug_of(tipping: DoubtTipping) -> str:
    """Part of the ids of a doubt's numbers."""
    if tipping.key == "misclassification":
        rate, _, _, arm, _ = tipping.what.split()
        return f"{rate}-{arm}"
    if tipping.key == "missing":
        return "missing-count" if tipping.what.startswith("participants") else "missing-odds"
    return tipping.key.replace("_", "-")


def amount(
    quote: Quoting, tipping: DoubtTipping, threshold: float, place: int | None = None
) -> Number:
    """The amount at a threshold; ``place`` numbers the priors of a table."""
    engine = tipping.engine if tipping.engine == "nuts" else "exact"
    parts = ["doubt", slug_of(tipping), *([] if place is None else [str(place)])]
    parts += ["nuts"] if engine == "nuts" else []
    return quote.plain(
        ".".join([*parts, f"{threshold:g}"]),
        tipping.amounts[threshold],
        "count" if slug_of(tipping) in COUNTED else "amount",
        engine,
        tipping.errors[threshold],
    )


def statement(quote: Quoting) -> list[Block]:
    """P(benefit) stays above the threshold unless ..., with a number for each kind of doubt."""
    found = quote.results.doubt
    said = found.statement
    p = quote.plain("doubt.p.benefit", said.probability, "exact probability", "exact")
    under = text("Under the ", Given(found.believed.name), f" P({said.statement}) is ", p)
    level = Given(f"{THRESHOLD:g}")
    if said.probability < THRESHOLD:
        return [
            Paragraph(
                text(
                    under,
                    ": below ",
                    level,
                    " already, without any doubt about the trial, so that there is no conclusion "
                    "to overturn.",
                ),
                lead=True,
            )
        ]
    blocks: list[Block] = [
        Paragraph(
            text(under, " and stays above ", level, " unless one of these holds:"), lead=True
        ),
        Listing(tuple(_unless(quote, t) for t in said.reached)),
    ]
    rest = [t for t in said.tippings if t not in said.reached]
    if rest:
        blocks += [Paragraph(text("Not enough by themselves:"))]
        blocks += [Listing(tuple(_not_enough(quote, t) for t in rest))]
    return blocks


def short_statement(quote: Quoting) -> list[Block]:
    """A sentence for the summary: the first doubts that overturn the conclusion."""
    said = quote.results.doubt.statement
    if not quote.results.passed or said.probability < THRESHOLD:
        return []
    named = {slug_of(t): t for t in said.reached}
    some = [named[slug] for slug in ("changed-outcomes", "bias") if slug in named]
    if not some:
        return []
    parts: list[Text] = [_unless(quote, t) for t in some]
    joined = parts[0] if len(parts) == 1 else text(parts[0], ", or ", parts[1])
    return [
        Paragraph(
            text(
                "Doubt about the trial itself: under the ",
                Given(quote.results.doubt.believed.name),
                " P(benefit) stays above ",
                Given(f"{THRESHOLD:g}"),
                " unless, for instance, ",
                joined,
                "; see ",
                Link("how much doubt it would take", "#doubt"),
                ".",
            )
        )
    ]


def engines(quote: Quoting) -> list[Block]:
    """The statement's numbers by both engines, side by side."""
    found = quote.results.doubt
    if not isinstance(found.sampled, DoubtStatement):
        return [Paragraph(text("By NUTS: not searched (", Given(found.sampled), ")."))]
    return [_engines_table(quote, found.statement, found.sampled)]


def _engines_table(quote: Quoting, exactly: DoubtStatement, sampled: DoubtStatement) -> Table:
    rows = []
    for one, other in zip(exactly.tippings, sampled.tippings, strict=True):
        known, drawn = one.amounts[THRESHOLD], other.amounts[THRESHOLD]
        error = other.errors[THRESHOLD]
        name = f"doubt.{slug_of(one)}.nuts.{THRESHOLD:g}"
        apart: Number | None = None
        if known is not None and drawn is not None and error:
            apart = quote.plain(f"{name}.apart", (drawn - known) / error, "z", "nuts")
        rows.append(
            row(
                Given(words.capital(one.what)),
                amount(quote, one, THRESHOLD),
                amount(quote, other, THRESHOLD),
                None if error is None else quote.plain(f"{name}.mcse", error, "error", "nuts"),
                apart,
            )
        )
    p = quote.plain("doubt.p.benefit", exactly.probability, "exact probability", "exact")
    return table(
        "table-doubt-engines",
        f"The amount of each doubt at which P(benefit) falls to {THRESHOLD:g}, by both engines",
        [
            Column("doubt", "Doubt", "left"),
            Column("exact", "Exact"),
            Column("nuts", "NUTS"),
            Column("mcse", "MCSE"),
            Column("apart", "Difference\n/ MCSE"),
        ],
        rows,
        [
            text(
                "NUTS: each model of doubt is compiled once, and the amount is searched with a "
                "seed for each run; the amount and its Monte Carlo standard error come from a "
                "weighted line through the nearest runs on the probit scale. Numbers of "
                "participants are whole. Without doubt P(benefit) is ",
                p,
                " by the exact engine.",
            )
        ],
    )


def _unless(quote: Quoting, tipping: DoubtTipping) -> Text:
    return _WORDS[tipping.key](quote, tipping)


def _changed(quote: Quoting, tipping: DoubtTipping) -> Text:
    return fill(
        "{k} outcomes or more, in either arm or both, were other than reported, each against {arm}",
        k=amount(quote, tipping, THRESHOLD),
        arm=Given(words.treatment_name(quote.trial)),
    )


def _missing(quote: Quoting, tipping: DoubtTipping) -> Text:
    treatment, control = words.treatment_name(quote.trial), words.control_name(quote.trial)
    if slug_of(tipping) == "missing-count":
        return fill(
            "beside those counted {m} participants or more in each arm were missing (a "
            "hypothetical number), and every outcome of theirs was against {arm}",
            m=amount(quote, tipping, THRESHOLD),
            arm=Given(treatment),
        )
    log_odds = tipping.amounts[THRESHOLD]
    return fill(
        "beside those counted participants were missing ({assumed}), with odds of the outcome "
        "{factor} times worse on {treatment} and better on {control} than among those observed",
        assumed=Given(_assumed_count(tipping)),
        factor=quote.plain(
            f"doubt.missing-odds.{THRESHOLD:g}.factor",
            None if log_odds is None else math.exp(log_odds),
            "ratio",
            "exact",
        ),
        treatment=Given(treatment),
        control=Given(control),
    )


def _assumed_count(tipping: DoubtTipping) -> str:
    return f"{tipping.assumed.partition(' participants')[0]}, assumed"


def _misclassified(quote: Quoting, tipping: DoubtTipping) -> Text:
    rate, _, _, arm, _ = tipping.what.split()
    share = tipping.amounts[THRESHOLD]
    name = words.treatment_name if arm == "treatment" else words.control_name
    return fill(
        "on {arm} no more than {share}% of the true {what} were recorded as such, all else "
        "without error",
        arm=Given(name(quote.trial)),
        share=quote.plain(
            f"doubt.{slug_of(tipping)}.{THRESHOLD:g}.percent",
            None if share is None else 100 * share,
            "percent",
            "exact",
        ),
        what="events" if rate == "sensitivity" else "non-events",
    )


def _bias(quote: Quoting, tipping: DoubtTipping) -> Text:
    estimand = of_measure(quote.trial.measure)
    ratio = estimand.kind == "ratio"
    size = tipping.amounts[THRESHOLD]
    factor: Text = ()
    if ratio and size is not None:
        factor = text(
            " (a factor of ",
            quote.plain(f"doubt.bias.{THRESHOLD:g}.factor", math.exp(size), "ratio", "exact"),
            ")",
        )
    return fill(
        "a bias of {size} or more on the {scale}{factor} favours {arm}",
        size=amount(quote, tipping, THRESHOLD),
        scale=f"log {estimand.label.lower()}" if ratio else estimand.label.lower(),
        factor=factor,
        arm=Given(words.treatment_name(quote.trial)),
    )


def _discount(quote: Quoting, tipping: DoubtTipping) -> Text:
    return fill(
        "the likelihood counts for no more than {power} of itself",
        power=amount(quote, tipping, THRESHOLD),
    )


def _trust(quote: Quoting, tipping: DoubtTipping) -> Text:
    return fill(
        "the trial has no more than {weight} of the weight when its posterior is pooled with the "
        "prior (opinions pooled; no model of the data)",
        weight=amount(quote, tipping, THRESHOLD),
    )


_WORDS: Final[Mapping[str, Callable[[Quoting, DoubtTipping], Text]]] = MappingProxyType(
    {
        "changed_outcomes": _changed,
        "missing": _missing,
        "misclassification": _misclassified,
        "bias": _bias,
        "discount": _discount,
        "trust": _trust,
    }
)


def _not_enough(quote: Quoting, tipping: DoubtTipping) -> Text:
    worst, p = tipping.worst
    name = f"doubt.{slug_of(tipping)}.worst"
    kind = "count" if slug_of(tipping) in COUNTED else "amount"
    return fill(
        "{what}: at {worst} P(benefit) is still {p}",
        what=Given(tipping.what),
        worst=quote.plain(name, worst, kind, "exact"),
        p=quote.plain(f"{name}.p", p, "exact probability", "exact"),
    )
