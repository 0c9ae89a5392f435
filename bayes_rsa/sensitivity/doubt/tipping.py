"""The amount of doubt that tips a conclusion."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.fields import check_choice
from bayes_rsa.sensitivity.doubt.believed import Believed, default_beliefs, reference_belief
from bayes_rsa.sensitivity.doubt.changes import fewest_changed_outcomes, fewest_missing
from bayes_rsa.sensitivity.doubt.kinds import Kind, in_order, kinds
from bayes_rsa.sensitivity.doubt.nuts_search import crossing_by_nuts
from bayes_rsa.sensitivity.doubt.pooling import trust_tipping
from bayes_rsa.sensitivity.doubt.questions import ENGINES, ExactDoubt
from bayes_rsa.sensitivity.doubt.records import DoubtCurve, DoubtTipping
from bayes_rsa.sensitivity.doubt.sampled import SampledDoubts
from bayes_rsa.sensitivity.tipping_search import check_threshold
from bayes_rsa.trial import ReportedEffect, Trial

_POINTS: Final = 9
_LEAST: Final = 1e-15
_CLOSE: Final = 1e-10
"""Probits from the threshold at which a search ends."""
_STEPS: Final = 60


def doubt_tipping(
    trial: Trial,
    kind: Kind,
    *,
    believed: Believed | None = None,
    statement: str = "benefit",
    thresholds: Sequence[float] = defaults.DOUBT_THRESHOLDS,
    engine: str = "exact",
    seed: int = defaults.SEED,
    sampled: SampledDoubts | None = None,
) -> DoubtTipping:
    """How much of one kind of doubt brings a probability down to its thresholds.

    Parameters
    ----------
    trial
        The data.
    kind
        Kind of doubt, of :func:`kinds`.
    believed
        Priors on the true risks; the reference's by default.
    statement
        What is asked.
    thresholds
        Probabilities in (0, 1).
    engine
        ``exact``, or ``nuts``: then each amount has a Monte Carlo standard error.
    seed
        For NUTS.
    sampled
        What samples this trial under these priors, if it has compiled its models before.

    Notes
    -----
    Between no doubt and the worst that is looked at the first crossing is given: doubt of each kind
    that grows makes the statement less probable.
    """
    check_choice("engine", engine, ENGINES)
    for threshold in thresholds:
        check_threshold(threshold)
    believed = believed or reference_belief(trial)
    amounts: dict[float, float | None] = {}
    errors: dict[float, float | None] = {}
    if engine == "exact":
        question = ExactDoubt(trial, kind, believed, statement)
        for threshold in thresholds:
            amounts[threshold], errors[threshold] = _crossing(question, kind, threshold), None
        probability, last = question(kind.none), question(kind.worst)
    else:
        by_nuts = sampled or SampledDoubts(trial, believed, statement, seed=seed)
        search = crossing_by_nuts(
            lambda x, run: by_nuts.along(kind, x, run), (kind.none, kind.worst), thresholds
        )
        amounts = {t: found and found[0] for t, found in search.crossings.items()}
        errors = {t: found and found[1] for t, found in search.crossings.items()}
        probability, last = search.first, search.last
    return DoubtTipping(
        kind.key,
        kind.what,
        believed.text,
        believed.likelihood,
        statement,
        engine,
        probability,
        amounts,
        errors,
        (kind.worst, last),
        {t: _words(kind, x, last, statement) for t, x in amounts.items()},
        kind.assumed,
    )


def doubt_curve(
    trial: Trial,
    kind: Kind,
    amounts: Sequence[float],
    *,
    believed: Believed | None = None,
    statement: str = "benefit",
) -> DoubtCurve:
    """The exact probability along one kind of doubt: what a figure shows."""
    believed = believed or reference_belief(trial)
    question = ExactDoubt(trial, kind, believed, statement)
    at = tuple(float(x) for x in amounts)
    return DoubtCurve(
        kind.key,
        kind.what,
        believed.text,
        believed.likelihood,
        statement,
        at,
        tuple(question(x) for x in at),
    )


def doubt_table(
    trial: Trial,
    *,
    thresholds: Sequence[float] = defaults.DOUBT_THRESHOLDS,
    reference: Believed | None = None,
) -> dict[str, list[DoubtTipping]]:
    """Every kind of doubt under several priors, by the exact engine.

    Parameters
    ----------
    trial
        The data.
    thresholds
        Probabilities of benefit that tip.
    reference
        Priors of the first row of each kind; by default the reference's.

    Returns
    -------
    dict
        By kind of doubt. A bias is weighed under the reference, uniform arms, flat on both logits
        and a vague level, and under a flat prior with the normal likelihood; other doubts under the
        first two.
    """
    believed = default_beliefs(trial, reference)
    first = believed[:2]
    asked: dict[str, Any] = {"thresholds": thresholds}
    table: dict[str, list[DoubtTipping]] = {}
    if trial.has_counts:
        table["changed_outcomes"] = [
            fewest_changed_outcomes(trial, believed=row, **asked) for row in first
        ]
        table["missing"] = [fewest_missing(trial, believed=row, **asked) for row in first]
    for kind in in_order(kinds(trial)):
        rows = believed if kind.key == "bias" else first
        found = [doubt_tipping(trial, kind, believed=row, **asked) for row in rows]
        table.setdefault(kind.key, []).extend(found)
    if trial.has_counts:
        table["bias"] += _by_normal_likelihood(trial, thresholds)
    table["trust"] = [trust_tipping(trial, believed=row, **asked) for row in first if row.is_proper]
    return {key: rows for key, rows in table.items() if rows}


def _by_normal_likelihood(trial: Trial, thresholds: Sequence[float]) -> list[DoubtTipping]:
    from bayes_rsa.frequentist import odds_ratio
    from bayes_rsa.priors import Prior

    (y1, y0), (n1, n0) = trial.events, trial.n
    estimate = odds_ratio(y1, n1, y0, n0)
    if not (0 < estimate.value < math.inf and math.isfinite(estimate.standard_error)):
        return []
    reported = ReportedEffect(
        "OR", log_effect=math.log(estimate.value), standard_error=estimate.standard_error
    )
    known = Trial(outcome=trial.outcome, reported=reported)
    flat = Believed({"effect": Prior.flat()}, "flat")
    return [doubt_tipping(known, kinds(known)[0], believed=flat, thresholds=thresholds)]


def _crossing(question: ExactDoubt, kind: Kind, threshold: float) -> float | None:
    if question(kind.none) < threshold:
        return None
    normal = NormalDist()
    target = normal.inv_cdf(threshold)

    def gap(x: float) -> float:
        # On the probit scale the curve is nearly straight, so that the search ends soon.
        return normal.inv_cdf(min(max(question(x), _LEAST), 1 - _LEAST)) - target

    scan = np.linspace(kind.none, kind.worst, _POINTS).tolist()
    for near, far in itertools.pairwise(scan):
        if question(far) < threshold:
            return _root(gap, near, far)
    return None


def _root(gap: Callable[[float], float], near: float, far: float) -> float:
    """Where the gap is 0, between a place above it and one below: false position (Illinois)."""
    above, below = gap(near), gap(far)
    x, side = near, 0
    for _ in range(_STEPS):
        x = near + (far - near) * above / (above - below)
        here = gap(x)
        if abs(here) <= _CLOSE:
            break
        # An end that stays twice counts for half, so that it moves the next time.
        if here > 0:
            near, above = x, here
            below = below / 2 if side > 0 else below
            side = 1
        else:
            far, below = x, here
            above = above / 2 if side < 0 else above
            side = -1
    return x


def _words(kind: Kind, amount: float | None, last: float, statement: str) -> str:
    if amount is not None:
        return kind.words(amount)
    return f"{kind.what}: at {kind.worst:g}, P({statement}) is {last:.3f}"
