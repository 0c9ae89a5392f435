"""Quadrature over the standard deviation between studies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.external_evidence.laws import PanelLaw
from bayes_rsa.exact.legendre import NODES, Floats, rule
from bayes_rsa.priors import Prior

__all__ = ["Spread", "moments_of_spread"]

_TAIL: Final = 1e-10
"""Prior probability left out at either end."""
_WIDTH: Final = 0.5
"""Widest panel, on the log."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Nodes in the SD between studies, with the log of prior density times quadrature weight.

    Attributes
    ----------
    nodes, log_weights
        Shape ``(t,)``. The first ``points`` of them are point masses of the prior, the others lie
        on panels of the log.
    points
        How many are point masses.
    lower, upper
        Ends of the panels.
    """

    nodes: Floats
    log_weights: Floats
    points: int
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, prior: Prior) -> Spread:
        """Nodes for a prior on the SD.

        Raises
        ------
        InputError
            If the prior is improper or has mass below 0.
        """
        if prior.support[0] < 0 or not prior.is_proper:
            raise InputError(
                "heterogeneity",
                str(prior),
                "a standard deviation between studies is not negative, and its prior is proper",
                "use half_normal(0.5), or a name of bayes_rsa.evidence.heterogeneity_priors()",
            )
        fixed = [c for c in prior.components if c.family == "point"]
        free = [c for c in prior.components if c.family != "point"]
        nodes = [np.array([c.arguments[0] for c in fixed], dtype=float)]
        logs = [np.log(np.array([c.weight for c in fixed], dtype=float))]
        lower = upper = np.zeros(0)
        if free:
            tails = np.array([_TAIL, 1.0 - _TAIL])
            ends = np.array([c.distribution.ppf(tails) for c in free])
            first, last = np.log(ends[:, 0].min()), np.log(ends[:, 1].max())
            edges = np.linspace(first, last, int(np.ceil((last - first) / _WIDTH)) + 1)
            lower, upper = edges[:-1], edges[1:]
            x, w, _ = rule()
            half = 0.5 * (upper - lower)
            log_tau = (0.5 * (lower + upper)[:, None] + half[:, None] * x).ravel()
            tau = np.exp(log_tau)
            density = np.stack(
                [np.log(c.weight) + np.asarray(c.distribution.logpdf(tau)) for c in free]
            )
            nodes.append(tau)
            logs.append(
                np.logaddexp.reduce(density, axis=0)
                + log_tau
                + np.log(np.multiply.outer(half, w).ravel())
            )
        return cls(np.concatenate(nodes), np.concatenate(logs), len(fixed), lower, upper)

    def law(self, log_posterior: Floats, moments: int) -> PanelLaw | None:
        """Law of the SD, from the log posterior mass at the nodes; None where it has points."""
        if self.points:
            return None
        _, w, analysis = rule()
        mass = np.exp(log_posterior)
        half = 0.5 * (self.upper - self.lower)
        density = mass.reshape(-1, NODES) / w
        first = float(mass @ self.nodes)
        second = float(mass @ self.nodes**2)
        return PanelLaw(
            self.lower,
            self.upper,
            density @ analysis if half.size else density,
            first if moments >= 1 else None,
            float(np.sqrt(max(second - first**2, 0.0))) if moments >= 2 else None,
        )

    def compressed(self, log_marginal: Callable[[Floats], Floats], count: int) -> Compressed:
        """Gauss nodes for functions that vary slowly beside an approximate posterior.

        Parameters
        ----------
        log_marginal
            Log of an approximate marginal likelihood, at an array of SDs.
        count
            Number of nodes for the panels.
        """
        log_mass = self.log_weights + log_marginal(self.nodes)
        log_mass = log_mass - np.logaddexp.reduce(log_mass)
        fixed, free = self.nodes[: self.points], self.nodes[self.points :]
        kept = [fixed], [log_mass[: self.points]]
        scale = 1.0
        if free.size:
            mass = np.exp(log_mass[self.points :])
            order = np.searchsorted(np.cumsum(mass), 0.5 * mass.sum())
            scale = float(free[min(int(order), free.size - 1)])
            v, w = _gauss(free / (free + scale), mass, count)
            kept[0].append(scale * v / (1.0 - v))
            kept[1].append(np.log(w))
        nodes = np.concatenate(kept[0])
        few = np.concatenate(kept[1])
        return Compressed(self, nodes, few - log_marginal(nodes), few, log_mass, scale)


@dataclass(frozen=True, slots=True, eq=False)
class Compressed:
    """A few nodes that stand for all.

    Attributes
    ----------
    whole
        All nodes.
    nodes, log_weights
        The few, and what to add to the log of an exact marginal likelihood at each.
    log_few, log_all
        Log of the approximate posterior mass at the few and at all nodes.
    scale
        The few are those of a Gauss rule in ``node / (node + scale)``.
    """

    whole: Spread
    nodes: Floats
    log_weights: Floats
    log_few: Floats
    log_all: Floats
    scale: float

    def law(self, log_posterior: Floats, moments: int) -> PanelLaw | None:
        """Law of the SD, from the log posterior mass at the few nodes."""
        if self.whole.points:
            return None
        # The ratio of exact to approximate mass is a slow function, so it is interpolated.
        v = self.nodes / (self.nodes + self.scale)
        ratio = log_posterior - self.log_few
        wanted = self.whole.nodes / (self.whole.nodes + self.scale)
        log_ratio = _interpolated(v, ratio, np.clip(wanted, v.min(), v.max()))
        logs = self.log_all + log_ratio
        return self.whole.law(logs - np.logaddexp.reduce(logs), moments)


def _gauss(x: Floats, mass: Floats, count: int) -> tuple[Floats, Floats]:
    """Gauss rule of a discrete measure, by Lanczos with full reorthogonalisation."""
    total = float(mass.sum())
    count = min(count, x.size)
    basis = np.zeros((count + 1, x.size))
    basis[0] = np.sqrt(mass / total)
    diagonal, off = np.zeros(count), np.zeros(count)
    for k in range(count):
        following = x * basis[k]
        diagonal[k] = float(following @ basis[k])
        for _ in range(2):
            following = following - basis[: k + 1].T @ (basis[: k + 1] @ following)
        off[k] = float(np.sqrt(following @ following))
        if off[k] < 1e-13:
            count = k + 1
            break
        basis[k + 1] = following / off[k]
    matrix = np.diag(diagonal[:count])
    if count > 1:
        matrix += np.diag(off[: count - 1], 1) + np.diag(off[: count - 1], -1)
    nodes, vectors = np.linalg.eigh(matrix)
    return nodes, total * vectors[0] ** 2


def _interpolated(x: Floats, y: Floats, wanted: Floats) -> Floats:
    """Barycentric interpolation through ``(x, y)``."""
    gaps = x[:, None] - x[None, :]
    np.fill_diagonal(gaps, 1.0)
    logs = -np.log(np.abs(gaps)).sum(axis=1)
    weights = np.prod(np.sign(gaps), axis=1) * np.exp(logs - logs.max())
    away = wanted[:, None] - x[None, :]
    exact = np.abs(away) < 1e-15
    away[exact] = 1.0
    terms = weights / away
    found = (terms @ y) / terms.sum(axis=1)
    hit = exact.any(axis=1)
    return np.where(hit, y[np.argmax(exact, axis=1)], found)


def moments_of_spread(prior: Prior, studies: int, *, proper_mean: bool) -> int:
    """How many moments the posterior of the SD has, 0, 1 or 2.

    Its density falls like the prior's times tau to the power of minus the number of studies, or
    one less under a flat mean.
    """
    shapes = [c.arguments[0] for c in prior.components if c.family == "inverse_gamma"]
    if not shapes:
        return 2
    order = min(shapes) + studies - (0 if proper_mean else 1)
    return 2 if order > 2 else 1 if order > 1 else 0
