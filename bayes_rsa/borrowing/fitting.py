"""A distribution as a mixture prior, with how well it fits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_integer
from bayes_rsa.priors import Prior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FAMILIES: Final = ("normal", "student_t")
MOST: Final = 4
"""Components of a mixture beyond which nothing is gained."""
_CELLS: Final = 600
_TAIL: Final = 1e-5
"""Probability beyond either end of the cells."""
_ROUNDS: Final = 4000
_STILL: Final = 1e-12
_SMALLEST: Final = 1e-300


class Law(Protocol):
    """The distribution of one real quantity."""

    def cdf(self, x: Floats) -> Floats:
        """P(X < x)."""

    def sf(self, x: Floats) -> Floats:
        """P(X > x)."""

    def ppf(self, q: Floats) -> Floats:
        """Quantiles."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedPrior:
    """A mixture fitted to a distribution.

    Attributes
    ----------
    prior
        The mixture.
    law
        What it was fitted to.
    kl
        Kullback-Leibler divergence of the mixture from the law, in nats.
    cdf_error
        Largest difference between the two distribution functions.
    """

    prior: Prior
    law: Law
    kl: float
    cdf_error: float

    def quantiles(self, levels: Sequence[float] = (0.025, 0.25, 0.5, 0.75, 0.975)) -> Floats:
        """Quantiles side by side: rows (level, law, prior), shape (levels, 3)."""
        q = np.asarray(levels, dtype=float)
        return np.column_stack([q, self.law.ppf(q), self.prior.ppf(q)])

    def explain(self) -> str:
        """The fit in one sentence."""
        return (
            f"{self.prior}: largest difference of the distribution functions {self.cdf_error:.2g}, "
            f"Kullback-Leibler divergence {self.kl:.2g}."
        )


def fit_mixture(
    law: Law,
    *,
    components: int | None = None,
    family: str = "normal",
    label: str = "",
    source: str = "",
    parameter: str = "",
) -> FittedPrior:
    """Fit a mixture to a distribution on the whole line, such as a predictive one.

    Deterministic: expectation-maximisation on the law's probabilities of 600 cells, the maximum
    likelihood fit to infinitely many draws.

    Parameters
    ----------
    law
        ``exact.external_evidence.meta_analytic_predictive(...).effect.predictive``, or
        :func:`bayes_rsa.borrowing.predictive` of a fit.
    components
        How many; by default the fewest, up to 4, whose distribution function is within 0.002 of
        the law's.
    family
        ``normal``, or ``student_t`` for heavier tails.
    label, source, parameter
        Words for the prior.

    Raises
    ------
    InputError
        If there is no such family, or the number of components is not 1 to 4.

    References
    ----------
    Weber S, Li Y, Seaman JW, Kakizume T, Schmidli H. Applying meta-analytic-predictive priors with
    the R Bayesian evidence synthesis tools. J Stat Softw 2021;100(19). doi:10.18637/jss.v100.i19
    """
    if family not in FAMILIES:
        raise InputError("family", family, "a mixture is of normals or Student t's", "use normal")
    if components is not None and not 1 <= check_integer("components", components, least=1) <= MOST:
        raise InputError("components", components, f"1 to {MOST} are fitted", "give fewer")
    cells = _Cells.of(law)
    found: FittedPrior | None = None
    for count in range(1, MOST + 1) if components is None else (components,):
        normals = _expectation_maximisation(cells, count)
        parts = _rounded(normals if family == "normal" else _student(cells, normals))
        prior = Prior.mixture([(w, Prior.of(family, *rest)) for w, *rest in parts])
        prior = prior.with_label(label, source=source, parameter=parameter)
        found = FittedPrior(prior, law, *cells.misfit(prior))
        if found.cdf_error <= defaults.MAP_CDF_ERROR:
            break
    assert found is not None
    return found


