"""The information in a prior: minus the second derivative of its log density, and its mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa.errors import AccuracyError, InputError
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.priors import Component, Prior

_STEP: Final = 2e-3
_TOLERANCE: Final = 1e-9
_END: Final = 1e-10
_FAMILIES: Final = "normal, student_t, cauchy, logistic; beta, logit_normal or uniform(0, 1)"


@dataclass(frozen=True, slots=True)
class _Part:
    """One component: where it lies, how far its tails matter, and its log density's derivatives.

    ``rate`` is the exponential rate of decay of its tails: infinite for a normal, 0 for algebraic
    ones. ``reach`` is in units of ``scale``.
    """

    log_weight: float
    centre: float
    scale: float
    rate: float
    reach: float
    log_density: Callable[[Floats], Floats]
    slopes: Callable[[Floats], tuple[Floats, Floats]]


class Information:
    """Expectations, under one prior, of its own information times a growing function.

    Parameters
    ----------
    prior
        On the whole line; or on a probability, and then everything is on its log odds.

    Raises
    ------
    InputError
        If a component has edges or no density, where the information does not exist.
    """

    def __init__(self, prior: Prior) -> None:
        self.prior = prior
        self._parts = tuple(_part(c) for c in prior.components if c.weight > 0)

    def at(self, x: Floats) -> Floats:
        """Minus the second derivative of the log density."""
        logs = np.stack([p.log_weight + p.log_density(x) for p in self._parts])
        share = np.exp(logs - np.logaddexp.reduce(logs, axis=0))
        slopes = [p.slopes(x) for p in self._parts]
        first = np.stack([s for s, _ in slopes])
        second = np.stack([t for _, t in slopes])
        spread = (share * (first - (share * first).sum(axis=0)) ** 2).sum(axis=0)
        return np.asarray(-(share * second).sum(axis=0) - spread)

    @property
    def centre(self) -> float:
        """Mean of the variable; the median where there is no mean."""
        if all(p.rate > 0 for p in self._parts):
            return self.mean(lambda x: x)
        return float(self.prior.ppf(0.5))

    def growing(self, power: float = 0.0) -> float | None:
        """Mean of the information times ``exp(power x)``; None where it is infinite."""
        if self.prior.families == ("normal",):
            mean, sd = self.prior.components[0].arguments
            return math.exp(power * mean + 0.5 * (power * sd) ** 2) / sd**2
        if power and not self._falls(power):
            return None
        return self._expectation(self.at, power)

    def _falls(self, power: float) -> bool:
        """Whether the integrand is negligible at both ends of every component's reach."""
        for part in self._parts:
            if part.rate == math.inf:
                continue
            x = part.centre + part.scale * part.reach * np.linspace(-1.0, 1.0, 401)
            with np.errstate(over="ignore", invalid="ignore"):
                size = np.exp(part.log_density(x) + power * x) * np.abs(self.at(x))
                size = size * (1 + np.abs(x))
            if not (np.isfinite(size).all() and max(size[0], size[-1]) <= _END * size.max()):
                return False
        return True

    def mean(self, function: Callable[[Floats], Floats]) -> float:
        """Mean of a function that does not grow faster than the prior's tails allow."""
        return self._expectation(function, 0.0)

    def _expectation(self, function: Callable[[Floats], Floats], power: float) -> float:
        coarse, _ = self._sum(function, power, 1.0)
        fine, size = self._sum(function, power, 0.5)
        error = abs(fine - coarse) / max(size, 1e-300)
        if not error <= _TOLERANCE:
            raise AccuracyError(
                "prior effective sample size", error, _TOLERANCE, "use a simpler prior"
            )
        return fine

    def _sum(
        self, function: Callable[[Floats], Floats], power: float, step: float
    ) -> tuple[float, float]:
        """The trapezoid rule in u, x = centre + scale sinh u, and the sum of the terms' sizes."""
        total = size = 0.0
        finest = min(part.scale for part in self._parts)
        for part in self._parts:
            away = max(abs(other.centre - part.centre) for other in self._parts)
            # The narrowest component must be resolved where it stands.
            width = min(_STEP, max(0.2 * finest / math.hypot(part.scale, away), _STEP / 100))
            width *= step
            # A normal density times exp(power x) peaks power * sd beyond its centre.
            end = math.ceil(math.asinh(part.reach + abs(power) * part.scale) / width)
            u = width * np.arange(-end, end + 1)
            x = part.centre + part.scale * np.sinh(u)
            logs = part.log_weight + part.log_density(x) + power * x + np.log(np.cosh(u))
            terms = width * part.scale * np.exp(logs) * function(x)
            total += float(np.sum(terms))
            size += float(np.sum(np.abs(terms)))
        return total, size


def growth(prior: Prior, power: float) -> float | None:
    """Mean of ``exp(power x)`` under a prior; None where it is infinite."""
    known = Information(prior)
    if power and any(p.rate <= abs(power) for p in known._parts):
        return None
    return known._expectation(np.ones_like, power)


def _part(component: Component) -> _Part:
    log_weight, arguments = math.log(component.weight), component.arguments
    family, law = component.family, component.distribution
    if family in ("beta", "uniform"):
        a, b = arguments if family == "beta" else (1.0, 1.0)
        if (family == "uniform" and arguments != (0.0, 1.0)) or min(a, b) <= 0:
            raise _refused(component)
        scale, slow = math.sqrt(1 / a + 1 / b), min(a, b)
        return _Part(
            log_weight,
            math.log(a / b),
            scale,
            slow,
            20 + 60 / (slow * scale),
            law.logit_logpdf,
            lambda x: _logit_beta(x, a, b),
        )
    if family in ("normal", "logit_normal"):
        mean, sd = arguments
        density = law.logpdf if family == "normal" else law.logit_logpdf
        return _Part(
            log_weight,
            mean,
            sd,
            math.inf,
            12.0,
            density,
            lambda x: (-(x - mean) / sd**2, np.full_like(x, -1 / sd**2)),
        )
    if family == "logistic":
        place, scale = arguments
        return _Part(
            log_weight,
            place,
            scale,
            1 / scale,
            400.0,
            law.logpdf,
            lambda x: _logistic(x, place, scale),
        )
    if family in ("student_t", "cauchy"):
        df, place, scale = arguments if family == "student_t" else (1.0, *arguments)
        return _Part(
            log_weight, place, scale, 0.0, 1e8, law.logpdf, lambda x: _student(x, df, place, scale)
        )
    raise _refused(component)


def _refused(component: Component) -> InputError:
    return InputError(
        "prior",
        component.family,
        "the information of a prior exists where its log density is smooth",
        f"use {_FAMILIES}",
    )


def _logit_beta(x: Floats, a: float, b: float) -> tuple[Floats, Floats]:
    p, variance = 0.5 * (1 + np.tanh(0.5 * x)), _logistic_density(x)
    return a - (a + b) * p, -(a + b) * variance


def _logistic(x: Floats, place: float, scale: float) -> tuple[Floats, Floats]:
    z = (x - place) / scale
    return -np.tanh(0.5 * z) / scale, -2 * _logistic_density(z) / scale**2


def _logistic_density(z: Floats) -> Floats:
    small = np.exp(-np.abs(z))
    return np.asarray(small / (1 + small) ** 2)


def _student(x: Floats, df: float, place: float, scale: float) -> tuple[Floats, Floats]:
    z = (x - place) / scale
    below = df + z * z
    first = -(df + 1) * (z / below) / scale
    return first, -(df + 1) * ((df - z * z) / below) / below / scale**2
