"""The external studies one by one: forest, and table."""

from __future__ import annotations

import math
from typing import Final

from bayes_rsa import plots
from bayes_rsa.evidence import Study
from bayes_rsa.frequentist import odds_ratio, odds_ratio_wald
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Figure,
    Given,
    Interval,
    Row,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.numbers import Number
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import slug
from bayes_rsa.report.results.external import External, SetAnswer

_NONE: Final = "\u2013"


def forest(quote: Quoting, found: External) -> list[Block]:
    """Studies with the mean over each set and its prediction; each study once."""
    shown: set[str] = set()
    rows: list[plots.ExternalRow] = []
    for answer in found.sets:
        rows += _set_rows(quote, answer, shown)
    rows.append(_trial_row(quote))
    trial = quote.trial
    figure = plots.external_forest(
        rows,
        better=trial.better,
        interval=quote.analysis.interval,
        treatment=words.treatment_name(trial),
        control=words.control_name(trial),
    )
    return [Figure("figure-before", figure, text(f"{figure.caption} Engine: Exact."))]


def _set_rows(quote: Quoting, answer: SetAnswer, shown: set[str]) -> list[plots.ExternalRow]:
    group = f"{answer.chosen.key}: {answer.chosen.label}"
    level = quote.analysis.interval
    rows = []
    for study in answer.chosen.studies:
        if study.key in shown:
            continue
        shown.add(study.key)
        middle, ends = estimate(quote, study)
        low, centre, high = answer.effects.studies[study.key].interval(level)
        drawn = _drawn(quote, answer, study)
        first, second = study.arms
        rows.append(
            plots.ExternalRow(
                study.label,
                math.nan if middle.value is None else middle.value,
                (_or_nan(ends.lower), _or_nan(ends.upper)),
                note=f"{first.events}/{first.n} against {second.events}/{second.n}",
                group=group,
                drawn=(math.exp(centre), (math.exp(low), math.exp(high))),
                estimate_text=_shown(middle, ends),
                drawn_text=drawn.text,
            )
        )
    name = set_name(answer)
    laws = [("Mean", "mean", answer.effects.mean)]
    laws.append(("A new trial (MAP)", "new", answer.effects.predictive))
    for label, mark, law in laws:
        if law is None:
            continue
        values = [math.exp(x) for x in law.interval(level)]
        low_n, mid_n, high_n = (
            quote.plain(f"{name}.binomial.{mark}.{part}", value, "ratio", "exact")
            for part, value in zip(("lower", "median", "upper"), values, strict=True)
        )
        rows.append(
            plots.ExternalRow(
                label,
                values[1],
                (values[0], values[2]),
                "mean" if mark == "mean" else "new",
                group=group,
                estimate_text=_shown(mid_n, Interval(low_n, high_n)),
            )
        )
    return rows


def _trial_row(quote: Quoting) -> plots.ExternalRow:
    trial = quote.trial
    (y1, y0), (n1, n0) = trial.events, trial.n
    middle, ends = _of_trial(quote)
    return plots.ExternalRow(
        f"This trial: {words.treatment_name(trial)}",
        math.nan if middle.value is None else middle.value,
        (_or_nan(ends.lower), _or_nan(ends.upper)),
        "trial",
        note=f"{y1}/{n1} against {y0}/{n0}",
        group="This trial",
        estimate_text=_shown(middle, ends),
    )


