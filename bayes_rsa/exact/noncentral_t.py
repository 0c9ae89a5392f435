r"""Probabilities and density of the non-central t distribution, in logs, to the far tails.

With T = (Z + δ)/U, U = chi_ν/√ν, each is an integral over u of a normal one. In v = log u every
integrand is analytic with one peak; the trapezoidal rule on v = v* + s sinh w converges
geometrically.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from bayes_rsa.exact.legendre import Floats
from bayes_rsa.trial import TReport

NODES: Final = 161
_DEPTH: Final = 45.0
_TINY: Final = 1e-300


def log_likelihood(
    report: TReport, mean: Floats, *, selection: float = 0.0, rest: float = 1.0
) -> Floats:
    """Log-likelihood of a report about a t statistic.

    Parameters
    ----------
    report
        What is reported.
    mean
        Mean of the numerator Z: ``report.per_d`` times the standardised difference, if nothing is
        added to it.
    selection
        Critical value beyond which T had to be in order to be reported; 0 if it had not to.
    rest
        SD of Z; 1 unless a part of it is given.
    """
    delta, df = np.asarray(mean, dtype=float) / rest, report.df
    found = _one_sided(report, delta, rest)
    if report.unsigned and report.value != 0:
        found = np.logaddexp(found, _one_sided(report, -delta, rest))
    if not selection:
        return found
    shown = _log_either(selection / rest, df, delta)
    if report.exact or report.value != 0:
        return found - shown
    # Beyond the selection's critical value, and not beyond the report's own.
    share = _log_either(max(report.critical, selection) / rest, df, delta) - shown
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(-np.expm1(np.minimum(share, 0.0))))


def _log_either(t: float, df: float, delta: Floats) -> Floats:
    return np.asarray(np.logaddexp(log_beyond(t, df, delta), log_beyond(t, df, -delta)))


def _one_sided(report: TReport, delta: Floats, rest: float) -> Floats:
    if report.exact:
        return log_density(report.value / rest, report.df, delta) - math.log(rest)
    critical, side = report.critical / rest, math.copysign(1.0, report.value)
    if abs(report.value) == 2:
        return log_beyond(critical, report.df, side * delta)
    return log_within(critical, report.df, side * delta, half=report.value != 0)


def log_beyond(t: float, df: float, delta: Floats) -> Floats:
    """Log P(T > t), t not negative."""
    from scipy.special import log_ndtr

    u, weight = _nodes(1, t, df, delta)
    return _log_sum(log_ndtr(delta[..., None] - t * u) + weight) + _log_constant(df)


def log_within(t: float, df: float, delta: Floats, *, half: bool = False) -> Floats:
    """Log P(−t < T < t), or log P(0 < T < t)."""
    from scipy.special import log_ndtr

    shift = delta if half else np.abs(delta)
    u, weight = _nodes(-1, t, df, shift)
    d = shift[..., None]
    high, low = t * u - d, (-d if half else -t * u - d)
    # Both limits are mirrored into the lower tail, where the distribution keeps its digits.
    mirrored = high + low > 0
    whole = log_ndtr(np.where(mirrored, -low, high))
    share = np.minimum(log_ndtr(np.where(mirrored, -high, low)) - whole, -_TINY)
    return _log_sum(whole + np.log(-np.expm1(share)) + weight) + _log_constant(df)


def log_density(t: float, df: float, delta: Floats) -> Floats:
    """Log density of T at t."""
    size, shift = abs(t), np.asarray(delta if t >= 0 else -delta)
    u, weight = _nodes(0, size, df, shift)
    x = size * u - shift[..., None]
    constant = _log_constant(df) - 0.5 * math.log(2 * math.pi)
    return _log_sum(np.log(u) - 0.5 * x * x + weight) + constant


def _log_constant(df: float) -> float:
    half = 0.5 * df
    return math.log(2) + half * math.log(half) - math.lgamma(half)


def _log_sum(terms: Floats) -> Floats:
    top = terms.max(axis=-1)
    return np.asarray(top + np.log(np.exp(terms - top[..., None]).sum(axis=-1)))


def _nodes(side: int, t: float, df: float, delta: Floats) -> tuple[Floats, Floats]:
    """Nodes in u over a new last axis, and log weights with the density of U (no constant).

    ``side`` is 1 for Φ(δ − tu), −1 for Φ(tu − δ), 0 for φ(tu − δ) times u; t is not negative.
    """
    power = df + (side == 0)
    slope, curve = t * delta, df + t * t
    root = np.sqrt(slope * slope + 4 * power * curve)
    # The peak if Φ(x) were exp(-x²/2) for x < 0 and 1 above; the form of the root keeps its digits.
    away = np.where(slope > 0, 1.0, root - slope)
    peak = np.where(slope > 0, (slope + root) / (2 * curve), 2 * power / away)
    cut = (side * (1 - peak) > 0) | (side == 0)
    u = np.where(cut, peak, 1.0)
    bend = np.where(cut, np.maximum(t * u * (2 * t * u - delta), 0.0), 0.0)
    scale = 1 / np.sqrt(2 * df * u * u + bend)
    right = math.sqrt(_DEPTH / df) + 2 * scale if side < 0 else 12 * scale
    first = -np.arcsinh((_DEPTH / df + 2) / scale)
    span = np.arcsinh(right / scale) - first
    w = first[..., None] + span[..., None] * np.linspace(0.0, 1.0, NODES)
    place = np.log(u)[..., None] + scale[..., None] * np.sinh(w)
    nodes = np.exp(place)
    step = (scale * span / (NODES - 1))[..., None]
    return nodes, df * (place - 0.5 * nodes * nodes) + np.log(np.cosh(w) * step)
