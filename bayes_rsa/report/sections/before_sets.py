"""Sets of external studies as priors: the trial after each, what is borrowed, how pooled."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from bayes_rsa import defaults
from bayes_rsa.borrowing import Borrowed
from bayes_rsa.exact.external_evidence import Law
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
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import slug
from bayes_rsa.report.results.external import BIAS, VAGUE, External, SetAnswer, Update
from bayes_rsa.report.sections.before_studies import set_name

_OWN: Final = "The trial’s own group: believer, not independent"
_BIASED: Final = "Not randomised: only through a bias"
_OTHERS: Final = "Other groups, randomised"
_WITHOUT: Final = "Without external studies"


def sets(quote: Quoting, found: External) -> list[Block]:
    """The trial under each set's MAP, beside priors that no study informs."""
    ordered = sorted(found.sets, key=lambda answer: (_OTHERS, _BIASED, _OWN).index(_group(answer)))
    rows: list[Row] = []
    for answer in ordered:
        key, name = answer.chosen.key, set_name(answer)
        labels = (f"{key}: {answer.chosen.label}", f"{key}, robust")
        for label, what, update in zip(
            labels, ("alone", "robust"), (answer.alone, answer.robust), strict=True
        ):
            rows.append(_row(quote, label, f"{name}.{what}", update, _group(answer)))
    for label, update in found.generic.items():
        rows.append(_row(quote, label, f"external.generic-{slug(label)}", update, _WITHOUT))
    level = words.percent(quote.analysis.interval)
    beside = ", ".join(f"{name} ~ {prior}" for name, prior in found.level.items())
    share = words.percent(defaults.ROBUST_WEIGHT)
    notes: list[Text] = [
        text(
            "Before: what the prior says of the odds ratio in a new trial. After: this trial under "
            "it. Robust: ",
            Given(share),
            " of the prior’s weight on ",
            Given(str(VAGUE)),
            ", in case the studies are beside the point. Beside every prior: ",
            Given(beside),
            ". Engine: Exact.",
        )
    ]
    if any(answer.pooled is None for answer in found.sets):
        notes.append(
            text(
                "Studies that were not randomised enter with a bias of their own, ",
                Given(str(BIAS)),
                " on the log odds ratio: how much of it is due is a judgement.",
            )
        )
    notes += [text(Given(f"{a.chosen.key}: {a.chosen.note}")) for a in ordered]
    return [
        table(
            "table-before-sets",
            "This trial after each set of external studies",
            [
                Column("prior", "Prior", "left"),
                Column("before", f"Before: median OR\n({level})"),
                Column("benefit-before", "P(benefit)\nbefore"),
                Column("after", f"After: median OR\n({level})"),
                Column("benefit", "P(benefit)\nafter"),
            ],
            rows,
            notes,
        )
    ]


def lead(quote: Quoting, found: External) -> list[Block]:
    """The range over the sets of other groups' randomised studies, and the siblings' answer."""
    others = [answer for answer in found.sets if _group(answer) == _OTHERS]
    if not others:
        return []
    by_benefit = sorted(others, key=lambda answer: answer.alone.benefit_after)
    low, high = (_benefit(quote, answer) for answer in (by_benefit[0], by_benefit[-1]))
    by_median = sorted(others, key=lambda answer: answer.alone.after.median)
    medians = [_median(quote, answer) for answer in (by_median[0], by_median[-1])]
    same = len(others) == 1
    said = text(
        "After ",
        Given(words.counted(len(others), "set")),
        " of randomised studies by other groups P(benefit) is ",
        low if same else text("from ", low, " to ", high),
        ", and the median odds ratio ",
        medians[0] if same else text("from ", medians[0], " to ", medians[1]),
        ".",
    )
    for answer in found.sets:
        if _group(answer) == _OWN:
            said = text(
                said,
                " Somebody who believes the trial’s own group would say ",
                _benefit(quote, answer),
                " and ",
                _median(quote, answer),
                ".",
            )
    return [Paragraph(said, lead=True)]


def _benefit(quote: Quoting, answer: SetAnswer) -> Number:
    name = f"{set_name(answer)}.alone.after.p.benefit"
    return quote.plain(name, answer.alone.benefit_after, "exact probability", "exact")


def _median(quote: Quoting, answer: SetAnswer) -> Number:
    name = f"{set_name(answer)}.alone.after.median"
    return quote.plain(name, answer.alone.after.median, "ratio", "exact")


def _group(answer: SetAnswer) -> str:
    if not answer.chosen.independent:
        return _OWN
    return _OTHERS if answer.pooled is not None else _BIASED


def _row(quote: Quoting, label: str, name: str, update: Update, group: str) -> Row:
    low, middle, high = (
        quote.plain(f"{name}.before.{part}", value, "ratio", "prior")
        for part, value in zip(("lower", "median", "upper"), update.before, strict=True)
    )
    triple = (update.after.eti[0], update.after.median, update.after.eti[1])
    after = [
        quote.plain(f"{name}.after.{part}", value, "ratio", "exact")
        for part, value in zip(("lower", "median", "upper"), triple, strict=True)
    ]
    return row(
        Given(label),
        text(middle, " (", Interval(low, high), ")"),
        quote.plain(f"{name}.before.p.benefit", update.benefit_before, "probability", "prior"),
        text(after[1], " (", Interval(after[0], after[2]), ")"),
        quote.plain(f"{name}.after.p.benefit", update.benefit_after, "exact probability", "exact"),
        group=group,
    )


