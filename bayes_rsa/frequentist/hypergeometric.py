"""Fisher's noncentral hypergeometric distribution: treatment events given both margins."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayes_rsa.errors import InputError

__all__ = ["Conditional"]

# Tables as likely as the observed one belong to the two-sided tail; rounding in the log weights
# must not decide whether they do.
_TIE = 1e-9

# Tables this many standard deviations beyond both the observed table and the null mode have no
# probability that a double could hold; leaving them out keeps large trials fast.
_REACH = 60

_LONGEST = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """Distribution of the treatment arm's events given the margins of the 2x2 table.

    Works with log weights summed outwards from the mode, so 100,000 patients an arm are no
    problem.

    Parameters
    ----------
    log_weight
        Log probability at odds ratio 1 up to a constant, over the support, shape (support,).
    offset
        Support minus the observed count, shape (support,): 0 marks the observed table.
    """

    log_weight: NDArray[np.float64]
    offset: NDArray[np.float64]

    @classmethod
    def of_cells(cls, cells: tuple[int, int, int, int]) -> Conditional:
        """The distribution for a table.

        Parameters
        ----------
        cells
            Treatment events and non-events, control events and non-events.

        Raises
        ------
        InputError
            If the arms differ so much, in so many patients, that more than 20 million tables
            stand between the observed one and equal risks.
        """
        events1, others1, events0, others0 = cells
        patients1, total = events1 + others1, sum(cells)
        centre = (events1 + events0 + 1) * (patients1 + 1) // (total + 2) - events1
        spread = 1.0 / math.sqrt(sum(1.0 / (cell + 1.0) for cell in cells))
        reach = math.ceil(_REACH * (1.0 + spread))
        down = min(events1, others0, reach - min(0, centre))
        up = min(others1, events0, reach + max(0, centre))
        if down + up > _LONGEST:
            raise InputError(
                "treatment.n",
                patients1,
                f"exact tests and intervals hold at most {_LONGEST} tables",
                "use the large-sample methods",
            )
        x = np.arange(-down, up, dtype=np.float64)
        step = np.log((others1 - x) * (events0 - x) / ((events1 + x + 1.0) * (others0 + x + 1.0)))
        mode = int(np.count_nonzero(step > 0.0))
        log_weight = np.zeros(down + up + 1)
        log_weight[mode + 1 :] = np.cumsum(step[mode:])
        log_weight[:mode] = -np.cumsum(step[:mode][::-1])[::-1]
        return cls(log_weight, np.arange(-down, up + 1, dtype=np.float64))

    @property
    def at_minimum(self) -> bool:
        """Whether the observed count is the smallest possible."""
        return bool(self.offset[0] == 0.0)

    @property
    def at_maximum(self) -> bool:
        """Whether the observed count is the largest possible."""
        return bool(self.offset[-1] == 0.0)

    def probabilities(self, log_odds_ratio: float = 0.0) -> NDArray[np.float64]:
        """Probability of each count in the support, at a log odds ratio."""
        tilted = self.log_weight + log_odds_ratio * self.offset
        weight: NDArray[np.float64] = np.exp(tilted - tilted.max())
        return weight / weight.sum()

    def excess(self, log_odds_ratio: float) -> float:
        """Expected minus observed count, at a log odds ratio."""
        return float(np.dot(self.probabilities(log_odds_ratio), self.offset))

    def tail(self, log_odds_ratio: float, side: int, observed_weight: float) -> float:
        """Log probability of a tail that starts at the observed count.

        Parameters
        ----------
        log_odds_ratio
            Where to evaluate it.
        side
            1 for the upper tail, -1 for the lower one.
        observed_weight
            Share of the observed table that counts: 1, or 1/2 for mid-P.
        """
        tilted = self.log_weight + log_odds_ratio * self.offset
        inside = side * self.offset >= 0.0
        share = np.where(self.offset[inside] == 0.0, observed_weight, 1.0)
        top, peak = float(tilted.max()), float(tilted[inside].max())
        total = float(np.exp(tilted - top).sum())
        part = float(np.dot(share, np.exp(tilted[inside] - peak)))
        return peak - top + math.log(part / total)

    def observed(self) -> float:
        """Probability of the observed table at odds ratio 1."""
        return float(self.probabilities()[self.offset == 0.0][0])

    def minimum_likelihood(self) -> float:
        """Probability, at odds ratio 1, of all tables no likelier than the observed one."""
        here = float(self.log_weight[self.offset == 0.0][0])
        return min(1.0, float(self.probabilities()[self.log_weight <= here + _TIE].sum()))
