"""What the model predicts, before and after the data, beside what was observed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bayes_rsa.inference import Provenance

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Predicted:
    """The predictive distribution of one observed quantity.

    Parameters
    ----------
    draws
        Shape (draws,).
    observed
        What was observed.
    quantiles
        Lower limit, median, upper limit.
    errors
        Monte Carlo standard error of each quantile, from order statistics.
    at_least
        P(replicate >= observed), with its Monte Carlo standard error.
    """

    draws: Floats = field(repr=False, compare=False)
    observed: float
    quantiles: tuple[float, float, float]
    errors: tuple[float, float, float]
    at_least: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Predictive:
    """Prior and posterior predictive, by what is predicted: each arm's events, or the estimate.

    ``prior`` is None where a prior is improper.
    """

    prior: Mapping[str, Predicted] | None
    posterior: Mapping[str, Predicted] | None


def predictive(fit: xr.DataTree, interval: float) -> Predictive:
    """Predictive distributions of a fit that holds its predictive groups.

    Parameters
    ----------
    fit
        What ``bayes_rsa.fit`` returned.
    interval
        Probability of the intervals.
    """
    (name,) = Provenance.read(fit).model["observed"]
    found = {
        group: _group(fit, group, name, interval) if group in fit.children else None
        for group in ("prior_predictive", "posterior_predictive")
    }
    return Predictive(found["prior_predictive"], found["posterior_predictive"])


def _group(fit: xr.DataTree, group: str, name: str, interval: float) -> dict[str, Predicted]:
    draws = fit[group].to_dataset()[name]
    seen = fit["observed_data"].to_dataset()[name]
    if "arm" not in draws.dims:
        return {name: _predicted(draws, float(seen), interval)}
    return {
        str(arm): _predicted(draws.sel(arm=arm), float(seen.sel(arm=arm)), interval)
        for arm in draws["arm"].values
    }


def _predicted(draws: xr.DataArray, observed: float, interval: float) -> Predicted:
    import arviz_stats as azs

    chains = draws.transpose("chain", "draw").values.astype(float)
    ess = float(azs.ess(chains, method="bulk")) if chains.shape[0] > 1 else float(chains.size)
    tail = 0.5 * (1 - interval)
    found = [_quantile(chains, q, min(ess, chains.size)) for q in (tail, 0.5, 1 - tail)]
    share = float((chains >= observed).mean())
    shrunk = (share * chains.size + 1) / (chains.size + 2)
    return Predicted(
        chains.ravel(),
        observed,
        (found[0][0], found[1][0], found[2][0]),
        (found[0][1], found[1][1], found[2][1]),
        (share, math.sqrt(shrunk * (1 - shrunk) / ess)),
    )


def _quantile(draws: Floats, q: float, ess: float) -> tuple[float, float]:
    """A quantile, and half the distance between those one standard error of its rank away."""
    off = math.sqrt(q * (1 - q) / ess)
    at = np.clip([q - off, q, q + off], 0.0, 1.0)
    low, value, high = np.quantile(draws, at, method="inverted_cdf")
    return float(value), float(high - low) / 2
