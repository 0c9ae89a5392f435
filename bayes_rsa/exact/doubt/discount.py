"""A likelihood that counts for less than it says."""

from __future__ import annotations

from types import MappingProxyType

from bayes_rsa.errors import InputError
from bayes_rsa.exact.doubt.risks import FallOff, Risks
from bayes_rsa.exact.plane import binomial
from bayes_rsa.exact.posterior import ExactPosterior
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial


def discounted(
    trial: Trial,
    *,
    discount: float,
    treatment: Prior | None = None,
    control: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> ExactPosterior:
    """The likelihood raised to a power between 0 and 1.

    Parameters
    ----------
    trial
        With counts.
    discount
        The power: 1 takes the trial at its word, 0 leaves the prior.
    treatment, control, effect, baseline, midpoint
        Priors, as in :func:`bayes_rsa.exact.doubt.additive_bias`.

    Notes
    -----
    A power of a likelihood is no probability of the data: there is no marginal likelihood. With
    Beta arms it is Beta(a + discount * events, b + discount * (n - events)).

    References
    ----------
    Ibrahim JG, Chen MH. Power prior distributions for regression models. Statistical Science
    2000;15:46-60. doi:10.1214/ss/1009212673
    """
    power = checked_discount(discount)
    risks = Risks.of(
        trial,
        treatment=treatment,
        control=control,
        effect=effect,
        baseline=baseline,
        midpoint=midpoint,
    )
    (y1, y0), (n1, n0) = trial.events, trial.n
    counts = FallOff((power * y1, power * y0), (power * n1, power * n0))
    terms = (
        binomial("treatment", counts.events[0], counts.n[0]),
        binomial("control", counts.events[1], counts.n[1]),
    )
    return risks.posterior(
        "discounted",
        terms,
        assumptions=MappingProxyType({"discount": Prior.point(power)}),
        counts=counts,
        generative=False,
    )


def checked_discount(discount: float) -> float:
    """The power of a likelihood, from 0 to 1."""
    power = check_number("discount", discount)
    if not 0 <= power <= 1:
        raise InputError(
            "discount",
            discount,
            "a discount lies between 0 (ignore the trial) and 1 (full trust)",
            "write 0.5 for half",
        )
    return power
