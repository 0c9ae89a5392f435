"""Prior draws, predictions and log densities of a model, many draws at once.

PyMC finds them draw by draw with a compiled function. Here one graph takes many draws and runs op
by op in NumPy: nothing needs to be compiled, which is most of the time for a model of some size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa import contract
from bayes_rsa.inference.rewriting import whole_arrays

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

Graph = Any

_AT_ONCE: Final = 1_000
"""Draws per call: few enough that what a large model holds in between stays in the cache."""


def log_densities(draws: xr.Dataset, model: pm.Model, names: Sequence[str]) -> xr.Dataset:
    """Log density of each variable, entry by entry, on its own scale (no Jacobian).

    Parameters
    ----------
    draws
        Of every free variable, dims (chain, draw, ...).
    model
        The model that they are of.
    names
        Free or observed variables.

    Returns
    -------
    xr.Dataset
        One variable per name, dims (chain, draw) and its own.
    """
    from pymc.model.transform.conditioning import remove_value_transforms

    plain = remove_value_transforms(model)
    values = {v.name: plain.rvs_to_values[v] for v in plain.free_RVs}
    wanted = [plain.named_vars[name] for name in names]
    densities = plain.logp(vars=wanted, sum=False, jacobian=False)
    return _evaluated(draws, model, values, dict(zip(names, densities, strict=True)))


def prior_draws(model: pm.Model, count: int, *, seed: int) -> xr.Dataset:
    """Draws of every free and deterministic variable from the prior.

    Parameters
    ----------
    model
        A model with proper priors.
    count
        Number of draws.
    seed
        Non-negative integer.

    Returns
    -------
    xr.Dataset
        One variable per name, dims (chain, draw) and its own; of one chain.
    """
    import xarray as xr
    from pytensor.graph.replace import graph_replace
    from pytensor.graph.traversal import ancestors

    seeds = np.random.SeedSequence(seed).spawn(len(model.free_RVs))
    found = xr.Dataset(coords={"chain": [0], "draw": np.arange(count)})
    values: dict[str, Graph] = {}
    # A free variable comes after those that it depends on.
    for variable, own in zip(model.free_RVs, seeds, strict=True):
        above = {model.named_vars[name]: value for name, value in values.items()}
        given = {v: above[v] for v in ancestors([variable]) if v in above}
        drawn = _drawn(variable, given, found, np.random.default_rng(own))
        found = found.assign(_named(model, {variable.name: drawn[None]}, found))
        values[variable.name] = variable.type()
    if not model.deterministics:
        return found
    given = {model.named_vars[name]: value for name, value in values.items()}
    graphs = graph_replace(list(model.deterministics), given, strict=False)
    names = [v.name for v in model.deterministics]
    made = _evaluated(found, model, values, dict(zip(names, graphs, strict=True)))
    return found.assign(made)


def _drawn(
    variable: Graph, given: dict[Graph, Graph], draws: xr.Dataset, rng: np.random.Generator
) -> Any:
    """Draws of a random variable, of whose parameters some follow from others' draws."""
    import pymc as pm
    from pytensor.graph.replace import graph_replace
    from pytensor.graph.traversal import ancestors
    from pytensor.tensor.random.op import RandomVariable
    from pytensor.tensor.type_other import NoneTypeT

    node, count = variable.owner, draws.sizes["draw"]
    values = list(given.values())
    columns = [_flat(draws[v.name], v.dtype) for v in given]
    if not isinstance(node.op, RandomVariable):
        seed = int(rng.integers(2**31))
        if not given:
            return pm.draw(variable, count, random_seed=seed, mode=contract.ONE_CALL)
        graphs = graph_replace([variable], given, strict=False)
        return over_draws(values, graphs, seed=seed)(*columns)[0]
    parameters = node.op.dist_params(node)
    free = [any(v in given for v in ancestors([parameter])) for parameter in parameters]
    if not any(free):
        shape = _value(variable.shape)[: variable.ndim - node.op.ndim_supp].tolist()
        return node.op.rng_fn(rng, *map(_value, parameters), (count, *shape))
    size = node.op.size_param(node)
    own = None if isinstance(size.type, NoneTypeT) else tuple(_value(size).tolist())
    moving = graph_replace(list(compress(parameters, free)), given, strict=False)
    found = iter(over_draws(values, moving)(*columns))
    rows = [
        next(found) if f else [_value(v)] * count for v, f in zip(parameters, free, strict=True)
    ]
    return np.stack([node.op.rng_fn(rng, *one, own) for one in zip(*rows, strict=True)])


def _value(graph: Graph) -> Any:
    """What a graph of data alone is worth."""
    return graph.eval(mode=contract.ONE_CALL)


def predictions(draws: xr.Dataset, model: pm.Model, *, seed: int) -> xr.Dataset:
    """Data that the model could have shown, one set for each draw.

    Parameters
    ----------
    draws
        Of every free variable, dims (chain, draw, ...).
    model
        A generative model, that they are of.
    seed
        Non-negative integer.

    Returns
    -------
    xr.Dataset
        One variable per observed variable, dims (chain, draw) and its own.
    """
    from pytensor.graph.replace import graph_replace

    values = {v.name: v.type() for v in model.free_RVs}
    free = {model.named_vars[name]: value for name, value in values.items()}
    given = graph_replace(list(model.observed_RVs), free, strict=False)
    names = [v.name for v in model.observed_RVs]
    return _evaluated(draws, model, values, dict(zip(names, given, strict=True)), seed=seed)


