"""The trial and its siblings under a bias that they share."""

from __future__ import annotations

from bayes_rsa import defaults
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Code,
    Column,
    Given,
    Interval,
    Paragraph,
    Row,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.external import External
from bayes_rsa.report.results.siblings import SharedAnswer


def shared(quote: Quoting, found: External) -> list[Block]:
    """The trial's true effect, by the SD of the bias that it shares with its siblings."""
    level = words.percent(quote.analysis.interval)
    rows = [_row(quote, place, answer) for place, answer in enumerate(found.shared)]
    notes: list[Text] = [
        text(
            "The true effects of this trial, of its siblings and of the other studies are draws "
            "about one mean, whose prior is ",
            Given(f"normal(0, {defaults.REFERENCE_EFFECT_SD:g})"),
            ". The shared bias is normal about no bias; where there is one, each trial of the "
            "group adds one of its own, ",
            Given(f"normal(0, {defaults.OWN_BIAS_SD:g})"),
            ". Normal likelihoods of the log odds ratios; ",
            Code("models.external_evidence.shared_bias"),
            " has binomial ones.",
        )
    ]
    return [
        Paragraph(
            text(
                "Trials of one group may share what makes them wrong. Here the siblings stand "
                "beside the studies of set ",
                Given(found.outside),
                ", which have no such bias. What the group’s trials show beyond the others is then "
                "shared out between larger effects and a bias, by the priors on both; no count "
                "says which it is.",
            )
        ),
        table(
            "table-shared-bias",
            "This trial’s true odds ratio, by the bias that it shares with its siblings",
            [
                Column("sd", "SD of the bias,\nlog odds ratio", "left"),
                Column("before", f"Before: median OR\n({level})"),
                Column("after", f"After: median OR\n({level})"),
                Column("benefit", "P(benefit)\nafter"),
            ],
            rows,
            notes,
        ),
    ]


def _row(quote: Quoting, place: int, answer: SharedAnswer) -> Row:
    name = f"external.shared-{place + 1}"
    cells = []
    for what, values in (("before", answer.before), ("after", answer.after)):
        low, middle, high = (
            quote.plain(f"{name}.{what}.{part}", value, "ratio", "normal")
            for part, value in zip(("lower", "median", "upper"), values, strict=True)
        )
        cells.append(text(middle, " (", Interval(low, high), ")"))
    benefit = quote.plain(f"{name}.p.benefit", answer.benefit, "probability", "normal")
    label = Given(f"{answer.sd:g}") if answer.sd else "No bias"
    return row(label, *cells, benefit)
