"""A sweep by reweighting: one fit under a wide prior, seen under each of the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.columns import Column, Values
from bayes_rsa.sensitivity.plan import Block, Cell, ModelFunction, Plan
from bayes_rsa.sensitivity.sweep_nuts import (
    VARIABLES,
    compiled,
    families,
    model_function,
    source_hash,
)
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

_COLUMNS: Final = (
    Column("pareto_k", "Pareto k-hat of the weights"),
    Column("ess", "effective sample size after reweighting"),
    Column("relative_ess", "share of the draws that the weights leave"),
)
_FITTING: Final = Lock()
Pairs = tuple[tuple[str, Prior], ...]


@dataclass(frozen=True)
class ReweightEngine:
    """Pareto-smoothed importance sampling from one base fit.

    Attributes
    ----------
    plan
        The sweep.
    seed
        Seed of the base fit.
    base
        Prior of each keyword of the model function in the base fit.
    tune, chains, target_accept
        Settings of the base fit.
    ess_target
        Effective sample size of the base fit.
    """

    plan: Plan
    seed: int
    base: Pairs
    tune: int = defaults.TUNE
    chains: int = defaults.CHAINS
    target_accept: float = defaults.TARGET_ACCEPT
    ess_target: int = defaults.REWEIGHT_ESS_TARGET

    name = "reweight"
    error = "Monte Carlo standard error"
    columns = _COLUMNS

    def config(self) -> dict[str, Any]:
        """The base fit: priors, sampler, seed and versions."""
        from bayes_rsa.inference import versions

        return {
            "name": "PSIS of a nutpie fit",
            "source_sha256": source_hash(model_function(self.plan)),
            "seed": self.seed,
            "base": {name: str(prior) for name, prior in self.base},
            "ess_target": self.ess_target,
            "tune": self.tune,
            "chains": self.chains,
            "target_accept": self.target_accept,
            "versions": versions(),
        }

    def units(self, cells: Sequence[Cell]) -> list[tuple[int, ...]]:
        """One unit for each cell."""
        return [(k,) for k in range(len(cells))]

    def run(self, cells: Sequence[Cell]) -> Values:
        """Reweight the base fit to each cell."""
        with _FITTING:
            fit = _base_fit(
                model_function(self.plan),
                self.plan.trial,
                self.base,
                self.seed,
                self.ess_target,
                (self.tune, self.chains, self.target_accept),
            )
        rows = [self._cell(fit, cell) for cell in cells]
        return {name: [row[name] for row in rows] for name in rows[0]}

    def _cell(self, fit: xr.DataTree, cell: Cell) -> dict[str, Any]:
        from bayes_rsa.sensitivity.reweighting import reweight

        base = dict(self.base)
        changed = {VARIABLES.get(k, k): p for k, p in cell.priors if p != base[k]}
        seen = reweight(fit, priors=changed)
        row: dict[str, Any] = {
            "pareto_k": seen.pareto_k,
            "ess": seen.ess,
            "relative_ess": seen.relative_ess,
            "passed": seen.passed,
            "reason": seen.reason,
        }
        if seen.passed:
            pairs = [seen.probability(event) for event in self.plan.events]
            found = [seen.quantiles(key, self.plan.quantiles) for key in self.plan.estimands]
        else:
            pairs = [(math.nan, math.nan)] * len(self.plan.events)
            found = [(np.full(3, np.nan), np.full(3, np.nan))] * len(self.plan.estimands)
        row["probability"], row["error"] = [p for p, _ in pairs], [e for _, e in pairs]
        for k, name in enumerate(("eti_lower", "median", "eti_upper")):
            row[name] = [float(values[k]) for values, _ in found]
            row[f"{name}_error"] = [float(errors[k]) for _, errors in found]
        return row


@lru_cache(maxsize=2)
def _base_fit(
    model: ModelFunction,
    trial: Trial,
    base: Pairs,
    seed: int,
    ess_target: int,
    sampler: tuple[int, int, float],
) -> xr.DataTree:
    from bayes_rsa.diagnostics import check
    from bayes_rsa.inference import fit

    tune, chains, target_accept = sampler
    tree = fit(
        model(trial, **dict(base)),
        compiled=compiled(model, trial, families(Cell(base))),
        seed=seed,
        ess_target=ess_target,
        tune=tune,
        chains=chains,
        target_accept=target_accept,
        predictive=False,
    )
    check(tree).require()
    return tree


def base_priors(plan: Plan, given: Mapping[str, Any] | None) -> Pairs:
    """The priors of the base fit: those given, else wide ones for what varies.

    Parameters
    ----------
    plan
        The sweep.
    given
        Priors by parameter, or their text forms; ``None`` for the defaults: normal(0, 2.5) on a log
        ratio or on log odds, beta(1, 1) on a probability, and the prior itself where it does not
        vary.

    Raises
    ------
    InputError
        If a parameter is unknown; or for a difference, whose unit no default knows.
    """
    chosen = {k: p if isinstance(p, Prior) else Prior.parse(p) for k, p in (given or {}).items()}
    parameters = [block.parameter for block in plan.blocks]
    for name, prior in chosen.items():
        if name not in parameters:
            raise InputError(
                f"base.{name}",
                str(prior),
                "the sweep has no such parameter",
                f"use {', '.join(parameters)}",
            )
    found: dict[str, Prior] = {}
    for block in plan.blocks:
        prior = chosen.get(block.parameter) or _default(plan, block)
        names = ("treatment", "control") if block.parameter == "arms" else (block.parameter,)
        found |= dict.fromkeys(names, prior)
    return tuple(found.items())


def _default(plan: Plan, block: Block) -> Prior:
    if not block.axes:
        return block.priors.priors[0]
    if block.parameter in ("treatment", "control", "arms"):
        return Prior.beta(1, 1)
    difference = plan.model == "risk_difference" or (
        plan.model == "reported_effect" and plan.measure in ("RD", "MD")
    )
    if block.parameter == "effect" and difference:
        raise InputError(
            "base",
            None,
            "for a difference the base prior has no default",
            "give base={'effect': ...}",
        )
    return Prior.normal(0.0, defaults.REWEIGHT_BASE_SD)
