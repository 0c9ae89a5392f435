"""Who would be convinced: posterior against prior probability of benefit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bayes_rsa.exact.legendre import Floats
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.questions import ContrastQuestion
from bayes_rsa.trial import Trial

BELIEFS: tuple[float, ...] = tuple(float(p) for p in np.linspace(0.005, 0.995, 100))
"""Prior probabilities of benefit at which a family of priors is evaluated."""


@dataclass(frozen=True, slots=True, eq=False)
class Convinced:
    """Readers' probabilities of benefit before and after the trial.

    Attributes
    ----------
    prior, posterior
        Probabilities of benefit, prior ascending, shape ``(k,)``.
    sd
        SD of the readers' normal priors; their means give ``prior``.
    level
        The prior on the baseline that the answer belongs to, in words.
    """

    prior: Floats
    posterior: Floats
    sd: float
    level: str

    def needed(self, threshold: float) -> float | None:
        """Prior probability from which a reader ends at ``threshold`` or above; None if nobody."""
        if not self.posterior[-1] >= threshold:
            return None
        if self.posterior[0] >= threshold:
            return float(self.prior[0])
        return float(np.interp(threshold, self.posterior, self.prior))


def convinced(
    trial: Trial,
    sd: float,
    *,
    beliefs: Sequence[float] = BELIEFS,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> Convinced:
    """Posterior probability of benefit for readers whose normal priors share an SD.

    Parameters
    ----------
    trial
        Counts, or a reported effect.
    sd
        SD of the priors on the effect, on the log scale for a ratio.
    beliefs
        Prior probabilities of benefit, ascending, in (0, 1).
    baseline, midpoint
        Nuisance prior, as in ``exact.log_odds_ratio``; for counts only.
    """
    check_number("sd", sd, above=0, remedy="give a positive SD")
    for p in beliefs:
        check_number("beliefs", p, above=0, below=1, remedy="give probabilities")
    question = ContrastQuestion(trial, "benefit", baseline, midpoint)
    sign = 1.0 if trial.better == "higher" else -1.0
    priors = [Prior.normal(sign * sd * NormalDist().inv_cdf(p), sd) for p in beliefs]
    return Convinced(
        np.asarray(beliefs, dtype=float), np.asarray(question(priors)), sd, question.level
    )


def convinced_by(
    trial: Trial,
    priors: Mapping[str, Prior],
    *,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> dict[str, tuple[float, float]]:
    """Prior and posterior probability of benefit under each named (proper) prior on the effect."""
    question = ContrastQuestion(trial, "benefit", baseline, midpoint)
    after = question(list(priors.values()))
    return {
        name: (float(p.sf(0.0) if trial.better == "higher" else p.cdf(0.0)), float(x))
        for (name, p), x in zip(priors.items(), after, strict=True)
    }
