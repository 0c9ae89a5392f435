"""Models of biomarkers at fixed truths: bias beyond the shrinkage that the prior states.

A thousand simulated patients in each arm, as patients or as means and SDs before and after;
posterior means over many simulated trials, less the truth. Run as
``python docs/simulations/fixed_truths.py``; writes ``fixed_truths.json`` beside itself.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm

from bayes_rsa import contract, models
from bayes_rsa.files import write_text
from bayes_rsa.inference import CompiledModel, versions
from bayes_rsa.inference.raw import sample_arrays
from bayes_rsa.priors import Prior
from bayes_rsa.simulation import simulate_markers, simulate_mediation
from bayes_rsa.trial import BaselineFollowUp, Biomarker, Trial

SEED = 20230513
TRIALS = 20
N = (1000, 1000)
PRIOR = Prior.normal(0.0, 1.0)
RATIOS: Mapping[str, Mapping[str, float]] = {
    "lower": {"A": 0.6, "B": 0.8},
    "none and higher": {"A": 1.0, "B": 1.1},
    "much higher": {"A": 1.3, "B": 1.6},
}
PATHS: Mapping[str, Mapping[str, float]] = {
    "no effect": {"mediator_effect": 0.0, "direct_log_odds": 0.0},
    "through the biomarker": {"direct_log_odds": 0.3},
    "with interaction": {"direct_log_odds": 0.2, "interaction": 0.6},
}
CORRELATION = 0.5
CHANGES: Mapping[str, Mapping[str, float]] = {
    "lower": {"difference": -0.4, "sd_treatment": 0.7},
    "no difference": {"difference": 0.0, "sd_treatment": 1.0},
    "higher": {"difference": 0.8, "sd_treatment": 1.3},
}
EFFECTS = ("natural_direct_effect", "natural_indirect_effect", "total_effect")

Truth = Mapping[str, Any]
Found = Mapping[str, tuple[float, float, float]]
"""Quantity -> posterior mean, truth, share of the truth that the prior takes away."""


def markers(seed: int, truth: Truth) -> tuple[Truth, pm.Model]:
    """What a trial of two markers was drawn from, and its model."""
    simulated = simulate_markers(ratios=truth, n=N, seed=seed)
    model = models.biomarkers.patient_level(simulated.trial, simulated.data, effect=PRIOR)
    return simulated.truth, model


def read_markers(truth: Truth, draws: Mapping[str, Any]) -> Found:
    """Log ratios of geometric means."""
    found = {}
    for k, (name, ratio) in enumerate(truth["ratios"].items()):
        log_ratio = draws["effect"][..., k]
        variance = float(log_ratio.var())
        found[name] = (float(log_ratio.mean()), math.log(ratio), variance / (1 + variance))
    return found


def mediator(seed: int, truth: Truth) -> tuple[Truth, pm.Model]:
    """The same of a trial with a biomarker between treatment and outcome."""
    simulated = simulate_mediation(n=N, seed=seed, **truth)
    model = models.mediation(
        simulated.trial,
        simulated.data,
        mediator="biomarker",
        mediator_effect=PRIOR,
        direct_log_odds=PRIOR,
        mediator_log_odds=PRIOR,
        interaction=PRIOR,
    )
    return simulated.truth, model


def read_mediator(truth: Truth, draws: Mapping[str, Any]) -> Found:
    """Natural effects; the parameter that the data tell least is shrunk most."""
    names = ("mediator_effect", "direct_log_odds", "mediator_log_odds", "interaction")
    widest = max(float(draws[name].var()) for name in names)
    share = widest / (1 + widest)
    return {key: (float(draws[key].mean()), truth[key], share) for key in EFFECTS}


def before_after(seed: int, truth: Truth) -> tuple[Truth, pm.Model]:
    """The same of means and SDs before and after; the correlation is taken as known."""
    rng = np.random.default_rng(seed)
    arms = []
    for mean, sd, n in (
        (2.5 + truth["difference"], truth["sd_treatment"], N[0]),
        (2.5, 0.9, N[1]),
    ):
        z = rng.standard_normal((2, n))
        first = 3.0 + 0.8 * z[0]
        second = mean + sd * (CORRELATION * z[0] + math.sqrt(1 - CORRELATION**2) * z[1])
        spread = (float(x) for v in (first, second) for x in (v.mean(), v.std(ddof=1)))
        arms.append((*spread, n))
    trial = Trial.from_counts(
        (0, N[0]), (0, N[1]), biomarkers=(Biomarker("x", BaselineFollowUp(*arms)),)
    )
    model = models.biomarkers.baseline_follow_up(
        trial, marker="x", effect=PRIOR, correlation=CORRELATION
    )
    return truth, model


def read_before_after(truth: Truth, draws: Mapping[str, Any]) -> Found:
    """The difference given baseline."""
    effect = draws["effect"]
    variance = float(effect.var())
    return {"x": (float(effect.mean()), truth["difference"], variance / (1 + variance))}


def rows(
    make: Callable[[int, Truth], tuple[Truth, pm.Model]],
    read: Callable[[Truth, Mapping[str, Any]], Found],
    truths: Mapping[str, Truth],
) -> list[dict[str, Any]]:
    """Bias of each quantity under each truth, with its Monte Carlo error."""
    _, first = make(SEED, next(iter(truths.values())))
    varying = contract.data_of(first).keys() - contract.hyperparameters_of(first)
    compiled = CompiledModel(first, varying=varying)
    found = []
    for place, (name, truth) in enumerate(truths.items()):
        off: dict[str, list[tuple[float, float, float]]] = {}
        for k in range(TRIALS):
            seed = SEED + 1000 * place + k
            drawn_from, model = make(seed, truth)
            data = contract.data_of(model)
            raw = sample_arrays(compiled, data, seed=seed, draws=500, tune=400, chains=2)
            for key, one in read(drawn_from, raw.values).items():
                off.setdefault(key, []).append(one)
        for key, values in off.items():
            mean, target, share = np.transpose(values)
            found.append(
                {
                    "truth": name,
                    "quantity": key,
                    "true_value": float(target.mean()),
                    "bias": float((mean - target).mean()),
                    "bias_error": float((mean - target).std(ddof=1) / math.sqrt(TRIALS)),
                    "shrinkage": float(abs(target * share).mean()),
                }
            )
    return found


def main() -> None:
    """Simulate under every truth and store what was found."""
    record = {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "seed": SEED,
        "trials": TRIALS,
        "n": list(N),
        "prior": str(PRIOR),
        "versions": versions(),
        "models": {
            "patient_level": rows(markers, read_markers, RATIOS),
            "mediation": rows(mediator, read_mediator, PATHS),
            "baseline_follow_up": rows(before_after, read_before_after, CHANGES),
        },
    }
    text = json.dumps(record, indent=1) + "\n"
    write_text(Path(__file__).with_suffix(".json"), text, "out", overwrite=True)


if __name__ == "__main__":
    main()
