"""Families on an interval: uniform, beta, logit-normal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.priors._numeric import (
    FloatArray,
    expit,
    log_beta,
    log_betainc,
    log_expit,
    logit,
)
from bayes_rsa.priors.family import Family
from bayes_rsa.priors.line import Normal


@dataclass(frozen=True, slots=True)
class Uniform(Family):
    """Uniform between two limits."""

    lower: float
    upper: float

    name: ClassVar[str] = "uniform"
    arguments: ClassVar[tuple[str, ...]] = ("lower", "upper")

    def __post_init__(self) -> None:
        if not self.lower < self.upper:
            raise InputError(
                "uniform.upper",
                self.upper,
                f"the upper limit must be above the lower limit {self.lower:g}",
                "give the smaller limit first",
            )

    @property
    def support(self) -> tuple[float, float]:
        """The two limits."""
        return (self.lower, self.upper)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        mean = 0.5 * self.lower + 0.5 * self.upper
        return mean, (self.upper - self.lower) / math.sqrt(12)

    def logpdf(self, x: FloatArray) -> FloatArray:
        """Log density; the limits belong to the support."""
        inside = (x >= self.lower) & (x <= self.upper)
        return np.where(inside, -math.log(self.upper - self.lower), -np.inf)

    def cdf(self, x: FloatArray) -> FloatArray:
        """P(X <= x)."""
        return np.clip((x - self.lower) / (self.upper - self.lower), 0.0, 1.0)

    def sf(self, x: FloatArray) -> FloatArray:
        """P(X > x)."""
        return np.clip((self.upper - x) / (self.upper - self.lower), 0.0, 1.0)

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""
        with np.errstate(divide="ignore"):
            return np.log(self.cdf(x))

    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""
        with np.errstate(divide="ignore"):
            return np.log(self.sf(x))

    def log_mass(self, lower: FloatArray, upper: FloatArray) -> FloatArray:
        """Log of P(lower < X < upper)."""
        width = np.minimum(upper, self.upper) - np.maximum(lower, self.lower)
        with np.errstate(divide="ignore"):
            value: FloatArray = np.log(np.maximum(width, 0.0)) - math.log(self.upper - self.lower)
            return value

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantile of lower-tail probability q."""
        return np.where(q < 1, self.lower + q * (self.upper - self.lower), self.upper)

    def isf(self, q: FloatArray) -> FloatArray:
        """Quantile of upper-tail probability q."""
        return np.where(q < 1, self.upper - q * (self.upper - self.lower), self.lower)

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        return rng.uniform(self.lower, self.upper, size)

    def logit_logpdf(self, x: FloatArray) -> FloatArray:
        """Log density of logit(X), for limits within [0, 1]."""
        if not 0 <= self.lower < self.upper <= 1:
            raise self._refuse("its limits leave [0, 1]", "give limits within [0, 1]")
        p = expit(x)
        jacobian = log_expit(x) + log_expit(-x) - math.log(self.upper - self.lower)
        return np.where((p >= self.lower) & (p <= self.upper), jacobian, -np.inf)

    def negated(self) -> Uniform:
        """Distribution of -X."""
        return Uniform(-self.upper, -self.lower)

    def complement(self) -> Uniform:
        """Distribution of 1 - X."""
        return Uniform(1 - self.upper, 1 - self.lower)


