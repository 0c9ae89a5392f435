"""The question, the data as published, the classical results beside them, and the audit."""

from __future__ import annotations

import math

from bayes_rsa.fields import NOT_REPORTED
from bayes_rsa.frequentist import Estimate, PValue
from bayes_rsa.frequentist import Interval as ConfidenceInterval
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Given,
    Interval,
    Link,
    Paragraph,
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
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import slug
from bayes_rsa.report.sections.audit import audit, biomarkers


def data(quote: Quoting) -> Section:
    """Question, counts, classical analysis, audit."""
    blocks: list[Block] = [
        Paragraph(text(Given(quote.analysis.rationale))),
        _question(quote),
    ]
    if quote.trial.has_counts:
        blocks += [_counts(quote), *_ratios(quote), *_classical(quote)]
    if quote.trial.reported is not None:
        blocks.append(_printed(quote))
    blocks += audit(quote)
    if quote.trial.biomarkers:
        blocks.append(biomarkers(quote))
    found = quote.results.audit
    verdict = "nothing printed to audit" if found is None else f"audit: {found.verdict}"
    silent = _silent(quote)
    return Section(
        "data",
        "Question and data",
        tuple(blocks),
        {
            2: "population, treatments, outcome, analysis set, adjustment"
            + (f"; not reported: {words.joined(silent).lower()}" if silent else "")
            + "; intercurrent events: not reported",
            3: ("counts in both arms" if quote.trial.has_counts else "effect with its interval")
            + f"; {verdict}",
        },
    )


def _silent(quote: Quoting) -> list[str]:
    """What the publication, as read, does not say."""
    return [label for label, value, _ in _facts(quote) if value == NOT_REPORTED]


def _facts(quote: Quoting) -> list[tuple[str, str, str]]:
    """Label, value and id of each thing known about the trial."""
    trial = quote.trial
    better = "more events are better" if trial.better == "higher" else "fewer events are better"
    facts = [
        ("Publication", " ".join(part for part in (trial.title, trial.citation) if part), "paper"),
        ("Read in", trial.source, "source"),
        ("Design", trial.design, "design"),
        ("Population", trial.population, "population"),
        ("Intervention", trial.intervention, "intervention"),
        ("Comparator", trial.comparator, "comparator"),
        ("Primary outcome", trial.outcome.name, "outcome"),
        ("Definition of the outcome", trial.outcome.definition, "definition"),
        ("Direction", better, "direction"),
        ("What the denominators count", trial.denominators, "denominators"),
        ("Analysis set", trial.analysis_set, "analysis-set"),
        ("Missing outcomes", trial.missing_outcomes, "missing"),
    ]
    if trial.reported is not None:
        facts.append(("Adjustment of the effect", trial.reported.adjustment, "adjustment"))
    return [(label, value or NOT_REPORTED, name) for label, value, name in facts]


def _question(quote: Quoting) -> Table:
    rows = [row(label, Given(value)) for label, value, _ in _facts(quote)]
    if quote.trial.doi:
        doi = quote.trial.doi
        rows.insert(1, row("DOI", Link(doi, f"https://doi.org/{doi}")))
    return table(
        "table-question",
        "The trial as published",
        [Column("item", "Item", "left"), Column("published", "As read", "left")],
        rows,
        [text("“", NOT_REPORTED, "”: the publication, as read, does not say.")],
    )


def _counts(quote: Quoting) -> Table:
    rows = []
    for role, arm, printed in zip(
        ("treatment", "control"), quote.trial.arms, quote.trial.percentages, strict=True
    ):
        share = 100 * arm.events / arm.n if arm.n else None
        rows.append(
            row(
                Given(arm.name),
                quote.plain(f"trial.{role}.events", arm.events, "count", "trial"),
                quote.plain(f"trial.{role}.others", arm.n - arm.events, "count", "trial"),
                quote.plain(f"trial.{role}.n", arm.n, "count", "trial"),
                quote.plain(f"trial.{role}.percent", share, "printed percent", "trial"),
                Given(printed.text if printed is not None else "\u2013"),
            )
        )
    outcome = quote.trial.outcome.name
    return table(
        "table-counts",
        f"Outcome by arm: {outcome}",
        [
            Column("arm", "Arm", "left"),
            Column("events", "Events"),
            Column("others", "No event"),
            Column("n", "n"),
            Column("percent", "Events, %"),
            Column("printed", "Printed, %"),
        ],
        rows,
        [text("What n counts: ", Given(quote.trial.denominators), ".")],
    )


