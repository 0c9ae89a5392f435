"""Posterior draws for one data set after another, from one compiled model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from bayes_rsa import contract, defaults
from bayes_rsa.calibration.generator import observed_data
from bayes_rsa.inference import CompiledModel
from bayes_rsa.inference.raw import sample_arrays

if TYPE_CHECKING:
    import pymc as pm
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Floats = NDArray[np.float64]

CHAINS: Final = 2
TUNE: Final = 300


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Posterior draws.

    Parameters
    ----------
    values
        Each variable over (chain, draw, ...).
    divergences
        How many of them diverged.
    independent
        Whether they are known to be independent, so that they need no thinning.
    """

    values: Mapping[str, Floats]
    divergences: int = 0
    independent: bool = False


class Engine(Protocol):
    """What calibration checks: something that draws from a posterior."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What decides the draws besides data, size and seed; JSON-able."""

    def draws(self, data: Mapping[str, Array], size: int, seed: int) -> Draws:
        """About ``size`` draws given ``data``; called from several threads at once."""


class Nuts:
    """NUTS (nutpie) on a model compiled once.

    Parameters
    ----------
    model
        A model that follows the contract, or one that is compiled already.
    chains, tune, target_accept
        Settings of the sampler; ``tune`` is per chain.
    varying
        Names of the data that differ between simulations; those that are observed by default.
    """

    def __init__(
        self,
        model: pm.Model | CompiledModel,
        *,
        chains: int = CHAINS,
        tune: int = TUNE,
        target_accept: float = defaults.TARGET_ACCEPT,
        varying: Collection[str] | None = None,
    ) -> None:
        if not isinstance(model, CompiledModel):
            varying = observed_data(model).values() if varying is None else varying
            model = CompiledModel(model, varying=varying)
        self.compiled = model
        self.chains, self.tune, self.target_accept = chains, tune, target_accept

    @property
    def settings(self) -> Mapping[str, Any]:
        """The model that is fitted, name and settings of the sampler."""
        card = contract.card(self.compiled.model)
        return {
            "name": "nutpie",
            "model": card.name,
            "priors": {name: str(prior) for name, prior in card.priors.items()},
            "chains": self.chains,
            "tune": self.tune,
            "target_accept": self.target_accept,
        }

    def draws(self, data: Mapping[str, Array], size: int, seed: int) -> Draws:
        """At least ``size`` draws given ``data``, the chains one after another on one core."""
        found = sample_arrays(
            self.compiled,
            data,
            seed=seed,
            draws=-(-size // self.chains),
            tune=self.tune,
            chains=self.chains,
            cores=1,
            target_accept=self.target_accept,
        )
        return Draws(found.values, int(found.stats["diverging"].sum()))
