"""The exact models: the same names and arguments as the PyMC models."""

from __future__ import annotations

import math

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.exact.assembly import (
    assembled,
    check_arm_prior,
    check_priors,
    choose_level,
    likelihood,
    require_counts,
    sum_planes,
    weight_term,
)
from bayes_rsa.exact.coordinates import softplus
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.marginal import marginal
from bayes_rsa.exact.plane import Plane, Term, effect_jacobian, possible_mass, prior_term
from bayes_rsa.exact.posterior import ExactPosterior
from bayes_rsa.priors import Component, Prior
from bayes_rsa.trial import Trial

__all__ = [
    "choose_level",
    "howard",
    "independent_arms",
    "kass_vaidyanathan",
    "likelihood",
    "log_odds_ratio",
    "log_risk_ratio",
    "require_counts",
    "risk_difference",
]


def independent_arms(trial: Trial, *, treatment: Prior, control: Prior) -> ExactPosterior:
    """Each arm's event probability has its own prior, independent of the other's.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    treatment, control
        Priors on the probability of an event: ``beta``, ``uniform`` within [0, 1],
        ``logit_normal`` or a mixture. ``beta(0, 0)`` needs events and non-events in its arm.

    Raises
    ------
    InputError
        If a prior does not lie on probabilities, or the posterior is improper.
    """
    require_counts(trial)
    priors = {"p_treatment": treatment, "p_control": control}
    for (name, prior), events, n in zip(priors.items(), trial.events, trial.n, strict=True):
        check_arm_prior(name.removeprefix("p_"), prior, events, n)

    def plane(chosen: tuple[Component, ...]) -> Plane:
        return Plane(
            (
                *likelihood(trial),
                prior_term("treatment_probability", chosen[0]),
                prior_term("control_probability", chosen[1]),
                weight_term(chosen),
            )
        )

    def joint(p_treatment: Floats, p_control: Floats) -> Floats:
        s, d = 0.5 * (p_treatment + p_control), 0.5 * (p_treatment - p_control)
        return sum_planes(priors, plane, s, d)

    return assembled("independent_arms", trial, priors, plane, joint)


def log_odds_ratio(
    trial: Trial, *, effect: Prior, baseline: Prior | None = None, midpoint: Prior | None = None
) -> ExactPosterior:
    """A prior on the log odds ratio, and one on the level of the two arms.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    effect
        Prior on the log odds ratio (treatment minus control).
    baseline, midpoint
        Prior on the control arm's log odds, or on the mean of the two log odds; the midpoint has
        ``normal(0, 1.5)`` when neither is given.

    Raises
    ------
    InputError
        If both are given, a prior is a point, or the posterior is improper.
    """
    name, level = choose_level(baseline, midpoint)
    require_counts(trial)
    quantity = "control" if name == "baseline" else "midpoint"
    priors = {"effect": effect, name: level}
    check_priors(trial, priors, "OR")

    def plane(chosen: tuple[Component, ...]) -> Plane:
        return Plane(
            (
                *likelihood(trial),
                prior_term("log_odds_ratio", chosen[0]),
                prior_term(quantity, chosen[1]),
                weight_term(chosen),
            )
        )

    def joint(effect: Floats, **level: Floats) -> Floats:
        place = level[name]
        s = place + 0.5 * effect if name == "baseline" else place
        return sum_planes(priors, plane, s, 0.5 * effect)

    return assembled("log_odds_ratio", trial, priors, plane, joint)


def kass_vaidyanathan(
    trial: Trial, *, effect: Prior | None = None, midpoint: Prior | None = None
) -> ExactPosterior:
    """The correlated-arms prior of Kass and Vaidyanathan, N(0, 1) on effect and midpoint.

    The symmetric form of :func:`log_odds_ratio` with the defaults of the R package abtest.

    References
    ----------
    Kass RE, Vaidyanathan SK. Approximate Bayes factors and orthogonal parameters. J R Stat Soc B
    1992;54:129-144. doi:10.1111/j.2517-6161.1992.tb01868.x
    """
    unit = Prior.normal(0.0, 1.0)
    return log_odds_ratio(trial, effect=effect or unit, midpoint=midpoint or unit)


