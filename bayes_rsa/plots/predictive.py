"""Prior and posterior predictive distributions of the events in each arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.scale import linear_ticks
from bayes_rsa.plots.style import (
    CONTROL,
    INK,
    LINE,
    PRIOR,
    SMALL,
    TREATMENT,
    WIDTHS,
    Width,
    styled,
)
from bayes_rsa.plots.text import text_width
from bayes_rsa.trial import Arm, Trial

Floats = NDArray[np.float64]

BARS: Final = 80
"""Bars per arm at most; a larger arm's counts are pooled into classes of equal width."""


def share_of_draws(draws: ArrayLike, n: int) -> Floats:
    """Share of predictive draws at each possible number of events.

    Parameters
    ----------
    draws
        Numbers of events, integers in 0 ... n, any shape.
    n
        Patients in the arm.

    Returns
    -------
    ndarray
        Shape ``(n + 1,)``, sums to 1.
    """
    counts = np.asarray(draws).ravel().astype(np.int64)
    if counts.size == 0 or counts.min() < 0 or counts.max() > n:
        raise InputError(
            "draws", "events", f"each lies between 0 and {n}", "pass one arm's predictive draws"
        )
    return np.bincount(counts, minlength=n + 1) / counts.size


@styled
def predictive(
    trial: Trial,
    posterior: Sequence[ArrayLike],
    prior: Sequence[ArrayLike] | None = None,
    *,
    width: Width = "page",
) -> JournalFigure:
    """What prior and posterior predict for the events of each arm, and what was observed.

    Parameters
    ----------
    trial
        The trial: names, events and n of both arms.
    posterior, prior
        For treatment, then control: the predictive probability of each number of events, shape
        ``(n + 1,)``, as :func:`share_of_draws` gives it. ``prior`` is None where it is improper.
    width
        ``page`` (arms side by side) or ``column`` (one below the other).

    Returns
    -------
    JournalFigure
        Numbers of events along x, predictive probability along y.
    """
    both = (trial.treatment, trial.control)
    if both[0] is None or both[1] is None:
        raise InputError("trial", trial.name, "it needs both arms' counts", "use another figure")
    panels = []
    for place, arm in enumerate((both[0], both[1])):
        chances = [_checked(posterior[place], arm.n)]
        if prior is not None:
            chances.append(_checked(prior[place], arm.n))
        panels.append((arm, chances))
    side = width == "page"
    left, right, gap, head, body, foot = 0.62, 0.14, 0.52, 0.12 + 2.2 * LINE, 1.7, 0.46
    across = (WIDTHS[width] - left - right - gap) / 2 if side else WIDTHS[width] - left - right
    step = head + body + foot
    figure = new_figure(width, step if side else 2 * step)
    wide, tall = figure.inches
    words = []
    for place, (arm, chances) in enumerate(panels):
        x0 = left + place * (across + gap) if side else left
        y0 = foot if side or place == 1 else foot + step
        axes = figure.add_axes((x0 / wide, y0 / tall, across / wide, body / tall))
        colour = (TREATMENT, CONTROL)[place]
        _bars(axes, chances, colour, arm)
        limits = _limits(chances, arm)
        axes.set_xlim(*limits)
        places, labels = linear_ticks(limits, across)
        whole = [(x, t) for x, t in zip(places, labels, strict=True) if float(x).is_integer()]
        axes.set_xticks([x for x, _ in whole], [t for _, t in whole])
        heights = linear_ticks(axes.get_ylim(), 2.4)
        axes.set_yticks(*heights)
        axes.set_xlabel(f"Events among {arm.n}")
        if place == 0 or not side:
            axes.set_ylabel("Predictive probability")
        name = (arm.name or ("treatment", "control")[place]).capitalize()
        figure.text(
            x0 / wide,
            (y0 + body + 0.1 + LINE) / tall,
            f"{name}: {arm.events} observed",
            fontweight="bold",
            va="bottom",
        )
        _keys(figure, x0, y0 + body + 0.08 + LINE / 2, colour, len(chances) > 1)
        centre = _quantiles(chances[0])
        words.append(
            f"{name}: {arm.events} of {arm.n} observed, posterior predictive median {centre[1]} "
            f"(95% from {centre[0]} to {centre[2]})"
        )
    figure.alt = "Predictive distributions of the events in each arm. " + "; ".join(words) + "."
    figure.caption = (
        "Predictive distributions of the number of events in each arm before (outline) and after "
        "(bars) seeing the data; the vertical line is the number observed. The model has a "
        "probability of its own for each arm and is saturated: the posterior predictive check "
        "cannot fail, and shows only how far a new trial of this size may differ."
    )
    if prior is None:
        figure.caption += " The prior is improper and predicts nothing."
    return figure


