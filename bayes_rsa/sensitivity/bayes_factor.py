"""Bayes factors of a point null against a prior on the effect, from exact marginal likelihoods.

BF10 is how much likelier the data are under the alternative (a prior on the effect) than under the
null (no effect), with one nuisance prior under both; BF01 is its reciprocal. It compares two
predictions of the data: it is not the odds of the hypotheses, and it depends on the prior's width.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import of_measure
from bayes_rsa.exact import ContrastLikelihood, ExactPosterior
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.nearly_flat import ARMS_ALONE, NO_NULL, why_refused
from bayes_rsa.trial import Trial

HYPOTHESES: Final = ("H+", "H-", "H0")
"""Effect above 0, below 0 (on the log scale for a ratio), and exactly none."""

PRIOR_PROBABILITIES: Final[Mapping[str, float]] = MappingProxyType(
    {"H+": 0.25, "H-": 0.25, "H0": 0.5}
)
"""Of the three, where nothing is said (Gronau et al. 2021, doi:10.18637/jss.v100.i17)."""

_TRUNCATED: Final = ("log_risk_ratio", "risk_difference")


@dataclass(frozen=True, slots=True)
class BayesFactors:
    """Bayes factors of one alternative against no effect.

    Attributes
    ----------
    alternative
        The effect's prior under the alternative, as text.
    nuisance
        The nuisance prior under both hypotheses: ``midpoint ~ normal(0, 1.5)``; empty if none.
    log_marginal_1, log_marginal_0
        Natural logs of the marginal likelihoods under the alternative and under no effect.
    prior_above, prior_below
        Prior probabilities of an effect above and below no effect, under the alternative.
    posterior_above, posterior_below
        Posterior probabilities of the same, under the alternative.
    """

    alternative: str
    nuisance: str
    log_marginal_1: float
    log_marginal_0: float
    prior_above: float
    prior_below: float
    posterior_above: float
    posterior_below: float

    @property
    def log_bf_10(self) -> float:
        """Natural log of BF10."""
        return self.log_marginal_1 - self.log_marginal_0

    @property
    def bf_10(self) -> float:
        """Evidence for the two-sided alternative against no effect."""
        return _exp(self.log_bf_10)

    @property
    def bf_01(self) -> float:
        """Evidence for no effect against the two-sided alternative: 1 / BF10."""
        return _exp(-self.log_bf_10)

    @property
    def bf_plus_0(self) -> float | None:
        """BF+0, of an effect above 0 against none; None if the prior excludes it."""
        return self._sided(self.posterior_above, self.prior_above)

    @property
    def bf_minus_0(self) -> float | None:
        """BF-0, of an effect below 0 against none; None if the prior excludes it."""
        return self._sided(self.posterior_below, self.prior_below)

    def _sided(self, posterior: float, prior: float) -> float | None:
        if prior == 0:
            return None
        return self.bf_10 * posterior / prior

    def posterior_probabilities(
        self, prior: Mapping[str, float] = PRIOR_PROBABILITIES
    ) -> dict[str, float]:
        """Posterior probabilities of H+, H- and H0.

        Parameters
        ----------
        prior
            Their prior probabilities, which sum to 1; the one-sided alternatives are the effect's
            prior cut off at no effect.

        Raises
        ------
        InputError
            If the probabilities are not those of the three, or the effect's prior excludes one.
        """
        if set(prior) != set(HYPOTHESES) or not math.isclose(sum(prior.values()), 1, abs_tol=1e-9):
            raise InputError(
                "prior",
                dict(prior),
                "the prior probabilities of H+, H- and H0 sum to 1",
                "give all three, such as 0.25, 0.25 and 0.5",
            )
        factors = {"H+": self.bf_plus_0, "H-": self.bf_minus_0, "H0": 1.0}
        parts = {}
        for name, factor in factors.items():
            if factor is None and prior[name] > 0:
                raise InputError(
                    "prior", prior[name], f"{self.alternative} excludes {name}", "give it 0"
                )
            parts[name] = prior[name] * (factor or 0.0)
        total = math.fsum(parts.values())
        return {name: part / total for name, part in parts.items()}

    def minimum_prior_probability(self, posterior: float = 0.95) -> float:
        """Prior probability of the alternative from which it ends at ``posterior`` or above."""
        return minimum_prior_probability(self.bf_10, posterior)


def bayes_factors(posterior: ExactPosterior) -> BayesFactors:
    """Bayes factors of a posterior's effect prior against no effect.

    Parameters
    ----------
    posterior
        From ``exact.log_odds_ratio``, ``log_risk_ratio``, ``risk_difference``,
        ``conditional_odds_ratio`` or ``reported_effect``.

    Raises
    ------
    InputError
        If the model has no point of no effect, or the effect's prior is improper or nearly flat:
        then a Bayes factor measures the prior's width, not the data (Lindley's paradox).
    """
    reason = why_refused(posterior)
    if reason:
        raise InputError(
            "effect",
            str(posterior.priors.get("effect", "")),
            reason,
            "use a prior that says which effects are plausible, such as normal(0, 1)",
        )
    effect = posterior.priors["effect"]
    log_null = log_null_likelihood(posterior)
    log_marginal = posterior.log_marginal_likelihood
    assert log_marginal is not None
    key = _null_key(posterior)
    above, below = float(posterior.sf(key, 0.0)), float(posterior.cdf(key, 0.0))
    if posterior.model in _TRUNCATED:
        # Cut off at what the control risk makes possible: the sides depend on the baseline.
        empty = Trial.from_counts(treatment=(0, 0), control=(0, 0))
        before = getattr(exact, posterior.model)(empty, **posterior.priors)
        prior_above, prior_below = float(before.sf(key, 0.0)), float(before.cdf(key, 0.0))
    else:
        prior_above, prior_below = _sides(effect)
    nuisance = [f"{name} ~ {p}" for name, p in posterior.priors.items() if name != "effect"]
    return BayesFactors(
        str(effect),
        ", ".join(nuisance),
        log_marginal,
        log_null,
        prior_above,
        prior_below,
        above,
        below,
    )


def bayes_factor_10(posterior: ExactPosterior) -> float | None:
    """BF10 where it may be printed; None where :func:`bayes_factors` refuses it."""
    if why_refused(posterior):
        return None
    return _exp(log_bayes_factor_10(posterior))


def log_bayes_factor_10(posterior: ExactPosterior) -> float:
    """Natural log of BF10, however wide the prior; :func:`bayes_factors` refuses nearly flat ones.

    Raises
    ------
    InputError
        If the model has no point of no effect, or a prior is improper.
    """
    if posterior.model in ARMS_ALONE:
        raise InputError("model", posterior.model, NO_NULL, "use log_odds_ratio, or gunel_dickey")
    log_marginal = posterior.log_marginal_likelihood
    if log_marginal is None:
        raise InputError(
            "priors",
            {name: str(p) for name, p in posterior.priors.items()},
            "an improper prior has no marginal likelihood",
            "use proper priors",
        )
    return log_marginal - log_null_likelihood(posterior)


def log_null_likelihood(posterior: ExactPosterior) -> float:
    """Log marginal likelihood of no effect, with the posterior's nuisance prior."""
    if posterior.model in ARMS_ALONE:
        raise InputError("model", posterior.model, NO_NULL, "use log_odds_ratio, or gunel_dickey")
    if posterior.model == "reported_effect":
        reported = posterior.trial.reported
        assert reported is not None
        z = reported.location / reported.scale_se
        return -0.5 * z * z - math.log(reported.scale_se) - 0.5 * math.log(2 * math.pi)
    if posterior.model == "conditional_odds_ratio":
        from bayes_rsa.exact.conditional import log_conditional_likelihood

        return float(log_conditional_likelihood(posterior.trial, np.zeros(1))[0])
    # Without an effect the control arm's log odds and the midpoint are one.
    levels = {k: p for k, p in posterior.priors.items() if k in ("baseline", "midpoint")}
    return float(ContrastLikelihood(posterior.trial, **levels).log_likelihood(0.0))


