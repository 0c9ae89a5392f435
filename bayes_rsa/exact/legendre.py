"""Gauss-Legendre panels, and functions stored as Legendre series on panels."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NODES: Final = 16
"""Nodes of one panel, where nothing else is said; a series on a panel has as many terms."""


@cache
def rule(count: int = NODES) -> tuple[Floats, Floats, Floats]:
    """Nodes and weights on [-1, 1], and the matrix from values at the nodes to Legendre terms.

    Parameters
    ----------
    count
        Number of nodes.

    Returns
    -------
    nodes, weights
        Shape ``(count,)``.
    analysis
        Shape ``(count, count)``; ``values @ analysis`` are the terms of the interpolating series.
    """
    # Newton's method from Tricomi's approximation; numpy's leggauss would load its polynomials.
    nodes = -np.cos(np.pi * (np.arange(count) + 0.75) / (count + 0.5))
    for _ in range(5):
        basis = _recurrence(nodes, count)
        slope = count * (basis[count - 1] - nodes * basis[count]) / (1.0 - nodes**2)
        nodes = nodes - basis[count] / slope
    nodes = 0.5 * (nodes - nodes[::-1])
    basis = _recurrence(nodes, count)
    weights = 2.0 * (1.0 - nodes**2) / (count * basis[count - 1]) ** 2
    analysis = (basis[:count] * (np.arange(count) + 0.5)[:, None] * weights).T.copy()
    for array in (nodes, weights, analysis):
        array.flags.writeable = False
    return nodes, weights, analysis


def _recurrence(x: Floats, count: int) -> Floats:
    # P_0 .. P_count at x, shape (count + 1, k).
    basis = np.ones((count + 1, x.size))
    basis[1] = x
    for k in range(1, count):
        basis[k + 1] = ((2 * k + 1) * x * basis[k] - k * basis[k - 1]) / (k + 1)
    return basis


@cache
def _cosines(count: int) -> tuple[Floats, Floats]:
    # Of P_k and of its integral from -1, for k < count: the terms of their series in cos(j arccos
    # x), shape (count, count + 1). Those of P_k are positive with sum 1: nothing cancels.
    binomial = [1.0]
    for k in range(count):
        binomial.append(binomial[k] * (2 * k + 1) / (2 * k + 2))
    values = np.zeros((count + 1, count + 1))
    for n in range(count + 1):
        for k in range(n + 1):
            values[n, abs(n - 2 * k)] += binomial[k] * binomial[n - k]
    below = np.concatenate([np.zeros((1, count + 1)), values[: count - 1]])
    below[0, 0] = -1.0
    integrals = (values[1:] - below) / (2.0 * np.arange(count) + 1.0)[:, None]
    return values[:count], integrals


def _angles(terms: Floats, x: Floats) -> Floats:
    return np.asarray(np.cos(np.multiply.outer(np.arange(terms.shape[1] + 1.0), np.arccos(x))))


def _integrals(terms: Floats, x: Floats, angles: Floats) -> Floats:
    found = np.einsum("ij,ji->i", terms, _cosines(terms.shape[1])[1] @ angles)
    # Exact at both ends, beyond which there is nothing.
    return np.where(x <= -1.0, 0.0, np.where(x >= 1.0, 2.0 * terms[:, 0], found))


def _values(terms: Floats, angles: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ji->i", terms, _cosines(terms.shape[1])[0] @ angles))


def integrals(terms: Floats, x: Floats) -> Floats:
    """Integral from -1 to ``x`` of the series with these terms.

    Parameters
    ----------
    terms
        Shape ``(k, count)``.
    x
        Shape ``(k,)``, in [-1, 1].
    """
    return _integrals(terms, x, _angles(terms, x))


def values(terms: Floats, x: Floats) -> Floats:
    """The series with these terms at ``x`` (shapes as in :func:`integrals`)."""
    return _values(terms, _angles(terms, x))


def integrals_and_values(terms: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Both at once."""
    angles = _angles(terms, x)
    return _integrals(terms, x, angles), _values(terms, angles)
