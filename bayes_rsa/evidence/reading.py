"""Tables of studies as CSV text, read so that every error names its line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.evidence.study import Study
from bayes_rsa.fields import MISSING, NOT_REPORTED, renamed, suggestion
from bayes_rsa.files import read_text
from bayes_rsa.toml_text import check_keys
from bayes_rsa.trial import Arm

__all__ = ["COLUMNS", "REQUIRED", "parse_studies", "read_studies", "study_from_dict"]

_COUNTS: Final = ("treatment_events", "treatment_n", "control_events", "control_n")
_FLAGS: Final = ("randomised", "same_group", "included_by_default")
_WORDS: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
COLUMNS: Final = (
    "key",
    "label",
    "year",
    "design",
    "randomised",
    "same_group",
    "population",
    "intervention",
    "comparator",
    "outcome",
    "counted",
    *_COUNTS,
    "provenance",
    "included_by_default",
    "overlaps",
    "source",
    "doi",
    "note",
)
"""Every column that a table of studies may have, in the order in which the package writes them."""

REQUIRED: Final = ("label", *_COUNTS, "randomised")
"""The columns without which a table is refused; an entry may be empty only where one arm is."""


def read_studies(path: str | Path) -> tuple[Study, ...]:
    """Read a table of studies from a CSV file.

    Parameters
    ----------
    path
        UTF-8 text with a header. ``label``, the four columns of counts and ``randomised`` are
        required; every other column of :data:`COLUMNS` may be left out. Events are those of the
        good outcome. Flags are yes or no. An arm that does not exist has both its counts empty.

    Raises
    ------
    InputError
        The file cannot be read, a column is missing or unknown, or an entry is not valid; the
        message names the line and the column.
    """
    file = Path(path)
    return parse_studies(read_text(file, "evidence file"), str(path))


def parse_studies(text: str, name: str = "the text") -> tuple[Study, ...]:
    """Read a table of studies from CSV text, which errors call by ``name``."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Study] = []
    lines: dict[str, int] = {}
    header: list[str] = []
    try:
        for row in reader:
            if not any(entry.strip() for entry in row):
                continue
            if not header:
                header = _header([entry.strip() for entry in row], name, reader.line_num)
                continue
            study = _Line(name, reader.line_num, header, row).study()
            if study.key in lines:
                raise InputError(
                    f"{name}, line {reader.line_num}, column key",
                    study.key,
                    f"line {lines[study.key]} has the same key",
                    "give every study a key of its own",
                )
            lines[study.key] = reader.line_num
            found.append(study)
    except csv.Error as error:
        raise InputError(
            f"{name}, line {reader.line_num}", text[:40], f"it is not CSV: {error}", "check quotes"
        ) from None
    if not found:
        raise InputError(name, MISSING, "it holds no study", "add a line below the header")
    _check_overlaps(found, lines, name)
    return tuple(found)


def study_from_dict(data: object, field: str = "study") -> Study:
    """Make a study of plain data, such as ``Study.to_dict`` or a table of a TOML file gives.

    Parameters
    ----------
    data
        Columns of a table of studies as keys; counts as numbers, flags as true or false.
    field
        What errors call it.
    """
    table = check_keys(field, data, COLUMNS)
    values = {name: entry for name, entry in table.items() if name not in _COUNTS}
    for required in ("label", "randomised"):
        if required not in values:
            raise InputError(f"{field}.{required}", MISSING, "it is required", f"add {required}")
    values.setdefault("key", values["label"])
    plain = values.get("provenance", "found") == "found" and not values.get("overlaps")
    values.setdefault("included_by_default", plain)
    arms: dict[str, Arm | None] = {}
    for role, name in (("treatment", "intervention"), ("control", "comparator")):
        counts = [table.get(f"{role}_events"), table.get(f"{role}_n")]
        if counts == [None, None]:
            arms[role] = None
            continue
        with renamed("arm", f"{field}.{role}"):
            arms[role] = Arm(_name(values.get(name), role), *counts)  # type: ignore[arg-type]
    return Study(treatment=arms["treatment"], control=arms["control"], **values)


def _name(text: str | None, role: str) -> str:
    """Name of an arm: what was given, where that is reported."""
    return role if text is None or text in ("", NOT_REPORTED) else text


