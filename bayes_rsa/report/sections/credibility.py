"""Reverse Bayes: which prior would have kept a reader unconvinced, or made the finding."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from bayes_rsa.estimands import of_measure
from bayes_rsa.frequentist import critical_value
from bayes_rsa.plots import reverse_bayes
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Figure,
    Given,
    Heading,
    Interval,
    Paragraph,
    Row,
    Table,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.sensitivity import ReverseBayes, intrinsic_threshold

_SLUGS: Final = {"counts": "counts", "reported interval": "reported"}
_HEADS: Final = {"counts": "From\nthe counts", "reported interval": "From the\nprinted interval"}
_AUTHORS: Final = {"held": "Held", "matthews": "Matthews"}


def credibility(quote: Quoting) -> list[Block]:
    """The reverse-Bayes panel and its numbers, by both sources and by the exact likelihood."""
    title = "Reverse Bayes: what a reader must have believed"
    blocks: list[Block] = [Heading("reverse-bayes", title)]
    reverse = quote.results.sensitivity.evidence.reverse
    known = {o: found for o, found in reverse.items() if isinstance(found, ReverseBayes)}
    missing = {o: why for o, why in reverse.items() if isinstance(why, str)}
    if known:
        blocks += [*_figure(quote, next(iter(known.values()))), _table(quote, known, missing)]
    else:
        listed = "; ".join(f"{origin}: {why}" for origin, why in missing.items())
        blocks.append(Paragraph(text("No normal approximation can be had (", Given(listed), ").")))
    return [*blocks, *_exact(quote)]


def _figure(quote: Quoting, found: ReverseBayes) -> list[Block]:
    prior = _prior(found)
    if prior is None:
        return []
    kind, mean, sd = prior
    exact = quote.results.sensitivity.evidence.sceptical
    exact_sd = exact[0].value if exact and kind != "advocacy" else None
    figure = reverse_bayes(
        found.finding.location,
        found.finding.standard_error,
        mean,
        sd,
        kind=kind,
        exact_sd=exact_sd,
        measure=found.finding.measure,
        better=quote.trial.better,
        interval=found.interval,
        treatment=words.treatment_name(quote.trial),
        control=words.control_name(quote.trial),
        setting=f"Beside the dashed one {exact[0].level}." if exact_sd is not None else "",
    )
    return [Figure("figure-reverse-bayes", figure)]


def _prior(found: ReverseBayes) -> tuple[str, float, float] | None:
    """Kind, mean and SD of the prior found; None where the estimate is exactly on the border."""
    if found.sceptical_sd is not None:
        return "sufficiently sceptical", 0.0, found.sceptical_sd
    if found.advocacy_sd is not None and found.advocacy_mean is not None:
        return "advocacy", found.advocacy_mean, found.advocacy_sd
    return None


def _table(quote: Quoting, known: dict[str, ReverseBayes], missing: dict[str, str]) -> Table:
    level = words.percent(quote.analysis.interval)
    excludes = any(found.significant for found in known.values())
    lines: list[tuple[str, Callable[[str, ReverseBayes], Text]]] = [
        ("Estimate over its standard error, z", lambda n, f: _one(quote, n, "z", f.finding.z)),
        (
            "Two-sided P",
            lambda n, f: _one(quote, n, "p", f.finding.p, "p-value"),
        ),
    ]
    if excludes:
        lines += [
            (
                "SD of the sufficiently sceptical prior",
                lambda n, f: _one(quote, n, "sceptical-sd", f.sceptical_sd),
            ),
            (
                "Critical prior interval: the interval of that prior",
                lambda n, f: _pair(quote, n, "critical-prior-interval", f.critical_prior_interval),
            ),
            (
                "Scepticism limit",
                lambda n, f: _one(quote, n, "scepticism-limit", f.scepticism_limit, _scale(f)),
            ),
            (
                "Box’s P of the estimate under that prior",
                lambda n, f: _one(quote, n, "box-p", f.p_box, "p-value"),
            ),
        ]
    if any(found.advocacy_sd is not None for found in known.values()):
        lines += [
            (
                "SD of the advocacy prior",
                lambda n, f: _one(quote, n, "advocacy-sd", f.advocacy_sd),
            ),
            (
                "Its mean, on the scale of the estimate",
                lambda n, f: _one(quote, n, "advocacy-mean", f.advocacy_mean),
            ),
            (
                "Advocacy limit",
                lambda n, f: _one(quote, n, "advocacy-limit", f.advocacy_limit, _scale(f)),
            ),
        ]
    rows = [
        row(label, *(cell(_SLUGS[origin], found) for origin, found in known.items()))
        for label, cell in lines
    ]
    rows += _intrinsic(quote, known)
    notes = [
        text(
            "By the normal approximation. The sufficiently sceptical prior is centred on no "
            f"effect; under it the posterior’s {level} interval just touches no effect. A reader "
            "whose prior interval is narrower than the critical prior interval is not convinced by "
            "this trial alone."
            if excludes
            else f"By the normal approximation. The estimate’s own {level} interval includes no "
            "effect. The advocacy prior holds no effect on the other side plausible; under it the "
            "posterior interval just excludes no effect."
        )
    ]
    notes += [text(Given(f"Not from the {origin}: {why}.")) for origin, why in missing.items()]
    return table(
        "table-reverse-bayes",
        "Reverse Bayes and intrinsic credibility",
        [
            Column("quantity", "Quantity", "left"),
            *(Column(_SLUGS[origin], _HEADS[origin]) for origin in known),
        ],
        rows,
        notes,
    )


def _intrinsic(quote: Quoting, known: dict[str, ReverseBayes]) -> list[Row]:
    rows = []
    alpha = 1 - quote.analysis.interval
    for method, author in _AUTHORS.items():
        limit = intrinsic_threshold(alpha, method)
        cells = [
            text(
                *_one(quote, _SLUGS[o], f"intrinsic-p.{method}", f.intrinsic_p(method), "p-value"),
                ": yes" if f.intrinsically_credible(method) else ": no",
            )
            for o, f in known.items()
        ]
        name = f"sensitivity.reverse.intrinsic-threshold.{method}"
        label = text(
            f"P for intrinsic credibility ({author}), and whether the finding has it; needs P ≤ ",
            quote.plain(name, limit, "p-value", "normal"),
        )
        rows.append(row(label, *cells))
    return rows


def _exact(quote: Quoting) -> list[Block]:
    points = quote.results.sensitivity.evidence.sceptical
    if not points:
        return [
            Paragraph(
                text(
                    "The exact binomial analogue needs the counts, which this trial does not give."
                )
            )
        ]
    level = words.percent(quote.analysis.interval)
    rows = []
    for k, point in enumerate(points):
        name = f"sensitivity.sceptical-exact.{k + 1}"
        interval: Text = text("\u2013")
        if point.value is not None:
            half = critical_value(quote.analysis.interval) * point.value
            interval = _ends(quote, f"{name}.interval", (-half, half))
        shown: Text = text("none: the interval includes no effect under every such prior")
        if point.crosses:
            numbers = [
                quote.plain(f"{name}.sd.{j + 1}", value, "spread", "exact")
                for j, value in enumerate(point.values)
            ]
            joined = [part for n in numbers for part in (n, " and ")]
            shown = text(*joined[:-1])
        rows.append(row(Given(point.level), shown, interval))
    return [
        table(
            "table-sceptical-exact",
            "The sceptical prior that just undoes the finding, by the exact binomial likelihood",
            [
                Column("level", "Prior on the level", "left"),
                Column("sd", "SD of the prior\ncentred on no effect"),
                Column("interval", f"Its {level} interval,\nodds ratio"),
            ],
            rows,
            [
                text(
                    "These need not equal the normal approximation’s; they depend on the prior on "
                    "the level."
                )
            ],
        )
    ]


def _ends(quote: Quoting, name: str, logs: tuple[float, float]) -> Text:
    low, high = (
        quote.plain(f"{name}.{end}", math.exp(value), "ratio", "exact")
        for end, value in zip(("lower", "upper"), logs, strict=True)
    )
    return text(Interval(low, high))


def _one(quote: Quoting, slug: str, what: str, value: float | None, kind: str = "spread") -> Text:
    return text(quote.plain(f"sensitivity.reverse.{slug}.{what}", value, kind, "normal"))


def _pair(quote: Quoting, slug: str, what: str, ends: tuple[float, float] | None) -> Text:
    if ends is None:
        return text("\u2013")
    kind = _kind(quote)
    low, high = (
        quote.plain(f"sensitivity.reverse.{slug}.{what}.{end}", value, kind, "normal")
        for end, value in zip(("lower", "upper"), ends, strict=True)
    )
    return text(Interval(low, high))


def _scale(found: ReverseBayes) -> str:
    return "ratio" if of_measure(found.finding.measure).kind == "ratio" else "spread"


def _kind(quote: Quoting) -> str:
    return "ratio" if of_measure(quote.trial.measure).kind == "ratio" else "spread"
