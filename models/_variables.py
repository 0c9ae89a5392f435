"""The one place where a Prior becomes a PyMC variable.

The prior's numbers are ``pm.Data`` (see ``contract.hyperparameters``), so a compiled model serves
every prior of the same families. The densities are PyMC's own; ``Prior.logpdf`` is held equal to
them by the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.distributions.transforms import Interval, log
from pymc.logprob.transforms import LogOddsTransform

from bayes_rsa.contract import hyperparameters
from bayes_rsa.errors import InputError
from bayes_rsa.models._families import GRAPHS, log_density, log_mass
from bayes_rsa.priors import FAMILIES, Family, Prior

Tensor = Any
Bounds = tuple[Tensor | None, Tensor | None]


class _LogOdds(LogOddsTransform):  # type: ignore[misc]
    def log_jac_det(self, value: Tensor, *_inputs: Tensor) -> Tensor:
        # PyMC's own goes through the probability, and has no gradient where that rounds to 1.
        return -pt.softplus(value) - pt.softplus(-value)


_TRANSFORMS: Final[dict[Bounds, Any]] = {
    (None, None): None,
    (0.0, None): log,
    (0.0, 1.0): _LogOdds(),
}


def variable(name: str, prior: Prior, *, bounds: Bounds = (None, None)) -> Tensor:
    """A scalar free variable with this prior, in the model on the context stack.

    Parameters
    ----------
    name
        The parameter's name; its hyperparameters become data ``<name>__<argument>``.
    prior
        Its prior, on the parameter's own scale.
    bounds
        Lower and upper limit (scalars with lower < 0 < upper, ``None`` for no limit) that other
        variables set: the prior is then truncated to them and renormalised, given those variables.
        ``flat()`` is cut off without being renormalised.

    Raises
    ------
    InputError
        If NUTS cannot take the prior: a point mass, or Haldane's ``beta(0, 0)``; or if it may have
        no mass between the limits.
    """
    if "point" in prior.families:
        raise InputError(
            name, str(prior), "NUTS cannot sample a point mass", "use the exact engine"
        )
    limits = [b for b in bounds if b is not None]
    _require_mass(name, prior, bounds)
    if prior.families == ("flat",):
        return _flat(name, bounds)
    if not prior.is_proper:
        raise InputError(name, str(prior), "NUTS takes proper priors here", "use the exact engine")
    data = {
        full.removeprefix(f"{name}__"): pm.Data(full, np.array(values), dims=f"{name}__component")
        for full, values in hyperparameters(name, prior).items()
    }
    density = _Density(tuple(data), prior.families, bounds)
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


def _require_mass(name: str, prior: Prior, bounds: Bounds) -> None:
    lower, upper = prior.support
    too_high = bounds[1] is not None and lower > 0
    too_low = bounds[0] is not None and upper < 0
    if too_high or too_low:
        raise InputError(
            name,
            str(prior),
            "where the control risk leaves little room, this prior has no mass on what is possible",
            "give a prior whose support reaches 0",
        )


def _flat(name: str, bounds: Bounds) -> Tensor:
    limits = [b for b in bounds if b is not None]
    if not limits:
        return pm.Flat(name)
    density = _Density((), ("flat",), bounds)
    return pm.CustomDist(
        name,
        *limits,
        logp=lambda value, *_: pt.zeros_like(value),
        support_point=density.support_point,
        signature=",".join(["()"] * len(limits)) + "->()",
        class_name="Flat",
        default_transform=density.transform(),
    )


class _Density:
    """Log density, draws, starting point and transform of a (truncated) mixture.

    Its methods take the hyperparameters in the order of ``arguments``, then the limits. One family
    is one vectorised distribution, so that the number of components may change; several families
    are one distribution each.
    """

    def __init__(self, arguments: Sequence[str], families: Sequence[str], bounds: Bounds) -> None:
        self.arguments = tuple(arguments)
        self.families = tuple(families)
        self.one_family = len(set(families)) == 1
        self.has_lower, self.has_upper = (b is not None for b in bounds)
        self.truncated = self.has_lower or self.has_upper

    def _split(self, parameters: Sequence[Any]) -> tuple[dict[str, Any], Any, Any]:
        """Named hyperparameters, and the lower and upper limit (``None`` where there is none)."""
        named = dict(zip(self.arguments, parameters, strict=False))
        limits = list(parameters[len(self.arguments) :])
        lower = limits.pop(0) if self.has_lower else None
        upper = limits.pop(0) if self.has_upper else None
        return named, lower, upper

    def _parts(self, named: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Family and hyperparameters: vectors for one family, else scalars of each component."""
        if self.one_family:
            family = self.families[0]
            return [(family, {a: named[a] for a in FAMILIES[family].arguments})]
        return [
            (family, {a: named[a][k] for a in FAMILIES[family].arguments})
            for k, family in enumerate(self.families)
        ]

    def _gather(self, values: list[Tensor]) -> Tensor:
        return values[0] if self.one_family else pt.stack(values)

    def logp(self, value: Tensor, *parameters: Tensor) -> Tensor:
        named, lower, upper = self._split(parameters)
        parts = self._parts(named)
        log_weight = pt.log(named["weight"])
        density = self._gather([log_density(family, a, value) for family, a in parts])
        result = pt.logsumexp(log_weight + density, axis=-1)
        if not self.truncated:
            return result
        mass = self._gather([log_mass(family, a, lower, upper) for family, a in parts])
        return result - pt.logsumexp(log_weight + mass, axis=-1)

    def random(
        self, *parameters: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
    ) -> Any:
        named, lower, upper = self._split(parameters)
        shape = () if size is None else tuple(size)
        count = len(named["weight"])
        families = self.families[:1] * count if self.one_family else self.families
        components = [
            FAMILIES[family](*(float(named[a][k]) for a in FAMILIES[family].arguments))
            for k, family in enumerate(families)
        ]
        weight = np.asarray(named["weight"], dtype=float)
        limits = None
        if self.truncated:
            limits = _limit(lower, -np.inf), _limit(upper, np.inf)
            weight = weight * [np.exp(c.log_mass(*limits)[0]) for c in components]
        which = rng.choice(count, p=weight / weight.sum(), size=shape)
        draws = np.empty(shape)
        for k in np.unique(which):
            here = which == k
            draws[here] = _draw(components[k], limits, int(np.sum(here)), rng)
        return draws

    def support_point(self, _rv: Tensor, _size: Tensor, *parameters: Tensor) -> Tensor:
        named, *_ = self._split(parameters)
        low, high = self._interval(parameters)
        middle = _middle(low, high)
        if not self.arguments:
            return middle
        centres = self._gather([GRAPHS[f].centre(*a.values()) for f, a in self._parts(named)])
        centre = centres[pt.argmax(named["weight"])]
        inside = [centre > low] if low is not None else []
        inside += [centre < high] if high is not None else []
        return pt.switch(reduce(pt.and_, inside), centre, middle) if inside else centre

    def _interval(self, parameters: Sequence[Tensor]) -> Bounds:
        """The support, cut to the limits; ``None`` for an infinite end."""
        named, lower, upper = self._split(parameters)
        low, high = self._support(named)
        if lower is not None:
            low = lower if low is None else pt.maximum(low, lower)
        if upper is not None:
            high = upper if high is None else pt.minimum(high, upper)
        return low, high

    def _support(self, named: dict[str, Any]) -> Bounds:
        if self.families == ("flat",):
            return None, None
        ends: list[Bounds] = []
        for k, (family, arguments) in enumerate(self._parts(named)):
            if family == "uniform":
                weight = named["weight"] if self.one_family else named["weight"][k]
                # A component without weight has no say in where the parameter may lie.
                low = pt.min(pt.switch(weight > 0, arguments["lower"], np.inf))
                ends.append((low, pt.max(pt.switch(weight > 0, arguments["upper"], -np.inf))))
            else:
                ends.append(GRAPHS[family].support)
        lows, highs = zip(*ends, strict=True)
        return (
            None if None in lows else reduce(pt.minimum, lows),
            None if None in highs else reduce(pt.maximum, highs),
        )

    def transform(self) -> Any:
        supports = {(None, None) if f == "flat" else GRAPHS[f].support for f in self.families}
        if not self.truncated and "uniform" not in self.families and len(supports) == 1:
            # The library's own transforms of fixed supports keep their digits at the edges.
            return _TRANSFORMS[supports.pop()]
        skip = len(self.arguments) + self.has_lower + self.has_upper
        return Interval(bounds_fn=lambda *inputs: self._interval(inputs[-skip:]))


def _middle(lower: Any, upper: Any) -> Tensor:
    if lower is None and upper is None:
        return pt.constant(0.0)
    if lower is None:
        return upper - 1.0
    return lower + 1.0 if upper is None else (lower + upper) / 2


def _limit(value: Any, default: float) -> Any:
    return np.array([default if value is None else value], dtype=float)


def _draw(
    component: Family, limits: tuple[Any, Any] | None, count: int, rng: np.random.Generator
) -> Any:
    """Draws from one component, by inversion where it is truncated."""
    if limits is None:
        return component.sample(count, rng)
    lower, upper = limits
    share = rng.uniform(size=count)
    if component.cdf(lower)[0] < 0.5:
        below = component.cdf(lower)
        return component.ppf(below + share * (component.cdf(upper) - below))
    # In the upper tail only the survival function keeps its digits.
    above = component.sf(upper)
    return component.isf(above + share * (component.sf(lower) - above))
