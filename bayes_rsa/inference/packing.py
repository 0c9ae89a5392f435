"""The data of a model that may be swapped, held as one vector.

Each array that a compiled graph takes from outside costs half a second of compiling: eight of them
as long as the rest of the graph. As slices of one vector they cost what one does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

if TYPE_CHECKING:
    import pymc as pm

VECTOR: Final = "bayes_rsa_swappable_data"
"""Name of the vector in the graph."""


@dataclass(frozen=True, slots=True)
class Packing:
    """Where each array stands in the vector.

    Parameters
    ----------
    shapes
        Shape of each array by name, in order.
    """

    shapes: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> Self:
        """For arrays like these."""
        return cls({name: np.shape(value) for name, value in arrays.items()})

    def vector(self, arrays: Mapping[str, Any]) -> Any:
        """The arrays as one vector of floats, which hold every count exactly."""
        return np.concatenate(
            [np.asarray(arrays[name], dtype=np.float64).ravel() for name in self.shapes]
        )

    def slices(self) -> dict[str, slice]:
        """The part of the vector that is each array."""
        ends = np.cumsum([0] + [int(np.prod(shape)) for shape in self.shapes.values()]).tolist()
        return dict(zip(self.shapes, map(slice, ends[:-1], ends[1:]), strict=True))


def packed(model: pm.Model, names: Collection[str]) -> tuple[pm.Model, Packing]:
    """The same model, with these of its data as slices of one vector; and where they stand.

    Parameters
    ----------
    model
        A model that follows the contract. Freezing its other data afterwards lets its values know
        the shapes that are known now.
    names
        Data of the model.
    """
    import pytensor
    from pymc.model.fgraph import fgraph_from_model, model_from_fgraph
    from pytensor.graph import FunctionGraph, clone_replace

    arrays = {d.name: d.get_value() for d in model.data_vars if d.name in names}
    packing = Packing.of(arrays)
    whole = pytensor.shared(packing.vector(arrays), name=VECTOR)
    starts = dict(model.rvs_to_initial_values)
    try:
        # The way through the graph of a model knows nothing of where its chains start.
        model.rvs_to_initial_values.update(dict.fromkeys(starts))
        graph, found = fgraph_from_model(model)
    finally:
        model.rvs_to_initial_values.update(starts)
    replaced = {}
    for name, part in packing.slices().items():
        datum = model.named_vars[name]
        value = whole[part].reshape(packing.shapes[name]).astype(datum.dtype)
        replaced[found[datum].owner.inputs[0]] = value
    coords, lengths = graph._coords, graph._dim_lengths
    graph = FunctionGraph(
        outputs=clone_replace(graph.outputs, replace=replaced, rebuild_strict=False), clone=False
    )
    graph._coords, graph._dim_lengths = coords, lengths
    made = model_from_fgraph(graph, mutate_fgraph=True)
    for variable, start in starts.items():
        if start is not None:
            made.set_initval(made[variable.name], start)
    return made, packing
