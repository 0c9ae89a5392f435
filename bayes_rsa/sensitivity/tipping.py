"""Where a prior on the effect becomes strong enough to change the answer.

A tipping point is the value of a hyperparameter at which the posterior probability of a statement
crosses a threshold. It belongs to the choice of the prior on the baseline, which every record
carries beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.questions import ContrastQuestion
from bayes_rsa.sensitivity.tipping_records import TippingCurve, TippingPoint
from bayes_rsa.sensitivity.tipping_search import (
    check_threshold,
    evenly_spaced,
    log_spaced,
    tipping_point,
)
from bayes_rsa.trial import Trial

SD_RANGE: Final = (0.01, 20.0)
"""Prior SDs of a log ratio that are searched."""
MEAN_RANGE: Final = (-4.0, 4.0)
"""Prior means of a log ratio that are searched: ratios from 1/55 to 55."""


def tipping_sd(
    trial: Trial,
    statement: str = "benefit",
    threshold: float = 0.975,
    *,
    mean: float = 0.0,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    search: tuple[float, float] = SD_RANGE,
) -> TippingPoint:
    """The SD of a normal prior on the log odds ratio that just tips.

    Parameters
    ----------
    trial
        The data, with counts or known by its effect.
    statement
        On OR, RR or RD, or ``benefit``.
    threshold
        Posterior probability that tips, in (0, 1).
    mean
        Prior mean of the log odds ratio.
    baseline, midpoint
        The nuisance prior, as in :func:`bayes_rsa.exact.log_odds_ratio`.
    search
        Range of SDs.
    """
    question = ContrastQuestion(trial, statement, baseline, midpoint)
    return sd_that_tips(question, threshold, mean=mean, search=search)


def sd_that_tips(
    question: ContrastQuestion,
    threshold: float,
    *,
    mean: float = 0.0,
    search: tuple[float, float] = SD_RANGE,
) -> TippingPoint:
    """:func:`tipping_sd` for a question, which remembers what it answered for other thresholds."""
    return tipping_point(
        question,
        lambda sds: [Prior.normal(mean, sd) for sd in sds],
        log_spaced(search),
        threshold,
        varied=f"prior SD of {question.effect}",
        fixed=f"prior mean {mean:g}",
    )


def tipping_mean(
    trial: Trial,
    statement: str = "benefit",
    threshold: float = 0.975,
    *,
    sd: float,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    search: tuple[float, float] = MEAN_RANGE,
) -> TippingPoint:
    """The mean of a normal prior on the log odds ratio that just tips.

    Parameters are those of :func:`tipping_sd`, with the SD given instead of the mean.
    """
    question = ContrastQuestion(trial, statement, baseline, midpoint)
    return mean_that_tips(question, threshold, sd=sd, search=search)


def tipping_curve(
    trial: Trial,
    statement: str = "benefit",
    threshold: float = 0.975,
    *,
    sds: Sequence[float],
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    search: tuple[float, float] = MEAN_RANGE,
) -> TippingCurve:
    """The curve in (prior SD, prior mean) on which the probability is the threshold.

    Parameters
    ----------
    sds
        Prior SDs at which the tipping mean is found.

    Notes
    -----
    The other parameters are those of :func:`tipping_sd`. A prior above the curve (a larger mean)
    leaves the statement more probable than the threshold, where the statement is about a large
    effect.
    """
    question = ContrastQuestion(trial, statement, baseline, midpoint)
    at = tuple(float(sd) for sd in sds)
    points = tuple(mean_that_tips(question, threshold, sd=sd, search=search) for sd in at)
    return TippingCurve(statement, threshold, f"prior SD of {question.effect}", at, points)


def mean_that_tips(
    question: ContrastQuestion,
    threshold: float,
    *,
    sd: float,
    search: tuple[float, float] = MEAN_RANGE,
) -> TippingPoint:
    """:func:`tipping_mean` for a question, as :func:`sd_that_tips`."""
    return tipping_point(
        question,
        lambda means: [Prior.normal(mean, sd) for mean in means],
        evenly_spaced(search),
        threshold,
        varied=f"prior mean of {question.effect}",
        fixed=f"prior SD {sd:g}",
    )


def tipping_weight(
    trial: Trial,
    statement: str = "benefit",
    threshold: float = 0.975,
    *,
    sceptical: Prior,
    other: Prior,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> TippingPoint:
    """The weight of a sceptical component, mixed with another prior, that just tips.

    Parameters
    ----------
    trial, statement, threshold, baseline, midpoint
        As in :func:`tipping_sd`.
    sceptical, other
        Proper effect priors; the weight is that of the first.

    Notes
    -----
    The posterior probability under the mixture is the mean of the two, weighted by prior weight
    times marginal likelihood, so the weight that tips has a closed form.
    """
    check_threshold(threshold)
    for name, prior in (("sceptical", sceptical), ("other", other)):
        if not prior.is_proper:
            raise InputError(
                name, str(prior), "a mixture has proper components", "use a wide proper prior"
            )
    question = ContrastQuestion(trial, statement, baseline, midpoint)
    p_sceptical, p_other = question([sceptical, other]).tolist()
    log_m = question.log_marginal_likelihoods([sceptical, other])
    values: tuple[float, ...] = ()
    if (p_other - threshold) * (threshold - p_sceptical) > 0:
        odds = (
            math.exp(float(log_m[1] - log_m[0])) * (p_other - threshold) / (threshold - p_sceptical)
        )
        values = (odds / (1.0 + odds),)
    low, high = sorted((p_sceptical, p_other))
    return TippingPoint(
        statement,
        threshold,
        f"weight of {sceptical} in the mixture with {other}",
        values,
        (0.0, 1.0),
        (low, high),
        "",
        question.level,
    )
