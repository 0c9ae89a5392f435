"""Models that several test files use, each compiled once per process; and a fit made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pymc as pm
import xarray as xr

from bayes_rsa import contract, models
from bayes_rsa.inference import CompiledModel, Provenance, fit
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

TACROLIMUS = Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher")
REPORTED = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"), better="higher")
UNIFORM = Prior.beta(1, 1)
TEXTBOOK_BASELINE = Prior.normal(0, 1.5)


def _swappable(model: pm.Model) -> CompiledModel:
    """With whatever there is in another trial and other numbers in the priors."""
    return CompiledModel(model, varying=contract.data_of(model), same_shapes=True)


@cache
def compiled_arms() -> CompiledModel:
    """Beta priors on the arms."""
    return _swappable(models.independent_arms(TACROLIMUS, treatment=UNIFORM, control=UNIFORM))


@cache
def compiled_baseline() -> CompiledModel:
    """Normal priors on the log odds ratio and on the control log odds."""
    return _swappable(
        models.log_odds_ratio(TACROLIMUS, effect=Prior.normal(0, 1), baseline=TEXTBOOK_BASELINE)
    )


@cache
def compiled_midpoint() -> CompiledModel:
    """Normal priors on the log odds ratio and on the mean of the two log odds."""
    return _swappable(models.log_odds_ratio(TACROLIMUS, effect=Prior.normal(0, 1)))


@cache
def compiled_reported() -> CompiledModel:
    """A normal prior on a reported effect; nothing of it may be swapped."""
    return CompiledModel(models.reported_effect(REPORTED, effect=Prior.normal(0, 1)), varying=())


@cache
def reference_fit() -> xr.DataTree:
    """The reference analysis, with all groups."""
    return fit(compiled_midpoint().model, compiled=compiled_midpoint())


def funnel() -> pm.Model:
    """Neal's funnel, to the contract: ``effect`` has the standard deviation exp(spread / 2)."""
    priors = {"spread": Prior.normal(0, 3), "effect": Prior.normal(0, 1)}
    vague = Trial.from_effect(measure="OR", log_effect=0.0, standard_error=100.0, better="higher")
    model = pm.Model()
    with model:
        data = {
            full: pm.Data(full, np.array(values), dims=f"{name}__component")
            for name, prior in priors.items()
            for full, values in contract.hyperparameters(name, prior).items()
        }
        spread = pm.Normal("spread", data["spread__mean"][0], data["spread__sd"][0])
        sd = data["effect__sd"][0] * pm.math.exp(spread / 2)
        effect = pm.Normal("effect", data["effect__mean"][0], sd)
        estimate, error = pm.Data("estimate", 0.0), pm.Data("standard_error", 100.0)
        pm.Normal("reported_estimate", effect, error, observed=estimate)
    card = contract.Card(
        "funnel", vague, priors, ("effect",), ("spread",), ("reported_estimate",), arms=False
    )
    return contract.attach(model, card)


@cache
def funnel_fit() -> xr.DataTree:
    """A fit of the funnel, with what divergences leave in it."""
    return fit(funnel(), seed=1, ess_target=1, target_accept=0.6)


@cache
def two_modes_fit() -> xr.DataTree:
    """Chains that stay where they begin: a prior with two far modes, data that do not choose."""
    vague = Trial.from_effect(measure="OR", log_effect=0.0, standard_error=100.0, better="higher")
    middle, *modes = (Prior.normal(place, 0.1) for place in (0, -8, 8))
    # Compiled for a prior between the modes, from where the chains start.
    start = models.reported_effect(vague, effect=Prior.mixture([(0.5, middle), (0.5, middle)]))
    model = models.reported_effect(vague, effect=Prior.mixture([(0.5, mode) for mode in modes]))
    compiled = CompiledModel.of([start, model])
    return fit(model, seed=4, compiled=compiled, predictive=False)


def logits_model(trial: Trial, *, treatment: Prior, control: Prior) -> pm.Model:
    """A user's own model: normal priors on each arm's log odds, built without our help."""
    priors = {"treatment_log_odds": treatment, "control_log_odds": control}
    model = pm.Model(coords={"arm": ["treatment", "control"]})
    with model:
        for name, counts in (("events", trial.events), ("n", trial.n)):
            pm.Data(name, np.array(counts), dims="arm")
        logits = []
        for name, prior in priors.items():
            data = {
                full.removeprefix(f"{name}__"): pm.Data(full, np.array(values))
                for full, values in contract.hyperparameters(name, prior).items()
            }
            logits.append(pm.Normal(name, data["mean"][0], data["sd"][0]))
        p = [pm.math.sigmoid(x) for x in logits]
        pm.Deterministic("p_treatment", p[0])
        pm.Deterministic("p_control", p[1])
        pm.Deterministic("log_odds_ratio", logits[0] - logits[1])
        pm.Binomial("outcome", model["n"], pm.math.stack(p), observed=model["events"], dims="arm")
    interest = ("p_treatment", "p_control", "log_odds_ratio")
    return contract.attach(model, contract.Card("logits_model", trial, priors, interest))


def beta_fit(
    trial: Trial,
    priors: Mapping[str, Prior] | None = None,
    *,
    draws: int = 2000,
    seed: int = 0,
) -> xr.DataTree:
    """A fit by hand: independent draws from the conjugate posterior of Beta arms, 4 chains."""
    chosen = dict(priors or {"p_treatment": UNIFORM, "p_control": UNIFORM})
    rng = np.random.default_rng(seed)
    columns = {}
    for name, events, n in zip(("p_treatment", "p_control"), trial.events, trial.n, strict=True):
        a, b = chosen[name].components[0].arguments
        columns[name] = rng.beta(a + events, b + n - events, size=(4, draws))
    columns["log_odds_ratio"] = np.subtract(
        *(np.log(columns[k]) - np.log1p(-columns[k]) for k in ("p_treatment", "p_control"))
    )
    posterior = xr.Dataset({k: (("chain", "draw"), v) for k, v in columns.items()})
    tree = xr.DataTree.from_dict({"posterior": posterior})
    interest = ("p_treatment", "p_control", "log_odds_ratio")
    card = contract.Card("independent_arms", trial, chosen, interest)
    Provenance.of(card, {"name": "independent draws", "seed": seed}).write(tree)
    return tree
