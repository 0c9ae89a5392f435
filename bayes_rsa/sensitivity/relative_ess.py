"""What reweighting from one prior to another leaves of the draws, by exact expectation.

The relative effective sample size is (E w)^2 / E w^2 under the base posterior, w the ratio of the
two prior densities; PSIS should find it within its own noise.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact import ContrastLikelihood, ExactPosterior
from bayes_rsa.exact.legendre import rule
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.contrast_quantiles import log_densities
from bayes_rsa.trial import Trial

_LOST: Final = 1e-11
_PANELS: Final = 400


def relative_ess(likelihood: ContrastLikelihood, base: Prior, target: Prior) -> float:
    """Relative effective sample size from one effect prior to another.

    Parameters
    ----------
    likelihood
        Likelihood of the log odds ratio, the nuisance integrated out.
    base, target
        Effect priors of the fit, and of the answer that is wanted.

    Notes
    -----
    The expectations run over the base posterior's central mass of 1 - 2e-11: for a target wider
    than the base by more than the square root of 2 the variance of the weights is infinite, but
    only through draws that nobody will ever see.
    """
    posterior: ExactPosterior = likelihood.posterior(base)
    low, high = posterior.distribution("log_odds_ratio").ppf(np.array([_LOST, 1.0 - _LOST]))
    edges = np.linspace(low, high, _PANELS + 1)
    gauss, weights, _ = rule()
    half = 0.5 * np.diff(edges)[:, None]
    x = edges[:-1, None] + half * (1.0 + gauss)
    log_mass = likelihood.log_likelihood(x) + np.log(half * weights)
    log_base, log_target = log_densities([base], x)[0], log_densities([target], x)[0]
    zeroth, first, second = (
        np.logaddexp.reduce(log_mass + k * log_target + (1 - k) * log_base, axis=None)
        for k in range(3)
    )
    return float(np.exp(2.0 * first - zeroth - second))


def has_infinite_variance(base: Prior, target: Prior) -> bool:
    """Whether the weights' variance is formally infinite, for normal priors on one parameter.

    Then the target's variance is more than twice the base's, and the likelihood of a log odds ratio
    does not fall fast enough to make up for it.
    """
    for name, prior in (("base", base), ("target", target)):
        if prior.families != ("normal",):
            raise InputError(
                name, str(prior), "the rule is about normal priors", "look at Pareto k instead"
            )
    return target.sd > math.sqrt(2.0) * base.sd


def tempered_relative_ess(
    trial: Trial, power: float, *, treatment: Prior | None = None, control: Prior | None = None
) -> float:
    """Relative effective sample size from the full likelihood to its power a0, for beta arms.

    Parameters
    ----------
    trial
        The data.
    power
        Power a0 of the likelihood, greater than 0.
    treatment, control
        Beta priors on the arms; uniform by default.

    Returns
    -------
    float
        By the beta function; 0 where the weights have no variance (a0 <= 1/2 under weak priors).
    """
    a0 = check_number("power", power, above=0.0, remedy="1 keeps the trial as it is")
    log_ratio = 0.0
    arms = zip((treatment, control), trial.events, trial.n, strict=True)
    for prior, events, n in arms:
        chosen = Prior.beta(1, 1) if prior is None else prior
        if chosen.families != ("beta",) or not chosen.is_proper:
            raise InputError(
                "prior", str(chosen), "the closed form is about beta priors", "use beta(a, b)"
            )
        a, b = chosen.components[0].arguments
        logs = []
        for k in (1.0, a0, 2.0 * a0 - 1.0):
            shape = a + k * events, b + k * (n - events)
            if min(shape) <= 0:
                return 0.0
            logs.append(math.lgamma(shape[0]) + math.lgamma(shape[1]) - math.lgamma(sum(shape)))
        log_ratio += 2.0 * logs[1] - logs[0] - logs[2]
    return math.exp(log_ratio)
