"""Forest plot of external studies: their estimates, what they are drawn to, what they predict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from matplotlib.lines import Line2D

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.forest_layout import EDGE, columns_of, lines_of, write_row
from bayes_rsa.plots.forest_row import ForestRow
from bayes_rsa.plots.scale import EstimandScale, dress, favours, padded
from bayes_rsa.plots.style import LIKELIHOOD, LINE, POSTERIOR, PRIOR, RULE, SMALL, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Mark = Literal["study", "mean", "new", "trial"]

_CAP: Final = math.log(16)
_COLOURS: Final = {"study": LIKELIHOOD, "mean": POSTERIOR, "new": PRIOR, "trial": VERMILION}
_DRAWN: Final = 0.045
"""Inches by which a study and what it is drawn to stand apart."""


@dataclass(frozen=True, slots=True)
class ExternalRow:
    """One row: a study, what random effects say over several, or the trial itself.

    Parameters
    ----------
    label
        Name of the study, or what is summed up.
    estimate, interval
        Point estimate with its limits, on the estimand's own scale; for ``mean`` and ``new`` the
        median and the limits of a distribution. NaN where nothing can be estimated.
    mark
        ``study``, ``mean`` (the mean over studies), ``new`` (what is predicted for a new trial) or
        ``trial`` (the trial itself).
    note
        Printed below the label: its counts.
    group
        Heading above the first row of each group.
    drawn
        What a study is drawn to by the others: median and limits.
    estimate_text, drawn_text
        What to print instead of the numbers as this module writes them.
    """

    label: str
    estimate: float
    interval: tuple[float, float]
    mark: Mark = "study"
    note: str = ""
    group: str = ""
    drawn: tuple[float, tuple[float, float]] | None = None
    estimate_text: str = ""
    drawn_text: str = ""

    @property
    def words(self) -> ForestRow:
        """The same row as the layout of forest plots takes it."""
        shown = self.drawn_text or ("" if self.drawn is None else text.effect(self.drawn[0]))
        return ForestRow(
            self.label,
            self.estimate,
            self.interval,
            prior=self.note,
            group=self.group,
            primary=self.mark != "study",
            estimate_text=self.estimate_text,
            benefit_text=shown or " ",
        )


@styled
def external_forest(
    rows: Sequence[ExternalRow],
    *,
    estimand: str = "odds_ratio",
    better: str = "higher",
    interval: float = defaults.INTERVAL,
    treatment: str = "treatment",
    control: str = "control",
) -> JournalFigure:
    """External studies, the mean over them, the prediction for a new trial, and the trial itself.

    Parameters
    ----------
    rows
        From the top; rows of one ``group`` stand together under its heading.
    estimand
        Key of the estimand that the rows are about; ratios get a log axis.
    better
        Direction of the outcome, ``higher`` or ``lower``.
    interval
        Probability of the intervals.
    treatment, control
        Names of the arms.

    Returns
    -------
    JournalFigure
        140 mm wide (wider where the columns of text need it), as high as the rows need.
    """
    if not rows:
        raise InputError("rows", [], "a forest plot has at least one row", "pass some")
    scale = EstimandScale.of(estimand)
    heads = ("Study", f"Estimate\n({text.percent(interval)})", "Drawn\nto", "")
    figure = new_figure("page", 1.0)
    words = [row.words for row in rows]
    columns = columns_of(words, heads, figure.inches[0])
    lines = lines_of(words, columns)
    head = LINE * max(h.count("\n") + 1 for h in heads) + 0.1
    body = lines[-1].top + lines[-1].height + 0.04
    sides = favours(better, inches=columns.axis[1], treatment=treatment, control=control)
    foot = 0.44 + LINE * sides.lines
    height, width = head + body + foot, columns.width
    figure.set_figheight(height)
    figure.set_figwidth(width)
    left, across = columns.axis
    axes = figure.add_axes((left / width, foot / height, across / width, body / height))
    ends = _limits(rows, scale)
    dress(axes, scale, ends, inches=across)
    axes.set_ylim(body, 0.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    sides.write(axes, below=0.42)

    def write(x: float, top: float, said: str, **style: Any) -> None:
        at = (x / width, 1 - (head + top) / height)
        figure.text(*at, said, **({"va": "center"} | style))

    bold: dict[str, Any] = {"fontweight": "bold", "va": "bottom", "fontsize": SMALL}
    for x, said in zip((columns.label, columns.numbers, columns.benefit), heads, strict=False):
        write(x, -0.06, said, **bold)
    level = 1 - (head - 0.03) / height
    across_page = [EDGE / width, 1 - EDGE / width]
    figure.add_artist(Line2D(across_page, [level, level], color=RULE, linewidth=0.6))
    waiting = iter(rows)
    for number, line in enumerate(lines):
        write_row(write, columns, line)
        if line.row is not None:
            _draw(axes, scale, next(waiting), line.middle, ends, number)
    figure.alt = _alt(rows, estimand, interval)
    figure.caption = _caption(rows, estimand, interval)
    return figure


def _limits(rows: Sequence[ExternalRow], scale: EstimandScale) -> tuple[float, float]:
    null = [] if scale.null is None else [scale.null]
    centres = [x for row in rows if math.isfinite(x := scale.position(row.estimate))] + null
    centres = centres or [0.0]
    cap = _CAP if scale.is_ratio else math.inf
    floor, ceiling = min(centres) - cap, max(centres) + cap
    ends = [scale.position(x) for row in rows for x in row.interval]
    inside = [min(max(x, floor), ceiling) for x in ends if math.isfinite(x)]
    return padded([*centres, *inside])


def _draw(
    axes: Axes,
    scale: EstimandScale,
    row: ExternalRow,
    y: float,
    ends: tuple[float, float],
    number: int,
) -> None:
    colour = _COLOURS[row.mark]
    apart = _DRAWN if row.drawn is not None else 0.0
    if row.mark == "mean":
        low, high = (_inside(scale.position(x), ends) for x in row.interval)
        middle, half = scale.position(row.estimate), 0.055
        axes.fill(
            [low, middle, high, middle], [y, y - half, y, y + half], color=colour, linewidth=0
        )
        return
    _line(axes, scale, (row.estimate, row.interval), y - apart, ends, colour, row.mark, number)
    if row.drawn is not None:
        _line(axes, scale, row.drawn, y + apart, ends, POSTERIOR, "drawn", number)


def _line(
    axes: Axes,
    scale: EstimandScale,
    value: tuple[float, tuple[float, float]],
    y: float,
    ends: tuple[float, float],
    colour: str,
    kind: str,
    number: int,
) -> None:
    """An interval with its middle; an arrow where it leaves the axis."""
    low, high = (scale.position(x) for x in value[1])
    middle = scale.position(value[0])
    if not (math.isnan(low) or math.isnan(high)):
        shown = _inside(low, ends), _inside(high, ends)
        wide = 2.6 if kind == "new" else 1.0 if kind == "drawn" else 1.4
        axes.plot(shown, (y, y), color=colour, linewidth=wide, gid=f"{kind}-{number}")
        for end, outside, marker in ((0, low < ends[0], "<"), (1, high > ends[1], ">")):
            if outside:
                gid = f"arrow-{('left', 'right')[end]}-{number}"
                axes.plot(ends[end], y, marker, markersize=4, color=colour, clip_on=False, gid=gid)
    if ends[0] <= middle <= ends[1]:
        shape = {"study": "s", "drawn": "o", "new": "|", "trial": "D"}[kind]
        filled = "white" if kind == "study" else colour
        size = {"drawn": 3.5, "new": 8.0}.get(kind, 4.5)
        axes.plot(
            middle,
            y,
            marker=shape,
            markersize=size,
            color=filled,
            markeredgecolor=colour,
            markeredgewidth=1.8 if kind == "new" else 1.0,
        )


def _inside(x: float, ends: tuple[float, float]) -> float:
    return min(max(x, ends[0]), ends[1])


def _alt(rows: Sequence[ExternalRow], estimand: str, interval: float) -> str:
    listed = "; ".join(
        f"{row.label}: {row.words.numbers}"
        + (f", drawn to {row.words.probability}" if row.drawn is not None else "")
        for row in rows
    )
    symbol, level = EstimandScale.of(estimand).estimand.symbol, text.percent(interval)
    return f"Forest plot of external studies, {symbol} with {level} intervals. {listed}."


def _caption(rows: Sequence[ExternalRow], estimand: str, interval: float) -> str:
    label = EstimandScale.of(estimand).estimand.label
    marks = {row.mark for row in rows}
    level = text.percent(interval)
    parts = [f"{label}: external studies with their {level} confidence intervals (open squares)."]
    if any(row.drawn is not None for row in rows):
        parts.append("Blue discs: the same effects drawn towards their mean by random effects.")
    if "mean" in marks:
        parts.append(f"Diamonds: the mean over a set, {level} credible interval.")
    if "new" in marks:
        parts.append(f"Thick lines: what the set predicts for a new trial, {level} interval.")
    if "trial" in marks:
        parts.append("Filled square on its corner: this trial, which is in no set.")
    return " ".join(parts)
