"""The meta-analytic predictive distribution from a fit's draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bayes_rsa.errors import InputError

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_AT_ONCE: Final = 2_000_000
"""Numbers in one block of the sum over draws."""
_STEPS: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class PredictiveDraws:
    """What random effects predict for one more study: a normal for each draw of mean and SD.

    The average over the draws' normals has less Monte Carlo error than draws of the effect itself,
    and is smooth.

    Attributes
    ----------
    means, sds
        Draws of the mean and of the SD between studies, one entry each.
    """

    means: Floats
    sds: Floats

    @property
    def mean(self) -> float:
        """Its mean, if there is one."""
        return float(self.means.mean())

    @property
    def sd(self) -> float:
        """Its standard deviation, if there is one."""
        return float(np.sqrt(np.mean(self.sds**2) + np.var(self.means)))

    def pdf(self, x: Floats) -> Floats:
        """Density at ``x``."""

        def density(z: Floats, sd: Floats) -> Floats:
            return np.asarray(np.exp(-0.5 * z * z) / (sd * np.sqrt(2 * np.pi)))

        return self._average(x, density)

    def cdf(self, x: Floats) -> Floats:
        """P(X < x)."""
        from scipy.special import ndtr

        return self._average(x, lambda z, _sd: np.asarray(ndtr(z)))

    def sf(self, x: Floats) -> Floats:
        """P(X > x)."""
        from scipy.special import ndtr

        return self._average(x, lambda z, _sd: np.asarray(ndtr(-z)))

    def ppf(self, q: Floats) -> Floats:
        """Quantiles, by bisection."""
        wanted = np.asarray(q, dtype=float).ravel()
        low = np.full(wanted.shape, float(np.min(self.means - 40 * self.sds)))
        high = np.full(wanted.shape, float(np.max(self.means + 40 * self.sds)))
        for _ in range(_STEPS):
            middle = 0.5 * (low + high)
            below = self.cdf(middle) < wanted
            low, high = np.where(below, middle, low), np.where(below, high, middle)
            if float(np.max(high - low)) < 1e-8:
                break
        return np.asarray((0.5 * (low + high)).reshape(np.shape(q)))

    def _average(self, x: Floats, kernel: Callable[[Floats, Floats], Floats]) -> Floats:
        points = np.asarray(x, dtype=float).ravel()
        found = np.empty(points.shape)
        step = max(1, _AT_ONCE // self.means.size)
        for start in range(0, points.size, step):
            part = points[start : start + step, None]
            z = (part - self.means) / self.sds
            found[start : start + step] = kernel(z, self.sds).mean(axis=1)
        return found.reshape(np.shape(x))


def predictive(fit: xr.DataTree, parameter: str = "effect") -> PredictiveDraws:
    """The predictive distribution of one more study's ``effect`` or ``baseline``.

    Parameters
    ----------
    fit
        A fit of ``models.external_evidence.meta_analytic_predictive`` without the trial: with it
        the distribution is about a trial after this one.
    parameter
        ``effect`` (log odds ratio) or ``baseline`` (control log odds).

    Raises
    ------
    InputError
        If the fit has no such random effects, or no SD between studies.
    """
    posterior = fit["posterior"].to_dataset()
    constant = fit["constant_data"].to_dataset()
    found = []
    for name in (f"{parameter}_mean", f"{parameter}_heterogeneity"):
        if name in posterior:
            found.append(posterior[name].values.ravel())
        elif name in constant:
            found.append(constant[name].values.ravel())
        else:
            raise InputError(
                "parameter",
                parameter,
                f"this fit has no {name}",
                "fit meta_analytic_predictive with random effects on it",
            )
    means, sds = np.broadcast_arrays(*found)
    if not (sds > 0).all():
        raise InputError(
            f"{parameter}_heterogeneity",
            0.0,
            "without an SD between studies the prediction is the mean itself",
            f"take the draws of {parameter}_mean",
        )
    return PredictiveDraws(np.array(means), np.array(sds))
