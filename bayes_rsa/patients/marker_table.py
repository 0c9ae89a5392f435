"""Values of biomarkers patient by patient, from a data frame in long form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.patients.columns import (
    ARM_NAMES,
    arms_of,
    choices,
    is_simulated,
    numbers,
    require_frame,
    texts,
)
from bayes_rsa.trial import require_separate_facts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["TIMES", "MarkerTable"]

TIMES: Final = ("baseline", "follow_up")
"""The times of measurement, in this order everywhere."""

_COLUMNS: Final = ("patient", "arm", "marker", "time", "value")
_LIMIT: Final = "lloq"


@dataclass(frozen=True, slots=True, eq=False)
class MarkerTable:
    """Values of biomarkers at baseline and follow-up, patient by patient.

    Parameters
    ----------
    patients
        Their names.
    treated
        Whether each is in the treatment arm.
    markers
        Names of the biomarkers.
    value
        (patient, marker, time), in each marker's unit, positive; NaN where missing. A value that is
        not above its limit counts as below it, whatever number stands for it.
    limit
        Lower limit of quantification of each; NaN where there is none.
    simulated
        Whether the patients are simulated.

    Raises
    ------
    InputError
        If the arrays do not fit together, or the data cannot inform the model.
    """

    patients: tuple[str, ...]
    treated: Flags
    markers: tuple[str, ...]
    value: Floats = field(repr=False)
    limit: Floats = field(repr=False)
    simulated: bool = False

    def __post_init__(self) -> None:
        shape = (len(self.patients), len(self.markers), len(TIMES))
        for name in ("value", "limit"):
            if getattr(self, name).shape != shape:
                raise InputError(
                    name,
                    getattr(self, name).shape,
                    f"its shape is (patient, marker, time), here {shape}",
                    "arrange it so",
                )
        require_separate_facts(self.markers)
        quantified = self.quantified
        for j, marker in enumerate(self.markers):
            if quantified[:, j, 0].sum() < 2 or np.ptp(self.value[quantified[:, j, 0], j, 0]) == 0:
                raise InputError(
                    f"marker {marker!r}",
                    "baseline",
                    "at least two different values at baseline must be quantified",
                    "leave the marker out",
                )
            for arm, members in zip(ARM_NAMES, (self.treated, ~self.treated), strict=True):
                if quantified[members, j, 1].sum() < 2:
                    raise InputError(
                        f"marker {marker!r}",
                        arm,
                        "at least two values at follow_up must be quantified in each arm",
                        "leave the marker out",
                    )

    @classmethod
    def of(cls, data: Any, markers: Sequence[str] | None = None) -> Self:
        """Read a data frame in long form: one row for each patient, marker and time.

        Parameters
        ----------
        data
            A pandas ``DataFrame`` with the columns ``patient``, ``arm`` (``treatment`` or
            ``control``), ``marker``, ``time`` (``baseline`` or ``follow_up``) and ``value`` (in the
            marker's unit, not its log; empty where missing; a row that is not there is missing,
            too). Optional: ``lloq``, the lower limit of quantification in that unit; a value that
            is not above it counts as below it, whether 0, half the limit or the limit was written.
            Other columns are left alone.
        markers
            Names of the biomarkers to keep; all by default, in the order of their first rows.

        Raises
        ------
        InputError
            Names the column, the row, the rule and the remedy.
        """
        if isinstance(data, cls):
            return data if markers is None else data._only(markers)
        frame = require_frame(data, _COLUMNS)
        patient, marker = texts(frame, "patient"), texts(frame, "marker")
        arms = arms_of(patient, choices(frame, "arm", ARM_NAMES))
        time = choices(frame, "time", TIMES)
        below = "give the limit in the column 'lloq', and a number such as 0 for values below it"
        value = numbers(frame, "value", below)
        limit = (
            numbers(frame, _LIMIT, "give the limit as a number in the marker's unit")
            if _LIMIT in frame.columns
            else np.full(len(value), np.nan)
        )
        _require_positive(value, limit)
        patients, names = tuple(arms), tuple(dict.fromkeys(marker))
        row_of = {name: i for i, name in enumerate(patients)}
        column_of = {name: j for j, name in enumerate(names)}
        shape = (len(patients), len(names), len(TIMES))
        values, limits, seen = (np.full(shape, np.nan) for _ in range(3))
        for row, key in enumerate(zip(patient, marker, time, strict=True)):
            place = row_of[key[0]], column_of[key[1]], TIMES.index(key[2])
            if not np.isnan(seen[place]):
                raise InputError(
                    "data",
                    key,
                    f"rows {int(seen[place])} and {row} have the same patient, marker and time",
                    "keep one of them",
                )
            seen[place], values[place], limits[place] = row, value[row], limit[row]
        treated = np.array([arm == "treatment" for arm in arms.values()])
        table = cls(patients, treated, names, values, limits, is_simulated(frame))
        return table if markers is None else table._only(markers)

    @property
    def missing(self) -> Flags:
        """Which values are missing."""
        return np.isnan(self.value)

    @property
    def below(self) -> Flags:
        """Which values are known to be below their limit, and no more."""
        with np.errstate(invalid="ignore"):
            found: Flags = self.value <= self.limit
        return found

    @property
    def quantified(self) -> Flags:
        """Which values are known."""
        return ~self.missing & ~self.below

    @property
    def n(self) -> tuple[int, int]:
        """Patients in the treatment and the control arm."""
        return int(self.treated.sum()), int((~self.treated).sum())

    def frame(self) -> pd.DataFrame:
        """The table in long form, as :meth:`of` reads it."""
        import pandas as pd

        arm = np.where(self.treated, *ARM_NAMES)
        shape = self.value.shape
        rows: dict[str, Any] = {
            "patient": np.repeat(self.patients, shape[1] * shape[2]),
            "arm": np.repeat(arm, shape[1] * shape[2]),
            "marker": np.tile(np.repeat(self.markers, shape[2]), shape[0]),
            "time": np.tile(TIMES, shape[0] * shape[1]),
            "value": self.value.ravel(),
        }
        if not np.isnan(self.limit).all():
            rows[_LIMIT] = self.limit.ravel()
        return pd.DataFrame(rows)

    def _only(self, markers: Sequence[str]) -> Self:
        from bayes_rsa.fields import suggestion

        if isinstance(markers, str) or not markers or len(set(markers)) < len(markers):
            raise InputError(
                "markers", markers, "each is named once, in a list", "write ['IL-33', 'ST2']"
            )
        for name in markers:
            if name not in self.markers:
                raise InputError(
                    "markers", name, "there is no such marker", suggestion(name, self.markers)
                )
        keep = [self.markers.index(name) for name in markers]
        return type(self)(
            self.patients,
            self.treated,
            tuple(markers),
            self.value[:, keep],
            self.limit[:, keep],
            self.simulated,
        )


def _require_positive(value: Floats, limit: Floats) -> None:
    with np.errstate(invalid="ignore"):
        wrong_limit = limit <= 0
        wrong = (value < 0) | ((value == 0) & ~(value <= limit))
    if wrong_limit.any():
        row = int(np.flatnonzero(wrong_limit)[0])
        raise InputError(
            f"data[{_LIMIT!r}]",
            float(limit[row]),
            f"the limit of quantification in row {row} must be positive",
            "leave it empty where there is none",
        )
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(
            "data['value']",
            float(value[row]),
            f"row {row} must be positive, since markers are analysed on the log scale",
            "give values, not their logs; a value below the limit of quantification needs its "
            "limit in the column 'lloq'",
        )
