"""Parameters of biomarkers: vectors that share one prior, and flat ones that start at the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.graph.replace import vectorize_graph

from bayes_rsa.contract import hyperparameters
from bayes_rsa.errors import InputError
from bayes_rsa.models._variables import _Density, variable
from bayes_rsa.priors import Prior

Tensor = Any


def require_proper(name: str, prior: Prior) -> None:
    """Refuse a prior that is improper or a point mass."""
    if not prior.is_proper or "point" in prior.families:
        raise InputError(
            name,
            str(prior),
            "where reports do not identify a parameter, its prior must be proper, with a density",
            "use a proper prior such as normal(0, 1)",
        )


def scalar(name: str, prior: Prior, start: float) -> Tensor:
    """A free variable with this prior; if it is ``flat()``, sampling starts at ``start``."""
    if prior.families != ("flat",):
        return variable(name, prior)
    return pm.CustomDist(
        name,
        pm.Data(f"{name}__start", np.float64(start)),
        logp=lambda value, _start: pt.zeros_like(value),
        support_point=lambda _rv, _size, place: place,
        signature="()->()",
        class_name="Flat",
    )


def vector(name: str, prior: Prior, dim: str) -> Tensor:
    """Free variables over ``dim``, independent draws from one prior; the prior's numbers are data.

    Raises
    ------
    InputError
        If the prior is improper or a point mass.
    """
    require_proper(name, prior)
    data = {
        full.removeprefix(f"{name}__"): pm.Data(full, np.array(values), dims=f"{name}__component")
        for full, values in hyperparameters(name, prior).items()
    }
    density = _VectorDensity(tuple(data), prior.families, (None, None))
    return pm.CustomDist(
        name,
        *data.values(),
        logp=density.logp,
        random=density.random,
        support_point=density.support_point,
        signature=",".join(["(k)"] * len(data)) + "->()",
        class_name="Prior",
        default_transform=density.transform(),
        dims=dim,
    )


class _VectorDensity(_Density):
    """The density of a scalar prior, at each element."""

    def logp(self, value: Tensor, *parameters: Tensor) -> Tensor:
        scalar = pt.scalar(dtype=value.dtype)
        return vectorize_graph(super().logp(scalar, *_plain(parameters)), {scalar: value})

    def random(
        self, *parameters: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
    ) -> Any:
        return super().random(*_plain(parameters), rng=rng, size=size)

    def support_point(self, rv: Tensor, size: Tensor, *parameters: Tensor) -> Tensor:
        return pt.full(size, super().support_point(rv, size, *_plain(parameters)))


def _plain(parameters: tuple[Any, ...]) -> tuple[Any, ...]:
    """Hyperparameters over the components alone: PyMC adds dims for the vector's own."""
    return tuple(p[(0,) * (p.ndim - 1)] for p in parameters)
