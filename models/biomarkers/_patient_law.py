"""Values of several markers in one patient, before and after: their joint density, and draws.

Follow-ups are regressed on the patient's own log baselines; their residuals are multivariate t.
The markers are taken one after another, each given those before it, so that a value below its limit
costs one normal probability. What is not seen but conditioned on has a latent standard normal
number z: below a limit b it is the residual whose probability is Φ(z)Φ(b), and where nothing is
known it is z itself. For any z this is a law of the data that sums to one, and its mean over z is
the law sought (Hajivassiliou and McFadden 1998, doi:10.2307/2999576).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pytensor.tensor as pt

from bayes_rsa.models._families import _normal_log_cdf as normal_log_cdf

Tensor = Any

SHARED: Final = {
    "treated": "()",
    "effect": "(m)",
    "level": "(m)",
    "slope": "(m)",
    "residual_scale": "(m)",
    "baseline_mean": "(m)",
    "baseline_sd": "(m)",
    "factor": "(m,m)",
    "recorded": "(m,t)",
    "df": "()",
}
"""Parameters of every patient, with their shape: markers m, times t.

``treated`` is 1 in the treatment arm; ``factor`` the Cholesky factor of the residual correlation;
``recorded`` 1 where there is a value, or that it is below its limit.
"""
LIMIT: Final = {"limit": "(m,t)"}
"""Log limits, where there are any; far below every value where one is missing."""
LATENT: Final = {"hidden": "(m,t)", "variance": "()", "open": "()"}
"""Latent numbers, 0 where nothing is hidden. The residuals of an open patient (1) are normal given
this variance; of the others (0) it is integrated out."""

_LOG_ROOT: Final = 0.5 * math.log(2 * math.pi)
_SMALLEST: Final = 1e-300
_LARGEST: Final = 1 - 2.0**-53


@dataclass(frozen=True, slots=True)
class PatientLaw:
    """The law of so many markers; the parts that the data do not need are left out.

    Attributes
    ----------
    markers
        Their number.
    limited, latent
        Whether any value has a limit, and whether anything is latent.
    """

    markers: int
    limited: bool
    latent: bool

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters in order, with their shapes."""
        return SHARED | (LIMIT if self.limited else {}) | (LATENT if self.latent else {})

    @property
    def signature(self) -> str:
        """Of the distribution."""
        return ",".join(self.parameters.values()) + "->(m,t)"

    def logp(self, value: Tensor, *parameters: Tensor) -> Tensor:
        """Log density of each patient's log values, the limit where below it, 0 where missing."""
        p = dict(zip(self.parameters, parameters, strict=True))
        seen = p["recorded"] > 0
        at_limit = value <= p["limit"] if self.limited else pt.zeros_like(seen)
        below = seen & at_limit
        if self.limited and self.latent:
            p["share"] = normal_log_cdf(p["hidden"])
        mean, sd = p["baseline_mean"], p["baseline_sd"]
        known = (value[..., 0] - mean) / sd
        density = -0.5 * known * known - _LOG_ROOT - pt.log(sd)
        before, first = self._deviate(p, known, density, seen, below, (..., 0))
        treated = p["treated"][..., None]
        centre = p["level"] + p["effect"] * treated + p["slope"] * sd * before
        spread = pt.sqrt(p["variance"]) if self.latent else pt.ones(())
        scale = p["residual_scale"] * spread[..., None]
        standard = (value[..., 1] - centre) / scale
        rest = pt.stack([p["factor"][..., j, j] for j in range(self.markers)], axis=-1)
        lost = pt.log(scale) + pt.log(rest)
        known, terms = self._one_by_one(p, standard, -lost, seen, below)
        quantified = seen[..., 1] & ~below[..., 1]
        squares = pt.switch(quantified, known * known, 0.0).sum(axis=-1)
        count = quantified.sum(axis=-1)
        return (first + terms).sum(axis=-1) + self._residuals(p, squares, count)

    def _one_by_one(
        self, p: dict[str, Tensor], standard: Tensor, density: Tensor, seen: Tensor, below: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Deviates as if nothing were hidden, each given those before it, and their terms."""
        factor = p["factor"]
        found: list[Tensor] = []
        deviates: list[Tensor] = []
        terms: list[Tensor] = []
        for j in range(self.markers):
            given = sum((factor[..., j, k] * deviates[k] for k in range(j)), pt.constant(0.0))
            # At its limit the value is the limit: then this is the bound of the deviate, too.
            found.append((standard[..., j] - given) / factor[..., j, j])
            deviate, term = self._deviate(p, found[-1], density[..., j], seen, below, (..., j, 1))
            deviates.append(deviate)
            terms.append(term)
        return pt.stack(found, axis=-1), pt.stack(terms, axis=-1)

    def _deviate(
        self,
        p: dict[str, Tensor],
        known: Tensor,
        density: Tensor,
        seen: Tensor,
        below: Tensor,
        at: Any,
    ) -> tuple[Tensor, Tensor]:
        """The deviate that later values are given, and what this one adds to the log density."""
        here, hidden = seen[at], p["hidden"][at] if self.latent else pt.constant(0.0)
        deviate, term = pt.switch(here, known, hidden), pt.switch(here, density, 0.0)
        if not self.limited:
            return deviate, term
        under = below[at]
        bound = pt.switch(under, known, 0.0)
        log_mass = normal_log_cdf(bound)
        term = pt.switch(under, log_mass, term)
        if not self.latent:
            return deviate, term
        share = pt.exp(p["share"][at] + log_mass)
        cut = -math.sqrt(2) * pt.erfcinv(2 * pt.clip(share, _SMALLEST, _LARGEST))
        return pt.switch(under, cut, deviate), term

    def _residuals(self, p: dict[str, Tensor], squares: Tensor, count: Tensor) -> Tensor:
        """Log density of the deviates of the quantified follow-ups, their scales apart."""
        df = p["df"]
        half = 0.5 * (df + count)
        student = (
            pt.gammaln(half)
            - pt.gammaln(0.5 * df)
            - 0.5 * count * pt.log(math.pi * df)
            - half * pt.log1p(squares / df)
        )
        if not self.latent:
            return student
        return pt.switch(p["open"] > 0, -0.5 * squares - count * _LOG_ROOT, student)

    def random(self, *parameters: Any, rng: np.random.Generator, size: Any = None) -> Any:
        """Draws of what :meth:`logp` is the density of."""
        p = dict(zip(self.parameters, parameters, strict=True))
        shape = np.broadcast_shapes(
            np.shape(p["treated"]),
            np.shape(p["effect"])[:-1],
            np.shape(p["recorded"])[:-2],
            () if size is None else tuple(size),
        )
        whole = (*shape, self.markers, 2)
        z, seen = rng.standard_normal(whole), np.broadcast_to(p["recorded"] > 0, whole)
        limit = np.broadcast_to(p["limit"] if self.limited else -np.inf, whole)
        hidden = np.broadcast_to(p["hidden"] if self.latent else 0.0, whole)
        variance = p["df"] / rng.chisquare(np.broadcast_to(p["df"], shape))
        if self.latent:
            variance = np.where(p["open"] > 0, p["variance"], variance)
        spread = np.sqrt(variance)
        mean, sd = p["baseline_mean"], p["baseline_sd"]
        bound = (limit[..., 0] - mean) / sd
        before, below = _drawn(z[..., 0], bound, hidden[..., 0], seen[..., 0])
        found = np.zeros(whole)
        found[..., 0] = np.where(below, limit[..., 0], mean + sd * before)
        treated = np.asarray(p["treated"])[..., None]
        centre = p["level"] + p["effect"] * treated + p["slope"] * sd * before
        factor, deviates = p["factor"], np.zeros(whole[:-1])
        for j in range(self.markers):
            given = np.sum(factor[..., j, :j] * deviates[..., :j], axis=-1)
            scale, rest = p["residual_scale"][..., j] * spread, factor[..., j, j]
            at = limit[..., j, 1]
            bound = ((at - centre[..., j]) / scale - given) / rest
            deviate, below = _drawn(z[..., j, 1], bound, hidden[..., j, 1], seen[..., j, 1])
            deviates[..., j] = deviate
            drawn = centre[..., j] + scale * (given + rest * deviate)
            found[..., j, 1] = np.where(below, at, drawn)
        return np.where(seen, found, 0.0)


def _drawn(z: Any, bound: Any, hidden: Any, seen: Any) -> tuple[Any, Any]:
    """The deviate that later values are given, and whether it is below its limit."""
    from scipy.special import ndtr, ndtri

    below = (z <= bound) & seen
    share = np.clip(ndtr(hidden) * ndtr(bound), _SMALLEST, _LARGEST)
    return np.where(below, ndtri(share), np.where(seen, z, hidden)), below
