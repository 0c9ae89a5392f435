"""Where priors on the arms' event probabilities become strong enough to change the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.questions import ArmsQuestion
from bayes_rsa.sensitivity.tipping_records import TippingCurve, TippingPoint
from bayes_rsa.sensitivity.tipping_search import log_spaced, tipping_point
from bayes_rsa.trial import Trial

WEIGHT_RANGE: Final = (0.1, 10_000.0)
"""Weights of a beta prior, in participants, that are searched."""
_POINTS: Final = 17
_UNIFORM: Final = Prior.beta(1, 1)


def tipping_arm_weight(
    trial: Trial,
    statement: str = "benefit",
    threshold: float = 0.975,
    *,
    rate: float,
    arm: str = "both",
    other: Prior = _UNIFORM,
    search: tuple[float, float] = WEIGHT_RANGE,
) -> TippingPoint:
    """The weight of a beta prior with this rate that just tips.

    Parameters
    ----------
    trial
        The data, with counts.
    statement, threshold
        What is asked, and the posterior probability that tips.
    rate
        Prior event rate, in (0, 1): the prior is beta(rate * weight, (1 - rate) * weight).
    arm
        Which arm has the prior: ``both`` (scepticism: the two arms have the same rate),
        ``treatment`` or ``control``.
    other
        Prior of the other arm, where only one has it.
    search
        Range of weights, in participants.
    """
    rate = check_number("rate", rate, above=0, below=1, remedy="write it like 0.6")
    question = ArmsQuestion(trial, statement, arm, other)
    which = "each arm" if arm == "both" else f"the {arm} arm"
    return tipping_point(
        question,
        _priors(rate),
        log_spaced(search, _POINTS),
        threshold,
        varied=f"prior weight (participants) in {which}",
        fixed=f"prior rate {rate:g}",
    )


def tipping_arm_curve(
    trial: Trial,
    statement: str = "benefit",
    threshold: float = 0.975,
    *,
    rates: Sequence[float],
    arm: str = "both",
    other: Prior = _UNIFORM,
    search: tuple[float, float] = WEIGHT_RANGE,
) -> TippingCurve:
    """The curve in (prior rate, prior weight) on which the probability is the threshold.

    Parameters are those of :func:`tipping_arm_weight`, with several rates.
    """
    points = tuple(
        tipping_arm_weight(
            trial, statement, threshold, rate=rate, arm=arm, other=other, search=search
        )
        for rate in rates
    )
    at = tuple(float(rate) for rate in rates)
    return TippingCurve(statement, threshold, "prior rate", at, points)


def _priors(rate: float) -> Callable[[Sequence[float]], list[Prior]]:
    def made(weights: Sequence[float]) -> list[Prior]:
        return [Prior.beta(rate * w, (1 - rate) * w) for w in weights]

    return made
