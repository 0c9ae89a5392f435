"""A prior that a share of history has changed: what both power priors are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pymc as pm

from bayes_rsa.contract import hyperparameters
from bayes_rsa.errors import InputError
from bayes_rsa.models._variables import _Density
from bayes_rsa.models.external_evidence._effects import parameter
from bayes_rsa.priors import Prior

Tensor = Any


def discount_variable(discount: Prior | float) -> tuple[Tensor, dict[str, Prior]]:
    """The power: free, or fixed by a number or a point. And the card's entry."""
    prior = discount if isinstance(discount, Prior) else Prior.point(discount)
    fixed = prior.families == ("point",)
    low, high = prior.support
    if fixed:
        low = high = prior.components[0].arguments[0]
    if low < 0 or high > 1:
        raise InputError(
            "discount",
            str(prior),
            "a discount lies between 0 (no borrowing) and 1 (pooling)",
            "use a number, beta(a, b) or uniform(0, 1)",
        )
    return parameter("discount", prior)


def given_history(
    name: str,
    initial: Prior,
    update: Callable[..., Any],
    power: Tensor,
    history: tuple[Tensor, Tensor],
) -> Tensor:
    """A scalar free variable whose prior is the initial one, updated by a share of the history."""
    data = {
        full.removeprefix(f"{name}__"): pm.Data(full, np.array(values), dims=f"{name}__component")
        for full, values in hyperparameters(name, initial).items()
    }
    density = _Updated(tuple(data), initial.families, update)
    return pm.CustomDist(
        name,
        *data.values(),
        power,
        *history,
        logp=density.logp,
        random=density.random,
        support_point=density.support_point,
        signature=",".join(["(k)"] * len(data)) + ",(),(h),(h)->()",
        class_name="PowerPrior",
        default_transform=density.transform(),
    )


class _Updated(_Density):
    """The density of a prior whose two arguments a share of the history has changed."""

    def __init__(
        self, arguments: Sequence[str], families: Sequence[str], update: Callable[..., Any]
    ) -> None:
        super().__init__(arguments, families, (None, None))
        self.update = update

    def _changed(self, parameters: Sequence[Any]) -> tuple[Any, ...]:
        first, second, weight, *history = parameters
        return (*self.update(first, second, *history), weight)

    def logp(self, value: Tensor, *parameters: Tensor) -> Tensor:
        return super().logp(value, *self._changed(parameters))

    def random(
        self, *parameters: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
    ) -> Any:
        return super().random(*self._changed(parameters), rng=rng, size=size)

    def support_point(self, rv: Tensor, size: Tensor, *parameters: Tensor) -> Tensor:
        return super().support_point(rv, size, *self._changed(parameters))
