"""Commensurate priors in closed form: about what history says, as far as it may differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from bayes_rsa.borrowing.power import estimate
from bayes_rsa.errors import InputError
from bayes_rsa.evidence import Study
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior

_NODES: Final = 16


def spike_and_slab(*, spike: float, slab: tuple[float, float], weight: float) -> Prior:
    """Prior on the difference from history: normal, its precision a spike or a uniform slab.

    Parameters
    ----------
    spike
        Precision (1/variance) of a difference that is as good as none, such as 400.
    slab
        Lower and upper limit of the precision otherwise, uniform between them.
    weight
        Probability of the spike.

    Returns
    -------
    Prior
        A mixture of normals about 0: the spike first, then 16 Gauss-Legendre nodes over the slab.

    References
    ----------
    Hobbs BP, Sargent DJ, Carlin BP. Commensurate priors for incorporating historical information in
    clinical trials using general and generalized linear models. Bayesian Anal 2012;7:639-674.
    doi:10.1214/12-BA722
    """
    peak = check_number("spike", spike, above=0)
    low, high = (check_number("slab", x, above=0) for x in slab)
    share = check_number("weight", weight)
    if not 0 <= share <= 1:
        raise InputError("weight", weight, "a weight lies between 0 and 1", "write 0.5 for half")
    if low >= high:
        raise InputError("slab", slab, "the lower limit must be below the upper", "exchange them")
    place, mass = np.polynomial.legendre.leggauss(_NODES)
    parts = [(share, Prior.normal(0.0, peak**-0.5))]
    parts += [
        (
            (1.0 - share) * 0.5 * float(w),
            Prior.normal(0.0, (0.5 * (low + high) + 0.5 * (high - low) * float(x)) ** -0.5),
        )
        for x, w in zip(place, mass, strict=True)
    ]
    return Prior.mixture(parts)


def commensurate_prior(
    studies: Sequence[Study],
    *,
    history: Prior,
    difference: Prior,
    bias: Prior | None = None,
    better: str = "higher",
) -> Prior:
    """Prior on the trial's log odds ratio: the studies' common one, plus a difference.

    Parameters
    ----------
    studies
        With both arms and no empty cell; each enters by its log odds ratio (normal likelihood).
    history
        ``normal(m, s)`` prior on the studies' common log odds ratio.
    difference
        Prior on how far the trial's lies from it: ``normal``, ``point``, or a mixture of them.
    bias
        ``normal`` or ``point`` prior on the bias of each study that was not randomised.
    better
        Direction of the trial's outcome; studies count the good one.

    Returns
    -------
    Prior
        One normal for each component of ``difference``.

    See Also
    --------
    bayes_rsa.models.external_evidence.commensurate : the same with binomial likelihoods.
    """
    if history.families != ("normal",):
        raise InputError("history", str(history), "it is one normal", "use normal(0, 2)")
    if not set(difference.families) <= {"normal", "point"}:
        raise InputError(
            "difference",
            str(difference),
            "in closed form it is a mixture of normals and points",
            "use spike_and_slab(...), or the model",
        )
    m, s = history.components[0].arguments
    found = [estimate(study, bias, better) for study in studies]
    precision = s**-2 + math.fsum(error**-2 for _, error in found)
    centre = (m * s**-2 + math.fsum(place * error**-2 for place, error in found)) / precision
    parts = []
    for part in difference.components:
        shift, *sd = part.arguments
        parts.append((part.weight, Prior.normal(centre + shift, math.hypot(precision**-0.5, *sd))))
    return Prior.mixture(parts)
