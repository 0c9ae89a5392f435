"""Tables as CSV: raw values, intervals as two columns, everything else as text."""

from __future__ import annotations

import csv
import io

from bayes_rsa.report.blocks import Interval, Table, Text, plain
from bayes_rsa.report.numbers import Number


def table_csv(table: Table) -> str:
    """A table as CSV text.

    A cell that holds one number gives its value in full (empty where it is withheld or does not
    exist); a column with an interval becomes ``_lower`` and ``_upper``; anything else is text.
    """
    wide = [any(_lone(r.cells[k], Interval) for r in table.rows) for k in range(len(table.columns))]
    grouped = any(r.group for r in table.rows)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    heads = ["group"] if grouped else []
    for column, split in zip(table.columns, wide, strict=True):
        heads += [f"{column.key}_lower", f"{column.key}_upper"] if split else [column.key]
    writer.writerow(heads)
    for entry in table.rows:
        cells = [entry.group] if grouped else []
        for words, split in zip(entry.cells, wide, strict=True):
            cells += _pair(words) if split else [_single(words)]
        writer.writerow(cells)
    return stream.getvalue()


def _lone(words: Text, kind: type) -> bool:
    return len(words) == 1 and isinstance(words[0], kind)


def _single(words: Text) -> str:
    if len(words) == 1 and isinstance(words[0], Number):
        return _value(words[0])
    return plain(words)


def _pair(words: Text) -> list[str]:
    if len(words) == 1 and isinstance(words[0], Interval):
        return [_value(words[0].lower), _value(words[0].upper)]
    return [plain(words), ""]


def _value(number: Number) -> str:
    return "" if number.value is None else repr(number.value)
