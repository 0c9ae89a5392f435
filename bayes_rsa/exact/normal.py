"""The normal posterior: the curve of one standard normal, moved and stretched."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.rows import Indices, integrate

_LOG_2PI: Final = float(np.log(2.0 * np.pi))
_TILT: Final = 3.0
"""The stored nodes carry the mean and the square of exp(t) up to this standard deviation of t."""


def normal_curve(
    mean: float, sd: float, *, log_total: float, order: int, halved: bool
) -> Curve | None:
    """Density of a normal t; none where the stored nodes do not reach as far as its moments do.

    Parameters
    ----------
    mean, sd
        Of t.
    log_total
        Log integral of the unnormalised density.
    order
        Highest moment of exp(t) that is asked for.
    halved
        From panels of half the width.
    """
    if order and sd > _TILT:
        return None
    standard = _standard(halved)
    return replace(
        standard,
        log_total=log_total,
        centre=mean + sd * standard.centre,
        scale=sd * standard.scale,
        nodes=mean + sd * standard.nodes,
    )


_TILTS: Final = _TILT * np.array([0.0, 1.0, 2.0, -1.0, -2.0])
"""Where e to the tilt times z, times the normal density, is resolved as well."""


@cache
def _standard(halved: bool) -> Curve:
    def log_density(_row: Indices, z: Floats) -> Floats:
        return np.asarray(-0.5 * (z * z + _LOG_2PI))

    def weights(z: Floats) -> Floats:
        return np.stack([tilt * z for tilt in _TILTS])

    result = integrate(
        log_density,
        np.zeros((1, 1)),
        np.empty((1, 0)),
        weights=weights,
        interpolate=True,
        halved=halved,
    )
    return Curve.of(result)
