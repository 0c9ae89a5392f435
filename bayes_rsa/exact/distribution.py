"""The posterior distribution of one estimand: a mixture of curves, on the estimand's own scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from bayes_rsa.exact.coordinates import expit, log_cosh, softplus
from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.legendre import Floats

_LARGEST: Final = 1e150
_CLOSER: Final = np.array([-1.0, -0.1, -0.01, -0.001, 0.0, 0.001, 0.01, 0.1, 1.0])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scale:
    """A monotone map from a chart's t to an estimand, with its inverse and log derivative."""

    forward: Callable[[Floats], Floats]
    backward: Callable[[Floats], Floats]
    log_slope: Callable[[Floats], Floats]


def _log(x: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), -np.inf)


def _exp(t: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(t))


def _artanh(x: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.arctanh(np.clip(x, -1.0, 1.0)))


def _logit(p: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        inside = np.clip(p, 0.0, 1.0)
        return np.asarray(np.log(inside) - np.log1p(-inside))


IDENTITY: Final = Scale(lambda t: t, lambda x: x, np.zeros_like)
RATIO: Final = Scale(_exp, _log, lambda t: t)
DIFFERENCE: Final = Scale(np.tanh, _artanh, lambda t: -2.0 * log_cosh(t))
PROBABILITY: Final = Scale(expit, _logit, lambda t: -softplus(t) - softplus(-t))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Distribution:
    """A mixture of curves of t, read on the scale of an estimand."""

    weights: tuple[float, ...]
    curves: tuple[Curve, ...]
    scale: Scale

    def _sum(self, values: Callable[[Curve], Floats]) -> Floats:
        total = self.weights[0] * values(self.curves[0])
        for weight, curve in zip(self.weights[1:], self.curves[1:], strict=True):
            total = total + weight * values(curve)
        return total

    def cdf(self, x: Floats) -> Floats:
        """P(X < x)."""
        t = self.scale.backward(x)
        return self._sum(lambda curve: curve.cdf(t))

    def sf(self, x: Floats) -> Floats:
        """P(X > x)."""
        t = self.scale.backward(x)
        return self._sum(lambda curve: curve.sf(t))

    def pdf(self, x: Floats) -> Floats:
        """Density at x, on the estimand's scale."""
        t = self.scale.backward(x)
        inside = np.isfinite(t)
        t = np.where(inside, t, 0.0)
        return np.where(inside, self._density(t) * np.exp(-self.scale.log_slope(t)), 0.0)

    def _density(self, t: Floats) -> Floats:
        return self._sum(lambda curve: curve.pdf(t))

    def ppf(self, q: Floats) -> Floats:
        """Quantile of lower-tail probability q."""
        return self.scale.forward(self._t_of(q))

    def _t_of(self, q: Floats) -> Floats:
        guesses = np.stack([curve.ppf(q) for curve in self.curves])
        if len(self.curves) == 1:
            return np.asarray(guesses[0])
        low, high = guesses.min(axis=0), guesses.max(axis=0)
        upwards = q <= 0.5
        t = self._sum(lambda curve: curve.ppf(q))
        for _ in range(200):
            below = self._sum(partial(Curve.cdf, t=t)) - q
            above = (1.0 - q) - self._sum(partial(Curve.sf, t=t))
            gap = np.where(upwards, below, above)
            high = np.where(gap > 0, t, high)
            low = np.where(gap > 0, low, t)
            slope = self._density(t)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = t - gap / slope
            inside = (step >= low) & (step <= high) & (slope > 0)
            new = np.where(inside, step, 0.5 * (low + high))
            moved = np.abs(new - t) > 1e-15 * (1 + np.abs(t))
            t = new
            if not moved.any():
                break
        return t

    def moments(self) -> tuple[float | None, float | None]:
        """Mean and standard deviation by quadrature; None where a float cannot hold them.

        Whether they exist is not decided here: see ``bayes_rsa.estimands.moments``.
        """
        mean = 0.0
        for weight, curve in zip(self.weights, self.curves, strict=True):
            mean += weight * _mean(curve, self.scale.forward)
        if not np.isfinite(mean) or abs(mean) > _LARGEST:
            return None, None
        variance = 0.0
        for weight, curve in zip(self.weights, self.curves, strict=True):
            variance += weight * _mean(curve, lambda t: (self.scale.forward(t) - mean) ** 2)
        if not np.isfinite(variance) or variance > _LARGEST:
            return float(mean), None
        return float(mean), float(np.sqrt(variance))

    def shortest(self, probability: float) -> tuple[float, float]:
        """Shortest interval with this probability, on the estimand's scale."""
        left = np.linspace(0.0, 1.0 - probability, 49)
        left[0], left[-1] = 1e-13, 1.0 - probability - 1e-13
        low, high, level = self._intervals(left, probability)
        best = int(np.argmin(high - low))
        if best in (0, left.size - 1):
            return float(low[best]), float(high[best])
        ends = float(low[best]), float(high[best])
        # At the shortest interval the density is equal at both ends.
        if not level[best - 1] * level[best + 1] < 0:
            return ends
        grid = np.linspace(left[best - 1], left[best + 1], 33)
        for _ in range(3):
            low, high, level = self._intervals(grid, probability)
            turn = np.flatnonzero(np.sign(level[:-1]) != np.sign(level[-1]))
            if not turn.size or not np.isfinite(level).all():
                return ends
            k = int(turn[-1])
            share = level[k] / (level[k] - level[k + 1])
            ends = (
                float(low[k] + share * (low[k + 1] - low[k])),
                float(high[k] + share * (high[k + 1] - high[k])),
            )
            # Between neighbours the level is all but straight: look again close to where it turns.
            gap = grid[k + 1] - grid[k]
            grid = np.clip(grid[k] + gap * (share + _CLOSER), grid[k], grid[k + 1])
        return ends

    def _intervals(self, left: Floats, probability: float) -> tuple[Floats, Floats, Floats]:
        # The intervals above these lower-tail probabilities: their ends, and the log ratio of the
        # density at the lower end to that at the upper.
        t = self._t_of(np.concatenate([left, left + probability]))
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(self._density(t)) - self.scale.log_slope(t)
            level = logs[: left.size] - logs[left.size :]
        ends = self.scale.forward(t)
        return ends[: left.size], ends[left.size :], np.where(np.isnan(level), np.inf, level)


def _mean(curve: Curve, value: Callable[[Floats], Floats]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        x = value(curve.nodes)
        terms = np.exp(curve.log_mass) * x
        # exp(-800) * inf: the log form keeps the product.
        lost = ~np.isfinite(terms)
    if lost.any():
        return float("inf")
    return float(terms.sum())
