"""Participants whose outcome is missing, perhaps because of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from bayes_rsa.exact.coordinates import softplus
from bayes_rsa.exact.doubt.bias import NO_DOUBT
from bayes_rsa.exact.doubt.nodes import normal_nodes
from bayes_rsa.exact.doubt.risks import Risks
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.plane import Term, arm_term, binomial_likelihood
from bayes_rsa.exact.posterior import ExactPosterior
from bayes_rsa.fields import check_count
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial


def missing_outcomes(
    trial: Trial,
    *,
    missing: tuple[int, int],
    imor_treatment: Prior = NO_DOUBT,
    imor_control: Prior = NO_DOUBT,
    treatment: Prior | None = None,
    control: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> ExactPosterior:
    """Some participants beside those counted were randomised, and their outcome is unknown.

    Parameters
    ----------
    trial
        With the counts of those observed.
    missing
        Participants without an outcome in (treatment, control).
    imor_treatment, imor_control
        Prior on the log of the informative missingness odds ratio: odds of the event among the
        missing over those among the observed. ``normal``, ``point`` or a mixture of these; the
        default, 0, is missing at random.
    treatment, control, effect, baseline, midpoint
        Priors on the risk of all who were randomised, as in
        :func:`bayes_rsa.exact.doubt.additive_bias`.

    References
    ----------
    White IR, Higgins JPT, Wood AM. Allowing for uncertainty due to missing data in meta-analysis,
    part 1. Statistics in Medicine 2008;27:711-727. doi:10.1002/sim.3008
    """
    names = ("missing.treatment", "missing.control")
    counts = tuple(check_count(name, m) for name, m in zip(names, missing, strict=True))
    risks = Risks.of(
        trial,
        treatment=treatment,
        control=control,
        effect=effect,
        baseline=baseline,
        midpoint=midpoint,
    )
    imor = {"imor_treatment": imor_treatment, "imor_control": imor_control}
    terms = [
        _term(arm, y, n, m, f"imor_{arm}", prior)
        for arm, y, n, m, prior in zip(
            ("treatment", "control"), trial.events, trial.n, counts, imor.values(), strict=True
        )
    ]
    return risks.posterior("missing_outcomes", terms, assumptions=MappingProxyType(imor))


def observed_log_odds(log_odds: Floats, log_imor: float, share: float) -> Floats:
    """Log odds of the event among the observed, given those among all.

    Parameters
    ----------
    log_odds
        Of the event among all who were randomised.
    log_imor
        Log odds ratio, missing over observed.
    share
        Share of those randomised whose outcome is missing, in [0, 1).

    Notes
    -----
    With x the probability among the observed, p = (1 - share) x + share x r / (1 - x + r x): a
    quadratic, whose root is written for each outcome without cancellation.
    """
    if log_imor == 0 or share == 0:
        return log_odds
    # Seen from the outcome that is more frequent among the missing: r above 1, b = 1/r, a = 1 - b.
    sign = 1.0 if log_imor > 0 else -1.0
    b, a = math.exp(-abs(log_imor)), -math.expm1(-abs(log_imor))
    log_p, log_q = -softplus(-sign * log_odds), -softplus(sign * log_odds)
    q = np.exp(log_q)
    over = a * (np.exp(log_p) - share)
    root = np.sqrt((b + over) ** 2 + 4.0 * q * a * share * b)
    high = over > b
    near = np.where(high, (over + q * a * share) / (root + np.abs(over - b)), b - over + root)
    log_x = log_p - np.log(near) + np.where(high, -math.log(2.0), math.log(2.0) - abs(log_imor))
    log_y = math.log(2.0) + log_q - np.log(1.0 - share * a + q * a + root)
    return np.asarray(sign * (log_x - log_y))


def _term(arm: str, events: int, n: int, missing: int, name: str, prior: Prior) -> Term:
    likelihood, observed = binomial_likelihood(events, n)
    share = missing / (n + missing) if missing else 0.0
    values, log_w = normal_nodes(name, prior, _scale(events, n, share))
    if share == 0:
        return arm_term(arm, likelihood, observed)
    among_missing = observed + float(np.exp(log_w) @ values)
    p = (1 - share) / (1 + math.exp(-observed)) + share / (1 + math.exp(-among_missing))
    peak = math.log(p) - math.log1p(-p)
    return arm_term(arm, _averaged(likelihood, values, log_w, share), peak)


def _averaged(
    likelihood: Callable[[Floats], Floats], values: Floats, log_w: Floats, share: float
) -> Callable[[Floats], Floats]:
    if values.size == 1:
        return lambda x: likelihood(observed_log_odds(x, float(values[0]), share))

    def evaluate(log_odds: Floats) -> Floats:
        total = np.full(np.shape(log_odds), -np.inf)
        for value, log_weight in zip(values, log_w, strict=True):
            here = likelihood(observed_log_odds(log_odds, float(value), share))
            total = np.logaddexp(total, here + log_weight)
        return total

    return evaluate


def _scale(events: int, n: int, share: float) -> float:
    # How fast the likelihood can vary with the log odds ratio: the observed log odds move by at
    # most its share; and the logistic function turns within half a unit.
    cells = 1 / (events + 0.5) + 1 / (n - events + 0.5)
    return min(0.5, math.sqrt(cells) / max(share, 1e-9))
