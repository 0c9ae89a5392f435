"""Nodes and weights that stand for a normal, or a point, in an integral over what is doubted."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.priors import Prior

_REACH: Final = 8.5
"""Standard deviations beyond which a normal has less than 1e-16 of its mass."""
_SPACING: Final = 0.8
"""Steps of the trapezoid rule, in the scale of what is integrated: its error is exp(-2 pi^2/h^2),
which is 4e-14."""


def normal_nodes(name: str, prior: Prior, scale: float) -> tuple[Floats, Floats]:
    """Values and log weights: sums over them are integrals over the prior.

    Parameters
    ----------
    name, prior
        The parameter's name, and its prior: normal, a point, or a mixture of these.
    scale
        Standard deviation of the narrowest feature of the integrand, as a function of the
        parameter.

    Raises
    ------
    InputError
        If the prior is of another family.
    """
    values, logs = [], []
    for component in prior.components:
        if component.weight == 0:
            continue
        if component.family == "point":
            x, log_w = np.array([component.arguments[0]]), np.zeros(1)
        elif component.family == "normal":
            mean, sd = component.arguments
            x, log_w = _trapezoid(sd, scale)
            x = mean + x
        else:
            raise InputError(
                name,
                str(prior),
                "the exact engine integrates over normal priors and points here",
                "use normal(mean, sd), point(value), or NUTS",
            )
        values.append(x)
        logs.append(log_w + math.log(component.weight))
    return np.concatenate(values), np.concatenate(logs)


def _trapezoid(sd: float, scale: float) -> tuple[Floats, Floats]:
    # Infinitely smooth, and zero at both ends: the rule converges faster than any power.
    step = _SPACING * sd * scale / math.hypot(sd, scale)
    count = math.ceil(_REACH * sd / step)
    x = np.asarray(np.arange(-count, count + 1) * step, dtype=float)
    return x, math.log(step / sd) - 0.5 * (x / sd) ** 2 - 0.5 * math.log(2 * math.pi)
