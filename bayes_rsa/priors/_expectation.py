"""Expectation of a bounded function under a prior, by adaptive Gauss-Legendre panels.

The variable of integration is the tail probability v of each component, from either side, on
panels that halve towards 0: so every family, however heavy its tails, gives a smooth integrand.
Panels on which doubling the nodes still changes the result are halved until it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayes_rsa.priors._numeric import FloatArray
from bayes_rsa.priors.family import Family
from bayes_rsa.priors.prior import Prior

_HALVINGS = 44
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_TOLERANCE = 1e-11
_DEPTH = 40
_MANY = 4096
"""Panels beyond which the rest is taken as it is, and its error counted."""


@dataclass(frozen=True, slots=True)
class _Panels:
    """Panels [start, stop] of tail probability of one component, on its lower or upper side."""

    part: Family
    upper: bool
    start: FloatArray
    stop: FloatArray
    x: FloatArray
    """Values of the variable at the nodes of the two halves of each panel, and of the whole."""

    @classmethod
    def over(cls, part: Family, upper: bool, start: FloatArray, stop: FloatArray) -> _Panels:
        middle = 0.5 * (start + stop)
        nodes = np.stack([_nodes(start, middle), _nodes(middle, stop), _nodes(start, stop)], axis=1)
        x = part.isf(nodes) if upper else part.ppf(nodes)
        return cls(part, upper, start, stop, x)

    def integrate(self, function: Callable[[FloatArray], FloatArray]) -> tuple[FloatArray, ...]:
        """Integral over each panel by two halves, and how far the whole panel's rule is off."""
        values = function(self.x) @ (0.5 * _WEIGHTS)
        width = self.stop - self.start
        fine = 0.5 * width * (values[:, 0] + values[:, 1])
        return fine, np.abs(fine - width * values[:, 2])

    def halved(self, which: NDArray[np.bool_]) -> _Panels:
        """The chosen panels, each cut in two."""
        start, stop = self.start[which], self.stop[which]
        middle = 0.5 * (start + stop)
        return _Panels.over(
            self.part,
            self.upper,
            np.concatenate([start, middle]),
            np.concatenate([middle, stop]),
        )


def _nodes(start: FloatArray, stop: FloatArray) -> FloatArray:
    half = 0.5 * (stop - start)
    result: FloatArray = (start + half)[:, None] + half[:, None] * _NODES
    return result


class Expectation:
    """Expectations under one proper prior; the nodes are laid out once.

    Parameters
    ----------
    prior
        The prior of the variable.
    """

    def __init__(self, prior: Prior) -> None:
        edges = np.concatenate([[0.0], 0.5 ** np.arange(_HALVINGS, 0, -1.0)])
        self._points: list[tuple[float, float]] = list(prior.atoms)
        self._panels: list[tuple[float, _Panels]] = [
            (part.weight, _Panels.over(part.distribution, upper, edges[:-1], edges[1:]))
            for part in prior.components
            if part.weight > 0 and part.family != "point"
            for upper in (False, True)
        ]

    def __call__(self, function: Callable[[FloatArray], FloatArray]) -> tuple[float, float]:
        """Expectation of a function with values in [0, 1], and a bound on its error.

        Parameters
        ----------
        function
            Vectorised; the shape of its result is that of its argument.
        """
        total, error = 0.0, 0.0
        for weight, value in self._points:
            total += weight * float(function(np.array([value]))[0])
        for weight, start in self._panels:
            panels = start
            for depth in range(_DEPTH + 1):
                values, off = panels.integrate(function)
                open_ = weight * off > _TOLERANCE / (4 * _HALVINGS)
                if depth == _DEPTH or open_.sum() > _MANY:
                    open_[:] = False
                total += weight * float(values[~open_].sum())
                error += weight * float(off[~open_].sum())
                if not open_.any():
                    break
                panels = panels.halved(open_)
        return total, error
