"""Random effects as nodes in their mean and SD, with what the data leave at each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.external_evidence.kernels import resolved, smoothing
from bayes_rsa.exact.external_evidence.laws import KernelLaw, PanelLaw, Part
from bayes_rsa.exact.external_evidence.normal_model import Conditional
from bayes_rsa.exact.external_evidence.spread import Compressed, Spread, moments_of_spread
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.priors import Prior

__all__ = ["Hierarchy"]

_STEP: Final = 0.5
"""Distance of nodes in the mean, in its conditional SDs: a sinc series is then good to 1e-8."""
_REACH: Final = 16
"""Nodes on either side of its centre."""


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Nodes (t, m) in the SD between studies and, given it, in the mean.

    Attributes
    ----------
    places
        The mean at each node, shape ``(t, m)``; ``m`` is 1 where its prior is a point.
    steps
        Distance of the nodes in the mean, shape ``(t,)``.
    studies
        How many there are.
    """

    mean: Prior
    heterogeneity: Prior
    rule: Compressed
    places: Floats
    steps: Floats
    studies: int

    @classmethod
    def of(
        cls, y: Sequence[float], se: Sequence[float], mean: Prior, heterogeneity: Prior, count: int
    ) -> Hierarchy:
        """Nodes where the normal model has its mass.

        Parameters
        ----------
        y, se
            Estimates of the studies and their standard errors.
        mean, heterogeneity
            Priors.
        count
            How many nodes in the SD between studies.
        """
        values, errors = np.asarray(y, dtype=float), np.asarray(se, dtype=float)
        if any(c.family == "point" for c in mean.components) and mean.families != ("point",):
            raise InputError(
                "mean",
                str(mean),
                "the exact engine takes a point alone, or no point",
                "use NUTS, or drop the point",
            )
        known = {"normal", "flat", "point"}
        near = mean if set(mean.families) <= known else _normal_like(mean)
        spread = Spread.of(heterogeneity)

        def log_marginal(tau: Floats) -> Floats:
            parts = Conditional.of(values, errors, near, tau)
            return np.asarray(np.logaddexp.reduce([p.log_marginal for p in parts], axis=0))

        rule = spread.compressed(log_marginal, count)
        parts = Conditional.of(values, errors, near, rule.nodes)
        logs = np.array([p.log_marginal for p in parts])
        weights = np.exp(logs - np.logaddexp.reduce(logs, axis=0))
        centres = np.array([p.centre for p in parts])
        centre = (weights * centres).sum(axis=0)
        within = np.array([p.variance for p in parts]) + (centres - centre) ** 2
        found = cls(mean, heterogeneity, rule, centre[:, None], centre * 0, len(values))
        if mean.families == ("point",):
            return found
        return found._placed(centre, 1.3 * np.sqrt((weights * within).sum(axis=0)))

    def _placed(self, centre: Floats, sd: Floats) -> Hierarchy:
        t = _STEP * np.arange(-_REACH, _REACH + 1.0)
        places = centre[:, None] + sd[:, None] * t
        return replace(self, places=places, steps=_STEP * sd)

    def recentred(self, weights: Floats) -> Hierarchy:
        """Nodes about the mean and SD that these weights (shape ``(t * m,)``) have, given each SD.

        The first nodes come from a normal likelihood; these come from the real one.
        """
        if self.places.shape[1] == 1:
            return self
        mass = weights.reshape(self.places.shape)
        mass = mass / mass.sum(axis=1, keepdims=True)
        centre = (mass * self.places).sum(axis=1)
        sd = np.sqrt((mass * (self.places - centre[:, None]) ** 2).sum(axis=1))
        return self._placed(centre, 1.05 * sd)

    @property
    def log_prior(self) -> Floats:
        """Log of prior density times quadrature weight, shape ``(t * m,)``."""
        logs = np.broadcast_to(self.rule.log_weights[:, None], self.places.shape)
        if self.places.shape[1] > 1:
            logs = logs + np.asarray(self.mean.logpdf(self.places)) + np.log(self.steps)[:, None]
        return np.asarray(logs).ravel()

    @property
    def spreads(self) -> Floats:
        """The SD between studies at each node, shape ``(t * m,)``."""
        return np.repeat(self.rule.nodes, self.places.shape[1])

    def kernel(self, grid: Floats, bias: Prior | None = None) -> Floats:
        """Matrix (t * m, grid) that takes a function of a study's own value to its mean."""
        shift, extra = 0.0, 0.0
        if bias is not None:
            arguments = bias.components[0].arguments
            shift = float(arguments[0])
            extra = float(arguments[1]) if bias.families == ("normal",) else 0.0
        return smoothing(grid, self.places.ravel() + shift, np.hypot(self.spreads, extra))

    # Laws ---------------------------------------------------------------------------------------

    @property
    def _moments(self) -> int:
        return moments_of_spread(self.heterogeneity, self.studies, proper_mean=self.mean.is_proper)

    def law_of_mean(self, weights: Floats) -> KernelLaw | None:
        """Law of the mean; None where its prior is a point."""
        if self.places.shape[1] == 1:
            return None
        return KernelLaw(self._parts(weights, spread=False), self._moments)

    def law_of_new(self, weights: Floats) -> KernelLaw:
        """Law of one more draw beside the studies'."""
        return KernelLaw(self._parts(weights, spread=True), self._moments)

    def law_of_spread(self, weights: Floats) -> PanelLaw | None:
        """Law of the SD between studies; None where its prior has a point."""
        mass = weights.reshape(self.places.shape).sum(axis=1)
        with np.errstate(divide="ignore"):
            return self.rule.law(np.log(np.maximum(mass, 1e-300)), self._moments)

    def _parts(self, weights: Floats, *, spread: bool) -> tuple[Part, ...]:
        mass = weights.reshape(self.places.shape)
        rows = zip(self.places, mass, self.steps, self.rule.nodes, strict=True)
        return tuple(
            resolved(Part(places, row, float(step), float(tau) if spread else 0.0))
            for places, row, step, tau in rows
            if row.sum() > 1e-15
        )


def _normal_like(prior: Prior) -> Prior:
    """A normal that stands where the prior does, to place nodes."""
    if not prior.is_proper:
        return prior
    low, middle, high = (float(v) for v in prior.ppf(np.array([0.025, 0.5, 0.975])))
    return Prior.normal(middle, (high - low) / 3.0)
