"""The arms' true risks and their priors: two arms, or a contrast with a baseline or midpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bayes_rsa.errors import InputError
from bayes_rsa.estimands.moments import Counts
from bayes_rsa.exact.assembly import (
    assembled,
    check_arm_prior,
    check_priors,
    choose_level,
    require_counts,
    sum_planes,
    weight_term,
)
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.plane import Plane, Term, prior_term
from bayes_rsa.exact.posterior import ExactPosterior
from bayes_rsa.priors import Component, Prior
from bayes_rsa.trial import Trial


@dataclass(frozen=True, slots=True)
class FallOff:
    """Events and n that a likelihood falls off like, far out in the log odds."""

    events: tuple[float, float]
    n: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Risks:
    """Priors on the two true risks.

    Attributes
    ----------
    trial
        The trial, with counts.
    priors
        ``p_treatment`` and ``p_control``; or ``effect`` (log odds ratio) and ``baseline`` or
        ``midpoint`` (log odds).
    """

    trial: Trial
    priors: Mapping[str, Prior]

    @classmethod
    def of(
        cls,
        trial: Trial,
        *,
        treatment: Prior | None,
        control: Prior | None,
        effect: Prior | None,
        baseline: Prior | None,
        midpoint: Prior | None,
    ) -> Risks:
        """From the keywords of a model of doubt: two arms, or an effect with its level."""
        require_counts(trial)
        if effect is not None:
            for name, prior in (("treatment", treatment), ("control", control)):
                if prior is not None:
                    raise InputError(
                        name,
                        str(prior),
                        "priors stand on the arms or on the effect, not on both",
                        f"leave out {name}, or effect",
                    )
            name, level = choose_level(baseline, midpoint)
            return cls(trial, {"effect": effect, name: level})
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
        return cls(trial, {"p_treatment": treatment, "p_control": control})

    @property
    def on_arms(self) -> bool:
        """Whether the priors stand on the arms."""
        return "p_treatment" in self.priors

    def require_proper(self, why: str) -> None:
        """Refuse improper priors, saying why."""
        for name, prior in self.priors.items():
            if not prior.is_proper:
                raise InputError(name, str(prior), why, "use a proper prior")

    def posterior(
        self,
        name: str,
        terms: Sequence[Term],
        *,
        assumptions: Mapping[str, Prior],
        counts: Counts | None = None,
        generative: bool = True,
    ) -> ExactPosterior:
        """Posterior of the true risks under these terms of the log likelihood.

        Parameters
        ----------
        name
            Name of the model.
        terms
            The log likelihood without the binomial coefficients, with a peak for each arm.
        assumptions
            Priors of what was integrated out.
        counts
            What the likelihood falls off like, if not like the trial's counts.
        generative
            Whether it is a probability of the data.
        """
        self._check(counts or self.trial)

        def plane(chosen: tuple[Component, ...]) -> Plane:
            pairs = zip(self._quantities(), chosen, strict=True)
            priors = (prior_term(quantity, component) for quantity, component in pairs)
            return Plane((*terms, *priors, weight_term(chosen)))

        def joint(**parameters: Floats) -> Floats:
            first, level = (parameters[key] for key in self.priors)
            if self.on_arms:
                s, d = 0.5 * (first + level), 0.5 * (first - level)
            else:
                s = level + 0.5 * first if "baseline" in self.priors else level
                d = 0.5 * first
            return sum_planes(self.priors, plane, s, d)

        return assembled(
            name,
            self.trial,
            self.priors,
            plane,
            joint,
            counts=counts,
            assumptions=assumptions,
            generative=generative,
        )

    def _quantities(self) -> tuple[str, str]:
        if self.on_arms:
            return "treatment_probability", "control_probability"
        return "log_odds_ratio", "control" if "baseline" in self.priors else "midpoint"

    def _check(self, counts: Counts) -> None:
        if not self.on_arms:
            check_priors(counts, self.priors, "OR")
            return
        for k, (name, prior) in enumerate(self.priors.items()):
            check_arm_prior(name.removeprefix("p_"), prior, counts.events[k], counts.n[k])
