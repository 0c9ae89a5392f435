"""Laws of one real quantity: sums of kernels, and densities on panels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.exact.external_evidence.kernels import kernel_cdf, kernel_pdf
from bayes_rsa.exact.legendre import Floats, integrals, values

__all__ = ["KernelLaw", "Law", "PanelLaw", "Part"]

_NO_CHANGE: Final = -1
"""SciPy's status of a bracket on which the function does not change its sign."""


class Law(Protocol):
    """The distribution of one real quantity."""

    @property
    def mean(self) -> float | None:
        """Its mean; None where it has none."""

    @property
    def sd(self) -> float | None:
        """Its standard deviation; None where it has none."""

    def pdf(self, x: Floats) -> Floats:
        """Density at ``x``, any shape."""

    def cdf(self, x: Floats) -> Floats:
        """P(X < x)."""

    def ppf(self, q: Floats) -> Floats:
        """Quantiles."""

    def interval(self, level: float = INTERVAL) -> tuple[float, float, float]:
        """Lower limit, median, upper limit of the equal-tailed interval."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Kernels of one width: values of a density on a uniform grid, spread by a normal.

    Attributes
    ----------
    places, weights
        Shape ``(m,)``: the grid, and the mass that stands at each of its points.
    step
        Distance between the points; 0 where each is a normal of its own.
    spread
        SD of the normal with which the density is convolved: 0 or wide beside the step (see
        ``kernels.resolved``); of shape ``(m,)`` if ``step`` is 0.
    """

    places: Floats
    weights: Floats
    step: float
    spread: Floats | float


class _Quantiles(ABC):
    """Quantiles and intervals of a law that has a distribution function."""

    @abstractmethod
    def cdf(self, x: Floats) -> Floats:
        """P(X < x)."""

    @abstractmethod
    def _bracket(self) -> tuple[float, float]:
        """Two places that all quantiles in use lie between."""

    def sf(self, x: Floats) -> Floats:
        """P(X > x)."""
        return np.asarray(1.0 - self.cdf(x))

    def ppf(self, q: Floats) -> Floats:
        """Quantiles, to the last digits of the distribution function."""
        from scipy.optimize.elementwise import find_root

        wanted = np.asarray(q, dtype=float)
        if not ((wanted > 0) & (wanted < 1)).all():
            raise InputError("q", q, "it lies between 0 and 1", "write it like 0.975")

        def above(x: Floats, *levels: Floats) -> Floats:
            return self.cdf(x) - levels[0]

        low, high = self._bracket()
        found = find_root(above, (low, high), args=(wanted,))
        # Where rounding leaves no change of sign, the quantile is an end of the bracket.
        return np.where(found.status == _NO_CHANGE, np.where(wanted < 0.5, low, high), found.x)

    def interval(self, level: float = INTERVAL) -> tuple[float, float, float]:
        """Lower limit, median, upper limit of the equal-tailed interval."""
        if not 0 < level < 1:
            raise InputError("level", level, "it lies between 0 and 1", "write it like 0.95")
        tail = 0.5 * (1.0 - level)
        low, middle, high = self.ppf(np.array([tail, 0.5, 1.0 - tail]))
        return float(low), float(middle), float(high)


@dataclass(frozen=True, slots=True, eq=False)
class KernelLaw(_Quantiles):
    """A sum of parts, each a band-limited density spread by a normal.

    Attributes
    ----------
    parts
        Their weights sum to 1.
    moments
        How many moments exist: 0, 1 or 2.
    """

    parts: tuple[Part, ...]
    moments: int = 2

    @property
    def mean(self) -> float | None:
        """Its mean; None where it has none."""
        return self._mean() if self.moments >= 1 else None

    @property
    def sd(self) -> float | None:
        """Its standard deviation; None where it has none."""
        if self.moments < 2:
            return None
        centre = self._mean()
        square = sum(
            float(p.weights @ ((p.places - centre) ** 2 + p.spread**2)) for p in self.parts
        )
        return float(np.sqrt(square))

    def _mean(self) -> float:
        return float(sum(float(p.weights @ p.places) for p in self.parts))

    def _bracket(self) -> tuple[float, float]:
        low = min(float(np.min(p.places - 40 * p.spread)) - 10 * p.step for p in self.parts)
        high = max(float(np.max(p.places + 40 * p.spread)) + 10 * p.step for p in self.parts)
        return low, high

    def _sum(self, x: Floats, kernel: Callable[[Part, Floats], Floats]) -> Floats:
        points = np.asarray(x, dtype=float)
        total = np.zeros(points.size)
        for part in self.parts:
            total += kernel(part, points.ravel())
        return total.reshape(points.shape)

    def cdf(self, x: Floats) -> Floats:
        """P(X < x)."""
        return np.clip(self._sum(x, kernel_cdf), 0.0, 1.0)

    def pdf(self, x: Floats) -> Floats:
        """Density at ``x``."""
        return np.maximum(self._sum(x, kernel_pdf), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class PanelLaw(_Quantiles):
    """A density of a positive quantity as Legendre series on panels of its logarithm.

    Attributes
    ----------
    lower, upper
        Ends of the panels, on the log scale; shape ``(m,)``.
    terms
        Series of the density of the log with respect to the panel's own variable; ``(m, NODES)``.
    mean, sd
        Its moments; None where they do not exist.
    """

    lower: Floats
    upper: Floats
    terms: Floats
    mean: float | None
    sd: float | None
    _below: Floats = field(init=False)

    def __post_init__(self) -> None:
        below = np.concatenate([[0.0], np.cumsum(2.0 * self.terms[:, 0])])
        object.__setattr__(self, "_below", below)

    def _bracket(self) -> tuple[float, float]:
        return float(np.exp(self.lower[0])), float(np.exp(self.upper[-1]))

    def _locate(self, x: Floats) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats]:
        with np.errstate(divide="ignore"):
            logs = np.log(np.maximum(x, 0.0))
        logs = np.clip(logs, self.lower[0], self.upper[-1])
        panel = np.clip(np.searchsorted(self.lower, logs, side="right") - 1, 0, self.lower.size - 1)
        low, high = self.lower[panel], self.upper[panel]
        return panel, np.clip((2 * logs - low - high) / (high - low), -1.0, 1.0)

    def cdf(self, x: Floats) -> Floats:
        """P(X < x)."""
        points = np.asarray(x, dtype=float)
        panel, place = self._locate(points.ravel())
        found = self._below[panel] + integrals(self.terms[panel], place)
        return np.clip(found, 0.0, 1.0).reshape(points.shape)

    def pdf(self, x: Floats) -> Floats:
        """Density at ``x``."""
        points = np.asarray(x, dtype=float)
        flat = points.ravel()
        panel, place = self._locate(flat)
        half = 0.5 * (self.upper[panel] - self.lower[panel])
        with np.errstate(divide="ignore", invalid="ignore"):
            found = values(self.terms[panel], place) / (half * flat)
            logs = np.log(flat)
        inside = (logs >= self.lower[0]) & (logs <= self.upper[-1])
        return np.where(inside, np.maximum(found, 0.0), 0.0).reshape(points.shape)
