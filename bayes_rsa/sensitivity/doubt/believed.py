"""What is believed of the true risks before the trial: the priors that a doubt is weighed under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.exact import ExactPosterior, independent_arms, log_odds_ratio, reported_effect
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

_MODELS: Final[Mapping[frozenset[str], str]] = MappingProxyType(
    {
        frozenset({"treatment", "control"}): "independent_arms",
        frozenset({"effect", "baseline"}): "log_odds_ratio",
        frozenset({"effect", "midpoint"}): "log_odds_ratio",
        frozenset({"effect"}): "reported_effect",
    }
)


@dataclass(frozen=True, slots=True)
class Believed:
    """Priors on the true risks, or on a reported effect.

    Parameters
    ----------
    priors
        Keyword priors: ``treatment`` and ``control``; ``effect`` with ``baseline`` or ``midpoint``;
        or ``effect`` alone, for a trial known by its effect.
    name
        A name for the whole; by default the priors themselves.
    as_observed
        Whether the prior is one on the effect as the trial shows it, a bias then being taken off
        the posterior; otherwise it is one on the true effect, and the bias is part of the model.
    """

    priors: Mapping[str, Prior]
    name: str = ""
    as_observed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "priors", MappingProxyType(dict(self.priors)))
        if frozenset(self.priors) not in _MODELS:
            raise InputError(
                "priors",
                sorted(self.priors),
                "they stand on both arms, or on the effect with a baseline or a midpoint",
                "give treatment and control, or effect and midpoint",
            )

    @property
    def model(self) -> str:
        """Name of the model without any doubt."""
        return _MODELS[frozenset(self.priors)]

    @property
    def likelihood(self) -> str:
        """``binomial``, or ``normal`` for a reported effect."""
        return "normal" if self.model == "reported_effect" else "binomial"

    @property
    def text(self) -> str:
        """The priors in words, to stand beside every number that depends on them."""
        parts = ", ".join(f"{name} ~ {prior}" for name, prior in self.priors.items())
        where = "; on the effect as observed" if self.as_observed else ""
        return f"{self.name} ({parts}{where})" if self.name else f"{parts}{where}"

    @property
    def is_proper(self) -> bool:
        """Whether every prior is."""
        return all(prior.is_proper for prior in self.priors.values())

    def exact(self, trial: Trial) -> ExactPosterior:
        """Exact posterior without any doubt."""
        function = {
            "independent_arms": independent_arms,
            "log_odds_ratio": log_odds_ratio,
            "reported_effect": reported_effect,
        }[self.model]
        posterior: ExactPosterior = function(trial, **self.priors)  # type: ignore[operator]
        return posterior


def reference_belief(trial: Trial) -> Believed:
    """The reference analysis's priors.

    Raises
    ------
    InputError
        For a difference: no prior fits every unit.
    """
    if trial.measure not in ("OR", "RR", "HR"):
        raise InputError(
            "believed",
            f"none, for a {trial.measure}",
            "a difference has a unit, and no prior fits every unit",
            'pass believed=Believed({"effect": Prior.normal(0, sd)})',
        )
    effect = Prior.normal(0.0, defaults.REFERENCE_EFFECT_SD)
    if not trial.has_counts:
        return Believed({"effect": effect}, "reference priors")
    return Believed(
        {"effect": effect, "midpoint": Prior.normal(0.0, defaults.MIDPOINT_SD)}, "reference priors"
    )


def default_beliefs(trial: Trial, reference: Believed | None = None) -> tuple[Believed, ...]:
    """The reference, uniform arms, and what leaves the likelihood alone."""
    found = [reference or reference_belief(trial)]
    if not trial.has_counts:
        return (*found, Believed({"effect": Prior.flat()}, "flat"))
    uniform = Prior.beta(1.0, 1.0)
    found.append(Believed({"treatment": uniform, "control": uniform}, "uniform arms"))
    counts = zip(trial.events, trial.n, strict=True)
    if all(0 < events < n for events, n in counts):
        flat = Prior.flat()
        found.append(Believed({"effect": flat, "midpoint": flat}, "flat on both logits (Haldane)"))
    vague = {"effect": Prior.normal(0.0, 1.0), "midpoint": Prior.normal(0.0, 10.0)}
    found += [Believed(vague, "vague level"), Believed(vague, "vague level", as_observed=True)]
    return tuple(found)
