"""A posterior under another prior, from the draws of a fit: Pareto-smoothed importance sampling.

The weights are the ratio of the two prior densities, smoothed by PSIS (Vehtari et al. 2024,
JMLR 25(72)). k-hat says whether they can be trusted before their variance is even finite; the
effective sample size says what is left of the fit. Past either limit the answer is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS, Event, Statement
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import DrawsPosterior

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def pareto_limit(draws: int) -> float:
    """Largest k-hat that this many draws can bear: min(1 - 1 / log10 S, 0.7)."""
    return min(1.0 - 1.0 / math.log10(draws), 0.7)


@dataclass(frozen=True, eq=False)
class Reweighted:
    """A fit seen under other priors, or under a power of its likelihood.

    Attributes
    ----------
    base
        The fit's posterior.
    priors
        The new prior of each parameter that changes.
    power
        Power of the likelihood.
    pareto_k
        k-hat of the weights; -inf where all are alike.
    weights
        Smoothed weights over (chain, draw), summing to 1.
    base_ess
        Smallest bulk or tail effective sample size of the fit.
    """

    base: DrawsPosterior
    priors: Mapping[str, Prior]
    power: float
    pareto_k: float
    weights: Floats
    base_ess: float

    @property
    def draws(self) -> int:
        """Number of draws of the fit."""
        return int(self.weights.size)

    @property
    def relative_ess(self) -> float:
        """(E w)^2 / E w^2: the share of independent draws that the weights leave."""
        return float(1.0 / (self.draws * np.sum(self.weights**2)))

    @property
    def ess(self) -> float:
        """Effective sample size: the fit's own, times the share that the weights leave."""
        return self.base_ess * self.relative_ess

    @property
    def reason(self) -> str:
        """Why the answer is refused; empty if it is not."""
        limit = pareto_limit(self.draws)
        found = []
        if not self.pareto_k <= limit:
            found.append(f"Pareto k {self.pareto_k:.2f} above {limit:.2f}")
        if not self.ess >= defaults.REWEIGHT_ESS_MIN:
            found.append(f"reweighted ESS {self.ess:.0f} below {defaults.REWEIGHT_ESS_MIN}")
        return ", ".join(found)

    @property
    def passed(self) -> bool:
        """Whether the answer may be used."""
        return not self.reason

    def probability(self, statement: str | Event) -> tuple[float, float]:
        """Posterior probability of a statement, and its Monte Carlo standard error."""
        event = statement if isinstance(statement, Event) else self._event(statement)
        draws = self.base.draws(event.estimand)
        holds = ((draws > event.lower) & (draws < event.upper)).astype(float)
        value = float(np.sum(self.weights * holds))
        shrunk = (value * self.ess + 1) / (self.ess + 2)
        floor = math.sqrt(shrunk * (1 - shrunk) / self.ess)
        if not 0 < value < 1:
            return value, floor
        return value, max(self._error(holds, value), floor)

    def quantiles(self, key: str, levels: Sequence[float]) -> tuple[Floats, Floats]:
        """Quantiles of an estimand and their Monte Carlo standard errors.

        The error is half the distance between the quantiles one standard error of the
        distribution function below and above.
        """
        order, ordered = self._ordered(key)
        cumulative = np.cumsum(self.weights.ravel()[order])
        cumulative /= cumulative[-1]
        middle = cumulative - 0.5 * np.diff(cumulative, prepend=0.0)
        values = np.interp(levels, middle, ordered)
        draws = self.base.draws(key)
        errors = []
        for level, value in zip(levels, values, strict=True):
            error = self._error((draws <= value).astype(float), level)
            low, high = np.interp([level - error, level + error], middle, ordered)
            errors.append(0.5 * (high - low))
        return values, np.array(errors)

    def mean(self, values: Floats) -> tuple[float, float]:
        """Weighted mean of a function of each draw, over (chain, draw), and its error."""
        value = float(np.sum(self.weights * values))
        return value, self._error(values, value)

    def _event(self, statement: str) -> Event:
        parsed = Statement.parse(statement)
        return parsed.resolve(self.base.better, self.base.measure, counts=self.base.arms)

    def _error(self, values: Floats, mean: float) -> float:
        # Delta method for a ratio of means, with the autocorrelation of the terms themselves.
        import arviz_stats as azs

        terms = self.draws * self.weights * (values - mean)
        if np.ptp(terms) == 0:
            return 0.0
        return float(azs.mcse(terms, method="mean"))

    def _ordered(self, key: str) -> tuple[NDArray[np.intp], Floats]:
        found = self._orders.get(key)
        if found is None:
            flat = self.base.draws(key).ravel()
            order = np.argsort(flat, kind="stable")
            found = self._orders[key] = (order, flat[order])
        return found

    @cached_property
    def _orders(self) -> dict[str, tuple[NDArray[np.intp], Floats]]:
        return {}


