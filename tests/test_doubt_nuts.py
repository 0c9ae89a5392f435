"""How much doubt tips the conclusion by NUTS, beside the exact engine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

import numpy as np
import pymc as pm
import pytest

from bayes_rsa import contract, inference
from bayes_rsa.inference import CompiledModel
from bayes_rsa.sensitivity.doubt import (
    SampledDoubts,
    doubt_curve,
    doubt_tipping,
    fewest_changed_outcomes,
    fewest_missing,
    kinds,
    reference_belief,
    trust_tipping,
)
from bayes_rsa.sensitivity.doubt.nuts_search import crossing_by_nuts
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))


def test_the_search_by_nuts_is_unbiased_and_knows_its_error() -> None:
    """A known curve, seen through noise of a known size: z scores of 200 searches."""
    normal = NormalDist()
    truth = 0.31

    def search(seed: int) -> float:
        rng = np.random.default_rng(seed)

        def noisy(x: float, _run: int) -> tuple[float, float]:
            p = normal.cdf(normal.inv_cdf(0.95) + 1.1 * (truth - x))
            error = math.sqrt(p * (1 - p) / 8000)
            return float(np.clip(rng.normal(p, error), 1e-4, 1 - 1e-4)), error

        found = crossing_by_nuts(noisy, (0.0, 2.0), (0.95,)).crossings[0.95]
        assert found is not None
        return (found[0] - truth) / found[1]

    z = np.array([search(seed) for seed in range(200)])
    assert abs(z.mean()) < 4 / math.sqrt(200) + 0.1
    assert 0.7 < z.std() < 1.4


@pytest.fixture(scope="module")
def sampled() -> Iterator[tuple[SampledDoubts, list[str]]]:
    """NUTS for the reference, and the names of the models that were compiled."""
    compiled: list[str] = []

    class Counting(CompiledModel):
        def __init__(self, model: pm.Model, **options: Any) -> None:
            compiled.append(contract.card(model).name)
            super().__init__(model, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inference, "CompiledModel", Counting)
        yield SampledDoubts(TRIAL, reference_belief(TRIAL)), compiled


@pytest.mark.slow
@pytest.mark.parametrize("place", range(5))
def test_both_engines_tip_alike(sampled: tuple[SampledDoubts, list[str]], place: int) -> None:
    doubt = kinds(TRIAL)[place]
    found = doubt_tipping(TRIAL, doubt, engine="nuts", thresholds=(0.95,), sampled=sampled[0])
    other = doubt_tipping(TRIAL, doubt, thresholds=(0.95,))
    amount, error, expected = found.amounts[0.95], found.errors[0.95], other.amounts[0.95]
    assert amount is not None
    assert error is not None
    assert expected is not None
    assert abs(amount - expected) < 4 * error
    assert error < 0.15 * abs(doubt.worst - doubt.none)


@pytest.mark.slow
def test_both_engines_count_alike(sampled: tuple[SampledDoubts, list[str]]) -> None:
    # P after 3 changes is 0.9459, and 0.9569 after 2: the Monte Carlo error is 0.002.
    asked = {"engine": "nuts", "thresholds": (0.95,), "sampled": sampled[0]}
    for count in (fewest_changed_outcomes, fewest_missing):
        assert count(TRIAL, **asked).amounts == count(TRIAL, thresholds=(0.95,)).amounts  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_statement_by_nuts_compiles_each_model_once(
    sampled: tuple[SampledDoubts, list[str]],
) -> None:
    trust = trust_tipping(TRIAL, engine="nuts", thresholds=(0.95,), sampled=sampled[0])
    amount, error = trust.amounts[0.95], trust.errors[0.95]
    assert amount is not None
    assert error is not None
    expected = trust_tipping(TRIAL, thresholds=(0.95,)).amounts[0.95]
    assert expected is not None
    assert abs(amount - expected) < 4 * error
    # A share of the missing is data, too.
    *_, few = kinds(TRIAL)
    *_, more = kinds(TRIAL, missing_share=0.2)
    sampled[0].along(few, 1.0, 0)
    p, mcse = sampled[0].along(more, 1.0, 0)
    (exactly,) = doubt_curve(TRIAL, more, [1.0]).probabilities
    assert abs(p - exactly) < 4 * mcse
    assert sorted(sampled[1]) == sorted({k.model for k in kinds(TRIAL)})
