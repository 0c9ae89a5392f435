"""The key below an axis: what each line and each number stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.lines import Line2D

from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure
from bayes_rsa.plots.style import LINE, SMALL

_SAMPLE: Final = 0.3
_GAP: Final = 0.25
_MARGIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a key.

    Parameters
    ----------
    words
        What it stands for.
    sample
        A number, or the keywords of a line.
    """

    words: str
    sample: int | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """Entries in columns, filled downwards.

    Parameters
    ----------
    columns
        Of each entry: its sample, and its words in lines.
    """

    columns: tuple[tuple[tuple[int | Mapping[str, Any], tuple[str, ...]], ...], ...]

    @classmethod
    def of(cls, entries: Sequence[Entry], width: float) -> Key:
        """Arrange entries in as many columns, up to three, as a figure of this width holds."""
        for count in range(min(3, len(entries)), 0, -1):
            room = width - 2 * _MARGIN
            share = room / count - _SAMPLE - _GAP if count > 1 else room - _SAMPLE
            fits = all(text.text_width(e.words, SMALL) <= share for e in entries)
            if not fits and count > 1:
                continue
            set_out = [(e.sample, tuple(text.wrap(e.words, share, SMALL))) for e in entries]
            rows = -(-len(set_out) // count)
            return cls(tuple(tuple(set_out[k : k + rows]) for k in range(0, len(set_out), rows)))
        return cls(())

    @property
    def height(self) -> float:
        """In inches, with the room above it."""
        lines = (sum(len(words) for _, words in column) for column in self.columns)
        return LINE * (max(lines, default=-0.7) + 0.7)

    def write(self, figure: JournalFigure, top: float) -> None:
        """Write the key below ``top`` inches from the lower edge of the figure."""
        wide, tall = figure.inches
        x = _MARGIN
        for column in self.columns:
            y = top - LINE
            for sample, lines in column:
                if isinstance(sample, int):
                    at = ((x + _SAMPLE - 0.1) / wide, y / tall)
                    figure.text(*at, str(sample), fontsize=SMALL, ha="right", va="center")
                else:
                    ends = [x / wide, (x + _SAMPLE - 0.05) / wide]
                    figure.add_artist(Line2D(ends, [y / tall] * 2, **sample))
                for words in lines:
                    at = ((x + _SAMPLE) / wide, y / tall)
                    figure.text(*at, words, fontsize=SMALL, va="center")
                    y -= LINE
            widest = max(text.text_width(w, SMALL) for _, lines in column for w in lines)
            x += _SAMPLE + widest + _GAP
