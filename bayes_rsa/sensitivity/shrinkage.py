"""Empirical shrinkage: what estimates like this one turn out to mean, over thousands of trials.

The prior is on the signal-to-noise ratio, the effect over its standard error, so it changes with
the trial's size: it is no belief held before the data, and stands as an analysis of its own.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from statistics import NormalDist
from typing import Any

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.fields import check_number
from bayes_rsa.frequentist import critical_value
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.normal_finding import NormalFinding, finding
from bayes_rsa.trial import Trial


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """An estimate shrunk by the distribution of signal-to-noise ratios among trials.

    Attributes
    ----------
    finding
        The estimate and its standard error: natural logs for a ratio.
    better
        Direction of the outcome.
    prior, posterior
        Mixtures of normals on the effect, on the scale of ``finding``.
    source
        Where the distribution comes from.
    """

    finding: NormalFinding
    better: str
    prior: Prior
    posterior: Prior
    source: str

    @property
    def weights(self) -> tuple[float, ...]:
        """Posterior weights of the mixture's components."""
        return self.posterior.weights

    @property
    def mean(self) -> float:
        """Posterior mean of the effect, on the scale of ``finding``."""
        return self.posterior.mean

    @property
    def median(self) -> float:
        """Posterior median of the effect, on the measure's own scale."""
        return self.finding.on_scale(float(self.posterior.ppf(0.5)))

    @property
    def signal_to_noise(self) -> float:
        """Posterior mean of the effect over its standard error."""
        return self.mean / self.finding.standard_error

    @property
    def factor(self) -> float:
        """Posterior mean over the estimate: what to multiply the estimate with."""
        return self.mean / self.finding.location

    @property
    def exaggeration(self) -> float:
        """Posterior median of the estimate's size over the effect's.

        Among trials with such an estimate, half overstate the effect by more than this.
        """
        size = abs(self.finding.location)
        low, high = 0.0, 2 * size + 12 * self.finding.standard_error
        for _ in range(200):
            middle = 0.5 * (low + high)
            inside = self.posterior.cdf(middle) - self.posterior.cdf(-middle)
            low, high = (middle, high) if inside < 0.5 else (low, middle)
        return size / (0.5 * (low + high))

    @property
    def p_benefit(self) -> float:
        """Posterior probability that the effect is on the side of benefit."""
        tail = self.posterior.sf if self.better == "higher" else self.posterior.cdf
        return float(tail(0.0))

    @property
    def p_same_sign(self) -> float:
        """Posterior probability that the effect has the estimate's sign."""
        tail = self.posterior.sf if self.finding.location > 0 else self.posterior.cdf
        return float(tail(0.0))

    def interval(self, probability: float = INTERVAL) -> tuple[float, float]:
        """Equal-tailed credible interval of the effect, on the measure's own scale."""
        check_number("probability", probability, above=0, below=1, remedy="write 0.95 for 95%")
        low, high = self.posterior.interval(probability)
        return self.finding.on_scale(low), self.finding.on_scale(high)

    def replication(self, level: float = INTERVAL) -> float:
        """Predictive probability that an equal-sized repeat is significant in the same direction.

        Parameters
        ----------
        level
            Level of the two-sided interval that has to exclude no effect.
        """
        se, sign = self.finding.standard_error, math.copysign(1.0, self.finding.location)
        limit = critical_value(level) * se
        return math.fsum(
            c.weight * (1 - NormalDist().cdf((limit - sign * m) / math.hypot(sd, se)))
            for c in self.posterior.components
            for m, sd in (c.arguments,)
        )


def shrinkage(
    source: Trial | NormalFinding, *, origin: str = "counts", better: str = ""
) -> Shrinkage:
    """Shrink a trial's estimate by what is known of the estimates of trials.

    Parameters
    ----------
    source
        A trial, or a finding of one; the mixture is meant for primary efficacy outcomes.
    origin
        For a trial: ``counts`` or ``reported interval``; see ``normal_finding.finding``.
    better
        Direction of the outcome; by default the trial's, or ``higher``.

    References
    ----------
    van Zwet EW, Schwab S, Senn S. The statistical properties of RCTs and a proposal for shrinkage.
    Stat Med 2021;40:6107-6117. doi:10.1002/sim.9173

    Examples
    --------
    >>> trial = Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> round(shrinkage(trial).median, 2)
    1.7
    """
    found = source
    if isinstance(source, Trial):
        found, better = finding(source, origin=origin), better or source.better
    assert isinstance(found, NormalFinding)
    data, se = _data(), found.standard_error
    prior = snr_prior(se)
    variance = [1 + s * s for s in data["sd"]]
    logs = [
        math.log(w) - 0.5 * math.log(v) - 0.5 * found.z**2 / v
        for w, v in zip(data["weight"], variance, strict=True)
    ]
    top = max(logs)
    parts = [math.exp(x - top) for x in logs]
    total = math.fsum(parts)
    posterior = Prior.mixture(
        (
            part / total,
            Prior.normal(found.location * (v - 1) / v, se * math.sqrt((v - 1) / v)),
        )
        for part, v in zip(parts, variance, strict=True)
    )
    return Shrinkage(found, better or "higher", prior, posterior, data["source"])


def snr_prior(standard_error: float) -> Prior:
    """The mixture on signal-to-noise ratios as a prior on the effect, for this standard error."""
    se = check_number("standard_error", standard_error, above=0, remedy="give the log effect's")
    data = _data()
    return Prior.mixture(
        ((w, Prior.normal(0.0, s * se)) for w, s in zip(data["weight"], data["sd"], strict=True)),
        label="Signal-to-noise mixture",
        rationale=f"Of {data['population']}; it depends on the standard error.",
        source=data["source"],
    )


@cache
def _data() -> dict[str, Any]:
    text = resources.files("bayes_rsa").joinpath("data/shrinkage.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)["cochrane"]
    return found
