"""The groups that a fit carries beside its draws: prior, predictions, densities, data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayes_rsa import contract, defaults
from bayes_rsa.inference.vectorized import log_densities, predictions, prior_draws

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr


def add_predictive(tree: xr.DataTree, model: pm.Model, card: contract.Card, *, seed: int) -> None:
    """Add to ``tree`` what follows from the model and the draws.

    ``prior`` and ``prior_predictive`` where the prior is proper and the model generative,
    ``posterior_predictive`` where it is generative, ``log_likelihood``, and ``log_prior`` where the
    prior is proper (untransformed scale, no Jacobian).
    """
    draws = tree["posterior"].to_dataset()
    observed, free = ([v.name for v in found] for found in (model.observed_RVs, model.free_RVs))
    with contract.interpreted():
        if card.proper and card.generative:
            prior = prior_draws(model, defaults.PRIOR_DRAWS, seed=seed)
            tree["prior"] = type(tree)(prior[list(draws.data_vars)])
            tree["prior_predictive"] = type(tree)(predictions(prior, model, seed=seed))
        if card.generative:
            tree["posterior_predictive"] = type(tree)(predictions(draws, model, seed=seed))
        densities = log_densities(draws, model, [*observed, *(free if card.proper else ())])
    tree["log_likelihood"] = type(tree)(densities[observed])
    if card.proper:
        tree["log_prior"] = type(tree)(densities[free])
    for child in tree.children.values():
        # The time of making would make two equal fits differ.
        child.attrs.pop("created_at", None)


def add_data(tree: xr.DataTree, model: pm.Model, card: contract.Card) -> None:
    """Add ``constant_data`` (the model's data and hyperparameters) and ``observed_data``."""
    import xarray as xr

    constant = contract.data_of(model)
    observed = {v.name: model.rvs_to_values[v].eval() for v in model.observed_RVs}
    named = {dim: list(values) for dim, values in model.coords.items() if values is not None}
    if card.arms:
        named["arm"] = list(contract.ARMS)
    for group, values in (("constant_data", constant), ("observed_data", observed)):
        columns = {name: (_dims(model, name, value.ndim), value) for name, value in values.items()}
        used = {dim for dims, _ in columns.values() for dim in dims}
        coords = {dim: labels for dim, labels in named.items() if dim in used}
        tree[group] = xr.DataTree(xr.Dataset(columns, coords=coords))


def _dims(model: pm.Model, name: str, rank: int) -> tuple[str, ...]:
    unnamed = tuple(f"{name}_dim_{k}" for k in range(rank))
    return tuple(model.named_vars_to_dims.get(name, unnamed))
