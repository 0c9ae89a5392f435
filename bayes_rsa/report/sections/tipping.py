"""Where the answer tips: the map over normal priors with its contours, and the tipping points."""

from __future__ import annotations

import math
from typing import Final

from bayes_rsa.estimands import ESTIMANDS, of_measure
from bayes_rsa.frequentist import critical_value
from bayes_rsa.plots import heatmap
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Figure,
    Given,
    Heading,
    Inline,
    Interval,
    Paragraph,
    Table,
    Text,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.prior_map import THRESHOLDS, Tip

_KINDS: Final = {"sd": "spread", "mean": "spread", "weight": "probability", "arms": "ratio"}
_ARMS: Final = "independent arms"
_BENEFIT: Final = "Probability of benefit"
_WORTHWHILE: Final = "Probability of a worthwhile benefit, by the trial’s default threshold"


def tipping(quote: Quoting) -> list[Block]:
    """The map, what it says in a sentence, and the table of tipping points."""
    return [
        Heading("tipping", "Where the answer tips"),
        _map(quote),
        *_sentence(quote),
        _table(quote),
    ]


def _map(quote: Quoting) -> Figure:
    found = quote.results.sensitivity
    level = found.held.level_text
    beside = f"Beside it {level}. " if level else ""
    figure = heatmap(
        found.prior_map.means,
        found.prior_map.sds,
        found.prior_map.probability,
        statement="benefit",
        thresholds=sorted(THRESHOLDS),
        named=found.prior_map.named,
        measure=quote.trial.measure,
        setting=f"{beside}Engine: Exact.",
    )
    return Figure("figure-prior-map", figure)


def _sentence(quote: Quoting) -> list[Block]:
    """The first tipping point in words, where it is a single one on a ratio."""
    first, threshold = quote.results.sensitivity.tips[0], THRESHOLDS[0]
    point = first.points[threshold]
    estimand = of_measure(quote.trial.measure)
    if point.value is None or estimand.kind != "ratio" or not _rises(quote):
        return []
    half = critical_value(quote.analysis.interval) * point.value
    name = f"sensitivity.tipping.{first.slug}.{threshold:g}"
    return [
        Paragraph(
            fill(
                "A reader whose normal prior is centred on no effect ends with P(benefit) of at "
                "least {threshold} if its SD is at least {sd}: if the {level} prior interval of "
                "the {label} is no narrower than {interval}. A narrower prior leaves the reader "
                "below.",
                threshold=Given(f"{threshold:g}"),
                sd=quote.plain(f"{name}.1", point.value, "spread", "exact"),
                level=Given(words.percent(quote.analysis.interval)),
                label=estimand.label.lower(),
                interval=Interval(
                    quote.plain(f"{name}.interval.lower", math.exp(-half), "ratio", "exact"),
                    quote.plain(f"{name}.interval.upper", math.exp(half), "ratio", "exact"),
                ),
            )
        )
    ]


def _rises(quote: Quoting) -> bool:
    """Whether wider priors centred on no effect make benefit more probable."""
    probability = quote.results.sensitivity.prior_map.probability
    middle = probability.shape[1] // 2
    return bool(probability[-1, middle] > probability[0, middle])


def _table(quote: Quoting) -> Table:
    rows = [
        row(
            Given(tip.varied),
            Given(_fixed(tip)),
            Given(_ARMS if tip.kind == "arms" else tip.level),
            *(_cell(quote, tip, threshold) for threshold in THRESHOLDS),
            group=_WORTHWHILE if tip.slug.startswith("worthwhile") else _BENEFIT,
        )
        for tip in quote.results.sensitivity.tips
    ]
    symbol = ESTIMANDS[of_measure(quote.trial.measure).key].symbol
    scale = f"log {symbol}" if of_measure(quote.trial.measure).kind == "ratio" else symbol
    notes = [
        text(
            f"Normal priors on the {scale}, exact engine; each tipping point belongs to the prior "
            "on the level that stands beside it (midpoint: mean of the two log odds; baseline: log "
            "odds on control). “Never”: the probability stays on one side over all values "
            "searched, between the two given."
        )
    ]
    worth = [tip for tip in quote.results.sensitivity.tips if tip.slug.startswith("worthwhile")]
    if worth:
        statement = words.statement_words(worth[0].statement, quote.analysis)
        notes.append(text("Default threshold: ", statement, "."))
    if any(tip.kind == "weight" for tip in quote.results.sensitivity.tips):
        notes.append(
            text("Weight of scepticism: more than this weight on the first prior tips the answer.")
        )
    if any(tip.kind == "arms" for tip in quote.results.sensitivity.tips):
        notes.append(
            text(
                "Participants in each arm: beta priors of one rate for both arms, as if that many "
                "participants of each arm had been seen before."
            )
        )
    return table(
        "table-tipping",
        "Tipping points: the prior at which a probability crosses a threshold",
        [
            Column("varies", "What varies", "left"),
            Column("fixed", "Held fixed", "left"),
            Column("level", "Prior on the level", "left"),
            *(Column(f"at{k}", f"P = {t:g} at") for k, t in enumerate(THRESHOLDS)),
        ],
        rows,
        notes,
    )


def _fixed(tip: Tip) -> str:
    if tip.mixed is None:
        return tip.fixed
    first, second = (words.prior_text(prior, 3) for prior in tip.mixed)
    return f"{first} mixed with {second}"


def _cell(quote: Quoting, tip: Tip, threshold: float) -> Text:
    point = tip.points[threshold]
    name = f"sensitivity.tipping.{tip.slug}.{threshold:g}"
    if not point.crosses:
        low, high = (
            quote.plain(f"{name}.{end}", value, "exact probability", "exact")
            for end, value in zip(("least", "most"), point.reached, strict=True)
        )
        return text("never (", Interval(low, high), ")")
    estimand = of_measure(quote.trial.measure)
    parts: list[Inline] = []
    for k, value in enumerate(point.values):
        here = f"{name}.{k + 1}"
        parts += [
            " and " if k else "",
            quote.plain(here, value, _KINDS[tip.kind], "exact"),
        ]
        if tip.kind == "mean" and estimand.kind == "ratio":
            ratio = quote.plain(f"{here}.ratio", math.exp(value), "ratio", "exact")
            parts += [f" ({estimand.symbol} ", ratio, ")"]
    return text(*(part for part in parts if part != ""))
