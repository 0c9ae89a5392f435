"""Fit a model to a promised accuracy, with everything that a report needs beside the draws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa import contract, defaults
from bayes_rsa.fields import check_integer, check_number
from bayes_rsa.inference.compiled import CompiledModel
from bayes_rsa.inference.derived import derived
from bayes_rsa.inference.groups import add_data, add_predictive
from bayes_rsa.inference.properness import require_proper_posterior
from bayes_rsa.inference.provenance import Provenance

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

_MARGIN: Final = 1.2
"""How much longer than needed a run is planned: the ESS of the last one is itself an estimate."""
_RUNS: Final = 4
_HOPELESS: Final = 1.2
"""R-hat beyond which the chains have not met, so that more draws would buy nothing."""


def fit(
    model: pm.Model,
    *,
    seed: int = defaults.SEED,
    ess_target: int = defaults.ESS_TARGET,
    draws: int = defaults.DRAWS,
    tune: int = defaults.TUNE,
    chains: int = defaults.CHAINS,
    cores: int | None = None,
    target_accept: float = defaults.TARGET_ACCEPT,
    compiled: CompiledModel | None = None,
    predictive: bool = True,
    progress: bool = False,
) -> xr.DataTree:
    """Sample a model's posterior with NUTS until the accuracy target is met.

    A first run of ``draws`` per chain shows how efficient the sampler is; if bulk or tail ESS of
    any parameter or derived quantity is below ``ess_target``, a longer run of the length that it
    suggests replaces it (at most ``defaults.MAX_DRAWS`` per chain; none where the chains have not
    met at all). The gate in
    ``bayes_rsa.diagnostics`` judges the result; ``fit`` itself returns it either way.

    Parameters
    ----------
    model
        A model that follows ``bayes_rsa.contract``.
    seed
        Non-negative integer. The same seed, settings and versions give the same draws.
    ess_target
        Effective sample size to reach, bulk and tail.
    draws, tune, chains, cores, target_accept
        Settings of the sampler (nutpie); draws and tune are per chain.
    compiled
        A model compiled before, with the same compile key: then nothing is compiled again.
    predictive
        Whether to add the groups beside the draws: prior, both predictives, log-likelihood and
        log-prior. They take longer than the draws; summaries and the gate do not need them.
    progress
        Whether to show a progress bar.

    Returns
    -------
    xr.DataTree
        Groups ``posterior``, ``sample_stats``, ``prior``, ``prior_predictive``,
        ``posterior_predictive``, ``log_likelihood``, ``log_prior``, ``observed_data``,
        ``constant_data``; the prior groups are missing where a prior is improper. Without
        ``predictive`` only ``posterior``, ``sample_stats`` and both groups of data. Provenance is
        in the attributes.

    Raises
    ------
    ContractError
        If the model does not follow the contract.
    InputError
        If the posterior is improper, or a setting is out of range.
    """
    card = contract.check(model)
    require_proper_posterior(card)
    seed = check_integer("seed", seed, least=0)
    chains = check_integer("chains", chains, least=2)
    draws = check_integer("draws", draws, least=100)
    tune = check_integer("tune", tune, least=100)
    ess_target = check_integer("ess_target", ess_target, least=1)
    target_accept = check_number(
        "target_accept", target_accept, above=0, below=1, remedy="use 0.9, or 0.99 on divergences"
    )
    ready = CompiledModel(model, varying=()) if compiled is None else compiled.with_model(model)
    settings: dict[str, Any] = {"tune": tune, "chains": chains, "target_accept": target_accept}
    run = {**settings, "cores": cores, "progress": progress}
    tree = ready.sample(seed=seed, draws=draws, **run)
    for _ in range(_RUNS):
        reached, rhat = _resolution(tree, card)
        if reached >= ess_target or draws >= defaults.MAX_DRAWS or not rhat < _HOPELESS:
            break
        needed = math.ceil(_MARGIN * draws * ess_target / max(reached, 1.0) / 100) * 100
        draws = min(max(needed, draws + 100), defaults.MAX_DRAWS)
        tree = ready.sample(seed=seed, draws=draws, **run)
    if predictive:
        add_predictive(tree, model, card, seed=seed)
    add_data(tree, model, card)
    sampler = {"name": "nutpie", "seed": seed, "draws": draws, "ess_target": ess_target, **settings}
    Provenance.of(card, sampler).write(tree)
    return tree


def _resolution(tree: xr.DataTree, card: contract.Card) -> tuple[float, float]:
    """Smallest bulk or tail ESS, and largest R-hat, of free variables and derived quantities."""
    import arviz_stats as azs
    import numpy as np

    posterior = tree["posterior"].to_dataset()
    judged = derived(posterior, measure=card.measure, arms=card.arms)
    judged = judged.drop_vars(list(card.latent), errors="ignore")
    judged = judged.assign(
        {name: posterior[name] for name in card.priors if name not in card.latent}
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        sizes = (
            azs.ess(judged, method="bulk"),
            azs.ess(judged, method="tail", prob=defaults.TAILS),
        )
        rhat = azs.rhat(judged)
    smallest = np.min([found[v].min() for found in sizes for v in found.data_vars])
    largest = np.max([rhat[v].max() for v in rhat.data_vars])
    return float(np.nan_to_num(smallest)), float(largest)
