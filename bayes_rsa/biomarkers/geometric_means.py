"""Ratios of geometric means from a fit of patients' markers."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bayes_rsa.biomarkers.fitted import marker_records
from bayes_rsa.defaults import INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.inference import Provenance
from bayes_rsa.patients import SIMULATED

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["GeometricMeanRatio", "geometric_mean_ratios"]


@dataclass(frozen=True, slots=True)
class GeometricMeanRatio:
    """Posterior of a marker's ratio of geometric means, treatment over control.

    Attributes
    ----------
    marker
        Its name.
    median, eti
        Posterior median and equal-tailed interval of the ratio, among patients with equal
        baselines.
    p_lower
        Probability that it is below 1.
    mcse_log, mcse_p_lower
        Monte Carlo errors of the mean log ratio and of the probability.
    simulated
        Whether the patients are simulated.
    """

    marker: str
    median: float
    eti: tuple[float, float]
    p_lower: float
    mcse_log: float
    mcse_p_lower: float
    simulated: bool

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return asdict(self) | {"eti": list(self.eti)}


def geometric_mean_ratios(
    fit: xr.DataTree, *, interval: float = INTERVAL
) -> tuple[GeometricMeanRatio, ...]:
    """The ratio of geometric means of each marker.

    Parameters
    ----------
    fit
        What ``bayes_rsa.fit`` returned for ``bayes_rsa.models.biomarkers.patient_level``.
    interval
        Probability of the equal-tailed interval.

    Raises
    ------
    InputError
        If it is a fit of another model.
    """
    provenance = Provenance.read(fit)
    if provenance.model["name"] != "patient_level":
        raise InputError(
            "fit",
            provenance.model["name"],
            "ratios of geometric means come from patients' values",
            "fit models.biomarkers.patient_level",
        )
    simulated = str(provenance.trial["name"]).startswith(SIMULATED)
    return tuple(
        GeometricMeanRatio(
            record.marker,
            math.exp(record.median),
            (math.exp(record.eti[0]), math.exp(record.eti[1])),
            record.p_lower,
            record.mcse_mean,
            record.mcse_p_lower,
            simulated,
        )
        for record in marker_records(fit, interval=interval)
        if record.variable == "effect"
    )
