"""Columns of a data frame, read one by one with errors that name them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, suggestion
from bayes_rsa.patients.label import SIMULATED

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ARM_NAMES: Final = ("treatment", "control")


def require_frame(data: Any, needed: Sequence[str]) -> pd.DataFrame:
    """Refuse what is no data frame, is empty, or lacks a column.

    Raises
    ------
    InputError
        Names the column, and the one that was probably meant.
    """
    import pandas as pd

    if not isinstance(data, pd.DataFrame):
        raise InputError(
            "data",
            type(data).__name__,
            "patients stand in a pandas DataFrame",
            "read the file with pandas.read_csv",
        )
    columns = [str(name) for name in data.columns]
    for name in needed:
        if columns.count(name) > 1:
            raise InputError(
                f"data[{name!r}]", columns.count(name), "a column stands once", "rename the others"
            )
        if name not in columns:
            others = [c for c in columns if c not in needed]
            raise InputError(
                f"data[{name!r}]",
                MISSING,
                f"the columns {', '.join(needed)} are needed",
                suggestion(name, others) if others else "add it",
            )
    if data.empty:
        raise InputError("data", MISSING, "there is no row", "give at least two patients per arm")
    return data


def texts(data: pd.DataFrame, name: str) -> list[str]:
    """A column of names or numbers as text; none may be missing or blank.

    Raises
    ------
    InputError
        Names the first row that has none.
    """
    column = data[name]
    absent = column.isna().to_numpy(dtype=bool)
    found = [str(value).strip() for value in column]
    for row, (value, gone) in enumerate(zip(found, absent, strict=True)):
        if gone or not value:
            raise InputError(
                f"data[{name!r}]", MISSING, f"row {row} has no {name}", "give it in every row"
            )
    return found


def choices(data: pd.DataFrame, name: str, options: Collection[str]) -> list[str]:
    """A column whose every value is one of the options.

    Raises
    ------
    InputError
        Names the first row that holds something else.
    """
    found = texts(data, name)
    for row, value in enumerate(found):
        if value not in options:
            named = ", ".join(repr(option) for option in options)
            raise InputError(
                f"data[{name!r}]",
                value,
                f"row {row} must hold one of {named}",
                suggestion(value, options),
            )
    return found


def numbers(data: pd.DataFrame, name: str, remedy: str) -> Floats:
    """A numeric column as floats, NaN where missing.

    Raises
    ------
    InputError
        If it holds text, booleans or infinite values.
    """
    import pandas as pd

    column = data[name]
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        example = next((v for v in column if isinstance(v, str | bool)), str(column.dtype))
        if not column.isna().all():
            raise InputError(f"data[{name!r}]", example, "it must hold numbers", remedy)
    found: Floats = column.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(found).any():
        row = int(np.flatnonzero(np.isinf(found))[0])
        raise InputError(
            f"data[{name!r}]", float(found[row]), f"row {row} must be finite", "leave it empty"
        )
    return found


def arms_of(patients: Sequence[str], arms: Sequence[str]) -> dict[str, str]:
    """The arm of each patient, in the order of their first rows.

    Raises
    ------
    InputError
        If a patient stands in both arms, or an arm has fewer than two patients.
    """
    found: dict[str, str] = {}
    for patient, arm in zip(patients, arms, strict=True):
        if found.setdefault(patient, arm) != arm:
            raise InputError(
                "data['arm']", arm, f"patient {patient} stands in both arms", "give each one arm"
            )
    for arm in ARM_NAMES:
        count = sum(value == arm for value in found.values())
        if count < 2:
            raise InputError(
                "data['arm']", count, f"{arm} has fewer than two patients", "give both arms"
            )
    return found


def is_simulated(data: pd.DataFrame) -> bool:
    """Whether the patients are labelled as simulated: by a column, or by the frame's attributes.

    Raises
    ------
    InputError
        If some rows are labelled as simulated and others are not.
    """
    by_attribute = bool(data.attrs.get(SIMULATED, False))
    if SIMULATED not in data.columns:
        return by_attribute
    marks = {str(value).strip().lower() in {"true", "1", "1.0"} for value in data[SIMULATED]}
    if len(marks) > 1:
        raise InputError(
            f"data[{SIMULATED!r}]",
            "both",
            "simulated and real patients stand in one table",
            "keep them apart",
        )
    return marks == {True} or by_attribute
