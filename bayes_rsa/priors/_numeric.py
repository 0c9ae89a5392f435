"""Special functions that stay accurate where the usual ones underflow or cancel.

Constants come from ``math``, so that a density needs no SciPy; distribution functions import
``scipy.special`` when they are first called.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]

LOG_2PI: Final = math.log(2 * math.pi)
_STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_UNDERFLOW: Final = 1e-290
_TINY: Final = 1e-300


def _stirling_remainder(x: float) -> float:
    """Remainder of Stirling's formula: lgamma(x) - (x - 1/2) log x + x - log(2 pi) / 2, x >= 10."""
    inverse = 1 / x
    square = inverse * inverse
    total = 0.0
    for coefficient in reversed(_STIRLING):
        total = total * square + coefficient
    return total * inverse


def log_gamma_ratio(x: float, step: float) -> float:
    """Log of gamma(x + step) / gamma(x), without the cancellation of two large ``lgamma``."""
    if x < 10:
        return math.lgamma(x + step) - math.lgamma(x)
    moved = x + step
    return (
        (x - 0.5) * math.log1p(step / x)
        + step * math.log(moved)
        - step
        + _stirling_remainder(moved)
        - _stirling_remainder(x)
    )


def log_beta(a: float, b: float) -> float:
    """Log of the beta function, accurate when both arguments are large."""
    small, large = min(a, b), max(a, b)
    if small < 10:
        return math.lgamma(small) - log_gamma_ratio(large, small)
    ratio = small / large
    return (
        0.5 * LOG_2PI
        - 0.5 * math.log(large)
        + (small - 0.5) * math.log(ratio / (1 + ratio))
        - large * math.log1p(ratio)
        + _stirling_remainder(small)
        + _stirling_remainder(large)
        - _stirling_remainder(small + large)
    )


def log1p_square(t: FloatArray) -> FloatArray:
    """Compute log(1 + t^2) for t >= 0 without overflow."""
    big = 1e8
    value: FloatArray = np.log1p(np.minimum(t, big) ** 2) + 2 * np.log(np.maximum(t, big) / big)
    return value


def log_expit(x: FloatArray) -> FloatArray:
    """Compute log(1 / (1 + exp(-x)))."""
    value: FloatArray = np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))
    return value


def expit(x: FloatArray) -> FloatArray:
    """Inverse logit, with full relative accuracy near 0."""
    return np.exp(log_expit(x))


def logit(p: FloatArray) -> FloatArray:
    """Log odds; -inf at 0 and inf at 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value: FloatArray = np.log(p) - np.log1p(-p)
        return value


def log1mexp(x: FloatArray) -> FloatArray:
    """Compute log(1 - exp(x)) for x <= 0."""
    with np.errstate(divide="ignore"):
        return np.where(x > -0.6931, np.log(-np.expm1(x)), np.log1p(-np.exp(x)))


def logsumexp(terms: FloatArray) -> FloatArray:
    """Log of the sum of exp over the first axis; -inf where all terms are -inf."""
    peak = np.max(terms, axis=0)
    safe = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore", over="ignore"):
        return safe + np.log(np.sum(np.exp(terms - safe), axis=0))


def _replace(values: FloatArray, where: NDArray[np.bool_], by: FloatArray) -> FloatArray:
    result = np.array(values, dtype=np.float64)
    result[where] = by
    return result


def log_betainc(a: float, b: float, x: FloatArray, log_x: FloatArray) -> FloatArray:
    """Log of the regularised incomplete beta function, also where that function underflows.

    ``log_x`` is the log of ``x``, given apart because ``x`` itself may underflow. Below 1e-290
    the continued fraction of Abramowitz and Stegun 26.5.8 is evaluated by the modified Lentz
    method.
    """
    from scipy import special

    value = np.asarray(special.betainc(a, b, x))
    with np.errstate(divide="ignore"):
        result = np.log(value)
    low = (value < _UNDERFLOW) & np.isfinite(log_x)
    if not low.any():
        return result
    z, log_z = x[low], log_x[low]
    fraction = _beta_fraction(a, b, z)
    tail = a * log_z + b * np.log1p(-z) - math.log(a) - log_beta(a, b) + np.log(fraction)
    return _replace(result, low, tail)


def _beta_fraction(a: float, b: float, x: FloatArray) -> FloatArray:
    numerator = np.ones_like(x)
    denominator = 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = denominator.copy()
    for m in range(1, 10_000):
        step = np.ones_like(x)
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            denominator = 1 / _away_from_zero(1 + term * denominator)
            numerator = _away_from_zero(1 + term / numerator)
            step = denominator * numerator
            value = value * step
        if np.all(np.abs(step - 1) < 4e-16):
            break
    return value


def _away_from_zero(x: FloatArray) -> FloatArray:
    return np.where(np.abs(x) < _TINY, _TINY, x)


def log_gammainc(a: float, z: FloatArray) -> FloatArray:
    """Log of the regularised lower incomplete gamma function P(a, z), z >= 0."""
    from scipy import special

    value = np.asarray(special.gammainc(a, z))
    with np.errstate(divide="ignore"):
        result = np.log(value)
    low = (value < _UNDERFLOW) & (z > 0)
    if not low.any():
        return result
    w = z[low]
    term = np.ones_like(w)
    total = np.ones_like(w)
    for n in range(1, 10_000):
        term = term * w / (a + n)
        total = total + term
        if np.all(term < 1e-17 * total):
            break
    return _replace(result, low, a * np.log(w) - w - math.lgamma(a + 1) + np.log(total))


def log_gammaincc(a: float, z: FloatArray) -> FloatArray:
    """Log of the regularised upper incomplete gamma function Q(a, z), z >= 0."""
    from scipy import special

    value = np.asarray(special.gammaincc(a, z))
    with np.errstate(divide="ignore"):
        result = np.log(value)
    low = (value < _UNDERFLOW) & np.isfinite(z)
    if not low.any():
        return result
    w = z[low]
    b = w + 1 - a
    numerator = np.full_like(w, 1 / _TINY)
    denominator = 1 / b
    fraction = denominator.copy()
    for n in range(1, 10_000):
        factor = -n * (n - a)
        b = b + 2
        denominator = 1 / _away_from_zero(factor * denominator + b)
        numerator = _away_from_zero(b + factor / numerator)
        step = denominator * numerator
        fraction = fraction * step
        if np.all(np.abs(step - 1) < 4e-16):
            break
    return _replace(result, low, a * np.log(w) - w - math.lgamma(a) + np.log(fraction))
