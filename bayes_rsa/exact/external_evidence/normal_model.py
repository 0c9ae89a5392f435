"""Random effects with a normal likelihood: everything but the heterogeneity in closed form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.evidence import Study
from bayes_rsa.exact.external_evidence.laws import KernelLaw, PanelLaw, Part
from bayes_rsa.exact.external_evidence.spread import Spread, moments_of_spread
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Arm

__all__ = ["Conditional", "RandomEffects", "log_odds", "log_odds_ratio", "normal_meta_analysis"]

FLAT = Prior.flat()
_NEGLIGIBLE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class RandomEffects:
    """What random effects over studies say.

    Attributes
    ----------
    mean
        Law of the mean over studies; None where its prior is a point.
    predictive
        Law of the effect in a new study.
    heterogeneity
        Law of the SD between studies; None where its prior has a point mass.
    studies
        Law of each study's own effect, by key, drawn towards the mean.
    estimates
        Each study's estimate and standard error, by key; where a cell is empty, with 1/2 added to
        the cells.
    """

    mean: KernelLaw | None
    predictive: KernelLaw
    heterogeneity: PanelLaw | None
    studies: Mapping[str, KernelLaw]
    estimates: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """Given the SD between studies, one component of the mean's prior: all shape ``(t,)``.

    Attributes
    ----------
    log_marginal
        Log marginal likelihood, up to a constant that all components share.
    centre, variance
        Of the mean's posterior.
    """

    log_marginal: Floats
    centre: Floats
    variance: Floats

    @classmethod
    def of(cls, y: Floats, se: Floats, prior: Prior, tau: Floats) -> tuple[Conditional, ...]:
        """One for each component of a prior made of flat, normal and point components."""
        precision = 1.0 / (se[:, None] ** 2 + tau**2)
        found = []
        for component in prior.components:
            m0, v0 = _component(component.family, component.arguments)
            total = precision.sum(axis=0) + (1.0 / v0 if v0 > 0 else 0.0)
            if v0 == 0:
                centre, variance = np.full(tau.shape, m0), np.zeros(tau.shape)
            else:
                pull = (precision * y[:, None]).sum(axis=0) + (m0 / v0 if v0 < math.inf else 0.0)
                centre, variance = pull / total, 1.0 / total
            square = (precision * (y[:, None] - centre) ** 2).sum(axis=0)
            logs = 0.5 * np.log(precision).sum(axis=0) - 0.5 * square + math.log(component.weight)
            if v0 > 0:
                logs = logs + 0.5 * np.log(variance)
            if 0 < v0 < math.inf:
                logs = logs - 0.5 * math.log(v0) - 0.5 * (centre - m0) ** 2 / v0
            found.append(cls(logs, centre, variance))
        return tuple(found)


def _component(family: str, arguments: Sequence[float]) -> tuple[float, float]:
    if family == "flat":
        return 0.0, math.inf
    if family == "normal":
        return float(arguments[0]), float(arguments[1]) ** 2
    if family == "point":
        return float(arguments[0]), 0.0
    raise InputError(
        "mean",
        f"{family}(...)",
        "the normal model takes a flat, normal or point prior on the mean",
        "use normal(mean, sd), or the binomial model",
    )


def normal_meta_analysis(
    studies: Sequence[Study],
    *,
    heterogeneity: Prior,
    mean: Prior = FLAT,
    measure: str = "log_odds_ratio",
) -> RandomEffects:
    r"""Random effects over studies with the normal likelihood of each one's estimate.

    .. math::
        y_h \sim N(\theta_h, s_h^2), \qquad \theta_h, \theta_\ast \sim N(\mu, \tau^2)

    Parameters
    ----------
    studies
        External studies.
    heterogeneity
        Prior on :math:`\tau`, proper.
    mean
        Prior on :math:`\mu`: flat, ``normal``, ``point`` or a mixture of these.
    measure
        ``log_odds_ratio`` (treatment against control) or ``log_odds`` (the control arm's). Standard
        errors by Woolf; where a cell is empty, 1/2 is added to each cell of the study.

    Raises
    ------
    InputError
        No study, one of them lacks an arm, or a prior of another family.

    References
    ----------
    Röver C. Bayesian random-effects meta-analysis using the bayesmeta R package. J Stat Softw
    2020;93(6). doi:10.18637/jss.v093.i06
    """
    estimates = {study.key: _estimate(study, measure) for study in studies}
    if not estimates:
        raise InputError("studies", "none", "there is nothing to pool", "give studies")
    y, se = np.array(list(estimates.values())).T
    spread = Spread.of(heterogeneity)
    tau = spread.nodes
    parts = Conditional.of(y, se, mean, tau)
    logs = np.stack([part.log_marginal + spread.log_weights for part in parts])
    logs = logs - np.logaddexp.reduce(logs, axis=None)
    proper = mean.is_proper
    moments = moments_of_spread(heterogeneity, len(y), proper_mean=proper)
    keep = np.exp(logs) > _NEGLIGIBLE
    weight = np.exp(logs[keep]) / np.exp(logs[keep]).sum()
    centre = np.stack([part.centre for part in parts])[keep]
    variance = np.stack([part.variance for part in parts])[keep]
    square = np.broadcast_to(tau**2, keep.shape)[keep]

    def law(places: Floats, variances: Floats) -> KernelLaw:
        return KernelLaw((Part(places, weight, 0.0, np.sqrt(variances)),), moments)

    drawn = {}
    for key, (value, error) in estimates.items():
        towards = error**2 / (error**2 + square)
        drawn[key] = law(
            (1.0 - towards) * value + towards * centre,
            towards * square + towards**2 * variance,
        )
    fixed = all(component.family == "point" for component in mean.components)
    return RandomEffects(
        mean=None if fixed else law(centre, variance),
        predictive=law(centre, variance + square),
        heterogeneity=spread.law(np.logaddexp.reduce(logs, axis=0), moments),
        studies=MappingProxyType(drawn),
        estimates=MappingProxyType(estimates),
    )


def _estimate(study: Study, measure: str) -> tuple[float, float]:
    if measure == "log_odds_ratio":
        return log_odds_ratio(*study.arms)
    if measure == "log_odds":
        return log_odds(study.control_arm)
    raise InputError(
        "measure",
        measure,
        "external evidence is pooled on log odds ratios or on the control arm's log odds",
        "use log_odds_ratio or log_odds",
    )


def log_odds(arm: Arm, add: float | None = None) -> tuple[float, float]:
    """Log odds of an arm and its standard error; 1/2 is added to both counts if one is 0."""
    if add is None:
        add = 0.5 if arm.events in (0, arm.n) else 0.0
    events, others = arm.events + add, arm.n - arm.events + add
    return math.log(events / others), math.sqrt(1.0 / events + 1.0 / others)


def log_odds_ratio(treatment: Arm, control: Arm) -> tuple[float, float]:
    """Log odds ratio and its standard error (Woolf); 1/2 is added to all cells if one is 0."""
    empty = any(arm.events in (0, arm.n) for arm in (treatment, control))
    add = 0.5 if empty else 0.0
    (l1, s1), (l0, s0) = log_odds(treatment, add), log_odds(control, add)
    return l1 - l0, math.hypot(s1, s0)
