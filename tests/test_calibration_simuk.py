"""simuk, an independent implementation of calibration, on the same simulated data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simuk
from calibration_engines import Effect, effect_model

from bayes_rsa import contract
from bayes_rsa.calibration.bands import p_value
from bayes_rsa.calibration.generator import Generator, Truth
from bayes_rsa.calibration.quantities import Quantities
from bayes_rsa.calibration.simulation import simulate

pytestmark = pytest.mark.slow

SIMULATIONS, DRAWS = 10, 200
_QUICK = {"mode": contract.ONE_CALL}


def test_ranks_agree_with_simuk() -> None:
    """Same true values and data, another sampler and another rank: equal up to Monte Carlo."""
    model = effect_model()
    generator = Generator(model)
    data: dict[float, Any] = {}

    def simulator(effect: Any, seed: int) -> dict[str, Any]:
        drawn = generator.replicate({"effect": effect}, int(seed))
        data[float(effect)] = drawn
        return {"reported_estimate": drawn["estimate"]}

    other = simuk.SBC(
        model,
        num_simulations=SIMULATIONS,
        seed=4,
        simulator=simulator,
        progress_bar=False,
        sample_kwargs={
            "nuts_sampler": "pymc",
            "draws": DRAWS,
            "tune": 100,
            "chains": 1,
            "cores": 1,
            "compile_kwargs": _QUICK,
        },
    )
    with contract.interpreted(), contract.python_draws():
        other.run_simulations()
    theirs = other.simulations["prior_sbc"]["effect"].values.ravel()
    truths = other.ref_params["effect"].values
    assert len(theirs) == len(truths) == SIMULATIONS
    quantities, engine = Quantities(model), Effect()
    ours = []
    for index, effect in enumerate(truths):
        truth = Truth({"effect": effect}, data[float(effect)])
        seed = np.random.SeedSequence(index)
        ours.append(simulate(truth, engine, quantities, size=DRAWS, seed=seed).ranks["effect"])
    # NUTS draws of one parameter are worth a third of their number or more.
    share = np.clip(np.array(ours) / DRAWS, 3 / DRAWS, 1 - 3 / DRAWS)
    error = np.sqrt(share * (1 - share) * (1 / DRAWS + 3 / DRAWS))
    assert np.all(abs(np.array(ours) - theirs) / DRAWS < 5 * error)
    assert p_value(theirs, DRAWS) > 0.001
    assert p_value(np.array(ours), DRAWS) > 0.001
