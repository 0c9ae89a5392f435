"""Phrases that several sections share: outcomes, statements, engines, priors, shares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa import defaults
from bayes_rsa.analysis import Analysis, Specification
from bayes_rsa.estimands import ESTIMANDS, Event, Statement
from bayes_rsa.priors import Prior, archetypes
from bayes_rsa.report.blocks import Given, Text, text
from bayes_rsa.trial import Trial

ENGINES: Final[Mapping[str, str]] = MappingProxyType({"nuts": "NUTS", "exact": "Exact"})
"""Names of the engines in tables."""

MODELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "independent_arms": "independent arms",
        "log_odds_ratio": "log odds ratio",
        "log_risk_ratio": "log risk ratio",
        "risk_difference": "risk difference",
        "reported_effect": "reported effect",
    }
)
"""Names of the models in prose."""

PARAMETERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "effect": "effect",
        "midpoint": "mean of the two log odds",
        "baseline": "log odds on control",
        "treatment": "probability on treatment",
        "control": "probability on control",
    }
)
"""What each prior is on, in prose; the effect depends on the model."""

_EFFECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "log_odds_ratio": "log odds ratio",
        "log_risk_ratio": "log risk ratio",
        "risk_difference": "risk difference",
    }
)
DIGITS: Final = 4
"""Significant digits of a prior's numbers in tables."""


def treatment_name(trial: Trial) -> str:
    """Name of the treatment arm."""
    return trial.treatment.name if trial.treatment is not None else "treatment"


def control_name(trial: Trial) -> str:
    """Name of the control arm."""
    return trial.control.name if trial.control is not None else "control"


def effect_name(specification: Specification, trial: Trial) -> str:
    """What the effect prior of a specification is on."""
    if specification.model == "reported_effect" and trial.reported is not None:
        label = {"OR": "odds ratio", "RR": "risk ratio", "HR": "hazard ratio"}.get(trial.measure)
        if label is not None:
            return f"log {label}"
        return "risk difference" if trial.measure == "RD" else "mean difference"
    return _EFFECTS.get(specification.model, "effect")


def parameter_name(parameter: str, specification: Specification, trial: Trial) -> str:
    """What a prior is on, in prose."""
    if parameter == "effect":
        return effect_name(specification, trial)
    return PARAMETERS[parameter]


def percent(share: float) -> str:
    """A share in percent: ``95%``."""
    return f"{100 * share:.4g}%"


def event_of(statement: str, analysis: Analysis) -> Event:
    """The event that a statement of this analysis is about."""
    trial = analysis.trial
    return Statement.parse(statement).resolve(trial.better, trial.measure, counts=trial.has_counts)


def statement_words(statement: str, analysis: Analysis) -> Text:
    """A statement in words: ``odds ratio above 1.25``."""
    parsed = Statement.parse(statement)
    event = event_of(statement, analysis)
    label = ESTIMANDS[event.estimand].label.lower()
    if parsed.name == "NNT":
        return text("number needed to treat: ", Given(statement))
    limits = _limits_words(event)
    if parsed.name in ("benefit", "harm"):
        return text(f"any {parsed.name}: {label} ", limits)
    return text(f"{label} ", limits)


def statement_label(statement: str, analysis: Analysis) -> Text:
    """A statement in words, with a capital: the label of a row."""
    first, *rest = statement_words(statement, analysis)
    return (first[:1].upper() + first[1:] if isinstance(first, str) else first, *rest)


def _limits_words(event: Event) -> Text:
    if math.isinf(event.upper):
        return text("above ", Given(f"{event.lower:g}"))
    if math.isinf(event.lower):
        return text("below ", Given(f"{event.upper:g}"))
    return text("between ", Given(f"{event.lower:g}"), " and ", Given(f"{event.upper:g}"))


def reason(statement: str, analysis: Analysis) -> tuple[str, str]:
    """Why a statement is asked about, and the source of its threshold.

    The trial's own thresholds bring their reasons; those of the Zampieri scheme are known here.
    """
    for threshold in analysis.trial.thresholds:
        if _same(threshold.statement, statement, analysis):
            return threshold.reason, threshold.source
    event = event_of(statement, analysis)
    estimand = ESTIMANDS[event.estimand]
    better = analysis.trial.better == "higher"
    limits = (event.lower, event.upper)
    null = estimand.null
    if null is not None and limits in ((null, math.inf), (-math.inf, null)):
        gain = (limits[0] == null) == better
        return ("any benefit" if gain else "any harm"), "no effect"
    scheme = "Zampieri et al. 2021, doi:10.1164/rccm.202006-2381CP"
    low, high = defaults.ROPE_RATIO
    if estimand.kind == "ratio":
        if math.isclose(limits[0], low, rel_tol=1e-3) and math.isclose(limits[1], high):
            return "region of practical equivalence: within a factor of 1.1 of no effect", scheme
        large, small = defaults.WORTHWHILE_RATIO, defaults.SEVERE_HARM_RATIO
        if limits == (large, math.inf):
            return ("sizeable benefit" if better else "severe harm"), scheme
        if limits == (-math.inf, small):
            return ("severe harm" if better else "sizeable benefit"), scheme
    return "not stated", "not stated"


def _same(one: str, other: str, analysis: Analysis) -> bool:
    if one == other:
        return True
    return event_of(one, analysis) == event_of(other, analysis)


def prior_text(prior: Prior, digits: int = DIGITS) -> str:
    """A prior's text form, its numbers rounded: for reading, not for computing."""
    parts = []
    for component in prior.components:
        arguments = ", ".join(f"{value:.{digits}g}" for value in component.arguments)
        weight = "" if component.weight == 1 else f"{component.weight:.{digits}g}*"
        parts.append(f"{weight}{component.family}({arguments})")
    return " + ".join(parts)


def described(prior: Prior, trial: Trial) -> Prior:
    """The prior with the words of its archetype, if it has none of its own and is one."""
    if prior.source or prior.rationale:
        return prior
    planned = trial.planned.odds_ratio if trial.planned is not None else None
    known = archetypes(planned_odds_ratio=planned, better=trial.better).values()
    for archetype in known:
        if archetype == prior:
            return archetype
    return prior


def joined(items: list[str]) -> str:
    """Words in a list: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def capital(said: str) -> str:
    """Words with a capital, to begin a sentence or a cell."""
    return f"{said[:1].upper()}{said[1:]}"


def counted(count: int, noun: str) -> str:
    """A count with its noun in the right number."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
