"""Priors from what somebody says: stated quantiles, or "90% sure it lies between"."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bayes_rsa.errors import AccuracyError, InputError
from bayes_rsa.priors._fit import fit_beta, fit_line
from bayes_rsa.priors._numeric import FloatArray, logit
from bayes_rsa.priors.component import finite_number
from bayes_rsa.priors.prior import Prior

FAMILIES_ELICITED = (
    "normal",
    "student_t",
    "cauchy",
    "logistic",
    "lognormal",
    "logit_normal",
    "beta",
)
_EXACT = 1e-9


@dataclass(frozen=True)
class Elicitation:
    """A prior fitted to stated quantiles, and how well it fits.

    Attributes
    ----------
    prior
        The fitted prior; on the log where odds ratios were stated.
    stated
        (probability, value) as stated.
    fitted
        Value of the fitted prior at each probability, on the scale that was stated.
    """

    prior: Prior
    stated: tuple[tuple[float, float], ...]
    fitted: tuple[float, ...]

    @property
    def residuals(self) -> tuple[float, ...]:
        """Fitted less stated value, in the order stated."""
        return tuple(fit - value for fit, (_, value) in zip(self.fitted, self.stated, strict=True))

    @property
    def is_exact(self) -> bool:
        """Whether every stated quantile is met."""
        return all(
            abs(gap) <= _EXACT * max(1.0, abs(value))
            for gap, (_, value) in zip(self.residuals, self.stated, strict=True)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "prior": str(self.prior),
            "stated": [list(pair) for pair in self.stated],
            "fitted": list(self.fitted),
            "residuals": list(self.residuals),
            "exact": self.is_exact,
        }


def elicit(
    family: str,
    quantiles: Sequence[tuple[float, float]],
    *,
    df: float | None = None,
    odds_ratios: bool = False,
) -> Elicitation:
    """Prior of a family with these quantiles.

    Two quantiles are met exactly. More are met as nearly as can be, by least squares: on the log
    for lognormal, on the log odds for logit_normal and beta, as stated for the others.

    Parameters
    ----------
    family
        ``normal``, ``student_t``, ``cauchy``, ``logistic``, ``lognormal``, ``logit_normal`` or
        ``beta``.
    quantiles
        (probability, value) pairs, such as ``[(0.05, 0.5), (0.95, 2.0)]``, in any order.
    df
        Degrees of freedom, for ``student_t`` only.
    odds_ratios
        The values are ratios (odds, risk or hazard ratios), and the prior stands on their log.

    Raises
    ------
    InputError
        If the quantiles contradict each other or leave the family's support.
    AccuracyError
        If the solver does not find the distribution through two quantiles.

    Examples
    --------
    >>> fit = elicit("normal", [(0.05, 0.5), (0.95, 2.0)], odds_ratios=True)
    >>> fit.prior.mean, round(fit.prior.sd, 4)
    (0.0, 0.4214)
    """
    if family not in FAMILIES_ELICITED:
        raise InputError(
            "family",
            family,
            "no solver for this family",
            f"use one of {', '.join(FAMILIES_ELICITED)}",
        )
    if (df is None) == (family == "student_t"):
        raise InputError(
            "df",
            df,
            "degrees of freedom belong to student_t, which needs them",
            "give df with student_t and with no other family",
        )
    if odds_ratios and family in ("lognormal", "logit_normal", "beta"):
        raise InputError(
            "family",
            family,
            "a prior on a log ratio lies on the whole line",
            "use normal, student_t, cauchy or logistic",
        )
    stated = _check(quantiles)
    q = np.array([probability for probability, _ in stated])
    forward, back = _scale(family, odds_ratios)
    values = forward(stated)
    unit = Prior.of("normal", 0, 1)
    if family == "beta":
        prior = fit_beta(q, values)
    elif family in ("lognormal", "logit_normal"):
        prior = Prior.of(family, *fit_line(unit.ppf(q), values))
    elif family == "student_t":
        degrees = finite_number("df", df)
        location, scale = fit_line(Prior.student_t(degrees, 0, 1).ppf(q), values)
        prior = Prior.student_t(degrees, location, scale)
    else:
        location, scale = fit_line(Prior.of(family, 0, 1).ppf(q), values)
        prior = Prior.of(family, location, scale)
    prior = prior.with_label("Elicited", rationale=_words(stated), source="Stated quantiles")
    fitted = tuple(float(value) for value in back(prior.ppf(q)))
    result = Elicitation(prior, stated, fitted)
    if len(stated) == 2 and not result.is_exact:
        raise AccuracyError(
            f"{family} with quantiles {stated}",
            max(map(abs, result.residuals)),
            _EXACT,
            "no distribution of the family was found; state less extreme quantiles",
        )
    return result


def elicit_between(
    family: str,
    lower: float,
    upper: float,
    probability: float = 0.9,
    *,
    df: float | None = None,
    odds_ratios: bool = False,
) -> Elicitation:
    """Prior of somebody who is 90% sure that the value lies between two limits.

    What is left over is shared equally by the two tails.

    Parameters
    ----------
    family
        As for ``elicit``.
    lower, upper
        The two limits.
    probability
        How sure, between 0 and 1.
    df, odds_ratios
        As for ``elicit``.

    Raises
    ------
    InputError
        If the limits are the wrong way round, or the probability is not between 0 and 1.
    """
    sure = finite_number("probability", probability)
    if not 0 < sure < 1:
        raise InputError("probability", sure, "it lies between 0 and 1", "use 0.9 for 90% sure")
    low, high = finite_number("lower", lower), finite_number("upper", upper)
    if not low < high:
        raise InputError(
            "upper", high, f"the upper limit must be above the lower limit {low:g}", "exchange them"
        )
    tail = 0.5 * (1 - sure)
    return elicit(family, [(tail, low), (1 - tail, high)], df=df, odds_ratios=odds_ratios)


def _check(quantiles: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    pairs = []
    for pair in quantiles:
        if len(pair) != 2:
            raise InputError(
                "quantiles", pair, "each is a (probability, value) pair", "write (0.05, 0.5)"
            )
        pairs.append(
            (finite_number("quantiles.probability", pair[0]), finite_number("quantiles", pair[1]))
        )
    pairs.sort()
    if len(pairs) < 2:
        raise InputError("quantiles", pairs, "two parameters need two quantiles", "state another")
    for probability, _ in pairs:
        if not 0 < probability < 1:
            raise InputError(
                "quantiles.probability",
                probability,
                "a probability lies between 0 and 1, without the ends",
                "use 0.05 and 0.95, for instance",
            )
    for (q, x), (r, y) in pairwise(pairs):
        if not (q < r and x < y):
            raise InputError(
                "quantiles",
                ((q, x), (r, y)),
                "a larger probability needs a larger value",
                "state quantiles that increase",
            )
    return tuple(pairs)


type _Forward = Callable[[Sequence[tuple[float, float]]], FloatArray]


def _scale(family: str, ratios: bool) -> tuple[_Forward, Callable[[FloatArray], FloatArray]]:
    """Stated values on the scale of the fit; quantiles of the prior on the scale stated."""

    def within(low: float, high: float, to: Callable[[FloatArray], FloatArray]) -> _Forward:
        def forward(stated: Sequence[tuple[float, float]]) -> FloatArray:
            for _, value in stated:
                if not low < value < high:
                    raise InputError(
                        "quantiles",
                        value,
                        f"the value must lie between {low:g} and {high:g}",
                        "state it on the scale of the family",
                    )
            return to(np.array([value for _, value in stated]))

        return forward

    if ratios:
        return within(0, math.inf, np.log), np.exp
    if family == "lognormal":
        return within(0, math.inf, np.log), np.asarray
    if family in ("logit_normal", "beta"):
        return within(0, 1, logit), np.asarray
    return within(-math.inf, math.inf, np.asarray), np.asarray


def _words(stated: Sequence[tuple[float, float]]) -> str:
    return "; ".join(f"{q:.4g} of it at or below {value:.4g}" for q, value in stated)