def savage_dickey(posterior: ExactPosterior) -> float:
    """BF01 as the posterior over the prior density at no effect, the prior's own density known.

    Raises
    ------
    InputError
        If the effect's prior is improper, or the nuisance prior given no effect is not the one
        without it: so for priors on the log risk ratio or the risk difference, cut off at what
        the control risk makes possible, and for priors on the arms.

    References
    ----------
    Dickey JM, Lientz BP. The weighted likelihood ratio. Ann Math Stat 1970;41:214-226.
    doi:10.1214/aoms/1177697203
    """
    if posterior.model in (*ARMS_ALONE, *_TRUNCATED):
        raise InputError(
            "model",
            posterior.model,
            "the nuisance prior given no effect differs from the one under the null",
            "use bayes_factors",
        )
    effect = posterior.priors["effect"]
    if not effect.is_proper:
        raise InputError("effect", str(effect), "an improper prior has no density", "use another")
    return float(posterior.pdf(_null_key(posterior), 0.0)) / math.exp(effect.logpdf(0.0))


def minimum_prior_probability(bf_10: float, posterior: float = 0.95) -> float:
    """Smallest prior probability of the alternative whose posterior probability is ``posterior``.

    ``c / (c + (1 - c) BF10)``: what a reader must have believed before, to believe it now.
    """
    if not 0 < posterior < 1:
        raise InputError("posterior", posterior, "a probability lies in (0, 1)", "give 0.95, say")
    return posterior / (posterior + (1 - posterior) * bf_10)


def _null_key(posterior: ExactPosterior) -> str:
    if posterior.arms:
        return "log_odds_ratio"
    estimand = of_measure(posterior.measure)
    return estimand.log_key or estimand.key


def _sides(prior: Prior) -> tuple[float, float]:
    if prior.families == ("normal",):
        z = prior.mean / prior.sd / math.sqrt(2)
        return 0.5 * math.erfc(-z), 0.5 * math.erfc(z)
    return float(prior.sf(0.0)), float(prior.cdf(0.0))


def _exp(log: float) -> float:
    return math.exp(log) if log < 709.0 else math.inf
