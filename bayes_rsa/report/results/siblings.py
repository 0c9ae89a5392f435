"""The trial and its siblings under a bias that they share, as the report prints it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.evidence import EvidenceSet
from bayes_rsa.exact.external_evidence import Law, normal_shared_bias
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """The trial's true effect if it shares a bias with its siblings; normal likelihoods.

    Parameters
    ----------
    sd
        Of the shared bias.
    before, after
        Lower limit, median and upper limit of the odds ratio.
    benefit
        Posterior probability of benefit.
    """

    sd: float
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    benefit: float


def shared_answers(
    trial: Trial, interval: float, outside: EvidenceSet, siblings: EvidenceSet
) -> tuple[SharedAnswer, ...]:
    """The trial's true effect, by the SD of the bias that it shares with its siblings."""
    rows = []
    for sd in defaults.SHARED_BIAS_SDS:
        found = normal_shared_bias(
            trial,
            studies=(*outside.studies, *siblings.studies),
            effect_mean=Prior.normal(0.0, defaults.REFERENCE_EFFECT_SD),
            effect_heterogeneity=outside.heterogeneity,
            group_bias=Prior.normal(0.0, sd) if sd else Prior.point(0.0),
            own_bias=Prior.normal(0.0, defaults.OWN_BIAS_SD) if sd else Prior.point(0.0),
        )
        below = float(found.after.cdf(np.array(0.0)))
        rows.append(
            SharedAnswer(
                sd,
                _ratios(found.before, interval),
                _ratios(found.after, interval),
                below if trial.better == "lower" else 1.0 - below,
            )
        )
    return tuple(rows)


def _ratios(law: Law, interval: float) -> tuple[float, float, float]:
    low, middle, high = law.interval(interval)
    return float(np.exp(low)), float(np.exp(middle)), float(np.exp(high))
