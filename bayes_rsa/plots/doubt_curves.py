"""Doubt curves: how probable benefit stays as one kind of doubt after another grows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.scale import linear_ticks
from bayes_rsa.plots.style import LINE, RULE, SMALL, WIDTHS, series, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_BODY: Final = 1.3
_LEFT: Final = 0.56
_RIGHT: Final = 0.2
_GAP: Final = 0.34
_CLOSER: Final = 0.1
"""By how much the columns of panels stand closer than their margins."""
_SERIES: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class DoubtPanel:
    """One kind of doubt: a curve for each prior, and where it tips.

    Parameters
    ----------
    label
        What the amount is: the label of the axis.
    curves
        By the name of the prior: amounts, from none to the worst, and probabilities.
    tips
        By the name of the prior: the amount at each threshold that is reached.
    """

    label: str
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]]
    tips: Mapping[str, Mapping[float, float]]


@styled
def doubt_curves(
    panels: Sequence[DoubtPanel],
    *,
    statement: str = "benefit",
    thresholds: Sequence[float] = (0.975, 0.95),
    setting: str = "",
) -> JournalFigure:
    """P(statement) against the amount of each kind of doubt, the tipping points marked.

    Parameters
    ----------
    panels
        The kinds of doubt, with the same priors in the same order.
    statement
        What is concluded.
    thresholds
        Probabilities at which the conclusion tips.
    setting
        What is assumed besides; for the caption.

    Returns
    -------
    JournalFigure
        140 mm wide, two panels in a row. In each, doubt grows to the right. Amounts at which the
        first curve tips stand below their points.
    """
    names = _names(panels)
    across = (WIDTHS["page"] - 2 * _LEFT - 2 * _RIGHT + _CLOSER) / 2
    labels = [text.wrap(text.capital(panel.label), across + 0.24) for panel in panels]
    lines = [max(len(words) for words in labels[k : k + 2]) for k in range(0, len(labels), 2)]
    feet = [0.28 + LINE * count for count in lines]
    entries = [Entry(name, series(k)) for k, name in enumerate(names)]
    key = Key.of(entries, WIDTHS["page"])
    height = 0.1 + sum(_BODY + foot for foot in feet) + _GAP * (len(feet) - 1) + key.height
    figure = new_figure("page", height)
    wide, tall = figure.inches
    heights = _heights(panels, thresholds)
    top = tall - 0.1
    for number, panel in enumerate(panels):
        place, column = divmod(number, 2)
        if number and not column:
            top -= _BODY + feet[place - 1] + _GAP
        left = _LEFT + column * (across + _LEFT + _RIGHT - _CLOSER)
        axes = figure.add_axes(
            (left / wide, (top - _BODY) / tall, across / wide, _BODY / tall), gid=f"panel-{number}"
        )
        _panel(axes, panel, names, thresholds, heights, across)
        axes.set_ylabel("" if column else f"P({statement})")
        for k, words in enumerate(labels[number]):
            at = ((left + across / 2) / wide, (top - _BODY - 0.28 - (k + 0.5) * LINE) / tall)
            figure.text(*at, words, ha="center", va="center")
    key.write(figure, key.height)
    figure.alt = _alt(panels, statement)
    figure.caption = (
        f"Posterior probability of {statement} as one kind of doubt grows, the others being absent."
        " Every doubt is against the treatment, and grows to the right. Points: where the "
        f"probability falls to {' or '.join(text.short(t) for t in thresholds)}; the numbers are "
        f"the amounts for the first curve." + (f" {setting}" if setting else "")
    )
    return figure


def _names(panels: Sequence[DoubtPanel]) -> tuple[str, ...]:
    if not panels:
        raise InputError("panels", [], "at least one kind of doubt is shown", "pass some")
    names = tuple(dict.fromkeys(name for panel in panels for name in panel.curves))
    if not 1 <= len(names) <= _SERIES:
        raise InputError(
            "panels", len(names), f"one to {_SERIES} curves can be told apart", "choose fewer"
        )
    for panel in panels:
        for name, (x, y) in panel.curves.items():
            steps = np.diff(np.asarray(x, dtype=float))
            values = np.asarray(y, dtype=float)
            same = values.shape == (steps.size + 1,) and steps.size > 0
            if not same or not ((steps > 0).all() or (steps < 0).all()):
                raise InputError(
                    f"curves[{name!r}]",
                    (np.shape(x), np.shape(y)),
                    "amounts and probabilities are of one length, and amounts go one way",
                    "sort them from no doubt to the worst",
                )
            if not ((values >= 0) & (values <= 1)).all():
                raise InputError(
                    f"curves[{name!r}]", float(values.max()), "it lies between 0 and 1", "check it"
                )
    return names


def _heights(panels: Sequence[DoubtPanel], thresholds: Sequence[float]) -> tuple[float, float]:
    """Limits of the probability, the same in all panels."""
    shown = [float(p) for panel in panels for _, y in panel.curves.values() for p in np.asarray(y)]
    low = min([*shown, *thresholds])
    return max(0.0, math.floor(20 * low - 0.1) / 20), 1.0


def _panel(
    axes: Axes,
    panel: DoubtPanel,
    names: Sequence[str],
    thresholds: Sequence[float],
    heights: tuple[float, float],
    across: float,
) -> None:
    every = [np.asarray(x, dtype=float) for x, _ in panel.curves.values()]
    none, worst = every[0][0], max((x[-1] for x in every), key=lambda x: abs(x - every[0][0]))
    low, high = min(none, worst), max(none, worst)
    axes.set_xlim(none, worst)
    axes.set_ylim(*heights)
    axes.set_xticks(*linear_ticks((low, high), across))
    steps = [t for t in linear_ticks(heights, _BODY)[0] if heights[0] <= t <= heights[1]]
    axes.set_yticks(steps, [text.short(t) for t in steps])
    for value in thresholds:
        axes.axhline(value, color=RULE, linewidth=0.6, linestyle=(0, (2, 2)), zorder=0)
    for number, name in enumerate(names):
        if name not in panel.curves:
            continue
        x, y = (np.asarray(v, dtype=float) for v in panel.curves[name])
        axes.plot(x, y, **series(number), zorder=3 - 0.1 * number)
        for t, amount in panel.tips.get(name, {}).items():
            colour = series(number)["color"]
            axes.plot(amount, t, marker="o", markersize=4, color=colour, zorder=4, gid="tip")
    first = panel.tips.get(names[0], {})
    _amounts(axes, {t: first[t] for t in thresholds if t in first}, none, worst, across, heights)


def _amounts(
    axes: Axes,
    tips: Mapping[float, float],
    none: float,
    worst: float,
    across: float,
    heights: tuple[float, float],
) -> None:
    """The amounts below the points of the first curve, where nothing else is drawn."""
    unit = across / (worst - none)
    down = (heights[1] - heights[0]) / _BODY
    placed: list[tuple[float, float]] = []
    for t, amount in tips.items():
        words = amount_text(amount)
        width = text.text_width(words, SMALL)
        x = max(unit * (amount - none) - width - 0.05, 0.03)
        y = t - 0.05 * down
        for other, end in placed:
            if x < end and abs(other - y) < 0.9 * LINE * down:
                y = other - LINE * down
        placed.append((y, x + width + 0.03))
        axes.text(none + x / unit, y, words, fontsize=SMALL, ha="left", va="top")


def amount_text(amount: float) -> str:
    """An amount with three decimals, or with as many digits as it needs."""
    if float(amount).is_integer() and abs(amount) >= 1:
        return text.short(amount)
    return text.decimal(amount, 3) if abs(amount) >= 0.01 else text.effect(amount)


def _alt(panels: Sequence[DoubtPanel], statement: str) -> str:
    listed = []
    for panel in panels:
        name, found = next(iter(panel.tips.items()), ("", {}))
        where = ", ".join(f"{text.short(t)} at {amount_text(x)}" for t, x in found.items())
        listed.append(f"{panel.label}: {where + f' ({name})' if where else 'does not tip'}")
    return f"Curves of P({statement}) against doubt. {'; '.join(listed)}."
