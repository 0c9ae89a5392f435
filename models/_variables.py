"""The one place where a Prior becomes a PyMC variable.

The prior's numbers are ``pm.Data`` (see ``contract.hyperparameters``), so a compiled model serves
every prior of the same families. The densities are PyMC's own; ``Prior.logpdf`` is held equal to
them by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.distributions.transforms import Interval

from bayes_rsa.contract import hyperparameters
from bayes_rsa.errors import InputError
from bayes_rsa.priors import FAMILIES, Prior

Tensor = Any
Bounds = tuple[Tensor | None, Tensor | None]

_DISTRIBUTIONS: Final[dict[str, Callable[..., Tensor]]] = {
    "normal": lambda mean, sd: pm.Normal.dist(mu=mean, sigma=sd),
    "student_t": lambda df, location, scale: pm.StudentT.dist(nu=df, mu=location, sigma=scale),
    "cauchy": lambda location, scale: pm.Cauchy.dist(alpha=location, beta=scale),
    "logistic": lambda location, scale: pm.Logistic.dist(mu=location, s=scale),
    "uniform": lambda lower, upper: pm.Uniform.dist(lower=lower, upper=upper),
    "beta": lambda a, b: pm.Beta.dist(alpha=a, beta=b),
    "logit_normal": lambda mean, sd: pm.LogitNormal.dist(mu=mean, sigma=sd),
    "half_normal": lambda sd: pm.HalfNormal.dist(sigma=sd),
    "inverse_gamma": lambda shape, scale: pm.InverseGamma.dist(alpha=shape, beta=scale),
    "lognormal": lambda mu, sigma: pm.LogNormal.dist(mu=mu, sigma=sigma),
}


def variable(name: str, prior: Prior, *, bounds: Bounds | None = None) -> Tensor:
    """A scalar free variable with this prior, in the model on the context stack.

    Parameters
    ----------
    name
        The parameter's name; its hyperparameters become data ``<name>__<argument>``.
    prior
        Its prior, on the parameter's own scale.
    bounds
        Lower and upper limit (scalars, ``None`` for no limit) that other variables set: the prior
        is then truncated to them and renormalised, given those variables. ``flat()`` is cut off
        without being renormalised.

    Raises
    ------
    InputError
        If NUTS cannot take the prior: a point mass, or Haldane's ``beta(0, 0)``.
    """
    if "point" in prior.families:
        raise InputError(
            name, str(prior), "NUTS cannot sample a point mass", "use the exact engine"
        )
    if prior.families == ("flat",):
        return _flat(name, bounds)
    if not prior.is_proper:
        raise InputError(name, str(prior), "NUTS takes proper priors here", "use the exact engine")
    data = {
        full.removeprefix(f"{name}__"): pm.Data(full, np.array(values), dims=f"{name}__component")
        for full, values in hyperparameters(name, prior).items()
    }
    limits = [b for b in (bounds or ()) if b is not None]
    density = _Density(tuple(data), prior, bounds or (None, None))
    return pm.CustomDist(
        name,
        *data.values(),
        *limits,
        logp=density.logp,
        random=density.random,
        support_point=density.support_point,
        signature=",".join(["(k)"] * len(data) + ["()"] * len(limits)) + "->()",
        class_name="Prior",
        default_transform=density.transform(),
    )


def _flat(name: str, bounds: Bounds | None) -> Tensor:
    lower, upper = bounds or (None, None)
    if lower is None and upper is None:
        return pm.Flat(name)
    limits = [b for b in (lower, upper) if b is not None]

    def limited(*inputs: Tensor) -> tuple[Tensor | None, Tensor | None]:
        rest = list(inputs[-len(limits) :])
        return (
            rest.pop(0) if lower is not None else None,
            rest.pop(0) if upper is not None else None,
        )

    return pm.CustomDist(
        name,
        *limits,
        logp=lambda value, *_: pt.zeros_like(value),
        support_point=lambda _rv, _size, *parameters: _middle(*limited(*parameters)),
        signature=",".join(["()"] * len(limits)) + "->()",
        class_name="Flat",
        default_transform=Interval(bounds_fn=limited),
    )


def _middle(lower: Any, upper: Any) -> Tensor:
    if lower is None:
        return upper - 1.0
    return lower + 1.0 if upper is None else (lower + upper) / 2


class _Density:
    """Log density, draws and transform of a (truncated) mixture, from its data in order."""

    def __init__(self, arguments: Sequence[str], prior: Prior, bounds: Bounds) -> None:
        self.arguments = tuple(arguments)
        self.families = prior.families
        self.one_family = len(set(prior.families)) == 1
        self.has_lower, self.has_upper = (b is not None for b in bounds)
        self.truncated = self.has_lower or self.has_upper
        self.support = prior.support

    def _split(self, parameters: Sequence[Any]) -> tuple[dict[str, Any], Any, Any]:
        """Named hyperparameters, and the lower and upper limit (``None`` where there is none)."""
        named = dict(zip(self.arguments, parameters, strict=False))
        limits = list(parameters[len(self.arguments) :])
        lower = limits.pop(0) if self.has_lower else None
        upper = limits.pop(0) if self.has_upper else None
        return named, lower, upper

    def _components(self, named: dict[str, Any]) -> list[Tensor]:
        """One vectorised distribution for one family, else one for each component."""
        if self.one_family:
            family = self.families[0]
            return [_DISTRIBUTIONS[family](*(named[a] for a in FAMILIES[family].arguments))]
        return [
            _DISTRIBUTIONS[family](*(named[a][k] for a in FAMILIES[family].arguments))
            for k, family in enumerate(self.families)
        ]

    def _gather(self, values: list[Tensor]) -> Tensor:
        return values[0] if self.one_family else pt.stack(values)

    def logp(self, value: Tensor, *parameters: Tensor) -> Tensor:
        named, lower, upper = self._split(parameters)
        components = self._components(named)
        log_weight = pt.log(named["weight"])
        density = self._gather([pm.logp(c, value) for c in components])
        result = pt.logsumexp(log_weight + density, axis=-1)
        if not self.truncated:
            return result
        mass = self._gather([_log_mass(c, lower, upper) for c in components])
        return result - pt.logsumexp(log_weight + mass, axis=-1)

    def random(
        self, *parameters: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
    ) -> Any:
        named, lower, upper = self._split(parameters)
        shape = () if size is None else tuple(size)
        below, above = (-np.inf if lower is None else lower), (np.inf if upper is None else upper)
        components = [
            FAMILIES[family](*(float(named[a][k]) for a in FAMILIES[family].arguments))
            for k, family in enumerate(self._component_families(named))
        ]
        limits = np.array([below, above], dtype=float)
        low, high = np.array([c.cdf(limits) for c in components]).T
        mass = np.asarray(named["weight"], dtype=float) * (high - low)
        which = rng.choice(len(components), p=mass / mass.sum(), size=shape)
        quantile = low[which] + rng.uniform(size=shape) * (high - low)[which]
        draws = np.empty(shape)
        for k, component in enumerate(components):
            draws = np.where(which == k, component.ppf(quantile), draws)
        return draws

    def _component_families(self, named: dict[str, Any]) -> tuple[str, ...]:
        return self.families[:1] * len(named["weight"]) if self.one_family else self.families

    def support_point(self, _rv: Tensor, _size: Tensor, *parameters: Tensor) -> Tensor:
        lower, upper = self._interval(parameters)
        if lower is not None or upper is not None:
            return _middle(lower, upper)
        named, *_ = self._split(parameters)
        centre = named.get("mean", named.get("location", pt.zeros((1,))))
        return pt.sum(named["weight"] * centre)

    def _interval(self, parameters: Sequence[Tensor]) -> tuple[Tensor | None, Tensor | None]:
        """The support, cut to the limits; ``None`` for an infinite end."""
        named, lower, upper = self._split(parameters)
        low: Tensor | None = None
        high: Tensor | None = None
        if set(self.families) == {"uniform"}:
            low, high = pt.min(named["lower"]), pt.max(named["upper"])
        else:
            low = None if np.isinf(self.support[0]) else pt.constant(self.support[0])
            high = None if np.isinf(self.support[1]) else pt.constant(self.support[1])
        if lower is not None:
            low = lower if low is None else pt.maximum(low, lower)
        if upper is not None:
            high = upper if high is None else pt.minimum(high, upper)
        return low, high

    def transform(self) -> Interval | None:
        unbounded = all(np.isinf(s) for s in self.support)
        if unbounded and not self.truncated:
            return None
        skip = len(self.arguments) + self.has_lower + self.has_upper
        return Interval(bounds_fn=lambda *inputs: self._interval(inputs[-skip:]))


def _log_mass(component: Tensor, lower: Tensor | None, upper: Tensor | None) -> Tensor:
    """Log probability that the component lies between the limits."""
    if lower is None:
        return pm.logcdf(component, upper)
    survival = pt.log1mexp(pm.logcdf(component, lower))
    if upper is None:
        return survival
    high, low = pm.logcdf(component, upper), pm.logcdf(component, lower)
    return high + pt.log1mexp(low - high)
