r"""Partial pooling, non-centred, and sampled in coordinates that suit much and little data alike.

The model is :math:`\delta_j = \mu + \tau\eta_j` with :math:`\eta_j \sim N(0, 1)` free. Where the
data tell :math:`\delta_j` to within a standard error s far below :math:`\tau`, the :math:`\eta_j`
and :math:`\mu` are tied to each other, and the sampler crawls. It moves in

.. math::
    v_j = \sqrt{1 + \tau^2/s^2}\,\eta_j + \frac{\tau\mu}{s\sqrt{s^2 + \tau^2}}

instead, which is :math:`\eta_j` for :math:`\tau \ll s` and :math:`\delta_j/s` for
:math:`\tau \gg s` (partially non-centred: Papaspiliopoulos, Roberts, Skold 2007,
doi:10.1214/088342307000000014). A rough s does; the posterior does not depend on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.logprob.transforms import Transform

from bayes_rsa.contract import hyperparameters
from bayes_rsa.models.biomarkers._parameters import _VectorDensity
from bayes_rsa.priors import Prior

Tensor = Any


class _Recentred(Transform):  # type: ignore[misc]
    """From η to v, given μ, τ and s, which are the distribution's first three parameters."""

    name = "recentred"
    ndim_supp = 0

    def __init__(self, parameters: int) -> None:
        self.parameters = parameters

    def _given(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Factor and shift of the map."""
        mean, spread, error = inputs[-self.parameters :][:3]
        whole = pt.sqrt(error * error + spread * spread)
        return whole / error, spread * mean / (error * whole)

    def forward(self, value: Tensor, *inputs: Tensor) -> Tensor:
        factor, shift = self._given(inputs)
        return factor * value + shift

    def backward(self, value: Tensor, *inputs: Tensor) -> Tensor:
        factor, shift = self._given(inputs)
        return (value - shift) / factor

    def log_jac_det(self, value: Tensor, *inputs: Tensor) -> Tensor:
        factor, _ = self._given(inputs)
        return pt.zeros_like(value) - pt.log(factor)


class _Offsets(_VectorDensity):
    """The density of the offsets, which does not depend on what places the coordinates."""

    def logp(self, value: Tensor, *parameters: Tensor) -> Tensor:
        return super().logp(value, *parameters[3:])

    def random(
        self, *parameters: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
    ) -> Any:
        if size is None:
            size = np.broadcast_shapes(*(np.shape(p) for p in parameters[:3]))
        return super().random(*parameters[3:], rng=rng, size=size)

    def support_point(self, rv: Tensor, size: Tensor, *parameters: Tensor) -> Tensor:
        return super().support_point(rv, size, *parameters[3:])


def pooled(
    name: str, prior: Prior, *, mean: Tensor, spread: Tensor, error: Any, dim: str
) -> Tensor:
    """Add the free offsets ``name`` over ``dim``, each with this prior; mean + spread * offset.

    Parameters
    ----------
    error
        Rough standard error of each effect as the data tell it, positive: a matter of speed.
    """
    data = {
        full.removeprefix(f"{name}__"): pm.Data(full, np.array(values), dims=f"{name}__component")
        for full, values in hyperparameters(name, prior).items()
    }
    density = _Offsets(tuple(data), prior.families, (None, None))
    offset = pm.CustomDist(
        name,
        mean,
        spread,
        pm.Data("rough_error", np.asarray(error, dtype=float), dims=dim),
        *data.values(),
        logp=density.logp,
        random=density.random,
        support_point=density.support_point,
        signature=",".join(["()"] * 3 + ["(k)"] * len(data)) + "->()",
        class_name="Prior",
        default_transform=_Recentred(3 + len(data)),
        dims=dim,
    )
    return mean + spread * offset
