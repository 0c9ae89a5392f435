"""What the models of doubt share: the true risks with their priors, and what may be fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.models._arms import expose
from bayes_rsa.models._families import log_of_probability
from bayes_rsa.models._variables import variable
from bayes_rsa.priors import Prior

Tensor = Any
ARM_VARIABLES = ("p_treatment", "p_control", "log_odds_ratio")


@dataclass(frozen=True, slots=True)
class RiskPriors:
    """Priors on the true risks: on both arms, or on the effect and its level.

    Attributes
    ----------
    priors
        By the name of the free variable.
    """

    priors: dict[str, Prior]

    @classmethod
    def of(
        cls,
        *,
        treatment: Prior | None,
        control: Prior | None,
        effect: Prior | None,
        baseline: Prior | None,
        midpoint: Prior | None,
    ) -> RiskPriors:
        """From the keywords of a model of doubt."""
        if effect is not None:
            for name, prior in (("treatment", treatment), ("control", control)):
                if prior is not None:
                    raise InputError(
                        name,
                        str(prior),
                        "priors stand on the arms or on the effect, not on both",
                        f"leave out {name}, or effect",
                    )
            if baseline is not None and midpoint is not None:
                raise InputError(
                    "baseline",
                    str(baseline),
                    "a model takes a prior on the baseline or on the midpoint, not both",
                    "leave one of them out",
                )
            if baseline is not None:
                return cls({"effect": effect, "baseline": baseline})
            level = midpoint or Prior.normal(0.0, defaults.MIDPOINT_SD)
            return cls({"effect": effect, "midpoint": level})
        for name, prior in (("baseline", baseline), ("midpoint", midpoint)):
            if prior is not None:
                raise InputError(
                    name, str(prior), "it belongs to a prior on the effect", "give effect, too"
                )
        if treatment is None or control is None:
            raise InputError(
                "effect",
                "missing",
                "a prior on the effect, or on both arms, is needed",
                "give effect, or treatment and control",
            )
        for name, prior in (("treatment", treatment), ("control", control)):
            require_probability(name, prior)
        return cls({"p_treatment": treatment, "p_control": control})

    @property
    def nuisance(self) -> tuple[str, ...]:
        """The level, where there is one."""
        return tuple(name for name in ("baseline", "midpoint") if name in self.priors)

    def require_proper(self, why: str) -> None:
        """Refuse improper priors, saying why."""
        for name, prior in self.priors.items():
            if not prior.is_proper:
                raise InputError(name, str(prior), why, "use a proper prior")

    def log_odds(self) -> tuple[Tensor, Tensor]:
        """Add the free variables and the exposed scalars; the true log odds of both arms."""
        if "p_treatment" in self.priors:
            arms = [variable(name, prior) for name, prior in self.priors.items()]
            l1, l0 = (log_p - log_q for log_p, log_q in map(log_of_probability, arms))
            pm.Deterministic("log_odds_ratio", l1 - l0)
            return l1, l0
        delta, level = (variable(name, prior) for name, prior in self.priors.items())
        if "baseline" in self.priors:
            l1, l0 = level + delta, level
        else:
            l1, l0 = level + delta / 2, level - delta / 2
        expose(log_odds_treatment=l1, log_odds_control=l0)
        return l1, l0


def doubted(name: str, prior: Prior) -> tuple[Tensor, dict[str, Prior]]:
    """A free variable with this prior; or, for a point, data of this name. And the card's entry."""
    if prior.families == ("point",):
        return pm.Data(name, np.float64(prior.components[0].arguments[0])), {}
    if not prior.is_proper:
        raise InputError(
            name, str(prior), "the data do not inform it, so its prior must be proper", "narrow it"
        )
    return variable(name, prior), {name: prior}


def require_probability(name: str, prior: Prior) -> None:
    """Refuse a prior that reaches outside [0, 1]."""
    lower, upper = prior.support
    if lower < 0 or upper > 1:
        raise InputError(
            name,
            str(prior),
            "a prior on a probability has its support inside [0, 1]",
            "use beta(a, b), uniform(0, 1) or logit_normal(mean, sd)",
        )
