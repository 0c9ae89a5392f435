"""The kinds of doubt that have an amount, from none to the worst that is looked at."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bayes_rsa.defaults import DOUBT_MISSING_SHARE
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

BIAS_MOST: Final = 2.0
"""Largest bias on the log of a ratio that is looked at: a factor of 7.4."""
BIAS_MOST_ERRORS: Final = 5.0
"""Largest bias on a difference that is looked at, in standard errors."""
IMOR_MOST: Final = 5.0
"""Largest log of an informative missingness odds ratio: a factor of 148."""
DISCOUNT_LEAST: Final = 0.01
CLASSIFICATION_LEAST: Final = 0.5
_ORDER: Final = ("missing", "misclassification", "bias", "discount")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of doubt, directed against the treatment.

    Attributes
    ----------
    key
        ``bias``, ``discount``, ``misclassification`` or ``missing``.
    what
        What the amount is, with its scale.
    model
        The model of ``models.doubt`` and ``exact.doubt``.
    none, worst
        The amount without doubt, and the last one that is looked at.
    arguments
        An amount to the model's arguments besides the priors on the risks.
    words
        An amount to half a sentence, after *unless*.
    assumed
        What is assumed of it beside the amount; empty if nothing is.
    """

    key: str
    what: str
    model: str
    none: float
    worst: float
    arguments: Callable[[float], dict[str, Any]]
    words: Callable[[float], str]
    assumed: str = ""


def kinds(trial: Trial, *, missing_share: float = DOUBT_MISSING_SHARE) -> tuple[Kind, ...]:
    """The kinds of doubt that a trial can be under.

    Parameters
    ----------
    trial
        The trial. One known by its effect can only be biased.
    missing_share
        Share of each arm's participants that is assumed to be missing, in (0, 1).
    """
    share = check_number("missing_share", missing_share, above=0, below=1)
    sign = 1.0 if trial.better == "higher" else -1.0
    bias = _bias(trial, sign)
    if not trial.has_counts:
        return (bias,)
    return bias, _discount(), *_misclassified(trial), _missing(trial, sign, share)


def in_order(found: Sequence[Kind]) -> list[Kind]:
    """In the order that they are told: first what happened to outcomes, then what is weighed."""
    return sorted(found, key=lambda kind: _ORDER.index(kind.key))


def _bias(trial: Trial, sign: float) -> Kind:
    ratio = trial.measure in ("OR", "RR", "HR")
    scale = f"log {trial.measure}" if ratio else trial.measure
    most = BIAS_MOST
    if not ratio and trial.reported is not None:
        most = BIAS_MOST_ERRORS * trial.reported.scale_se

    def words(amount: float) -> str:
        if not ratio:
            return f"a bias of {amount:.4g} or more favours the treatment"
        return (
            f"a bias of {amount:.3f} or more on the {scale} favours the treatment "
            f"(a factor of {math.exp(amount):.2f})"
        )

    return Kind(
        "bias",
        f"bias in favour of the treatment, on the {scale}",
        "additive_bias",
        0.0,
        most,
        lambda x: {"bias": Prior.point(sign * x)},
        words,
    )


def _discount() -> Kind:
    return Kind(
        "discount",
        "power of the likelihood",
        "discounted",
        1.0,
        DISCOUNT_LEAST,
        lambda x: {"discount": x},
        lambda x: f"the likelihood counts for {x:.3f} of itself or less",
    )


def _misclassified(trial: Trial) -> tuple[Kind, Kind]:
    # What makes treatment look better: events missed or invented in one arm only.
    if trial.better == "higher":
        pairs = (("sensitivity", "control"), ("specificity", "treatment"))
    else:
        pairs = (("specificity", "control"), ("sensitivity", "treatment"))
    first, second = (_misclassified_in(rate, arm) for rate, arm in pairs)
    return first, second


def _misclassified_in(rate: str, arm: str) -> Kind:
    name = f"{rate}_{arm}"
    of = "true events" if rate == "sensitivity" else "true non-events"
    return Kind(
        "misclassification",
        f"{rate} in the {arm} arm",
        "misclassified_outcomes",
        1.0,
        CLASSIFICATION_LEAST,
        lambda x: {name: Prior.point(x)},
        lambda x: f"in the {arm} arm only {100 * x:.1f}% of {of} or fewer were recorded as such",
        "the other arm, and the other rate, without error",
    )


def _missing(trial: Trial, sign: float, share: float) -> Kind:
    treatment, control = (math.ceil(share * n) for n in trial.n)

    def arguments(x: float) -> dict[str, Any]:
        return {
            "missing": (treatment, control),
            "imor_treatment": Prior.point(-sign * x),
            "imor_control": Prior.point(sign * x),
        }

    return Kind(
        "missing",
        "log odds ratio of the event, missing over observed, against the treatment in both arms",
        "missing_outcomes",
        0.0,
        IMOR_MOST,
        arguments,
        lambda x: (
            f"beside those counted {treatment} + {control} participants were missing (assumed), "
            f"with odds of the outcome {math.exp(x):.2f} times worse on treatment and better on "
            "control than among those observed"
        ),
        f"{treatment} + {control} participants missing beside those counted (hypothetical)",
    )
