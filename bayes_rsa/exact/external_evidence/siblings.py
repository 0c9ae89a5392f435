"""A bias that the trial shares with its siblings, by a normal likelihood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.evidence import Study
from bayes_rsa.exact.external_evidence.arms import check_bias, checked_studies
from bayes_rsa.exact.external_evidence.laws import KernelLaw, Part
from bayes_rsa.exact.external_evidence.normal_model import log_odds_ratio
from bayes_rsa.exact.external_evidence.spread import Spread, moments_of_spread
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

__all__ = ["SharedBias", "normal_shared_bias"]

_NEGLIGIBLE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class SharedBias:
    """The trial's true effect, where it shares a bias with some of the studies.

    Attributes
    ----------
    before
        What the studies predict for it.
    after
        What is left with the trial among the data.
    """

    before: KernelLaw
    after: KernelLaw


def normal_shared_bias(
    trial: Trial,
    *,
    studies: Sequence[Study],
    effect_mean: Prior,
    effect_heterogeneity: Prior,
    group_bias: Prior,
    own_bias: Prior,
) -> SharedBias:
    r"""Trials of the trial's own group share a bias; each log odds ratio is normal.

    .. math::
        y_h \sim N(\theta_h + s_h (B + b_h), \mathrm{se}_h^2), \qquad
        \theta_h, \theta_\ast \sim N(\mu, \tau^2)

    with :math:`s_h = 1` for the trial and its siblings. Given :math:`\tau` all is normal; the rest
    is a sum over its nodes. The arguments are those of
    :func:`bayes_rsa.models.external_evidence.shared_bias`, which has binomial likelihoods.

    Parameters
    ----------
    trial
        With counts.
    studies
        Randomised studies with both arms; those with ``same_group`` are the siblings.
    effect_mean
        ``normal`` prior on the mean of the true log odds ratios.
    effect_heterogeneity
        Prior on their SD, proper.
    group_bias, own_bias
        ``normal`` or ``point`` priors on the shared bias, and on what each trial adds to it.

    Raises
    ------
    InputError
        No sibling, a study that was not randomised or counts twice, or a prior of another family.
    """
    found = checked_studies(trial, studies)
    check_bias("bias", None, found, borrowed=True)
    if not any(study.same_group for study in found):
        raise InputError(
            "studies",
            len(found),
            "none of them is of the trial's own group, so there is no bias to share",
            "mark siblings by same_group",
        )
    if effect_mean.families != ("normal",):
        raise InputError("effect_mean", str(effect_mean), "it is one normal", "use normal(0, 1)")
    (shift_b, var_b), (shift_o, var_o) = (
        _moments(name, prior)
        for name, prior in (("group_bias", group_bias), ("own_bias", own_bias))
    )
    m0, s0 = effect_mean.components[0].arguments
    arms = [(trial.arms[0], trial.arms[1])]
    for study in found:
        first, second = study.arms
        if trial.better == "lower":
            first, second = first.relabelled(), second.relabelled()
        arms.append((first, second))
    y, se = np.array([log_odds_ratio(*pair) for pair in arms]).T
    sibling = np.array([1.0, *(float(study.same_group) for study in found)])
    residual = y - m0 - sibling * (shift_b + shift_o)
    fixed = np.diag(se**2 + sibling * var_o) + var_b * np.outer(sibling, sibling) + s0**2
    spread = Spread.of(effect_heterogeneity)
    moments = moments_of_spread(effect_heterogeneity, len(found), proper_mean=True)
    laws = []
    for start in (1, 0):
        own = 1.0 if start == 0 else 0.0
        laws.append(
            _law(residual[start:], fixed[start:, start:], spread, (float(m0), s0**2, own), moments)
        )
    return SharedBias(*laws)


def _law(
    residual: Floats,
    fixed: Floats,
    spread: Spread,
    prior: tuple[float, float, float],
    moments: int,
) -> KernelLaw:
    """Law of the trial's effect; ``prior`` ends with 1 if the trial is the first datum."""
    m0, v0, own = prior
    square = spread.nodes**2
    covariance = fixed + square[:, None, None] * np.eye(residual.size)
    shared = np.full((square.size, residual.size), v0)
    shared[:, 0] += own * square
    right = np.stack([np.broadcast_to(residual, shared.shape), shared], axis=-1)
    solved = np.linalg.solve(covariance, right)
    _, log_size = np.linalg.slogdet(covariance)
    logs = spread.log_weights - 0.5 * (log_size + solved[..., 0] @ residual)
    logs = logs - np.logaddexp.reduce(logs)
    centre = m0 + np.einsum("tn,tn->t", shared, solved[..., 0])
    variance = v0 + square - np.einsum("tn,tn->t", shared, solved[..., 1])
    keep = logs > math.log(_NEGLIGIBLE)
    weight = np.exp(logs[keep])
    part = Part(centre[keep], weight / weight.sum(), 0.0, np.sqrt(variance[keep]))
    return KernelLaw((part,), moments)


def _moments(name: str, prior: Prior) -> tuple[float, float]:
    if prior.families == ("point",):
        return float(prior.components[0].arguments[0]), 0.0
    if prior.families == ("normal",):
        mean, sd = prior.components[0].arguments
        return float(mean), float(sd) ** 2
    raise InputError(
        name, str(prior), "in closed form a bias is normal or a point", "use normal(mean, sd)"
    )
