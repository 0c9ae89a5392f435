"""Posteriors that the tests of figures draw."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayes_rsa.estimands import EstimandSummary
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

REFERENCE = Prior.normal(0, 1)
COUNTS = Trial.from_counts(treatment=(60, 75), control=(47, 74))
FEWER = Trial.from_counts(treatment=(15, 75), control=(27, 74), better="lower")
LONG = "A prior with a name so long that nobody would ever print it in one line of a figure"


class Draws:
    """A posterior known by its draws, as a fit is: here of two independent beta posteriors."""

    engine = "nuts"
    model = "independent_arms"
    measure = "OR"
    arms = True
    better = "higher"
    estimands = ("odds_ratio", "log_odds_ratio", "risk_difference", "p_treatment", "p_control")

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        p1, p0 = rng.beta(61, 16, (4, 1000)), rng.beta(48, 28, (4, 1000))
        log_or = np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0))
        self.values = {
            "odds_ratio": np.exp(log_or),
            "log_odds_ratio": log_or,
            "risk_difference": p1 - p0,
            "p_treatment": p1,
            "p_control": p0,
        }

    def draws(self, key: str) -> NDArray[np.float64]:
        return self.values[key]

    def cdf(self, key: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        ordered = np.sort(self.values[key], axis=None)
        return np.searchsorted(ordered, x, side="right") / ordered.size

    def probability(self, event: Any) -> tuple[float, float]:
        values = self.values[event.estimand]
        return float(np.mean((values > event.lower) & (values < event.upper))), 0.002

    def summary(self, key: str, interval: float) -> Any:
        tail = (1 - interval) / 2
        low, middle, high = (float(q) for q in np.quantile(self.values[key], [tail, 0.5, 1 - tail]))
        limits = (low, high)
        return EstimandSummary(
            key,
            interval,
            None,
            None,
            middle,
            limits,
            limits,
            mcse_median=0.01,
            mcse_eti=(0.02, 0.03),
        )
