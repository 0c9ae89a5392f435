"""A fitted model of biomarkers, as one record for each quantity and marker."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bayes_rsa.contract import MARKER
from bayes_rsa.defaults import INTERVAL, MARKER_SIZES, TAILS
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_number
from bayes_rsa.inference import Provenance

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["FittedMarker", "marker_records"]


@dataclass(frozen=True, slots=True)
class FittedMarker:
    """Summary of one variable of interest of a fit, for one marker.

    Attributes
    ----------
    variable, marker
        Name of the variable, and of the marker (all of them, joined, for what they share).
    mean, sd, median, eti
        Posterior mean, SD, median and equal-tailed interval, treatment minus control.
    p_lower
        P(variable < 0).
    p_size_above
        ``P(|variable| > size)``, by size.
    mcse_mean, mcse_p_lower, ess_bulk, ess_tail, rhat
        Monte Carlo errors and diagnostics.
    """

    variable: str
    marker: str
    mean: float
    sd: float
    median: float
    eti: tuple[float, float]
    p_lower: float
    p_size_above: dict[str, float]
    mcse_mean: float
    mcse_p_lower: float
    ess_bulk: float
    ess_tail: float
    rhat: float

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return asdict(self) | {"eti": list(self.eti)}


def marker_records(fit: xr.DataTree, *, interval: float = INTERVAL) -> tuple[FittedMarker, ...]:
    """Summaries of a fitted model of biomarkers.

    Parameters
    ----------
    fit
        What ``bayes_rsa.fit`` returned for a model of biomarkers.
    interval
        Probability of the equal-tailed interval.

    Raises
    ------
    InputError
        If it is a fit of another model.
    """
    check_number("interval", interval, above=0, below=1, remedy="write 0.95 for 95%")
    card = Provenance.read(fit).model
    if card["measure"] != MARKER:
        raise InputError(
            "fit", card["name"], "it is no model of biomarkers", "ask bayes_rsa.summarize(fit)"
        )
    posterior = fit["posterior"].to_dataset()
    everything = ", ".join(card["markers"])
    records = []
    for name in card["interest"]:
        column = posterior[name]
        if MARKER in column.dims:
            for marker in card["markers"]:
                draws = column.sel({MARKER: marker}).transpose("chain", "draw").values
                records.append(_record(name, marker, draws, interval))
        elif column.ndim == 2:
            records.append(_record(name, everything, column.values, interval))
    return tuple(records)


def _record(variable: str, marker: str, draws: Any, interval: float) -> FittedMarker:
    import arviz_stats as azs
    import numpy as np

    tail = 0.5 * (1 - interval)
    low, middle, high = np.quantile(draws, [tail, 0.5, 1 - tail])
    below = (draws < 0).astype(float)
    share, bulk = float(below.mean()), float(azs.ess(draws, method="bulk"))
    tail_ess = float(azs.ess(draws, method="tail", prob=TAILS))
    # An event that holds in (almost) every draw has no empirical error: shrink towards 1/2.
    shrunk = (below.sum() + 1) / (below.size + 2)
    floor = float(np.sqrt(shrunk * (1 - shrunk) / tail_ess))
    error = float(azs.mcse(below, method="mean")) if 0 < share < 1 else floor
    return FittedMarker(
        variable,
        marker,
        float(draws.mean()),
        float(draws.std(ddof=1)),
        float(middle),
        (float(low), float(high)),
        share,
        {f"{size:g}": float((np.abs(draws) > size).mean()) for size in MARKER_SIZES},
        float(azs.mcse(draws, method="mean")),
        float(np.fmax(error, floor)),
        bulk,
        tail_ess,
        float(azs.rhat(draws)),
    )
