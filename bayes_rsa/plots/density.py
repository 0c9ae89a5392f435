"""Posterior densities for drawing, whichever engine made the posterior."""

from __future__ import annotations

from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.summaries import as_posterior

Floats = NDArray[np.float64]

POINTS: Final = 401
"""Points of a curve."""
TAIL: Final = 5e-4
"""Probability left out of a drawn density, at each end."""


@runtime_checkable
class _Exact(Protocol):
    def pdf(self, key: str, x: Floats) -> Floats: ...

    def ppf(self, key: str, q: Floats) -> Floats: ...


@runtime_checkable
class _Sampled(Protocol):
    def draws(self, key: str) -> Floats: ...


def quantiles(posterior: Any, key: str, q: Floats) -> Floats:
    """Posterior quantiles of an estimand.

    Parameters
    ----------
    posterior
        A fit or an exact posterior.
    key
        The estimand.
    q
        Lower-tail probabilities in (0, 1).
    """
    asked = as_posterior(posterior)
    if isinstance(asked, _Exact):
        return np.asarray(asked.ppf(key, q), dtype=float)
    return np.quantile(_draws(asked, key), q)


def density(
    posterior: Any, key: str, limits: tuple[float, float] | None = None
) -> tuple[Floats, Floats]:
    """Points and posterior density of an estimand.

    Parameters
    ----------
    posterior
        A fit (kernel density estimate of its draws) or an exact posterior (its density).
    key
        The estimand; ask for the log of a ratio.
    limits
        Ends of the curve; if omitted, the quantiles that leave ``TAIL`` out at each end.

    Returns
    -------
    x, y
        Each of shape ``(POINTS,)``; ``y`` per unit of ``x``.
    """
    asked = as_posterior(posterior)
    low, high = limits or tuple(quantiles(asked, key, np.array([TAIL, 1 - TAIL])))
    x = np.linspace(low, high, POINTS)
    if isinstance(asked, _Exact):
        return x, np.asarray(asked.pdf(key, x), dtype=float)
    return x, _kernel(_draws(asked, key), x)


def _draws(asked: object, key: str) -> Floats:
    if not isinstance(asked, _Sampled):
        raise InputError(
            "posterior",
            type(asked).__name__,
            "a density needs draws, or pdf and ppf",
            "pass a fit or an exact posterior",
        )
    return np.asarray(asked.draws(key), dtype=float).ravel()


def _kernel(draws: Floats, x: Floats) -> Floats:
    from arviz_stats.base import array_stats

    grid, height, _ = array_stats.kde(draws)
    return np.asarray(np.interp(x, grid, height, left=0.0, right=0.0), dtype=float)
