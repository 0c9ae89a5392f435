"""Each family of priors in PyMC's terms: density, centre, support, mass below a limit.

Hyperparameters come as PyTensor vectors (or scalars), named as in the prior's text form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt

Tensor = Any


@dataclass(frozen=True, slots=True)
class FamilyGraph:
    """What the graph of a prior needs to know about one family.

    Parameters
    ----------
    distribution
        Hyperparameters, in the order of the text form, to a PyMC distribution.
    centre
        Hyperparameters to a place inside the support where sampling may start.
    support
        Fixed limits, ``None`` for none; a uniform's limits are hyperparameters.
    location
        For a symmetric family, the hyperparameter it is symmetric about.
    """

    distribution: Callable[..., Tensor]
    centre: Callable[..., Tensor]
    support: tuple[float | None, float | None] = (None, None)
    location: str | None = None


_POSITIVE: Final = (0.0, None)
_UNIT: Final = (0.0, 1.0)
_EDGE: Final = 1e-6

GRAPHS: Final[Mapping[str, FamilyGraph]] = {
    "normal": FamilyGraph(
        lambda mean, sd: pm.Normal.dist(mu=mean, sigma=sd), lambda mean, _: mean, location="mean"
    ),
    "student_t": FamilyGraph(
        lambda df, location, scale: pm.StudentT.dist(nu=df, mu=location, sigma=scale),
        lambda _df, location, _scale: location,
        location="location",
    ),
    "cauchy": FamilyGraph(
        lambda location, scale: pm.Cauchy.dist(alpha=location, beta=scale),
        lambda location, _: location,
        location="location",
    ),
    "logistic": FamilyGraph(
        lambda location, scale: pm.Logistic.dist(mu=location, s=scale),
        lambda location, _: location,
        location="location",
    ),
    "uniform": FamilyGraph(
        lambda lower, upper: pm.Uniform.dist(lower=lower, upper=upper),
        lambda lower, upper: 0.5 * (lower + upper),
    ),
    "beta": FamilyGraph(
        lambda a, b: pm.Beta.dist(alpha=a, beta=b),
        lambda a, b: pt.clip(a / (a + b), _EDGE, 1 - _EDGE),
        _UNIT,
    ),
    "logit_normal": FamilyGraph(
        lambda mean, sd: pm.LogitNormal.dist(mu=mean, sigma=sd),
        lambda mean, _: pt.clip(pt.sigmoid(mean), _EDGE, 1 - _EDGE),
        _UNIT,
    ),
    "half_normal": FamilyGraph(lambda sd: pm.HalfNormal.dist(sigma=sd), lambda sd: sd, _POSITIVE),
    "inverse_gamma": FamilyGraph(
        lambda shape, scale: pm.InverseGamma.dist(alpha=shape, beta=scale),
        lambda shape, scale: scale / (shape + 1),
        _POSITIVE,
    ),
    "lognormal": FamilyGraph(
        lambda mu, sigma: pm.LogNormal.dist(mu=mu, sigma=sigma),
        lambda mu, _: pt.exp(mu),
        _POSITIVE,
    ),
}


def log_mass(
    family: str, arguments: Mapping[str, Tensor], lower: Tensor | None, upper: Tensor | None
) -> Tensor:
    """Log probability between two limits with ``lower < 0 < upper``, where there are any."""
    graph = GRAPHS[family]
    if family == "uniform":
        low = arguments["lower"] if lower is None else pt.maximum(arguments["lower"], lower)
        high = arguments["upper"] if upper is None else pt.minimum(arguments["upper"], upper)
        return pt.log(high - low) - pt.log(arguments["upper"] - arguments["lower"])
    if graph.location is not None:
        return _symmetric_log_mass(family, arguments, lower, upper)
    # A family on positive values has nothing below a lower limit.
    if upper is None:
        return pt.zeros_like(next(iter(arguments.values())))
    end = graph.support[1]
    if end is None:
        return _log_cdf(family, arguments, upper)
    inside = upper < end
    return pt.switch(inside, _log_cdf(family, arguments, pt.switch(inside, upper, 0.5 * end)), 0.0)


def _symmetric_log_mass(
    family: str, arguments: Mapping[str, Tensor], lower: Tensor | None, upper: Tensor | None
) -> Tensor:
    # Both limits are mirrored into the lower tail, where the distribution function keeps its
    # digits.
    location = arguments[str(GRAPHS[family].location)]
    if upper is None:
        return _log_cdf(family, arguments, 2 * location - lower)
    if lower is None:
        return _log_cdf(family, arguments, upper)
    mirrored = lower + upper > 2 * location
    low = pt.switch(mirrored, 2 * location - upper, lower)
    high = pt.switch(mirrored, 2 * location - lower, upper)
    whole, below = _log_cdf(family, arguments, high), _log_cdf(family, arguments, low)
    return whole + pt.log1mexp(below - whole)


def _log_cdf(family: str, arguments: Mapping[str, Tensor], x: Tensor) -> Tensor:
    if family == "cauchy":
        # pm.Cauchy takes 1/2 + arctan(z)/pi, which loses the far tail.
        return pt.log(pt.arctan2(arguments["scale"], arguments["location"] - x) / np.pi)
    if family == "logit_normal":
        x = pt.log(x) - pt.log1p(-x)
        return pm.logcdf(pm.Normal.dist(mu=arguments["mean"], sigma=arguments["sd"]), x)
    return pm.logcdf(GRAPHS[family].distribution(*arguments.values()), x)
