"""Robustness of a Bayes factor to the SD of the effect's prior."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.marks import numbered
from bayes_rsa.plots.scale import DECADE_STEPS, log_ticks
from bayes_rsa.plots.style import (
    FAINT,
    LINE,
    QUIET,
    RULE,
    SMALL,
    WIDTHS,
    Width,
    series,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

BANDS: Final = (
    (1, 3, "anecdotal"),
    (3, 10, "moderate"),
    (10, 30, "strong"),
    (30, 100, "very strong"),
    (100, math.inf, "extreme"),
)
"""Conventional words for evidence (Lee and Wagenmakers, after Jeffreys): a reading aid."""
_FRACTIONS: Final = {1 / 3: "1/3", 0.1: "1/10", 1 / 30: "1/30", 0.01: "1/100"}


@styled
def bayes_factor(
    sd: ArrayLike,
    factors: Mapping[str, ArrayLike],
    *,
    marked: Mapping[str, float] | None = None,
    refused_above: float | None = None,
    setting: str = "",
    width: Width = "page",
) -> JournalFigure:
    """Bayes factors over the prior SD of the effect.

    Parameters
    ----------
    sd
        Standard deviations of the prior under the alternative, on the log scale of a ratio,
        ascending and positive, shape ``(k,)``.
    factors
        Bayes factors against the null by their name (``BF10``, ``BF+0``), each positive and of
        shape ``(k,)``; NaN where one is refused.
    marked
        Prior SDs to mark by the name of their prior, on the first curve.
    refused_above
        SD above which a Bayes factor is refused because the prior is nearly flat; shaded.
    setting
        What else was fixed, such as the baseline prior; for the caption.
    width
        ``page`` or ``column``.

    Returns
    -------
    JournalFigure
        Both axes logarithmic.
    """
    x = np.asarray(sd, dtype=float)
    curves = {name: np.asarray(v, dtype=float) for name, v in factors.items()}
    _check(x, curves)
    logs = {name: np.log(values) for name, values in curves.items()}
    first = next(iter(logs.values()))
    known = np.isfinite(first)
    points = _points(x[known], first[known], marked or {})
    words = {label: text.effect(math.exp(y)) for label, (_, y) in points.items()}
    entries = [Entry(name, series(k)) for k, name in enumerate(curves)]
    entries += [Entry(f"{name}: {value}", k + 1) for k, (name, value) in enumerate(words.items())]
    key = Key.of(entries, WIDTHS[width])
    left, right, head, body, foot = 0.62, 0.9, 0.1, 2.3, 0.5 + key.height
    across = WIDTHS[width] - left - right
    figure = new_figure(width, head + body + foot)
    wide, tall = figure.inches
    axes = figure.add_axes((left / wide, foot / tall, across / wide, body / tall))
    finite = np.concatenate([v[np.isfinite(v)] for v in logs.values()])
    low, high = min(float(finite.min()), -math.log(3)), max(float(finite.max()), math.log(3))
    room = 0.05 * (high - low)
    ends, heights = (math.log(x[0]), math.log(x[-1])), (low - room, high + room)
    axes.set_xlim(*ends)
    axes.set_ylim(*heights)
    _bands(axes, heights, body)
    axes.axhline(0, color=RULE, linewidth=0.9)
    if refused_above is not None and refused_above < x[-1]:
        edge = max(math.log(refused_above), ends[0])
        axes.axvspan(edge, ends[1], facecolor="none", edgecolor=RULE, hatch="////", linewidth=0)
    for number, (name, values) in enumerate(logs.items()):
        axes.plot(np.log(x), values, label=name, **series(number))
    discs = {k + 1: point for k, point in enumerate(points.values())}
    numbered(axes, discs, (across, body))
    key.write(figure, key.height)
    axes.set_xticks(*log_ticks(ends, across, DECADE_STEPS))
    axes.set_xlabel("Prior SD of the log effect, log scale")
    axes.set_ylabel("Bayes factor, log scale")
    name = next(iter(curves))
    place = int(np.nanargmax(curves[name]))
    peak = f"{text.effect(float(curves[name][place]))} at SD {x[place]:.3g}"
    figure.alt = f"Bayes factor against prior SD. {name} is largest, {peak}." + "".join(
        f" {label}: {value}." for label, value in words.items()
    )
    figure.caption = (
        f"Bayes factors ({', '.join(curves)}) over the standard deviation of the prior on the "
        f"effect; {name} is largest, {peak}. The words at the right are conventions."
        + (
            " Hatched: priors so wide that a Bayes factor says more about them than about the data."
            if refused_above is not None
            else ""
        )
        + (f" {setting}" if setting else "")
    )
    return figure


def _check(x: Floats, curves: Mapping[str, Floats]) -> None:
    if x.ndim != 1 or x.size < 2 or not (np.diff(x) > 0).all() or x[0] <= 0:
        raise InputError("sd", x.tolist()[:3], "SDs ascend and are positive", "sort them")
    if not curves:
        raise InputError("factors", {}, "at least one curve is drawn", "pass one")
    for name, values in curves.items():
        known = values[~np.isnan(values)]
        if values.shape != x.shape or known.size == 0 or not (known > 0).all():
            raise InputError(
                f"factors[{name!r}]",
                values.shape,
                "a positive number for each SD, NaN where refused",
                "check it",
            )


def _bands(axes: Axes, heights: tuple[float, float], body: float) -> None:
    """Ticks at the borders of the bands, every other band faintly shaded, words at the right."""
    places, labels = [0.0], ["1"]
    per_unit = body / (heights[1] - heights[0])
    for number, (lower, upper, words) in enumerate(BANDS):
        for sign in (1, -1):
            ends = sorted((sign * math.log(lower), sign * math.log(upper)))
            low, high = max(ends[0], heights[0]), min(ends[1], heights[1])
            if high <= low:
                continue
            if number % 2 == 1:
                axes.axhspan(low, high, color=FAINT, linewidth=0, zorder=0)
            if (high - low) * per_unit >= LINE:
                axes.annotate(
                    words,
                    (1.0, (low + high) / 2),
                    (5, 0),
                    xycoords=("axes fraction", "data"),
                    textcoords="offset points",
                    fontsize=SMALL,
                    color=QUIET,
                    va="center",
                    annotation_clip=False,
                )
            edge = sign * math.log(upper) if math.isfinite(upper) else None
            if edge is not None and heights[0] <= edge <= heights[1]:
                places.append(edge)
                labels.append(_FRACTIONS[1 / upper] if sign < 0 else text.short(upper))
    axes.set_yticks(places, labels)


def _points(x: Floats, y: Floats, marked: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Place of each named SD on a curve, as logs; those beyond its ends are left out."""
    return {
        name: (math.log(sd), float(np.interp(math.log(sd), np.log(x), y)))
        for name, sd in marked.items()
        if x[0] <= sd <= x[-1]
    }
