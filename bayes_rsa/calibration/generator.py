"""Parameters and data drawn from a model's joint distribution, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bayes_rsa import contract
from bayes_rsa.errors import ContractError

if TYPE_CHECKING:
    import pymc as pm
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """One draw from the joint distribution.

    Parameters
    ----------
    values
        Each free and each deterministic variable, by name.
    data
        Each observed value, by the name of the ``pm.Data`` that holds it.
    """

    values: Mapping[str, Array]
    data: Mapping[str, Array]


class Generator:
    """Draws parameters from the prior, and data given parameters.

    Each draw has its own seed, so that it does not depend on the draws before it.

    Parameters
    ----------
    model
        A generative model that follows the contract.

    Raises
    ------
    ContractError
        If an observed value is not held by ``pm.Data``, so that no other data can be put in.
    """

    def __init__(self, model: pm.Model) -> None:
        from pymc.pytensorf import compile as compile_graph
        from pymc.pytensorf import find_rng_nodes
        from pytensor.graph.replace import graph_replace

        self._names = [v.name for v in (*model.free_RVs, *model.deterministics)]
        self._data = [observed_data(model)[v.name] for v in model.observed_RVs]
        joint = [*model.free_RVs, *model.deterministics, *model.observed_RVs]
        inputs = {v: v.type(v.name) for v in model.free_RVs}
        given = graph_replace(list(model.observed_RVs), inputs, strict=False)
        # One call takes less than a millisecond; what the default mode compiles takes seconds.
        quick: dict[str, Any] = {"mode": contract.ONE_CALL, "on_unused_input": "ignore"}
        with contract.interpreted():
            self._joint = compile_graph([], joint, **quick)
            self._replicate = compile_graph(list(inputs.values()), given, **quick)
        self._free = [v.name for v in inputs]
        self._joint_rngs = find_rng_nodes(joint)
        self._replicate_rngs = find_rng_nodes(given)

    def prior(self, seed: int) -> Truth:
        """Parameters from the prior, and data given them."""
        from pymc.pytensorf import reseed_rngs

        reseed_rngs(self._joint_rngs, seed)
        drawn = [np.asarray(v) for v in self._joint()]
        split = len(self._names)
        return Truth(
            dict(zip(self._names, drawn[:split], strict=True)),
            dict(zip(self._data, drawn[split:], strict=True)),
        )

    def replicate(self, values: Mapping[str, Array], seed: int) -> dict[str, Array]:
        """Data given the free parameters."""
        from pymc.pytensorf import reseed_rngs

        reseed_rngs(self._replicate_rngs, seed)
        drawn = self._replicate(*(np.asarray(values[name]) for name in self._free))
        return dict(zip(self._data, map(np.asarray, drawn), strict=True))


def observed_data(model: pm.Model) -> dict[str, str]:
    """Observed variable -> name of the ``pm.Data`` that holds its value.

    Raises
    ------
    ContractError
        If a value is a constant, or computed from several data.
    """
    names = {d.name for d in model.data_vars}
    found = {}
    for variable in model.observed_RVs:
        value = model.rvs_to_values[variable]
        # PyMC casts the data to the variable's own type.
        while value.owner is not None and len(value.owner.inputs) == 1:
            value = value.owner.inputs[0]
        if value.name not in names:
            raise ContractError(
                contract.card(model).name,
                "data",
                f"the value of {variable.name!r} is not held by pm.Data, so simulated data cannot "
                "take its place",
            )
        found[variable.name] = value.name
    return found
