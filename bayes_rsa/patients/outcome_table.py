"""Each patient's biomarker and outcome, from a data frame with one row per patient."""

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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["OutcomeTable"]

_COMPLETE: Final = "leave incomplete patients out and say how many, or impute before"


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeTable:
    """Biomarker at follow-up, outcome and baseline covariates, patient by patient.

    Parameters
    ----------
    patients
        Their names.
    treated
        Whether each is in the treatment arm.
    mediator
        Name of the biomarker.
    value
        Its values, in its unit, positive.
    outcome
        1 with the event, 0 without.
    covariates
        Names of the baseline covariates.
    covariate
        (patient, covariate), numbers.
    simulated
        Whether the patients are simulated.

    Raises
    ------
    InputError
        If nothing varies, or an array does not fit.
    """

    patients: tuple[str, ...]
    treated: Flags
    mediator: str
    value: Floats = field(repr=False)
    outcome: Floats = field(repr=False)
    covariates: tuple[str, ...] = ()
    covariate: Floats = field(default_factory=lambda: np.empty((0, 0)), repr=False)
    simulated: bool = False

    def __post_init__(self) -> None:
        if not self.covariates:
            object.__setattr__(self, "covariate", np.empty((len(self.patients), 0)))
        for name, column in {
            self.mediator: self.value,
            "outcome": self.outcome,
            **dict(zip(self.covariates, self.covariate.T, strict=True)),
        }.items():
            if np.ptp(column) == 0:
                raise InputError(
                    f"data[{name!r}]", float(column[0]), "it does not vary", "leave it out"
                )

    @classmethod
    def of(cls, data: Any, mediator: str, covariates: Sequence[str] = ()) -> Self:
        """Read a data frame with one row per patient.

        Parameters
        ----------
        data
            A pandas ``DataFrame`` with the columns ``patient``, ``arm`` (``treatment`` or
            ``control``), ``outcome`` (1 or 0), the biomarker (in its unit, positive) and the
            covariates (numbers, measured before randomisation). Nothing may be missing.
        mediator
            Name of the biomarker's column.
        covariates
            Names of the covariates' columns.

        Raises
        ------
        InputError
            Names the column, the row, the rule and the remedy.
        """
        if isinstance(data, cls):
            return data
        if isinstance(covariates, str) or len(set(covariates)) < len(covariates):
            raise InputError("covariates", covariates, "each is named once, in a list", "change it")
        frame = require_frame(data, ("patient", "arm", "outcome", mediator, *covariates))
        patient = texts(frame, "patient")
        arms = arms_of(patient, choices(frame, "arm", ARM_NAMES))
        if len(arms) < len(patient):
            twice = next(name for name in patient if patient.count(name) > 1)
            raise InputError(
                "data['patient']", twice, "each patient has one row", "keep one row for each"
            )
        outcome = _complete(
            numbers(frame, "outcome", "write 1 with the event, 0 without"), "outcome"
        )
        if not np.isin(outcome, (0.0, 1.0)).all():
            wrong = float(outcome[~np.isin(outcome, (0.0, 1.0))][0])
            raise InputError("data['outcome']", wrong, "it is 1 or 0", "code the event as 1")
        value = _complete(numbers(frame, mediator, "give the biomarker's values"), mediator)
        if (value <= 0).any():
            raise InputError(
                f"data[{mediator!r}]",
                float(value[value <= 0][0]),
                "a biomarker is positive, since it is analysed on the log scale",
                "give values, not their logs",
            )
        columns = [
            _complete(numbers(frame, name, "code it as a number"), name) for name in covariates
        ]
        return cls(
            tuple(patient),
            np.array([arm == "treatment" for arm in arms.values()]),
            mediator,
            value,
            outcome,
            tuple(covariates),
            np.stack(columns, axis=1) if columns else np.empty((len(patient), 0)),
            is_simulated(frame),
        )

    @property
    def counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Events and patients of the treatment and the control arm."""
        (y1, n1), (y0, n0) = (
            (int(self.outcome[members].sum()), int(members.sum()))
            for members in (self.treated, ~self.treated)
        )
        return (y1, n1), (y0, n0)


def _complete(values: Floats, name: str) -> Floats:
    missing = np.flatnonzero(np.isnan(values))
    if missing.size:
        raise InputError(
            f"data[{name!r}]",
            "missing",
            f"row {int(missing[0])} and {missing.size - 1} more have no value, and this model "
            "takes complete patients",
            _COMPLETE,
        )
    return values
