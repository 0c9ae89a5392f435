"""How strong each prior is, whether the data contradict it, and whether it moves the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa.analysis import Analysis, Specification
from bayes_rsa.report.results.refusal import or_reason
from bayes_rsa.report.results.setting import level_of
from bayes_rsa.sensitivity import (
    EffectiveSampleSize,
    PowerScaledModel,
    PowerScaling,
    PriorDataConflict,
    arm_ess,
    effect_ess,
    power_scaling,
    prior_data_conflict,
)
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

Sizes = Mapping[str, EffectiveSampleSize]

_GROUPS: Final = ("posterior", "log_prior", "log_likelihood")
_OTHER_SCALE: Final = "not defined for a prior on the {model}"


@dataclass(frozen=True, slots=True)
class ScaledPriors:
    """Power-scaling sensitivity of the effect to a row's priors, by quadrature.

    Parameters
    ----------
    effect, likelihood
        Of the log odds ratio to the prior on it, and to the likelihood.
    """

    effect: float
    likelihood: float


@dataclass(frozen=True, slots=True)
class Strength:
    """What is known of one row's priors.

    Parameters
    ----------
    sizes
        Effective sample sizes by what the prior is on and their definition, or why there are none.
    conflict
        Box's P values, or why there are none.
    scaled
        Power-scaling sensitivities by quadrature, or why there are none.
    """

    sizes: Mapping[str, Sizes] | str
    conflict: PriorDataConflict | str
    scaled: ScaledPriors | str


@dataclass(frozen=True, slots=True)
class SampledScaling:
    """Power-scaling of the reference's fit.

    Parameters
    ----------
    rows
        One for each quantity and block.
    errors
        Standard errors of the prior's and the likelihood's sensitivity of each row, from the
        spread between chains.
    """

    rows: tuple[PowerScaling, ...]
    errors: tuple[tuple[float, float], ...]


def strengths(analysis: Analysis) -> tuple[Strength, ...]:
    """What is known of each row's priors; rows with the same priors are computed once."""
    known: dict[tuple[Any, ...], Strength] = {}
    found = []
    for one in analysis.specifications:
        key = (one.model, *one.priors.items())
        if key not in known:
            known[key] = _strength(analysis.trial, one)
        found.append(known[key])
    return tuple(found)


def _strength(trial: Trial, one: Specification) -> Strength:
    return Strength(
        or_reason(lambda: _sizes(trial, one)),
        or_reason(lambda: _conflict(trial, one)),
        or_reason(lambda: _scaled(trial, one)),
    )


def sampled_scaling(fit: xr.DataTree) -> SampledScaling | str:
    """Power-scaling of a fit, with the error that its chains show."""
    found: SampledScaling | str = or_reason(lambda: _sampled(fit))
    return found


def _sampled(fit: xr.DataTree) -> SampledScaling:
    rows = power_scaling(fit)
    chains = int(fit["posterior"].sizes["chain"])
    parts = []
    for k in range(chains):
        groups = {name: fit[name].to_dataset().isel(chain=[k]) for name in _GROUPS}
        one = type(fit).from_dict(groups)
        one.attrs.update(fit.attrs)
        parts.append([(r.prior, r.likelihood) for r in power_scaling(one, exact=False)])
    spread = np.asarray(parts).std(axis=0, ddof=1) / math.sqrt(chains)
    return SampledScaling(rows, tuple((float(a), float(b)) for a, b in spread))


def _sizes(trial: Trial, specification: Specification) -> dict[str, Sizes] | str:
    priors = specification.priors
    if specification.model == "independent_arms":
        return {arm: arm_ess(priors[arm]) for arm in ("treatment", "control")}
    if specification.model == "log_odds_ratio":
        return {"effect": effect_ess(trial, priors["effect"], **level_of(specification))}
    if specification.model == "reported_effect":
        return "the information of one patient needs the counts"
    return _OTHER_SCALE.format(model=specification.model.replace("_", " "))


def _conflict(trial: Trial, specification: Specification) -> PriorDataConflict | str:
    if specification.model in ("log_risk_ratio", "risk_difference"):
        return _OTHER_SCALE.format(model=specification.model.replace("_", " "))
    return prior_data_conflict(trial, **specification.priors, name=specification.name, warn=False)


def _scaled(trial: Trial, specification: Specification) -> ScaledPriors | str:
    if specification.model != "log_odds_ratio":
        return "quadrature gives it for a prior on the log odds ratio"
    level: Mapping[str, Any] = level_of(specification)
    model = PowerScaledModel(trial, specification.priors["effect"], **level)
    return ScaledPriors(*(model.sensitivity(block) for block in ("effect", "likelihood")))
