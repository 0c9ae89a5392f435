"""Simulation-based calibration: the ECDF of each test quantity's ranks, less the uniform."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from matplotlib.ticker import MaxNLocator

from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.style import BLUE, FAINT, LINE, QUIET, RULE, SMALL, VERMILION, styled
from bayes_rsa.plots.text import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from bayes_rsa.calibration import Calibration, QuantityRanks

_COLUMNS: Final = 3
_PANEL: Final = 1.05
"""Height of a panel, in inches."""

_WORDS: Final = {
    "p_treatment": "p treatment",
    "p_control": "p control",
    "log_odds_ratio": "log OR",
    "log_risk_ratio": "log RR",
    "risk_difference": "RD",
    "effect_towards_data": "effect, towards data",
    "log_likelihood": "log-likelihood",
}


@styled
def calibration(result: Calibration) -> JournalFigure:
    """ECDF of the ranks minus the uniform, inside simultaneous bands.

    Parameters
    ----------
    result
        What ``bayes_rsa.calibration.sbc`` or ``posterior_sbc`` returned.

    Returns
    -------
    JournalFigure
        140 mm wide, a panel for each test quantity, all on one scale. The bands hold all panels of
        a right engine together in 95 of 100 runs (Säilynoja et al. 2022,
        doi:10.1007/s11222-022-10090-6); a quantity outside them is drawn in another colour and
        said so.
    """
    quantities = result.quantities
    rows = math.ceil(len(quantities) / _COLUMNS)
    columns = min(_COLUMNS, len(quantities))
    head, step, foot = 0.12 + LINE, _PANEL + 0.14 + LINE, 0.5
    figure = new_figure("page", head + (rows - 1) * step + _PANEL + foot)
    wide, tall = figure.inches
    left, right, gap = 0.75, 0.1, 0.2
    width = (wide - left - right - gap * (_COLUMNS - 1)) / _COLUMNS
    limit = (1.15 if result.passed else 1.4) * max(_reach(q) for q in quantities)
    for place, quantity in enumerate(quantities):
        row, column = divmod(place, _COLUMNS)
        bottom = tall - head - row * step - _PANEL
        axes = figure.add_axes(
            ((left + column * (width + gap)) / wide, bottom / tall, width / wide, _PANEL / tall)
        )
        last = place + _COLUMNS >= len(quantities)
        _panel(axes, quantity, limit, width, first=column == 0, last=last)
    middle = left + (columns * width + (columns - 1) * gap) / 2
    figure.text(
        middle / wide, 0.06 / tall, "Rank of the true value, as a share", ha="center", va="bottom"
    )
    centre = (tall - head + foot) / 2 / tall
    figure.text(0.03 / wide, centre, "ECDF minus uniform", rotation=90, ha="left", va="center")
    figure.caption = _caption(result)
    figure.alt = result.explain()
    return figure


def _panel(
    axes: Axes, quantity: QuantityRanks, limit: float, width: float, *, first: bool, last: bool
) -> None:
    at, difference = quantity.difference()
    lower, upper = quantity.bands.difference()
    axes.fill_between(at, lower, upper, color=FAINT, linewidth=0, step="mid")
    axes.axhline(0.0, color=RULE, linewidth=0.6)
    colour = BLUE if quantity.passed else VERMILION
    axes.plot(at, difference, color=colour, linewidth=1.1, drawstyle="steps-mid")
    axes.set_title(_fitted(_words(quantity.name), width), fontsize=SMALL, fontweight="normal")
    if not quantity.passed:
        # On the side that the curve leaves free.
        low = difference[abs(difference).argmax()] > 0
        where, side = (0.03, "bottom") if low else (0.97, "top")
        word = axes.text(0.97, where, "outside", transform=axes.transAxes, ha="right", va=side)
        word.set(fontsize=SMALL, color=VERMILION, fontweight="bold")
    axes.set(xlim=(0.0, 1.0), ylim=(-limit, limit), xticks=[0.0, 0.5, 1.0])
    axes.set_xticklabels(["0", "0.5", "1"] if last else [])
    axes.yaxis.set_major_locator(MaxNLocator(3, symmetric=True))
    axes.tick_params(labelleft=first, labelcolor=QUIET)


def _reach(quantity: QuantityRanks) -> float:
    """How far from zero the ECDF or its bands go."""
    lower, upper = quantity.bands.difference()
    _, difference = quantity.difference()
    return float(max(abs(lower).max(), abs(upper).max(), abs(difference).max()))


def _words(name: str) -> str:
    return _WORDS.get(name, name.replace(" * ", " × ").replace("_", " "))


def _fitted(words: str, width: float) -> str:
    """The words, or as many of their letters as a line holds."""
    kept = words
    while text_width(kept, SMALL) > width:
        kept = f"{kept.removesuffix('…')[:-1]}…"
    return kept


def _caption(result: Calibration) -> str:
    source = "prior" if result.kind == "prior" else "posterior given the trial's data"
    return (
        f"Simulation-based calibration of {result.model}, true values from the {source}: "
        f"{result.simulations} simulated trials, each true value ranked among {result.largest} "
        "posterior draws. Grey: simultaneous bands that hold all "
        f"{len(result.quantities)} test quantities of a right engine with probability 0.95."
    )
