"""One way to ask a posterior, whichever engine made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import (
    EstimandSummary,
    Event,
    NumberNeededToTreat,
    Probability,
    Statement,
    number_needed_to_treat,
)
from bayes_rsa.fields import check_number

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@runtime_checkable
class Posterior(Protocol):
    """What both engines' posteriors offer."""

    engine: str
    model: str
    better: str
    measure: str
    arms: bool

    @property
    def estimands(self) -> tuple[str, ...]:
        """Keys of the estimands it informs, in the order printed."""

    def summary(self, key: str, interval: float) -> EstimandSummary:
        """Summary of one estimand."""

    def probability(self, event: Event) -> tuple[float, float]:
        """Probability of an event, and its (absolute or Monte Carlo standard) error."""

    def cdf(self, key: str, x: Floats) -> Floats:
        """P(estimand <= x) for each ``x``."""


def as_posterior(posterior: Any) -> Posterior:
    """A fit (``DataTree``) or an exact posterior, as a :class:`Posterior`.

    Raises
    ------
    InputError
        If it is neither, or a tree without provenance.
    """
    if isinstance(posterior, Posterior):
        return posterior
    if hasattr(posterior, "children") and hasattr(posterior, "attrs"):
        from bayes_rsa.summaries.draws import DrawsPosterior

        return DrawsPosterior(posterior)
    raise InputError(
        "posterior",
        type(posterior).__name__,
        "it must be a fit or an exact posterior",
        "pass what bayes_rsa.fit or bayes_rsa.exact returned",
    )


def summary_records(
    posterior: Any, *, interval: float = defaults.INTERVAL
) -> dict[str, EstimandSummary]:
    """Summary of every estimand the posterior informs, by key."""
    require_interval(interval)
    asked = as_posterior(posterior)
    return {key: asked.summary(key, interval) for key in asked.estimands}


def summarize(posterior: Any, *, interval: float = defaults.INTERVAL) -> pd.DataFrame:
    """Summarise a posterior.

    Parameters
    ----------
    posterior
        A fit (``DataTree`` from ``bayes_rsa.fit``) or an exact posterior.
    interval
        Probability of the equal-tailed (``eti``) and highest-density (``hdi``) intervals, each on
        the estimand's own scale.

    Returns
    -------
    pandas.DataFrame
        One row per estimand (index ``estimand``); columns ``mean``, ``sd``, ``median``,
        ``eti_lower``, ``eti_upper``, ``hdi_lower``, ``hdi_upper``, ``mcse_mean``, ``mcse_sd``,
        ``mcse_median``, ``mcse_eti_lower``, ..., ``ess_bulk``, ``ess_tail``, ``r_hat``. NaN where a
        number does not exist or does not apply. The interval's probability is in ``attrs``.
    """
    import pandas as pd

    records = summary_records(posterior, interval=interval)
    rows = {key: _row(record) for key, record in records.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=float)
    frame.index.name = "estimand"
    frame.attrs["interval"] = interval
    return frame


def _row(record: EstimandSummary) -> dict[str, float | None]:
    pairs = {
        "eti": record.eti,
        "hdi": record.hdi,
        "mcse_eti": record.mcse_eti or (None, None),
        "mcse_hdi": record.mcse_hdi or (None, None),
    }
    limits = {
        name: {f"{name}_lower": low, f"{name}_upper": high} for name, (low, high) in pairs.items()
    }
    return {
        "mean": record.mean,
        "sd": record.sd,
        "median": record.median,
        **limits["eti"],
        **limits["hdi"],
        "mcse_mean": record.mcse_mean,
        "mcse_sd": record.mcse_sd,
        "mcse_median": record.mcse_median,
        **limits["mcse_eti"],
        **limits["mcse_hdi"],
        "ess_bulk": record.ess_bulk,
        "ess_tail": record.ess_tail,
        "r_hat": record.rhat,
    }


def probability_record(posterior: Any, statement: str) -> Probability:
    """Posterior probability of a statement, with its error.

    Parameters
    ----------
    posterior
        A fit or an exact posterior.
    statement
        ``OR > 1.25``, ``-0.05 < RD < 0.05``, ``NNT < 10``, ``benefit`` ...; see
        :class:`bayes_rsa.estimands.Statement`.
    """
    asked = as_posterior(posterior)
    event = Statement.parse(statement).resolve(asked.better, asked.measure, counts=asked.arms)
    value, error = asked.probability(event)
    return Probability(statement, value, error)


def probability(posterior: Any, statement: str) -> float:
    """Posterior probability of a statement; :func:`probability_record` gives its error too."""
    return probability_record(posterior, statement).value


def nnt(posterior: Any, *, interval: float = defaults.INTERVAL) -> NumberNeededToTreat | None:
    """Number needed to treat by Altman's rule; ``None`` where the arms' risks are unknown."""
    asked = as_posterior(posterior)
    if "risk_difference" not in asked.estimands:
        return None
    record = asked.summary("risk_difference", interval)
    return number_needed_to_treat(record.median, record.eti, asked.better)


def require_interval(interval: float) -> None:
    """Refuse an interval probability outside (0, 1)."""
    check_number("interval", interval, above=0, below=1, remedy="write 0.95 for 95%")
