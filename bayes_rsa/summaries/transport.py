"""Absolute effects at stated baseline risks.

A risk difference and an NNT at one trial's control rate do not carry over to other patients; the
relative effect may. Here the posterior of the odds ratio (or risk ratio) meets a stated control
risk, or a prior on it that is independent of the trial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
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
    """

    baseline: str
    interval: float
    median: float
    eti: tuple[float, float]
    nnt: NumberNeededToTreat
    probabilities: Mapping[float, float]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            **asdict(self),
            "eti": list(self.eti),
            "nnt": self.nnt.interval,
            "probabilities": {f"{d:g}": p for d, p in self.probabilities.items()},
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

    log_odds = _control_log_odds(baseline)

    def cdf(x: float) -> float:
        """P(risk difference <= x), averaged over the control risk."""
        p0 = 1 / (1 + np.exp(-log_odds))
        p1 = np.clip(p0 + x, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            effect = (
                np.log(p1) - np.log1p(-p1) - log_odds
                if key == "log_odds_ratio"
                else np.log(p1) - np.log(p0)
            )
        values = np.where(p1 >= 1, 1.0, np.where(p1 <= 0, 0.0, asked.cdf(key, effect)))
        return float(np.mean(values))

    tails = ((1 - interval) / 2, (1 + interval) / 2)
    lower, median, upper = (_invert(cdf, q) for q in (tails[0], 0.5, tails[1]))
    sign = 1 if asked.better == "higher" else -1
    return AbsoluteEffect(
        baseline=str(baseline) if isinstance(baseline, Prior) else f"{baseline:g}",
        interval=interval,
        median=median,
        eti=(lower, upper),
        nnt=number_needed_to_treat(median, (lower, upper), asked.better),
        probabilities={d: 1 - cdf(d) if sign > 0 else cdf(-d) for d in differences},
    )


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
