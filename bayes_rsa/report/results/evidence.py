"""What the evidence is worth to a reader: reverse Bayes, Bayes factors, belief."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from bayes_rsa import exact
from bayes_rsa.analysis import Analysis, Specification
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.frequentist import maximum_bayes_factor, sellke_bound
from bayes_rsa.priors import Prior
from bayes_rsa.report.results.prior_map import THRESHOLDS
from bayes_rsa.report.results.refusal import or_reason
from bayes_rsa.report.results.setting import Setting
from bayes_rsa.sensitivity import (
    BayesFactorCurve,
    BayesFactors,
    Convinced,
    ReverseBayes,
    TippingPoint,
    bayes_factor_curve,
    bayes_factors,
    convinced,
    convinced_by,
    exact_sceptical_prior,
    gunel_dickey,
    reverse_bayes,
    tipping_mean,
)
from bayes_rsa.sensitivity.gunel_dickey import SAMPLING
from bayes_rsa.sensitivity.nearly_flat import why_refused
from bayes_rsa.trial import Trial

ORIGINS: Final = ("counts", "reported interval")
SDS: Final = (0.355, 1.0, 2.5)
"""SDs, in units, of the families of priors in the figure of who would be convinced."""

_CURVE: Final = (0.05, 10.0, 80)
"""Smallest and largest SD, in units, and number of SDs of the robustness curve."""
_FAR: Final = 4.0
"""Prior means, in prior SDs, that are searched for the belief that suffices."""
_REFERENCE_LEVELS: Final = (
    {"midpoint": Prior.normal(0.0, 10.0)},
    {"baseline": Prior.normal(0.0, 1.5)},
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Reverse Bayes, Bayes factors and beliefs.

    Parameters
    ----------
    reverse
        Analysis of credibility by where the estimate comes from, or why there is none.
    sceptical
        SD of the sceptical prior by the exact likelihood, one for each prior on the level.
    factors
        Bayes factors of each row by its place, or why they are refused.
    curve
        Robustness of the Bayes factor, or why there is none.
    others
        Bayes factors with priors fixed by their authors, and upper bounds, by name.
    beliefs
        Readers' beliefs by the SD of their priors.
    needed
        Prior probability of benefit from which readers with that SD end at a threshold, by (SD,
        threshold); None if nobody searched does.
    believers
        Prior and posterior probability of benefit under each named prior.
    """

    reverse: Mapping[str, ReverseBayes | str]
    sceptical: tuple[TippingPoint, ...]
    factors: tuple[BayesFactors | str, ...]
    curve: BayesFactorCurve | str
    others: Mapping[str, float]
    beliefs: Mapping[float, Convinced]
    needed: Mapping[tuple[float, float], float | None]
    believers: Mapping[str, tuple[float, float]]


def evidence(
    analysis: Analysis, held: Setting, named: Mapping[str, tuple[float, float]]
) -> Evidence:
    """Everything about the evidence, by quadrature or the normal approximation.

    Parameters
    ----------
    analysis, held
        What is analysed, and what is held fixed.
    named
        (mean, SD) of the normal priors among the rows, by name.
    """
    trial = analysis.trial
    reverse = {origin: _reverse(analysis, origin) for origin in ORIGINS}
    low, high, count = _CURVE
    sds = np.geomspace(low * held.unit, high * held.unit, count)
    # The curve goes through the priors that are marked on it.
    own = [sd for _, sd in named.values() if sds[0] < sd < sds[-1]]
    sds = np.unique([*sds, *own])
    widths = [s * held.unit for s in SDS]
    return Evidence(
        reverse,
        _sceptical(analysis, held),
        tuple(_factors(trial, specification) for specification in analysis.specifications),
        or_reason(lambda: bayes_factor_curve(trial, sds, **held.level)),
        _others(trial, reverse),
        {sd: convinced(trial, sd, **held.level) for sd in widths},
        {(sd, t): _needed(trial, held, sd, t) for sd in widths for t in THRESHOLDS},
        _believers(analysis, held),
    )


def _reverse(analysis: Analysis, origin: str) -> ReverseBayes | str:
    found: ReverseBayes | str = or_reason(
        lambda: reverse_bayes(analysis.trial, origin=origin, interval=analysis.interval)
    )
    return found


def _sceptical(analysis: Analysis, held: Setting) -> tuple[TippingPoint, ...]:
    if not analysis.trial.has_counts:
        return ()
    levels = [held.level, *(level for level in _REFERENCE_LEVELS if level != dict(held.level))]
    return tuple(
        exact_sceptical_prior(analysis.trial, interval=analysis.interval, **level)
        for level in levels
    )


def _factors(trial: Trial, specification: Specification) -> BayesFactors | str:
    posterior: ExactPosterior = getattr(exact, specification.model)(trial, **specification.priors)
    found: BayesFactors | str = why_refused(posterior) or or_reason(
        lambda: bayes_factors(posterior)
    )
    return found


def _others(trial: Trial, reverse: Mapping[str, ReverseBayes | str]) -> dict[str, float]:
    found: dict[str, float] = {}
    if trial.has_counts:
        unit = bayes_factors(exact.kass_vaidyanathan(trial))
        found["kass-vaidyanathan"] = unit.bf_10
        found |= {f"gunel-dickey, {s}": gunel_dickey(trial, sampling=s) for s in SAMPLING}
    known = [one.finding for one in reverse.values() if isinstance(one, ReverseBayes)]
    if known:
        found["bound by p"] = sellke_bound(known[0].p)
        found["bound by z"] = maximum_bayes_factor(known[0].z)
    return found


def _needed(trial: Trial, held: Setting, sd: float, threshold: float) -> float | None:
    """The belief at the tipping mean: between the searched means it is found, else None."""
    search = (-_FAR * sd, _FAR * sd)
    point = tipping_mean(trial, "benefit", threshold, sd=sd, search=search, **held.level)
    if point.value is None:
        return None
    sign = 1.0 if trial.better == "higher" else -1.0
    return NormalDist().cdf(sign * point.value / sd)


def _believers(analysis: Analysis, held: Setting) -> dict[str, tuple[float, float]]:
    named: dict[Prior, list[str]] = {}
    for specification in analysis.specifications:
        if held.shares(specification):
            named.setdefault(specification.priors["effect"], []).append(specification.name)
    priors = {"; ".join(names): prior for prior, names in named.items()}
    if not priors:
        return {}
    found = convinced_by(analysis.trial, priors, **held.level)
    return {name: pair for name, pair in found.items() if all(map(math.isfinite, pair))}
