"""Observed and replicated data of one trial, as one data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bayes_rsa import contract
from bayes_rsa.errors import InputError

if TYPE_CHECKING:
    import pymc as pm

type Data = Mapping[str, NDArray[Any]]
type Pool = Callable[[Data, Data], Data]


def pool_of(model: pm.Model) -> Pool:
    """How the model's data and a replication of them become one data set.

    Binomial counts add, with their denominators; two estimates with the same standard error have
    their mean as estimate, with the standard error over the square root of two. Both pooled
    likelihoods are the product of the two likelihoods, up to a constant.

    Raises
    ------
    InputError
        If the model is neither; then pass ``pool``.
    """
    card = contract.card(model)
    observed = {v.name for v in model.observed_RVs}
    if card.arms and observed == {"outcome"}:
        return pool_counts
    if not card.arms and observed == {"reported_estimate"}:
        return pool_estimates
    raise InputError(
        "pool",
        None,
        f"how observed and replicated data of {card.name} become one data set is not known",
        "pass pool=, a function of the model's data and the replicated values that returns the "
        "data that replace the model's",
    )


def pool_counts(data: Data, replicated: Data) -> Data:
    """Events and n of two trials with the same arms, added."""
    return {"events": data["events"] + replicated["events"], "n": 2 * data["n"]}


def pool_estimates(data: Data, replicated: Data) -> Data:
    """Two estimates of one effect with the same standard error."""
    return {
        "estimate": (data["estimate"] + replicated["estimate"]) / 2,
        "standard_error": data["standard_error"] / np.sqrt(2.0),
    }
