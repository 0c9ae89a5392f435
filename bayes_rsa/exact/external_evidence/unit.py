"""One study among others: its likelihood on a grid, and its own law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bayes_rsa.exact.external_evidence.laws import KernelLaw, Part
from bayes_rsa.exact.legendre import Floats

__all__ = ["Unit"]


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A study's likelihood on a grid of (control log odds, effect), and the kernels over both."""

    key: str
    likelihood: Floats
    over_effect: Floats
    over_baseline: Floats

    @property
    def marginal(self) -> Floats:
        """At every pair of nodes, shape ``(j, k)``."""
        found = self.over_effect @ self.likelihood.T @ self.over_baseline.T
        return np.asarray(np.maximum(found, 1e-15 * float(found.max())))

    def effect(self, share: Floats, grid: Floats) -> KernelLaw:
        """Law of its effect; ``share`` is the posterior mass of nodes over their marginal."""
        level = self.over_baseline @ self.likelihood
        return _on_grid(grid, ((share.T @ self.over_effect) * level).sum(axis=0))

    def baseline(self, share: Floats, grid: Floats) -> KernelLaw:
        """Law of its control log odds."""
        effect = self.over_effect @ self.likelihood.T
        return _on_grid(grid, ((share @ self.over_baseline) * effect).sum(axis=0))


def _on_grid(grid: Floats, mass: Floats) -> KernelLaw:
    return KernelLaw((Part(grid, mass / mass.sum(), float(grid[1] - grid[0]), 0.0),))
