"""The rate without treatment in external control arms."""

from __future__ import annotations

from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
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
from bayes_rsa.report.results import slug
from bayes_rsa.report.results.external import External, RateAnswer


def rates(quote: Quoting, found: External) -> list[Block]:
    """Each set of control arms pooled, and as the prior on this trial's control log odds."""
    trial, level = quote.trial, words.percent(quote.analysis.interval)
    control = trial.control
    if control is None:
        return []
    share = quote.plain("external.control-rate", control.events / control.n, "probability", "trial")
    rows: list[Row] = [_row(quote, answer) for answer in found.rates]
    priors = list(dict.fromkeys(str(answer.chosen.heterogeneity) for answer in found.rates))
    notes: list[Text] = [
        text(
            "Random effects on the log odds, binomial likelihoods, flat prior on the mean; the SD "
            "between arms has the prior ",
            Given(words.joined(priors)),
            ". After: this trial with the reference prior on the effect, and what is predicted for "
            "a new control arm as the prior on its control log odds (a mixture of normals fitted "
            "to it). Engine: Exact.",
        )
    ]
    notes += [text(Given(f"{a.chosen.label}: {a.chosen.note}")) for a in found.rates]
    return [
        Paragraph(
            text(
                "Of this trial’s control arm ",
                Given(f"{control.events} of {control.n}"),
                " had the outcome, a rate of ",
                share,
                ". A prior on this rate moves the odds ratio a little; it matters more for "
                "absolute effects.",
            )
        ),
        table(
            "table-before-rates",
            "The rate without treatment in external control arms, and this trial after it",
            [
                Column("set", "Control arms", "left"),
                Column("mean", f"Mean rate\n({level})"),
                Column("new", f"New control arm\n({level})"),
                Column("after", f"After: median OR\n({level})"),
                Column("benefit", "P(benefit)\nafter"),
            ],
            rows,
            notes,
        ),
    ]


def _row(quote: Quoting, answer: RateAnswer) -> Row:
    name = f"external.rate-{slug(answer.chosen.key)}"
    both, update = answer.pooled, answer.update
    mean = both.binomial.mean
    triples = {
        "mean": (None, None, None) if mean is None else both.limits(mean, quote.analysis.interval),
        "new": update.before,
        "after": (update.after.eti[0], update.after.median, update.after.eti[1]),
    }
    cells = []
    for what, values in triples.items():
        kind = "ratio" if what == "after" else "probability"
        low, middle, high = (
            quote.plain(f"{name}.{what}.{part}", value, kind, "exact")
            for part, value in zip(("lower", "median", "upper"), values, strict=True)
        )
        cells.append(text(middle, " (", Interval(low, high), ")"))
    benefit = quote.plain(f"{name}.p.benefit", update.benefit_after, "exact probability", "exact")
    return row(Given(answer.chosen.label), *cells, benefit)
