"""One compiled model for many priors and many data sets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from bayes_rsa import contract, defaults
from bayes_rsa.errors import ContractError
from bayes_rsa.inference.calling import compiled_for_nuts
from bayes_rsa.inference.packing import VECTOR, Packing, packed
from bayes_rsa.inference.rewriting import simplify_single_terms, sum_short_products

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr


class CompiledModel:
    """A model compiled once for nutpie; other models with the same compile key only swap data.

    Parameters
    ----------
    model
        A model that follows the contract.
    varying
        Names of the data that may be swapped; all by default. What does not vary is a constant of
        the compiled graph, which then compiles and samples two to three times faster.
    same_shapes
        Whether what is swapped keeps its shape. Several arrays then compile like one.

    Examples
    --------
    ``CompiledModel(model).with_model(other).sample(seed=1)``: ``other`` must come from the same
    model function with priors of the same families.
    """

    def __init__(
        self,
        model: pm.Model,
        *,
        varying: Collection[str] | None = None,
        same_shapes: bool = False,
    ) -> None:
        from pymc.model.transform.optimization import freeze_dims_and_data

        self.model = model
        self.key = contract.compile_key(model)
        self._constant: dict[str, Any] = {}
        self._packing: Packing | None = None
        self._values = contract.data_of(model)
        if varying is not None:
            self._constant = {name: v for name, v in self._values.items() if name not in varying}
            if same_shapes and len(self._values) > len(self._constant) + 1:
                model, self._packing = packed(model, varying)
            model = freeze_dims_and_data(model, data=list(self._constant))
        simplify_single_terms()
        sum_short_products()
        self._compiled = compiled_for_nuts(model)

    @classmethod
    def of(cls, models: Sequence[pm.Model]) -> Self:
        """The first of these models, with a graph in which the data that differ may be swapped.

        Raises
        ------
        ContractError
            If they differ in more than their data.
        """
        first, *others = models
        data, *rest = map(contract.data_of, models)
        pairs = [(name, data.get(name, np.nan), x) for d in rest for name, x in d.items()]
        varying = {name for name, one, other in pairs if not np.array_equal(one, other)}
        alike = all(np.shape(one) == np.shape(other) for _, one, other in pairs)
        found = cls(first, varying=varying, same_shapes=alike)
        for other in others:
            found.with_model(other)
        return found

    def with_model(self, model: pm.Model) -> Self:
        """The same compiled graph with another model's data and hyperparameters.

        Raises
        ------
        ContractError
            If the two models differ in more than their data.
        """
        if contract.compile_key(model) != self.key:
            raise ContractError(
                contract.card(model).name,
                "hyperparameters",
                "its compile key (function, prior families, ranks of data) differs from that of "
                "the compiled model; compile it apart",
            )
        return self.with_data(model, contract.data_of(model))

    def with_data(self, model: pm.Model, data: dict[str, Any]) -> Self:
        """The same compiled graph with these arrays as data; ``model`` is what they belong to.

        Raises
        ------
        ContractError
            If one of them is a constant of the compiled graph, with another value, or does not
            have the shape that it was compiled with.
        """
        other = object.__new__(type(self))
        other.model, other.key = model, self.key
        other._constant, other._packing = self._constant, self._packing
        unknown = set(data) - {d.name for d in model.data_vars}
        if unknown:
            raise KeyError(f"the model has no data {', '.join(sorted(unknown))}")
        for name, value in self._constant.items():
            if not np.array_equal(value, data.get(name, value)):
                raise self._refusal(
                    f"{name!r} was compiled as a constant and cannot be swapped; compile it apart, "
                    "or name it as varying"
                )
        other._values = {**self._values, **data}
        swapped = data
        if self._packing is not None:
            for name, shape in self._packing.shapes.items():
                if np.shape(other._values[name]) != shape:
                    raise self._refusal(
                        f"{name!r} was compiled with the shape {shape}, and keeps it; compile it "
                        "apart, or without same_shapes"
                    )
            swapped = {VECTOR: self._packing.vector(other._values)}
        # nutpie refuses data that the log density does not depend on, such as where chains start.
        used = {v.name for v in self._compiled.shared_var_keys}
        known = {name: value for name, value in swapped.items() if name in used}
        other._compiled = self._compiled.with_data(**known)
        return other

    def _refusal(self, rule: str) -> ContractError:
        return ContractError(contract.card(self.model).name, "data", rule)

    def sample(
        self,
        *,
        seed: int,
        draws: int = defaults.DRAWS,
        tune: int = defaults.TUNE,
        chains: int = defaults.CHAINS,
        cores: int | None = None,
        target_accept: float = defaults.TARGET_ACCEPT,
        progress: bool = False,
    ) -> xr.DataTree:
        """Draw with NUTS (nutpie): groups ``posterior`` and ``sample_stats``.

        The draws depend on the seed and the settings, not on the number of cores.

        Raises
        ------
        KeyboardInterrupt
            If nutpie was interrupted: it swallows the signal and gives back what it has so far.
        """
        import nutpie

        tree = nutpie.sample(
            self._compiled,
            draws=draws,
            tune=tune,
            chains=chains,
            cores=cores if cores is not None else min(chains, _cores()),
            seed=seed,
            target_accept=target_accept,
            save_warmup=False,
            progress_bar=progress,
        )
        if not _complete(tree, chains, draws):
            raise KeyboardInterrupt
        return _storable(tree)


def _cores() -> int:
    import os

    return os.cpu_count() or 1


def _complete(tree: xr.DataTree, chains: int, draws: int) -> bool:
    """Whether all chains have all their draws; nutpie fills up the shorter ones with nan."""
    energy = tree["sample_stats"]["energy"]
    if (energy.sizes["chain"], energy.sizes["draw"]) != (chains, draws):
        return False
    return bool(energy.isel(draw=-1).notnull().all())


def _storable(tree: xr.DataTree) -> xr.DataTree:
    """Make the tree one that netCDF holds, and that depends on the seed alone.

    nutpie's ``divergence_message`` is an object column of None and text: it becomes text.
    """
    stats = tree["sample_stats"].to_dataset()
    for name, column in stats.data_vars.items():
        if column.dtype == object:
            text = ["" if v is None else str(v) for v in column.values.ravel()]
            stats[name] = (column.dims, _as_text(text, column.shape))
    tree["sample_stats"] = type(tree)(stats)
    for group in tree.children.values():
        group.attrs.pop("created_at", None)
    return tree


def _as_text(values: list[str], shape: tuple[int, ...]) -> Any:
    return np.array(values, dtype=str).reshape(shape)