def _ratios(quote: Quoting) -> list[Block]:
    """The odds ratio beside the risk ratio in words, since one is often read as the other."""
    found = quote.results.classical
    if found is None:
        return []
    ratio, risk = found.odds_ratio.value, found.risk_ratio.value
    if not (math.isfinite(ratio) and math.isfinite(risk)) or ratio <= 0 or risk <= 0:
        return []
    (y1, y0), (n1, n0) = quote.trial.events, quote.trial.n
    return [
        Paragraph(
            fill(
                "{lead}an odds ratio of {ratio} does not mean {times} times as likely. {p1}% "
                "against {p0}% is a risk ratio of {risk}, and a risk difference of {rd} "
                "percentage points. The further the risks are from zero, the further the odds "
                "ratio is from the risk ratio.",
                lead=Strong("Odds ratio and risk ratio: "),
                ratio=quote.plain("trial.odds_ratio", ratio, "ratio", "classical"),
                times=quote.plain("trial.odds_ratio", ratio, "ratio", "classical"),
                p1=quote.plain("trial.treatment.risk", 100 * y1 / n1, "percent", "trial"),
                p0=quote.plain("trial.control.risk", 100 * y0 / n0, "percent", "trial"),
                risk=quote.plain("trial.risk_ratio", risk, "ratio", "classical"),
                rd=quote.plain(
                    "trial.risk_difference.percent",
                    100 * found.risk_difference.value,
                    "percent",
                    "classical",
                ),
            )
        )
    ]


def _classical(quote: Quoting) -> list[Block]:
    found = quote.results.classical
    if found is None:
        return []
    level = words.percent(quote.analysis.interval)

    def line(
        label: str, key: str, kind: str, estimate: Estimate, interval: ConfidenceInterval
    ) -> list[Text | str]:
        name = f"classical.{key}.{slug(interval.method)}"
        ends: Interval | str = interval.reason or "\u2013"
        if not (math.isnan(interval.lower) or math.isnan(interval.upper)):
            ends = Interval(
                quote.plain(f"{name}.lower", interval.lower, kind, "classical"),
                quote.plain(f"{name}.upper", interval.upper, kind, "classical"),
            )
        value: Number | str = quote.plain(
            f"classical.{key}.estimate", estimate.value, kind, "classical"
        )
        return [text(label), text(value), text(ends), text(Given(interval.method))]

    rows = [
        row(*line("Odds ratio", "odds_ratio", "ratio", found.odds_ratio, interval))
        for interval in found.odds_ratio_intervals
    ]
    rows.append(
        row(*line("Risk ratio", "risk_ratio", "ratio", found.risk_ratio, found.risk_ratio_interval))
    )
    rows.append(
        row(
            *line(
                "Risk difference",
                "risk_difference",
                "difference",
                found.risk_difference,
                found.risk_difference_interval,
            )
        )
    )
    estimates = table(
        "table-classical",
        "Classical estimates from the counts",
        [
            Column("measure", "Measure", "left"),
            Column("estimate", "Estimate"),
            Column("interval", f"{level} confidence\ninterval"),
            Column("method", "Method of the interval", "left"),
        ],
        rows,
    )
    tests = table(
        "table-tests",
        "Two-sided tests of equal risks",
        [Column("test", "Test", "left"), Column("p", "P")],
        [row(Given(test.method), _p_value(quote, test)) for test in found.tests],
        [text("Shown since the publication prints one of them; no conclusion is drawn from any.")],
    )
    return [estimates, tests]


def _p_value(quote: Quoting, test: PValue) -> Text:
    if math.isnan(test.p):
        return text(Given(test.reason or "\u2013"))
    return text(quote.plain(f"classical.p.{slug(test.method)}", test.p, "p-value", "classical"))


def _printed(quote: Quoting) -> Paragraph:
    reported = quote.trial.reported
    if reported is None:
        raise ValueError("nothing is reported")
    parts = [reported.measure]
    if reported.estimate is not None:
        parts.append(reported.estimate.text)
    if reported.ci is not None:
        low, high = reported.ci
        parts.append(f"({words.percent(reported.ci_level)} interval {low.text} to {high.text})")
    if reported.p_value is not None:
        sign = "" if reported.p_value.text[0] in "<>=" else "= "
        parts.append(f"P {sign}{reported.p_value.text}")
    printed = " ".join(parts)
    if reported.log_effect is not None:
        printed += f" log effect {reported.log_effect:g}"
    if reported.standard_error is not None:
        printed += f" standard error {reported.standard_error:g}"
    return Paragraph(text("Printed in the publication: ", Given(printed), "."))
