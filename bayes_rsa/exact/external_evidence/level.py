"""What sets the level of a study's two arms, where it is not shared with other studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.exact.external_evidence.arms import Counts
from bayes_rsa.exact.legendre import Floats, rule
from bayes_rsa.priors import Prior

__all__ = ["Level"]

_REFERENCE: Final = Prior.normal(0.0, defaults.MIDPOINT_SD)


@dataclass(frozen=True, slots=True)
class Level:
    """Prior on a study's level, apart from its effect: the control log odds, or the midpoint."""

    prior: Prior
    midpoint: bool

    @classmethod
    def of(cls, baseline: Prior | None, midpoint: Prior | None, name: str) -> Level:
        """From a model's keywords; the default is a midpoint ~ normal(0, 1.5)."""
        if baseline is not None and midpoint is not None:
            raise InputError(
                f"{name}baseline",
                str(baseline),
                "a model takes a prior on the baseline or on the midpoint, not both",
                "leave one of them out",
            )
        prior = baseline or midpoint or _REFERENCE
        if not prior.is_proper:
            raise InputError(
                f"{name}baseline", str(prior), "its prior must be proper", "use normal(0, 1.5)"
            )
        return cls(prior, baseline is None)

    def likelihood(self, arms: tuple[Counts, Counts], effects: Floats) -> Floats:
        """Likelihood of the effect with the level integrated out, shape ``(1, d)``."""
        first, second = arms
        up = 0.5 * effects if self.midpoint else effects
        down = -0.5 * effects if self.midpoint else np.zeros_like(effects)
        if self.prior.families == ("point",):
            level = self.prior.components[0].arguments[0]
            logs = first.log_likelihood(level + up) + second.log_likelihood(level + down)
            return np.exp(logs)[None, :]
        levels, log_w = self._nodes(first, second)
        logs = first.log_likelihood(levels[:, None] + up)
        logs = logs + second.log_likelihood(levels[:, None] + down)
        return (np.exp(log_w) @ np.exp(logs))[None, :]

    def _nodes(self, first: Counts, second: Counts) -> tuple[Floats, Floats]:
        if self.midpoint:
            low, high = 0.5 * (first.low + second.low), 0.5 * (first.high + second.high)
        else:
            low, high = second.low, second.high
        ends = np.asarray(self.prior.ppf(np.array([1e-13, 1.0 - 1e-13])))
        low, high = max(low, float(ends[0])), min(high, float(ends[1]))
        width = 1.5 * min(first.se, second.se)
        if self.prior.sd == self.prior.sd:
            width = min(width, 1.5 * float(self.prior.sd))
        edges = np.linspace(low, high, int(np.ceil((high - low) / width)) + 1)
        x, w, _ = rule()
        half = 0.5 * np.diff(edges)
        places = (0.5 * (edges[:-1] + edges[1:])[:, None] + half[:, None] * x).ravel()
        weights = np.log(np.multiply.outer(half, w).ravel())
        return places, weights + np.asarray(self.prior.logpdf(places))
