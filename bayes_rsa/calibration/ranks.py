"""From posterior draws to the rank of the true value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def effective_size(quantities: Mapping[str, Floats]) -> float:
    """Smallest bulk effective sample size of several quantities, each over (chain, draw).

    A quantity that does not vary (every draw ties) asks for no thinning.
    """
    from arviz_stats.base import array_stats

    varying = [v for v in quantities.values() if np.ptp(np.nan_to_num(v)) > 0]
    size = float(next(iter(quantities.values())).size)
    if not varying:
        return size
    # Rank-normalised, so that only the order of the draws counts: infinities may be cut.
    found = array_stats.ess(np.nan_to_num(np.stack(varying)), method="bulk")
    smallest = float(np.min(found))
    # Draws in fewer than four places of a chain have no defined ESS: as good as one draw.
    return min(size, smallest) if np.isfinite(smallest) else 1.0


def thin(draws: Floats, stride: int, size: int) -> Floats | None:
    """The first ``size`` of every ``stride``-th draw; ``None`` if there are not that many.

    Parameters
    ----------
    draws
        Over (chain, draw); thinned within each chain.
    """
    kept = draws[:, ::stride].ravel()
    return kept[:size] if kept.size >= size else None


def rank(draws: Floats, truth: float, rng: np.random.Generator) -> int:
    """Number of draws below the true value, ties broken at random: 0 to the number of draws."""
    below = int(np.count_nonzero(draws < truth))
    ties = int(np.count_nonzero(draws == truth))
    return below + (int(rng.integers(ties + 1)) if ties else 0)
