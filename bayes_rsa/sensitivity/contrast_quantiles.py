"""Posterior quantiles of the log odds ratio under many effect priors at once.

Each posterior density is the prior times one likelihood, stored as Legendre series on panels that
all priors share; panels are bisected until every prior is resolved on them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from bayes_rsa.exact.legendre import integrals, rule, values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bayes_rsa.exact import ContrastLikelihood
    from bayes_rsa.priors import Prior
    from bayes_rsa.trial import Trial

    Floats = NDArray[np.float64]

_RESOLVED: Final = 1e-10
_ROUNDS: Final = 12
_PANELS: Final = 800
_CHUNK: Final = 400
_NEWTON: Final = 60
_TINY: Final = 1e-300


def log_odds_ratio_quantiles(
    panels: Panels, priors: Sequence[Prior], levels: Sequence[float]
) -> tuple[Floats, Floats]:
    """Posterior quantiles of the log odds ratio under each effect prior, and their errors.

    Parameters
    ----------
    panels
        The likelihood of the log odds ratio; refined where these priors ask for it.
    priors
        Effect priors.
    levels
        Lower-tail probabilities.

    Returns
    -------
    quantiles, errors
        Shape ``(priors, levels)``; nan where the panels do not resolve a posterior.
    """
    parts = [
        panels.quantiles(priors[start : start + _CHUNK], np.asarray(levels))
        for start in range(0, len(priors), _CHUNK)
    ]
    return np.concatenate([q for q, _ in parts]), np.concatenate([e for _, e in parts])


def log_densities(priors: Sequence[Prior], x: Floats) -> Floats:
    """Log density of each prior at ``x``, any shape: shape ``(priors, *x.shape)``."""
    if all(prior.families == ("normal",) for prior in priors):
        arguments = np.array([prior.components[0].arguments for prior in priors])
        mean, sd = arguments.T.reshape(2, -1, *([1] * x.ndim))
        z = (x - mean) / sd
        return np.asarray(-0.5 * z * z - np.log(sd) - 0.5 * math.log(2 * math.pi))
    return np.stack([prior.logpdf(x) for prior in priors])


class Panels:
    """Panels of the log odds ratio with the likelihood at their nodes."""

    def __init__(self, likelihood: ContrastLikelihood) -> None:
        self.likelihood = likelihood
        edges = _edges(likelihood.trial)
        self.lower, self.upper = edges[:-1], edges[1:]
        self.nodes, self.log_m = self._at(self.lower, self.upper)
        self.ends = edges[[0, -1]]
        self.log_ends = likelihood.log_likelihood(self.ends) + np.log(1.0 + np.abs(self.ends))

    def _at(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        gauss, _, _ = rule()
        half = 0.5 * (upper - lower)[:, None]
        nodes = lower[:, None] + half * (1.0 + gauss)
        return nodes, self.likelihood.log_likelihood(nodes) + np.log(half)

    def quantiles(self, priors: Sequence[Prior], levels: Floats) -> tuple[Floats, Floats]:
        """Quantiles of each posterior and their errors; nan where unresolved."""
        terms, tail, outside = self._terms(priors)
        for _ in range(_ROUNDS):
            rough = np.nan_to_num(tail).max(axis=0) > 0.5 * _RESOLVED / len(self.lower)
            if not rough.any() or len(self.lower) + rough.sum() > _PANELS:
                break
            self._split(rough)
            terms, tail, outside = self._terms(priors)
        return self._inverted(terms, tail.sum(axis=1) + outside, levels)

    def _terms(self, priors: Sequence[Prior]) -> tuple[Floats, Floats, Floats]:
        """Legendre terms of each posterior density on each panel, and what they leave out.

        Relative to the whole mass: the last terms of each panel, and the mass beyond all panels.
        """
        _, _, analysis = rule()
        logs = log_densities(priors, self.nodes) + self.log_m
        top = logs.max(axis=(1, 2))
        top = np.where(np.isfinite(top), top, 0.0)
        outside = np.exp(log_densities(priors, self.ends) + self.log_ends - top[:, None])
        terms = np.exp(logs - top[:, None, None]) @ analysis
        total = 2.0 * terms[:, :, 0].sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            tail = 2.0 * np.abs(terms[:, :, -3:]).max(axis=2) / total[:, None]
            return terms, tail, outside.sum(axis=1) / total

    def _split(self, rough: NDArray[np.bool_]) -> None:
        middle = 0.5 * (self.lower + self.upper)[rough]
        lower = np.concatenate([self.lower[rough], middle])
        upper = np.concatenate([middle, self.upper[rough]])
        nodes, log_m = self._at(lower, upper)
        lower = np.concatenate([self.lower[~rough], lower])
        order = np.argsort(lower)
        self.lower = lower[order]
        self.upper = np.concatenate([self.upper[~rough], upper])[order]
        self.nodes = np.concatenate([self.nodes[~rough], nodes])[order]
        self.log_m = np.concatenate([self.log_m[~rough], log_m])[order]

    def _inverted(self, terms: Floats, error: Floats, levels: Floats) -> tuple[Floats, Floats]:
        shape = (len(error), levels.size)
        quantiles, errors = np.full(shape, np.nan), np.full(shape, np.nan)
        good = np.flatnonzero(error <= _RESOLVED)
        mass = 2.0 * terms[good, :, 0]
        below = np.cumsum(mass, axis=1)
        total = below[:, -1]
        below = np.concatenate([np.zeros((good.size, 1)), below], axis=1)
        for j, level in enumerate(levels):
            target = level * total
            panel = (below[:, 1:-1] <= target[:, None]).sum(axis=1)
            series = terms[good, panel]
            x = _solved(series, target - below[np.arange(good.size), panel])
            half = 0.5 * (self.upper - self.lower)[panel]
            quantiles[good, j] = self.lower[panel] + half * (1.0 + x)
            density = values(series, x) / (half * total)
            errors[good, j] = np.maximum(error[good], 1e-14) / np.maximum(density, _TINY)
        return quantiles, errors


def _solved(series: Floats, target: Floats) -> Floats:
    """Where the integral of each Legendre series from -1 is ``target``."""
    low, high = np.full(target.shape, -1.0), np.ones(target.shape)
    mass = 2.0 * series[:, 0]
    x = np.clip(2.0 * target / np.where(mass > 0, mass, 1.0) - 1.0, -1.0, 1.0)
    for _ in range(_NEWTON):
        gap = integrals(series, x) - target
        high, low = np.where(gap > 0, x, high), np.where(gap > 0, low, x)
        slope = values(series, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = x - gap / slope
        inside = (step >= low) & (step <= high) & (slope > 0)
        new = np.where(inside, step, 0.5 * (low + high))
        moved = np.max(np.abs(new - x), initial=0.0)
        x = new
        if moved < 1e-14:
            break
    return x


def _edges(trial: Trial) -> Floats:
    """Panels where this likelihood can have any mass, fine near its peak."""
    (y1, y0), (n1, n0) = trial.events, trial.n
    cells = [y + 0.5 for y in (y1, n1 - y1, y0, n0 - y0)]
    centre = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    scale = math.sqrt(sum(1 / c for c in cells))
    near = 0.75 * scale * np.arange(-10, 11)
    far = 7.5 * scale * 1.35 ** np.arange(1, 40)
    far = far[far < max(30.0, 60.0 * scale)]
    return np.asarray(centre + np.concatenate([-far[::-1], near, far]))
