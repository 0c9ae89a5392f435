"""Test quantities: functions of parameters and data whose ranks must be uniform.

Parameters alone cannot tell an engine that returns the prior from one that is right; the data's
log-likelihood and the effect turned towards the data can (Modrak et al. 2023,
doi:10.1214/23-BA1404).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa import contract
from bayes_rsa.calibration.likelihood import LogLikelihood
from bayes_rsa.errors import ContractError
from bayes_rsa.estimands import ESTIMANDS

if TYPE_CHECKING:
    import pymc as pm
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Floats = NDArray[np.float64]

LOG_LIKELIHOOD: Final = "log_likelihood"
TOWARDS_DATA: Final = "effect_towards_data"
_DERIVED: Final = ("log_risk_ratio", "risk_difference")


class Quantities:
    """The test quantities of a model.

    Every free variable that is not latent and every variable of the card (each element of a vector
    apart), log RR and RD where the arms are modelled, the product of the effect with each other
    scalar parameter, the effect times the sign of the observed effect, and the log-likelihood of
    the data.

    Parameters
    ----------
    model
        A model that follows the contract.
    """

    def __init__(self, model: pm.Model) -> None:
        self._card = card = contract.card(model)
        self._log_likelihood = LogLikelihood(model)
        self._data = contract.data_of(model)
        free = [v.name for v in model.free_RVs if v.name not in card.latent]
        self.variables = tuple(dict.fromkeys([*free, *card.interest, *card.nuisance]))
        scalars = [v.name for v in model.free_RVs if v.ndim == 0]
        first = next((name for name in card.interest if name in scalars), None)
        first = "effect" if "effect" in scalars else first
        self._products = [(first, other) for other in scalars if first and other != first]

    def __call__(self, values: Mapping[str, Array], data: Mapping[str, Array]) -> dict[str, Floats]:
        """Each quantity for each draw.

        Parameters
        ----------
        values
            Each variable over (draw, ...).
        data
            What differs from the model's own data: the observed values.

        Raises
        ------
        ContractError
            If a variable is missing, or a quantity is not a number.
        """
        found: dict[str, Floats] = {}
        for name in self.variables:
            if name not in values:
                raise ContractError(
                    self._card.name, "variables", f"the posterior draws have no {name!r}"
                )
            found |= _scalars(name, np.asarray(values[name], dtype=float))
        data = {**self._data, **data}
        if self._card.arms:
            arms = values["p_treatment"], values["p_control"]
            with np.errstate(divide="ignore"):
                found |= {key: ESTIMANDS[key].compute(*arms) for key in _DERIVED}
        for one, other in self._products:
            found[f"{one} * {other}"] = found[one] * found[other]
        effect = values.get("log_odds_ratio" if self._card.arms else "effect")
        sign = _direction(data)
        if effect is not None and sign is not None:
            found[TOWARDS_DATA] = effect * sign
        found[LOG_LIKELIHOOD] = self._log_likelihood(values, data)
        for name, quantity in found.items():
            if np.isnan(quantity).any():
                raise ContractError(
                    self._card.name,
                    "finite",
                    f"{name!r} is not a number for some draws; the priors reach values at which "
                    "the model cannot be evaluated",
                )
        return found


def _scalars(name: str, values: Floats) -> dict[str, Floats]:
    """A scalar variable by its name, the elements of a vector by name and position."""
    if values.ndim == 1:
        return {name: values}
    return {
        f"{name}[{', '.join(map(str, index))}]": values[(slice(None), *index)]
        for index in np.ndindex(values.shape[1:])
    }


def _direction(data: Mapping[str, Array]) -> int | None:
    """Sign of the observed effect; ``None`` where the data do not show one."""
    if "events" in data and "n" in data:
        (y1, y0), (n1, n0) = (map(int, data[name]) for name in ("events", "n"))
        return int(np.sign(y1 * n0 - y0 * n1))
    if "estimate" in data and np.ndim(data["estimate"]) == 0:
        return int(np.sign(data["estimate"]))
    return None
