"""The reference numbers: `values.json` by name or prefix, and the rows of `published.csv`."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "reference"


@dataclass(frozen=True)
class ReferenceValue:
    """One number: what it is, how it was made, and how far an engine may be from it."""

    name: str
    value: float
    method: str
    tolerance: float | None
    tolerance_mcmc: float | None


@cache
def _values() -> dict[str, ReferenceValue]:
    entries = json.loads((_FOLDER / "values.json").read_text(encoding="utf-8"))["values"]
    return {
        name: ReferenceValue(
            name, e["value"], e["method"], e.get("tolerance"), e.get("tolerance_mcmc")
        )
        for name, e in entries.items()
    }


def value(name: str) -> ReferenceValue:
    """The entry of `values.json` with this name."""
    return _values()[name]


def entries(prefix: str) -> dict[str, ReferenceValue]:
    """All entries of `values.json` whose name starts with `prefix`."""
    found = {name: entry for name, entry in _values().items() if name.startswith(prefix)}
    if not found:
        raise KeyError(prefix)
    return found


@cache
def published() -> tuple[dict[str, str], ...]:
    """The rows of `published.csv`, as text."""
    with (_FOLDER / "published.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
