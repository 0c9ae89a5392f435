r"""Sums over what several markers share: their mean μ, their spread τ, the factor w of the reports.

For each report and each (μ, τ, w), the likelihood integrated over the marker's own difference d,
below zero and above. It depends on d and w through λd + √ρ w alone, so that it is computed once on
a grid of d and w; the rest are matrix products. Where τ is too small for the grid of d, a few nodes
follow the narrow distribution instead. Doubling the nodes changes a probability by less than 1e-6.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.noncentral_t import log_likelihood
from bayes_rsa.priors import Prior
from bayes_rsa.trial import TReport

_TAIL: Final = 1e-10
_REACH: Final = 6.5
"""SDs of a normal beyond which nothing is left that counts: 1e-10."""
_ROOT: Final = math.sqrt(2 * math.pi)
_ORDER: Final = 8
_NARROW: Final = 5
_INNER: Final = 12
_TABLE: Final = 1000
_MOST: Final = 40_000
_BLOCK: Final = 48
"""Means at once, where there are factors: of d only what is near them is summed."""


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """One block: weights (μ), the value of τ, and for each report both halves (μ, w)."""

    weights: Floats
    spread: float
    lower: dict[TReport, Floats]
    higher: dict[TReport, Floats]
    prior_lower: Floats


class MarkerGrid:
    """The likelihoods of several reports with correlation ρ.

    Parameters
    ----------
    reports
        Distinct reports.
    rho
        Correlation.
    count
        Number of markers: their product is sharper than each.
    """

    def __init__(self, reports: tuple[TReport, ...], rho: float, count: int) -> None:
        self.reports, self.rho, self.rest = reports, rho, math.sqrt(1 - rho)
        self.width = self.rest / max(r.per_d for r in reports)
        """Width of the sharpest likelihood, in d."""
        size = 1
        if rho:
            size = 2 * math.ceil(_REACH * 1.2 * math.sqrt(count) / self.rest) + 1
        self.factors = np.linspace(-_REACH, _REACH, size) if rho else np.zeros(1)
        weights = np.exp(-0.5 * self.factors**2)
        self.factor_weights = weights / weights.sum()

    def independent(self, effect: Prior) -> Iterator[Shared]:
        """The one block where each difference has its own prior."""
        d, w = self._differences(*_range("effect", effect), _kinks(effect))
        mass = w * np.exp(effect.logpdf(d))
        below = d < 0
        tables = {r: self._likelihood(r, d, s) for r, s in self._splines(d).items()}
        yield Shared(
            np.ones(1),
            math.nan,
            {r: (mass * below)[None] @ t for r, t in tables.items()},
            {r: (mass * ~below)[None] @ t for r, t in tables.items()},
            np.array([mass[below].sum()]),
        )

    def hierarchical(self, mean: Prior, spread: Prior) -> Iterator[Shared]:
        """For each τ one block, or one for each few neighbouring μ."""
        low, high = _range("mean", mean)
        mu, mu_weights = self._differences(low, high, _kinks(mean))
        mu_weights = mu_weights * np.exp(mean.logpdf(mu))
        _, most = _range("spread", spread)
        first = min(self.width, most)
        narrow = _composite(np.linspace(0.0, first, math.ceil(6 * first / most) + 1), _NARROW)
        wide = _composite(_doubling(first, most))
        tau, tau_weights = (np.concatenate(x) for x in zip(narrow, wide, strict=True))
        tau_weights = tau_weights * np.exp(spread.logpdf(tau))
        widest = _REACH * most
        d, w = self._differences(min(low, 0.0) - widest, max(high, 0.0) + widest, [])
        splines = self._splines(d)
        tables = {r: self._likelihood(r, d, s) for r, s in splines.items()}
        blocks = math.ceil(mu.size / _BLOCK) if self.rho else 1
        for t, weight in zip(tau, tau_weights, strict=True):
            if t < self.width:
                yield self._narrow(mu, mu_weights * weight, float(t), splines)
                continue
            for some in np.array_split(np.arange(mu.size), blocks):
                yield _wide(mu[some], mu_weights[some] * weight, float(t), d, w, tables)

    def _narrow(
        self, mu: Floats, weights: Floats, t: float, splines: dict[TReport, object]
    ) -> Shared:
        from scipy.special import ndtr

        share = ndtr(-mu / t)
        halves = []
        for upper in (False, True):
            z, w = _half_normal_scores(-mu / t, upper)
            w = w * (ndtr(mu / t) if upper else share)[:, None]
            found = {}
            for report, spline in splines.items():
                at = report.per_d * (mu[:, None] + t * z)[:, None, :]
                at = at + math.sqrt(self.rho) * self.factors[None, :, None]
                value = np.exp(spline(np.arcsinh(at / self.rest)))  # type: ignore[operator]
                found[report] = np.einsum("ifk,ik->if", value, w)
            halves.append(found)
        return Shared(weights, t, halves[0], halves[1], share)

    def _differences(self, low: float, high: float, kinks: list[float]) -> tuple[Floats, Floats]:
        """Nodes and weights between two limits, one edge of a panel at 0."""
        edges = sorted({low, high, *(k for k in (*kinks, 0.0) if low < k < high)})
        panel = min(2.5 * self.width, (high - low) / 20)
        if (high - low) / panel * _ORDER > _MOST:
            raise InputError(
                "prior",
                (low, high),
                "the quadrature of several markers takes priors on a range of differences",
                "use normal priors with SDs of a few units",
            )
        parts = [
            np.linspace(a, b, max(2, math.ceil((b - a) / panel) + 1)) for a, b in pairwise(edges)
        ]
        return _composite(np.unique(np.concatenate(parts)))

    def _likelihood(self, report: TReport, d: Floats, spline: object) -> Floats:
        """Likelihood at differences and factors, by the table."""
        at = report.per_d * d[:, None] + math.sqrt(self.rho) * self.factors
        return np.asarray(np.exp(spline(np.arcsinh(at / self.rest))))  # type: ignore[operator]

    def _splines(self, d: Floats) -> dict[TReport, object]:
        """The table of each report for differences as large as these."""
        reach = float(np.abs(d).max())
        return {report: self._spline(report, reach) for report in self.reports}

    def _spline(self, report: TReport, reach: float) -> object:
        """Log-likelihood of the report over arcsinh of its numerator's mean over the rest's SD."""
        from scipy.interpolate import CubicSpline

        most = reach * report.per_d + math.sqrt(self.rho) * _REACH
        end = np.arcsinh(most / self.rest)
        place = np.linspace(-end, end, _TABLE)
        return CubicSpline(
            place, log_likelihood(report, self.rest * np.sinh(place), rest=self.rest)
        )


def _wide(
    mu: Floats, weights: Floats, t: float, d: Floats, w: Floats, tables: dict[TReport, Floats]
) -> Shared:
    """Neighbouring means and one τ; of d only what a normal of SD τ reaches from one of them."""
    first, last = np.searchsorted(d, [mu[0] - _REACH * t, mu[-1] + _REACH * t])
    middle = np.clip(np.searchsorted(d, 0.0), first, last)
    lower, upper = slice(first, middle), slice(middle, last)
    down, up = (
        w[part] * np.exp(-0.5 * ((d[part] - mu[:, None]) / t) ** 2) / (t * _ROOT)
        for part in (lower, upper)
    )
    return Shared(
        weights,
        t,
        {r: down @ table[lower] for r, table in tables.items()},
        {r: up @ table[upper] for r, table in tables.items()},
        down.sum(axis=1),
    )


def _half_normal_scores(cut: Floats, upper: bool) -> tuple[Floats, Floats]:
    """Normal scores below (above) each cut, with weights that sum to 1."""
    x, w = np.polynomial.legendre.leggauss(_INNER)
    inside = np.clip(cut, -_REACH, _REACH)[:, None]
    end = np.full_like(inside, _REACH if upper else -_REACH)
    # Beyond the reach only the first few scores next to the cut count.
    nodes = inside + 0.5 * (end - inside) * (1 + x)
    weights = w * np.exp(0.5 * (inside**2 - nodes**2))
    return nodes, weights / weights.sum(axis=1, keepdims=True)


def _composite(edges: Floats, order: int | None = None) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on consecutive panels."""
    x, w = np.polynomial.legendre.leggauss(order or _ORDER)
    half = 0.5 * np.diff(edges)[:, None]
    middle = 0.5 * (edges[1:] + edges[:-1])[:, None]
    return (middle + half * x).ravel(), (half * w).ravel()


def _doubling(first: float, last: float) -> Floats:
    """Edges first, twice that, ..., last; first alone if it is the last."""
    steps = math.ceil(math.log2(last / first))
    return np.array([*(first * 2.0**k for k in range(steps)), last])


def _range(name: str, prior: Prior) -> tuple[float, float]:
    low, high = (float(x) for x in prior.ppf(np.array([_TAIL, 1 - _TAIL])))
    if not (math.isfinite(low) and math.isfinite(high)) or high - low > 1e4:
        raise InputError(
            name,
            str(prior),
            "the quadrature of several markers takes priors with light tails",
            "use a normal prior",
        )
    return low, high


def _kinks(prior: Prior) -> list[float]:
    return [end for end in prior.support if math.isfinite(end)]
