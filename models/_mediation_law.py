"""Chance of the outcome given the biomarker, with a confounder of both if there is one.

Without one it is logistic. A confounder correlates the biomarker's standardised error with the
outcome's latent one, whose marginal stays logistic (a Gaussian copula; Imai, Keele, Tingley 2010,
doi:10.1037/a0020761, take a normal one).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytensor.tensor as pt

from bayes_rsa.models._families import _normal_log_cdf as normal_log_cdf

Tensor = Any


def normal_score(log_odds: Tensor) -> Tensor:
    """The standard normal quantile of a probability, from its log odds."""
    tail = pt.maximum(pt.sigmoid(-pt.abs(log_odds)), 1e-300)
    return pt.sign(log_odds) * math.sqrt(2) * pt.erfcinv(2 * tail)


def event_argument(log_odds: Tensor, error: Tensor, rho: Tensor) -> Tensor:
    """The normal quantile of the event's chance, given the biomarker's standardised error."""
    return (normal_score(log_odds) + rho * error) / pt.sqrt(1 - rho * rho)


def event_chance(log_odds: Tensor, error: Tensor, rho: Tensor | None) -> Tensor:
    """The chance of the event, given the biomarker's standardised error."""
    if rho is None:
        return pt.sigmoid(log_odds)
    return pt.exp(normal_log_cdf(event_argument(log_odds, error, rho)))


def outcome_logp(outcome: Tensor, log_odds: Tensor, *confounding: Tensor) -> Tensor:
    """Log probability of each outcome, 1 or 0; ``confounding``: error and rho, or nothing."""
    sign = 2 * outcome - 1
    if not confounding:
        return -pt.softplus(-sign * log_odds)
    return normal_log_cdf(sign * event_argument(log_odds, *confounding))


def outcome_random(
    log_odds: Any, *confounding: Any, rng: np.random.Generator, size: Any = None
) -> Any:
    """Draws of what :func:`outcome_logp` is the density of."""
    from scipy.special import expit, ndtr, ndtri

    chance = expit(log_odds)
    if confounding:
        error, rho = confounding
        chance = ndtr((ndtri(chance) + rho * error) / np.sqrt(1 - rho * rho))
    shape = np.shape(chance) if size is None else tuple(size)
    return (rng.random(shape) < chance).astype(float)
