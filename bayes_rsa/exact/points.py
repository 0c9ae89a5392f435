"""Points on a line, in order."""

from __future__ import annotations

import numpy as np

from bayes_rsa.exact.legendre import Floats


def distinct(points: Floats) -> Floats:
    """The points in ascending order, each once; ``np.unique`` would load all of ``numpy.ma``."""
    ordered = np.sort(points, axis=None)
    first = np.ones(ordered.size, dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return np.asarray(ordered[first])
