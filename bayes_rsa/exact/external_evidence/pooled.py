"""A set of studies pooled twice: with normal and with binomial likelihoods, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.evidence import EvidenceSet, Study
from bayes_rsa.exact.external_evidence.arms import counts_of
from bayes_rsa.exact.external_evidence.laws import Law
from bayes_rsa.exact.external_evidence.level import Level
from bayes_rsa.exact.external_evidence.normal_model import RandomEffects, normal_meta_analysis
from bayes_rsa.exact.external_evidence.solving import Task
from bayes_rsa.priors import Prior

__all__ = ["Pooled", "pool", "pool_set"]

LIKELIHOODS = ("normal", "binomial")


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Random effects over one set of studies, by two likelihoods.

    Attributes
    ----------
    measure
        ``log_odds_ratio``, or ``log_odds`` of the control arms.
    heterogeneity
        Prior on the SD between studies.
    normal, binomial
        Each estimate with its standard error; and the counts themselves, with each study's midpoint
        ~ normal(0, 1.5) where the effect is pooled. The mean's prior is flat in both.
    """

    measure: str
    heterogeneity: Prior
    normal: RandomEffects
    binomial: RandomEffects

    def shown(self, value: float) -> float:
        """A value on the scale of tables: odds ratio, or rate."""
        if self.measure == "log_odds_ratio":
            return math.exp(value)
        return 1.0 / (1.0 + math.exp(-value))

    def limits(self, law: Law, level: float = INTERVAL) -> tuple[float, float, float]:
        """Lower limit, median and upper limit on the scale of tables."""
        low, middle, high = law.interval(level)
        return self.shown(low), self.shown(middle), self.shown(high)

    def to_dict(self, level: float = INTERVAL) -> dict[str, Any]:
        """Both likelihoods as plain data."""
        record: dict[str, Any] = {
            "measure": self.measure,
            "scale": "odds_ratio" if self.measure == "log_odds_ratio" else "rate",
            "heterogeneity_prior": str(self.heterogeneity),
            "interval": level,
        }
        for name in LIKELIHOODS:
            effects: RandomEffects = getattr(self, name)
            record[name] = {
                "mean": None if effects.mean is None else self._law(effects.mean, level),
                "predictive": self._law(effects.predictive, level)
                | {
                    f"{self.measure}_mean": effects.predictive.mean,
                    f"{self.measure}_sd": effects.predictive.sd,
                },
                "heterogeneity": None
                if effects.heterogeneity is None
                else _plain(*effects.heterogeneity.interval(level)),
            }
        return record

    def _law(self, law: Law, level: float) -> dict[str, Any]:
        return _plain(*self.limits(law, level))


def _plain(low: float, middle: float, high: float) -> dict[str, Any]:
    return {"median": middle, "eti": [low, high]}


def pool(
    studies: Sequence[Study],
    *,
    heterogeneity: Prior,
    measure: str = "log_odds_ratio",
    better: str = "higher",
) -> Pooled:
    """Pool studies by both likelihoods, under a flat prior on the mean.

    Parameters
    ----------
    studies
        Randomised studies, if an effect is pooled.
    heterogeneity
        Prior on the SD between studies.
    measure
        ``log_odds_ratio`` or ``log_odds`` (the control arm's).
    better
        Direction of the outcome for which the answer is wanted; studies count the good one.

    Raises
    ------
    InputError
        An effect of a study that was not randomised: it needs a bias term.
    """
    found = tuple(studies)
    if measure == "log_odds_ratio":
        for study in found:
            if not study.randomised:
                raise InputError(
                    "studies",
                    study.key,
                    "it was not randomised, and its effect may be borrowed only through a bias",
                    "leave it out, or use meta_analytic_predictive with bias=",
                )
    oriented = found if better == "higher" else tuple(study.relabelled() for study in found)
    normal = normal_meta_analysis(oriented, heterogeneity=heterogeneity, measure=measure)
    effect = measure == "log_odds_ratio"
    level = Level.of(None, None, "study_")
    pair = (Prior.flat(), heterogeneity)
    answer = Task(
        keys=[study.key for study in found],
        arms=[counts_of(study, better, treatment=effect) for study in found],
        biased=[False] * len(found),
        effects=pair if effect else None,
        levels=None if effect else pair,
        bias=None,
        baseline_bias=None,
        study_level=level,
        trial_level=level,
        trial_effect=None,
        trial=None,
    ).solved()
    binomial = answer.effect if effect else answer.baseline
    assert binomial is not None
    return Pooled(measure, heterogeneity, normal, binomial)


def pool_set(chosen: EvidenceSet, *, better: str = "higher") -> Pooled:
    """Pool a named set under the prior on heterogeneity that goes with it."""
    return pool(
        chosen.studies,
        heterogeneity=chosen.heterogeneity,
        measure=chosen.measure,
        better=better,
    )
