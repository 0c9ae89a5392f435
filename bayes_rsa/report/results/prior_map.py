"""Where the answer tips: the map over normal priors, and the tipping points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.analysis import Analysis
from bayes_rsa.estimands import Statement
from bayes_rsa.priors import Prior, find_archetype, sceptical
from bayes_rsa.report.results.setting import Setting
from bayes_rsa.sensitivity import (
    ContrastQuestion,
    TippingPoint,
    mean_that_tips,
    prior_grid,
    sd_that_tips,
    sweep,
    tipping_arm_weight,
    tipping_weight,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

THRESHOLDS: Final = (0.975, 0.95)
"""Posterior probabilities at which an answer counts as tipped."""

_MEANS: Final = 61
_SDS: Final = 49
_FEWER: Final = 33
"""Means and SDs for a reported effect, whose posteriors are computed one by one."""
_MARGIN: Final = 1.15
_LEAST: Final = (1.2, 0.1, 3.0)
"""Means on either side, smallest and largest SD that the map shows at least, in units."""
_MOST: Final = (3.0, 10.0)
"""Means and SDs that it shows at most: priors beyond are named as such."""
_REFERENCE_LEVELS: Final = (
    ("midpoint", Prior.normal(0.0, 10.0)),
    ("baseline", Prior.normal(0.0, 1.5)),
)


@dataclass(frozen=True, slots=True)
class PriorMap:
    """Posterior probability of benefit over the mean and SD of a normal prior on the effect.

    Parameters
    ----------
    means, sds
        Shape ``(k,)`` and ``(m,)``.
    probability
        Shape ``(m, k)``.
    error
        Largest error bound of a cell.
    named
        (mean, SD) of the normal priors among the rows, by the names of those who have it.
    """

    means: Floats
    sds: Floats
    probability: Floats = field(repr=False, compare=False)
    error: float
    named: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Tip:
    """One question about tipping, at each threshold.

    Parameters
    ----------
    slug
        First part of the ids of its numbers.
    kind
        ``sd``, ``mean``, ``weight`` or ``arms``.
    statement
        What is asked.
    varied, fixed, level
        In words: what varies, what is held fixed, the prior on the level beside it.
    points
        By threshold.
    mixed
        The sceptical prior and the one it is mixed with; None unless the weight varies.
    """

    slug: str
    kind: str
    statement: str
    varied: str
    fixed: str
    level: str
    points: Mapping[float, TippingPoint]
    mixed: tuple[Prior, Prior] | None = None


def prior_map(analysis: Analysis, held: Setting) -> PriorMap:
    """P(benefit) under normal priors on the effect, by quadrature."""
    named = named_normals(analysis, held)
    unit = held.unit
    far = max([_LEAST[0], *(_MARGIN * abs(m) / unit for m, _ in named.values())])
    wide = max([_LEAST[2], *(_MARGIN * s / unit for _, s in named.values())])
    narrow = min([_LEAST[1], *(s / unit / _MARGIN for _, s in named.values())])
    counts = analysis.trial.has_counts
    end = min(far, _MOST[0]) * unit
    means = np.linspace(-end, end, _MEANS if counts else _FEWER)
    sds = np.geomspace(narrow * unit, min(wide, _MOST[1]) * unit, _SDS if counts else _FEWER)
    found = sweep(
        analysis.trial,
        effect=prior_grid("normal", mean=means, sd=sds),
        statements=["benefit"],
        estimands=[],
        **held.level,
    )
    values = found["probability"].squeeze().transpose("effect_sd", "effect_mean").values
    return PriorMap(means, sds, values, float(found["error"].max()), named)


def named_normals(analysis: Analysis, held: Setting) -> dict[str, tuple[float, float]]:
    """(mean, SD) of the normal priors among the rows, by the names of those who have it."""
    by_place: dict[tuple[float, float], list[str]] = {}
    for specification in analysis.specifications:
        if not held.shares(specification):
            continue
        prior = specification.priors["effect"]
        if prior.families == ("normal",):
            mean, sd = prior.components[0].arguments
            by_place.setdefault((mean, sd), []).append(specification.name)
    return {"; ".join(names): place for place, names in by_place.items()}


def tips(analysis: Analysis, held: Setting) -> tuple[Tip, ...]:
    """Tipping points of benefit, and of the trial's default threshold."""
    trial, unit = analysis.trial, held.unit
    range_sd, range_mean = (0.01 * unit, 20.0 * unit), (-4.0 * unit, 4.0 * unit)
    mean, sd = _centre(held)
    found: list[Tip] = []
    levels: list[Mapping[str, Any]] = [held.level]
    if trial.has_counts:
        levels += [{n: p} for n, p in _REFERENCE_LEVELS if held.level.get(n) != p]
    questions = [ContrastQuestion(trial, "benefit", **level) for level in levels]
    for k, question in enumerate(questions):
        points = {t: sd_that_tips(question, t, search=range_sd) for t in THRESHOLDS}
        found.append(_tip("benefit.sd" + _numbered(k), "sd", "prior SD", points))
    for k, question in enumerate(questions):
        points = {t: mean_that_tips(question, t, sd=sd, search=range_mean) for t in THRESHOLDS}
        found.append(_tip("benefit.mean" + _numbered(k), "mean", "prior mean", points))
    doubting = sceptic(analysis)
    if doubting is not None and doubting != held.effect:
        points = {
            t: tipping_weight(
                trial, "benefit", t, sceptical=doubting, other=held.effect, **held.level
            )
            for t in THRESHOLDS
        }
        pair = (doubting, held.effect)
        found.append(_tip("benefit.weight", "weight", "weight of scepticism", points, pair))
    if trial.has_counts:
        for k, rate in enumerate(trial.baseline_risks):
            points = {t: tipping_arm_weight(trial, "benefit", t, rate=rate) for t in THRESHOLDS}
            varied = "prior participants in each arm"
            found.append(_tip("benefit.arms" + _numbered(k), "arms", varied, points))
    worth = worthwhile(analysis)
    if worth is not None:
        question = ContrastQuestion(trial, worth, **held.level)
        points = {t: sd_that_tips(question, t, mean=mean, search=range_sd) for t in THRESHOLDS}
        found.append(_tip("worthwhile.sd", "sd", "prior SD", points))
        points = {t: mean_that_tips(question, t, sd=sd, search=range_mean) for t in THRESHOLDS}
        found.append(_tip("worthwhile.mean", "mean", "prior mean", points))
    return tuple(found)


