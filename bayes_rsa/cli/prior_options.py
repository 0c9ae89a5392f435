"""The model and its priors, as written on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bayes_rsa.cli.values import to_choice
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING

if TYPE_CHECKING:
    from bayes_rsa.priors import Prior
    from bayes_rsa.trial import Trial

__all__ = ["MODELS", "OPTIONS", "choose_model", "read_prior", "read_priors"]

MODELS: Final = (
    "log-odds-ratio",
    "independent-arms",
    "reported-effect",
    "log-risk-ratio",
    "risk-difference",
)

OPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "effect": "--effect",
        "baseline": "--baseline",
        "midpoint": "--midpoint",
        "treatment": "--prior-treatment",
        "control": "--prior-control",
        "p_treatment": "--prior-treatment",
        "p_control": "--prior-control",
    }
)
"""Option of each parameter, as the models' errors call it."""

_SCALES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "log_odds_ratio": frozenset({"log_odds_ratio"}),
        "log_risk_ratio": frozenset({"log_risk_ratio"}),
        "risk_difference": frozenset({"risk_difference"}),
        "OR": frozenset({"log_odds_ratio"}),
        "RR": frozenset({"log_risk_ratio"}),
        "HR": frozenset({"log_hazard_ratio", "log_odds_ratio", "log_risk_ratio"}),
        "RD": frozenset({"risk_difference"}),
        "MD": frozenset({"mean_difference"}),
    }
)
"""What an archetype of the effect may be meant for, by model or by reported measure."""

_LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "baseline": "baseline_log_odds",
        "midpoint": "midpoint_log_odds",
        "treatment": "probability",
        "control": "probability",
    }
)


def choose_model(model: str | None, trial: Trial, texts: Mapping[str, str | None]) -> str:
    """Name of the model function: as asked for, or what the trial and the priors imply.

    Parameters
    ----------
    model
        The option's text, or None.
    trial
        The trial.
    texts
        Text of each prior by keyword of the models, None where none was written.
    """
    if model is None:
        if not trial.has_counts:
            return "reported_effect"
        arms = texts["treatment"] is not None or texts["control"] is not None
        return "independent_arms" if arms and texts["effect"] is None else "log_odds_ratio"
    name = to_choice("--model", model.replace("_", "-"), MODELS)
    if name != "reported-effect" and not trial.has_counts:
        raise InputError(
            "--model",
            model,
            "this model needs the events and n of both arms",
            "give the counts, or use reported-effect",
        )
    if name == "reported-effect" and trial.reported is None:
        raise InputError(
            "--model",
            model,
            "this model needs the printed effect",
            "use --measure with --effect-estimate and --ci, or another model",
        )
    return name.replace("-", "_")


def read_priors(model: str, trial: Trial, texts: Mapping[str, str | None]) -> dict[str, Prior]:
    """The priors of a model by keyword; each that it needs, and none that it does not use."""
    needed, optional = _parameters(model)
    shown = model.replace("_", "-")
    for name, text in texts.items():
        if text is not None and name not in (*needed, *optional):
            used = " and ".join(OPTIONS[used] for used in (*needed, *optional))
            raise InputError(
                OPTIONS[name], text, f"the model {shown} does not use it", f"it takes {used}"
            )
    for name in needed:
        if texts[name] is None:
            raise InputError(
                OPTIONS[name],
                MISSING,
                f"the model {shown} needs a prior here, and there is no default",
                "add it, like 'beta(1, 1)'" if name != "effect" else "add it, like 'normal(0, 1)'",
            )
    if texts["baseline"] is not None and texts["midpoint"] is not None:
        raise InputError(
            "--baseline",
            texts["baseline"],
            "a model takes a prior on the baseline or on the midpoint, not both",
            "leave out --baseline or --midpoint",
        )
    measure = model
    if model == "reported_effect" and trial.reported is not None:
        measure = trial.reported.measure
    priors = {}
    for name, text in texts.items():
        if text is not None:
            scales = _SCALES[measure] if name == "effect" else frozenset({_LEVELS[name]})
            priors[name] = read_prior(OPTIONS[name], text, scales, trial)
    return priors


def _parameters(model: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keyword priors of a model: those that it needs, and those that it may be given."""
    import inspect

    from bayes_rsa import exact

    keywords = [
        parameter
        for parameter in inspect.signature(getattr(exact, model)).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    needed = tuple(p.name for p in keywords if p.default is p.empty)
    return needed, tuple(p.name for p in keywords if p.default is not p.empty)


def read_prior(
    option: str, text: str, scales: frozenset[str] = frozenset(), trial: Trial | None = None
) -> Prior:
    """A prior from its text form, or an archetype by name.

    Parameters
    ----------
    option
        Where it was written.
    text
        The text form or the name.
    scales
        Parameters it may be meant for; any if empty.
    trial
        Its planned effect, where known, gives the archetypes that need one.
    """
    from bayes_rsa.priors import Prior

    try:
        prior = _planned(text, trial) or Prior.parse(text)
    except InputError as error:
        field = option if error.field == "prior" else f"{option}, {error.field}"
        remedy = error.remedy.replace(
            "make it with archetypes(planned_odds_ratio=...)",
            "see `bayes-rsa priors --planned-odds-ratio X`",
        )
        raise InputError(field, error.value, error.rule, remedy) from None
    if prior.parameter and scales and prior.parameter not in scales:
        raise InputError(
            option,
            text,
            f"this prior is meant for the {prior.parameter.replace('_', ' ')}",
            f"here stands a prior on the {' or '.join(sorted(scales)).replace('_', ' ')}; "
            f"write {str(prior)!r} if it is meant",
        )
    return prior


def _planned(text: str, trial: Trial | None) -> Prior | None:
    """The archetype of this name that needs the trial's planned effect, if both are there."""
    if "(" in text or trial is None or trial.planned is None:
        return None
    from bayes_rsa.priors import archetypes

    name = " ".join(text.replace("-", " ").replace("_", " ").casefold().split())
    planned = archetypes(planned_odds_ratio=trial.planned.odds_ratio, better=trial.better)
    if name not in planned or name in archetypes():
        return None
    prior = planned[name]
    if not trial.planned.assumed:
        return prior
    return prior.with_label(f"{prior.label}; the planned odds ratio is assumed")
