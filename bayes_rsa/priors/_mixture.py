"""How a finite mixture is computed: sums on the log scale, quantiles by bracketed root finding."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.priors._numeric import FloatArray, logsumexp
from bayes_rsa.priors.family import Family


class Part(Protocol):
    """A weight and a distribution."""

    @property
    def weight(self) -> float: ...

    @property
    def distribution(self) -> Family: ...


type Parts = Sequence[Part]
type Function = Callable[[Family, FloatArray], FloatArray]


def _method(function: Function, family: Family) -> Callable[[FloatArray], FloatArray]:
    bound: Callable[[FloatArray], FloatArray] = getattr(family, function.__name__)
    return bound


def _finish(result: FloatArray, *inputs: FloatArray) -> Any:
    for values in inputs:
        unknown = np.isnan(values)
        if unknown.any():
            result = np.where(unknown, np.nan, result)
    return result[()] if np.ndim(result) == 0 else result


def _log_weight(part: Part) -> float:
    return math.log(part.weight) if part.weight > 0 else -math.inf


def _apply(parts: Parts, function: Function, x: FloatArray) -> FloatArray:
    if len(parts) == 1:
        return _method(function, parts[0].distribution)(x)
    terms = [_method(function, part.distribution)(x) + _log_weight(part) for part in parts]
    return logsumexp(np.stack(np.broadcast_arrays(*terms)))


def _average(parts: Parts, function: Function, x: FloatArray) -> FloatArray:
    if len(parts) == 1:
        return _method(function, parts[0].distribution)(x)
    total = np.zeros_like(x)
    for part in parts:
        total = total + part.weight * _method(function, part.distribution)(x)
    return total


def apply(parts: Parts, function: Function, x: Any) -> Any:
    """Log of the weighted sum of exp(function), at x."""
    values = np.asarray(x, dtype=np.float64)
    return _finish(_apply(parts, function, values), values)


def average(parts: Parts, function: Function, x: Any) -> Any:
    """Weighted sum of a function, at x."""
    values = np.asarray(x, dtype=np.float64)
    return _finish(_average(parts, function, values), values)


def log_mass(parts: Parts, lower: Any, upper: Any) -> Any:
    """Log of P(lower < X < upper)."""
    low = np.asarray(lower, dtype=np.float64)
    high = np.asarray(upper, dtype=np.float64)
    low, high = np.broadcast_arrays(low, high)
    if len(parts) == 1:
        return _finish(np.asarray(parts[0].distribution.log_mass(low, high)), low, high)
    terms = [part.distribution.log_mass(low, high) + _log_weight(part) for part in parts]
    return _finish(logsumexp(np.stack(terms)), low, high)


def moments(parts: Parts) -> tuple[float, float]:
    """Mean and standard deviation; nan where there is none."""
    used = [part for part in parts if part.weight > 0]
    pairs = [part.distribution.moments for part in used]
    if len(used) == 1:
        return pairs[0]
    mean = math.fsum(part.weight * m for part, (m, _) in zip(used, pairs, strict=True))
    variance = math.fsum(
        part.weight * (s**2 + (m - mean) ** 2) for part, (m, s) in zip(used, pairs, strict=True)
    )
    return mean, math.sqrt(variance)


def sample(parts: Parts, size: int, rng: np.random.Generator) -> FloatArray:
    """Draws: which component first, then its value."""
    if len(parts) == 1:
        return parts[0].distribution.sample(size, rng)
    weights = np.array([part.weight for part in parts])
    which = rng.choice(len(parts), size=size, p=weights / weights.sum())
    draws = np.empty(size)
    for index, part in enumerate(parts):
        chosen = which == index
        draws[chosen] = part.distribution.sample(int(chosen.sum()), rng)
    return draws


def quantile(parts: Parts, q: Any, *, upper: bool) -> Any:
    """Quantile of a lower-tail (or, with ``upper``, upper-tail) probability."""
    levels = np.asarray(q, dtype=np.float64)
    if np.any((levels < 0) | (levels > 1)):
        wrong = float(levels[(levels < 0) | (levels > 1)].flat[0])
        raise InputError("q", wrong, "a probability lies between 0 and 1", "give one that does")
    used = [part for part in parts if part.weight > 0]
    direct: list[FloatArray] = []
    for part in used:
        one = part.distribution
        direct.append(np.asarray(one.isf(levels) if upper else one.ppf(levels)))
    if len(used) == 1:
        return _finish(direct[0], levels)
    stacked = np.stack(direct)
    return _finish(_search(used, levels, stacked.min(axis=0), stacked.max(axis=0), upper), levels)


class _Tail:
    """Has the tail passed q at x? The tail nearer to q is compared, on the log scale.

    So quantiles far out are as accurate as those in the middle.
    """

    def __init__(self, parts: Parts, q: FloatArray, *, upper: bool) -> None:
        self.parts = parts
        self.lower_side = q > 0.5 if upper else q <= 0.5
        with np.errstate(divide="ignore"):
            self.log_below = np.log1p(-q) if upper else np.log(q)
            self.log_above = np.log(q) if upper else np.log1p(-q)

    def gap(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance past q on the log scale, and its derivative (where the density is smooth)."""
        below = _apply(self.parts, Family.logcdf, x)
        above = _apply(self.parts, Family.logsf, x)
        gap = np.where(self.lower_side, below - self.log_below, self.log_above - above)
        with np.errstate(all="ignore"):
            tail = np.where(self.lower_side, below, above)
            return gap, np.exp(_apply(self.parts, Family.logpdf, x) - tail)

    def reached(self, x: FloatArray) -> Any:
        """Whether P(X <= x) >= q."""
        return self.gap(x)[0] >= 0


def _search(
    parts: Parts, q: FloatArray, low: FloatArray, high: FloatArray, upper: bool
) -> FloatArray:
    """Smallest x in [low, high] whose tail passes q, by bisection that Newton steps speed up."""
    tail = _Tail(parts, q, upper=upper)
    low, high = np.array(low), np.array(high)
    # Zero and the point masses are tried as they stand: bisection nears them, but slowly.
    for value in {0.0, *(part.distribution.moments[0] for part in parts if _is_atom(part))}:
        x = np.full_like(q, value)
        inside = (low <= x) & (x <= high)
        passed = tail.reached(x)
        exact = inside & passed & ~tail.reached(np.nextafter(x, -np.inf))
        high = np.where(inside & passed, x, high)
        low = np.where(exact | (inside & ~passed), x, low)
    x = 0.5 * low + 0.5 * high
    for step in range(500):
        if np.all(high - low <= 4e-16 * np.maximum(np.abs(low), np.abs(high))):
            break
        gap, slope = tail.gap(x)
        open_ = low < high
        high = np.where(open_ & (gap >= 0), x, high)
        low = np.where(open_ & (gap < 0), x, low)
        middle = 0.5 * low + 0.5 * high
        # Every third step halves the bracket, whatever Newton's method proposes.
        with np.errstate(all="ignore"):
            newton = x - gap / slope
            newton = newton + np.where(gap >= 0, -1, 1) * 1e-15 * np.abs(newton)
        usable = (newton > low) & (newton < high) & (step % 3 != 2)
        x = np.where(usable, newton, middle)
    return high


def _is_atom(part: Part) -> bool:
    low, high = part.distribution.support
    return low == high
