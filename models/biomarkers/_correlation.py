"""A correlation matrix with an LKJ prior, from partial correlations with beta priors.

Lewandowski, Kurowicka, Joe (2009), doi:10.1016/j.jmva.2009.04.008: in a C-vine, the partial
correlations of the k-th tree, mapped to (0, 1), are independent beta(b, b) with
b = shape + (markers - 1 - k)/2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.models.biomarkers._parameters import vector
from bayes_rsa.priors import Prior

Tensor = Any


def partial_correlation_priors(markers: int, shape: float) -> dict[str, Prior]:
    """Priors of the partial correlations, mapped from (-1, 1) to (0, 1), by the name of their tree.

    Tree k holds those of marker k with each later one, given the markers before k.
    """
    priors = {}
    for tree in range(1, markers):
        b = shape + (markers - 1 - tree) / 2
        priors[f"partial_correlation_{tree}"] = Prior.beta(b, b)
    return priors


def correlation_factor(markers: int, priors: Mapping[str, Prior]) -> Tensor:
    """Add the partial correlations to the model on the stack; the Cholesky factor of the matrix.

    Each free variable is over the dim ``<name>_marker``, which it adds.
    """
    model = pm.modelcontext(None)
    partial: dict[tuple[int, int], Tensor] = {}
    for tree, (name, prior) in enumerate(priors.items(), start=1):
        later = range(tree, markers)
        model.add_coord(f"{name}_marker", np.array(later))
        column = 2 * vector(name, prior, f"{name}_marker") - 1
        partial |= {(marker, tree - 1): column[k] for k, marker in enumerate(later)}
    # Entry by entry: numbers compile in less time than cumulative products of matrices.
    zero = pt.zeros(())
    rows = []
    for marker in range(markers):
        # What the markers before leave of this one's variance.
        left, row = pt.ones(()), []
        for earlier in range(marker):
            r = partial[marker, earlier]
            row.append(r * pt.sqrt(left))
            left = left * (1 - r * r)
        rows.append(pt.stack([*row, pt.sqrt(left)] + [zero] * (markers - 1 - marker)))
    return pt.stack(rows)
