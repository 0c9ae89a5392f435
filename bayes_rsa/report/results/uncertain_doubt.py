"""Answers under a doubt whose amount is uncertain, with a prior of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bayes_rsa import defaults
from bayes_rsa.estimands import EstimandSummary, Event, Statement, of_measure
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.exact import doubt as exact_doubt
from bayes_rsa.priors import Prior
from bayes_rsa.report.results.refusal import or_reason
from bayes_rsa.sensitivity.doubt import Believed
from bayes_rsa.trial import Trial

_BIASES: Final = ((0.0, 0.2), (0.1, 0.2), (0.2, 0.2), (0.3, 0.3))
"""Mean and SD of a bias in favour of the treatment, in units: illustrations, not estimates."""
_UNCERTAIN_MEAN: Final = (0.1, 0.1)
_RATE: Final = Prior.beta(95.0, 5.0)
_IMOR: Final = (0.5, 0.5)
_UNIT: Final = 2.5
"""Standard errors of a difference that stand for a unit of a log ratio."""


@dataclass(frozen=True, slots=True)
class UncertainDoubt:
    """The posterior under a prior on the amount of doubt.

    Parameters
    ----------
    slug
        Part of the ids of its numbers.
    kind
        ``none``, ``bias``, ``misclassification`` or ``missing``.
    doubt
        What is doubted, and its prior, in words.
    probability
        Posterior probability of benefit; None where it cannot be computed.
    effect
        Summary of the effect: of the ratio, or of the difference.
    reason
        Why it cannot be computed; empty if it can.
    """

    slug: str
    kind: str
    doubt: str
    probability: float | None
    effect: EstimandSummary | None
    reason: str = ""


def uncertain_doubts(trial: Trial, believed: Believed) -> tuple[UncertainDoubt, ...]:
    """The answer without doubt, and under priors on bias, misclassification and missingness."""
    sign = 1.0 if trial.better == "higher" else -1.0
    event = Statement.parse("benefit").resolve(trial.better, trial.measure, counts=trial.has_counts)
    ratio = of_measure(trial.measure).kind == "ratio"
    unit = 1.0
    if not ratio and trial.reported is not None:
        unit = _UNIT * trial.reported.scale_se
    scale = f"log {trial.measure}" if ratio else trial.measure

    def asked(slug: str, kind: str, words: str, **arguments: Any) -> UncertainDoubt:
        return _answer(slug, kind, words, event, lambda: _posterior(trial, believed, arguments))

    found = [asked("none", "none", "none")]
    for k, (mean, sd) in enumerate(_BIASES):
        prior = Prior.normal(sign * mean * unit, sd * unit)
        found.append(asked(f"bias.{k + 1}", "bias", f"bias on the {scale} ~ {prior}", bias=prior))
    mean, sd = _UNCERTAIN_MEAN
    about, place = Prior.normal(0.0, 0.2 * unit), Prior.normal(sign * mean * unit, sd * unit)
    found.append(
        asked(
            "bias.mean",
            "bias",
            f"bias ~ {about} about a mean that is uncertain itself, ~ {place}",
            bias=about,
            bias_mean=place,
        )
    )
    if not trial.has_counts:
        return tuple(found)
    against = ("control", "sensitivity") if sign > 0 else ("control", "specificity")
    one = {f"{against[1]}_{against[0]}": _RATE}
    both = {f"{against[1]}_{arm}": _RATE for arm in ("treatment", "control")}
    found += [
        asked(
            "misclassification.control",
            "misclassification",
            f"{against[1]} on control ~ {_RATE}, all else without error",
            **one,
        ),
        asked(
            "misclassification.both",
            "misclassification",
            f"{against[1]} ~ {_RATE} in each arm, independent",
            **both,
        ),
    ]
    missing = tuple(math.ceil(defaults.DOUBT_MISSING_SHARE * n) for n in trial.n)
    mean, sd = _IMOR
    spread = Prior.normal(0.0, 1.0)
    worse, better = Prior.normal(-sign * mean, sd), Prior.normal(sign * mean, sd)
    assumed = f"{missing[0]} + {missing[1]} missing (assumed)"
    found += [
        asked(
            "missing.symmetric",
            "missing",
            f"{assumed}, log odds ratio of the missing over the observed ~ {spread} in each arm",
            missing=missing,
            imor_treatment=spread,
            imor_control=spread,
        ),
        asked(
            "missing.against",
            "missing",
            f"{assumed}, that log odds ratio ~ {worse} on treatment and ~ {better} on control",
            missing=missing,
            imor_treatment=worse,
            imor_control=better,
        ),
    ]
    return tuple(found)


def _posterior(trial: Trial, believed: Believed, arguments: Mapping[str, Any]) -> ExactPosterior:
    if not arguments:
        return believed.exact(trial)
    if "bias" in arguments:
        return exact_doubt.additive_bias(trial, **believed.priors, **arguments)
    if "missing" in arguments:
        return exact_doubt.missing_outcomes(trial, **{**believed.priors, **arguments})
    return exact_doubt.misclassified_outcomes(trial, **believed.priors, **arguments)


def _answer(
    slug: str, kind: str, words: str, event: Event, make: Callable[[], ExactPosterior]
) -> UncertainDoubt:
    def both() -> tuple[float, EstimandSummary]:
        posterior = make()
        key = posterior.estimands[0]
        return float(posterior.probability(event)[0]), posterior.summary(key, defaults.INTERVAL)

    found = or_reason(both)
    if isinstance(found, str):
        return UncertainDoubt(slug, kind, words, None, None, found)
    return UncertainDoubt(slug, kind, words, *found)
