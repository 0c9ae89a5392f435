"""What the tests of figures look at: the words that are drawn, and whether they can be read."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from bayes_rsa.plots import JournalFigure
from bayes_rsa.plots.style import SMALL, look

_SLACK = 1.0
"""Pixels, at 96 to the inch, by which two boxes may touch."""


@lru_cache(maxsize=4)
def _svg(figure: JournalFigure) -> str:
    return figure.svg().decode("utf-8")


def words(figure: JournalFigure) -> list[str]:
    """Every piece of text in the SVG, where it stands as a comment beside its outlines."""
    found = re.findall(r"<!--(.*?)-->", _svg(figure), re.DOTALL)
    return [unescape(comment).strip() for comment in found]


def prose(figure: JournalFigure) -> str:
    """All words of a figure in one line: wrapped text can be searched."""
    return " ".join(" ".join(words(figure)).split())


def ids(figure: JournalFigure) -> set[str]:
    """Ids of the elements of the SVG."""
    return set(re.findall(r'id="([^"]+)"', _svg(figure)))


def faults(figure: JournalFigure) -> list[str]:
    """What hinders reading: text cut off at the border, text on text, type that is too small."""
    with look():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        page = figure.bbox
        shown = [
            (text.get_text(), text.get_window_extent(canvas.get_renderer()), text)
            for text in figure.findobj(Text)
            if isinstance(text, Text) and text.get_visible() and text.get_text().strip()
        ]
    found = [
        f"cut off: {written!r}"
        for written, box, _ in shown
        if box.x0 < page.x0 - _SLACK
        or box.y0 < page.y0 - _SLACK
        or box.x1 > page.x1 + _SLACK
        or box.y1 > page.y1 + _SLACK
    ]
    found += [
        f"small: {written!r}" for written, _, text in shown if float(text.get_fontsize()) < SMALL
    ]
    for (one, a, _), (other, b, _) in combinations(shown, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > _SLACK and along > _SLACK + 1:
            found.append(f"on each other: {one!r} and {other!r}")
    return found
