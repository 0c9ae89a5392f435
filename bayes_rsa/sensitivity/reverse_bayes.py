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
from bayes_rsa.frequentist import critical_value, odds_ratio, two_sided_p
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.tipping import tipping_sd
from bayes_rsa.sensitivity.tipping_records import TippingPoint
from bayes_rsa.trial import ReportedEffect, Trial

METHODS: Final = ("held", "matthews")
"""Two definitions of intrinsic credibility, by what z is multiplied with."""

_SCALE: Final = {"held": math.sqrt(0.5), "matthews": math.sqrt((math.sqrt(5) - 1) / 2)}
_RATIOS: Final = ("OR", "RR", "HR")


@dataclass(frozen=True, slots=True)
class NormalFinding:
    """An estimate with its standard error, on the scale of a normal likelihood.

    Attributes
    ----------
    measure
        ``OR``, ``RR``, ``HR`` (then the rest is on the natural log scale), ``RD`` or ``MD``.
    location, standard_error
        The estimate and its standard error.
    origin
        Where they come from: ``counts`` or ``reported interval``.
    """

    measure: str
    location: float
    standard_error: float
    origin: str

    @property
    def z(self) -> float:
        """Estimate over standard error."""
        return self.location / self.standard_error

    @property
    def p(self) -> float:
        """Two-sided P value of ``z``."""
        return two_sided_p(self.z)

    def on_scale(self, x: float) -> float:
        """A value on the measure's own scale: a ratio, or the difference."""
        return math.exp(x) if self.measure in _RATIOS else x


def finding(trial: Trial, *, origin: str = "counts") -> NormalFinding:
    """The trial's estimate for a normal likelihood.

    Parameters
    ----------
    trial
        The trial.
    origin
        ``counts``: log odds ratio with the Wald standard error. ``reported interval``: middle and
        half-width of the printed interval, never the printed estimate, which is rounded; or the
        log effect and standard error where those are what was reported.

    Raises
    ------
    InputError
        If the trial has no such numbers, or a cell of the table is empty.
    """
    check_choice("origin", origin, ("counts", "reported interval"))
    if origin == "counts":
        if not trial.has_counts:
            raise InputError(
                "trial", trial.name, "it has no counts", "use origin='reported interval'"
            )
        (y1, y0), (n1, n0) = trial.events, trial.n
        if 0 in (y1, n1 - y1, y0, n0 - y0):
            raise InputError(
                "trial",
                trial.name,
                "with an empty cell the Wald standard error does not exist",
                "use the exact tipping point",
            )
        ratio = odds_ratio(y1, n1, y0, n0)
        return NormalFinding("OR", math.log(ratio.value), ratio.standard_error, origin)
    reported = trial.reported
    if reported is None:
        raise InputError("trial", trial.name, "it has no reported effect", "use origin='counts'")
    return _reported(reported, origin)


def _reported(reported: ReportedEffect, origin: str) -> NormalFinding:
    if reported.ci is None or reported.log_effect is not None:
        return NormalFinding(reported.measure, reported.location, reported.scale_se, origin)
    lower, upper = (limit.value for limit in reported.ci)
    if reported.is_log:
        if lower == 0:
            raise InputError(
                "reported.ci", str(reported.ci[0]), "a log needs a positive limit", "use counts"
            )
        lower, upper = math.log(lower), math.log(upper)
    middle = 0.5 * (lower + upper)
    return NormalFinding(reported.measure, middle, reported.scale_se, origin)


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
