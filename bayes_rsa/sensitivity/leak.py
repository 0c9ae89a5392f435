"""How far the prior on the baseline leaks into the effect.

With a prior on the control arm's log odds the effect and the baseline are not orthogonal: a tight
one, away from the data, moves the effect. A prior on the midpoint hardly does, and the likelihood
given both margins has no baseline at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bayes_rsa import defaults, exact
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event, Statement
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

CONDITIONAL = "given both margins"
"""Parameter of the reference row, which has no baseline."""


@dataclass(frozen=True, slots=True)
class LeakRow:
    """The effect under one prior on the baseline.

    Attributes
    ----------
    parameter
        ``baseline`` (log odds of the control arm), ``midpoint`` (mean of the two log odds), or
        ``given both margins``.
    prior
        The prior on it; None for the reference row.
    probability, error
        Posterior probability of the statement, and its error.
    median, eti
        Posterior median and 95% equal-tailed interval of the odds ratio.
    """

    parameter: str
    prior: Prior | None
    probability: float
    error: float
    median: float
    eti: tuple[float, float]


def baseline_priors() -> tuple[tuple[str, Prior], ...]:
    """The rows that are shown by default: priors on the baseline, then on the midpoint."""
    rows = [("baseline", Prior.normal(0.0, sd)) for sd in defaults.BASELINE_LEAK_SDS]
    rows += [
        ("midpoint", Prior.normal(0.0, sd))
        for sd in (defaults.MIDPOINT_SD, defaults.BASELINE_LEAK_SDS[-1])
    ]
    return (*rows, ("midpoint", Prior.logistic(0.0, 1.0)))


def baseline_leak(
    trial: Trial,
    effect: Prior,
    *,
    priors: tuple[tuple[str, Prior], ...] | Mapping[str, Prior] | None = None,
    statement: str = "benefit",
) -> tuple[LeakRow, ...]:
    """The same effect prior with one prior on the baseline after another.

    Parameters
    ----------
    trial
        A trial with counts.
    effect
        Prior on the log odds ratio.
    priors
        (``baseline`` or ``midpoint``, prior) pairs; by default :func:`baseline_priors`.
    statement
        A statement on the odds ratio whose probability is compared.

    Returns
    -------
    tuple of LeakRow
        In the order given, and last the reference row: the likelihood given both margins.
    """
    pairs = baseline_priors() if priors is None else priors
    if isinstance(pairs, Mapping):
        pairs = tuple(pairs.items())
    event = Statement.parse(statement).resolve(trial.better, "OR", counts=True)
    if event.estimand not in ("odds_ratio", "log_odds_ratio"):
        raise InputError(
            "statement",
            statement,
            "given both margins only the odds ratio is known",
            "ask for benefit, or name OR or log OR",
        )
    rows = []
    for name, prior in pairs:
        if name not in ("baseline", "midpoint"):
            raise InputError(
                "priors", name, "a prior is on the baseline or the midpoint", "name one of them"
            )
        posterior = exact.log_odds_ratio(trial, effect=effect, **{name: prior})
        rows.append(_row(name, prior, posterior, event))
    reference = exact.conditional_odds_ratio(trial, effect=effect)
    return (*rows, _row(CONDITIONAL, None, reference, event))


def largest_leak(rows: tuple[LeakRow, ...]) -> float:
    """Largest difference of a row's probability from the reference row's."""
    reference = next(row for row in rows if row.parameter == CONDITIONAL)
    return max(math.fabs(row.probability - reference.probability) for row in rows)


def _row(name: str, prior: Prior | None, posterior: ExactPosterior, event: Event) -> LeakRow:
    value, error = posterior.probability(event)
    summary = posterior.summary("odds_ratio", defaults.INTERVAL)
    return LeakRow(name, prior, value, error, summary.median, summary.eti)