def _rounded(parts: Sequence[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Four decimals of a weight and four digits of an argument: the text stays readable.

    The fit is judged after rounding.
    """
    weights = [round(w, 4) for w, *_ in parts]
    weights[-1] = round(1.0 - math.fsum(weights[:-1]), 4)
    return [
        (w, *(float(f"{x:.4g}") for x in rest))
        for w, (_, *rest) in zip(weights, parts, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """A law's probabilities of cells.

    Attributes
    ----------
    edges, middle
        Limits of the cells, shape (m + 1,), and the law's median.
    places, masses
        Middles of the cells and their probabilities, which sum to 1; shape (m,).
    whole, below
        Probabilities of what is below the cells, of each and of what is above, shape (m + 2,); and
        of what is below each edge.
    """

    edges: Floats
    middle: float
    places: Floats
    masses: Floats
    whole: Floats
    below: Floats

    @classmethod
    def of(cls, law: Law) -> _Cells:
        ends = law.ppf(np.array([_TAIL, 0.25, 0.5, 0.75, 1.0 - _TAIL]))
        first, middle, third = (float(x) for x in ends[1:4])
        # Fine where the mass is, and far out as wide as the tails.
        scale = 0.5 * (third - first)
        ends = np.arcsinh((ends[[0, -1]] - middle) / scale)
        u = np.linspace(ends[0], ends[1], _CELLS + 1)
        edges = middle + scale * np.sinh(u)
        whole, below = _cut(law, edges, middle)
        masses = np.maximum(whole[1:-1], 0.0)
        places = 0.5 * (edges[1:] + edges[:-1])
        return cls(edges, middle, places, masses / masses.sum(), whole, below)

    def misfit(self, prior: Prior) -> tuple[float, float]:
        """Divergence over the cells and their outside, and the largest difference of the cdfs."""
        ours, below = _cut(prior, self.edges, self.middle)
        some = self.whole > 0
        ratio = np.log(self.whole[some]) - np.log(np.maximum(ours[some], _SMALLEST))
        gap = np.abs(self.below - below)
        return max(float(self.whole[some] @ ratio), 0.0), float(gap.max())


def _cut(law: Law | Prior, edges: Floats, middle: float) -> tuple[Floats, Floats]:
    """Probabilities below, between and above edges, and those below each.

    Each between two edges is from whichever tail keeps the digits.
    """
    low, high = np.asarray(law.cdf(edges)), np.asarray(law.sf(edges))
    between = np.where(edges[1:] <= middle, np.diff(low), -np.diff(high))
    return np.concatenate([low[:1], between, high[-1:]]), low


def _expectation_maximisation(cells: _Cells, count: int) -> list[tuple[float, float, float]]:
    """(weight, mean, SD) of each normal, the narrowest first."""
    x, m = cells.places, cells.masses
    # A cell's own variance counts, or narrow parts would be fitted too narrow.
    within = np.diff(cells.edges) ** 2 / 12.0
    mean = float(m @ x)
    sd = math.sqrt(float(m @ ((x - mean) ** 2 + within)))
    weight = np.full(count, 1.0 / count)
    means = mean + 0.1 * sd * (np.arange(count) - 0.5 * (count - 1))
    sds = sd * np.geomspace(0.5, 1.5, count) if count > 1 else np.array([sd])
    before = -math.inf
    for _ in range(_ROUNDS):
        z = (x - means[:, None]) / sds[:, None]
        logs = np.log(weight / sds)[:, None] - 0.5 * (z * z + within / sds[:, None] ** 2)
        top = logs.max(axis=0)
        share = np.exp(logs - top)
        total = share.sum(axis=0)
        reached = float(m @ (np.log(total) + top))
        share *= m / total
        weight = np.maximum(share.sum(axis=1), 1e-12)
        means = share @ x / weight
        spread = (share * ((x - means[:, None]) ** 2 + within)).sum(axis=1) / weight
        sds = np.sqrt(np.maximum(spread, 1e-12 * sd**2))
        if reached - before < _STILL:
            break
        before = reached
    weight = weight / weight.sum()
    order = np.argsort(sds)
    return [(float(weight[k]), float(means[k]), float(sds[k])) for k in order]


def _student(
    cells: _Cells, normals: list[tuple[float, float, float]]
) -> list[tuple[float, float, float, float]]:
    """(weight, df, location, scale) of each Student t of the largest likelihood."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    x, m = cells.places, cells.masses

    def unpacked(theta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        logits, place, log_scale, log_df = theta.reshape(4, -1)
        weight = np.exp(logits - logits.max())
        return weight / weight.sum(), 1.0 + np.exp(log_df), place, np.exp(log_scale)

    def loss(theta: Floats) -> float:
        weight, df, place, scale = (v[:, None] for v in unpacked(theta))
        z = (x - place) / scale
        logs = (
            gammaln(0.5 * (df + 1))
            - gammaln(0.5 * df)
            - 0.5 * np.log(df * np.pi)
            - np.log(scale)
            - 0.5 * (df + 1) * np.log1p(z * z / df)
            + np.log(weight)
        )
        return -float(m @ np.logaddexp.reduce(logs, axis=0))

    weight, place, sd = (np.array(v) for v in zip(*normals, strict=True))
    start = np.concatenate(
        [np.log(weight), place, np.log(0.8 * sd), np.full(len(normals), math.log(5.0))]
    )
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-8, "maxiter": 500}).x
    weight, df, place, scale = unpacked(best)
    order = np.argsort(scale)
    return [
        (float(weight[k]), float(min(df[k], 1e6)), float(place[k]), float(scale[k])) for k in order
    ]
