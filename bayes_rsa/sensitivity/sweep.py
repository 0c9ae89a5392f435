"""Posterior probabilities and summaries under many priors at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_choice, check_integer
from bayes_rsa.journal import Journal, config_hash
from bayes_rsa.sensitivity.columns import Engine, Values
from bayes_rsa.sensitivity.dataset import assemble
from bayes_rsa.sensitivity.grid import Priors
from bayes_rsa.sensitivity.plan import Cell, ModelFunction, Plan, make_plan
from bayes_rsa.sensitivity.storage import check_target, journal_of, write_sweep
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

ENGINES: Final = ("exact", "nuts", "reweight")
Progress = Callable[[int, int], None]
"""(cells done, cells in all), called after each unit of work."""

_AHEAD: Final = 64
"""Units handed to an executor at a time, so that a long sweep does not fill its queue."""


def sweep(
    trial: Trial,
    *,
    effect: Priors | None = None,
    baseline: Priors | None = None,
    midpoint: Priors | None = None,
    treatment: Priors | None = None,
    control: Priors | None = None,
    arms: Priors | None = None,
    model: str | ModelFunction | None = None,
    priors: Mapping[str, Priors] | None = None,
    statements: Sequence[str] | None = None,
    estimands: Sequence[str] | None = None,
    interval: float = defaults.INTERVAL,
    engine: str = "exact",
    seed: int = defaults.SEED,
    draws: int | None = None,
    tune: int = defaults.TUNE,
    chains: int = defaults.CHAINS,
    base: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> xr.Dataset:
    """Analyse a trial again under each of many priors.

    Each parameter takes a single prior, a list or mapping of priors of any families, or a grid
    (:func:`~bayes_rsa.sensitivity.prior_grid`, :func:`~bayes_rsa.sensitivity.beta_weight_grid`,
    :func:`~bayes_rsa.sensitivity.mixture_grid`). All combinations are computed.

    Parameters
    ----------
    trial
        The data.
    effect
        Priors on the effect: natural log of the measure, or the difference.
    baseline, midpoint
        Priors on the control arm's log odds, or on the mean of the two log odds; without either,
        the default of the model.
    treatment, control, arms
        Priors on the arms' event probabilities; ``arms`` gives both arms the same prior.
    model
        Name of the model function; by default ``independent_arms`` if an arm's prior is given,
        ``reported_effect`` for a trial without counts, and ``log_odds_ratio`` otherwise. For
        ``nuts`` and ``reweight`` also a function of your own that follows ``bayes_rsa.contract``.
    priors
        Priors of the other parameters of such a function, by keyword.
    statements
        What is asked: ``OR > 1.25``, ``RD > 0.1``, ``benefit`` ...
    estimands
        Keys of the estimands whose median and equal-tailed interval are given.
    interval
        Probability of the equal-tailed interval.
    engine
        ``exact`` (quadrature), ``nuts`` (one compile, then data change) or ``reweight`` (importance
        sampling from one fit under a wide prior).
    seed
        Seed of ``nuts`` and ``reweight``. A cell's draws depend on it and on the cell's priors
        only.
    draws, tune, chains
        Settings of the sampler, per chain (``draws`` for ``nuts``; ``reweight`` draws until its
        base fit has ``defaults.REWEIGHT_ESS_TARGET`` effective draws).
    base
        For ``reweight``: prior of each parameter in the base fit.
    out
        File for the result (``.nc``, ``.csv`` or ``.parquet``). Finished cells are kept beside it
        as they come, so that the same call goes on where a killed one stopped.
    overwrite
        Whether ``out`` may be replaced.
    progress
        Called with the numbers of cells done and in all.
    executor
        Any ``concurrent.futures.Executor``; the result does not depend on it.

    Returns
    -------
    xarray.Dataset
        Dimensions: one for each hyperparameter that varies (``effect_mean``, ``effect_sd``,
        ``control_rate`` ...), or ``prior`` for a list of priors on the effect or on both arms
        (``baseline_prior`` ... for the others); then ``statement`` or ``estimand``. Variables:
        ``probability`` with ``error``; ``median``, ``eti_lower``, ``eti_upper`` with their errors;
        ``passed`` and ``reason``; the engine's diagnostics.

    Raises
    ------
    InputError
        If anything is out of range; before the first cell is computed.

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> result = rsa.sweep(trial, effect=["normal(0, 0.355)", "normal(0, 1)"])
    >>> result["probability"].sel(statement="OR > 1").values.round(4)
    array([0.9411, 0.9829])
    """
    given = {
        "effect": effect,
        "baseline": baseline,
        "midpoint": midpoint,
        "treatment": treatment,
        "control": control,
        "arms": arms,
        **(priors or {}),
    }
    plan = make_plan(
        trial, model, given, statements=statements, estimands=estimands, interval=interval
    )
    chosen = _engine(plan, engine, seed=seed, draws=draws, tune=tune, chains=chains, base=base)
    target = None
    if out is not None:
        resuming = journal_of(Path(out)).exists()
        target = check_target(out, overwrite=overwrite or resuming)
    cells = plan.cells()
    units = chosen.units(cells)
    config = {"plan": plan.to_dict(), "engine": engine, **chosen.config()}
    journal = Journal(journal_of(target) if target else None, config, field="out")
    found = assemble(chosen, list(_results(chosen, cells, units, journal, progress, executor)))
    if target is not None:
        write_sweep(found, target, overwrite=True)
        journal.remove()
    return found


def _engine(plan: Plan, name: str, **settings: Any) -> Engine:
    check_choice("engine", name, ENGINES)
    seed = check_integer("seed", settings["seed"], least=0)
    if settings["base"] is not None and name != "reweight":
        raise InputError("base", settings["base"], "only reweighting has a base", "leave it out")
    if name == "exact":
        if plan.function is not None:
            raise InputError(
                "engine",
                name,
                "quadrature knows the models of this package only",
                "use engine='nuts'",
            )
        from bayes_rsa.sensitivity.sweep_exact import ExactEngine

        return ExactEngine(plan)
    sampler = {
        "tune": check_integer("tune", settings["tune"], least=100),
        "chains": check_integer("chains", settings["chains"], least=2),
    }
    if name == "nuts":
        from bayes_rsa.sensitivity.sweep_nuts import NutsEngine

        draws = defaults.DRAWS if settings["draws"] is None else settings["draws"]
        return NutsEngine(plan, seed, draws=check_integer("draws", draws, least=100), **sampler)
    from bayes_rsa.sensitivity.sweep_reweight import ReweightEngine, base_priors

    return ReweightEngine(plan, seed, base_priors(plan, settings["base"]), **sampler)


def _results(
    engine: Engine,
    cells: Sequence[Cell],
    units: Sequence[tuple[int, ...]],
    journal: Journal,
    progress: Progress | None,
    executor: Executor | None,
) -> Iterator[tuple[tuple[int, ...], Values]]:
    """Results of all units: those in the journal first, then the others as they come."""
    total, done = len(cells), 0
    keys = {unit: _key(cells, unit) for unit in units} if journal.path is not None else {}
    left = []
    for unit in units:
        if keys.get(unit) in journal.results:
            done += len(unit)
            yield unit, journal.results[keys[unit]]
        else:
            left.append(unit)
    if progress is not None and done:
        progress(done, total)
    for unit, values in _computed(engine, cells, left, executor):
        if keys:
            journal.add(keys[unit], values)
        done += len(unit)
        if progress is not None:
            progress(done, total)
        yield unit, values


def _key(cells: Sequence[Cell], unit: tuple[int, ...]) -> str:
    if len(unit) == 1:
        return cells[unit[0]].key
    return config_hash({"cells": [cells[k].key for k in unit]})


def _computed(
    engine: Engine,
    cells: Sequence[Cell],
    units: Sequence[tuple[int, ...]],
    executor: Executor | None,
) -> Iterator[tuple[tuple[int, ...], Values]]:
    if executor is None:
        for unit in units:
            yield unit, engine.run([cells[k] for k in unit])
        return
    waiting = iter(units)
    running: dict[Future[Values], tuple[int, ...]] = {}
    try:
        while True:
            for unit in islice(waiting, _AHEAD - len(running)):
                running[executor.submit(engine.run, [cells[k] for k in unit])] = unit
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                unit = running.pop(future)
                yield unit, future.result()
    finally:
        for future in running:
            future.cancel()
