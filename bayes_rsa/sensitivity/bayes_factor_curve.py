"""How a Bayes factor depends on the SD of the effect's prior."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event
from bayes_rsa.exact import ContrastLikelihood, reported_effect
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.bayes_factor import BayesFactors, bayes_factors
from bayes_rsa.sensitivity.nearly_flat import widest
from bayes_rsa.trial import Trial


@dataclass(frozen=True, slots=True, eq=False)
class BayesFactorCurve:
    """Bayes factors over the SD of a normal prior on the effect.

    Attributes
    ----------
    sd
        Prior SDs, ascending, shape ``(k,)``: on the log of a ratio, else on the difference.
    bf_10, bf_plus_0, bf_minus_0
        Shape ``(k,)``; NaN above ``refused_above``.
    refused_above
        Prior SD above which a Bayes factor is refused.
    mean
        Mean of the priors.
    nuisance
        The nuisance prior under both hypotheses, as text; empty if none.
    """

    sd: Floats
    bf_10: Floats
    bf_plus_0: Floats
    bf_minus_0: Floats
    refused_above: float
    mean: float
    nuisance: str

    @property
    def largest(self) -> tuple[float, float]:
        """Largest BF10 on the curve, and the prior SD at which it stands."""
        place = int(np.nanargmax(self.bf_10))
        return float(self.bf_10[place]), float(self.sd[place])


def bayes_factor_curve(
    trial: Trial,
    sd: Sequence[float] | Floats,
    *,
    mean: float = 0.0,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> BayesFactorCurve:
    """BF10, BF+0 and BF-0 of normal priors on the effect, over their SD.

    Parameters
    ----------
    trial
        Counts (log odds ratio, exact binomial likelihood) or a reported effect.
    sd
        Prior SDs, ascending and positive.
    mean
        Mean of the priors.
    baseline, midpoint
        Nuisance prior, as in ``exact.log_odds_ratio``; for counts only.

    Raises
    ------
    InputError
        If the SDs are not ascending and positive, or all of them are refused.
    """
    sds = np.asarray(sd, dtype=float)
    if sds.ndim != 1 or sds.size == 0 or not (np.diff(sds) > 0).all() or not sds[0] > 0:
        raise InputError("sd", sds.tolist()[:3], "SDs are positive and ascend", "sort them")
    priors = [Prior.normal(mean, float(s)) for s in sds]
    if not trial.has_counts:
        limit = widest(reported_effect(trial, effect=priors[0]))
        known = _known(sds, limit)
        found = [bayes_factors(reported_effect(trial, effect=priors[k])) for k in known]
        return _curve(sds, known, found, limit, mean, "")
    likelihood = ContrastLikelihood(trial, baseline=baseline, midpoint=midpoint)
    limit = widest(likelihood.posterior(priors[0]))
    known = _known(sds, limit)
    chosen = [priors[k] for k in known]
    name, level = likelihood.nuisance
    log_null = float(likelihood.log_likelihood(0.0))
    logs, _ = likelihood.log_marginal_likelihoods(chosen)
    sides, _ = likelihood.probabilities(
        chosen, [Event("log_odds_ratio", 0.0, math.inf), Event("log_odds_ratio", -math.inf, 0.0)]
    )
    found = [
        BayesFactors(
            str(prior),
            f"{name} ~ {level}",
            float(log),
            log_null,
            0.5 * math.erfc(-mean / prior.sd / math.sqrt(2)),
            0.5 * math.erfc(mean / prior.sd / math.sqrt(2)),
            float(above),
            float(below),
        )
        for prior, log, (above, below) in zip(chosen, logs, sides, strict=True)
    ]
    return _curve(sds, known, found, limit, mean, f"{name} ~ {level}")


def _known(sds: Floats, limit: float) -> list[int]:
    known = [k for k, s in enumerate(sds) if s <= limit]
    if not known:
        raise InputError(
            "sd",
            float(sds[0]),
            f"with an SD above {limit:.3g} a prior is nearly flat, and a Bayes factor refused",
            "take smaller SDs",
        )
    return known


def _curve(
    sds: Floats,
    known: list[int],
    found: list[BayesFactors],
    limit: float,
    mean: float,
    nuisance: str,
) -> BayesFactorCurve:
    columns = np.full((3, sds.size), np.nan)
    for k, one in zip(known, found, strict=True):
        values = (one.bf_10, one.bf_plus_0, one.bf_minus_0)
        columns[:, k] = [np.nan if v is None else v for v in values]
    return BayesFactorCurve(sds, columns[0], columns[1], columns[2], limit, mean, nuisance)
