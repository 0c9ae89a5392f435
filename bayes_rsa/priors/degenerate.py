"""Families without a proper density: flat and point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.priors._numeric import FloatArray
from bayes_rsa.priors.family import Family


@dataclass(frozen=True, slots=True)
class Flat(Family):
    """Constant density 1 on the whole line: improper."""

    name: ClassVar[str] = "flat"
    arguments: ClassVar[tuple[str, ...]] = ()

    @property
    def is_proper(self) -> bool:
        """Flat is improper."""
        return False

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return (-np.inf, np.inf)

    @property
    def moments(self) -> tuple[float, float]:
        """Neither exists."""
        return math.nan, math.nan

    def logpdf(self, x: FloatArray) -> FloatArray:
        """Zero everywhere."""
        return np.zeros_like(x)

    def _improper(self, *_given: object) -> InputError:
        return InputError(
            "prior",
            "flat()",
            "a flat prior is improper and has no probabilities, quantiles or draws",
            "use a proper prior such as normal(0, 10)",
        )

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Refused."""
        raise self._improper(x)

    def logsf(self, x: FloatArray) -> FloatArray:
        """Refused."""
        raise self._improper(x)

    def ppf(self, q: FloatArray) -> FloatArray:
        """Refused."""
        raise self._improper(q)

    def isf(self, q: FloatArray) -> FloatArray:
        """Refused."""
        raise self._improper(q)

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Refused."""
        raise self._improper(size, rng)

    def negated(self) -> Flat:
        """Flat again."""
        return self


@dataclass(frozen=True, slots=True)
class Point(Family):
    """All probability on one value: a point null, or a parameter held fixed.

    It has no density: ``logpdf`` is -inf everywhere, and ``Prior.atoms`` holds the value.
    """

    value: float

    name: ClassVar[str] = "point"
    arguments: ClassVar[tuple[str, ...]] = ("value",)

    @property
    def support(self) -> tuple[float, float]:
        """The value, twice."""
        return (self.value, self.value)

    @property
    def moments(self) -> tuple[float, float]:
        """The value and 0."""
        return self.value, 0.0

    def logpdf(self, x: FloatArray) -> FloatArray:
        """-inf everywhere: an atom has no density."""
        return np.full_like(x, -np.inf)

    def logcdf(self, x: FloatArray) -> FloatArray:
        """Log of P(X <= x)."""
        return np.where(x >= self.value, 0.0, -np.inf)

    def logsf(self, x: FloatArray) -> FloatArray:
        """Log of P(X > x)."""
        return np.where(x < self.value, 0.0, -np.inf)

    def log_mass(self, lower: FloatArray, upper: FloatArray) -> FloatArray:
        """Log of P(lower < X < upper)."""
        return np.where((lower < self.value) & (self.value < upper), 0.0, -np.inf)

    def ppf(self, q: FloatArray) -> FloatArray:
        """The value."""
        return np.full_like(q, self.value)

    def isf(self, q: FloatArray) -> FloatArray:
        """The value."""
        return np.full_like(q, self.value)

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """The value, repeated; the generator is left as it is."""
        del rng
        return np.full(size, self.value)

    def negated(self) -> Point:
        """Point at minus the value."""
        return Point(-self.value)

    def complement(self) -> Point:
        """Point at 1 minus the value."""
        return Point(1 - self.value)
