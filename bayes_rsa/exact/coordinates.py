"""The plane of the two log odds, in the coordinates that each estimand asks for.

A point has ``s``, the mean of the two log odds, and ``d``, half their difference: the log odds are
``s + d`` on treatment and ``s - d`` on control. For each estimand there is a chart ``(t, u)`` in
which t is a monotone function of the estimand; all three contrasts keep u = s:

- log odds ratio t: d = t/2
- log risk ratio t: d = t/2 + asinh(exp(s) sinh(t/2))
- risk difference tanh t: d = t + asinh(cosh(s) sinh(t))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa.exact.legendre import Floats

_LOG2: Final = float(np.log(2.0))
_LARGE: Final = 700.0
"""Below the logarithm of the largest number; asinh(exp(x)) is x + log 2 long before."""


def softplus(x: Floats) -> Floats:
    """log(1 + exp(x))."""
    # Not logaddexp, which NumPy never computes several at a time, as it may exponentials.
    return np.asarray(np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))))


def log_cosh(x: Floats) -> Floats:
    """Log cosh x, without overflow."""
    size = np.abs(x)
    return np.asarray(size + np.log1p(np.exp(-2.0 * size)) - _LOG2)


def log_sinh(x: Floats) -> Floats:
    """Log sinh |x|, without overflow; -inf at 0."""
    size = np.abs(x)
    with np.errstate(divide="ignore"):
        return np.asarray(size + np.log(-np.expm1(-2.0 * size)) - _LOG2)


def asinh_exp(a: Floats) -> Floats:
    """asinh(exp(a)), without overflow."""
    return np.asarray(np.arcsinh(np.exp(np.minimum(a, _LARGE))) + np.maximum(a - _LARGE, 0.0))


def log_expm1(x: Floats) -> Floats:
    """log(exp(x) - 1) for x > 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(x + np.log(-np.expm1(-x)))


def logit(p: Floats) -> Floats:
    """Log odds; nan outside (0, 1)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where((p > 0) & (p < 1), p, np.nan)
        return np.asarray(np.log(inside) - np.log1p(-inside))


def expit(x: Floats) -> Floats:
    """Probability of log odds."""
    return np.asarray(np.exp(-softplus(-x)))


# The quantities that priors live on ------------------------------------------------------------


def log_risk_ratio(s: Floats, d: Floats) -> Floats:
    """log(p1 / p0), without cancellation for a small d."""
    l1, l0 = s + d, s - d
    size = 2.0 * np.abs(d)
    near = np.sign(d) * _log_ratio(np.maximum(l1, l0), np.minimum(size, 1.0))
    return np.where(size < 1.0, near, softplus(-l0) - softplus(-l1))


def _log_ratio(larger: Floats, size: Floats) -> Floats:
    # log(p_larger / p_smaller), their log odds ``size`` apart.
    return np.asarray(np.log1p(np.expm1(size) * expit(-larger)))


def risk_difference(s: Floats, d: Floats) -> Floats:
    """p1 - p0, without cancellation for a small d."""
    size = -np.expm1(-2.0 * np.abs(d))
    high = np.exp(-softplus(-(s + np.abs(d))))
    low = np.exp(-softplus(s - np.abs(d)))
    return np.asarray(np.sign(d) * high * low * size)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Chart:
    """Coordinates (t, u) of the plane in which t is a function of one estimand.

    Attributes
    ----------
    name
        ``log_odds_ratio``, ``log_risk_ratio``, ``risk_difference``, ``treatment``, ``control``.
    place
        (t, u) -> (s, d, log Jacobian of the two log odds with respect to (t, u)).
    """

    name: str
    place: Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]


def _by_log_odds_ratio(t: Floats, u: Floats) -> tuple[Floats, Floats, Floats]:
    return u, 0.5 * t, np.zeros_like(t)


def _by_log_risk_ratio(t: Floats, u: Floats) -> tuple[Floats, Floats, Floats]:
    a = u + log_sinh(0.5 * t)
    d = 0.5 * t + np.sign(t) * asinh_exp(a)
    return u, d, softplus(u + log_cosh(0.5 * t) - 0.5 * softplus(2.0 * a))


def _by_risk_difference(t: Floats, u: Floats) -> tuple[Floats, Floats, Floats]:
    wide = log_cosh(u)
    a = wide + log_sinh(t)
    d = t + np.sign(t) * asinh_exp(a)
    return u, d, _LOG2 + softplus(wide + log_cosh(t) - 0.5 * softplus(2.0 * a))


def _by_treatment(t: Floats, u: Floats) -> tuple[Floats, Floats, Floats]:
    return 0.5 * (t + u), 0.5 * (t - u), np.zeros_like(t)


def _by_control(t: Floats, u: Floats) -> tuple[Floats, Floats, Floats]:
    return 0.5 * (t + u), 0.5 * (u - t), np.zeros_like(t)


CHARTS: Final = {
    chart.name: chart
    for chart in (
        Chart("log_odds_ratio", _by_log_odds_ratio),
        Chart("log_risk_ratio", _by_log_risk_ratio),
        Chart("risk_difference", _by_risk_difference),
        Chart("treatment", _by_treatment),
        Chart("control", _by_control),
    )
}
"""Charts by name."""