def _evaluated(
    draws: xr.Dataset,
    model: pm.Model,
    values: dict[str, Graph],
    graphs: dict[str, Graph],
    *,
    seed: int | None = None,
) -> xr.Dataset:
    """Each graph, which is one of these values, at all draws of them."""
    evaluate = over_draws(list(values.values()), list(graphs.values()), seed=seed)
    sizes = draws.sizes["chain"], draws.sizes["draw"]
    columns = [_flat(draws[name], value.dtype) for name, value in values.items()]
    parts = [
        evaluate(*(column[start : start + _AT_ONCE] for column in columns))
        for start in range(0, sizes[0] * sizes[1], _AT_ONCE)
    ]
    arrays = {}
    for name, *some in zip(graphs, *parts, strict=True):
        array = np.concatenate(some)
        arrays[name] = array.reshape(*sizes, *array.shape[1:])
    return _named(model, arrays, draws)


def _named(model: pm.Model, arrays: dict[str, Any], like: xr.Dataset) -> xr.Dataset:
    """Arrays over (chain, draw, ...) of variables of the model, their dims by name."""
    import xarray as xr

    found, coords = {}, {"chain": like["chain"], "draw": like["draw"]}
    for name, array in arrays.items():
        # The density of a multivariate law lacks its last dims.
        dims = tuple(model.named_vars_to_dims.get(name, ()))[: array.ndim - 2]
        found[name] = (("chain", "draw", *dims), array)
        coords |= {dim: list(model.coords[dim]) for dim in dims}
    return xr.Dataset(found, coords=coords)


def over_draws(
    values: Sequence[Graph],
    graphs: Sequence[Graph],
    *,
    data: Sequence[Graph] = (),
    seed: int | None = None,
) -> Callable[..., list[Any]]:
    """A function of many draws of these values, and of the data: each graph at each draw.

    Parameters
    ----------
    values
        Inputs of the graphs; the function takes an array (draw, ...) for each.
    graphs
        What is wanted; it may hold random variables.
    data
        Further inputs, the same for all draws.
    seed
        Of the random variables.
    """
    import pytensor.tensor as pt
    from pymc.pytensorf import compile as compile_graph
    from pytensor.graph.replace import vectorize_graph

    many = {v: pt.tensor(dtype=v.dtype, shape=(None, *v.type.shape)) for v in values}
    with contract.interpreted():
        function = compile_graph(
            [*many.values(), *data],
            vectorize_graph(_opened(graphs), many),
            random_seed=seed,
            mode=whole_arrays(),
            # Nothing need depend on all that is drawn.
            on_unused_input="ignore",
        )

    def evaluate(*arrays: Any) -> list[Any]:
        # A draw may lie where a density is 0.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found: list[Any] = function(*arrays)
        return found

    return evaluate


def _flat(column: xr.DataArray, dtype: str) -> Any:
    whole = column.transpose("chain", "draw", ...).values.astype(dtype, copy=False)
    return whole.reshape(-1, *whole.shape[2:])


def _opened(graphs: Sequence[Graph]) -> Any:
    """The same graphs of what takes many entries at once."""
    from pytensor.compile.builders import OpFromGraph
    from pytensor.graph import node_rewriter
    from pytensor.graph.rewriting.basic import dfs_rewriter
    from pytensor.graph.rewriting.utils import rewrite_graph
    from pytensor.tensor.blockwise import Blockwise
    from pytensor.tensor.random.op import RandomVariable

    steps = (
        node_rewriter([OpFromGraph, Blockwise])(_inner_graph),
        node_rewriter([RandomVariable])(_without_size),
    )
    for step in steps:
        graphs = rewrite_graph(graphs, include=(), custom_rewrite=dfs_rewriter(step))
    return graphs


def _inner_graph(_graph: Any, node: Any) -> Any:
    """What an op that holds a graph stands for: such an op takes one entry after another."""
    from pytensor.compile.builders import OpFromGraph
    from pytensor.compile.rewriting import inline_ofg_node
    from pytensor.graph.replace import vectorize_graph

    if isinstance(node.op, OpFromGraph):
        return inline_ofg_node(node)
    if not isinstance(node.op.core_op, OpFromGraph):
        return False
    inner = node.op.core_op.fgraph.unfreeze()
    return vectorize_graph(inner.outputs, dict(zip(inner.inputs, node.inputs, strict=True)))


def _without_size(_graph: Any, node: Any) -> Any:
    """A random variable whose parameters all have the shape that it is drawn in."""
    import pytensor.tensor as pt
    from pytensor.tensor.type_other import NoneTypeT

    size = node.op.size_param(node)
    if isinstance(size.type, NoneTypeT):
        return False
    whole = [
        pt.broadcast_to(v, [*size, *(v.shape[-k:] if k else ())])
        for v, k in zip(node.op.dist_params(node), node.op.ndims_params, strict=True)
    ]
    return node.op.make_node(node.op.rng_param(node), None, *whole).outputs
