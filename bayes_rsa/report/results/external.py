"""Everything that the section on evidence from outside the trial prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from bayes_rsa import defaults, exact
from bayes_rsa.analysis import Analysis
from bayes_rsa.borrowing import Borrowed, FittedPrior, borrowed, fit_mixture
from bayes_rsa.estimands import EstimandSummary, Statement
from bayes_rsa.evidence import EvidenceSet, Study, evidence_for, own_sets
from bayes_rsa.exact.external_evidence import (
    Law,
    Pooled,
    RandomEffects,
    meta_analytic_predictive,
    pool_set,
)
from bayes_rsa.priors import Prior, find_archetype
from bayes_rsa.report.results.refusal import or_reason
from bayes_rsa.report.results.setting import Setting
from bayes_rsa.report.results.siblings import SharedAnswer, shared_answers
from bayes_rsa.trial import Trial

Step = Callable[[str, int, int], None]

VAGUE: Final = Prior.normal(0.0, defaults.ROBUST_SD)
BIAS: Final = Prior.normal(0.0, defaults.DESIGN_BIAS_SD)

_PHASE: Final = "Evidence from outside the trial"
_GENERIC: Final = (
    ("Sceptical: neutral, moderate", "neutral moderate"),
    ("Weakly informative (Günhan)", "gunhan"),
    ("All of Cochrane", "cochrane log OR"),
    ("Cochrane, pregnancy and childbirth", "pregnancy and childbirth log OR"),
    ("Cochrane, gynaecology and fertility", "gynaecology and fertility log OR"),
)


@dataclass(frozen=True, slots=True)
class Update:
    """What a prior says before the trial, and what is left of it after.

    Parameters
    ----------
    prior
        The prior on the log odds ratio, or on the control log odds.
    before
        Lower limit, median and upper limit of the odds ratio, or of the control rate.
    benefit_before
        Prior probability of benefit; None for a prior on the level.
    after
        Summary of the odds ratio after the trial.
    benefit_after
        Posterior probability of benefit.
    """

    prior: Prior
    before: tuple[float, float, float]
    benefit_before: float | None
    after: EstimandSummary
    benefit_after: float


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """One set of studies on the effect: pooled, made a prior, and set beside the trial.

    Parameters
    ----------
    chosen
        The set.
    pooled
        By both likelihoods; None where it may be borrowed from only through a bias.
    effects
        Their random effects by binomial likelihoods: mean, prediction, each study.
    fitted
        The mixture that stands for it.
    alone, robust
        The trial under it, and under it mixed with the vague prior.
    amount
        How much is borrowed, or why that cannot be said.
    """

    chosen: EvidenceSet
    pooled: Pooled | None
    effects: RandomEffects
    fitted: FittedPrior
    alone: Update
    robust: Update
    amount: Borrowed | str


@dataclass(frozen=True, slots=True)
class RateAnswer:
    """One set of control arms: pooled, and as a prior on the trial's level.

    Parameters
    ----------
    chosen, pooled, fitted
        As in :class:`SetAnswer`.
    update
        The trial with the reference prior on the effect, and this one on its control log odds.
    """

    chosen: EvidenceSet
    pooled: Pooled
    fitted: FittedPrior
    update: Update


@dataclass(frozen=True, slots=True)
class External:
    """Evidence from outside the trial.

    Parameters
    ----------
    sets, rates
        On the effect, and on the rate without treatment.
    generic
        Priors without external studies, by name, for comparison.
    shared
        The trial with the first set by other groups and with its siblings, which share a bias with
        it, by the SD of that bias; empty without siblings or without such a set.
    outside
        Key of that set.
    level
        Prior on the trial's level in all of them, by keyword.
    """

    sets: tuple[SetAnswer, ...]
    rates: tuple[RateAnswer, ...]
    generic: Mapping[str, Update]
    shared: tuple[SharedAnswer, ...]
    outside: str
    level: Mapping[str, Prior]

    @property
    def studies(self) -> tuple[Study, ...]:
        """Every study of any set, once."""
        chosen = [a.chosen for a in self.sets] + [a.chosen for a in self.rates]
        return tuple({study.key: study for each in chosen for study in each.studies}.values())


def external(analysis: Analysis, held: Setting, step: Step) -> External | None:
    """Evidence from outside the trial; None where there is none, or the trial has no counts.

    Parameters
    ----------
    analysis
        What is analysed.
    held
        The prior on the level, and the reference prior on the effect.
    step
        Called as ``step(phase, done, total)``.
    """
    trial = analysis.trial
    chosen = (*evidence_for(trial.doi), *own_sets(analysis.evidence))
    if not chosen or not trial.has_counts:
        return None
    sets, rates = [], []
    for k, each in enumerate(chosen):
        step(_PHASE, k, len(chosen) + 1)
        if each.measure == "log_odds_ratio":
            sets.append(_set(trial, tuple(held.level.items()), analysis.interval, each))
        else:
            rates.append(_rate(trial, held.effect, analysis.interval, each))
    step(_PHASE, len(chosen), len(chosen) + 1)
    named = {"Reference analysis": held.effect}
    named |= {name: find_archetype(key) for name, key in _GENERIC}
    generic = {
        name: _update(trial, analysis.interval, prior, prior, "OR", {"effect": prior, **held.level})
        for name, prior in named.items()
    }
    others = [a.chosen for a in sets if a.chosen.independent and a.pooled is not None]
    own = [a.chosen for a in sets if not a.chosen.independent]
    shared: tuple[SharedAnswer, ...] = ()
    if others and own:
        shared = shared_answers(trial, analysis.interval, others[0], own[0])
    outside = others[0].key if shared else ""
    return External(tuple(sets), tuple(rates), generic, shared, outside, dict(held.level))


# A set beside the same trial and level gives the same answer in every report.
@lru_cache(maxsize=64)
def _set(
    trial: Trial, level: tuple[tuple[str, Prior], ...], interval: float, chosen: EvidenceSet
) -> SetAnswer:
    beside: dict[str, Any] = dict(level)
    pooled: Pooled | None = None
    if all(study.randomised for study in chosen.studies):
        pooled = pool_set(chosen, better=trial.better)
        effects = pooled.binomial
    else:
        effects = _through_bias(trial, chosen)
    fitted = fit_mixture(
        effects.predictive,
        label=f"Set {chosen.key}",
        source=chosen.label,
        parameter="log_odds_ratio",
    )
    share = defaults.ROBUST_WEIGHT

    def amount() -> Borrowed:
        return borrowed(
            trial,
            fitted.prior,
            vague=VAGUE,
            weight=share,
            threshold=defaults.DOUBT_THRESHOLD,
            **beside,
        )

    mixed = Prior.mixture([(1.0 - share, fitted.prior), (share, VAGUE)])
    return SetAnswer(
        chosen,
        pooled,
        effects,
        fitted,
        _update(
            trial,
            interval,
            fitted.prior,
            effects.predictive,
            "OR",
            {"effect": fitted.prior, **beside},
        ),
        _update(trial, interval, mixed, mixed, "OR", {"effect": mixed, **beside}),
        or_reason(amount),
    )


def _through_bias(trial: Trial, chosen: EvidenceSet) -> RandomEffects:
    answer = meta_analytic_predictive(
        trial,
        studies=chosen.studies,
        effect_mean=Prior.flat(),
        effect_heterogeneity=chosen.heterogeneity,
        bias=BIAS,
        with_trial=False,
    )
    assert answer.effect is not None
    return answer.effect


@lru_cache(maxsize=64)
def _rate(trial: Trial, effect: Prior, interval: float, chosen: EvidenceSet) -> RateAnswer:
    pooled = pool_set(chosen, better=trial.better)
    fitted = fit_mixture(
        pooled.binomial.predictive,
        label=chosen.label,
        source=chosen.label,
        parameter="baseline_log_odds",
    )
    update = _update(
        trial,
        interval,
        fitted.prior,
        pooled.binomial.predictive,
        "rate",
        {"effect": effect, "baseline": fitted.prior},
    )
    return RateAnswer(chosen, pooled, fitted, update)


def _update(
    trial: Trial,
    interval: float,
    prior: Prior,
    law: Law | Prior,
    scale: str,
    priors: Mapping[str, Any],
) -> Update:
    """The trial under these priors; ``before`` is of ``law``, on its scale."""
    tail = 0.5 * (1.0 - interval)
    low, middle, high = (float(x) for x in np.asarray(law.ppf(np.array([tail, 0.5, 1.0 - tail]))))
    posterior = exact.log_odds_ratio(trial, **priors)
    event = Statement.parse("benefit").resolve(trial.better, trial.measure, counts=True)
    if scale == "OR":
        before = (float(np.exp(low)), float(np.exp(middle)), float(np.exp(high)))
        below = float(np.asarray(law.cdf(np.array(0.0))))
        benefit: float | None = below if trial.better == "lower" else 1.0 - below
    else:
        before = (_rate_of(low), _rate_of(middle), _rate_of(high))
        benefit = None
    return Update(
        prior,
        before,
        benefit,
        posterior.summary("odds_ratio", interval),
        posterior.probability(event)[0],
    )


def _rate_of(log_odds: float) -> float:
    return float(1.0 / (1.0 + np.exp(-log_odds)))
