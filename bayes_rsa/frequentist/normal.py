"""The normal and chi-squared tails that the classical tests need, without SciPy."""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = ["chi_squared_p", "critical_value", "two_sided_p"]


def critical_value(level: float) -> float:
    """Standard normal quantile of a two-sided interval: 1.959964 for 0.95."""
    return -NormalDist().inv_cdf((1.0 - level) / 2.0)


def two_sided_p(z: float) -> float:
    """Two-sided P value of a standard normal statistic, 2(1 - Phi(abs(z)))."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def chi_squared_p(statistic: float) -> float:
    """Upper tail of the chi-squared distribution with one degree of freedom."""
    return math.erfc(math.sqrt(statistic / 2.0))
