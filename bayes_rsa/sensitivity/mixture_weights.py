"""What the data make of the components of a mixture prior."""

from __future__ import annotations

from dataclasses import dataclass

from bayes_rsa.exact import ExactPosterior
from bayes_rsa.priors import Prior


@dataclass(frozen=True, slots=True)
class MixtureWeight:
    """One component of a mixture prior.

    Attributes
    ----------
    component
        The component, as a prior of its own.
    prior, posterior
        Its weight before and after the data.
    """

    component: Prior
    prior: float
    posterior: float

    @property
    def bayes_factor(self) -> float:
        """Factor by which the data change the odds of this component against the others."""
        before, after = self.prior / (1 - self.prior), self.posterior / (1 - self.posterior)
        return after / before


def mixture_weights(
    posterior: ExactPosterior, parameter: str = "effect"
) -> tuple[MixtureWeight, ...]:
    """Prior and posterior weights of the components of one parameter's prior.

    Parameters
    ----------
    posterior
        An exact posterior.
    parameter
        ``effect``, ``baseline``, ``midpoint``, ``p_treatment`` or ``p_control``.

    Raises
    ------
    InputError
        If the model has no such parameter.
    """
    after = posterior.component_weights(parameter)
    return tuple(
        MixtureWeight(Prior.of(c.family, *c.arguments), c.weight, weight)
        for c, weight in zip(posterior.priors[parameter].components, after, strict=True)
    )
