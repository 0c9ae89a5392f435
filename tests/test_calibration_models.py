"""Every model there is, in a short run; and two engines apart from NUTS on the same data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from bayes_rsa import contract, exact, models
from bayes_rsa.calibration import Draws, Nuts, cases, posterior_sbc, sbc
from bayes_rsa.calibration.catalogue import CASES
from bayes_rsa.calibration.generator import Generator
from bayes_rsa.calibration.patient_cases import PATIENT_CASES
from bayes_rsa.inference import CompiledModel, fit
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

SIMULATIONS, DRAWS, SEED = 40, 99, 5


@pytest.fixture(scope="module")
def compiled() -> dict[str, Nuts]:
    return {}


def nuts(name: str, compiled: dict[str, Nuts]) -> Nuts:
    if name not in compiled:
        model = CASES[name].build()
        if name == "log_odds_ratio_midpoint":  # it serves other priors and other data, too
            model = CompiledModel(model, varying=contract.data_of(model), same_shapes=True)
        compiled[name] = Nuts(model)
    return compiled[name]


# Each case costs a compile: the mixtures are in the long runs only, and the models that have a
# module of their own are calibrated in its tests. Two of the others are compiled here anyway.
SHORT = [
    name
    for name, case in CASES.items()
    if "mixture" not in name and "." not in case.function and name not in PATIENT_CASES
]
QUICK = ("independent_arms", "log_odds_ratio_midpoint")


@pytest.mark.parametrize(
    "name", [pytest.param(x, marks=() if x in QUICK else pytest.mark.slow) for x in SHORT]
)
def test_calibrated(name: str, compiled: dict[str, Nuts]) -> None:
    found = sbc(CASES[name].build(), SIMULATIONS, SEED, draws=DRAWS, engine=nuts(name, compiled))
    assert found.passed, found.explain()
    assert found.short == 0


def test_every_model_function_is_calibrated() -> None:
    functions = set(models.__all__)
    functions |= {f"doubt.{name}" for name in models.doubt.__all__ if name != "discounted"}
    functions |= {f"external_evidence.{name}" for name in models.external_evidence.__all__}
    assert functions <= {case.function for case in cases().values()}


def test_posterior_calibration_at_the_trial_s_data(compiled: dict[str, Nuts]) -> None:
    model = cases()["posterior_neutral_moderate"].build()
    engine = Nuts(nuts("log_odds_ratio_midpoint", compiled).compiled.with_model(model))
    tree = fit(model, seed=SEED, compiled=engine.compiled)
    found = posterior_sbc(model, tree, SIMULATIONS, SEED, draws=DRAWS, engine=engine)
    assert found.passed, found.explain()
    assert found.config["observed"] == {"events": [60, 47]}


def test_ranks_agree_with_the_exact_posterior(compiled: dict[str, Nuts]) -> None:
    """The exact cdf at the truth is what the rank estimates: within 5 of its standard errors."""
    case = CASES["log_odds_ratio_midpoint"]
    model, engine = case.build(), nuts("log_odds_ratio_midpoint", compiled)
    found = sbc(model, SIMULATIONS, SEED, draws=DRAWS, engine=engine, attempts=1)
    generator = Generator(model)
    for name in ("log_odds_ratio", "risk_difference", "p_control"):
        for index in range(20):
            truth = generator.prior(truth_seed(index))
            events, n = truth.data["events"], case.trial.n
            trial = Trial.from_counts(
                treatment=(int(events[0]), n[0]), control=(int(events[1]), n[1])
            )
            posterior = exact.log_odds_ratio(trial, **case.priors)
            u = float(posterior.cdf(name, np.array([value(name, truth.values)]))[0])
            error = np.sqrt(max(u * (1 - u), 1 / DRAWS) / DRAWS)
            assert abs(found.ranks[name][index] / DRAWS - u) < 5 * error, (name, index)


def truth_seed(index: int) -> int:
    """The seed of a simulation's true values and data."""
    sequence = np.random.SeedSequence(SEED, spawn_key=(0, index))
    return int(sequence.spawn(2)[0].generate_state(1, np.uint32)[0])


def value(name: str, values: Any) -> float:
    if name == "risk_difference":
        return float(values["p_treatment"] - values["p_control"])
    return float(values[name])


# ---- faults through the sampler ---------------------------------------------------------------


def contrast(sd: float = 0.5) -> Any:
    return models.log_odds_ratio(
        Trial.from_counts(treatment=(20, 50), control=(20, 50)),
        effect=Prior.normal(0.4, sd),
        midpoint=Prior.normal(0.0, 1.0),
    )


def contrast_engine(compiled: dict[str, Nuts], sd: float = 0.5) -> Nuts:
    return Nuts(nuts("log_odds_ratio_midpoint", compiled).compiled.with_model(contrast(sd)))


def test_nuts_passes_on_the_model_itself(compiled: dict[str, Nuts]) -> None:
    found = sbc(contrast(), SIMULATIONS, draws=DRAWS, engine=contrast_engine(compiled))
    assert found.passed, found.explain()
    assert found.divergent == found.short == 0


def test_nuts_on_a_variance_for_a_standard_deviation_is_caught(compiled: dict[str, Nuts]) -> None:
    wrong = contrast_engine(compiled, 0.5**2)
    assert "effect" in sbc(contrast(), 100, draws=DRAWS, engine=wrong, attempts=1).failures


class Exchanged(Nuts):
    """Fits the treatment's events as the control's."""

    def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
        return super().draws({"events": data["events"][::-1]}, size, seed)


def test_nuts_on_the_arms_exchanged_is_caught(compiled: dict[str, Nuts]) -> None:
    engine = Exchanged(contrast_engine(compiled).compiled)
    found = sbc(contrast(), 60, draws=DRAWS, engine=engine, attempts=1)
    assert {"log_likelihood", "effect"} <= set(found.failures)
