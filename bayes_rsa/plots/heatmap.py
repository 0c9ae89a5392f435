"""Map of a statement's probability over the mean and SD of the effect's prior."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.estimands import of_measure
from bayes_rsa.plots import text
from bayes_rsa.plots.classes import CONTOUR, DASHES, LEVELS, colour_bar, colours
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.marks import numbered
from bayes_rsa.plots.scale import DECADE_STEPS, EstimandScale, dress, log_ticks
from bayes_rsa.plots.style import WIDTHS, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]


@styled
def heatmap(
    mean: ArrayLike,
    sd: ArrayLike,
    probability: ArrayLike,
    *,
    statement: str,
    thresholds: Sequence[float] = (0.95, 0.975),
    named: Mapping[str, tuple[float, float]] | None = None,
    measure: str = "OR",
    setting: str = "",
) -> JournalFigure:
    """Which normal priors on the effect make a statement how probable, and where it tips.

    Parameters
    ----------
    mean
        Prior means of the effect (natural log of a ratio), ascending, shape ``(k,)``.
    sd
        Prior standard deviations on the same scale, ascending and positive, shape ``(m,)``.
    probability
        Posterior probability of the statement, shape ``(m, k)``: SD along the first axis.
    statement
        The statement, such as ``OR > 1``.
    thresholds
        Probabilities whose tipping contours are drawn.
    named
        (mean, SD) of priors to mark, by name.
    measure
        Measure whose log (or which itself) the effect is.
    setting
        What else was fixed, such as the baseline prior; for the caption.

    Returns
    -------
    JournalFigure
        140 mm wide.
    """
    x, y, z = (np.asarray(v, dtype=float) for v in (mean, sd, probability))
    _check(x, y, z, thresholds)
    scale = EstimandScale.of(of_measure(measure).key)
    marked = dict(named or {})
    left, right, head, body, foot = 0.62, 0.98, 0.12, 2.7, 0.5
    across = WIDTHS["page"] - left - right
    ends, heights = (x[0], x[-1]), (math.log(y[0]), math.log(y[-1]))
    outside = {n for n, (m, s) in marked.items() if not (_within(x, m) and _within(y, s))}
    dashes = dict(zip(sorted(thresholds, reverse=True), DASHES, strict=False))
    entries = [
        Entry(f"P({statement}) = {text.short(level)}", CONTOUR | {"linestyle": dash})
        for level, dash in dashes.items()
    ]
    entries += [
        Entry(name + (" (beyond the axes)" if name in outside else ""), k + 1)
        for k, name in enumerate(marked)
    ]
    key = Key.of(entries, WIDTHS["page"])
    foot += key.height
    figure = new_figure("page", head + body + foot)
    wide, tall = figure.inches
    axes = figure.add_axes((left / wide, foot / tall, across / wide, body / tall))
    shades, norm = colours()
    filled = axes.contourf(
        x, np.log(y), np.clip(z, 1e-9, 1 - 1e-9), levels=LEVELS, cmap=shades, norm=norm
    )
    _contours(axes, x, np.log(y), z, dashes)
    dress(axes, scale, ends, inches=across, label=False)
    axes.set_xlabel(
        f"Prior median of the {scale.estimand.symbol}, log scale"
        if scale.is_ratio
        else f"Prior mean of the {scale.estimand.symbol}"
    )
    axes.set_ylim(*heights)
    axes.set_yticks(*log_ticks(heights, body, DECADE_STEPS))
    on = f"log {scale.estimand.symbol}" if scale.is_ratio else scale.estimand.symbol
    axes.set_ylabel(f"Prior SD of the {on}, log scale")
    colour_bar(figure, filled, statement, left + across + 0.12, foot, body)
    places = enumerate(marked.items())
    discs = {k + 1: (m, math.log(s)) for k, (name, (m, s)) in places if name not in outside}
    numbered(axes, discs, (across, body))
    key.write(figure, key.height)
    low, high = text.probability(float(z.min())), text.probability(float(z.max()))
    figure.alt = (
        f"Map of P({statement}) over prior mean and SD; it runs from {low} to {high}. "
        f"Contours at {' and '.join(text.short(t) for t in thresholds)}."
    )
    figure.caption = (
        f"Posterior probability of {statement} under a normal prior with this median and standard "
        "deviation. Lines: tipping contours, on which the probability is "
        f"{' or '.join(text.short(t) for t in thresholds)}."
        + (" Numbers: the named priors below." if marked else "")
        + (f" {setting}" if setting else "")
    )
    return figure


def _check(x: Floats, y: Floats, z: Floats, thresholds: Sequence[float]) -> None:
    if len(thresholds) > len(DASHES):
        raise InputError(
            "thresholds", len(thresholds), f"at most {len(DASHES)} can be told apart", "drop some"
        )
    if x.ndim != 1 or y.ndim != 1 or min(x.size, y.size) < 2 or z.shape != (y.size, x.size):
        raise InputError(
            "probability",
            z.shape,
            f"its shape is (SDs, means), here ({y.size}, {x.size})",
            "transpose it, or pass the coordinates it was computed on",
        )
    if not ((np.diff(x) > 0).all() and (np.diff(y) > 0).all() and y[0] > 0):
        raise InputError("sd", y[:3].tolist(), "means and SDs ascend, and SDs are positive", "sort")
    if not ((z >= 0) & (z <= 1)).all():
        raise InputError("probability", float(np.max(z)), "it lies between 0 and 1", "check it")


def _within(values: Floats, value: float) -> bool:
    return bool(values[0] <= value <= values[-1])


def _contours(axes: Axes, x: Floats, y: Floats, z: Floats, dashes: Mapping[float, Any]) -> None:
    for level, dash in dashes.items():
        if z.min() < level < z.max():
            lines = axes.contour(
                x, y, z, levels=[level], colors=[CONTOUR["color"]], linewidths=CONTOUR["linewidth"]
            )
            lines.set_linestyle(dash)
