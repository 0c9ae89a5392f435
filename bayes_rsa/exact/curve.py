"""The density of one real quantity, stored so that any probability or quantile is read off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bayes_rsa.exact.legendre import Floats, integrals, integrals_and_values, values
from bayes_rsa.exact.rows import FAR, Indices, Integrals


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Curve:
    """A normalised density of t as Legendre series on panels of w, t = centre + scale sinh(w).

    Attributes
    ----------
    log_total
        Log integral of the unnormalised density it came from.
    error
        Estimated absolute error of a probability.
    nodes, log_mass
        Quadrature nodes in t, and log weights: the mean of g is sum exp(log_mass) g(nodes).
    """

    log_total: float
    error: float
    centre: float
    scale: float
    lower: Floats
    upper: Floats
    terms: Floats
    below: Floats
    above: Floats
    nodes: Floats
    log_mass: Floats

    @classmethod
    def of(cls, result: Integrals) -> Curve:
        """From the integrals of a single row, kept panels."""
        panels = result.panels
        total = 2.0 * float(panels.terms[:, 0].sum())
        error = float(result.error[0])
        if not 0.0 < total < np.inf:
            total, error = 1.0, np.inf
        terms = np.nan_to_num(panels.terms / total, posinf=0.0, neginf=0.0)
        # What a heavy tail holds beyond the last panels: its density in w at their ends, at a rate
        # of decay of a half or more.
        half = 0.5 * (panels.upper[[0, -1]] - panels.lower[[0, -1]])
        signs = (-1.0) ** np.arange(terms.shape[1])
        outside = np.array([terms[0] @ signs, terms[-1].sum()]) / half
        cut = np.array([-panels.lower[0], panels.upper[-1]]) >= FAR
        error += 2.0 * float(np.abs(outside[cut]).sum())
        mass = 2.0 * terms[:, 0]
        below = np.concatenate([[0.0], np.cumsum(mass)])
        above = np.concatenate([np.cumsum(mass[::-1])[::-1], [0.0]])
        return cls(
            log_total=float(result.log_total[0]),
            error=error,
            centre=float(result.windows.centre[0]),
            scale=float(result.windows.scale[0]),
            lower=panels.lower,
            upper=panels.upper,
            terms=terms,
            below=below,
            above=above,
            nodes=panels.nodes.ravel(),
            log_mass=(panels.log_mass - np.log(total)).ravel(),
        )

    def _locate(self, t: Floats) -> tuple[Indices, Floats, Floats]:
        with np.errstate(over="ignore"):
            w = np.arcsinh((t - self.centre) / self.scale)
        w = np.clip(w, self.lower[0], self.upper[-1])
        panel = np.clip(np.searchsorted(self.lower, w, side="right") - 1, 0, self.lower.size - 1)
        low, high = self.lower[panel], self.upper[panel]
        return panel, np.clip((2.0 * w - low - high) / (high - low), -1.0, 1.0), w

    def cdf(self, t: Floats) -> Floats:
        """P(T < t), for a one-dimensional ``t``."""
        panel, x, _ = self._locate(t)
        return _unit(self.below[panel] + integrals(self.terms[panel], x))

    def sf(self, t: Floats) -> Floats:
        """P(T > t)."""
        panel, x, _ = self._locate(t)
        rest = 2.0 * self.terms[panel, 0] - integrals(self.terms[panel], x)
        return _unit(self.above[panel + 1] + rest)

    def pdf(self, t: Floats) -> Floats:
        """Density at t."""
        panel, x, w = self._locate(t)
        half = 0.5 * (self.upper[panel] - self.lower[panel])
        density = values(self.terms[panel], x) / (half * self.scale * np.cosh(w))
        with np.errstate(over="ignore"):
            raw = np.arcsinh((t - self.centre) / self.scale)
        outside = (raw < self.lower[0]) | (raw > self.upper[-1])
        return np.where(outside, 0.0, np.maximum(density, 0.0))

    def ppf(self, q: Floats) -> Floats:
        """Quantile of lower-tail probability q in (0, 1)."""
        last = self.lower.size - 1
        panel = np.clip(np.searchsorted(self.below, q, side="right") - 1, 0, last)
        terms = self.terms[panel]
        mass = 2.0 * terms[:, 0]
        upwards = q <= 0.5
        target = np.where(
            upwards, q - self.below[panel], mass - ((1.0 - q) - self.above[panel + 1])
        )
        low, high = np.full(q.shape, -1.0), np.ones(q.shape)
        safe = np.where(mass > 0, mass, 1.0)
        x = np.clip(2.0 * target / safe - 1.0, -1.0, 1.0)
        noise = 4e-16 * np.minimum(q, 1.0 - q) + 1e-15 * np.abs(mass)
        for _ in range(60):
            below, slope = integrals_and_values(terms, x)
            gap = below - target
            far = np.abs(gap) > noise
            if not far.any():
                break
            high = np.where(gap > 0, x, high)
            low = np.where(gap > 0, low, x)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = x - gap / slope
            inside = (step >= low) & (step <= high) & (slope > 0)
            x = np.where(far, np.where(inside, step, 0.5 * (low + high)), x)
        half = 0.5 * (self.upper[panel] - self.lower[panel])
        w = self.lower[panel] + half * (1.0 + x)
        return np.asarray(self.centre + self.scale * np.sinh(w))


def _unit(p: Floats) -> Floats:
    return np.asarray(np.clip(p, 0.0, 1.0))
