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
_LAST_BIT: Final = 2.0**-53
_HALF_ROOT: Final = float(np.sqrt(0.5))

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


def log_density(family: str, arguments: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """Log density at a scalar, one for each of the vectors' components."""
    if family == "beta":
        return _beta_log_density(arguments["a"], arguments["b"], x)
    if family != "logit_normal":
        return pm.logp(GRAPHS[family].distribution(*arguments.values()), x)
    # pm.LogitNormal has no density at a scalar for vectors of parameters.
    inside = (x > 0) & (x < 1)
    log_p, log_q = log_of_probability(pt.switch(inside, x, 0.5))
    normal = pm.Normal.dist(mu=arguments["mean"], sigma=arguments["sd"])
    return pt.switch(inside, pm.logp(normal, log_p - log_q) - log_p - log_q, -np.inf)


def log_of_probability(p: Tensor) -> tuple[Tensor, Tensor]:
    """Log of p, and of 1 - p; for p = sigmoid(x) exact in x, and so is the gradient."""
    # Only log(1 - p), not log1p(-p), is recognised as -softplus(x) before the gradient is taken;
    # elsewhere it is right to the last bit of 1.
    return pt.log(p), pt.log(1 - p)


def _beta_log_density(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    inside = (x >= 0) & (x <= 1)
    # Where 1 - p rounds to 0, a level stretch stands for the tail: it has a gradient.
    log_p, log_q = pt.log(x), pt.log(pt.maximum(1 - x, _LAST_BIT))
    low = pt.switch(pt.eq(a, 1), 0.0, (a - 1) * log_p)
    high = pt.switch(pt.eq(b, 1), 0.0, (b - 1) * log_q)
    constant = pt.gammaln(a) + pt.gammaln(b) - pt.gammaln(a + b)
    return pt.switch(inside, low + high - constant, -np.inf)


def log_mass(
    family: str, arguments: Mapping[str, Tensor], lower: Tensor | None, upper: Tensor | None
) -> Tensor:
    """Log probability between two limits with ``lower < 0 < upper``, where there are any."""
    graph = GRAPHS[family]
    if family == "uniform":
        low = arguments["lower"] if lower is None else pt.maximum(arguments["lower"], lower)
        high = arguments["upper"] if upper is None else pt.minimum(arguments["upper"], upper)
        room = high - low
        share = pt.switch(room > 0, room, 1.0) / (arguments["upper"] - arguments["lower"])
        return pt.switch(room > 0, pt.log(share), -np.inf)
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
    if family == "normal":
        return _normal_log_cdf((x - arguments["mean"]) / arguments["sd"])
    if family == "lognormal":
        return _normal_log_cdf((pt.log(x) - arguments["mu"]) / arguments["sigma"])
    if family == "logit_normal":
        return _normal_log_cdf((pt.log(x) - pt.log1p(-x) - arguments["mean"]) / arguments["sd"])
    if family == "half_normal":
        return pt.log(pt.erf(x / arguments["sd"] * _HALF_ROOT))
    if family == "cauchy":
        # pm.Cauchy takes 1/2 + arctan(z)/pi, which loses the far tail.
        return pt.log(pt.arctan2(arguments["scale"], arguments["location"] - x) / np.pi)
    return pm.logcdf(GRAPHS[family].distribution(*arguments.values()), x)


def _normal_log_cdf(z: Tensor) -> Tensor:
    # pm.logcdf takes the root of 2 in single precision, and is right to eight digits only.
    far = z < -1
    low = pt.switch(far, z, -1.0)
    tail = pt.log(0.5 * pt.erfcx(-low * _HALF_ROOT)) - 0.5 * low * low
    return pt.switch(far, tail, pt.log1p(-0.5 * pt.erfc(pt.switch(far, -1.0, z) * _HALF_ROOT)))
