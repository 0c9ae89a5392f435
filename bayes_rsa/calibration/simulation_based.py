"""Simulation-based calibration, with true parameters from the prior or from a posterior."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa import contract
from bayes_rsa.calibration.generator import Generator, Truth, observed_data
from bayes_rsa.calibration.nuts import Engine, Nuts
from bayes_rsa.calibration.pooling import Pool, pool_of
from bayes_rsa.calibration.quantities import Quantities
from bayes_rsa.calibration.record import Calibration
from bayes_rsa.calibration.study import Study
from bayes_rsa.errors import InputError, VaguePriorWarning
from bayes_rsa.fields import check_integer
from bayes_rsa.inference import versions

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

SIMULATIONS: Final = 1000
DRAWS: Final = 999
"""Posterior draws that each true value is ranked among: ranks are 0 to 999."""
ATTEMPTS: Final = 2

_LOOK: Final = 200
"""Data sets that are looked at before anything is sampled."""
_EXTREME: Final = 0.5
"""Share of data sets with an arm of all or no events above which the priors are called extreme."""


def sbc(
    model: pm.Model,
    simulations: int = SIMULATIONS,
    seed: int = 1,
    *,
    draws: int = DRAWS,
    engine: Engine | None = None,
    attempts: int = ATTEMPTS,
    path: str | Path | None = None,
    workers: int | None = None,
    progress: bool = False,
) -> Calibration:
    """Check that posteriors are right on average over the prior.

    For each simulation, parameters are drawn from the prior and data from the model given them;
    the rank of the true value of each test quantity among posterior draws given those data must be
    uniform. Test quantities are every parameter, the estimands, the product of the parameters, the
    effect turned towards the data, and the log-likelihood of the data. Each quantity's ECDF must
    stay inside simultaneous bands at 1 - 0.05/K, K the number of quantities; if one does not, twice
    as many simulations are run with fresh seeds, and they decide.

    Parameters
    ----------
    model
        A generative model with proper priors that follows ``bayes_rsa.contract``. Only its priors
        and its sample sizes matter, not its observed data.
    simulations
        Number of simulated data sets.
    seed
        Non-negative integer. Each simulation's seed follows from it and the simulation's number:
        ranks depend neither on the order nor on the number of threads, and a longer run begins
        with the ranks of a shorter one.
    draws
        Posterior draws that each true value is ranked among, thinned to their effective number.
    engine
        What draws from the posterior; NUTS on the model itself by default. Give ``Nuts(other)`` to
        see what a difference between two models does.
    attempts
        2 allows the repetition, 1 does not.
    path
        File that keeps every finished simulation. If it exists, what it holds is not run again; the
        result is that of an uninterrupted run.
    workers
        Number of threads; as many as there are cores by default.
    progress
        Whether to show a progress bar.

    Returns
    -------
    Calibration
        ``.passed``, ``.quantities`` with ranks, bands and p-values, ``.explain()``.

    Raises
    ------
    ContractError
        If the model does not follow the contract.
    InputError
        If a prior is improper, or the model generates no data: with the reason.

    Warns
    -----
    VaguePriorWarning
        If half of the simulated trials have an arm of all or no events: then it is the sampling of
        extreme posteriors that is checked.

    References
    ----------
    Talts S et al. Validating Bayesian inference algorithms with simulation-based calibration.
    arXiv:1804.06788

    Modrak M et al. Simulation-based calibration checking for Bayesian computation: the choice of
    test quantities shapes sensitivity. Bayesian Anal 2023. doi:10.1214/23-BA1404

    Sailynoja T, Burkner PC, Vehtari A. Graphical test for discrete uniformity and its applications
    in goodness-of-fit evaluation and multiple sample comparison. Stat Comput 2022;32:32.
    doi:10.1007/s11222-022-10090-6
    """
    card = contract.check(model)
    _require_generative(card)
    improper = [name for name, prior in card.priors.items() if not prior.is_proper]
    if improper:
        raise InputError(
            improper[0],
            str(card.priors[improper[0]]),
            "an improper prior cannot be drawn from, so there is nothing to calibrate against",
            "use a proper prior, or posterior_sbc on a fit",
        )
    simulations = check_integer("simulations", simulations, least=1)
    seed = check_integer("seed", seed, least=0)
    generator = Generator(model)
    if card.arms:
        _warn_if_extreme(card, generator, contract.data_of(model)["n"], seed)
    study = Study(
        card.name,
        "prior",
        _config(model, "prior", engine := engine or Nuts(model)),
        lambda _attempt, _index, seed: generator.prior(seed),
        engine,
        Quantities(model),
        check_integer("draws", draws, least=1),
        seed,
    )
    return study.run(
        simulations,
        attempts=check_integer("attempts", attempts, least=1),
        path=None if path is None else Path(path),
        workers=workers,
        progress=progress,
    )


def posterior_sbc(
    model: pm.Model,
    fit: xr.DataTree,
    simulations: int = 300,
    seed: int = 1,
    *,
    draws: int = DRAWS,
    pool: Pool | None = None,
    engine: Engine | None = None,
    attempts: int = ATTEMPTS,
    path: str | Path | None = None,
    workers: int | None = None,
    progress: bool = False,
) -> Calibration:
    """Check that posteriors are right where the data of this trial are.

    Parameters are drawn from the posterior given the observed data, a replication of the trial from
    the model given them; their rank in the posterior given observed and replicated data together
    must be uniform. The prior may be improper.

    Parameters
    ----------
    model
        A generative model that follows ``bayes_rsa.contract``, with its observed data.
    fit
        Its fit, or any tree whose ``posterior`` holds every variable of the model; at least
        ``simulations`` draws, or twice as many times ``attempts`` if it is to be repeated.
    simulations, seed, draws, engine, attempts, path, workers, progress
        As in :func:`sbc`.
    pool
        Function of the model's data and the replicated values that gives the data that replace the
        model's; needed for models other than binomial arms and a reported effect.

    Returns
    -------
    Calibration
        Of kind ``posterior``.

    References
    ----------
    Sailynoja T, Schmitt M, Burkner PC, Vehtari A. Posterior SBC: simulation-based calibration
    checking conditional on data. arXiv:2502.03279
    """
    card = contract.check(model)
    _require_generative(card)
    simulations = check_integer("simulations", simulations, least=1)
    attempts = check_integer("attempts", attempts, least=1)
    seed = check_integer("seed", seed, least=0)
    pool = pool_of(model) if pool is None else pool
    generator, data = Generator(model), contract.data_of(model)
    posterior = {
        str(name): v.values.reshape(-1, *v.shape[2:])
        for name, v in fit["posterior"].to_dataset().data_vars.items()
    }
    free = [v.name for v in model.free_RVs]
    available = len(posterior[free[0]])
    if available < simulations * 2 ** (attempts - 1):
        raise InputError(
            "fit",
            available,
            f"it needs a draw for each simulation, {simulations * 2 ** (attempts - 1)} with the "
            "repetition",
            "fit with a higher ess_target",
        )
    orders = [np.random.default_rng([seed, a]).permutation(available) for a in range(attempts)]

    def truth(attempt: int, index: int, truth_seed: int) -> Truth:
        values = {name: v[orders[attempt][index]] for name, v in posterior.items()}
        return Truth(values, pool(data, generator.replicate(values, truth_seed)))

    engine = engine or Nuts(model, varying=data)
    config = _config(model, "posterior", engine)
    config["observed"] = {
        name: np.asarray(data[name]).tolist() for name in observed_data(model).values()
    }
    config["posterior_sha256"] = hashlib.sha256(
        b"".join(np.ascontiguousarray(posterior[name]).tobytes() for name in free)
    ).hexdigest()
    study = Study(
        card.name,
        "posterior",
        config,
        truth,
        engine,
        Quantities(model),
        check_integer("draws", draws, least=1),
        seed,
    )
    return study.run(
        simulations,
        attempts=attempts,
        path=None if path is None else Path(path),
        workers=workers,
        progress=progress,
    )


def _require_generative(card: contract.Card) -> None:
    if not card.generative:
        raise InputError(
            "model",
            card.name,
            f"it generates no data{f': {w}' if (w := card.why_not_generative) else ''}",
            "calibration by simulation does not apply to it; check it against a closed form",
        )


def _warn_if_extreme(card: contract.Card, generator: Generator, n: Any, seed: int) -> None:
    seeds = np.random.SeedSequence([seed, _LOOK]).generate_state(_LOOK, np.uint32)
    events = np.array([generator.prior(int(s)).data["events"] for s in seeds])
    share = float(np.mean(((events == 0) | (events == n)).any(axis=1)))
    if share >= _EXTREME:
        warnings.warn(
            f"under the priors of {card.name}, {share:.0%} of simulated trials have an arm in "
            "which all or none have the event; calibration then checks the sampling of extreme "
            "posteriors. Use narrower priors.",
            VaguePriorWarning,
            stacklevel=3,
        )


def _config(model: pm.Model, kind: str, engine: Engine) -> dict[str, Any]:
    card = contract.card(model)
    observed = set(observed_data(model).values())
    data = {
        name: np.asarray(value).tolist()
        for name, value in contract.data_of(model).items()
        if name not in observed
    }
    return {
        "kind": kind,
        "model": card.to_dict(),
        "data": data,
        "engine": dict(engine.settings),
        "versions": versions(),
    }
