"""Joint priors of the two arms: how probable an estimand is to lie at or below a value.

A value is given on an unbounded scale y: the log of a ratio, the log odds of a probability, and
2 artanh of a risk difference, so that 1 + RD = 2 expit(y) and 1 - RD = 2 expit(-y).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.priors._expectation import Expectation
from bayes_rsa.priors._numeric import FloatArray, expit, log1mexp, log_expit
from bayes_rsa.priors.prior import Prior

_FAR = 700.0
_CLOSE = 1e-11


class Joint(ABC):
    """A prior of one variable, and of the effect given it."""

    def __init__(self, given: Prior) -> None:
        self._expect = Expectation(given)
        self.error = 0.0

    @abstractmethod
    def conditional(self, key: str, y: float, x: FloatArray) -> FloatArray:
        """P(estimand <= y) given the variable's values x."""

    @abstractmethod
    def favours(self, x: FloatArray, *, treatment: bool) -> FloatArray:
        """P(p_treatment > p_control) given x, or with ``treatment`` false P(<)."""

    def cdf(self, key: str, y: float) -> float:
        """P(estimand <= y)."""
        if y == 0 and key in ("odds_ratio", "risk_ratio", "risk_difference"):
            # No effect: said without the rounding that would blur an atom there.
            return 1 - self.probability(treatment=True)
        with np.errstate(over="ignore"):
            value, error = self._expect(lambda x: self.conditional(key, y, x))
        self.error = max(self.error, error)
        return value

    def probability(self, *, treatment: bool) -> float:
        """P(p_treatment > p_control), or with ``treatment`` false P(<)."""
        value, error = self._expect(lambda x: self.favours(x, treatment=treatment))
        self.error = max(self.error, error)
        return value

    def quantile(self, key: str, q: float) -> float:
        """Smallest y with P(estimand <= y) >= q, by bracketing and false position (Illinois)."""
        low, high = -1.0, 1.0
        below, above = self.cdf(key, low) - q, self.cdf(key, high) - q
        while below >= 0 and low > -_FAR:
            high, above = low, below
            low *= 2
            below = self.cdf(key, low) - q
        while above < 0 and high < _FAR:
            low, below = high, above
            high *= 2
            above = self.cdf(key, high) - q
        if below >= 0 or above < 0:
            return low if below >= 0 else high
        last, widths = 0, []
        for _ in range(200):
            near = _CLOSE * max(1.0, abs(low))
            if high - low <= near:
                break
            widths.append(high - low)
            guess = low + (high - low) * below / (below - above)
            # Beside the root and not on it, so that both ends close in; and halfway where three
            # steps did not halve what is left, as at a jump.
            guess = min(max(guess, low + 0.4 * near), high - 0.4 * near)
            if len(widths) > 3 and widths[-1] > 0.5 * widths[-4]:
                guess = 0.5 * (low + high)
            value = self.cdf(key, guess) - q
            if value >= 0:
                high, above = guess, value
                below = below / 2 if last > 0 else below
                last = 1
            else:
                low, below = guess, value
                above = above / 2 if last < 0 else above
                last = -1
        return high


def _floats(x: object) -> FloatArray:
    return np.asarray(x, dtype=np.float64)


def _log_sum(p: FloatArray, y: float) -> tuple[FloatArray, FloatArray]:
    """Logs of p + RD and of 1 - p - RD, from the log odds of p; -inf where negative."""
    r = float(np.tanh(0.5 * y))
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(expit(p) + r, 0)), np.log(np.maximum(expit(-p) - r, 0))


class Baseline(Joint):
    """Log odds ratio independent of the control arm's log odds."""

    def __init__(self, effect: Prior, baseline: Prior) -> None:
        super().__init__(baseline)
        self._effect = effect

    def conditional(self, key: str, y: float, x: FloatArray) -> FloatArray:
        """P(estimand <= y) given the control arm's log odds."""
        base = np.clip(x, -_FAR, _FAR)
        if key == "p_treatment":
            return self._effect.cdf(y - base)
        if key == "risk_ratio":
            log_p = np.minimum(y + log_expit(base), 0.0)
            return self._effect.cdf(log_p - log1mexp(log_p) - base)
        below, above = _log_sum(base, y)
        with np.errstate(invalid="ignore"):
            return self._effect.cdf(below - above - base)

    def favours(self, x: FloatArray, *, treatment: bool) -> FloatArray:
        """Does not depend on the baseline."""
        low, high = (0.0, np.inf) if treatment else (-np.inf, 0.0)
        return np.full_like(x, np.exp(self._effect.log_mass(low, high)))


