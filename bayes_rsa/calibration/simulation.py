"""One simulation: posterior draws given simulated data, and the ranks of the true values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bayes_rsa.calibration.generator import Truth
from bayes_rsa.calibration.nuts import Draws, Engine
from bayes_rsa.calibration.quantities import Quantities
from bayes_rsa.calibration.ranks import effective_size, rank, thin
from bayes_rsa.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FIRST: Final = 3
"""Draws asked for at first, in multiples of the draws that are kept."""
_FEWEST: Final = 400
"""Fewest draws that an effective sample size is estimated from."""
_MOST: Final = 30
"""Most draws that are asked for, in multiples of the draws that are kept."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rank of each quantity, divergent transitions, and whether the draws stayed dependent."""

    ranks: dict[str, int]
    divergences: int
    short: bool


def simulate(
    truth: Truth,
    engine: Engine,
    quantities: Quantities,
    *,
    size: int,
    seed: np.random.SeedSequence,
) -> Outcome:
    """Rank the true values among ``size`` draws, thinned until they are as good as independent.

    Draws are asked for until the smallest effective sample size of all quantities, at which they
    are thinned, reaches ``size``; or 30 times as many as are kept.

    Raises
    ------
    InputError
        If the engine gives fewer draws than are ranked among.
    """
    draw_seed, tie_seed = (int(s) for s in seed.generate_state(2, np.uint32))
    asked, before = max(_FIRST * size, _FEWEST), 0
    while True:
        drawn = engine.draws(truth.data, asked, draw_seed)
        true, found = _evaluate(truth, drawn, quantities)
        total = next(iter(found.values())).size
        if total < size:
            raise InputError(
                "engine",
                total,
                f"it must give at least {size} draws for each data set",
                "give more draws, or rank among fewer",
            )
        stride = 1 if drawn.independent else math.ceil(total / effective_size(found))
        enough = thin(next(iter(found.values())), stride, size) is not None
        # An engine may have a fixed number of draws to give.
        if enough or asked >= _MOST * size or total <= before:
            break
        before = total
        asked = min(_MOST * size, max(2 * asked, math.ceil(1.2 * stride * size)))
    if not enough:
        stride = total // size
    rng = np.random.default_rng(tie_seed)
    ranks = {}
    for name, draws in found.items():
        kept = thin(draws, stride, size)
        # Chains of odd length thin to a draw less each: then take what the stride leaves whole.
        kept = draws.ravel()[: size * stride : stride] if kept is None else kept
        ranks[name] = rank(kept, true[name], rng)
    return Outcome(ranks, drawn.divergences, not enough)


def _evaluate(
    truth: Truth, drawn: Draws, quantities: Quantities
) -> tuple[dict[str, float], dict[str, Floats]]:
    """Each quantity at the truth and at each draw, by the same arithmetic."""
    chains = next(iter(drawn.values.values())).shape[:2]
    together = {
        name: np.concatenate([np.asarray(value)[None], _flat(drawn.values[name])])
        for name, value in truth.values.items()
        if name in drawn.values
    }
    found = quantities(together, truth.data)
    return (
        {name: float(v[0]) for name, v in found.items()},
        {name: v[1:].reshape(chains) for name, v in found.items()},
    )


def _flat(draws: Floats) -> Floats:
    """Chains one after another."""
    return draws.reshape(-1, *draws.shape[2:])
