"""Fit a model to a promised accuracy, with everything that a report needs beside the draws."""

from __future__ import annotations

import logging
import math
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayes_rsa import contract, defaults
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_integer
from bayes_rsa.inference.compiled import CompiledModel
from bayes_rsa.inference.derived import derived
from bayes_rsa.inference.provenance import Provenance

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr


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
    any parameter or derived quantity is below ``ess_target``, a longer run of the length that the
    first one suggests replaces it (at most ``defaults.MAX_DRAWS`` per chain). The gate in
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
    _require_proper_posterior(card)
    seed = check_integer("seed", seed, least=0)
    chains = check_integer("chains", chains, least=2)
    draws = check_integer("draws", draws, least=100)
    tune = check_integer("tune", tune, least=100)
    ready = CompiledModel(model) if compiled is None else compiled.with_model(model)
    settings: dict[str, Any] = {"tune": tune, "chains": chains, "target_accept": target_accept}
    run = {**settings, "cores": cores, "progress": progress}
    tree = ready.sample(seed=seed, draws=draws, **run)
    reached = _smallest_ess(tree, card)
    if reached < ess_target and draws < defaults.MAX_DRAWS:
        needed = math.ceil(1.2 * draws * ess_target / max(reached, 1.0) / 100) * 100
        draws = min(needed, defaults.MAX_DRAWS)
        tree = ready.sample(seed=seed, draws=draws, **run)
    if predictive:
        _add_predictive(tree, model, card, seed=seed)
    _add_data(tree, model, card)
    sampler = {"name": "nutpie", "seed": seed, "draws": draws, "ess_target": ess_target, **settings}
    Provenance.of(card, sampler).write(tree)
    return tree


def _require_proper_posterior(card: contract.Card) -> None:
    improper = [name for name, prior in card.priors.items() if not prior.is_proper]
    if len(improper) > 1:
        raise InputError(
            " and ".join(improper),
            "flat()",
            "NUTS refuses improper priors on every parameter: the prior cannot be drawn from, and "
            "an empty cell makes the posterior improper",
            "use the exact engine, or a wide proper prior such as normal(0, 10)",
        )
    if not improper or not card.arms:
        return
    events, n = card.trial.events, card.trial.n
    cells = (*events, n[0] - events[0], n[1] - events[1])
    if min(cells) == 0:
        raise InputError(
            improper[0],
            "flat()",
            "with an empty cell in the table the posterior under a flat prior is improper",
            "use a proper prior",
        )


def _smallest_ess(tree: xr.DataTree, card: contract.Card) -> float:
    """Smallest bulk or tail ESS over the free variables and the derived quantities."""
    import arviz_stats as azs

    posterior = tree["posterior"].to_dataset()
    judged = derived(posterior, measure=card.measure, arms=card.arms)
    judged = judged.assign({name: posterior[name] for name in card.priors})
    smallest = math.inf
    for method in ("bulk", "tail"):
        found = azs.ess(judged, method=method)
        smallest = min(smallest, *(float(found[v].min()) for v in found.data_vars))
    return 0.0 if math.isnan(smallest) else smallest


def _add_predictive(tree: xr.DataTree, model: pm.Model, card: contract.Card, *, seed: int) -> None:
    import pymc as pm
    import xarray as xr
    from pymc.stats import compute_log_likelihood, compute_log_prior

    quiet: dict[str, Any] = {"model": model, "progressbar": False}
    with contract.python_draws(), _silent("pymc.sampling.forward"), warnings.catch_warnings():
        # Data are not in the posterior group, so PyMC cannot see that they did not change.
        warnings.filterwarnings("ignore", message=".*implicitly frozen")
        if card.proper and card.generative:
            prior = pm.sample_prior_predictive(
                draws=defaults.PRIOR_DRAWS, model=model, random_seed=seed
            )
            for group in ("prior", "prior_predictive"):
                tree[group] = xr.DataTree(prior[group].to_dataset())
        if card.generative:
            pm.sample_posterior_predictive(
                tree, random_seed=seed, extend_inferencedata=True, **quiet
            )
        compute_log_likelihood(tree, **quiet)
        if card.proper:
            compute_log_prior(tree, **quiet)


def _add_data(tree: xr.DataTree, model: pm.Model, card: contract.Card) -> None:
    import xarray as xr

    data = contract.data_of(model)
    dims = {v.name: tuple(model.named_vars_to_dims.get(v.name, ())) for v in model.data_vars}
    coords = {"arm": list(contract.ARMS)} if card.arms else {}
    constant = {k: (dims[k], v) for k, v in data.items()}
    tree["constant_data"] = xr.DataTree(xr.Dataset(constant, coords=coords))
    observed = {
        v.name: (tuple(model.named_vars_to_dims.get(v.name, ())), model.rvs_to_values[v].eval())
        for v in model.observed_RVs
    }
    tree["observed_data"] = xr.DataTree(xr.Dataset(observed, coords=coords))
    for child in tree.children.values():
        child.attrs.pop("created_at", None)


@contextmanager
def _silent(logger: str) -> Iterator[None]:
    """Keep a library's progress lines from the terminal; its warnings still show."""
    log = logging.getLogger(logger)
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(level)


def save_fit(tree: xr.DataTree, path: str | Path) -> Path:
    """Write a fit as netCDF, atomically; :func:`load_fit` gives it back without loss.

    Raises
    ------
    InputError
        If the tree carries no provenance, or the folder cannot be written to.
    """
    Provenance.read(tree)
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(suffix=".nc", dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise InputError(
            "path",
            str(path),
            f"its folder cannot be written to ({error.strerror})",
            "choose another",
        ) from error
    try:
        tree.to_netcdf(name, engine="h5netcdf")
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return target


def load_fit(path: str | Path) -> xr.DataTree:
    """Read a fit that :func:`save_fit` (or ``DataTree.to_netcdf``) wrote.

    Raises
    ------
    InputError
        If there is no such file, or it carries no provenance.
    """
    import xarray as xr

    if not Path(path).is_file():
        raise InputError("path", str(path), "there is no such file", "check the path")
    with xr.open_datatree(path, engine="h5netcdf") as stored:
        tree = stored.load()
    Provenance.read(tree)
    return tree
