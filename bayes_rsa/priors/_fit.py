"""Least-squares fits of quantiles."""

from __future__ import annotations

import math

import numpy as np

from bayes_rsa.priors._numeric import FloatArray, expit
from bayes_rsa.priors.prior import Prior

_STEPS = 1e-5 * np.eye(2)


def fit_line(z: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Location and scale of the least-squares line through (z, value); exact through two."""
    centre, middle = float(z.mean()), float(values.mean())
    slope = float((z - centre) @ (values - middle)) / float((z - centre) @ (z - centre))
    location = middle - slope * centre
    # 0.05 and 0.95 are not exact mirror images in binary; symmetric limits mean a location of 0.
    return 0.0 if abs(location) < 1e-14 * slope else location, slope


def fit_beta(q: FloatArray, values: FloatArray) -> Prior:
    """Beta by least squares of the log odds of its quantiles: damped Gauss-Newton in log shapes."""
    location, scale = fit_line(Prior.logistic(0, 1).ppf(q), values)
    # A logit with small spread has variance 1 / (total p (1 - p)), and its logistic scale is
    # sqrt(3) / pi of its standard deviation.
    p = float(expit(np.asarray(location)))
    total = min(max(1 / (scale * math.pi / math.sqrt(3)) ** 2 / (p * (1 - p)), 0.5), 1e9)
    theta = np.log(np.array([total * p, total * (1 - p)]))

    def miss(at: FloatArray) -> FloatArray:
        return _beta_logits(float(np.exp(at[0])), float(np.exp(at[1])), q) - values

    off = miss(theta)
    damping = 1e-3
    for _ in range(300):
        slope = np.stack([(miss(theta + step) - miss(theta - step)) / 2e-5 for step in _STEPS], 1)
        gradient, curvature = slope.T @ off, slope.T @ slope
        move = -np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), gradient)
        move = np.clip(move, -2, 2)
        trial = miss(theta + move)
        if np.all(np.isfinite(trial)) and trial @ trial <= off @ off:
            theta, off, damping = theta + move, trial, damping / 10
            if np.all(np.abs(move) < 1e-14):
                break
        else:
            damping *= 10
            if damping > 1e12:
                break
    a, b = np.exp(theta)
    return Prior.beta(float(a), float(b))


def _beta_logits(a: float, b: float, q: FloatArray) -> FloatArray:
    """Log odds of beta quantiles, from whichever of the quantile and its complement is small."""
    lower = Prior.beta(a, b).ppf(q)
    upper = Prior.beta(b, a).isf(q)
    with np.errstate(divide="ignore"):
        return np.log(lower) - np.log(upper)
