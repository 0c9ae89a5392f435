"""The parameters of each model: which there are, what they are, and what stands in for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

CONTRASTS: Final = ("log_odds_ratio", "log_risk_ratio", "risk_difference")
MODELS: Final = (*CONTRASTS, "independent_arms", "reported_effect")

_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "log_odds_ratio": ("effect", "baseline", "midpoint"),
    "log_risk_ratio": ("effect", "baseline"),
    "risk_difference": ("effect", "baseline"),
    "independent_arms": ("treatment", "control", "arms"),
    "reported_effect": ("effect",),
}
_UNITS: Final = {
    "baseline": "log odds",
    "midpoint": "log odds",
    "treatment": "probability",
    "control": "probability",
    "arms": "probability",
}
_WORDS: Final = {
    "baseline": "the control arm's log odds",
    "midpoint": "the mean of the two log odds",
    "treatment": "the treatment arm's event probability",
    "control": "the control arm's event probability",
    "arms": "each arm's event probability",
}


def default_model(trial: Trial, given: Mapping[str, Any]) -> str:
    """The model that the data and the priors imply."""
    if {"treatment", "control", "arms"} & set(given):
        return "independent_arms"
    return "log_odds_ratio" if trial.has_counts else "reported_effect"


def complete(model: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in order, with the default level where none is given.

    A model that is not of this package takes what it is given.
    """
    if model not in _PARAMETERS:
        if not given:
            raise InputError("effect", None, "there is nothing to sweep over", "give a prior")
        return dict(given)
    known = _PARAMETERS[model]
    for parameter in given:
        if parameter not in known:
            raise InputError(
                parameter,
                str(given[parameter]),
                f"{model} has no such parameter",
                f"give {' or '.join(known)}",
            )
    if model == "independent_arms":
        return _complete_arms(given)
    if "effect" not in given:
        raise InputError(
            "effect", None, "there is no default prior on the effect", "give priors to sweep over"
        )
    if "baseline" in given and "midpoint" in given:
        raise InputError(
            "baseline",
            str(given["baseline"]),
            "a model takes a prior on the baseline or on the midpoint, not both",
            "leave one of them out",
        )
    ordered = {p: given[p] for p in ("effect", "baseline", "midpoint") if p in given}
    if len(ordered) < 2 and model != "reported_effect":
        level = "midpoint" if model == "log_odds_ratio" else "baseline"
        ordered[level] = Prior.normal(0.0, defaults.MIDPOINT_SD)
    return ordered


def _complete_arms(given: Mapping[str, Any]) -> dict[str, Any]:
    both, either = "arms" in given, {"treatment", "control"} & set(given)
    if both and either:
        name = min(either)
        raise InputError(
            name, str(given[name]), "`arms` is the prior of both arms", "leave one of them out"
        )
    if not both and len(either) < 2:
        missing = ({"treatment", "control"} - either).pop()
        raise InputError(
            missing, None, "both arms need a prior", "give treatment and control, or arms"
        )
    return {p: given[p] for p in ("treatment", "control", "arms") if p in given}


def measure_of(model: str, trial: Trial) -> str:
    """The measure that a model's effect is about, where its counts do not say."""
    if model == "reported_effect" and trial.reported is not None:
        return trial.reported.measure
    return trial.measure


def require_data(trial: Trial, model: str) -> None:
    """Refuse a trial that does not have what the model needs."""
    if model != "reported_effect" and not trial.has_counts:
        raise InputError(
            "trial", trial.name, f"{model} needs the events and n of both arms", "give the counts"
        )
    if model == "reported_effect" and trial.reported is None:
        raise InputError(
            "trial", trial.name, "it reports no effect with an interval", "use the counts"
        )


def about(model: str, parameter: str, trial: Trial) -> tuple[str, str]:
    """What a parameter is, in words, and its unit."""
    if parameter != "effect":
        return _WORDS.get(parameter, parameter), _UNITS.get(parameter, "1")
    key = model if model in CONTRASTS else None
    if key is None:
        measure = measure_of(model, trial)
        if measure in ("RD", "MD"):
            return f"the {measure}", "probability" if measure == "RD" else "unit of the outcome"
        return f"the log {measure}", f"log {measure}"
    estimand = ESTIMANDS[key]
    unit = "probability" if key == "risk_difference" else estimand.symbol
    return f"the {estimand.label.lower()}", unit
