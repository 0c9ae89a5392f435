"""The first page: what was found, over the whole named set, and what stands against it."""

from __future__ import annotations

from bayes_rsa.audit import VERDICTS
from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Column,
    Given,
    Link,
    Paragraph,
    Row,
    Section,
    Strong,
    Table,
    Text,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting, statement_slug
from bayes_rsa.report.results import Analysed
from bayes_rsa.report.sections.doubt_statement import short_statement


def summary(quote: Quoting) -> Section:
    """Headline: the range over the named set, and the reference analysis."""
    blocks: list[Block] = [*_banners(quote), _status(quote)]
    blocks += [_headline(quote), *_reference(quote), *short_statement(quote)]
    blocks += [_at_a_glance(quote), _reading()]
    analysis = quote.analysis
    on = f" on {analysis.priors_fixed_on}" if analysis.priors_fixed_on else ""
    return Section(
        "summary",
        "Summary",
        tuple(blocks),
        {1: f"reason given; post hoc reanalysis, priors fixed {analysis.priors_fixed}{on}"},
    )


def _banners(quote: Quoting) -> list[Block]:
    found: list[Block] = []
    audit, results = quote.results.audit, quote.results
    if audit is not None and audit.verdict == VERDICTS[-1]:
        found.append(
            Banner(
                "warning",
                "The printed numbers of this trial are inconsistent",
                text(Given(audit.summary), " See ", Link("the audit", "#audit"), "."),
            )
        )
    if not results.passed:
        failed = [r.name for r in results.failed]
        why = " ".join(
            f"{r.name}: {a.verdict.explain()}"
            for r in results.failed
            for a in r.answers.values()
            if a.verdict is not None and not a.verdict.passed
        )
        found.append(
            Banner(
                "warning",
                "The diagnostics gate failed, and the headline is withheld",
                text(
                    "The sampler’s numbers under ",
                    Given(words.joined(failed)),
                    " are not to be relied on, and are not printed. ",
                    Given(why),
                    " See ",
                    Link("computation", "#computation"),
                    ".",
                ),
            )
        )
    return found


def _status(quote: Quoting) -> Paragraph:
    analysis = quote.analysis
    on = f" ({analysis.priors_fixed_on})" if analysis.priors_fixed_on else ""
    return Paragraph(
        text(
            Strong("Post hoc reanalysis of published data. "),
            f"The priors were fixed {analysis.priors_fixed}",
            Given(on),
            ". The reference analysis, ",
            Given(_prior_words(quote, quote.results.reference)),
            ", is stated before its result and is one row among the named set.",
        )
    )


def _prior_words(quote: Quoting, analysed: Analysed) -> str:
    specification = analysed.specification
    return " and ".join(
        f"{words.parameter_name(name, specification, quote.trial)} ~ {words.prior_text(prior)}"
        for name, prior in specification.priors.items()
    )


def extremes(
    quote: Quoting, statement: str
) -> tuple[tuple[Analysed, Number], tuple[Analysed, Number]] | None:
    """The rows with the lowest and the highest probability; None where a gate withholds one."""
    if not quote.results.passed:
        return None
    found = [
        (r.answers[quote.results.engine].probabilities[statement].value, k, r)
        for k, r in enumerate(quote.results.rows)
        if quote.results.engine in r.answers
    ]
    if not found:
        return None
    low, high = min(found), max(found, key=lambda entry: (entry[0], -entry[1]))
    return (
        (low[2], quote.probability(low[2], statement)),
        (high[2], quote.probability(high[2], statement)),
    )


def _headline(quote: Quoting) -> Paragraph:
    rows = quote.results.rows
    count = quote.plain("set.size", len(rows), "count", "analysis")
    ends = extremes(quote, "benefit")
    if ends is None:
        return Paragraph(
            text("The range over the named set is withheld: see the reason above."), lead=True
        )
    (low_row, low), (high_row, high) = ends
    outcome = quote.trial.outcome
    verb = "raises" if quote.trial.better == "higher" else "lowers"
    claim = (
        fill(
            "that {treatment} {verb} the probability of the outcome ({outcome})",
            treatment=Given(words.treatment_name(quote.trial)),
            verb=verb,
            outcome=Given(outcome.name),
        )
        if quote.trial.has_counts
        else text("of benefit on the outcome (", Given(outcome.name), ")")
    )
    if len(rows) == 1:
        return Paragraph(
            fill("The posterior probability {claim} is {p}.", claim=claim, p=low), lead=True
        )
    return Paragraph(
        fill(
            "Over the {count} sets of priors of this report, the posterior probability {claim} "
            "lies between {low} ({low_name}) and {high} ({high_name}).",
            count=count,
            claim=claim,
            low=low,
            low_name=Given(low_row.name),
            high=high,
            high_name=Given(high_row.name),
        ),
        lead=True,
    )


