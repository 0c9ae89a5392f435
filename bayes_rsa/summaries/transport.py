"""Absolute effects at stated baseline risks.

A risk difference and an NNT at one trial's control rate do not carry over to other patients; the
relative effect may. Here the posterior of the odds ratio (or risk ratio) meets a stated control
risk, or a prior on it that is independent of the trial.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import NumberNeededToTreat, number_needed_to_treat
from bayes_rsa.priors import Prior
from bayes_rsa.summaries.posterior import Posterior, as_posterior, require_interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NODES: Final = 400
"""Equal-probability nodes that stand for a prior on the control risk."""
_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class AbsoluteEffect:
    """The risk difference among patients with a stated control risk.

    Parameters
    ----------
    baseline
        The control risk, or the prior on its log odds, as text.
    interval
        Probability of the equal-tailed interval.
    median, eti
        Of the risk difference (treatment minus control).
    nnt
        By Altman's rule, from ``median`` and ``eti``.
    probabilities
        P(benefit of at least d) for each stated difference d > 0, by d.
    mcse_median, mcse_eti
        Monte Carlo standard errors; None for an exact posterior.
    mcse_probabilities
        The same of ``probabilities``; empty for an exact posterior.
    """

    baseline: str
    interval: float
    median: float
    eti: tuple[float, float]
    nnt: NumberNeededToTreat
    probabilities: Mapping[float, float]
    mcse_median: float | None = None
    mcse_eti: tuple[float, float] | None = None
    mcse_probabilities: Mapping[float, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            **asdict(self),
            "eti": list(self.eti),
            "nnt": self.nnt.interval,
            "probabilities": {f"{d:g}": p for d, p in self.probabilities.items()},
            "mcse_eti": None if self.mcse_eti is None else list(self.mcse_eti),
            "mcse_probabilities": {f"{d:g}": e for d, e in self.mcse_probabilities.items()},
        }


def absolute_effects(
    posterior: Any,
    *,
    baselines: Sequence[float | Prior] = defaults.BASELINE_RISKS,
    differences: Sequence[float] = (0.05, 0.10, 0.15),
    interval: float = defaults.INTERVAL,
) -> list[AbsoluteEffect]:
    """Risk difference and NNT at each stated control risk.

    Parameters
    ----------
    posterior
        A fit or an exact posterior that informs the odds ratio or the risk ratio.
    baselines
        Control risks in (0, 1), or priors on the control log odds (such as the base-rate priors).
    differences
        Worthwhile differences, in probability, whose probability of being exceeded is given.
    interval
        Probability of the interval.

    Notes
    -----
    The relative effect is taken to be the same at every control risk: an assumption, which this
    trial cannot check.
    """
    require_interval(interval)
    asked = as_posterior(posterior)
    key = "log_odds_ratio" if asked.measure == "OR" else "log_risk_ratio"
    if asked.measure not in ("OR", "RR"):
        raise InputError(
            "posterior",
            asked.measure,
            "absolute effects need an odds ratio or a risk ratio",
            "use a trial that reports one",
        )
    return [_at(asked, key, b, tuple(differences), interval) for b in baselines]


def _at(
    asked: Posterior,
    key: str,
    baseline: float | Prior,
    differences: tuple[float, ...],
    interval: float,
) -> AbsoluteEffect:
    import numpy as np

    from bayes_rsa.summaries.draws import DrawsPosterior

    log_odds = _control_log_odds(baseline)

    def places(x: float) -> tuple[Floats, Floats]:
        """Treatment risk at each control risk for a difference x, and the effect that makes it."""
        p0 = 1 / (1 + np.exp(-log_odds))
        p1 = np.clip(p0 + x, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            effect = (
                np.log(p1) - np.log1p(-p1) - log_odds
                if key == "log_odds_ratio"
                else np.log(p1) - np.log(p0)
            )
        return p1, effect

    def cdf(x: float) -> float:
        """P(risk difference <= x), averaged over the control risk."""
        p1, effect = places(x)
        values = np.where(p1 >= 1, 1.0, np.where(p1 <= 0, 0.0, asked.cdf(key, effect)))
        return float(np.mean(values))

    tails = ((1 - interval) / 2, (1 + interval) / 2)
    lower, median, upper = (_invert(cdf, q) for q in (tails[0], 0.5, tails[1]))
    sign = 1 if asked.better == "higher" else -1
    errors: dict[str, Any] = {}
    if isinstance(asked, DrawsPosterior):
        draws = asked.draws(key)

        def error(x: float) -> float:
            """Monte Carlo standard error of ``cdf(x)``."""
            p1, effect = places(x)
            inside = np.where(p1 >= 1, np.inf, np.where(p1 <= 0, -np.inf, effect))
            return _error(draws, inside)

        def quantile_error(q: float, x: float) -> float:
            off = error(x)
            low, high = (_invert(cdf, min(max(p, 0.0), 1.0)) for p in (q - off, q + off))
            return (high - low) / 2

        errors = {
            "mcse_median": quantile_error(0.5, median),
            "mcse_eti": (quantile_error(tails[0], lower), quantile_error(tails[1], upper)),
            "mcse_probabilities": {d: error(sign * d) for d in differences},
        }
    return AbsoluteEffect(
        baseline=str(baseline) if isinstance(baseline, Prior) else f"{baseline:g}",
        interval=interval,
        median=median,
        eti=(lower, upper),
        nnt=number_needed_to_treat(median, (lower, upper), asked.better),
        probabilities={d: 1 - cdf(d) if sign > 0 else cdf(-d) for d in differences},
        **errors,
    )


def _error(draws: Floats, limits: Floats) -> float:
    """Standard error of the mean, over the draws (chain, draw), of the share of limits not below.

    Where (almost) no draw, or every one, lies below a single limit there is no empirical error: it
    is shrunk towards 1/2, as for a probability.
    """
    import arviz_stats as azs
    import numpy as np

    ordered = np.sort(limits, axis=None)
    share = 1.0 - np.searchsorted(ordered, draws, side="left") / ordered.size
    alike = np.ptp(share) == 0
    floor = 0.0
    if alike or ordered.size == 1:
        shrunk = (share.sum() + 1) / (share.size + 2)
        ess = float(azs.ess(draws, method="tail", prob=defaults.TAILS))
        floor = math.sqrt(shrunk * (1 - shrunk) / ess)
    return floor if alike else float(np.fmax(azs.mcse(share, method="mean"), floor))


def _control_log_odds(baseline: float | Prior) -> Floats:
    import numpy as np

    if isinstance(baseline, Prior):
        return np.asarray(baseline.ppf((np.arange(NODES) + 0.5) / NODES), dtype=float)
    if not 0 < baseline < 1:
        raise InputError(
            "baseline", baseline, "a control risk lies between 0 and 1", "write 0.6 for 60%"
        )
    return np.array([np.log(baseline) - np.log1p(-baseline)])


def _invert(cdf: Any, q: float) -> float:
    """The q-quantile on (-1, 1), by bisection."""
    low, high = -1.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if cdf(middle) < q else (low, middle)
    return (low + high) / 2
