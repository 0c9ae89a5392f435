"""Studies, and the trial, at all nodes of the random effects that link them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.external_evidence.arms import (
    Counts,
    counts_of_trial,
    grid_over,
    tapered,
)
from bayes_rsa.exact.external_evidence.hierarchy import Hierarchy
from bayes_rsa.exact.external_evidence.laws import KernelLaw
from bayes_rsa.exact.external_evidence.level import Level
from bayes_rsa.exact.external_evidence.normal_model import RandomEffects
from bayes_rsa.exact.external_evidence.unit import Unit
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

__all__ = ["MetaAnalyticPredictive", "Task"]

_NODES: Final = {1: 20, 2: 14}
"""Nodes in each SD between studies, by how many hierarchies there are."""
_TRIAL: Final = "the trial"

Arms = tuple[Counts | None, Counts]


@dataclass(frozen=True, slots=True, eq=False)
class MetaAnalyticPredictive:
    """What random effects over studies say about the trial.

    Attributes
    ----------
    effect, baseline
        The random effects on the log odds ratio and on the control log odds; None where not
        borrowed. Their ``predictive`` is the meta-analytic predictive (MAP) prior, or, with the
        trial among the data, what is predicted for yet another trial.
    trial_effect, trial_baseline
        Laws of the trial's own values, if its counts are among the data.
    """

    effect: RandomEffects | None
    baseline: RandomEffects | None
    trial_effect: KernelLaw | None = None
    trial_baseline: KernelLaw | None = None


@dataclass(slots=True, eq=False)
class Task:
    """What is to be integrated.

    Attributes
    ----------
    keys, arms, biased
        Of the studies: names; treatment (None where the effect is not borrowed) and control;
        whether the study was not randomised.
    effects, levels
        Priors on mean and SD between studies of the effect and of the control log odds.
    bias, baseline_bias
        Priors on the biases of studies that were not randomised.
    study_level, trial_level
        Where the control log odds are not borrowed.
    trial_effect
        Prior on the trial's effect where it is not borrowed.
    trial
        The trial, if its counts are among the data.
    nodes
        How many nodes in each SD between studies.
    """

    keys: list[str]
    arms: list[Arms]
    biased: list[bool]
    effects: tuple[Prior, Prior] | None
    levels: tuple[Prior, Prior] | None
    bias: Prior | None
    baseline_bias: Prior | None
    study_level: Level
    trial_level: Level
    trial_effect: Prior | None
    trial: Trial | None
    nodes: int = 0
    effect_grid: Floats = field(init=False)
    baseline_grid: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.nodes = self.nodes or _NODES[1 if None in (self.effects, self.levels) else 2]
        if self.trial is not None:
            self.keys = [*self.keys, _TRIAL]
            self.arms = [*self.arms, counts_of_trial(self.trial)]
            self.biased = [*self.biased, False]
            if self.effects is None and self.trial_effect is None:
                raise InputError(
                    "effect",
                    "missing",
                    "where the effect is not borrowed, it needs a prior of its own",
                    "give effect, or leave the trial out by with_trial=False",
                )
        elif self.trial_effect is not None:
            raise InputError(
                "effect", str(self.trial_effect), "the trial is not among the data", "leave it out"
            )
        self._check_proper()
        scales = [math.hypot(a.se, c.se) for a, c in self.arms if a is not None]
        ends = [(a.low - c.high, a.high - c.low) for a, c in self.arms if a is not None]
        if self.trial_effect is not None and math.isfinite(self.trial_effect.sd):
            scales += [float(self.trial_effect.sd)] if self.trial_effect.sd > 0 else []
        self.effect_grid = grid_over(ends, scales) if scales else np.zeros(2)
        self.baseline_grid = grid_over(
            [(c.low, c.high) for _, c in self.arms],
            [c.se if a is None else 1 / math.hypot(1 / a.se, 1 / c.se) for a, c in self.arms],
        )

    def _check_proper(self) -> None:
        """A flat mean needs a study whose likelihood dies out on both sides."""
        full = [not c.empty and not (a is not None and a.empty) for a, c in self.arms]
        for name, pair in (("effect_mean", self.effects), ("baseline_mean", self.levels)):
            if pair is not None and not pair[0].is_proper and not any(full):
                raise InputError(
                    name,
                    str(pair[0]),
                    "every study has an empty cell, and the posterior is improper",
                    "use a proper prior, such as normal(0, 2)",
                )

    # Hierarchies --------------------------------------------------------------------------------

    def _effect_hierarchy(self) -> Hierarchy | None:
        if self.effects is None:
            return None
        y = [a.centre - c.centre for a, c in self.arms if a is not None]
        se = [math.hypot(a.se, c.se) for a, c in self.arms if a is not None]
        y, se = _unbiased(y, se, self.biased, self.bias)
        return Hierarchy.of(y, se, *self.effects, self.nodes)

    def _level_hierarchy(self) -> Hierarchy | None:
        if self.levels is None:
            return None
        y, se = [c.centre for _, c in self.arms], [c.se for _, c in self.arms]
        y, se = _unbiased(y, se, self.biased, self.baseline_bias)
        return Hierarchy.of(y, se, *self.levels, self.nodes)

    # Studies ------------------------------------------------------------------------------------

    def _likelihoods(self) -> list[Floats]:
        return [self._likelihood(key, arms) for key, arms in zip(self.keys, self.arms, strict=True)]

    def _likelihood(self, key: str, arms: Arms) -> Floats:
        first, second = arms
        if first is None:
            return np.exp(second.log_likelihood(self.baseline_grid))[:, None] * self._edge(second)
        fixed = self.trial_effect
        effect = self.effect_grid
        if fixed is not None and key == _TRIAL and fixed.families == ("point",):
            effect = np.array([fixed.components[0].arguments[0]])
        cut = tapered(effect, first.low - second.high, first.high - second.low)
        if self.levels is None:
            level = self.trial_level if key == _TRIAL else self.study_level
            return level.likelihood((first, second), effect) * cut
        a = self.baseline_grid[:, None]
        logs = second.log_likelihood(a) + first.log_likelihood(a + effect)
        return np.asarray(np.exp(logs) * cut * self._edge(second))

    def _edge(self, control: Counts) -> Floats:
        return tapered(self.baseline_grid, control.low, control.high)[:, None]

    def _units(
        self, likelihoods: Sequence[Floats], effect: Hierarchy | None, level: Hierarchy | None
    ) -> list[Unit]:
        over_effect = _kernels(effect, self.effect_grid, self.bias)
        over_baseline = _kernels(level, self.baseline_grid, self.baseline_bias)
        units = []
        for key, likelihood, biased in zip(self.keys, likelihoods, self.biased, strict=True):
            kernel = over_effect[biased]
            if key == _TRIAL and self.trial_effect is not None and likelihood.shape[1] > 1:
                density = np.exp(np.asarray(self.trial_effect.logpdf(self.effect_grid)))
                kernel = (density * (self.effect_grid[1] - self.effect_grid[0]))[None, :]
            units.append(Unit(key, likelihood, kernel, over_baseline[biased]))
        return units

    # The answer ---------------------------------------------------------------------------------

    def solved(self) -> MetaAnalyticPredictive:
        """All laws."""
        effect, level = self._effect_hierarchy(), self._level_hierarchy()
        likelihoods = self._likelihoods()
        weights, _ = self._weights(likelihoods, effect, level)
        effect = effect.recentred(weights.sum(axis=1)) if effect else None
        level = level.recentred(weights.sum(axis=0)) if level else None
        weights, units = self._weights(likelihoods, effect, level)
        shares = {unit.key: weights / unit.marginal for unit in units}
        effects = {
            unit.key: unit.effect(shares[unit.key], self.effect_grid)
            for unit in units
            if unit.likelihood.shape[1] > 1
        }
        levels = {
            unit.key: unit.baseline(shares[unit.key], self.baseline_grid)
            for unit in units
            if unit.likelihood.shape[0] > 1
        }
        return MetaAnalyticPredictive(
            effect=self._effects(effect, weights.sum(axis=1), effects),
            baseline=self._levels(level, weights.sum(axis=0), levels),
            trial_effect=effects.get(_TRIAL),
            trial_baseline=levels.get(_TRIAL),
        )

    def _weights(
        self, likelihoods: Sequence[Floats], effect: Hierarchy | None, level: Hierarchy | None
    ) -> tuple[Floats, list[Unit]]:
        units = self._units(likelihoods, effect, level)
        logs = sum((np.log(unit.marginal) for unit in units), np.zeros((1, 1)))
        if effect is not None:
            logs = logs + effect.log_prior[:, None]
        if level is not None:
            logs = logs + level.log_prior[None, :]
        mass = np.exp(logs - logs.max())
        return mass / mass.sum(), units

    def _effects(
        self, hierarchy: Hierarchy | None, weights: Floats, laws: dict[str, KernelLaw]
    ) -> RandomEffects | None:
        if hierarchy is None:
            return None
        estimates = {
            key: (first.centre - second.centre, math.hypot(first.se, second.se))
            for key, (first, second) in zip(self.keys, self.arms, strict=True)
            if first is not None
        }
        return _record(hierarchy, weights, laws, estimates)

    def _levels(
        self, hierarchy: Hierarchy | None, weights: Floats, laws: dict[str, KernelLaw]
    ) -> RandomEffects | None:
        if hierarchy is None:
            return None
        estimates = {
            key: (arm.centre, arm.se) for key, (_, arm) in zip(self.keys, self.arms, strict=True)
        }
        return _record(hierarchy, weights, laws, estimates)


def _record(
    hierarchy: Hierarchy,
    weights: Floats,
    laws: dict[str, KernelLaw],
    estimates: dict[str, tuple[float, float]],
) -> RandomEffects:
    return RandomEffects(
        mean=hierarchy.law_of_mean(weights),
        predictive=hierarchy.law_of_new(weights),
        heterogeneity=hierarchy.law_of_spread(weights),
        studies=MappingProxyType({k: v for k, v in laws.items() if k != _TRIAL}),
        estimates=MappingProxyType({k: v for k, v in estimates.items() if k != _TRIAL}),
    )


def _kernels(hierarchy: Hierarchy | None, grid: Floats, bias: Prior | None) -> dict[bool, Floats]:
    """By whether the study was not randomised: rows are nodes."""
    if hierarchy is None:
        return {False: np.ones((1, 1)), True: np.ones((1, 1))}
    plain = hierarchy.kernel(grid)
    return {False: plain, True: plain if bias is None else hierarchy.kernel(grid, bias)}


def _unbiased(
    y: list[float], se: list[float], biased: list[bool], bias: Prior | None
) -> tuple[list[float], list[float]]:
    if bias is None:
        return y, se
    shift = float(bias.mean)
    extra = float(bias.sd) if bias.families == ("normal",) else 0.0
    return (
        [value - shift * flag for value, flag in zip(y, biased, strict=True)],
        [math.hypot(error, extra * flag) for error, flag in zip(se, biased, strict=True)],
    )
