"""Gauss-Legendre panels, and functions stored as Legendre series on panels."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NODES: Final = 16
"""Nodes of one panel; a series on a panel has as many terms."""


@cache
def rule() -> tuple[Floats, Floats, Floats]:
    """Nodes and weights on [-1, 1], and the matrix from values at the nodes to Legendre terms.

    Returns
    -------
    nodes, weights
        Shape ``(NODES,)``.
    analysis
        Shape ``(NODES, NODES)``; ``values @ analysis`` are the terms of the interpolating series.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    degrees = np.arange(NODES)
    analysis = (
        np.polynomial.legendre.legvander(nodes, NODES - 1)
        * weights[:, None]
        * (degrees + 0.5)[None, :]
    )
    for array in (nodes, weights, analysis):
        array.flags.writeable = False
    return nodes, weights, analysis


def _basis(x: Floats, count: int) -> Floats:
    # P_0 .. P_(count - 1) at x, shape (count, k); numpy's legvander is slow for a few points.
    basis = np.empty((count, x.size))
    basis[0] = 1.0
    basis[1] = x
    for k in range(1, count - 1):
        basis[k + 1] = ((2 * k + 1) * x * basis[k] - k * basis[k - 1]) / (k + 1)
    return basis


def integrals(terms: Floats, x: Floats) -> Floats:
    """Integral from -1 to ``x`` of the series with these terms.

    Parameters
    ----------
    terms
        Shape ``(k, NODES)``.
    x
        Shape ``(k,)``, in [-1, 1].
    """
    basis = _basis(x, NODES + 1)
    pieces = basis[1:].copy()
    pieces[0] += 1.0
    pieces[1:] -= basis[:-2]
    pieces /= (2.0 * np.arange(NODES) + 1.0)[:, None]
    return np.asarray(np.einsum("ij,ji->i", terms, pieces))


def values(terms: Floats, x: Floats) -> Floats:
    """The series with these terms at ``x`` (shapes as in :func:`integrals`)."""
    return np.asarray(np.einsum("ij,ji->i", terms, _basis(x, NODES)))
