"""Run an analysis: everything that a report prints, computed in one place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from bayes_rsa.analysis import Analysis, Specification, base_rates
from bayes_rsa.audit import Audit, audit
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Statement
from bayes_rsa.inference import versions
from bayes_rsa.priors import PriorMeaning, prior_meaning
from bayes_rsa.report.results import engines
from bayes_rsa.report.results.biomarkers import biomarkers
from bayes_rsa.report.results.classical import classical
from bayes_rsa.report.results.doubt import doubts
from bayes_rsa.report.results.external import external
from bayes_rsa.report.results.predictive import Predictive, predictive
from bayes_rsa.report.results.records import Analysed, Answer, Results
from bayes_rsa.report.results.sensitivity import sensitivity
from bayes_rsa.report.results.setting import setting
from bayes_rsa.summaries import AbsoluteEffect, absolute_effects
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[str, int, int], None]
"""Called with the name of a phase, what is done of it, and how much there is."""

REFERENCE: Final = "reference"
DIFFERENCES: Final = (0.05, 0.10, 0.15)
"""Absolute benefits asked about where the trial names no threshold on the risk difference."""


def run(analysis: Analysis, progress: Progress | None = None) -> Results:
    """Everything that a report of this analysis prints.

    Models and exact posteriors are all built before the first one runs, so that bad input costs
    no waiting.

    Parameters
    ----------
    analysis
        What is asked.
    progress
        Called as ``progress(phase, done, total)``.

    Raises
    ------
    InputError
        If a prior does not suit its model, or a posterior is improper.
    """
    step: Progress = progress or _silent
    sampled, quadrature = ("nuts" in analysis.engines), ("exact" in analysis.engines)
    step("Checking the analysis", 0, 1)
    exactly = engines.build_exact(analysis) if quadrature else []
    models = engines.build_models(analysis) if sampled else []
    exact_found = engines.exact_answers(analysis, exactly, step)
    nuts_found: list[Answer] = []
    fit: xr.DataTree | None = None
    if sampled:
        nuts_found, fit = engines.nuts_answers(analysis, models, step)
    step("Prior meaning", 0, 1)
    rows = []
    slugs = _slugs(analysis.specifications)
    for k, specification in enumerate(analysis.specifications):
        answers: dict[str, Answer] = {}
        refused: dict[str, str] = {}
        for engine in analysis.engines:
            found = nuts_found[k] if engine == "nuts" else exact_found[k]
            if isinstance(found, Answer):
                answers[engine] = found
            else:
                refused[engine] = found
        meaning = _meaning(analysis, specification)
        rows.append(Analysed(specification, slugs[k], answers, refused, meaning))
    absolute, by = _absolute(analysis, rows[0])
    reliable = fit is not None and rows[0].answers["nuts"].passed
    return Results(
        analysis=analysis,
        audit=_audit(analysis.trial),
        classical=classical(analysis.trial, analysis.interval),
        rows=tuple(rows),
        absolute=absolute,
        absolute_engine=by,
        predictive=_predictive(fit, analysis),
        sensitivity=sensitivity(analysis, fit if reliable else None, step),
        doubt=doubts(analysis, step),
        external=external(analysis, setting(analysis), step),
        biomarkers=biomarkers(analysis, step),
        fit=fit,
        source_hash=engines.source_hashes(models),
        versions=versions(),
    )


def _silent(phase: str, done: int, total: int) -> None:
    """No progress is wanted."""


def _audit(trial: Trial) -> Audit | None:
    try:
        return audit(trial)
    except InputError:
        # Nothing is printed that could be compared; the report says so.
        return None


def _predictive(fit: xr.DataTree | None, analysis: Analysis) -> Predictive | None:
    return None if fit is None else predictive(fit, analysis.interval)


def _meaning(analysis: Analysis, specification: Specification) -> PriorMeaning | None:
    if specification.model == "reported_effect":
        return None
    measure = specification.model if "effect" in specification.priors else "log_odds_ratio"
    return prior_meaning(
        **specification.priors,
        measure=measure,
        better=analysis.trial.better,
        interval=analysis.interval,
    )


def _absolute(analysis: Analysis, reference: Analysed) -> tuple[tuple[AbsoluteEffect, ...], str]:
    """Absolute effects under the reference, by the exact engine where there is one."""
    order = [engine for engine in ("exact", "nuts") if engine in reference.answers]
    answer = reference.answers[order[0]] if order else None
    if answer is None or answer.posterior.measure not in ("OR", "RR"):
        return (), ""
    trial = analysis.trial
    found = absolute_effects(
        answer.posterior,
        baselines=(*trial.baseline_risks, *base_rates(trial)),
        differences=_differences(trial),
        interval=analysis.interval,
    )
    return tuple(found), order[0]


def _differences(trial: Trial) -> tuple[float, ...]:
    """Sizes of the trial's thresholds on the risk difference."""
    found = []
    for threshold in trial.thresholds:
        statement = Statement.parse(threshold.statement)
        if statement.name == "RD":
            event = statement.resolve(trial.better, trial.measure, counts=True)
            size = event.lower if trial.better == "higher" else -event.upper
            if 0 < size < 1:
                found.append(size)
    return tuple(sorted(set(found))) or DIFFERENCES


def slug(words: str) -> str:
    """A name as part of an id: lower-case letters, digits and hyphens."""
    folded = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", folded)) or "row"


def _slugs(specifications: tuple[Specification, ...]) -> list[str]:
    """An id for each specification; the first is the reference, a repeated one gets a number."""
    found: list[str] = []
    for k, specification in enumerate(specifications):
        wanted = REFERENCE if k == 0 else slug(specification.name)
        unique, count = wanted, 2
        while unique in found:
            unique, count = f"{wanted}-{count}", count + 1
        found.append(unique)
    return found
