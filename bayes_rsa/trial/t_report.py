"""What a finding says about the two-sample t statistic.

The t statistic is treatment − control over its pooled standard error, with n₁ + n₀ − 2 degrees of
freedom; given the standardised difference d it is non-central t with non-centrality d·√(n₁n₀/(n₁ +
n₀)). A finding either gives t, or says in which set it lies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_count, check_number
from bayes_rsa.trial.arm_summary import Moments
from bayes_rsa.trial.biomarker import Biomarker
from bayes_rsa.trial.finding import DirectionOnly, ExactTest, Finding, MeanSD
from bayes_rsa.trial.finding_summaries import BaselineFollowUp, GeometricMeanSD

__all__ = ["TReport", "critical_t", "pooled_t", "t_report"]

_SIGN: Final = {"lower": -1.0, "higher": 1.0, "not stated": 0.0}


@dataclass(frozen=True, slots=True)
class TReport:
    """A report about one t statistic.

    Parameters
    ----------
    n
        Patients in the treatment and in the control arm.
    value
        The statistic, if ``exact``. Otherwise the set: 2 significant and higher, −2 significant and
        lower, 0 not significant; 1 and −1 not significant, with its sign.
    critical
        Two-sided critical value of the bound on P; 0 if ``exact``.
    exact
        Whether ``value`` is the statistic itself.
    unsigned
        Whether the direction is not stated: then ``value`` is a magnitude (2 is either sign).
    signed
        Whether the sign would be given even if it were not significant.
    """

    n: tuple[int, int]
    value: float
    critical: float
    exact: bool = False
    unsigned: bool = False
    signed: bool = False

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return sum(self.n) - 2

    @property
    def per_d(self) -> float:
        """Non-centrality for each unit of the standardised difference."""
        one, other = self.n
        return math.sqrt(one * other / (one + other))


def t_report(marker: Biomarker, n: tuple[int, int]) -> TReport:
    """Read a marker's finding as a report about its t statistic.

    Parameters
    ----------
    marker
        Its finding is a direction with a bound on P, a test with its P or t, or means and SDs (of
        the logarithms for geometric ones; at follow-up if there is a baseline): these give the
        pooled t.
    n
        Patients per arm in whom the marker was measured, treatment first, at least 2 each; means
        and SDs carry their own.

    Raises
    ------
    InputError
        If the finding does not speak of a t statistic.
    """
    finding = marker.finding
    arms = _moments(finding)
    if arms is not None:
        return TReport((arms[0].n, arms[1].n), pooled_t(*arms), 0.0, exact=True)
    if not isinstance(finding, DirectionOnly | ExactTest):
        raise InputError(
            f"biomarker {marker.name!r}",
            finding.kind,
            "it says nothing about a t statistic",
            "use the model of its own class of evidence",
        )
    treatment, control = (check_count("n", size, least=2) for size in n)
    sizes = (treatment, control)
    df, sign = treatment + control - 2, _SIGN[finding.direction]
    if isinstance(finding, ExactTest):
        if finding.t is not None:
            return TReport(sizes, finding.t, 0.0, exact=True)
        assert finding.p is not None
        size = critical_t(finding.p.value, df) if finding.p.value < 1 else 0.0
        return TReport(sizes, (sign or 1.0) * size, 0.0, exact=True, unsigned=sign == 0)
    critical = critical_t(finding.p.value, df)
    if finding.significant:
        return TReport(sizes, 2.0 * (sign or 1.0), critical, unsigned=sign == 0)
    return TReport(sizes, sign, critical, unsigned=False, signed=sign != 0)


def critical_t(p: float, df: int) -> float:
    """The t beyond which the two-sided P is below ``p``."""
    from scipy.special import stdtrit

    level = check_number("p", p, above=0, below=1, remedy="a P lies between 0 and 1")
    return -float(stdtrit(df, 0.5 * level))


def pooled_t(treatment: Moments, control: Moments) -> float:
    """Student's t statistic, treatment − control, equal variances."""
    df = treatment.n + control.n - 2
    pooled = ((treatment.n - 1) * treatment.sd**2 + (control.n - 1) * control.sd**2) / df
    error = math.sqrt(pooled * (1 / treatment.n + 1 / control.n))
    return (treatment.mean - control.mean) / error


def _moments(finding: Finding) -> tuple[Moments, Moments] | None:
    """Means and SDs of both arms that a t statistic follows from."""
    if isinstance(finding, MeanSD):
        return finding.treatment, finding.control
    if isinstance(finding, GeometricMeanSD):
        return finding.logs()
    if isinstance(finding, BaselineFollowUp):
        one, other = (Moments(*arm[2:]) for arm in (finding.treatment, finding.control))
        return one, other
    return None