@dataclass(frozen=True, slots=True)
class Beta(Family):
    """Beta on a probability; ``beta(0, 0)`` is Haldane's improper prior 1 / (p (1 - p))."""

    a: float
    b: float

    name: ClassVar[str] = "beta"
    arguments: ClassVar[tuple[str, ...]] = ("a", "b")

    def __post_init__(self) -> None:
        if self.a == 0 and self.b == 0:
            return
        for argument, value in (("a", self.a), ("b", self.b)):
            if not value > 0:
                raise InputError(
                    f"beta.{argument}",
                    value,
                    f"{argument} must be greater than 0",
                    "give two positive shapes, or beta(0, 0) for Haldane's improper prior",
                )

    @property
    def is_proper(self) -> bool:
        """Proper but for Haldane's."""
        return self.a > 0

    @property
    def support(self) -> tuple[float, float]:
        """From 0 to 1."""
        return (0.0, 1.0)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        if not self.is_proper:
            return math.nan, math.nan
        total = self.a + self.b
        mean = self.a / total
        return mean, math.sqrt(mean * (self.b / total) / (total + 1))

    @property
    def _log_constant(self) -> float:
        return log_beta(self.a, self.b) if self.is_proper else 0.0

    def _proper(self) -> None:
        if not self.is_proper:
            raise InputError(
                "prior",
                "beta(0, 0)",
                "Haldane's prior is improper and has no probabilities, quantiles or draws",
                "use a proper prior such as beta(0.5, 0.5)",
            )

    def logpdf(self, x: FloatArray) -> FloatArray:
        """Log density; not normalised for Haldane's."""
        with np.errstate(divide="ignore", invalid="ignore"):
            low = 0.0 if self.a == 1 else (self.a - 1) * np.log(x)
            high = 0.0 if self.b == 1 else (self.b - 1) * np.log1p(-x)
        return np.where((x < 0) | (x > 1), -np.inf, low + high - self._log_constant)

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""
        self._proper()
        p = np.clip(x, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            return log_betainc(self.a, self.b, p, np.log(p))

    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""
        from scipy import special

        self._proper()
        p = np.clip(x, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            far = log_betainc(self.b, self.a, 1 - p, np.log1p(-p))
            # 1 - p has lost the digits of a small p.
            return np.where(p < 0.1, np.log(special.betaincc(self.a, self.b, p)), far)

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantile of lower-tail probability q."""
        from scipy import special

        self._proper()
        return np.asarray(special.betaincinv(self.a, self.b, q))

    def isf(self, q: FloatArray) -> FloatArray:
        """Quantile of upper-tail probability q."""
        from scipy import special

        self._proper()
        return np.asarray(special.betainccinv(self.a, self.b, q))

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        self._proper()
        return rng.beta(self.a, self.b, size)

    def logit_logpdf(self, x: FloatArray) -> FloatArray:
        """Log density of logit(X)."""
        return self.a * log_expit(x) + self.b * log_expit(-x) - self._log_constant

    def complement(self) -> Beta:
        """Distribution of 1 - X."""
        return Beta(self.b, self.a)


@dataclass(frozen=True, slots=True)
class LogitNormal(Family):
    """Probability whose log odds are normal with this mean and standard deviation."""

    mean: float
    sd: float

    name: ClassVar[str] = "logit_normal"
    arguments: ClassVar[tuple[str, ...]] = ("mean", "sd")
    positive: ClassVar[tuple[str, ...]] = ("sd",)

    @property
    def _on_logit(self) -> Normal:
        return Normal(self.mean, self.sd)

    @property
    def support(self) -> tuple[float, float]:
        """From 0 to 1."""
        return (0.0, 1.0)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation of the probability, by the trapezoid rule.

        The rule converges geometrically: over the normal for a small standard deviation, over
        the logistic density (mean = P(L < mean + sd Z)) for a large one.
        """
        if self.sd < 1:
            z = np.linspace(-10, 10, 81)
            weight = np.exp(-0.5 * z * z)
            weight /= weight.sum()
            p = expit(self.mean + self.sd * z)
            mean = float(weight @ p)
            return mean, math.sqrt(float(weight @ (p - mean) ** 2))
        nodes = np.linspace(-40, 40, 161)
        density = 0.5 * np.exp(log_expit(nodes) + log_expit(-nodes))
        z = (self.mean - nodes) / self.sd
        mean = float(density @ Normal(0, 1).cdf(z))
        rest = float(density @ Normal(0, 1).cdf(-z))
        within = float(density @ np.exp(Normal(0, 1).logpdf(z))) / self.sd
        return mean, math.sqrt(max(mean * rest - within, 0.0))

    def logpdf(self, x: FloatArray) -> FloatArray:
        """Log density."""
        inside = (x > 0) & (x < 1)
        p = np.where(inside, x, 0.5)
        value = self._on_logit.logpdf(logit(p)) - np.log(p) - np.log1p(-p)
        return np.where(inside, value, -np.inf)

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""
        return self._on_logit.logcdf(logit(np.clip(x, 0.0, 1.0)))

    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""
        return self._on_logit.logsf(logit(np.clip(x, 0.0, 1.0)))

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantile of lower-tail probability q."""
        return expit(self._on_logit.ppf(q))

    def isf(self, q: FloatArray) -> FloatArray:
        """Quantile of upper-tail probability q."""
        return expit(self._on_logit.isf(q))

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        return expit(rng.normal(self.mean, self.sd, size))

    def logit_logpdf(self, x: FloatArray) -> FloatArray:
        """Log density of logit(X)."""
        return self._on_logit.logpdf(x)

    def complement(self) -> LogitNormal:
        """Distribution of 1 - X."""
        return LogitNormal(-self.mean, self.sd)
