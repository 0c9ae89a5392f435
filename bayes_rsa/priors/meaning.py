"""What a prior says on the scales that people think in: OR, RR, RD and each arm's probability."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bayes_rsa.defaults import INTERVAL, MIDPOINT_SD
from bayes_rsa.errors import InputError, VaguePriorWarning
from bayes_rsa.priors._joint import Arms, Baseline, Joint, Midpoint, Truncated
from bayes_rsa.priors._numeric import expit
from bayes_rsa.priors.prior import Prior

EDGE = 0.01
"""An arm's probability below this, or above one minus this, counts as extreme."""
VAGUE = 0.5
"""Share of extreme probabilities above which a prior is called vague."""

KEYS = ("odds_ratio", "risk_ratio", "risk_difference", "p_treatment", "p_control")
MEASURES = ("log_odds_ratio", "log_risk_ratio", "risk_difference")

type Quantiles = tuple[float, float, float]
type _Direct = dict[str, tuple[Prior, str]]
"""Estimand to the prior that stands on it, or on the log or the log odds of it."""


@dataclass(frozen=True)
class PriorMeaning:
    """What a prior says before any data.

    Attributes
    ----------
    interval
        Probability of the equal-tailed intervals.
    quantiles
        For ``odds_ratio``, ``risk_ratio``, ``risk_difference``, ``p_treatment``, ``p_control``:
        lower limit, median, upper limit; None where an improper prior leaves it undefined.
    p_benefit, p_harm
        Prior probability that the treatment arm has the better probability, and the worse; None
        where undefined. They sum to less than 1 where the prior has an atom at no effect.
    extreme
        For ``p_treatment`` and ``p_control``: prior probability outside (0.01, 0.99).
    error
        Largest quadrature error met in a probability (estimated by doubling the nodes).
    """

    interval: float
    quantiles: Mapping[str, Quantiles | None]
    p_benefit: float | None
    p_harm: float | None
    extreme: Mapping[str, float | None]
    error: float

    @property
    def vague(self) -> tuple[str, ...]:
        """Arms whose probability is extreme with prior probability above one half."""
        return tuple(key for key, share in self.extreme.items() if (share or 0) > VAGUE)

    def warn(self) -> None:
        """Give a ``VaguePriorWarning`` for each arm that is vague."""
        for key in self.vague:
            share = self.extreme[key]
            warnings.warn(
                f"the prior puts {share:.0%} of {key} outside ({EDGE}, {1 - EDGE}): "
                "flat on the log odds is not flat on the probability",
                VaguePriorWarning,
                stacklevel=2,
            )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "interval": self.interval,
            "quantiles": {
                key: None if value is None else list(value) for key, value in self.quantiles.items()
            },
            "p_benefit": self.p_benefit,
            "p_harm": self.p_harm,
            "extreme": dict(self.extreme),
            "error": self.error,
        }


def prior_meaning(
    *,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    treatment: Prior | None = None,
    control: Prior | None = None,
    measure: str = "log_odds_ratio",
    better: str = "higher",
    interval: float = INTERVAL,
) -> PriorMeaning:
    """What a prior says on every scale, by quadrature (no random draws).

    Parameters
    ----------
    effect
        Prior on the effect, with ``baseline`` or (for a log odds ratio) ``midpoint``; with
        neither, the default of the model.
    baseline
        Prior on the control arm's log odds.
    midpoint
        Prior on the mean of the two log odds.
    treatment, control
        Instead of an effect: priors on the two arms' probabilities.
    measure
        What ``effect`` is: ``log_odds_ratio``, ``log_risk_ratio`` or ``risk_difference``. The
        last two are cut to what the baseline allows, and renormalised given the baseline.
    better
        ``higher`` or ``lower``: the direction of a good outcome.
    interval
        Probability of the intervals.

    Raises
    ------
    InputError
        If the priors named do not make a model.

    Examples
    --------
    >>> meaning = prior_meaning(effect=Prior.normal(0, 1), baseline=Prior.normal(0, 1.5))
    >>> [round(value, 2) for value in meaning.quantiles["odds_ratio"]]
    [0.14, 1.0, 7.1]
    """
    if better not in ("higher", "lower"):
        raise InputError("better", better, "better is 'higher' or 'lower'", "give one of the two")
    if not 0 < interval < 1:
        raise InputError("interval", interval, "it lies between 0 and 1", "use 0.95, for instance")
    direct: _Direct = {}
    joint: Joint | None = None
    if effect is None:
        if treatment is None or control is None or baseline is not None or midpoint is not None:
            raise _not_a_model("both arms' priors go together, without baseline or midpoint")
        direct = {"p_treatment": (treatment, "as it is"), "p_control": (control, "as it is")}
        for name, prior in (("treatment", treatment), ("control", control)):
            if prior.support[0] < 0 or prior.support[1] > 1:
                raise InputError(
                    name, str(prior), "an arm's prior lies on probabilities", "use beta(a, b)"
                )
        if treatment.is_proper and control.is_proper:
            joint = Arms(treatment, control)
    else:
        if treatment is not None or control is not None:
            raise _not_a_model("give an effect or both arms' priors, not both")
        direct, joint = _contrast(effect, baseline, midpoint, measure)
    return _meaning(joint, direct, better, interval)


