"""The figures of the results."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bayes_rsa import exact
from bayes_rsa.estimands import of_measure
from bayes_rsa.plots import ForestRow, JournalFigure, arms, exceedance, forest, triplot
from bayes_rsa.priors import Prior
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Figure,
    Text,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Analysed
from bayes_rsa.report.sections.labels import group_of, row_name

Floats = NDArray[np.float64]


_MOST_CURVES: Final = 6


_WIDE: Final = 10.0
"""SD of the normal prior that is divided out again to show the likelihood of the effect."""


def reference_figures(quote: Quoting, reference: Analysed) -> list[Block]:
    """Triplot, both arms, and the exceedance curve."""
    answer = reference.answers[quote.results.engine]
    best = reference.answers.get("exact", answer)
    trial, level = quote.trial, quote.analysis.interval
    blocks: list[Block] = []
    specification = reference.specification
    if specification.model in ("log_odds_ratio", "reported_effect"):
        likelihood = _likelihood(quote, reference)
        panel = triplot(
            best.posterior,
            specification.priors["effect"],
            likelihood,
            rope=_rope(quote),
            interval=level,
            treatment=words.treatment_name(trial),
            control=words.control_name(trial),
        )
        blocks.append(Figure("figure-triplot", panel, _caption(panel, best.engine)))
    if trial.has_counts:
        panel = arms(best.posterior, trial, interval=level)
        blocks.append(Figure("figure-arms", panel, _caption(panel, best.engine)))
    curves = _curves(quote)
    key = "risk_difference" if trial.has_counts else of_measure(trial.measure).key
    thresholds = _thresholds(quote, key)
    if curves:
        panel = exceedance(curves, estimand=key, thresholds=thresholds)
        blocks.append(Figure("figure-exceedance", panel, _caption(panel, best.engine)))
    return blocks


def _caption(figure: JournalFigure, engine: str) -> Text:
    """The figure's caption, with the engine that made its numbers."""
    return text(f"{figure.caption} Engine: ", words.ENGINES[engine], ".")


def _likelihood(quote: Quoting, reference: Analysed) -> Any:
    """Log likelihood of the effect, the nuisance parameter integrated over its prior.

    The posterior under a wide prior, divided by that prior: this stands with empty cells too.
    """
    priors = dict(reference.specification.priors)
    wide = Prior.normal(0.0, _WIDE)
    if reference.specification.model == "reported_effect":
        reported = quote.trial.reported
        if reported is None:
            raise ValueError("the reported effect is missing")
        centre, spread = reported.location, reported.scale_se

        def normal(x: Floats) -> Floats:
            return np.asarray(-0.5 * ((x - centre) / spread) ** 2)

        return normal
    posterior = exact.log_odds_ratio(quote.trial, **(priors | {"effect": wide}))

    def integrated(x: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            logs = np.log(posterior.pdf("log_odds_ratio", x))
        return np.asarray(logs - wide.logpdf(x))

    return integrated


def _rope(quote: Quoting) -> tuple[float, float] | None:
    """The region of practical equivalence, if the analysis asks about one on its measure."""
    key = of_measure(quote.trial.measure).key
    for statement in quote.analysis.statements:
        event = words.event_of(statement, quote.analysis)
        if event.estimand == key and math.isfinite(event.lower) and math.isfinite(event.upper):
            return event.lower, event.upper
    return None


def _thresholds(quote: Quoting, key: str) -> list[float]:
    """Limits of the analysis's one-sided statements on an estimand, on the side of benefit."""
    found = []
    up = quote.trial.better == "higher"
    for statement in quote.analysis.statements:
        event = words.event_of(statement, quote.analysis)
        if event.estimand != key:
            continue
        if up and math.isinf(event.upper) and math.isfinite(event.lower):
            found.append(event.lower)
        if not up and math.isinf(event.lower) and math.isfinite(event.upper):
            found.append(event.upper)
    return sorted(set(found))


def _curves(quote: Quoting) -> dict[str, Any]:
    """Posteriors for the exceedance curves: the reference, and rows spread over the set."""
    usable = [
        (r, a)
        for r in quote.results.rows
        for a in [r.answers.get("exact", r.answers.get("nuts"))]
        if a is not None and a.passed
    ]
    if not usable:
        return {}
    first, rest = usable[0], usable[1:]
    ordered = sorted(rest, key=lambda entry: entry[1].probabilities["benefit"].value)
    count = min(_MOST_CURVES - 1, len(ordered))
    places = np.linspace(0, max(len(ordered) - 1, 0), count).round().astype(int)
    chosen = [first, *(ordered[int(k)] for k in np.unique(places))]
    return {r.name: a.posterior for r, a in chosen}


def forest_figure(quote: Quoting, key: str) -> list[Block]:
    """The effect under every set of priors; empty with fewer than two rows to show."""
    rows = []
    classical = quote.results.classical
    if classical is not None:
        wald = classical.odds_ratio_intervals[0]
        rows.append(
            ForestRow(
                f"Likelihood alone ({wald.method})",
                classical.odds_ratio.value,
                (wald.lower, wald.upper),
                group="Without a prior",
                kind="likelihood",
            )
        )
    for k, analysed in enumerate(quote.results.rows):
        answer = analysed.answers.get(quote.results.engine)
        if answer is None or not answer.passed:
            continue
        median, ends = quote.estimate(analysed, key), quote.interval(analysed, key)
        given = analysed.specification.priors
        main = next(iter(given.values()))
        rows.append(
            ForestRow.of(
                row_name(analysed).text,
                answer.posterior,
                key=key,
                interval=quote.analysis.interval,
                prior=words.prior_text(main, 3),
                group=group_of(analysed),
                primary=k == 0,
                estimate_text=f"{median.text} ({ends.lower.text} to {ends.upper.text})",
                benefit_text=quote.probability(analysed, "benefit").text,
            )
        )
    if len(rows) < 2:
        return []
    trial = quote.trial
    figure = forest(
        rows,
        estimand=key,
        better=trial.better,
        rope=_rope(quote),
        interval=quote.analysis.interval,
        treatment=words.treatment_name(trial),
        control=words.control_name(trial),
    )
    return [Figure("figure-forest", figure, _caption(figure, quote.results.engine))]
