"""Several markers together: the probability that all are lower, by quadrature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bayes_rsa.defaults import MARKER_SPREAD_SD
from bayes_rsa.errors import InputError
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.marker_grid import MarkerGrid, Shared
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior
from bayes_rsa.trial import TReport, Trial, chosen_reports


@dataclass(frozen=True, slots=True)
class JointMarkers:
    """What several markers say together.

    Attributes
    ----------
    markers
        Their names.
    correlation
        Of any two of them within a patient and arm.
    all_lower, all_higher
        Posterior probability that every difference is below (above) zero.
    prior_all_lower
        The same before the reports.
    p_lower
        Posterior probability of each that it is lower.
    log_marginal_likelihood
        Of the reports together.
    spread, prior_spread
        Posterior and prior mean of the SD between markers; None for independent differences.
    """

    markers: tuple[str, ...]
    correlation: float
    all_lower: float
    all_higher: float
    prior_all_lower: float
    p_lower: tuple[float, ...]
    log_marginal_likelihood: float
    spread: float | None
    prior_spread: float | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        lists = {"markers": list(self.markers), "p_lower": list(self.p_lower)}
        return asdict(self) | lists


def joint_direction(
    trial: Trial,
    *,
    effect: Prior | None = None,
    mean: Prior | None = None,
    spread: Prior | None = None,
    markers: Sequence[str] | None = None,
    n: tuple[int, int] | None = None,
    correlation: float = 0.0,
) -> JointMarkers:
    """Whether all markers are lower, from what is said of their t tests.

    Parameters
    ----------
    trial, markers, n
        As in ``bayes_rsa.models.biomarkers.direction_only``.
    effect
        Prior on each standardised difference, independent of the others'; or
    mean, spread
        priors on the mean and the SD of a normal distribution that they come from, as in
        ``hierarchical_direction_only``; ``spread`` is ``half_normal(0.5)`` by default.
    correlation
        Of any two markers within a patient and arm, at least 0 and below 1.

    Raises
    ------
    InputError
        If there is neither ``effect`` nor ``mean``, or both, or a prior is improper or has a point
        mass.

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import exact
    >>> trial = rsa.load_trial("tacrolimus-rsa-2023")
    >>> found = exact.biomarkers.joint_direction(trial, effect=rsa.Prior.normal(0, 1))
    >>> round(found.all_lower, 3)
    0.995
    """
    if (effect is None) == (mean is None) or (spread is not None and mean is None):
        raise InputError(
            "effect",
            None if effect is None else str(effect),
            "the differences have one prior each, or come from a common distribution",
            "give effect, or mean with spread",
        )
    if mean is not None and spread is None:
        spread = Prior.half_normal(MARKER_SPREAD_SD)
    for name, prior in (("effect", effect), ("mean", mean), ("spread", spread)):
        if prior is not None and (not prior.is_proper or prior.atoms):
            raise InputError(
                name, str(prior), "it must be proper, with a density", "use normal(0, 1)"
            )
    rho = check_number("correlation", correlation, below=1, remedy="use 0, 0.5 or 0.9")
    if rho < 0:
        raise InputError("correlation", correlation, "it is at least 0", "use 0, 0.5 or 0.9")
    names, reports = chosen_reports(trial, markers, n)
    grid = MarkerGrid(tuple(dict.fromkeys(reports)), rho, len(reports))
    if mean is not None and spread is not None:
        blocks = grid.hierarchical(mean, spread)
    else:
        assert effect is not None
        blocks = grid.independent(effect)
    sums = _Sums(reports, grid.factor_weights)
    for block in blocks:
        sums.add(block)
    hierarchical = mean is not None
    return JointMarkers(
        names,
        rho,
        sums.lower / sums.total,
        sums.higher / sums.total,
        sums.prior_lower / sums.prior,
        tuple(float(s) for s in sums.single / sums.total),
        math.log(sums.total),
        sums.spread / sums.total if hierarchical else None,
        sums.prior_spread / sums.prior if hierarchical else None,
    )


class _Sums:
    """Sums over the blocks of what is shared."""

    def __init__(self, reports: tuple[TReport, ...], factor_weights: Floats) -> None:
        self.reports, self.factor_weights = reports, factor_weights
        self.total = self.lower = self.higher = self.spread = 0.0
        self.prior = self.prior_lower = self.prior_spread = 0.0
        self.single = np.zeros(len(reports))

    def add(self, block: Shared) -> None:
        """Add one block."""

        def over(value: Floats) -> float:
            return float(block.weights @ value @ self.factor_weights)

        low = [block.lower[r] for r in self.reports]
        high = [block.higher[r] for r in self.reports]
        whole = [a + b for a, b in zip(low, high, strict=True)]
        here = over(np.prod(whole, axis=0))
        self.total += here
        self.lower += over(np.prod(low, axis=0))
        self.higher += over(np.prod(high, axis=0))
        self.spread += here * block.spread
        mass = float(block.weights.sum())
        self.prior += mass
        self.prior_spread += mass * block.spread
        self.prior_lower += float(block.weights @ block.prior_lower ** len(low))
        for k in range(len(low)):
            others = [w for j, w in enumerate(whole) if j != k]
            self.single[k] += over(np.prod([low[k], *others], axis=0))
