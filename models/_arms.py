"""What the two-arm models share: the data, and the binomial likelihood on the log-odds scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt

from bayes_rsa.contract import ARMS
from bayes_rsa.errors import InputError
from bayes_rsa.trial import Trial

Tensor = Any


def two_arm_model(trial: Trial) -> pm.Model:
    """An empty model with the trial's counts as data ``events`` and ``n`` over the dim ``arm``."""
    if not trial.has_counts:
        raise InputError(
            "trial",
            trial.name,
            "this model needs the events and n of both arms",
            "give the counts, or use reported_effect",
        )
    model = pm.Model(coords={"arm": list(ARMS)})
    _count_data(model, "events", trial.events)
    _count_data(model, "n", trial.n)
    return model


def _count_data(model: pm.Model, name: str, counts: tuple[int, int]) -> None:
    # pm.Data would make the counts int32.
    data = pytensor.shared(np.array(counts, dtype=np.int64), model.name_for(name), shape=(2,))
    model.register_data_var(data, dims=("arm",))


def observe(model: pm.Model, *, log_odds_treatment: Tensor, log_odds_control: Tensor) -> None:
    """Add ``outcome``: events given the two log odds, binomial in each arm."""
    pm.CustomDist(
        "outcome",
        model["n"],
        pt.stack([log_odds_treatment, log_odds_control]),
        logp=binomial_logp,
        dist=_binomial,
        signature="(),()->()",
        class_name="Binomial",
        observed=model["events"],
        dims="arm",
    )


def _binomial(n: Tensor, log_odds: Tensor, size: Tensor) -> Tensor:
    return pm.Binomial.dist(n=n, p=pt.sigmoid(log_odds), size=size)


def binomial_logp(events: Tensor, n: Tensor, log_odds: Tensor) -> Tensor:
    """Log probability of the events, at any log odds."""
    # PyMC's own goes through the probability, which rounds to 1 at log odds of 37: the density
    # then drops to zero. Here it stays exact, and right at infinite log odds, too.
    others = n - events
    coefficient = pt.gammaln(n + 1) - pt.gammaln(events + 1) - pt.gammaln(others + 1)
    lost = pt.switch(events > 0, events * pt.softplus(-log_odds), 0.0)
    kept = pt.switch(others > 0, others * pt.softplus(log_odds), 0.0)
    return pt.switch((events < 0) | (others < 0), -np.inf, coefficient - lost - kept)


def expose(*, log_odds_treatment: Tensor, log_odds_control: Tensor) -> None:
    """Add the deterministic scalars ``p_treatment``, ``p_control`` and ``log_odds_ratio``."""
    pm.Deterministic("p_treatment", pt.sigmoid(log_odds_treatment))
    pm.Deterministic("p_control", pt.sigmoid(log_odds_control))
    pm.Deterministic("log_odds_ratio", log_odds_treatment - log_odds_control)
