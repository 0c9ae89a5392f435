"""The arrays of a table of markers that the model holds as data, and what is latent in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import MARKER
from bayes_rsa.models.biomarkers._parameters import vector
from bayes_rsa.patients import MarkerTable
from bayes_rsa.priors import Prior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

Tensor = Any

HIDDEN: Final = "hidden"
VARIANCE: Final = "patient_variance"
_NO_LIMIT: Final = -1e6
"""Log limit where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class PatientData:
    """Arrays over (patient, marker, time), logs relative to ``log_unit``.

    Attributes
    ----------
    report, recorded, log_limit, treated, log_unit
        As in the model: log values (the log limit below it, 0 where missing), 1 where there is one.
    hidden_place
        Position of each value's latent number among them; their count where it has none.
    open_place
        Position of each patient's variance among them; their count where it has none.
    hidden, opened
        How many latent numbers and variances there are.
    limited
        Whether any value has a limit.
    """

    report: Floats
    recorded: Floats
    log_limit: Floats
    treated: Floats
    log_unit: Floats
    hidden_place: Integers
    open_place: Integers
    hidden: int
    opened: int
    limited: bool

    @classmethod
    def of(cls, table: MarkerTable, *, every: bool) -> Self:
        """From a table; ``every``: whether all values with a limit get a latent number."""
        missing, below, recorded = table.missing, table.below, ~table.missing
        with np.errstate(divide="ignore"):
            log_value = np.log(np.where(table.quantified, table.value, 1.0))
            log_limit = np.log(table.limit)
        known = np.where(table.quantified[:, :, 0], log_value[:, :, 0], np.nan)
        log_unit = np.nanmean(known, axis=0)
        shift = log_unit[None, :, None]
        log_limit = np.where(np.isnan(log_limit), _NO_LIMIT, log_limit - shift)
        report = np.where(below, log_limit, log_value - shift)
        limited = ~np.isnan(table.limit)
        # What may be hidden, and matters: a baseline to its follow-up, a follow-up to later ones.
        open_to = missing | (limited if every else below)
        used = recorded[:, :, 1]
        later = np.flip(np.cumsum(np.flip(used, axis=1), axis=1), axis=1) > used
        places = open_to & np.stack([used, later], axis=-1)
        # A patient's variance is integrated out unless a probability or a latent number needs it.
        opened = places[:, :, 1].any(axis=1) | ((limited if every else below)[:, :, 1] & used).any(
            axis=1
        )
        return cls(
            np.where(recorded, report, 0.0),
            recorded.astype(float),
            log_limit,
            table.treated.astype(float),
            log_unit,
            _positions(places),
            _positions(opened),
            int(places.sum()),
            int(opened.sum()),
            bool((limited & recorded).any()),
        )

    @property
    def is_open(self) -> Floats:
        """1 for the patients with a variance of their own."""
        return (self.open_place < self.opened).astype(float)

    @property
    def rough_error(self) -> Floats:
        """About the standard error of a marker's log ratio: the baseline explains a third."""
        known = np.where(self.recorded[:, :, 1] > 0, self.report[:, :, 1], np.nan)
        by_arm = [known[self.treated == arm] for arm in (1, 0)]
        spread = sum(np.nanvar(values, axis=0) / len(values) for values in by_arm)
        found: Floats = np.sqrt(np.maximum(0.67 * spread, 1e-6))
        return found

    def coords(self) -> dict[str, Any]:
        """Coordinates of what is latent."""
        found = {}
        if self.hidden:
            found["hidden_value"] = np.arange(self.hidden)
        if self.opened:
            found["open_patient"] = np.arange(self.opened)
        return found

    def latent_priors(self, df: float) -> dict[str, Prior]:
        """Priors of what is latent, by name."""
        priors = {}
        if self.hidden:
            priors[HIDDEN] = Prior.normal(0.0, 1.0)
        if self.opened:
            # A normal number with this variance is one of Student's t.
            priors[VARIANCE] = Prior.inverse_gamma(df / 2, df / 2)
        return priors

    def latent_values(self, priors: dict[str, Prior]) -> tuple[Tensor, Tensor]:
        """Latent numbers over (patient, marker, time), and variances over the patients.

        Their free variables are added to the model on the stack.
        """
        hidden: Tensor = pt.zeros(self.hidden_place.shape)
        variance: Tensor = pt.ones(self.open_place.shape)
        if HIDDEN in priors:
            free = vector(HIDDEN, priors[HIDDEN], "hidden_value")
            place = pm.Data("hidden_place", self.hidden_place, dims=("patient", MARKER, "time"))
            hidden = pt.concatenate([free, pt.zeros(1)])[place]
        if VARIANCE in priors:
            free = vector(VARIANCE, priors[VARIANCE], "open_patient")
            place = pm.Data("open_place", self.open_place, dims="patient")
            variance = pt.concatenate([free, pt.ones(1)])[place]
        return hidden, variance


def _positions(places: Any) -> Integers:
    """Running numbers of the places that are true; their count elsewhere."""
    count = int(places.sum())
    found: Integers = np.full(places.shape, count, dtype=np.int64)
    found[places] = np.arange(count)
    return found
