"""Upper bounds on the Bayes factor against the null that a P value or z allows."""

from __future__ import annotations

import math

from bayes_rsa.errors import InputError

__all__ = ["maximum_bayes_factor", "sellke_bound"]


def sellke_bound(p: float) -> float:
    """Largest Bayes factor against the null for a P value: 1 / (-e p ln p).

    Parameters
    ----------
    p
        P value in [0, 1].

    Returns
    -------
    float
        The bound on BF10; 1 for p of 1/e or more, ``inf`` for p = 0.

    Raises
    ------
    InputError
        If `p` is not in [0, 1].

    References
    ----------
    Sellke, Bayarri, Berger 2001, Am Stat 55:62-71, doi 10.1198/000313001300339950.
    """
    if not 0.0 <= p <= 1.0:
        raise InputError("p", p, "a P value lies in [0, 1]", "check the P value")
    if p >= math.exp(-1.0):
        return 1.0
    return math.inf if p == 0.0 else 1.0 / (-math.e * p * math.log(p))


def maximum_bayes_factor(z: float) -> float:
    """Largest Bayes factor against the null under a normal likelihood: exp(z^2 / 2).

    Reached by a prior that puts everything on the estimate.

    Parameters
    ----------
    z
        Estimate over its standard error.

    Returns
    -------
    float
        The bound on BF10; ``inf`` beyond double precision.

    References
    ----------
    Edwards, Lindman, Savage 1963, Psychol Rev 70:193-242, doi 10.1037/h0044139.
    """
    try:
        return math.exp(z * z / 2.0)
    except OverflowError:
        return math.inf
