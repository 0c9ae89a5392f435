"""Families on the whole line: normal, Student-t, Cauchy, logistic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bayes_rsa.priors._numeric import (
    LOG_2PI,
    FloatArray,
    log1p_square,
    log_beta,
    log_betainc,
    log_expit,
    log_gamma_ratio,
)
from bayes_rsa.priors.family import LocationScale


@dataclass(frozen=True, slots=True)
class Normal(LocationScale):
    """Normal with a mean and a standard deviation."""

    mean: float
    sd: float

    name: ClassVar[str] = "normal"
    arguments: ClassVar[tuple[str, ...]] = ("mean", "sd")
    positive: ClassVar[tuple[str, ...]] = ("sd",)

    @property
    def _place(self) -> tuple[float, float]:
        return self.mean, self.sd

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        return self.mean, self.sd

    def _log_density(self, z: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return np.asarray(-0.5 * (z * z) - 0.5 * LOG_2PI)

    def _log_lower(self, z: FloatArray) -> FloatArray:
        from scipy import special

        return np.asarray(special.log_ndtr(z))

    def _lower(self, z: FloatArray) -> FloatArray:
        from scipy import special

        return np.asarray(special.ndtr(z))

    def _quantile(self, q: FloatArray) -> FloatArray:
        from scipy import special

        return np.asarray(special.ndtri(q))

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        return rng.normal(self.mean, self.sd, size)

    def negated(self) -> Normal:
        """Distribution of -X."""
        return Normal(-self.mean, self.sd)


@dataclass(frozen=True, slots=True)
class StudentT(LocationScale):
    """Student-t with degrees of freedom, location and scale."""

    df: float
    location: float
    scale: float

    name: ClassVar[str] = "student_t"
    arguments: ClassVar[tuple[str, ...]] = ("df", "location", "scale")
    positive: ClassVar[tuple[str, ...]] = ("df", "scale")

    @property
    def _place(self) -> tuple[float, float]:
        return self.location, self.scale

    @property
    def moments(self) -> tuple[float, float]:
        """Mean (df > 1) and standard deviation (df > 2)."""
        mean = self.location if self.df > 1 else math.nan
        sd = self.scale * math.sqrt(self.df / (self.df - 2)) if self.df > 2 else math.nan
        return mean, sd

    def _log_density(self, z: FloatArray) -> FloatArray:
        constant = log_gamma_ratio(0.5 * self.df, 0.5) - 0.5 * math.log(math.pi * self.df)
        return constant - 0.5 * (self.df + 1) * log1p_square(np.abs(z) / math.sqrt(self.df))

    def _log_lower(self, z: FloatArray) -> FloatArray:
        from scipy import special

        result = np.empty_like(z)
        # Near the centre the tail has lost the digits of z: there take P(|T| < |z|), at most 0.52.
        near = np.abs(z) < 0.7
        log_x = -log1p_square(np.abs(z) / math.sqrt(self.df))
        centre = special.betainc(0.5, 0.5 * self.df, -np.expm1(log_x[near]))
        result[near] = np.log1p(np.sign(z[near]) * centre) - math.log(2)
        far = ~near
        tail = log_betainc(0.5 * self.df, 0.5, np.exp(log_x[far]), log_x[far]) - math.log(2)
        with np.errstate(divide="ignore"):
            result[far] = np.where(z[far] < 0, tail, np.log1p(-np.exp(tail)))
        return result

    def _lower(self, z: FloatArray) -> FloatArray:
        return np.exp(self._log_lower(z))

    def _quantile(self, q: FloatArray) -> FloatArray:
        from scipy import special

        a = 0.5 * self.df
        low = np.minimum(q, 1 - q)
        tail = np.asarray(special.betaincinv(a, 0.5, 2 * low))
        rest = np.asarray(special.betaincinv(0.5, a, np.abs(1 - 2 * low)))
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            # Far out x = 1 / (1 + t^2) underflows while t does not: I_x(a, 1/2) ~ x^a / (a B).
            log_x = (np.log(2 * low) + math.log(a) + log_beta(a, 0.5)) / a
            near = np.sqrt(rest / (1 - rest))
            mid = np.sqrt((1 - tail) / tail)
            far = np.exp(-0.5 * log_x)
        t = np.where(low > 0.25, near, np.where(tail > 1e-20, mid, far))
        return np.where(q < 0.5, -t, t) * math.sqrt(self.df)

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        return self.location + self.scale * rng.standard_t(self.df, size)

    def negated(self) -> StudentT:
        """Distribution of -X."""
        return StudentT(self.df, -self.location, self.scale)


@dataclass(frozen=True, slots=True)
class Cauchy(LocationScale):
    """Cauchy with location and scale; no mean, no standard deviation."""

    location: float
    scale: float

    name: ClassVar[str] = "cauchy"
    arguments: ClassVar[tuple[str, ...]] = ("location", "scale")
    positive: ClassVar[tuple[str, ...]] = ("scale",)

    @property
    def _place(self) -> tuple[float, float]:
        return self.location, self.scale

    @property
    def moments(self) -> tuple[float, float]:
        """Neither exists."""
        return math.nan, math.nan

    def _log_density(self, z: FloatArray) -> FloatArray:
        return -math.log(math.pi) - log1p_square(np.abs(z))

    def _log_lower(self, z: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            tail = np.where(np.abs(z) > 1e8, np.log(1 / np.maximum(np.abs(z), 1)), 0.0)
            return np.where(z < -1e8, tail - math.log(math.pi), np.log(self._lower(z)))

    def _lower(self, z: FloatArray) -> FloatArray:
        upper_tail = np.arctan2(1.0, np.abs(z)) / math.pi
        return np.where(z < 0, upper_tail, 1 - upper_tail)

    def _quantile(self, q: FloatArray) -> FloatArray:
        low = np.minimum(q, 1 - q)
        with np.errstate(divide="ignore"):
            t = np.where(low > 0.25, np.tan(math.pi * (0.5 - low)), 1 / np.tan(math.pi * low))
        return np.where(q < 0.5, -t, t)

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        return self.location + self.scale * rng.standard_cauchy(size)

    def negated(self) -> Cauchy:
        """Distribution of -X."""
        return Cauchy(-self.location, self.scale)


@dataclass(frozen=True, slots=True)
class Logistic(LocationScale):
    """Logistic with location and scale: standard on the log odds is uniform on the probability."""

    location: float
    scale: float

    name: ClassVar[str] = "logistic"
    arguments: ClassVar[tuple[str, ...]] = ("location", "scale")
    positive: ClassVar[tuple[str, ...]] = ("scale",)

    @property
    def _place(self) -> tuple[float, float]:
        return self.location, self.scale

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        return self.location, self.scale * math.pi / math.sqrt(3)

    def _log_density(self, z: FloatArray) -> FloatArray:
        size = np.abs(z)
        value: FloatArray = -size - 2 * np.log1p(np.exp(-size))
        return value

    def _log_lower(self, z: FloatArray) -> FloatArray:
        return log_expit(z)

    def _lower(self, z: FloatArray) -> FloatArray:
        return np.exp(log_expit(z))

    def _quantile(self, q: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            value: FloatArray = np.log(q) - np.log1p(-q)
            return value

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draws."""
        return rng.logistic(self.location, self.scale, size)

    def negated(self) -> Logistic:
        """Distribution of -X."""
        return Logistic(-self.location, self.scale)