def _header(names: list[str], file: str, line: int) -> list[str]:
    place = f"{file}, line {line}"
    for column in names:
        if column not in COLUMNS:
            raise InputError(
                f"{place}, header",
                column,
                "a table of studies has no such column",
                suggestion(column, COLUMNS),
            )
        if names.count(column) > 1:
            raise InputError(f"{place}, header", column, "it stands twice", "remove one of them")
    for column in REQUIRED:
        if column not in names:
            raise InputError(
                f"{place}, header", MISSING, f"column {column} is required", f"add {column}"
            )
    return names


class _Line:
    """One line of the table, read entry by entry."""

    def __init__(self, file: str, line: int, header: list[str], row: list[str]) -> None:
        self.place = f"{file}, line {line}"
        if len(row) != len(header):
            raise InputError(
                self.place,
                len(row),
                f"the header has {len(header)} columns, and this line has another number",
                "quote the entries that hold a comma",
            )
        self.entries = {
            name: entry.strip() for name, entry in zip(header, row, strict=True) if entry.strip()
        }

    def study(self) -> Study:
        values: dict[str, Any] = {
            name: entry
            for name, entry in self.entries.items()
            if name not in _COUNTS and name not in _FLAGS and name != "year"
        }
        for flag in _FLAGS:
            if flag in self.entries:
                values[flag] = self.flag(flag)
        if "year" in self.entries:
            values["year"] = self.count("year")
        for required in ("label", "randomised"):
            if required not in self.entries:
                raise InputError(
                    f"{self.place}, column {required}", MISSING, "it is required", "fill it in"
                )
        values.setdefault("key", values["label"])
        if "included_by_default" not in values:
            plain = values.get("provenance", "found") == "found" and not values.get("overlaps")
            values["included_by_default"] = plain
        treatment, control = self.arm("treatment", values), self.arm("control", values)
        try:
            return Study(treatment=treatment, control=control, **values)
        except InputError as error:
            raise InputError(
                f"{self.place}, column {error.field}", error.value, error.rule, error.remedy
            ) from None

    def arm(self, role: str, values: Mapping[str, Any]) -> Arm | None:
        columns = (f"{role}_events", f"{role}_n")
        given = [column for column in columns if column in self.entries]
        if not given:
            return None
        if len(given) == 1:
            absent = columns[1] if given[0] == columns[0] else columns[0]
            raise InputError(
                f"{self.place}, column {absent}",
                MISSING,
                f"{given[0]} is given, and an arm needs both counts",
                "fill both in, or leave both empty",
            )
        events, n = (self.count(column) for column in columns)
        if events > n:
            raise InputError(
                f"{self.place}, column {columns[0]}",
                events,
                f"{columns[1]} is {n}, and events cannot exceed n",
                "check both numbers in the publication",
            )
        text = values.get("intervention" if role == "treatment" else "comparator")
        return Arm(_name(text, role), events, n)

    def count(self, column: str) -> int:
        entry = self.entries[column]
        if not (entry.isascii() and entry.isdigit() and len(entry) < 10):
            raise InputError(
                f"{self.place}, column {column}",
                entry,
                "it must be a whole number",
                "write the number of people themselves, such as 60, not a percentage",
            )
        return int(entry)

    def flag(self, column: str) -> bool:
        entry = self.entries[column]
        known = _WORDS.get(entry.lower())
        if known is None:
            raise InputError(
                f"{self.place}, column {column}", entry, "it must be yes or no", "write yes or no"
            )
        return known


def _check_overlaps(found: list[Study], lines: Mapping[str, int], name: str) -> None:
    included = {study.key for study in found if study.included_by_default}
    for study in found:
        if not study.overlaps:
            continue
        place = f"{name}, line {lines[study.key]}, column overlaps"
        if study.overlaps not in lines:
            raise InputError(
                place, study.overlaps, "no study has this key", suggestion(study.overlaps, lines)
            )
        if {study.key, study.overlaps} <= included:
            raise InputError(
                place,
                study.overlaps,
                "both studies hold the same patients, and both are included by default",
                "set included_by_default to no on one of them",
            )