def log_risk_ratio(trial: Trial, *, effect: Prior, baseline: Prior | None = None) -> ExactPosterior:
    """A prior on the log risk ratio, truncated to what the control risk makes possible.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    effect
        Prior on the log risk ratio, renormalised given the control risk; ``flat()`` is cut off
        without renormalising.
    baseline
        Prior on the control arm's log odds; ``normal(0, 1.5)`` by default.
    """
    return _truncated(trial, "log_risk_ratio", effect, baseline)


def risk_difference(
    trial: Trial, *, effect: Prior, baseline: Prior | None = None
) -> ExactPosterior:
    """A prior on the risk difference, truncated to what the control risk makes possible.

    Parameters are those of :func:`log_risk_ratio`, with the effect a difference of probabilities.
    """
    return _truncated(trial, "risk_difference", effect, baseline)


def howard(
    trial: Trial,
    *,
    sigma: float = 1.0,
    treatment: tuple[float, float] = (1.0, 1.0),
    control: tuple[float, float] = (1.0, 1.0),
) -> ExactPosterior:
    """Howard's dependent prior: Beta arms times exp(-(log OR / sigma)^2 / 2), renormalised.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    sigma
        Scale of the dependence, on the log odds ratio.
    treatment, control
        Beta parameters (a, b) of each arm, all positive.

    Notes
    -----
    The posterior reports ``p_treatment`` and ``p_control`` as its priors: those are the Beta
    factors, not the arms' marginal priors. The marginal likelihood divides by the prior's own
    normalising constant, also found by quadrature.

    References
    ----------
    Howard JV. The 2 x 2 table: a discussion from a Bayesian viewpoint. Statistical Science
    1998;13:351-367. doi:10.1214/ss/1028905830
    """
    require_counts(trial)
    if not (math.isfinite(sigma) and sigma > 0):
        raise InputError("sigma", sigma, "it must be positive", "use 1, Howard's default")
    priors = {"p_treatment": Prior.beta(*treatment), "p_control": Prior.beta(*control)}
    for name, prior in priors.items():
        check_arm_prior(name.removeprefix("p_"), prior, 0, 0)

    def dependence(_s: Floats, d: Floats) -> Floats:
        return np.asarray(-0.5 * (2.0 * d / sigma) ** 2)

    tie = Term(dependence, peaks=(("log_odds_ratio", 0.0),))

    def plane(chosen: tuple[Component, ...], data: Trial = trial) -> Plane:
        return Plane(
            (
                *likelihood(data),
                prior_term("treatment_probability", chosen[0]),
                prior_term("control_probability", chosen[1]),
                tie,
            )
        )

    def joint(p_treatment: Floats, p_control: Floats) -> Floats:
        return plane(chosen)(0.5 * (p_treatment + p_control), 0.5 * (p_treatment - p_control))

    chosen = tuple(prior.components[0] for prior in priors.values())
    empty = Trial.from_counts(treatment=(0, 0), control=(0, 0))
    constant = marginal(plane(chosen, empty), "log_odds_ratio").log_total
    return assembled("howard", trial, priors, plane, joint, -constant)


def _truncated(trial: Trial, measure: str, effect: Prior, baseline: Prior | None) -> ExactPosterior:
    require_counts(trial)
    level = baseline if baseline is not None else Prior.normal(0.0, defaults.MIDPOINT_SD)
    priors = {"effect": effect, "baseline": level}
    check_priors(trial, priors, "RR" if measure == "log_risk_ratio" else "RD")
    mass = (possible_mass(measure, effect),) if effect.is_proper else ()

    def plane(chosen: tuple[Component, ...], jacobian: bool = True) -> Plane:
        return Plane(
            (
                *likelihood(trial),
                prior_term(measure, chosen[0]),
                prior_term("control", chosen[1]),
                *mass,
                *((effect_jacobian(measure),) if jacobian else ()),
                weight_term(chosen),
            )
        )

    def joint(effect: Floats, baseline: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            if measure == "log_risk_ratio":
                log_p1 = effect - softplus(-baseline)
                l1 = log_p1 - np.log(-np.expm1(log_p1))
            else:
                p1 = np.exp(-softplus(-baseline)) + effect
                l1 = np.log(p1) - np.log(np.exp(-softplus(baseline)) - effect)
        possible = np.isfinite(l1)
        l1 = np.where(possible, l1, 0.0)
        s, d = 0.5 * (l1 + baseline), 0.5 * (l1 - baseline)
        value = sum_planes(priors, lambda chosen: plane(chosen, False), s, d)
        return np.where(possible, value, -np.inf)

    return assembled(measure, trial, priors, plane, joint)
