"""What a sweep says about each cell: the variables of its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayes_rsa.sensitivity.plan import Cell, Plan

Values = Mapping[str, "Sequence[Any]"]
"""Column name -> one entry for each cell (a list where the column runs over something)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One variable of the result.

    Attributes
    ----------
    name
        Name in the dataset and in a data frame.
    long_name, units
        What it is.
    over
        ``statement``, ``estimand``, or empty: one value for each cell.
    kind
        ``float``, ``int``, ``bool`` or ``str``.
    """

    name: str
    long_name: str
    units: str = "1"
    over: str = ""
    kind: str = "float"


class Engine(Protocol):
    """What computes cells; pickled into the workers of an executor."""

    @property
    def plan(self) -> Plan:
        """The sweep."""

    @property
    def name(self) -> str:
        """``exact``, ``nuts`` or ``reweight``."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns that only this engine has."""

    @property
    def error(self) -> str:
        """What its errors are, in words."""

    def config(self) -> dict[str, Any]:
        """What decides a cell's numbers besides the plan and the cell; JSON-able."""

    def units(self, cells: Sequence[Cell]) -> list[tuple[int, ...]]:
        """Work units, as numbers of cells: each is computed, and kept, as a whole."""

    def run(self, cells: Sequence[Cell]) -> Values:
        """Every column for these cells."""


_LIMITS: Final = (("median", "median"), ("eti_lower", "lower limit"), ("eti_upper", "upper limit"))


def shared_columns(error: str) -> tuple[Column, ...]:
    """The columns of every engine.

    Parameters
    ----------
    error
        What the engine's errors are, in words.
    """
    summaries = []
    for name, words in _LIMITS:
        what = words if name == "median" else f"{words} of the equal-tailed interval"
        summaries += [
            Column(name, f"posterior {what}", "unit of the estimand", "estimand"),
            Column(f"{name}_error", f"{error} of the {what}", "unit of the estimand", "estimand"),
        ]
    return (
        Column("probability", "posterior probability of the statement", "1", "statement"),
        Column("error", f"{error} of the probability", "1", "statement"),
        *summaries,
        Column("passed", "whether the cell's numbers may be used", kind="bool"),
        Column("reason", "why they may not", "", kind="str"),
    )
