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


def integrals(terms: Floats, x: Floats) -> Floats:
    """Integral from -1 to ``x`` of the series with these terms.

    Parameters
    ----------
    terms
        Shape ``(k, NODES)``.
    x
        Shape ``(k,)``, in [-1, 1].
    """
    basis = np.polynomial.legendre.legvander(x, NODES)
    degrees = 2.0 * np.arange(NODES) + 1.0
    below = np.concatenate([-np.ones((x.size, 1)), basis[:, : NODES - 1]], axis=1)
    pieces = (basis[:, 1 : NODES + 1] - below) / degrees
    return np.asarray(np.einsum("ij,ij->i", terms, pieces))


def values(terms: Floats, x: Floats) -> Floats:
    """The series with these terms at ``x`` (shapes as in :func:`integrals`)."""
    basis = np.polynomial.legendre.legvander(x, NODES - 1)
    return np.asarray(np.einsum("ij,ij->i", terms, basis))
