"""What can be asked of a finite mixture: density, probabilities, quantiles, moments, draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from bayes_rsa.priors import _mixture
from bayes_rsa.priors._numeric import FloatArray
from bayes_rsa.priors.component import Component
from bayes_rsa.priors.degenerate import Point
from bayes_rsa.priors.family import Family


class Mixture:
    """A finite mixture; a single distribution is a mixture of one component.

    Functions of a value are vectorised: a float gives a float, an array an array.
    """

    components: tuple[Component, ...]

    # What it is -------------------------------------------------------------------------------

    @property
    def families(self) -> tuple[str, ...]:
        """Family of each component."""
        return tuple(part.family for part in self.components)

    @property
    def weights(self) -> tuple[float, ...]:
        """Weight of each component."""
        return tuple(part.weight for part in self.components)

    @property
    def is_mixture(self) -> bool:
        """Whether there is more than one component."""
        return len(self.components) > 1

    @property
    def is_proper(self) -> bool:
        """Whether the density integrates to 1."""
        return all(part.distribution.is_proper for part in self.components)

    @property
    def atoms(self) -> tuple[tuple[float, float], ...]:
        """(weight, value) of each point mass."""
        return tuple(
            (part.weight, part.distribution.value)
            for part in self.components
            if isinstance(part.distribution, Point)
        )

    @property
    def support(self) -> tuple[float, float]:
        """Smallest closed interval that holds all probability."""
        limits = [part.distribution.support for part in self.components if part.weight > 0]
        return min(low for low, _ in limits), max(high for _, high in limits)

    @property
    def mean(self) -> float:
        """Mean; nan where there is none."""
        return _mixture.moments(self.components)[0]

    @property
    def sd(self) -> float:
        """Standard deviation; nan where there is none."""
        return _mixture.moments(self.components)[1]

    # Functions of a value ---------------------------------------------------------------------

    @overload
    def logpdf(self, x: float) -> float: ...
    @overload
    def logpdf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def logpdf(self, x: Any) -> Any:
        """Log density at x: -inf outside the support, 0 everywhere for ``flat()``.

        ``beta(0, 0)`` is not normalised. Point masses have no density and add nothing here: see
        ``atoms``.
        """
        return _mixture.apply(self.components, Family.logpdf, x)

    @overload
    def logit_logpdf(self, x: float) -> float: ...
    @overload
    def logit_logpdf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def logit_logpdf(self, x: Any) -> Any:
        """Log density of logit(X) at x, for a prior on a probability.

        Accurate where the probability itself would round to 0 or 1.

        Raises
        ------
        InputError
            If a component does not lie on probabilities.
        """
        return _mixture.apply(self.components, Family.logit_logpdf, x)

    @overload
    def logcdf(self, x: float) -> float: ...
    @overload
    def logcdf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def logcdf(self, x: Any) -> Any:
        """Log of P(X <= x)."""
        return _mixture.apply(self.components, Family.logcdf, x)

    @overload
    def logsf(self, x: float) -> float: ...
    @overload
    def logsf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def logsf(self, x: Any) -> Any:
        """Log of P(X > x)."""
        return _mixture.apply(self.components, Family.logsf, x)

    @overload
    def cdf(self, x: float) -> float: ...
    @overload
    def cdf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def cdf(self, x: Any) -> Any:
        """P(X <= x), with full relative accuracy in the lower tail."""
        return _mixture.average(self.components, Family.cdf, x)

    @overload
    def sf(self, x: float) -> float: ...
    @overload
    def sf(self, x: FloatArray | Sequence[float]) -> FloatArray: ...
    def sf(self, x: Any) -> Any:
        """P(X > x), with full relative accuracy in the upper tail."""
        return _mixture.average(self.components, Family.sf, x)

    def log_mass(self, lower: Any, upper: Any) -> Any:
        """Log of P(lower < X < upper): the constant of a truncated prior.

        Accurate in both tails and for narrow intervals; -inf where the interval is empty.
        """
        return _mixture.log_mass(self.components, lower, upper)

    @overload
    def ppf(self, q: float) -> float: ...
    @overload
    def ppf(self, q: FloatArray | Sequence[float]) -> FloatArray: ...
    def ppf(self, q: Any) -> Any:
        """Smallest x with P(X <= x) >= q.

        Raises
        ------
        InputError
            If q is outside [0, 1], or the prior is improper.
        """
        return _mixture.quantile(self.components, q, upper=False)

    @overload
    def isf(self, q: float) -> float: ...
    @overload
    def isf(self, q: FloatArray | Sequence[float]) -> FloatArray: ...
    def isf(self, q: Any) -> Any:
        """Smallest x with P(X > x) <= q: ``ppf(1 - q)`` without loss for a small q."""
        return _mixture.quantile(self.components, q, upper=True)

    def interval(self, probability: float) -> tuple[float, float]:
        """Equal-tailed interval of this probability."""
        tail = 0.5 * (1 - probability)
        return self.ppf(tail), self.isf(tail)

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """``size`` independent draws."""
        return _mixture.sample(self.components, size, rng)
