"""The classes into which a map sorts probabilities: their edges, colours, contours and bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

from bayes_rsa.plots import text
from bayes_rsa.plots.style import BLUE, LINE, SMALL, VERMILION

if TYPE_CHECKING:
    from matplotlib.cm import ScalarMappable

    from bayes_rsa.plots.figure import JournalFigure

LEVELS: Final = (0.0, 0.5, 0.8, 0.9, 0.95, 0.975, 0.99, 1.0)
"""Edges of the classes of probability."""
CONTOUR: Final[dict[str, Any]] = {"color": VERMILION, "linewidth": 1.5}
DASHES: Final = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))
"""Dashes of the tipping contours, from the highest threshold down."""


def colours() -> tuple[LinearSegmentedColormap, BoundaryNorm]:
    """Colour map and norm: the more probable, the darker."""
    found = LinearSegmentedColormap.from_list("lightness", ["#ffffff", "#9ecae8", BLUE, "#00304d"])
    return found, BoundaryNorm(LEVELS, found.N)


def colour_bar(
    figure: JournalFigure,
    filled: ScalarMappable,
    statement: str,
    left: float,
    bottom: float,
    body: float,
) -> None:
    """The bar that names the classes; places in inches from the figure's lower left corner."""
    wide, tall = figure.inches
    place = figure.add_axes((left / wide, bottom / tall, 0.16 / wide, (body - 0.34) / tall))
    bar = figure.colorbar(filled, cax=place, spacing="uniform")
    bar.set_ticks(list(LEVELS), labels=[text.short(t) for t in LEVELS])
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2)
    for k, words in enumerate(text.wrap(f"P({statement})", 0.82, SMALL)[:2]):
        at = (left / wide, (bottom + body - 0.06 - k * LINE) / tall)
        figure.text(*at, words, fontsize=SMALL, va="center")
