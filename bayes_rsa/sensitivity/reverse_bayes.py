"""Reverse Bayes: the prior that a reader would need to hold the finding unconvincing (or made).

The normal approximation, on the log scale for a ratio; :func:`exact_sceptical_prior` is the
analogue of the sceptical prior by the exact binomial likelihood.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_choice, check_number
from bayes_rsa.frequentist import critical_value, two_sided_p
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.normal_finding import NormalFinding, finding
from bayes_rsa.sensitivity.tipping import tipping_sd
from bayes_rsa.sensitivity.tipping_records import TippingPoint
from bayes_rsa.trial import Trial

METHODS: Final = ("held", "matthews")
"""Two definitions of intrinsic credibility, by what z is multiplied with."""

_SCALE: Final = {"held": math.sqrt(0.5), "matthews": math.sqrt((math.sqrt(5) - 1) / 2)}


@dataclass(frozen=True, slots=True)
class ReverseBayes:
    """What a reader must have believed before, to find this estimate unconvincing (or convincing).

    Attributes
    ----------
    finding
        The estimate.
    interval
        Level of the intervals; ``1 - interval`` is the level of significance.
    sceptical_sd
        SD of the sufficiently sceptical prior, with mean 0: under it the posterior interval just
        touches no effect. None if the estimate is not significant to begin with.
    advocacy_sd
        SD of the advocacy prior, for an estimate that is not significant: its mean lies one
        half-interval from no effect, on the estimate's side, so that its interval starts at no
        effect; under it the posterior interval just excludes no effect. None otherwise.
    """

    finding: NormalFinding
    interval: float
    sceptical_sd: float | None
    advocacy_sd: float | None

    @property
    def significant(self) -> bool:
        """Whether the estimate's own interval excludes no effect."""
        return self.sceptical_sd is not None

    @property
    def relative_variance(self) -> float | None:
        """Variance of the sufficiently sceptical prior over the squared standard error."""
        if self.sceptical_sd is None:
            return None
        return (self.sceptical_sd / self.finding.standard_error) ** 2

    @property
    def scepticism_limit(self) -> float | None:
        """Limit of the sufficiently sceptical prior's interval on the estimate's side.

        On the measure's own scale. A reader whose prior interval is narrower is not convinced.
        """
        limits = self.critical_prior_interval
        return None if limits is None else limits[1 if self.finding.location > 0 else 0]

    @property
    def critical_prior_interval(self) -> tuple[float, float] | None:
        """Interval of the sufficiently sceptical prior, on the measure's own scale."""
        if self.sceptical_sd is None:
            return None
        half = critical_value(self.interval) * self.sceptical_sd
        return self.finding.on_scale(-half), self.finding.on_scale(half)

    @property
    def advocacy_mean(self) -> float | None:
        """Mean of the advocacy prior, on the scale of ``finding``."""
        if self.advocacy_sd is None:
            return None
        half = critical_value(self.interval) * self.advocacy_sd
        return math.copysign(half, self.finding.location)

    @property
    def advocacy_limit(self) -> float | None:
        """Far limit of the advocacy prior's interval, on the measure's own scale.

        A reader who held effects up to this limit plausible, and none on the other side, is
        convinced.
        """
        mean = self.advocacy_mean
        return None if mean is None else self.finding.on_scale(2 * mean)

    @property
    def p_box(self) -> float | None:
        """Box's P of conflict between the estimate and the sufficiently sceptical prior."""
        variance = self.relative_variance
        if variance is None:
            return None
        return two_sided_p(self.finding.z / math.sqrt(1 + variance))

    def intrinsic_p(self, method: str = "held") -> float:
        """P value for intrinsic credibility; see :func:`intrinsic_p`."""
        return two_sided_p(abs(self.finding.z) * _scale(method))

    def intrinsically_credible(self, method: str = "held") -> bool:
        """Whether the estimate convinces even the sceptic whose prior it contradicts.

        By Held, if the estimate conflicts with the sufficiently sceptical prior; by Matthews, if
        it lies beyond the scepticism limit.
        """
        return self.intrinsic_p(method) <= 1 - self.interval


def reverse_bayes(
    source: Trial | NormalFinding, *, origin: str = "counts", interval: float = INTERVAL
) -> ReverseBayes:
    """Analysis of credibility of a trial's estimate.

    Parameters
    ----------
    source
        A trial, or a finding of one.
    origin
        For a trial: ``counts`` or ``reported interval``; see :func:`finding`.
    interval
        Level of the intervals.

    References
    ----------
    Matthews RAJ. Beyond 'significance': principles and practice of the analysis of credibility.
    R Soc Open Sci 2018;5:171047. doi:10.1098/rsos.171047

    Held L. The assessment of intrinsic credibility and a new argument for p < 0.005.
    R Soc Open Sci 2019;6:181534. doi:10.1098/rsos.181534

    Examples
    --------
    >>> trial = Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> round(reverse_bayes(trial).scepticism_limit, 2)
    4.11
    """
    check_number("interval", interval, above=0, below=1, remedy="write 0.95 for 95%")
    found = finding(source, origin=origin) if isinstance(source, Trial) else source
    limit = critical_value(interval)
    ratio = (found.z / limit) ** 2
    if ratio > 1:
        return ReverseBayes(found, interval, found.standard_error / math.sqrt(ratio - 1), None)
    if ratio == 1 or found.z == 0:
        return ReverseBayes(found, interval, None, None)
    sd = 2 * abs(found.location) * limit / (limit**2 - found.z**2)
    return ReverseBayes(found, interval, None, sd)


def exact_sceptical_prior(
    trial: Trial,
    *,
    interval: float = INTERVAL,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> TippingPoint:
    """SD of the prior N(0, SD) on the log odds ratio that just undoes the finding, exactly.

    The SD at which the posterior probability of the side the estimate is on is
    ``(1 + interval) / 2``, so that the equal-tailed interval just touches no effect. It depends on
    the baseline's prior, which the result carries beside it.

    Parameters
    ----------
    trial
        A trial with counts.
    interval
        Level of the interval.
    baseline, midpoint
        Nuisance prior, as in ``exact.log_odds_ratio``.
    """
    check_number("interval", interval, above=0, below=1, remedy="write 0.95 for 95%")
    if not trial.has_counts:
        raise InputError("trial", trial.name, "it has no counts", "use reverse_bayes")
    (y1, y0), (n1, n0) = trial.events, trial.n
    side = "OR > 1" if y1 * n0 >= y0 * n1 else "OR < 1"
    return tipping_sd(trial, side, 0.5 * (1 + interval), baseline=baseline, midpoint=midpoint)


def intrinsic_p(p: float, method: str = "held") -> float:
    """P value for intrinsic credibility of a two-sided P value.

    Parameters
    ----------
    p
        Two-sided P value of the estimate.
    method
        ``held`` (2019: conflict with the sufficiently sceptical prior; z over the square root of
        2) or ``matthews`` (2018: beyond the scepticism limit; z over the square root of the golden
        ratio).
    """
    check_number("p", p, above=0, below=1, remedy="give a P value such as 0.03")
    return two_sided_p(-NormalDist().inv_cdf(p / 2) * _scale(method))


def intrinsic_threshold(alpha: float = 1 - INTERVAL, method: str = "held") -> float:
    """Two-sided P value up to which a finding is intrinsically credible at level ``alpha``."""
    check_number("alpha", alpha, above=0, below=1, remedy="give 0.05, say")
    return two_sided_p(-NormalDist().inv_cdf(alpha / 2) / _scale(method))


def _scale(method: str) -> float:
    check_choice("method", method, METHODS)
    return _SCALE[method]
