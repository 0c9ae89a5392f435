"""Families on the positive numbers: half-normal, inverse gamma, lognormal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bayes_rsa.priors._numeric import FloatArray, log_gammainc, log_gammaincc
from bayes_rsa.priors.family import Family
from bayes_rsa.priors.line import Normal


@dataclass(frozen=True, slots=True)
class HalfNormal(Family):
    """Size of a normal with mean 0 and this standard deviation."""

    sd: float

    name: ClassVar[str] = "half_normal"
    arguments: ClassVar[tuple[str, ...]] = ("sd",)
    positive: ClassVar[tuple[str, ...]] = ("sd",)

    @property
    def support(self) -> tuple[float, float]:
        """From 0 up."""
        return (0.0, np.inf)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        return self.sd * math.sqrt(2 / math.pi), self.sd * math.sqrt(1 - 2 / math.pi)

    def logpdf(self, x: FloatArray) -> FloatArray:
        """Log density."""
        return np.where(x < 0, -np.inf, Normal(0.0, self.sd).logpdf(x) + math.log(2))

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""
        from scipy import special

        with np.errstate(divide="ignore"):
            near = np.log(special.erf(np.maximum(x, 0.0) / (self.sd * math.sqrt(2))))
            return np.where(x < 3 * self.sd, near, np.log1p(-self.sf(x)))

    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""
        return Normal(0.0, self.sd).logsf(np.maximum(x, 0.0)) + math.log(2)

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantile of lower-tail probability q."""
        from scipy import special

        near = special.erfinv(q) * (self.sd * math.sqrt(2))
        return np.where(q < 0.9, near, self.isf(1 - q))

    def isf(self, q: FloatArray) -> FloatArray:
        """Quantile of upper-tail probability q."""
        from scipy import special

        return np.asarray(special.erfcinv(q) * (self.sd * math.sqrt(2)))

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        return np.abs(rng.normal(0.0, self.sd, size))


@dataclass(frozen=True, slots=True)
class InverseGamma(Family):
    """Reciprocal of a gamma with this shape; density proportional to x^(-shape-1) exp(-scale/x)."""

    shape: float
    scale: float

    name: ClassVar[str] = "inverse_gamma"
    arguments: ClassVar[tuple[str, ...]] = ("shape", "scale")
    positive: ClassVar[tuple[str, ...]] = ("shape", "scale")

    @property
    def support(self) -> tuple[float, float]:
        """From 0 up."""
        return (0.0, np.inf)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean (shape > 1) and standard deviation (shape > 2)."""
        mean = self.scale / (self.shape - 1) if self.shape > 1 else math.nan
        sd = mean / math.sqrt(self.shape - 2) if self.shape > 2 else math.nan
        return mean, sd

    def _reciprocal(self, x: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore", over="ignore"):
            return np.where(x > 0, self.scale / np.where(x > 0, x, 1.0), np.inf)

    def logpdf(self, x: FloatArray) -> FloatArray:
        """Log density."""
        inside = (x > 0) & np.isfinite(x)
        value = np.where(inside, x, 1.0)
        constant = self.shape * math.log(self.scale) - math.lgamma(self.shape)
        with np.errstate(over="ignore"):
            density = constant - (self.shape + 1) * np.log(value) - self.scale / value
        return np.where(inside, density, -np.inf)

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""
        return log_gammaincc(self.shape, self._reciprocal(x))

    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""
        return log_gammainc(self.shape, self._reciprocal(x))

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantile of lower-tail probability q."""
        from scipy import special

        with np.errstate(divide="ignore"):
            return np.asarray(self.scale / special.gammainccinv(self.shape, q))

    def isf(self, q: FloatArray) -> FloatArray:
        """Quantile of upper-tail probability q."""
        from scipy import special

        with np.errstate(divide="ignore"):
            return np.asarray(self.scale / special.gammaincinv(self.shape, q))

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        with np.errstate(divide="ignore"):
            return self.scale / rng.gamma(self.shape, 1.0, size)


@dataclass(frozen=True, slots=True)
class LogNormal(Family):
    """Positive quantity whose log is normal with mean mu and standard deviation sigma."""

    mu: float
    sigma: float

    name: ClassVar[str] = "lognormal"
    arguments: ClassVar[tuple[str, ...]] = ("mu", "sigma")
    positive: ClassVar[tuple[str, ...]] = ("sigma",)

    @property
    def _on_log(self) -> Normal:
        return Normal(self.mu, self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        """From 0 up."""
        return (0.0, np.inf)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation; infinite where they overflow."""
        with np.errstate(over="ignore"):
            mean = float(np.exp(self.mu + 0.5 * self.sigma**2))
            return mean, mean * float(np.sqrt(np.expm1(self.sigma**2)))

    def logpdf(self, x: FloatArray) -> FloatArray:
        """Log density."""
        inside = (x > 0) & np.isfinite(x)
        log_x = np.log(np.where(inside, x, 1.0))
        return np.where(inside, self._on_log.logpdf(log_x) - log_x, -np.inf)

    def _log(self, x: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(x, 0.0))

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""
        return self._on_log.logcdf(self._log(x))

    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""
        return self._on_log.logsf(self._log(x))

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantile of lower-tail probability q."""
        with np.errstate(over="ignore"):
            return np.exp(self._on_log.ppf(q))

    def isf(self, q: FloatArray) -> FloatArray:
        """Quantile of upper-tail probability q."""
        with np.errstate(over="ignore"):
            return np.exp(self._on_log.isf(q))

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        return rng.lognormal(self.mu, self.sigma, size)
