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
    if not priors:
        return pt.ones((1, 1))
    model = pm.modelcontext(None)
    columns = []
    for tree, (name, prior) in enumerate(priors.items(), start=1):
        model.add_coord(f"{name}_marker", np.arange(tree, markers))
        columns.append(2 * vector(name, prior, f"{name}_marker") - 1)
    later, earlier = np.tril_indices(markers, -1)
    by_tree = np.lexsort((later, earlier))
    partial = pt.zeros((markers, markers))[later[by_tree], earlier[by_tree]].set(
        pt.concatenate(columns)
    )
    # What the markers before leave of each one's variance.
    left = pt.cumprod(1 - partial * partial, axis=1)
    before = pt.concatenate([pt.ones((markers, 1)), left[:, :-1]], axis=1)
    return pt.sqrt(before) * (partial + pt.eye(markers)) * np.tri(markers)
