"""Tables, JSON and CSV: one look for every command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

__all__ = ["as_csv", "as_json", "booktabs", "fact", "percent"]


def as_json(record: object) -> str:
    """One JSON object, indented, its keys in the order given."""
    import json

    return json.dumps(record, indent=2, allow_nan=False) + "\n"


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """CSV with a header; an entry that is missing or None is empty."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def booktabs(*columns: str, left: int = 1, whole: int = 0) -> Table:
    """A table with a rule under its header and no others.

    Parameters
    ----------
    *columns
        Headings.
    left
        How many of the first columns hold words, set flush left; the others hold numbers.
    whole
        How many of the first columns are never broken over lines.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for place, heading in enumerate(columns):
        table.add_column(
            heading,
            justify="left" if place < left else "right",
            overflow="fold",
            header_style="bold",
            no_wrap=place >= left or place < whole,
        )
    return table


def fact(name: str, value: str, width: int = 8) -> Table:
    """One line of a heading: a name, and what stands behind it, wrapped under itself."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=width, style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(name, _plain(value))
    return grid


def _plain(text: str) -> Text:
    from rich.text import Text

    return Text(text)


def percent(probability: float) -> str:
    """``95%`` for 0.95, ``97.5%`` for 0.975."""
    return f"{100 * probability:.10g}%"