def borrowing(quote: Quoting, found: External) -> list[Block]:
    """How much each set brings, and what would overrule it."""
    rows, notes = [], []
    threshold = defaults.DOUBT_THRESHOLD
    for answer in found.sets:
        label = Given(f"{answer.chosen.key}: {answer.chosen.label}")
        if isinstance(answer.amount, str):
            notes.append(text("None for ", label, ": ", Given(answer.amount), "."))
            continue
        rows.append(row(label, *_amount(quote, set_name(answer), answer, answer.amount)))
    if not rows:
        return []
    first: list[Text] = [
        text(
            "Patients: by unit information, the prior’s information over that of one patient at "
            "the observed table. Weight: of the set in the robust prior, before and after the "
            "trial; it rises where the trial is nearer to the set than to the vague part. Box’s P: "
            "how surprising the trial is to the set. Tipping weight: of the vague part, at which "
            "P(benefit) is ",
            Given(f"{threshold:g}"),
            "; a dash means that no weight tips it. Fit: largest difference between the "
            "distribution functions of the prediction and of the mixture of normals that stands "
            "for it.",
        )
    ]
    return [
        table(
            "table-borrowing",
            "How much is borrowed from each set",
            [
                Column("set", "Set", "left"),
                Column("ess", "Patients"),
                Column("weight", "Weight before\nand after"),
                Column("box", "Box’s P"),
                Column("tipping", "Tipping\nweight"),
                Column("fit", "Fit"),
            ],
            rows,
            [*first, *notes],
        )
    ]


def _amount(quote: Quoting, name: str, answer: SetAnswer, amount: Borrowed) -> list[Text]:
    size = amount.ess["unit information"].value
    tipping = amount.tipping.value
    conflict = amount.conflict.p
    return [
        text(quote.plain(f"{name}.ess", size, "count", "prior")),
        text(
            quote.plain(f"{name}.weight.before", amount.prior_weight, "ratio", "prior"),
            " to ",
            quote.plain(f"{name}.weight.after", amount.posterior_weight, "ratio", "exact"),
        ),
        text(quote.plain(f"{name}.box-p", conflict, "p-value", "exact")),
        text("\u2013")
        if tipping is None
        else text(quote.plain(f"{name}.tipping-weight", tipping, "ratio", "exact")),
        text(quote.plain(f"{name}.fit", answer.fitted.cdf_error, "probability", "exact")),
    ]


def pooled(quote: Quoting, found: External) -> list[Block]:
    """Normal beside binomial likelihoods."""
    rows = []
    level = words.percent(quote.analysis.interval)
    for answer in found.sets:
        both = answer.pooled
        shown = [] if both is None else [("Normal", both.normal)]
        for likelihood, effects in (*shown, ("Binomial", answer.effects)):
            name = f"{set_name(answer)}.{likelihood.lower()}"
            tau = effects.heterogeneity
            cells = [
                _limits(quote, f"{name}.{what}", law, math.exp)
                for what, law in (("mean", effects.mean), ("new", effects.predictive))
            ]
            rows.append(
                row(
                    Given(answer.chosen.key),
                    likelihood,
                    quote.plain(f"{name}.studies", len(answer.chosen.studies), "count", "trial"),
                    *cells,
                    _limits(quote, f"{name}.tau", tau, float),
                )
            )
    priors = {str(a.chosen.heterogeneity): a.chosen.heterogeneity for a in found.sets}
    notes = [
        text(
            "The mean over studies has a flat prior. The SD between studies (τ, on the log odds "
            "ratio) has the prior ",
            Given(words.joined(list(priors))),
            ": ",
            Given("; ".join(prior.source for prior in priors.values())),
            ". The normal model takes each standard error as known; with the counts themselves the "
            "studies far from no effect count for a little more, and the tails are longer. "
            "Engine: Exact, for both.",
        )
    ]
    return [
        table(
            "table-pooled",
            "Sets of studies pooled by random effects, with normal and with binomial likelihoods",
            [
                Column("set", "Set", "left"),
                Column("likelihood", "Likelihood", "left"),
                Column("studies", "Studies"),
                Column("mean", f"Mean OR\n({level})"),
                Column("new", f"New trial, OR\n({level})"),
                Column("tau", f"τ\n({level})"),
            ],
            rows,
            notes,
        )
    ]


def _limits(
    quote: Quoting,
    name: str,
    law: Law | None,
    scale: Callable[[float], float],
) -> Text:
    if law is None:
        return text("\u2013")
    limits = law.interval(quote.analysis.interval)
    low, middle, high = (
        quote.plain(f"{name}.{part}", scale(value), "ratio", "exact")
        for part, value in zip(("lower", "median", "upper"), limits, strict=True)
    )
    return text(middle, " (", Interval(low, high), ")")