def _reference(quote: Quoting) -> list[Block]:
    reference, trial = quote.results.reference, quote.trial
    answer = reference.answers.get(quote.results.engine)
    if answer is None or not answer.passed:
        other = next((e for e, a in reference.answers.items() if a.passed), None)
        if other is None:
            return []
        return [
            Paragraph(
                fill(
                    "The exact engine, which draws no samples and so has no such gate, gives "
                    "P(benefit) = {p} under the reference analysis; it is shown as a check, not as "
                    "the headline.",
                    p=quote.probability(reference, "benefit", other),
                )
            )
        ]
    key = answer.posterior.estimands[0]
    parts: Text = fill(
        "Under the reference analysis P(benefit) is {p}; the median {label} is {median}, with a "
        "{level} equal-tailed credible interval of {interval}",
        p=quote.probability(reference, "benefit"),
        label=ESTIMANDS[key].label.lower(),
        median=quote.estimate(reference, key),
        level=Given(words.percent(quote.analysis.interval)),
        interval=quote.interval(reference, key),
    )
    if trial.has_counts:
        parts = text(
            parts,
            fill(
                ", and the median risk difference {rd} ({interval})",
                rd=quote.estimate(reference, "risk_difference"),
                interval=quote.interval(reference, "risk_difference"),
            ),
        )
    found: list[Block] = [Paragraph(text(parts, "."))]
    worth = _worthwhile(quote)
    if worth is not None:
        found.append(worth)
    return found


def _worthwhile(quote: Quoting) -> Paragraph | None:
    """P of the trial's default threshold, over the set and under the reference."""
    threshold = quote.trial.default_threshold
    if threshold is None:
        return None
    same = [s for s in quote.analysis.statements if _about(quote, s, threshold.statement)]
    ends = extremes(quote, same[0]) if same else None
    if ends is None:
        return None
    (low_row, low), (high_row, high) = ends
    return Paragraph(
        fill(
            "The probability that the benefit is worthwhile by the trial’s default threshold "
            "({statement}) is {p} under the reference analysis, and lies between {low} "
            "({low_name}) and {high} ({high_name}) over the set.",
            statement=words.statement_words(same[0], quote.analysis),
            p=quote.probability(quote.results.reference, same[0]),
            low=low,
            low_name=Given(low_row.name),
            high=high,
            high_name=Given(high_row.name),
        )
    )


def _about(quote: Quoting, one: str, other: str) -> bool:
    return words.event_of(one, quote.analysis) == words.event_of(other, quote.analysis)


def _at_a_glance(quote: Quoting) -> Table:
    rows: list[Row] = []
    reference = quote.results.reference
    for statement in quote.analysis.statements:
        ends = extremes(quote, statement)
        cells: list[Number | Text] = [quote.probability(reference, statement)]
        if ends is None:
            slug = statement_slug(statement)
            cells += [
                quote.numbers.add(
                    f"set.{end}.p.{slug}",
                    None,
                    "probability",
                    engine=quote.results.engine,
                    withheld=True,
                )
                for end in ("lowest", "highest")
            ]
        else:
            cells += [text(number, " ", Given(f"({r.name})")) for r, number in ends]
        rows.append(row(words.statement_label(statement, quote.analysis), *cells))
    return table(
        "table-summary",
        "Posterior probability of each statement",
        [
            Column("statement", "Statement", "left"),
            Column("reference", "Reference\nanalysis"),
            Column("lowest", "Lowest in the set", "left"),
            Column("highest", "Highest in the set", "left"),
        ],
        rows,
        [
            text(
                "Thresholds, their reasons and their sources: ",
                Link("Results", "#results"),
                ". Engine: ",
                words.ENGINES[quote.results.engine],
                "; the last digit is at least one Monte Carlo standard error.",
            )
        ],
    )


def _reading() -> Paragraph:
    return Paragraph(
        text(
            "These probabilities take the printed numbers as correct and the trial as a fair "
            "comparison; what speaks against either is listed under ",
            Link("Limitations", "#limitations"),
            ". They describe evidence. They are not advice to a patient or a physician.",
        )
    )
