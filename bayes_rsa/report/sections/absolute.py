"""Absolute effects at stated control risks: what a relative effect means for other patients."""

from __future__ import annotations

from bayes_rsa.analysis import base_rates
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Given,
    Heading,
    Interval,
    Paragraph,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting, reciprocal_error
from bayes_rsa.summaries import AbsoluteEffect


def absolute(quote: Quoting) -> list[Block]:
    """Risk difference and NNT at each stated control risk, under the reference analysis."""
    found = quote.results.absolute
    blocks: list[Block] = [Heading("absolute", "Absolute effects at stated control risks")]
    if not found:
        return [
            *blocks,
            Paragraph(
                text("Not applicable: the trial reports neither an odds ratio nor a risk ratio.")
            ),
        ]
    if (
        quote.results.absolute_engine == "nuts"
        and not quote.results.reference.answers["nuts"].passed
    ):
        return [*blocks, Paragraph(text("Withheld: the gate of the reference analysis failed."))]
    trial = quote.trial
    blocks.append(
        Paragraph(
            text(
                "A risk difference and a number needed to treat at one trial’s control risk do "
                "not transport to patients with another. Here the posterior of the relative effect "
                "meets stated control risks",
                f" ({trial.baseline_risks_reason})" if trial.baseline_risks_reason else "",
                " and priors on the control risk from outside the trial. That the relative effect "
                "is the same at every control risk is an assumption, which this trial cannot "
                "check.",
            )
        )
    )
    rates = {str(prior): prior for prior in base_rates(trial)}
    differences = list(found[0].probabilities)
    sign, bound = (">", "") if trial.better == "higher" else ("<", "\u2212")
    rows = []
    for k, effect in enumerate(found):
        prior = rates.get(effect.baseline)
        if prior is None:
            label = f"{words.percent(float(effect.baseline))}"
            group = "Stated control risk"
        else:
            label = f"{prior.label or 'base rate'}: {words.prior_text(prior)}"
            group = "Prior on the log odds of the control risk"
        rows.append(row(Given(label), *_cells(quote, k, effect), group=group))
    level = words.percent(quote.analysis.interval)
    blocks.append(
        table(
            "table-absolute",
            "Reference analysis: absolute effects by control risk",
            [
                Column("risk", "Control risk", "left"),
                Column("rd", "Median risk\ndifference"),
                Column("eti", f"{level} interval"),
                Column("nnt", "Number needed to treat", "left"),
                *(
                    Column(f"p{k}", f"P(RD {sign}\n{bound}{size:g})")
                    for k, size in enumerate(differences)
                ),
            ],
            rows,
            [
                text(
                    f"Engine: {words.ENGINES[quote.results.absolute_engine]}. NNTB, NNTH: number "
                    "needed to treat for one more benefit, or harm (Altman’s rule)."
                )
            ],
        )
    )
    return blocks


def _cells(quote: Quoting, k: int, effect: AbsoluteEffect) -> list[Number | Interval | Text]:
    engine = quote.results.absolute_engine
    name = f"reference.absolute.{k + 1}"

    def number(part: str, value: float | None, kind: str, error: float | None = None) -> Number:
        return quote.plain(f"{name}.{part}", value, kind, engine, error)

    errors = effect.mcse_eti or (None, None)
    limits = Interval(
        number("lower", effect.eti[0], "difference", errors[0]),
        number("upper", effect.eti[1], "difference", errors[1]),
    )
    nnt = effect.nnt
    kinds = [kind for kind, _ in nnt.limits]
    # Where fewer events are better, the best limit is the lower one of the risk difference.
    ends = errors if quote.trial.better == "lower" else errors[::-1]
    best, worst = (
        number(f"nnt.{part}", value, "nnt", reciprocal_error(value, error))
        for part, (_, value), error in zip(("best", "worst"), nnt.limits, ends, strict=True)
    )
    harm = nnt.harm_at_median is not None
    at_median = nnt.harm_at_median if harm else nnt.benefit_at_median
    middle = number("nnt.median", at_median, "nnt", reciprocal_error(at_median, effect.mcse_median))
    through = " to \u221e to " if kinds[0] != kinds[1] else " to "
    needed = text(
        "NNTH " if harm else "NNTB ",
        middle,
        f" ({kinds[0]} ",
        best,
        through,
        f"{kinds[1]} ",
        worst,
        ")",
    )
    chances = [
        number(
            f"p.{words.percent(size).rstrip('%')}-points",
            chance,
            "probability",
            effect.mcse_probabilities.get(size),
        )
        for size, chance in effect.probabilities.items()
    ]
    return [
        number("median", effect.median, "difference", effect.mcse_median),
        limits,
        needed,
        *chances,
    ]
