"""Whether the posterior mean or standard deviation of an estimand exists.

Far out in the plane of the two log odds a posterior falls like exp(-rate * distance), with a rate
that depends on the direction: events and non-events of each arm, and the tails of the priors. An
estimand that grows like exp(growth * distance) has a k-th moment where rate > k * growth in every
direction. Rates and growths are piecewise linear, so the eight extreme rays decide. For independent
Beta arms this is the exact rule: E OR^k exists if and only if the treatment arm's posterior b and
the control arm's posterior a are greater than k.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Protocol

from bayes_rsa.priors import Component, Prior

_RAYS: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1))
"""Directions of (treatment, control) log odds."""
_EFFECT: Final = {"log_risk_ratio": "RR", "risk_difference": "RD"}


class Counts(Protocol):
    """Events and n of (treatment, control) that a likelihood counts as: a trial's own, mostly."""

    @property
    def events(self) -> tuple[float, float]:
        """Events."""

    @property
    def n(self) -> tuple[float, float]:
        """Participants."""


def moment_exists(
    key: str, order: int, trial: Counts, priors: Mapping[str, Prior], effect: str = "OR"
) -> bool:
    """Whether the posterior expectation of |X|^order is finite.

    Parameters
    ----------
    key
        Key of the estimand X.
    order
        1 for the mean, 2 for the standard deviation.
    trial
        The data: both arms' counts, or a reported effect.
    priors
        Prior of each parameter: ``p_treatment`` and ``p_control``; or ``effect`` with ``baseline``
        or ``midpoint`` (log odds); or ``effect`` alone, for a reported effect.
    effect
        What a prior on ``effect`` is about: ``OR``, ``RR`` or ``RD``.

    Returns
    -------
    bool
        False where in doubt, as when rate and growth are equal.
    """
    if key in ("risk_difference", "p_treatment", "p_control"):
        return True
    if set(priors) == {"effect"}:
        return True
    return all(_beats(ray, key, order, trial, priors, effect) for ray in _RAYS)


def decays(trial: Counts, priors: Mapping[str, Prior], effect: str = "OR") -> bool:
    """Whether the posterior falls off in every direction: whether it is proper.

    Arguments as in :func:`moment_exists`. Only directions in which no proper prior changes can
    fail; False where in doubt.
    """
    return all(
        rate > 0 or power > 0
        for rate, power in (_fall(ray, trial, priors, effect) for ray in _RAYS)
    )


def _beats(
    ray: tuple[int, int],
    key: str,
    order: int,
    trial: Counts,
    priors: Mapping[str, Prior],
    effect: str,
) -> bool:
    rate, power = _fall(ray, trial, priors, effect)
    growth = _growth(ray, key)
    if growth == 0:
        return True
    if key.startswith("log_"):
        return rate > 0 or power > order
    return growth < 0 or rate > order * growth


def _growth(ray: tuple[int, int], key: str) -> float:
    treatment, control = ray
    if key.endswith("odds_ratio"):
        growth = float(treatment - control)
    else:
        growth = float(min(treatment, 0) - min(control, 0))
    return abs(growth) if key.startswith("log_") else growth


def _fall(
    ray: tuple[int, int], trial: Counts, priors: Mapping[str, Prior], effect: str
) -> tuple[float, float]:
    # Exponential rate of decay along the ray and, for algebraic tails, the power beyond 1/distance.
    treatment, control = ray
    rate, power = 0.0, 0.0
    for direction, events, n in zip(ray, trial.events, trial.n, strict=True):
        rate += abs(direction) * (events if direction < 0 else n - events)
    if "p_treatment" in priors:
        for direction, name in ((treatment, "p_treatment"), (control, "p_control")):
            if direction:
                rate += min(_arm_rate(c, direction) for c in _used(priors[name]))
        return rate, power
    delta = treatment - control
    level = {"baseline": float(control), "midpoint": 0.5 * (treatment + control)}
    changes = [(priors[name], level[name]) for name in level if name in priors]
    if effect == "OR":
        changes.append((priors["effect"], float(delta)))
    else:
        # The Jacobian of the effect with respect to treatment's log odds.
        rate += max(treatment, 0) if effect == "RR" else abs(treatment)
        if effect == "RR":
            changes.append((priors["effect"], float(min(treatment, 0) - min(control, 0))))
    for prior, change in changes:
        if change:
            tails = [_tail(c, change) for c in _used(prior)]
            rate += abs(change) * min(tail[0] for tail in tails)
            power += min(tail[1] for tail in tails)
    return rate, power


def _used(prior: Prior) -> list[Component]:
    return [component for component in prior.components if component.weight > 0]


def _arm_rate(component: Component, direction: int) -> float:
    if component.family == "logit_normal":
        return math.inf
    if component.family == "beta":
        a, b = component.arguments
        return a if direction < 0 else b
    lower, upper = component.distribution.support
    return (1.0 if lower == 0 else math.inf) if direction < 0 else (1.0 if upper == 1 else math.inf)


def _tail(component: Component, change: float) -> tuple[float, float]:
    lower, upper = component.distribution.support
    if (change > 0 and math.isfinite(upper)) or (change < 0 and math.isfinite(lower)):
        return math.inf, 0.0
    family, arguments = component.family, component.arguments
    if family == "flat":
        return 0.0, -1.0
    if family == "cauchy":
        return 0.0, 1.0
    if family in ("student_t", "inverse_gamma"):
        return 0.0, arguments[0]
    if family == "logistic":
        return 1.0 / arguments[1], 0.0
    if family == "lognormal":
        return 0.0, math.inf
    return math.inf, 0.0
