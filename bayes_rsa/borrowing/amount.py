"""How much a trial borrows from an external prior, and what it takes to overrule it."""

from __future__ import annotations

from dataclasses import dataclass

from bayes_rsa import exact
from bayes_rsa.borrowing.robust import robustify
from bayes_rsa.estimands import Statement
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import (
    EffectiveSampleSize,
    MixtureWeight,
    PriorDataConflict,
    TippingPoint,
    effect_ess,
    mixture_weights,
    prior_data_conflict,
    tipping_weight,
)
from bayes_rsa.trial import Trial


@dataclass(frozen=True, slots=True)
class Borrowed:
    """What an external prior, mixed with a vague one, does to a trial's answer.

    Attributes
    ----------
    prior
        The mixture: the external prior's components, then the vague ones.
    statement
        What is asked.
    probability
        Posterior probability of the statement under the mixture.
    alone, without
        The same under the external prior alone, and under the vague one alone.
    prior_weight, posterior_weight
        Weight of the external prior in the mixture, before and after the data.
    components
        The same for each component.
    ess
        Effective sample sizes of the external prior, by definition.
    conflict
        Box's P values of the external prior.
    tipping
        Weight of the vague part at which the statement's probability crosses the threshold.
    """

    prior: Prior
    statement: str
    probability: float
    alone: float
    without: float
    prior_weight: float
    posterior_weight: float
    components: tuple[MixtureWeight, ...]
    ess: dict[str, EffectiveSampleSize]
    conflict: PriorDataConflict
    tipping: TippingPoint

    def explain(self) -> str:
        """The result in a few sentences."""
        size = self.ess["unit information"]
        worth = f"{size.value:.3g} {size.unit}" if size.value is not None else size.meaning
        return (
            f"P({self.statement}) is {self.probability:.4f}: {self.alone:.4f} under the external "
            f"prior alone, {self.without:.4f} without it. The external prior is worth {worth} "
            f"(unit information); its weight went from {self.prior_weight:.3g} to "
            f"{self.posterior_weight:.3g}. Box's P is {self.conflict.p:.2g} "
            f"({self.conflict.verdict}). {self.tipping.explain()}"
        )


def borrowed(
    trial: Trial,
    external: Prior,
    *,
    vague: Prior,
    weight: float,
    statement: str = "benefit",
    threshold: float = 0.975,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> Borrowed:
    """Say how much is borrowed from an external prior on the log odds ratio; by quadrature.

    Parameters
    ----------
    trial
        With counts and no empty cell.
    external
        Such as ``fit_mixture(...).prior``.
    vague, weight
        The component that allows for the external evidence being beside the point, and its weight
        (see :func:`bayes_rsa.borrowing.robustify`).
    statement, threshold
        What is asked, and the probability that tips.
    baseline, midpoint
        The nuisance prior, as in ``exact.log_odds_ratio``.
    """
    level = {"baseline": baseline, "midpoint": midpoint}
    event = Statement.parse(statement).resolve(trial.better, trial.measure)
    mixed = robustify(external, weight, vague)
    posterior = exact.log_odds_ratio(trial, effect=mixed, **level)
    each = mixture_weights(posterior)
    count = len(external.components)
    only = {
        name: exact.log_odds_ratio(trial, effect=prior, **level).probability(event)[0]
        for name, prior in (("alone", external), ("without", vague))
    }
    return Borrowed(
        prior=mixed,
        statement=statement,
        probability=posterior.probability(event)[0],
        **only,
        prior_weight=sum(part.prior for part in each[:count]),
        posterior_weight=sum(part.posterior for part in each[:count]),
        components=each,
        ess=effect_ess(trial, external, **level),
        conflict=prior_data_conflict(
            trial, effect=external, baseline=baseline, midpoint=midpoint, warn=False
        ),
        tipping=tipping_weight(
            trial, statement, threshold, sceptical=vague, other=external, **level
        ),
    )
