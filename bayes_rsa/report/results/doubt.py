"""Everything that the section on doubt about the trial prints."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.analysis import Analysis
from bayes_rsa.errors import ConvergenceError
from bayes_rsa.report.results.refusal import or_reason
from bayes_rsa.report.results.setting import setting
from bayes_rsa.report.results.uncertain_doubt import UncertainDoubt, uncertain_doubts
from bayes_rsa.sensitivity.doubt import (
    Believed,
    DoubtCurve,
    DoubtStatement,
    DoubtTipping,
    Kind,
    MissingMap,
    default_beliefs,
    doubt_curve,
    doubt_statement,
    doubt_table,
    imputed_map,
    kinds,
    statement_of,
    trust_curve,
    worst_case_map,
)
from bayes_rsa.sensitivity.fragility import (
    ARMS,
    Fragility,
    FragilityCurve,
    bayesian_fragility,
    fragility_curve,
    walsh_fragility,
)
from bayes_rsa.trial import Trial

Step = Callable[[str, int, int], None]
THRESHOLD: Final = defaults.DOUBT_THRESHOLD
THRESHOLDS: Final = defaults.DOUBT_THRESHOLDS

_PHASE: Final = "Doubt about the trial"
_POINTS: Final = 13
_BEYOND: Final = 1.5
"""How far beyond the last tipping point a curve goes, in its distance from no doubt."""
_MOST: Final = 8
"""Largest number missing, or changed, that maps and curves show at least."""
_REFERENCE: Final = "reference analysis"


@dataclass(frozen=True, slots=True)
class Doubts:
    """How much doubt about the trial the conclusion stands.

    Parameters
    ----------
    believed
        The priors that the statement belongs to.
    beliefs
        Every set of priors that a doubt is weighed under, that one first.
    replaced
        What of the reference analysis could not be used, in words; empty if nothing.
    statement
        The statement by the exact engine.
    sampled
        The statement by NUTS, or why there is none.
    tippings
        By kind of doubt: one row for each prior.
    curves
        By what is doubted: a curve for each prior, by its name.
    walsh, bayesian
        Fewest changes in one arm that undo a test, or a probability under the statement's priors.
    fragility
        P(benefit) as outcomes change, by arm and prior.
    missing
        P(benefit) by participants missing, all against the treatment; None without counts.
    imputed
        P(benefit) by the outcomes of an assumed number missing; None without counts.
    uncertain
        The answer where the amount of doubt has a prior of its own.
    """

    believed: Believed
    beliefs: tuple[Believed, ...]
    replaced: str
    statement: DoubtStatement
    sampled: DoubtStatement | str
    tippings: Mapping[str, tuple[DoubtTipping, ...]]
    curves: Mapping[str, Mapping[str, DoubtCurve]]
    walsh: tuple[Fragility, ...]
    bayesian: tuple[Fragility, ...]
    fragility: Mapping[tuple[str, str], FragilityCurve]
    missing: MissingMap | None
    imputed: MissingMap | None
    uncertain: tuple[UncertainDoubt, ...]


def doubts(analysis: Analysis, step: Step) -> Doubts:
    """Every kind of doubt about a trial: how much tips, by quadrature and by NUTS.

    Parameters
    ----------
    analysis
        What is analysed.
    step
        Called as ``step(phase, done, total)``.
    """
    trial = analysis.trial
    step(_PHASE, 0, 4)
    believed, replaced = believed_of(analysis)
    every = default_beliefs(trial, believed)
    beliefs = every[:2]
    table = {k: tuple(v) for k, v in doubt_table(trial, reference=believed).items()}
    statement = statement_of([rows[0] for rows in _by_what(table)], THRESHOLD)
    step(_PHASE, 1, 4)
    curves = {
        kind.what: _curves(trial, kind, beliefs, table[kind.key]) for kind in kinds(trial)
    } | _trust(trial, beliefs, table["trust"])
    step(_PHASE, 2, 4)
    uncertain = uncertain_doubts(trial, believed)
    walsh: list[Fragility] = []
    bayesian: list[Fragility] = []
    changed: dict[tuple[str, str], FragilityCurve] = {}
    missing: MissingMap | None = None
    imputed: MissingMap | None = None
    if trial.has_counts:
        for arm in ARMS:
            found = or_reason(partial(walsh_fragility, trial, arm=arm))
            walsh += [found] if isinstance(found, Fragility) else []
            bayesian += [
                bayesian_fragility(trial, arm=arm, threshold=t, believed=believed)
                for t in THRESHOLDS
            ]
            for row in beliefs:
                curve = fragility_curve(trial, most=_MOST, arm=arm, believed=row)
                # An arm may have no outcome left that could be changed.
                if len(curve.k) > 1:
                    changed[arm, row.name] = curve
        missing = worst_case_map(trial, (_MOST, _MOST), believed=believed)
        assumed = [math.ceil(defaults.DOUBT_MISSING_SHARE * n) for n in trial.n]
        imputed = imputed_map(trial, (assumed[0], assumed[1]), believed=believed)
    step(_PHASE, 3, 4)
    return Doubts(
        believed,
        every,
        replaced,
        statement,
        sampled_statement(analysis, believed, statement),
        table,
        curves,
        tuple(walsh),
        tuple(bayesian),
        changed,
        missing,
        imputed,
        uncertain,
    )


def believed_of(analysis: Analysis) -> tuple[Believed, str]:
    """The reference analysis's priors; what could not be used of them, in words."""
    reference = analysis.reference
    proper = all(p.is_proper and not p.atoms for p in reference.priors.values())
    if reference.model == "independent_arms" and proper:
        return Believed(reference.priors, _REFERENCE), ""
    held = setting(analysis)
    name = _REFERENCE if not held.replaced else "in place of the reference analysis"
    return Believed({"effect": held.effect, **held.level}, name), held.replaced