def reweight(
    fit: xr.DataTree, *, priors: Mapping[str, Prior] | None = None, power: float = 1.0
) -> Reweighted:
    """See a fit under other priors, or with its likelihood raised to a power.

    Parameters
    ----------
    fit
        What ``bayes_rsa.fit`` returned; its priors should be wider than the new ones. A power
        other than 1 needs the group ``log_likelihood``.
    priors
        New prior of each parameter that changes.
    power
        Power a0 of the likelihood, at least 0.7: 0.8 discounts a trial by a fifth. The weights'
        variance is infinite from 1/2 down, so that below 0.7 the model is to be fitted again.

    Raises
    ------
    InputError
        If a parameter is unknown, the power is out of range, or the log-likelihood is missing.

    Notes
    -----
    A target wider than the base by more than the square root of 2 has weights of infinite
    variance, though beyond any draw; a target that the data contradict has few draws where it has
    its mass. k-hat sees the first, the effective sample size the second.
    """
    base = DrawsPosterior(fit)
    known = base.provenance.priors
    changed = dict(priors or {})
    for name, prior in changed.items():
        if name not in known:
            raise InputError(
                name, str(prior), "the fit has no such parameter", f"use {', '.join(known)}"
            )
    power = check_number("power", power, above=0.0, remedy="1 keeps the trial as it is")
    if power < defaults.REWEIGHT_POWER_MIN:
        raise InputError(
            "power",
            power,
            f"weights for a power below {defaults.REWEIGHT_POWER_MIN} vary too much",
            "fit the discounted model instead",
        )
    posterior = fit["posterior"].to_dataset()
    log_ratio = np.zeros(posterior[next(iter(known))].shape)
    for name, prior in changed.items():
        log_ratio += _log_ratio(base.model, name, prior, known[name], posterior)
    if power != 1:
        log_ratio += (power - 1.0) * _log_likelihood(fit)
    ess = _ess(base)
    weights, k = _smoothed(log_ratio, ess / log_ratio.size)
    return Reweighted(base, changed, power, k, weights, ess)


def _log_ratio(model: str, name: str, target: Prior, base: Prior, posterior: xr.Dataset) -> Floats:
    """Log of the target's density over the base's, at each draw."""
    draws = np.asarray(posterior[name].values, dtype=float)
    found = np.asarray(target.logpdf(draws.ravel()) - base.logpdf(draws.ravel()))
    if name == "effect" and model in ("log_risk_ratio", "risk_difference"):
        # These priors are truncated to what the control risk makes possible, and renormalised.
        p0 = np.asarray(posterior["p_control"].values, dtype=float).ravel()
        if model == "log_risk_ratio":
            lower, upper = np.full_like(p0, -np.inf), -np.log(p0)
        else:
            lower, upper = -p0, 1.0 - p0
        for prior, sign in ((target, -1.0), (base, 1.0)):
            if prior.is_proper:
                found = found + sign * np.asarray(prior.log_mass(lower, upper))
    return np.asarray(found.reshape(draws.shape))


def _log_likelihood(fit: xr.DataTree) -> Floats:
    """Log-likelihood of all data at each draw."""
    if "log_likelihood" not in fit.children:
        raise InputError(
            "fit",
            "no group log_likelihood",
            "a power of the likelihood needs the likelihood of each draw",
            "fit with predictive=True",
        )
    group = fit["log_likelihood"].to_dataset()
    total = sum(
        v.sum([d for d in v.dims if d not in ("chain", "draw")]) for v in group.data_vars.values()
    )
    return np.asarray(total)


def _smoothed(log_ratio: Floats, efficiency: float) -> tuple[Floats, float]:
    """Pareto-smoothed weights that sum to 1, and k-hat.

    ``efficiency`` is the effective sample size over the number of draws.
    """
    from arviz_stats.base import array_stats

    top = float(np.max(log_ratio))
    if not math.isfinite(top):
        return np.full(log_ratio.shape, np.nan), math.inf
    if np.ptp(log_ratio) == 0:
        return np.full(log_ratio.shape, 1.0 / log_ratio.size), -math.inf
    # The log ratios enter with the opposite sign, as log-likelihoods do for leave-one-out.
    logs, k = array_stats.psislw(
        np.minimum(top - log_ratio, 700.0).ravel(), r_eff=min(efficiency, 1.0)
    )
    weights = np.exp(np.asarray(logs) - np.max(logs)).reshape(log_ratio.shape)
    return np.asarray(weights / weights.sum()), float(k)


def _ess(base: DrawsPosterior) -> float:
    import arviz_stats as azs

    keys = [ESTIMANDS[key].log_key or key for key in base.estimands]
    return min(
        float(azs.ess(base.draws(key), method=method, **more))
        for key in dict.fromkeys(keys)
        for method, more in (("bulk", {}), ("tail", {"prob": defaults.TAILS}))
    )
