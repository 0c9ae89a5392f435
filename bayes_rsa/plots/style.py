"""One look for every figure: sizes, type, colours, line styles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, Literal

import matplotlib.style

Width = Literal["column", "page"]
"""``column`` is one journal column (86 mm), ``page`` one and a half (140 mm).

A page-wide figure that a telephone scales to 390 px still shows its smallest type at 8 px.
"""

WIDTHS: Final = MappingProxyType({"column": 3.4, "page": 5.5})
"""Widths in inches."""

SIZE: Final = 9.0
"""Type size of labels, in points."""
SMALL: Final = 8.0
"""Type size of ticks and notes, in points; nothing is smaller."""
LINE: Final = 1.22 * SIZE / 72
"""Height of a line of text, in inches."""

# Okabe and Ito's palette, made for colour-blind readers: https://jfly.uni-koeln.de/color/
INK: Final = "#1a1a1a"
QUIET: Final = "#595959"
RULE: Final = "#8c8c8c"
FAINT: Final = "#e9e9e9"
BLUE: Final = "#0072b2"
VERMILION: Final = "#d55e00"
GREEN: Final = "#009e73"
ORANGE: Final = "#e69f00"
PURPLE: Final = "#cc79a7"
SKY: Final = "#56b4e9"

POSTERIOR: Final = BLUE
PRIOR: Final = ORANGE
LIKELIHOOD: Final = QUIET
TREATMENT: Final = BLUE
CONTROL: Final = VERMILION

SERIES: Final = (
    (BLUE, "-"),
    (VERMILION, "--"),
    (GREEN, "-."),
    (PURPLE, (0, (5, 1, 1, 1, 1, 1))),
    (ORANGE, ":"),
    (SKY, (0, (8, 2))),
    (INK, (0, (1, 1))),
    (RULE, "-"),
)
"""Colour and dash of the series of a figure, in order: no two differ by colour alone."""

LOOK: Final = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],
        "font.size": SIZE,
        "text.color": INK,
        # A trial's or a prior's name may hold a dollar sign.
        "text.parse_math": False,
        "axes.labelsize": SIZE,
        "axes.titlesize": SIZE,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 4.0,
        "axes.labelcolor": INK,
        "axes.labelpad": 3.0,
        "axes.edgecolor": RULE,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "xtick.color": RULE,
        "ytick.color": RULE,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 3.0,
        "ytick.major.size": 3.0,
        "lines.linewidth": 1.4,
        "lines.solid_capstyle": "butt",
        "patch.linewidth": 0.6,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "legend.handlelength": 2.2,
        "legend.borderaxespad": 0.0,
        "hatch.linewidth": 0.5,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "figure.dpi": 96,
        "savefig.dpi": 300,
        # Outlines look the same wherever the file is opened; the text stays in comments.
        "svg.fonttype": "path",
        "svg.hashsalt": "bayes_rsa",
    }
)
"""Matplotlib settings under which a figure is made and drawn."""


@contextmanager
def look() -> Iterator[None]:
    """Draw in our look, whatever the reader's own Matplotlib settings are."""
    with matplotlib.style.context(["default", dict(LOOK)]):
        yield


def styled[**P, R](draw: Callable[P, R]) -> Callable[P, R]:
    """Make a function draw in our look."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with look():
            return draw(*args, **kwargs)

    return wrapper


def series(index: int) -> dict[str, Any]:
    """Colour and dash of the series at this place, as keywords of ``Axes.plot``."""
    colour, dash = SERIES[index % len(SERIES)]
    return {"color": colour, "linestyle": dash}