def _by_what(table: Mapping[str, Sequence[DoubtTipping]]) -> list[list[DoubtTipping]]:
    """Rows of one question together: a kind of doubt may hold more than one."""
    found: dict[str, list[DoubtTipping]] = {}
    for row in (row for rows in table.values() for row in rows):
        found.setdefault(row.what, []).append(row)
    return list(found.values())


def _curves(
    trial: Trial, kind: Kind, beliefs: Sequence[Believed], rows: Sequence[DoubtTipping]
) -> dict[str, DoubtCurve]:
    tips = [x for row in rows if row.what == kind.what for x in row.amounts.values()]
    grid = _grid(kind.none, kind.worst, [x for x in tips if x is not None])
    return {row.name: doubt_curve(trial, kind, grid, believed=row) for row in beliefs}


def _trust(
    trial: Trial, beliefs: Sequence[Believed], rows: Sequence[DoubtTipping]
) -> dict[str, dict[str, DoubtCurve]]:
    proper = [row for row in beliefs if row.is_proper]
    tips = [x for row in rows for x in row.amounts.values() if x is not None]
    if not proper:
        return {}
    grid = _grid(1.0, 0.0, tips)
    return {rows[0].what: {row.name: trust_curve(trial, grid, believed=row) for row in proper}}


def _grid(none: float, worst: float, tips: Sequence[float]) -> list[float]:
    """Amounts from no doubt to somewhat more than tips; to the worst if nothing does."""
    far = max((abs(x - none) for x in tips), default=abs(worst - none) / _BEYOND)
    far = min(_BEYOND * far, abs(worst - none))
    end = none + math.copysign(far, worst - none)
    return [float(x) for x in np.linspace(none, end, _POINTS)]


def sampled_statement(
    analysis: Analysis, believed: Believed, exactly: DoubtStatement
) -> DoubtStatement | str:
    """The statement by NUTS, or why there is none.

    It costs a compilation for each model of doubt: only an analysis at the usual accuracy pays it.
    """
    if "nuts" not in analysis.engines:
        return "the analysis does not sample"
    if analysis.ess_target < defaults.ESS_TARGET:
        return (
            f"the search samples some forty posteriors, and is left out below an effective sample "
            f"size of {defaults.ESS_TARGET}"
        )
    if not exactly.reached:
        return "there is nothing to find"
    asked: dict[str, Any] = {"threshold": THRESHOLD, "believed": believed, "seed": analysis.seed}
    try:
        return doubt_statement(analysis.trial, engine="nuts", **asked)
    except ConvergenceError as error:
        return f"withheld: {error}"
