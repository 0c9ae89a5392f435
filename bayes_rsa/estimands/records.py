"""What every engine answers with: one record for an estimand, one for a probability."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class EstimandSummary:
    """Posterior summary of one estimand, on its own scale.

    Numbers that do not exist (a mean that is infinite) or do not apply (Monte Carlo errors of an
    exact answer) are ``None``.

    Parameters
    ----------
    key
        The estimand.
    interval
        Probability of the two intervals.
    mean, sd, median, eti, hdi
        Posterior mean, standard deviation, median, equal-tailed and highest-density interval. The
        highest-density interval is that of this scale: it is not the transform of another's.
    mcse_mean, mcse_sd, mcse_median, mcse_eti, mcse_hdi
        Monte Carlo standard errors.
    ess_bulk, ess_tail, rhat
        Resolution and convergence, judged on the log scale for ratios.
    """

    key: str
    interval: float
    mean: float | None
    sd: float | None
    median: float
    eti: Interval
    hdi: Interval
    mcse_mean: float | None = None
    mcse_sd: float | None = None
    mcse_median: float | None = None
    mcse_eti: Interval | None = None
    mcse_hdi: Interval | None = None
    ess_bulk: float | None = None
    ess_tail: float | None = None
    rhat: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form; intervals as lists."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Probability:
    """Posterior probability of a statement.

    Parameters
    ----------
    text
        The statement as given.
    value
        Its probability.
    error
        Monte Carlo standard error (NUTS), or the bound of the absolute error (exact).
    """

    text: str
    value: float
    error: float

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return asdict(self)
