"""The number needed to treat, by Altman's rule.

The risk difference may straddle zero, so its reciprocal has no mean and a hole in its support:
the NNT is printed at the median risk difference, its limits are the reciprocals of the limits of
the risk difference, and an interval that holds zero passes through infinity (Altman DG. Confidence
intervals for the number needed to treat. BMJ 1998;317:1309-1312. doi:10.1136/bmj.317.7168.1309).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberNeededToTreat:
    """NNT at the median risk difference, with its interval in words.

    ``benefit_at_median`` is the number treated for one more good outcome (NNTB), ``None`` where
    the median effect is a harm or nil; ``harm_at_median`` likewise (NNTH). ``limits`` are the
    reciprocals of the oriented risk difference's limits, as ``(kind, value)`` from best to worst.
    """

    benefit_at_median: float | None
    harm_at_median: float | None
    limits: tuple[tuple[str, float], tuple[str, float]]

    @property
    def interval(self) -> str:
        """``NNTB 3.3 to NNTB 51.9``, or ``NNTB 3.3 to ∞ to NNTH 20.1`` when zero is inside."""
        (kind_best, best), (kind_worst, worst) = self.limits
        through = " to ∞ to " if kind_best != kind_worst else " to "
        return f"{kind_best} {_number(best)}{through}{kind_worst} {_number(worst)}"


def number_needed_to_treat(
    median: float, interval: tuple[float, float], better: str
) -> NumberNeededToTreat:
    """NNT from the risk difference's median and interval (treatment minus control).

    Parameters
    ----------
    median, interval
        Posterior median and credible limits of the risk difference, in (-1, 1).
    better
        ``higher`` if more events are better, ``lower`` if fewer are.
    """
    sign = 1.0 if better == "higher" else -1.0
    gain = sign * median
    worst, best = sorted((sign * interval[0], sign * interval[1]))
    limits = (_limit(best), _limit(worst))
    if limits[0][0] == limits[1][0] == "NNTH":
        limits = (limits[1], limits[0])
    return NumberNeededToTreat(
        benefit_at_median=1 / gain if gain > 0 else None,
        harm_at_median=-1 / gain if gain < 0 else None,
        limits=limits,
    )


def _limit(gain: float) -> tuple[str, float]:
    kind = "NNTB" if gain >= 0 else "NNTH"
    return kind, 1 / abs(gain) if gain != 0 else math.inf


def _number(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.1f}"