def studies(quote: Quoting, found: External) -> list[Block]:
    """Every study of any set, with what has to be known to judge it."""
    rows: list[Row] = []
    for study in found.studies:
        first = next((a for a in found.sets if study in a.chosen.studies), None)
        member = [a.chosen.key for a in found.sets if study in a.chosen.studies]
        if any(study in answer.chosen.studies for answer in found.rates):
            member.append("rates")
        middle, ends = estimate(quote, study)
        counts = [
            _NONE if arm is None else f"{arm.events}/{arm.n}"
            for arm in (study.treatment, study.control)
        ]
        rows.append(
            row(
                Given(study.label),
                Given(counts[0]),
                Given(counts[1]),
                text(middle, " (", ends, ")"),
                text(_NONE) if first is None else _drawn(quote, first, study),
                Given(study.population),
                Given(study.outcome),
                Given(", ".join(member)),
                Given(_marks(study)),
            )
        )
    trial = quote.trial
    middle, ends = _of_trial(quote)
    (y1, y0), (n1, n0) = trial.events, trial.n
    own = (Given(f"{y1}/{n1}"), Given(f"{y0}/{n0}"), text(middle, " (", ends, ")"), text(_NONE))
    said = (Given(trial.population), Given(trial.outcome.name), text(""), text(""))
    rows.append(row(Given(f"This trial: {words.treatment_name(trial)}"), *own, *said, strong=True))
    notes: list[Text] = [
        text(
            "Counts of external studies are of good outcomes. Odds ratios with Wald intervals. "
            "Drawn to: the median of the study’s own effect under the first of its sets, by "
            "random effects with binomial likelihoods. Reconstructed: the "
            "publication prints percentages, from which the counts follow by rounding. Sources are "
            "in the package’s own table."
        )
    ]
    notes += [
        text(Given(f"{words.joined(labels)}: {note}"))
        for note, labels in _noted(found.studies).items()
    ]
    level = words.percent(quote.analysis.interval)
    return [
        table(
            "table-external-studies",
            "External studies",
            [
                Column("study", "Study", "left"),
                Column("treated", "Treated"),
                Column("control", "Control"),
                Column("or", f"Odds ratio\n({level})"),
                Column("drawn", "Drawn to"),
                Column("population", "Population", "left"),
                Column("outcome", "Outcome", "left"),
                Column("sets", "Sets", "left"),
                Column("marks", "Marks", "left"),
            ],
            rows,
            notes,
        )
    ]


def _noted(found: tuple[Study, ...]) -> dict[str, list[str]]:
    """Labels of the studies that share a note; a mark says that counts were reconstructed."""
    notes: dict[str, list[str]] = {}
    for study in found:
        if study.note and (study.provenance == "found" or not study.randomised):
            notes.setdefault(study.note, []).append(study.label)
    return notes


def estimate(quote: Quoting, study: Study) -> tuple[Number, Interval]:
    """A study's odds ratio with its Wald interval, in the trial's direction."""
    arms = []
    for arm in (study.treatment, study.control):
        if arm is None:
            arms.append((0, 0))
        else:
            good = quote.trial.better == "higher"
            arms.append((arm.events if good else arm.n - arm.events, arm.n))
    return _wald(quote, _name(study), arms[0], arms[1])


def _of_trial(quote: Quoting) -> tuple[Number, Interval]:
    """The trial's own odds ratio with its Wald interval."""
    (y1, y0), (n1, n0) = quote.trial.events, quote.trial.n
    return _wald(quote, "external.this-trial", (y1, n1), (y0, n0))


def _drawn(quote: Quoting, answer: SetAnswer, study: Study) -> Number:
    _, centre, _ = answer.effects.studies[study.key].interval(quote.analysis.interval)
    return quote.plain(f"{_name(study)}.drawn", math.exp(centre), "ratio", "exact")


def set_name(answer: SetAnswer) -> str:
    """First part of the ids of a set's numbers."""
    return f"external.set-{slug(answer.chosen.key)}"


def _wald(
    quote: Quoting, name: str, first: tuple[int, int], second: tuple[int, int]
) -> tuple[Number, Interval]:
    middle: float | None = None
    limits: tuple[float | None, float | None] = (None, None)
    cells = (first[0], first[1] - first[0], second[0], second[1] - second[0])
    if all(cells):
        middle = odds_ratio(*first, *second).value
        found = odds_ratio_wald(*first, *second, quote.analysis.interval)
        limits = (found.lower, found.upper)
    low, high = (
        quote.plain(f"{name}.{end}", value, "ratio", "classical")
        for end, value in zip(("lower", "upper"), limits, strict=True)
    )
    return quote.plain(f"{name}.odds-ratio", middle, "ratio", "classical"), Interval(low, high)


def _name(study: Study) -> str:
    return f"external.study-{slug(study.key)}"


def _or_nan(number: Number) -> float:
    return math.nan if number.value is None else number.value


def _shown(middle: Number, ends: Interval) -> str:
    if middle.value is None:
        return "an empty cell"
    return f"{middle.text} ({ends.lower.text} to {ends.upper.text})"


def _marks(study: Study) -> str:
    marks = {
        "reconstructed": study.provenance == "inferred",
        "not randomised": not study.randomised,
        "same group": study.same_group,
    }
    return ", ".join(mark for mark, holds in marks.items() if holds)
