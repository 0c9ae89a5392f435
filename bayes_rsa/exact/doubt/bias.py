"""A bias added to the log odds ratio."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.doubt.nodes import normal_nodes
from bayes_rsa.exact.doubt.risks import Risks
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.plane import Term, arm_term, binomial_likelihood
from bayes_rsa.exact.posterior import ExactPosterior
from bayes_rsa.exact.reported import normal_posterior
from bayes_rsa.priors import Component, Prior
from bayes_rsa.trial import Trial

NO_DOUBT = Prior.point(0.0)


def additive_bias(
    trial: Trial,
    *,
    bias: Prior,
    bias_mean: Prior = NO_DOUBT,
    treatment: Prior | None = None,
    control: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> ExactPosterior:
    """What was observed is the true log odds ratio plus a bias.

    Parameters
    ----------
    trial
        With counts, or known by its effect: then the likelihood is normal.
    bias
        Prior on the bias, on the log odds ratio (or the reported effect's scale): positive where
        the trial shows more events on treatment than there truly are. ``normal``, ``point`` or a
        mixture of these. Its size is about its mean, if that is uncertain.
    bias_mean
        Prior on the mean of the bias, which is added to it: of the same families.
    treatment, control
        Priors on the true event probabilities, if there is no prior on the effect.
    effect, baseline, midpoint
        Priors on the true effect and its level, as in :func:`bayes_rsa.exact.log_odds_ratio`.

    Notes
    -----
    With a baseline the whole bias falls on the treatment arm; otherwise half of it on each, so
    that the mean of the two log odds is free of it. Only the sum of bias and effect is informed
    by the data: nothing is learned about the bias that its prior does not say.

    References
    ----------
    Turner RM et al. Bias modelling in evidence synthesis. J R Stat Soc A 2009;172:21-47.
    doi:10.1111/j.1467-985X.2008.00547.x
    """
    total = added(bias, bias_mean)
    assumptions = MappingProxyType({"bias": total})
    if not trial.has_counts:
        return _of_reported(trial, effect, total)
    risks = Risks.of(
        trial,
        treatment=treatment,
        control=control,
        effect=effect,
        baseline=baseline,
        midpoint=midpoint,
    )
    share = (1.0, 0.0) if "baseline" in risks.priors else (0.5, 0.5)
    terms = _terms(trial, total, share)
    return risks.posterior("additive_bias", terms, assumptions=assumptions)


def added(bias: Prior, mean: Prior) -> Prior:
    """Prior of the sum of a bias and its mean: normals and points add in closed form.

    Raises
    ------
    InputError
        If either is of another family.
    """
    parts = []
    for b in bias.components:
        for m in mean.components:
            (b_mean, b_sd), (m_mean, m_sd) = _moments("bias", b), _moments("bias_mean", m)
            sd = math.hypot(b_sd, m_sd)
            place = b_mean + m_mean
            part = Prior.normal(place, sd) if sd else Prior.point(place)
            parts.append((b.weight * m.weight, part))
    return parts[0][1] if len(parts) == 1 else Prior.mixture(parts)


def _moments(name: str, component: Component) -> tuple[float, float]:
    family, arguments = component.family, component.arguments
    if family == "point":
        return float(arguments[0]), 0.0
    if family == "normal":
        return float(arguments[0]), float(arguments[1])
    raise InputError(
        name,
        f"{family}(...)",
        "the exact engine adds a bias that is normal or a point",
        "use normal(mean, sd), point(value), or NUTS",
    )


def _terms(trial: Trial, bias: Prior, share: tuple[float, float]) -> tuple[Term, ...]:
    (y1, y0), (n1, n0) = trial.events, trial.n
    (first, level1), (second, level0) = binomial_likelihood(y1, n1), binomial_likelihood(y0, n0)
    scale = math.sqrt(sum(1 / (c + 0.5) for c in (y1, n1 - y1, y0, n0 - y0)))
    values, log_w = normal_nodes("bias", bias, scale)
    up, down = share
    middle = float(np.exp(log_w) @ values)
    level1, level0 = level1 - up * middle, level0 + down * middle
    if values.size == 1:
        return (
            arm_term("treatment", lambda x: first(x + up * middle), level1),
            arm_term("control", lambda x: second(x - down * middle), level0),
        )

    def value(s: Floats, d: Floats) -> Floats:
        l1, l0 = s + d, s - d
        total = np.full(np.shape(l1), -np.inf)
        for b, log_weight in zip(values, log_w, strict=True):
            here = first(l1 + up * b) + second(l0 - down * b)
            total = np.logaddexp(total, here + log_weight)
        return total

    return (Term(value, peaks=(("treatment", level1), ("control", level0))),)


def _of_reported(trial: Trial, effect: Prior | None, bias: Prior) -> ExactPosterior:
    if effect is None:
        raise InputError(
            "effect", "missing", "a reported effect needs a prior on the effect", "give effect"
        )
    likelihoods = []
    for component in bias.components:
        mean, sd = _moments("bias", component)
        likelihoods.append((component.weight, mean, sd))
    return normal_posterior("additive_bias", trial, effect, likelihoods, {"bias": bias})