def sceptic(analysis: Analysis) -> Prior | None:
    """The sceptical prior that is mixed in; None on a difference, where there is none by name."""
    trial = analysis.trial
    if trial.measure not in ("OR", "RR", "HR"):
        return None
    if trial.planned is not None:
        return sceptical(trial.planned.odds_ratio, trial.better)
    return find_archetype("neutral moderate")


def worthwhile(analysis: Analysis) -> str | None:
    """The statement of the trial's default threshold, where the analysis asks about it."""
    trial = analysis.trial
    threshold = trial.default_threshold
    if threshold is None:
        return None

    def event(statement: str) -> object:
        return Statement.parse(statement).resolve(
            trial.better, trial.measure, counts=trial.has_counts
        )

    if event(threshold.statement) == event("benefit"):
        return None
    return next((s for s in analysis.statements if event(s) == event(threshold.statement)), None)


def _centre(held: Setting) -> tuple[float, float]:
    """Mean 0, and the SD of the effect's prior; that of the default where it has none."""
    sd = held.effect.sd
    return 0.0, sd if math.isfinite(sd) else defaults.REFERENCE_EFFECT_SD * held.unit


def _numbered(k: int) -> str:
    return f".{k + 1}"


def _tip(
    slug: str,
    kind: str,
    varied: str,
    points: Mapping[float, TippingPoint],
    mixed: tuple[Prior, Prior] | None = None,
) -> Tip:
    one = next(iter(points.values()))
    return Tip(slug, kind, one.statement, varied, one.fixed, one.level, points, mixed)
