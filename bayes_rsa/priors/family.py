"""What a family of distributions can do: the base class of every family of priors.

A family is a frozen dataclass whose fields are its arguments, in the order of the text form.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.priors._numeric import FloatArray, log1mexp

_NARROW = 1e-3


class Family(ABC):
    """One distribution of a family: density, distribution function, quantiles, moments, draws.

    Functions of ``x`` take and return float64 arrays. ``cdf`` is P(X <= x), ``sf`` is P(X > x).
    """

    name: ClassVar[str]
    arguments: ClassVar[tuple[str, ...]]
    positive: ClassVar[tuple[str, ...]] = ()
    """Arguments that must be greater than 0."""

    def __post_init__(self) -> None:
        for argument in self.positive:
            value = getattr(self, argument)
            if not value > 0:
                raise InputError(
                    f"{self.name}.{argument}",
                    value,
                    f"{argument} must be greater than 0",
                    f"write {self.signature()} with a positive {argument}",
                )

    @classmethod
    def signature(cls) -> str:
        """Text form with the names of the arguments: ``normal(mean, sd)``."""
        return f"{cls.name}({', '.join(cls.arguments)})"

    @property
    def is_proper(self) -> bool:
        """Whether the density integrates to 1."""
        return True

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Smallest closed interval that holds all probability."""

    @property
    @abstractmethod
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation; nan where there is none."""

    @abstractmethod
    def logpdf(self, x: FloatArray) -> FloatArray:
        """Log density; -inf outside the support."""

    @abstractmethod
    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""

    @abstractmethod
    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""

    @abstractmethod
    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantile of lower-tail probability q."""

    @abstractmethod
    def isf(self, q: FloatArray) -> FloatArray:
        """Quantile of upper-tail probability q."""

    @abstractmethod
    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws from the distribution."""

    def cdf(self, x: FloatArray) -> FloatArray:
        """P(X <= x)."""
        return np.exp(self.logcdf(x))

    def sf(self, x: FloatArray) -> FloatArray:
        """P(X > x)."""
        return np.exp(self.logsf(x))

    def logit_logpdf(self, x: FloatArray) -> FloatArray:
        """Log density of logit(X) at x, for a family on probabilities."""
        raise self._refuse("it does not lie on probabilities", "give a prior on (0, 1)", x)

    def negated(self) -> Family:
        """Distribution of -X."""
        raise self._refuse("-X is not of this family", "use a family on the whole line")

    def complement(self) -> Family:
        """Distribution of 1 - X."""
        raise self._refuse("1 - X is not of this family", "use beta, uniform or logit_normal")

    def log_mass(self, lower: FloatArray, upper: FloatArray) -> FloatArray:
        """Log of P(lower < X < upper), accurate in both tails and for narrow intervals."""
        below, above = self.logcdf(lower), self.logsf(upper)
        to_upper, from_lower = self.logcdf(upper), self.logsf(lower)
        left = to_upper <= from_lower
        whole = np.where(left, to_upper, from_lower)
        rest = np.where(left, below, above)
        with np.errstate(invalid="ignore", divide="ignore"):
            gap = np.where(np.isneginf(rest), -np.inf, np.minimum(rest - whole, 0.0))
            result = np.where(upper > lower, whole + log1mexp(gap), -np.inf)
        narrow = (
            (upper > lower) & (gap > np.log1p(-_NARROW)) & np.isfinite(lower) & np.isfinite(upper)
        )
        if narrow.any():
            result = np.array(result)
            result[narrow] = self._log_integral(lower[narrow], upper[narrow])
        return result

    def _log_integral(self, lower: FloatArray, upper: FloatArray) -> FloatArray:
        # Over an interval this narrow the difference of two distribution functions has lost its
        # digits, while the density is nearly a polynomial.
        nodes, weights = np.polynomial.legendre.leggauss(12)
        half = 0.5 * (upper - lower)
        inside = (lower + half)[..., None] + half[..., None] * nodes
        logs = self.logpdf(inside)
        peak = np.max(logs, axis=-1)
        safe = np.where(np.isfinite(peak), peak, 0.0)
        with np.errstate(divide="ignore"):
            return safe + np.log(half * np.sum(weights * np.exp(logs - safe[..., None]), axis=-1))

    def _refuse(self, rule: str, remedy: str, *_given: object) -> InputError:
        return InputError("prior", self.name, rule, remedy)


class LocationScale(Family):
    """A symmetric family on the whole line, in terms of z = (x - location) / scale."""

    @property
    @abstractmethod
    def _place(self) -> tuple[float, float]:
        """Location and scale."""

    @abstractmethod
    def _log_density(self, z: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _log_lower(self, z: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _lower(self, z: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _quantile(self, q: FloatArray) -> FloatArray: ...

    def _z(self, x: FloatArray) -> FloatArray:
        location, scale = self._place
        with np.errstate(over="ignore"):
            return np.asarray((x - location) / scale)

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return (-np.inf, np.inf)

    def logpdf(self, x: FloatArray) -> FloatArray:
        """Log density."""
        return self._log_density(self._z(x)) - float(np.log(self._place[1]))

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""
        return self._log_lower(self._z(x))

    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""
        return self._log_lower(-self._z(x))

    def cdf(self, x: FloatArray) -> FloatArray:
        """P(X <= x)."""
        return self._lower(self._z(x))

    def sf(self, x: FloatArray) -> FloatArray:
        """P(X > x)."""
        return self._lower(-self._z(x))

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantile of lower-tail probability q."""
        location, scale = self._place
        return location + scale * self._quantile(q)

    def isf(self, q: FloatArray) -> FloatArray:
        """Quantile of upper-tail probability q."""
        location, scale = self._place
        return location - scale * self._quantile(q)
