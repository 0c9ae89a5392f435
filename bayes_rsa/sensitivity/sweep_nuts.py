"""A sweep by NUTS: one compile for priors of the same families, then only data change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa import contract, defaults
from bayes_rsa.errors import ContractError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.columns import Column, Values
from bayes_rsa.sensitivity.draws import described
from bayes_rsa.sensitivity.plan import Cell, ModelFunction, Plan
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    from bayes_rsa.inference import CompiledModel

_COLUMNS: Final = (
    Column("ess_bulk", "smallest bulk effective sample size"),
    Column("ess_tail", "smallest tail effective sample size"),
    Column("rhat", "largest R-hat"),
    Column("divergences", "divergent transitions", kind="int"),
)
VARIABLES: Final = {"treatment": "p_treatment", "control": "p_control"}
"""Free variable of a keyword that is called otherwise."""
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
        """Sampler, its settings, seed, the model's source and the versions behind the draws."""
        from bayes_rsa.inference import versions

        return {
            "name": "nutpie",
            "source_sha256": source_hash(model_function(self.plan)),
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

        model = model_function(self.plan)
        for cell in {_kind(cell): cell for cell in cells}.values():
            card = contract.check(model(self.plan.trial, **cell.arguments))
            _require_same(card, self.plan, cell)
            require_proper_posterior(card)
        return [(k,) for k in range(len(cells))]

    def run(self, cells: Sequence[Cell]) -> Values:
        """Sample each cell and judge it."""
        rows = [self._cell(cell) for cell in cells]
        return {name: [row[name] for row in rows] for name in rows[0]}

    def _cell(self, cell: Cell) -> dict[str, Any]:
        from bayes_rsa.inference.raw import sample_arrays

        with _COMPILING:
            ready = compiled(model_function(self.plan), self.plan.trial, families(cell))
        data: dict[str, Any] = {}
        for name, prior in cell.priors:
            data |= contract.hyperparameters(VARIABLES.get(name, name), prior)
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
        return described(self.plan, raw, tuple(contract.card(ready.model).priors))


def cell_seed(seed: int, key: str) -> int:
    """Seed of one cell: from the sweep's seed and the cell's priors."""
    import numpy as np

    words = np.frombuffer(hashlib.sha256(key.encode()).digest(), dtype="<u4")
    child = np.random.SeedSequence(seed, spawn_key=tuple(int(w) for w in words))
    return int(child.generate_state(1, np.uint32)[0])


def families(cell: Cell) -> Families:
    """What decides the compiled graph: the family of each component of each prior."""
    return tuple((name, prior.families) for name, prior in cell.priors)


def _kind(cell: Cell) -> object:
    """Cells of one kind are refused for the same reasons, or not at all."""
    priors = [prior for _, prior in cell.priors]
    return families(cell), tuple((prior.support, prior.is_proper) for prior in priors)


def _require_same(card: contract.Card, plan: Plan, cell: Cell) -> None:
    """The model must take the priors as they are, and model what the plan asks about."""
    for name, prior in cell.priors:
        variable = VARIABLES.get(name, name)
        if card.priors.get(variable) != prior:
            raise ContractError(
                card.name,
                "priors",
                f"the keyword {name!r} must be the prior of the free variable {variable!r}",
            )
    if card.arms != plan.counts:
        raise ContractError(
            card.name, "variables", "a sweep over a trial with counts needs both arms modelled"
        )


@lru_cache(maxsize=8)
def compiled(model: ModelFunction, trial: Trial, kinds: Families) -> CompiledModel:
    """The compiled model for these families.

    It starts every chain from the same place, whichever prior came first: from typical numbers of
    the families, not from a cell's.
    """
    from bayes_rsa.inference import CompiledModel

    built = model(trial, **{name: _typical(parts) for name, parts in kinds})
    varying = contract.hyperparameters_of(built)
    return CompiledModel(built, varying=varying, same_shapes=True)


def model_function(plan: Plan) -> ModelFunction:
    """The function that builds the model of a plan."""
    from bayes_rsa import models

    found: ModelFunction = plan.function or getattr(models, plan.model)
    return found


def source_hash(model: ModelFunction) -> str:
    """SHA-256 (hex) of the text of the module that defines a model."""
    return hashlib.sha256(contract.source_of(model).encode()).hexdigest()


def _typical(kinds: tuple[str, ...]) -> Prior:
    parts = [Prior.of(family, *_TYPICAL[family]) for family in kinds]
    if len(parts) == 1:
        return parts[0]
    return Prior.mixture([(1 / len(parts), part) for part in parts])
