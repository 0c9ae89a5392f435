"""Where the columns and rows of a forest plot stand, in inches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bayes_rsa.plots import text
from bayes_rsa.plots.forest_row import ForestRow
from bayes_rsa.plots.style import LINE, QUIET, SMALL

_GAP: Final = 0.13
_PAD: Final = 0.07
_INDENT: Final = 0.1
_LABEL: Final = 1.7
"""Widest column of names."""
_NARROW: Final = 1.0
"""Narrowest column of names."""
_AXIS: Final = 1.35
"""Narrowest axis."""
EDGE: Final = 0.04
"""Margin at both sides of the figure."""

Write = Callable[..., None]
"""Writes words at (inches from the left, inches below the top of the first row)."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Left edges (of text) and widths in inches, from the left of the figure."""

    label: float
    axis: tuple[float, float]
    numbers: float
    benefit: float
    extra: float | None
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """A row or a heading, wrapped, at its height from the top of the body."""

    top: float
    height: float
    label: tuple[str, ...]
    note: tuple[str, ...]
    row: ForestRow | None

    @property
    def middle(self) -> float:
        """Inches below the top of the first row."""
        return self.top + self.height / 2


def columns_of(rows: Sequence[ForestRow], heads: Sequence[str], width: float) -> Columns:
    """Give each text column what it needs, and the axis what is left."""
    bold = [row.primary for row in rows]

    def needed(head: str, entries: Sequence[str]) -> float:
        heading = [text.text_width(line, SMALL, bold=True) for line in head.split("\n")]
        cells = [text.text_width(e, bold=b) for e, b in zip(entries, bold, strict=True)]
        return max(*heading, *cells)

    numbers = needed(heads[1], [row.numbers for row in rows])
    benefit = needed(heads[2], [row.probability for row in rows])
    has_extra = any(row.extra for row in rows)
    extra = needed(heads[3], [text.minus(row.extra) for row in rows]) if has_extra else 0.0
    taken = 2 * EDGE + numbers + benefit + 3 * _GAP + (extra + _GAP if has_extra else 0.0)
    wish = max(text.text_width(row.label, bold=row.primary) + _INDENT for row in rows)
    wish = max(wish, *(text.text_width(row.prior, SMALL) + _INDENT for row in rows))
    # Where the columns of text leave too little, the page grows.
    width = max(width, taken + _NARROW + _AXIS)
    label = max(min(wish, _LABEL, width - taken - _AXIS), _NARROW)
    axis = width - taken - label
    left = EDGE + label + _GAP
    at = left + axis + _GAP
    after = at + numbers + _GAP
    last = after + benefit + _GAP if has_extra else None
    return Columns(EDGE, (left, axis), at, after, last, width)


def lines_of(rows: Sequence[ForestRow], columns: Columns) -> list[Row]:
    """Headings and rows from the top, wrapped to the column of names."""
    width = columns.axis[0] - columns.label - _GAP
    lines: list[Row] = []
    top, group = 0.0, ""
    for row in rows:
        if row.group != group:
            group = row.group
            words = tuple(text.wrap(group, width, SMALL, bold=True))
            top += _PAD if lines else 0.0
            lines.append(Row(top, LINE * len(words) + 0.03, words, (), None))
            top += lines[-1].height
        inner = width - (_INDENT if group else 0.0)
        label = tuple(text.wrap(row.label, inner, bold=row.primary))
        note = tuple(text.wrap(text.minus(row.prior), inner, SMALL)) if row.prior else ()
        lines.append(Row(top, LINE * (len(label) + 0.92 * len(note)) + _PAD, label, note, row))
        top += lines[-1].height
    return lines


def write_row(write: Write, columns: Columns, line: Row) -> None:
    """Write the words of a heading or a row."""
    row = line.row
    if row is None:
        heading = {"fontweight": "bold", "fontsize": SMALL, "color": QUIET}
        write(columns.label, line.middle, "\n".join(line.label), **heading)
        return
    x = columns.label + (_INDENT if row.group else 0.0)
    weight = "bold" if row.primary else "normal"
    y = line.top + _PAD / 2 + LINE / 2
    for words in line.label:
        write(x, y, words, fontweight=weight)
        y += LINE
    for words in line.note:
        write(x, y - 0.04 * LINE, words, fontsize=SMALL, color=QUIET)
        y += 0.92 * LINE
    middle = line.middle
    write(columns.numbers, middle, row.numbers, fontweight=weight)
    write(columns.benefit, middle, row.probability, fontweight=weight)
    if columns.extra is not None:
        write(columns.extra, middle, text.minus(row.extra))