def _contrast(
    effect: Prior, baseline: Prior | None, midpoint: Prior | None, measure: str
) -> tuple[_Direct, Joint | None]:
    if measure not in MEASURES:
        raise InputError(
            "measure", measure, "an effect stands on one of three scales", ", ".join(MEASURES)
        )
    if baseline is not None and midpoint is not None:
        raise _not_a_model("a model takes baseline or midpoint, not both")
    default = Prior.normal(0, MIDPOINT_SD)
    direct: _Direct = {}
    if measure == "log_odds_ratio":
        direct["odds_ratio"] = (effect, "log")
        if baseline is None:
            nuisance = midpoint or default
            proper = effect.is_proper and nuisance.is_proper
            return direct, Midpoint(effect, nuisance) if proper else None
        direct["p_control"] = (baseline, "log odds")
        proper = effect.is_proper and baseline.is_proper
        return direct, Baseline(effect, baseline) if proper else None
    if midpoint is not None:
        raise _not_a_model(f"an effect on the {measure} takes a baseline, not a midpoint")
    nuisance = baseline or default
    direct["p_control"] = (nuisance, "log odds")
    proper = effect.is_proper and nuisance.is_proper
    return direct, Truncated(effect, nuisance, measure) if proper else None


def _not_a_model(rule: str) -> InputError:
    return InputError(
        "priors",
        "these priors",
        rule,
        "give effect= with baseline= or midpoint=, or treatment= and control=",
    )


def _exp(y: float) -> float:
    return math.exp(min(y, 709.7))


def _expit(y: float) -> float:
    return float(expit(np.asarray(y)))


def _tanh_half(y: float) -> float:
    return math.tanh(0.5 * y)


_FROM_DIRECT: Mapping[str, Callable[[float], float]] = {
    "as it is": float,
    "log": _exp,
    "log odds": _expit,
}
_FROM_UNBOUNDED: Mapping[str, Callable[[float], float]] = {
    "odds_ratio": _exp,
    "risk_ratio": _exp,
    "risk_difference": _tanh_half,
    "p_treatment": _expit,
    "p_control": _expit,
}


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _meaning(
    joint: Joint | None,
    direct: _Direct,
    better: str,
    interval: float,
) -> PriorMeaning:
    tail = 0.5 * (1 - interval)
    quantiles: dict[str, Quantiles | None] = {}
    for key in KEYS:
        if key in direct:
            prior, scale = direct[key]
            back = _FROM_DIRECT[scale]
            quantiles[key] = (
                (back(prior.ppf(tail)), back(prior.ppf(0.5)), back(prior.isf(tail)))
                if prior.is_proper
                else None
            )
        elif joint is None:
            quantiles[key] = None
        else:
            low, mid, high = (joint.quantile(key, q) for q in (tail, 0.5, 1 - tail))
            back = _FROM_UNBOUNDED[key]
            quantiles[key] = (back(low), back(mid), back(high))
    extreme = {key: _extreme(joint, direct, key) for key in ("p_treatment", "p_control")}
    up, down = _sides(joint, direct)
    benefit, harm = (up, down) if better == "higher" else (down, up)
    error = 0.0 if joint is None else joint.error
    return PriorMeaning(interval, quantiles, benefit, harm, extreme, error)


def _extreme(joint: Joint | None, direct: _Direct, key: str) -> float | None:
    if key in direct:
        prior, scale = direct[key]
        if not prior.is_proper:
            return None
        if scale == "as it is":
            return float(prior.cdf(EDGE) + prior.sf(1 - EDGE))
        return float(prior.cdf(_logit(EDGE)) + prior.sf(-_logit(EDGE)))
    if joint is None:
        return None
    return joint.cdf(key, _logit(EDGE)) + 1 - joint.cdf(key, -_logit(EDGE))


def _sides(joint: Joint | None, direct: _Direct) -> tuple[float | None, float | None]:
    if "odds_ratio" in direct:
        prior = direct["odds_ratio"][0]
        if not prior.is_proper:
            return None, None
        up, down = prior.log_mass(0.0, math.inf), prior.log_mass(-math.inf, 0.0)
        return math.exp(up), math.exp(down)
    if joint is None:
        return None, None
    return joint.probability(treatment=True), joint.probability(treatment=False)
