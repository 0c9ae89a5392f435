"""Everything that the section on sensitivity prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bayes_rsa.analysis import Analysis
from bayes_rsa.errors import InputError
from bayes_rsa.report.results.evidence import Evidence, evidence
from bayes_rsa.report.results.prior_map import PriorMap, Tip, named_normals, prior_map, tips
from bayes_rsa.report.results.prior_strength import (
    SampledScaling,
    Strength,
    sampled_scaling,
    strengths,
)
from bayes_rsa.report.results.setting import Setting, setting
from bayes_rsa.sensitivity import LeakRow, Shrinkage, baseline_leak, baseline_priors, shrinkage
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

Step = Callable[[str, int, int], None]
_PHASE = "Sensitivity to the prior"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How the answer depends on the prior.

    Parameters
    ----------
    held
        What is held fixed.
    prior_map
        P(benefit) over the mean and SD of a normal prior.
    tips
        Tipping points.
    evidence
        Reverse Bayes, Bayes factors, beliefs.
    strengths
        Effective sample size, conflict and power-scaling of each row's priors.
    sampled
        Power-scaling of the reference's fit, or why there is none.
    leak
        The effect under one prior on the level after another; empty without counts.
    shrinkage
        Empirical shrinkage, or why there is none.
    """

    held: Setting
    prior_map: PriorMap
    tips: tuple[Tip, ...]
    evidence: Evidence
    strengths: tuple[Strength, ...]
    sampled: SampledScaling | str
    leak: tuple[LeakRow, ...]
    shrinkage: Shrinkage | str


def sensitivity(analysis: Analysis, fit: xr.DataTree | None, step: Step) -> Sensitivity:
    """How the answer depends on the prior, by quadrature; by the fit too where there is one.

    Parameters
    ----------
    analysis
        What is analysed.
    fit
        The reference's fit, if its gate let it through.
    step
        Called as ``step(phase, done, total)``.
    """
    held = setting(analysis)
    parts: dict[str, Callable[[], Any]] = {
        "prior_map": lambda: prior_map(analysis, held),
        "tips": lambda: tips(analysis, held),
        "evidence": lambda: evidence(analysis, held, named_normals(analysis, held)),
        "strengths": lambda: strengths(analysis),
        "sampled": lambda: "" if fit is None else sampled_scaling(fit),
        "leak": lambda: _leak(analysis.trial, held),
        "shrinkage": lambda: _shrinkage(analysis.trial),
    }
    found = {}
    for k, (name, make) in enumerate(parts.items()):
        step(_PHASE, k, len(parts))
        found[name] = make()
    return Sensitivity(held, **found)


def _leak(trial: Trial, held: Setting) -> tuple[LeakRow, ...]:
    if not trial.has_counts:
        return ()
    own = tuple(held.level.items())
    others = tuple(pair for pair in baseline_priors() if pair not in own)
    return baseline_leak(trial, held.effect, priors=(*own, *others))


def _shrinkage(trial: Trial) -> Shrinkage | str:
    """By the counts, or by the reported interval where an empty cell or their absence forbids."""
    reason = ""
    for origin in ("counts", "reported interval"):
        try:
            return shrinkage(trial, origin=origin)
        except InputError as error:
            reason = reason or error.rule
    return reason
