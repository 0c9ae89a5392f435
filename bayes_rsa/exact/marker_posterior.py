"""The exact posterior of one difference of a marker."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.distribution import IDENTITY, Distribution
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.plane import prior_levels
from bayes_rsa.exact.rows import Indices, integrate
from bayes_rsa.priors import Component, Prior

LogLikelihood = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class MarkerPosterior:
    """Posterior of a difference between the arms, treatment minus control, by quadrature.

    Attributes
    ----------
    marker
        Name of the marker.
    quantity
        What differs: ``standardised difference``, ``mean difference`` or ``log ratio``.
    prior
        Prior of the difference.
    log_likelihood
        Log-likelihood of an array of differences.
    """

    engine = "exact"
    marker: str
    quantity: str
    prior: Prior
    log_likelihood: LogLikelihood = field(repr=False)
    seeds: Sequence[float] = field(repr=False)

    @cached_property
    def distribution(self) -> Distribution:
        """The posterior as a mixture of curves, one for each component of the prior."""
        curves = [self._curve(c) for c in self.prior.components if c.weight > 0]
        logs = np.array([curve.log_total for curve in curves])
        weights = np.exp(logs - logs.max())
        weights = weights / weights.sum()
        return Distribution(tuple(float(w) for w in weights), tuple(curves), IDENTITY)

    @cached_property
    def log_marginal_likelihood(self) -> float | None:
        """Log probability (or density) of the report; None if the prior is improper."""
        if not self.prior.is_proper:
            return None
        logs = [curve.log_total for curve in self.distribution.curves]
        return float(np.logaddexp.reduce(logs))

    @property
    def error(self) -> float:
        """Estimated absolute error of a probability."""
        return max(curve.error for curve in self.distribution.curves)

    @cached_property
    def moments(self) -> tuple[float | None, float | None]:
        """Mean and standard deviation; None where a float cannot hold them."""
        return self.distribution.moments()

    def expectation(self, value: Callable[[Floats], Floats]) -> float:
        """Posterior mean of a function of the difference."""
        law = self.distribution
        parts = (float((np.exp(curve.log_mass) * value(curve.nodes)).sum()) for curve in law.curves)
        return sum(weight * part for weight, part in zip(law.weights, parts, strict=True))

    def probability(self, lower: float = -math.inf, upper: float = math.inf) -> float:
        """P(lower < difference < upper | report)."""
        law = self.distribution
        below = 0.0 if lower == -math.inf else float(law.cdf(np.array([lower]))[0])
        above = 0.0 if upper == math.inf else float(law.sf(np.array([upper]))[0])
        if upper == math.inf and lower > -math.inf:
            return float(law.sf(np.array([lower]))[0])
        if lower == -math.inf and upper < math.inf:
            return float(law.cdf(np.array([upper]))[0])
        return max(0.0, 1.0 - below - above)

    def beyond(self, size: float) -> float:
        """``P(|difference| > size | report)``."""
        return self.probability(upper=-size) + self.probability(lower=size)

    def quantile(self, q: float) -> float:
        """Posterior quantile of lower-tail probability q."""
        if not 0 < q < 1:
            raise InputError("q", q, "a quantile's probability lies between 0 and 1", "change it")
        return float(self.distribution.ppf(np.array([q]))[0])

    def interval(self, probability: float = INTERVAL) -> tuple[float, float]:
        """Equal-tailed credible interval."""
        tail = 0.5 * (1 - probability)
        return self.quantile(tail), self.quantile(1 - tail)

    def shortest(self, probability: float = INTERVAL) -> tuple[float, float]:
        """Highest-density credible interval."""
        return self.distribution.shortest(probability)

    def density(self, x: Floats) -> Floats:
        """Posterior density of the difference."""
        return self.distribution.pdf(np.asarray(x, dtype=float))

    def _curve(self, component: Component) -> Curve:
        peaks, breaks = prior_levels(component)
        shift = math.log(component.weight)

        def log_density(_row: Indices, x: Floats) -> Floats:
            return self.log_likelihood(x) + component.distribution.logpdf(x) + shift

        result = integrate(
            log_density,
            np.array([[*self.seeds, *peaks]]),
            # At no difference the size of one has a kink.
            np.array([[*breaks, 0.0]]),
            interpolate=True,
        )
        return Curve.of(result)
