"""Trust in a trial as the weight of its posterior among pooled opinions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS, Event
from bayes_rsa.exact.doubt import discounted
from bayes_rsa.fields import check_choice
from bayes_rsa.sensitivity.doubt.believed import Believed, reference_belief
from bayes_rsa.sensitivity.doubt.questions import ENGINES, event_of
from bayes_rsa.sensitivity.doubt.records import DoubtCurve, DoubtTipping
from bayes_rsa.sensitivity.doubt.sampled import SampledDoubts
from bayes_rsa.sensitivity.tipping_search import check_threshold
from bayes_rsa.trial import Trial

KEY: Final = "trust"
WHAT: Final = "trust in the trial: weight of the posterior, pooled with the prior"
WHY: Final = (
    "a pool of two opinions, not Bayes: that would need a model of the data of a trial that is not "
    "to be trusted"
)


def trust_tipping(
    trial: Trial,
    *,
    believed: Believed | None = None,
    statement: str = "benefit",
    thresholds: Sequence[float] = defaults.DOUBT_THRESHOLDS,
    engine: str = "exact",
    seed: int = defaults.SEED,
    sampled: SampledDoubts | None = None,
) -> DoubtTipping:
    """Least weight of the posterior among pooled opinions that keeps a probability above a level.

    Parameters
    ----------
    trial, believed, statement, thresholds, engine, seed, sampled
        As in :func:`doubt_tipping`.

    Raises
    ------
    InputError
        If a prior is improper: then there is no opinion to pool with.

    Notes
    -----
    The pool is linear, q P(statement | data) + (1 - q) P(statement). With a stated model of the
    data of an untrustworthy trial q would itself be updated by them.
    """
    check_choice("engine", engine, ENGINES)
    for threshold in thresholds:
        check_threshold(threshold)
    believed = believed or reference_belief(trial)
    before = prior_probability(trial, believed, statement)
    error = 0.0
    if engine == "exact":
        after = believed.exact(trial).probability(event_of(trial, statement))[0]
    else:
        sampled = sampled or SampledDoubts(trial, believed, statement, seed=seed)
        after, error = sampled.none()
    amounts: dict[float, float | None] = {}
    errors: dict[float, float | None] = {}
    for t in thresholds:
        tips = before < t <= after
        weight = (t - before) / (after - before) if tips else None
        amounts[t] = weight
        sized = engine == "nuts" and weight is not None
        errors[t] = error * weight / (after - before) if sized and weight is not None else None
    missed = f"{WHAT}: without any of it P({statement}) is {before:.3f}"
    return DoubtTipping(
        KEY,
        WHAT,
        believed.text,
        believed.likelihood,
        statement,
        engine,
        float(after),
        amounts,
        errors,
        (0.0, before),
        {t: missed if q is None else _words(q) for t, q in amounts.items()},
        WHY,
    )


def trust_curve(
    trial: Trial,
    weights: Sequence[float],
    *,
    believed: Believed | None = None,
    statement: str = "benefit",
) -> DoubtCurve:
    """The pooled probability on a grid of weights of the posterior."""
    believed = believed or reference_belief(trial)
    before = prior_probability(trial, believed, statement)
    after = believed.exact(trial).probability(event_of(trial, statement))[0]
    return DoubtCurve(
        KEY,
        WHAT,
        believed.text,
        believed.likelihood,
        statement,
        tuple(weights),
        tuple(q * after + (1 - q) * before for q in weights),
    )


def prior_probability(trial: Trial, believed: Believed, statement: str) -> float:
    """Probability of a statement before the trial."""
    if not believed.is_proper:
        raise InputError(
            "believed",
            believed.text,
            "an improper prior gives a statement no probability",
            "use proper priors",
        )
    event = event_of(trial, statement)
    if trial.has_counts:
        return float(discounted(trial, discount=0.0, **believed.priors).probability(event)[0])
    lower, upper = _on_effect(event)
    effect = believed.priors["effect"]
    return float(effect.cdf(upper) - effect.cdf(lower))


def _on_effect(event: Event) -> tuple[float, float]:
    """An event's limits on the scale of the effect: the log of a ratio."""
    if ESTIMANDS[event.estimand].kind != "ratio":
        return event.lower, event.upper
    lower, upper = (math.log(x) if x > 0 else -math.inf for x in (event.lower, event.upper))
    return lower, upper


def _words(weight: float) -> str:
    return (
        f"the trial has no more than {weight:.3f} of the weight when its posterior is pooled with "
        "the prior (opinions pooled, no model of the data)"
    )
