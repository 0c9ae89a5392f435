"""Text, formulas and tables as HTML: everything from outside is escaped here."""

from __future__ import annotations

import re
from typing import Any, Final

from markupsafe import Markup, escape

from bayes_rsa.report.blocks import (
    Code,
    Column,
    Formula,
    Given,
    Inline,
    Interval,
    Link,
    Strong,
    Table,
    Text,
)
from bayes_rsa.report.numbers import Number

_STYLE: Final = re.compile(r"<style>.*?</style>\s*", re.DOTALL)
_OPENING: Final = re.compile(r'<div id="(?P<id>[^"]*)"[^>]*>')
_SUBSCRIPT: Final = re.compile(r"(?P<name>\w)_(?P<below>\w)")
_GROUP: Final = "_group"
_WORDY: Final = 2
"""With more left-aligned columns than this a table is one of words."""
_DENSE: Final = 6
"""With more columns than this a table is set closer."""


def html(words: Text) -> Markup:
    """Text as HTML; a number carries its id, a quotation says that it is one."""
    return Markup("").join(_inline(part) for part in words)


def _inline(part: Inline) -> Markup:
    if isinstance(part, Number):
        return _number(part)
    if isinstance(part, Interval):
        return Markup('<span class="interval">{} to {}</span>').format(
            _number(part.lower), _number(part.upper)
        )
    if isinstance(part, Given):
        return Markup("<span data-given>{}</span>").format(part.text)
    if isinstance(part, Strong):
        return Markup("<strong>{}</strong>").format(part.text)
    if isinstance(part, Code):
        return Markup("<code>{}</code>").format(part.text)
    if isinstance(part, Link):
        return Markup('<a href="{}">{}</a>').format(part.target, part.text)
    return escape(part)


def _number(number: Number) -> Markup:
    return Markup('<span class="n" data-id="{}">{}</span>').format(number.id, number.text)


def formula_html(formula: Formula) -> Markup:
    """Displayed mathematics: letters in italics, what follows an underscore below the line."""
    lines = []
    for line in formula.lines:
        shown = _SUBSCRIPT.sub(r"\g<name><sub>\g<below></sub>", str(escape(line)))
        lines.append(Markup('<div class="relation">{}</div>').format(Markup(shown)))
    return Markup("").join(lines)


def table_html(table: Table) -> Markup:
    """A table by great_tables, without its styles: the page has one style for all of them.

    The first column holds the rows' headings, and headings carry their scope.
    """
    import pandas as pd
    from great_tables import GT
    from great_tables import html as gt_html

    first, *others = table.columns
    columns: dict[str, list[str]] = {
        column.key: [_cell(column, k, r.cells[k]) for r in table.rows]
        for k, column in enumerate(table.columns)
    }
    grouped = any(r.group for r in table.rows)
    if grouped:
        columns[_GROUP] = [r.group for r in table.rows]
    made: Any = GT(
        pd.DataFrame(columns),
        rowname_col=first.key,
        groupname_col=_GROUP if grouped else None,
        id=table.id,
    )
    made = made.cols_label({c.key: gt_html(_head(c.head)) for c in others})
    made = made.tab_stubhead(label=gt_html(_head(first.head)))
    for align in ("left", "right", "center"):
        keys = [c.key for c in others if c.align == align]
        if keys:
            made = made.cols_align(align, keys)
    for column in table.columns:
        # Cells are HTML already, escaped piece by piece.
        made = made.fmt(lambda cell: cell, columns=column.key)
    # Great_tables fills in cell by cell: with Arrow's strings a table takes half as long again.
    with pd.option_context("mode.string_storage", "python"):
        raw = made.as_raw_html(inline_css=False)
    return Markup(_finished(raw, table))


def _cell(column: Column, place: int, words: Text) -> str:
    """A cell; behind the first column it repeats its heading, for the narrow layout."""
    shown = html(words)
    if place == 0:
        return str(shown)
    head = column.head.replace("\n", " ")
    label = Markup('<span class="head" aria-hidden="true">{}: </span>').format(head)
    return str(label + shown)


def _head(words: str) -> str:
    """A heading, its line breaks kept."""
    return str(Markup("<br>").join(words.split("\n")))


def _finished(raw: str, table: Table) -> str:
    """Great_tables' markup without its style, with our caption, notes and emphasis."""
    bare = _STYLE.sub("", raw, count=1)
    bare = _OPENING.sub("", bare, count=1).rsplit("</div>", maxsplit=1)[0].strip()
    notes = "".join(str(Markup("<p>{}</p>").format(html(note))) for note in table.notes)
    caption = Markup(
        '<caption><span class="title"><span class="label"></span> {}</span></caption>'
    ).format(table.title)
    bare = bare.replace(">", f">{caption}", 1)
    looks = ["table"]
    if sum(column.align == "left" for column in table.columns) > _WORDY:
        looks.append("wordy")
    if len(table.columns) > _DENSE:
        looks.append("dense")
    return (
        f'<div class="{" ".join(looks)}" id="{escape(table.id)}">'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}">{bare}'
        f"</div>{f'<div class=notes>{notes}</div>' if notes else ''}</div>"
    )
