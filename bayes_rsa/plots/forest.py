"""Forest plot of one effect under many priors, with text columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from matplotlib.lines import Line2D

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.forest_layout import EDGE, columns_of, lines_of, write_row
from bayes_rsa.plots.forest_row import ForestRow
from bayes_rsa.plots.scale import EstimandScale, dress, favours, padded
from bayes_rsa.plots.style import LIKELIHOOD, LINE, POSTERIOR, RULE, SMALL, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CAP: Final = math.log(16)
"""Furthest that the axis of a ratio goes from the estimates, unless told, on the log scale."""


@styled
def forest(
    rows: Sequence[ForestRow],
    *,
    estimand: str = "odds_ratio",
    better: str = "higher",
    rope: tuple[float, float] | None = None,
    limits: tuple[float, float] | None = None,
    interval: float = defaults.INTERVAL,
    treatment: str = "treatment",
    control: str = "control",
    extra: str = "",
) -> JournalFigure:
    """One effect under many priors: names, intervals on a common axis, numbers.

    Parameters
    ----------
    rows
        From the top; rows of one ``group`` stand together under its heading.
    estimand
        Key of the estimand that the rows are about; ratios get a log axis.
    better
        Direction of the outcome, ``higher`` or ``lower``.
    rope
        Region of practical equivalence to shade, in values of the estimand.
    limits
        Ends of the axis, in values of the estimand; an interval that leaves it ends in an arrow.
        If omitted: all intervals, but no further than a factor of 16 from the estimates.
    interval
        Probability of the intervals, for the heading.
    treatment, control
        Names of the arms.
    extra
        Heading of the last column, where the rows have one.

    Returns
    -------
    JournalFigure
        140 mm wide (wider where the columns of text need it), as high as the rows need.
    """
    if not rows:
        raise InputError("rows", [], "a forest plot has at least one row", "pass some")
    scale = EstimandScale.of(estimand)
    heads = _heads(estimand, interval, extra)
    figure = new_figure("page", 1.0)
    columns = columns_of(rows, heads, figure.inches[0])
    lines = lines_of(rows, columns)
    head = LINE * max(h.count("\n") + 1 for h in heads) + 0.1
    body = lines[-1].top + lines[-1].height + 0.04
    words = favours(better, inches=columns.axis[1], treatment=treatment, control=control)
    foot = 0.44 + LINE * words.lines
    height = head + body + foot
    figure.set_figheight(height)
    width = columns.width
    figure.set_figwidth(width)
    left, across = columns.axis
    axes = figure.add_axes((left / width, foot / height, across / width, body / height))
    ends = _limits(rows, scale, limits)
    dress(axes, scale, ends, inches=across, rope=rope)
    axes.set_ylim(body, 0.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    words.write(axes, below=0.42)

    def write(x: float, top: float, words: str, **style: Any) -> None:
        at = (x / width, 1 - (head + top) / height)
        figure.text(*at, words, **({"va": "center"} | style))

    bold: dict[str, Any] = {"fontweight": "bold", "va": "bottom", "fontsize": SMALL}
    write(columns.label, -0.06, heads[0], **bold)
    write(columns.numbers, -0.06, heads[1], **bold)
    write(columns.benefit, -0.06, heads[2], **bold)
    if columns.extra is not None:
        write(columns.extra, -0.06, heads[3], **bold)
    level = 1 - (head - 0.03) / height
    across_page = [EDGE / width, 1 - EDGE / width]
    figure.add_artist(Line2D(across_page, [level, level], color=RULE, linewidth=0.6))
    for number, line in enumerate(lines):
        write_row(write, columns, line)
        if line.row is not None:
            _mark(axes, scale, line.row, line.middle, ends, number)
    figure.alt = _alt(rows, estimand, interval)
    figure.caption = _caption(rows, estimand, interval, rope)
    return figure


def _heads(estimand: str, interval: float, extra: str) -> tuple[str, str, str, str]:
    symbol = ESTIMANDS[estimand].symbol
    return "Prior", f"Median {symbol}\n({text.percent(interval)} CrI)", "P(benefit)", extra


def _limits(
    rows: Sequence[ForestRow], scale: EstimandScale, limits: tuple[float, float] | None
) -> tuple[float, float]:
    if limits is not None:
        low, high = (scale.position(x) for x in limits)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise InputError("limits", limits, "an axis runs from low to high", "change them")
        return low, high
    null = [] if scale.null is None else [scale.null]
    centres = [scale.position(row.estimate) for row in rows]
    centres = [x for x in centres if math.isfinite(x)] + null or [0.0]
    cap = _CAP if scale.is_ratio else math.inf
    floor, ceiling = min(centres) - cap, max(centres) + cap
    ends = [scale.position(x) for row in rows for x in row.interval]
    inside = [min(max(x, floor), ceiling) for x in ends if math.isfinite(x)]
    return padded([*centres, *inside])


def _mark(
    axes: Axes,
    scale: EstimandScale,
    row: ForestRow,
    y: float,
    ends: tuple[float, float],
    number: int,
) -> None:
    """The interval and the estimate of a row; an arrow where either leaves the axis."""
    posterior = row.kind == "posterior"
    colour = POSTERIOR if posterior else LIKELIHOOD
    low, high = (scale.position(x) for x in row.interval)
    centre = scale.position(row.estimate)
    if not (math.isnan(low) or math.isnan(high)):
        shown = max(low, ends[0]), min(high, ends[1])
        if shown[0] < shown[1]:
            style = "-" if posterior else (0, (3, 1.5))
            axes.plot(shown, (y, y), color=colour, linewidth=1.6, linestyle=style)
        for side, outside in (("left", low < ends[0]), ("right", high > ends[1])):
            if outside:
                _arrow(axes, ends, y, side, colour, f"arrow-{side}-{number}")
    if math.isnan(centre):
        return
    if not ends[0] <= centre <= ends[1]:
        side = "left" if centre < ends[0] else "right"
        _arrow(axes, ends, y, side, colour, f"estimate-{side}-{number}")
        return
    axes.plot(
        centre,
        y,
        marker="o" if posterior else "D",
        markersize=6.5 if row.primary else 5.0,
        color=colour if posterior else "white",
        markeredgecolor=colour,
        markeredgewidth=1.2,
        clip_on=False,
    )


def _arrow(
    axes: Axes, ends: tuple[float, float], y: float, side: str, colour: str, gid: str
) -> None:
    x, marker = (ends[0], "<") if side == "left" else (ends[1], ">")
    axes.plot(x, y, marker=marker, markersize=5, color=colour, clip_on=False, gid=gid)


def _alt(rows: Sequence[ForestRow], estimand: str, interval: float) -> str:
    symbol = ESTIMANDS[estimand].symbol
    listed = "; ".join(
        f"{row.label}: {row.numbers}"
        + (f", P(benefit) {row.probability}" if row.benefit is not None else "")
        for row in rows
    )
    return f"Forest plot of the {symbol} with {text.percent(interval)} intervals. {listed}."


def _caption(
    rows: Sequence[ForestRow],
    estimand: str,
    interval: float,
    rope: tuple[float, float] | None,
) -> str:
    shown = (
        f"{ESTIMANDS[estimand].label}: posterior median (disc) with its {text.percent(interval)} "
        "equal-tailed credible interval (CrI) under each prior, and the posterior probability of "
        "benefit."
    )
    parts = [shown]
    if any(row.kind == "likelihood" for row in rows):
        parts.append(
            "Open diamonds with dashed lines: estimate and confidence interval, without a prior."
        )
    if rope is not None:
        parts.append(f"Shaded: region of practical equivalence, {text.interval(rope)}.")
    parts.append("An arrow marks an interval that goes on beyond the axis.")
    return " ".join(parts)