def _checked(chances: ArrayLike, n: int) -> Floats:
    values = np.asarray(chances, dtype=float)
    if values.shape != (n + 1,) or not (values >= 0).all() or abs(values.sum() - 1) > 1e-6:
        raise InputError(
            "predictive",
            values.shape,
            f"it holds a probability for each of 0 to {n} events, and they sum to 1",
            "make it with share_of_draws",
        )
    return values


def _limits(chances: Sequence[Floats], arm: Arm) -> tuple[float, float]:
    """The numbers of events that anything shown makes likely, and the one observed."""
    sums = [np.cumsum(c) for c in chances]
    low = min(arm.events, *(int(np.searchsorted(s, 5e-4)) for s in sums))
    high = max(arm.events, *(int(np.searchsorted(s, 1 - 5e-4)) for s in sums))
    room = 0.5 + 0.02 * (high - low)
    return max(low - room, -0.5), min(high + room, arm.n + 0.5)


def _quantiles(chances: Floats) -> list[int]:
    return [int(k) for k in np.searchsorted(np.cumsum(chances), (0.025, 0.5, 0.975))]


def _bars(axes: Any, chances: Sequence[Floats], colour: str, arm: Arm) -> None:
    limits = _limits(chances, arm)
    size = -(-int(np.ceil(limits[1] - limits[0])) // BARS)
    edges = np.arange(0, arm.n + 1 + size, size)
    # The mean within a class keeps the axis the probability of one number of events.
    heights = [np.add.reduceat(c, edges[:-1]) / size for c in chances]
    middles = edges[:-1] + size / 2 - 0.5
    shown = (middles > limits[0] - size) & (middles < limits[1] + size)
    axes.bar(middles[shown], heights[0][shown], width=0.86 * size, color=colour, linewidth=0)
    if len(heights) > 1:
        axes.stairs(heights[1], edges - 0.5, color=PRIOR, linewidth=1.3)
    top = 1.12 * max(float(h.max()) for h in heights)
    axes.set_ylim(0, top)
    axes.axvline(arm.events, color=INK, linewidth=1.3, linestyle=(0, (4, 1.5)), gid="observed")


def _keys(figure: JournalFigure, x: float, y: float, colour: str, prior: bool) -> None:
    """Legend in one line above a panel."""
    from matplotlib.lines import Line2D

    wide, tall = figure.inches
    marks: list[tuple[str, dict[str, Any]]] = [
        ("posterior", {"color": colour, "linewidth": 5.0}),
        ("observed", {"color": INK, "linewidth": 1.3, "linestyle": (0, (4, 1.5))}),
    ]
    if prior:
        marks.insert(1, ("prior", {"color": PRIOR, "linewidth": 1.3}))
    for words, style in marks:
        figure.add_artist(Line2D([x / wide, (x + 0.15) / wide], [y / tall, y / tall], **style))
        figure.text((x + 0.18) / wide, y / tall, words, fontsize=SMALL, va="center")
        x += 0.18 + text_width(words, SMALL) + 0.09
