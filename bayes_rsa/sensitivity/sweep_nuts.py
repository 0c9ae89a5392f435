"""A sweep by NUTS: one compile for each set of families, then only data change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa import contract, defaults
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.columns import Column, Values
from bayes_rsa.sensitivity.draws import described
from bayes_rsa.sensitivity.plan import Cell, Plan
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pymc as pm

    from bayes_rsa.inference import CompiledModel

_COLUMNS: Final = (
    Column("ess_bulk", "smallest bulk effective sample size"),
    Column("ess_tail", "smallest tail effective sample size"),
    Column("rhat", "largest R-hat"),
    Column("divergences", "divergent transitions", kind="int"),
)
_TYPICAL: Final[Mapping[str, tuple[float, ...]]] = {
    "normal": (0.0, 1.0),
    "student_t": (3.0, 0.0, 1.0),
    "cauchy": (0.0, 1.0),
    "logistic": (0.0, 1.0),
    "uniform": (0.0, 1.0),
    "beta": (1.0, 1.0),
    "logit_normal": (0.0, 1.0),
    "half_normal": (1.0,),
    "inverse_gamma": (2.0, 1.0),
    "lognormal": (0.0, 1.0),
    "flat": (),
}
_COMPILING: Final = Lock()
Families = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class NutsEngine:
    """NUTS (nutpie) with a fixed budget for each prior.

    Attributes
    ----------
    plan
        The sweep.
    seed
        Seed of the sweep; each cell's own follows from it and from the cell's priors, so that
        neither the order nor the other cells matter.
    draws, tune, chains, target_accept
        Settings of the sampler; draws and tune are per chain.
    cores
        Chains that run at once; does not change any number.
    """

    plan: Plan
    seed: int
    draws: int = defaults.DRAWS
    tune: int = defaults.TUNE
    chains: int = defaults.CHAINS
    target_accept: float = defaults.TARGET_ACCEPT
    cores: int | None = None

    name = "nuts"
    error = "Monte Carlo standard error"
    columns = _COLUMNS

    def config(self) -> dict[str, Any]:
        """Sampler, its settings, the seed and the versions of what decides the draws."""
        from bayes_rsa.inference import versions

        return {
            "name": "nutpie",
            "seed": self.seed,
            "draws": self.draws,
            "tune": self.tune,
            "chains": self.chains,
            "target_accept": self.target_accept,
            "versions": versions(),
        }

    def units(self, cells: Sequence[Cell]) -> list[tuple[int, ...]]:
        """One unit for each cell, after a look at each kind: a kill loses one prior."""
        from bayes_rsa.inference.properness import require_proper_posterior

        for cell in {_kind(cell): cell for cell in cells}.values():
            require_proper_posterior(
                contract.check(build(self.plan.model, self.plan.trial, cell.arguments))
            )
        return [(k,) for k in range(len(cells))]

    def run(self, cells: Sequence[Cell]) -> Values:
        """Sample each cell and judge it."""
        rows = [self._cell(cell) for cell in cells]
        return {name: [row[name] for row in rows] for name in rows[0]}

    def _cell(self, cell: Cell) -> dict[str, Any]:
        from bayes_rsa.inference.raw import sample_arrays

        with _COMPILING:
            ready, names = compiled(self.plan.model, self.plan.trial, families(cell))
        data: dict[str, Any] = {}
        for name, prior in zip(names, (prior for _, prior in cell.priors), strict=True):
            data |= contract.hyperparameters(name, prior)
        raw = sample_arrays(
            ready,
            data,
            seed=cell_seed(self.seed, cell.key),
            draws=self.draws,
            tune=self.tune,
            chains=self.chains,
            cores=self.cores,
            target_accept=self.target_accept,
        )
        return described(self.plan, raw, names)


def cell_seed(seed: int, key: str) -> int:
    """Seed of one cell: from the sweep's seed and the cell's priors."""
    import numpy as np

    words = np.frombuffer(hashlib.sha256(key.encode()).digest(), dtype="<u4")
    child = np.random.SeedSequence(seed, spawn_key=tuple(int(w) for w in words))
    return int(child.generate_state(1, np.uint32)[0])


def families(cell: Cell) -> Families:
    """What decides the compiled graph: the families of each prior (one, if all are alike)."""
    return tuple(
        (name, prior.families if len(set(prior.families)) > 1 else prior.families[:1])
        for name, prior in cell.priors
    )


def _kind(cell: Cell) -> object:
    """Cells of one kind are refused for the same reasons, or not at all."""
    priors = [prior for _, prior in cell.priors]
    return families(cell), tuple((prior.support, prior.is_proper) for prior in priors)


@lru_cache(maxsize=8)
def compiled(model: str, trial: Trial, kinds: Families) -> tuple[CompiledModel, tuple[str, ...]]:
    """The compiled model for these families, and its free variables in the order of the cell.

    It starts every chain from the same place, whichever prior came first: from typical numbers of
    the families, not from a cell's.
    """
    from bayes_rsa.inference import CompiledModel

    priors = {name: _typical(parts) for name, parts in kinds}
    built = build(model, trial, priors)
    return CompiledModel(built), tuple(contract.card(built).priors)


def build(model: str, trial: Trial, priors: Mapping[str, Prior]) -> pm.Model:
    """The PyMC model of this name."""
    from bayes_rsa import models

    function: Callable[..., pm.Model] = getattr(models, model)
    return function(trial, **priors)


def _typical(kinds: tuple[str, ...]) -> Prior:
    parts = [Prior.of(family, *_TYPICAL[family]) for family in kinds]
    if len(parts) == 1:
        return parts[0]
    return Prior.mixture([(1 / len(parts), part) for part in parts])
