"""How far the prior on the level leaks into the effect, against the likelihood without a level."""

from __future__ import annotations

from typing import Final

from bayes_rsa import defaults
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Given,
    Heading,
    Interval,
    Paragraph,
    Row,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.sensitivity import LeakRow, largest_leak
from bayes_rsa.sensitivity.leak import CONDITIONAL

_GROUPS: Final = {
    "baseline": "Prior on the log odds on control",
    "midpoint": "Prior on the mean of the two log odds",
    CONDITIONAL: "No prior on the level: likelihood given both margins",
}


def baseline(quote: Quoting) -> list[Block]:
    """The same effect prior beside one prior on the level after another."""
    title = "The prior on the level, and the likelihood without one"
    heading = Heading("leak", title)
    found = quote.results.sensitivity.leak
    if not found:
        why = "Not applicable: the likelihood of a reported effect has no level."
        return [heading, Paragraph(text(why))]
    rows = [_row(quote, one) for name in _GROUPS for one in found if one.parameter == name]
    level = words.percent(defaults.INTERVAL)
    effect = quote.results.sensitivity.held.effect
    return [
        heading,
        Paragraph(
            fill(
                "With a prior on the log odds on control, effect and level are not independent: a "
                "tight one away from the data moves the effect. A prior on the mean of the two "
                "log odds hardly does, and given both margins of the table there is no level at "
                "all. Over these rows P(benefit) strays by at most {most} from that reference.",
                most=quote.plain(
                    "sensitivity.leak.largest", largest_leak(found), "probability", "exact"
                ),
            )
        ),
        table(
            "table-leak",
            "The same prior on the effect beside different priors on the level",
            [
                Column("prior", "Prior on the level", "left"),
                Column("benefit", "P(benefit)"),
                Column("median", "Median\nOR"),
                Column("eti", f"{level} equal-tailed\ninterval"),
            ],
            rows,
            [
                text(
                    "Log odds ratio ~ ",
                    Given(words.prior_text(effect)),
                    " throughout. Given both margins the treatment arm’s events have Fisher’s "
                    "non-central hypergeometric distribution, which depends on the odds ratio "
                    "alone. Engine: Exact.",
                )
            ],
        ),
    ]


def _row(quote: Quoting, one: LeakRow) -> Row:
    own = dict(quote.results.sensitivity.held.level).get(one.parameter) == one.prior
    if one.prior is None:
        name, label = "sensitivity.leak.margins", Given("none")
    else:
        short = "".join(c if c.isalnum() or c == "." else "-" for c in str(one.prior)).strip("-")
        parts = [part for part in short.replace(".", "-").split("-") if part]
        name = f"sensitivity.leak.{one.parameter}.{'-'.join(parts)}"
        label = Given(words.prior_text(one.prior))
    low, high = (
        quote.plain(f"{name}.eti.{end}", value, "ratio", "exact")
        for end, value in zip(("lower", "upper"), one.eti, strict=True)
    )
    return row(
        label,
        quote.plain(f"{name}.p.benefit", one.probability, "exact probability", "exact"),
        quote.plain(f"{name}.median", one.median, "ratio", "exact"),
        Interval(low, high),
        group=_GROUPS[one.parameter],
        strong=own,
    )
