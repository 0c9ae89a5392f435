"""What the section on sensitivity holds fixed while it varies the prior on the effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bayes_rsa import defaults
from bayes_rsa.analysis import Analysis, Specification
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

LEVELS: Final = ("midpoint", "baseline")
_CONTRASTS: Final = ("log_odds_ratio", "reported_effect")
_UNIT: Final = 2.5
"""Standard errors of a difference that stand for a unit of a log ratio: in a trial of ordinary size
the standard error of a log odds ratio is near 0.4."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The prior on the effect that is varied around, and the prior on the level beside it.

    Parameters
    ----------
    effect
        The reference analysis's prior on the effect where it is a proper one on the scale varied
        (log odds ratio, or the reported effect); else the default.
    level
        The keyword ``midpoint`` or ``baseline`` with the prior on it; empty without counts.
    unit
        One on a log scale; for a difference a multiple of its standard error.
    replaced
        What of the reference analysis could not be used, in words; empty if nothing.
    """

    effect: Prior
    level: Mapping[str, Any]
    unit: float
    replaced: str

    @property
    def level_text(self) -> str:
        """The prior on the level, as text; empty without counts."""
        return "".join(f"{name} ~ {prior}" for name, prior in self.level.items())

    def shares(self, specification: Specification) -> bool:
        """Whether a row has its prior on this effect, beside the same prior on the level."""
        if specification.model not in _CONTRASTS or not usable(specification.priors["effect"]):
            return False
        return level_of(specification) == dict(self.level)


def setting(analysis: Analysis) -> Setting:
    """What is held fixed: as much of the reference analysis as can be."""
    trial, reference = analysis.trial, analysis.reference
    unit, replaced = _unit(trial), []
    scale = "log odds ratio" if trial.has_counts else "reported effect"
    given = reference.priors.get("effect")
    if reference.model in _CONTRASTS and given is not None and usable(given):
        effect = given
    else:
        effect = Prior.normal(0.0, defaults.REFERENCE_EFFECT_SD * unit)
        replaced.append(f"no proper prior on the {scale}: {effect} stands in for it")
    level: dict[str, Prior] = {}
    if trial.has_counts:
        level = level_of(reference) if reference.model == "log_odds_ratio" else {}
        if not level or not all(usable(prior) for prior in level.values()):
            level = {"midpoint": Prior.normal(0.0, defaults.MIDPOINT_SD)}
            replaced.append(
                f"no proper prior on the mean of the two log odds: {level['midpoint']} stands in"
            )
    return Setting(effect, level, unit, "; ".join(replaced))


def level_of(specification: Specification) -> dict[str, Prior]:
    """The prior on the level by its name; the default one where nothing is said."""
    found = {name: p for name, p in specification.priors.items() if name in LEVELS}
    if found or specification.model != "log_odds_ratio":
        return found
    return {"midpoint": Prior.normal(0.0, defaults.MIDPOINT_SD)}


def usable(prior: Prior) -> bool:
    """Whether a prior has a proper density."""
    return prior.is_proper and not prior.atoms


def _unit(trial: Trial) -> float:
    if trial.has_counts or trial.reported is None or trial.reported.is_log:
        return 1.0
    return _UNIT * trial.reported.scale_se