class Midpoint(Joint):
    """Log odds ratio independent of the mean of the two log odds."""

    def __init__(self, effect: Prior, midpoint: Prior) -> None:
        super().__init__(midpoint)
        self._effect = effect

    def conditional(self, key: str, y: float, x: FloatArray) -> FloatArray:
        """P(estimand <= y) given the mean of the two log odds."""
        middle = np.clip(x, -_FAR, _FAR)
        if key == "p_treatment":
            return self._effect.cdf(2 * (y - middle))
        if key == "p_control":
            return self._effect.sf(2 * (middle - y))
        # Both estimands increase with the effect and reach y where half of it less half of y has
        # this hyperbolic sine.
        factor = np.exp(middle) if key == "risk_ratio" else np.cosh(middle)
        return _floats(self._effect.cdf(y + 2 * np.arcsinh(np.sinh(0.5 * y) * factor)))

    def favours(self, x: FloatArray, *, treatment: bool) -> FloatArray:
        """Does not depend on the midpoint."""
        low, high = (0.0, np.inf) if treatment else (-np.inf, 0.0)
        return np.full_like(x, np.exp(self._effect.log_mass(low, high)))


class Arms(Joint):
    """Independent probabilities in the two arms."""

    def __init__(self, treatment: Prior, control: Prior) -> None:
        super().__init__(control)
        self._treatment = treatment

    def conditional(self, key: str, y: float, x: FloatArray) -> FloatArray:
        """P(estimand <= y) given the control arm's probability."""
        if key == "odds_ratio":
            with np.errstate(divide="ignore"):
                limit = y + np.log(x) - np.log1p(-x)
            # Above one half the complement keeps the digits of 1 - p.
            above = self._treatment.complement().sf(expit(-limit))
            return _floats(np.where(limit < 0, self._treatment.cdf(expit(limit)), above))
        if key == "risk_ratio":
            return _floats(self._treatment.cdf(x * np.exp(y)))
        return _floats(self._treatment.cdf(x + np.tanh(0.5 * y)))

    def favours(self, x: FloatArray, *, treatment: bool) -> FloatArray:
        """P(p_treatment > x), or <."""
        if treatment:
            return self._treatment.sf(x)
        return _floats(np.exp(self._treatment.log_mass(np.full_like(x, -np.inf), x)))


class Truncated(Joint):
    """Effect on the log risk ratio or the risk difference, cut to what the baseline allows.

    Given the control arm's log odds the prior of the effect is renormalised over the possible:
    p(effect | baseline) = prior(effect) / P(possible).
    """

    def __init__(self, effect: Prior, baseline: Prior, measure: str) -> None:
        super().__init__(baseline)
        self._effect = effect
        self._ratio = measure == "log_risk_ratio"

    def _limits(self, base: FloatArray) -> tuple[FloatArray, FloatArray]:
        if self._ratio:
            return np.full_like(base, -np.inf), -log_expit(base)
        return -expit(base), expit(-base)

    def _share(self, base: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
        low, high = self._limits(base)
        possible = self._effect.log_mass(low, high)
        if np.any(np.isneginf(possible)):
            risk = float(expit(base[np.isneginf(possible)])[0])
            raise InputError(
                "effect",
                str(self._effect),
                f"at a control risk of {risk:.3g} no effect under this prior is possible",
                "give the effect a prior that reaches 0, or the baseline a narrower one",
            )
        inside = self._effect.log_mass(np.maximum(lower, low), np.minimum(upper, high))
        return _floats(np.exp(np.minimum(inside - possible, 0.0)))

    def conditional(self, key: str, y: float, x: FloatArray) -> FloatArray:
        """P(estimand <= y) given the control arm's log odds."""
        base = np.clip(x, -_FAR, _FAR)
        limit = self._log_ratio(key, y, base) if self._ratio else self._difference(key, y, base)
        return self._share(base, np.full_like(base, -np.inf), limit)

    def _log_ratio(self, key: str, y: float, base: FloatArray) -> FloatArray:
        if key == "risk_ratio":
            return np.full_like(base, y)
        if key == "odds_ratio":
            return log_expit(y + base) - log_expit(base)
        if key == "p_treatment":
            return log_expit(np.full_like(base, y)) - log_expit(base)
        return _log_sum(base, y)[0] - log_expit(base)

    def _difference(self, key: str, y: float, base: FloatArray) -> FloatArray:
        if key == "risk_difference":
            return np.full_like(base, np.tanh(0.5 * y))
        if key == "risk_ratio":
            return _floats(expit(base) * np.expm1(y))
        if key == "odds_ratio":
            return expit(y + base) - expit(base)
        return expit(np.full_like(base, y)) - expit(base)

    def favours(self, x: FloatArray, *, treatment: bool) -> FloatArray:
        """P(effect > 0 | baseline), or <."""
        base = np.clip(x, -_FAR, _FAR)
        zero, far = np.zeros_like(base), np.full_like(base, np.inf)
        return self._share(base, zero, far) if treatment else self._share(base, -far, zero)
