"""The log-likelihood of the data, for many draws at once."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from bayes_rsa import contract
from bayes_rsa.inference.vectorized import over_draws

if TYPE_CHECKING:
    import pymc as pm
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Floats = NDArray[np.float64]


class LogLikelihood:
    """Log density of all observed variables given the free ones; compiled once.

    A function of parameters and data that does not touch the model; several threads may call it.

    Parameters
    ----------
    model
        A model that follows the contract.
    """

    def __init__(self, model: pm.Model) -> None:
        import pytensor.tensor as pt
        from pymc.logprob.basic import conditional_logp
        from pytensor.graph.replace import graph_replace

        self._free = [v.name for v in model.free_RVs]
        self._data = {d.name: d.get_value() for d in model.data_vars}
        values = {v: v.type(v.name) for v in model.free_RVs}
        observed = {v: model.rvs_to_values[v] for v in model.observed_RVs}
        terms = conditional_logp({**values, **observed})
        total = pt.add(*(terms[v].sum() for v in observed.values()), pt.constant(0.0))
        inputs = {d: d.type(d.name) for d in model.data_vars}
        total = graph_replace(total, inputs, strict=False)
        self._function = over_draws(list(values.values()), [total], data=list(inputs.values()))
        # A compiled function keeps its intermediate results in one place.
        self._lock = Lock()

    @classmethod
    def of(cls, model: pm.Model) -> LogLikelihood:
        """The log-likelihood of a model, after its contract is checked."""
        contract.check(model)
        return cls(model)

    def __call__(self, values: Mapping[str, Array], data: Mapping[str, Array]) -> Floats:
        """Log-likelihood of each draw.

        Parameters
        ----------
        values
            Each free variable over (draw, ...).
        data
            What differs from the model's own data.

        Returns
        -------
        numpy.ndarray
            One number for each draw.
        """
        with self._lock:
            (found,) = self._function(
                *(values[name] for name in self._free), *({**self._data, **data}.values())
            )
        return np.asarray(found, dtype=float)
