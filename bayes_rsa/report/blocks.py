"""What a section is made of, as values: text, tables, figures, formulas. Rendering comes last."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bayes_rsa.plots import JournalFigure
from bayes_rsa.report.numbers import Number

Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Given:
    """Words or numbers quoted from the input: a trial's, a prior's, a threshold."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A name or a line of code."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead elsewhere: a DOI, or ``#section`` on the same page."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Interval:
    """Both limits of an interval."""

    lower: Number
    upper: Number


Inline = str | Number | Given | Strong | Code | Link | Interval
Text = tuple[Inline, ...]


def text(*parts: Inline | Text) -> Text:
    """Join pieces of text."""
    joined: list[Inline] = []
    for part in parts:
        joined.extend(part if isinstance(part, tuple) else (part,))
    return tuple(joined)


def fill(template: str, **parts: Inline | Text | None) -> Text:
    """Text from a template such as ``"between {low} and {high}"``, its pieces by name."""
    joined: list[Inline] = []
    for words, name, _, _ in string.Formatter().parse(template):
        if words:
            joined.append(words)
        if name is not None:
            part = parts[name]
            if part is not None:
                joined.extend(text(part))
    return tuple(joined)


def numbers_of(words: Text) -> Iterator[Number]:
    """The numbers in a text, in order."""
    for part in words:
        if isinstance(part, Number):
            yield part
        elif isinstance(part, Interval):
            yield from (part.lower, part.upper)


def plain(words: Text) -> str:
    """Text without its marks."""
    return "".join(_plain(part) for part in words)


def _plain(part: Inline) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Interval):
        return f"{part.lower.text} to {part.upper.text}"
    return part.text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``lead`` marks one that sums up."""

    words: Text
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of short texts."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section; its id is its anchor."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Banner:
    """What must not be overlooked: a failed gate, an inconsistency."""

    kind: Literal["warning", "note"]
    title: str
    words: Text


@dataclass(frozen=True, slots=True)
class Formula:
    """Displayed mathematics, one relation a line: ``y_k ~ Binomial(n_k, p_k)``."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Displayed source code, or commands."""

    code: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key (unique in the table), heading and alignment."""

    key: str
    head: str
    align: Align = "right"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its label stands in the first column."""

    cells: tuple[Text, ...]
    group: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the first column holds the rows' labels.

    Parameters
    ----------
    id
        Anchor, and name of its CSV file.
    title
        What it shows.
    columns
        From the left.
    rows
        From the top; those of one group stand together.
    notes
        Below it.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"table {self.id!r}: a row has {len(row.cells)} cells")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure; its id is its anchor and the name of its files."""

    id: str
    figure: JournalFigure
    caption: Text = ()

    @property
    def words(self) -> Text:
        """The caption: the section's own, else the figure's."""
        return self.caption or (self.figure.caption,)


Block = Paragraph | Listing | Heading | Banner | Formula | Listed | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report.

    Parameters
    ----------
    id
        Anchor.
    title
        Its heading.
    blocks
        From the top.
    answers
        Rows of the checklist that it answers: where, or what it says.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    answers: Mapping[int, str] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures."""
        return tuple(block for block in self.blocks if isinstance(block, Figure))


def table(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    notes: Sequence[Text] = (),
) -> Table:
    """A table from sequences."""
    return Table(name, title, tuple(columns), tuple(rows), tuple(notes))


def row(*cells: Inline | Text | None, group: str = "", strong: bool = False) -> Row:
    """A row of a table; None is an empty cell."""
    filled = tuple(("",) if cell is None else text(cell) for cell in cells)
    return Row(filled, group, strong)
