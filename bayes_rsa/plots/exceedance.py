"""The curve of P(effect > x): how probable is a benefit of at least this size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event
from bayes_rsa.plots import text
from bayes_rsa.plots.density import POINTS, quantiles
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.scale import EstimandScale, dress, padded
from bayes_rsa.plots.style import FAINT, LINE, RULE, SMALL, WIDTHS, Width, series, styled
from bayes_rsa.summaries import Posterior, as_posterior

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TAIL: Final = 0.002
_KEY: Final = 0.32


@styled
def exceedance(
    posteriors: Mapping[str, Any],
    *,
    estimand: str = "risk_difference",
    thresholds: Sequence[float] = (),
    limits: tuple[float, float] | None = None,
    width: Width = "page",
) -> JournalFigure:
    """Probability that the effect is better than x, over x, under one or more priors.

    Parameters
    ----------
    posteriors
        Fits or exact posteriors by the name of their prior, at most eight; all of one direction.
    estimand
        Key of the estimand: ``odds_ratio``, ``risk_ratio``, ``risk_difference`` ...
    thresholds
        Values of the estimand to mark; the probabilities there stand in the table below the axis.
    limits
        Ends of the axis, in values of the estimand.
    width
        ``page`` or ``column``.

    Returns
    -------
    JournalFigure
        P(effect > x) where higher is better, P(effect < x) where lower is.
    """
    if not 1 <= len(posteriors) <= 8:
        raise InputError(
            "posteriors", len(posteriors), "one to eight curves can be told apart", "choose fewer"
        )
    asked = {name: as_posterior(p) for name, p in posteriors.items()}
    directions = {p.better for p in asked.values()}
    if len(directions) > 1:
        raise InputError(
            "posteriors", sorted(directions), "all are of one direction", "draw two figures"
        )
    better = directions.pop()
    sign = ">" if better == "higher" else "<"
    scale = EstimandScale.of(estimand)
    ends = _limits(asked, scale, limits, thresholds)
    body, left, right = 2.2, 0.56, 0.12
    across = WIDTHS[width] - left - right
    table = _table(asked, scale, sign, thresholds, width)
    foot = 0.5 + table.height
    figure = new_figure(width, 0.1 + body + foot)
    wide, high = figure.inches
    axes = figure.add_axes((left / wide, foot / high, across / wide, body / high))
    dress(axes, scale, ends, inches=across)
    _probability_axis(axes, f"P({scale.estimand.symbol} {sign} x)")
    x = np.linspace(*ends, POINTS)
    for number, (_, posterior) in enumerate(asked.items()):
        below = posterior.cdf(scale.key, x)
        y = 1 - below if sign == ">" else below
        axes.plot(x, y, **series(number), zorder=3 - 0.1 * number)
        for value in thresholds:
            at = scale.position(value)
            _dot(axes, at, float(np.interp(at, x, y)), number)
    for value in thresholds:
        axes.axvline(scale.position(value), color=RULE, linewidth=0.6, linestyle=(0, (2, 2)))
    table.write(figure, foot - 0.5)
    figure.alt = _alt(table, scale, sign)
    figure.caption = (
        f"Posterior probability that the {scale.estimand.label.lower()} is "
        f"{'above' if sign == '>' else 'below'} x, under each prior"
        + (
            "; dotted lines: the thresholds of the table, with the probability at each."
            if thresholds
            else "."
        )
    )
    return figure


def _limits(
    asked: Mapping[str, Posterior],
    scale: EstimandScale,
    limits: tuple[float, float] | None,
    thresholds: Sequence[float],
) -> tuple[float, float]:
    if limits is not None:
        return scale.position(limits[0]), scale.position(limits[1])
    tails = np.array([_TAIL, 1 - _TAIL])
    ends = [float(q) for p in asked.values() for q in quantiles(p, scale.key, tails)]
    null = [] if scale.null is None else [scale.null]
    return padded([*ends, *null, *(scale.position(v) for v in thresholds)], 0.02)


def _probability_axis(axes: Axes, label: str) -> None:
    axes.set_ylim(0, 1.02)
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    axes.set_yticks(shares, [text.short(s) for s in shares])
    axes.set_ylabel(label)
    axes.hlines(shares[1:], *axes.get_xlim(), color=FAINT, linewidth=0.6, zorder=0)


def _dot(axes: Axes, x: float, y: float, number: int) -> None:
    colour = series(number)["color"]
    axes.plot(x, y, marker="o", markersize=3.6, color=colour, zorder=4, clip_on=False)


class _Table:
    """Names of the curves with their keys, and the probability at each threshold."""

    def __init__(
        self, heads: Sequence[str], rows: Mapping[str, tuple[str, ...]], width: float
    ) -> None:
        self.rows = rows
        self.cell = 0.0
        if heads:
            words = [*heads, *(c for cells in rows.values() for c in cells)]
            self.cell = max(text.text_width(w, SMALL, bold=True) for w in words) + 0.16
        room = max(width - 0.16 - _KEY - self.cell * len(heads), 1.0)
        self.heads = tuple(heads)
        self.names = {name: text.wrap(name, room, SMALL) for name in rows}
        lines = sum(len(words) for words in self.names.values())
        self.height = LINE * (lines + (1.3 if heads else 0.2)) + 0.06

    def write(self, figure: JournalFigure, top: float) -> None:
        """Write the table with its upper edge ``top`` inches above the figure's lower edge."""
        wide, high = figure.inches

        def put(x: float, y: float, words: str, **style: Any) -> None:
            figure.text(x / wide, y / high, words, fontsize=SMALL, va="center", **style)

        right = wide - 0.1
        y = top - LINE / 2
        columns = [right - self.cell * (len(self.heads) - 1 - k) for k in range(len(self.heads))]
        for x, head in zip(columns, self.heads, strict=True):
            put(x, y, head, ha="right", fontweight="bold")
        y -= 1.2 * LINE if self.heads else 0.0
        for number, (name, cells) in enumerate(self.rows.items()):
            self._key(figure, number, y)
            for x, cell in zip(columns, cells, strict=True):
                put(x, y, cell, ha="right")
            for words in self.names[name]:
                put(0.1 + _KEY, y, words)
                y -= LINE

    @staticmethod
    def _key(figure: JournalFigure, number: int, y: float) -> None:
        from matplotlib.lines import Line2D

        wide, high = figure.inches
        ends = [0.08 / wide, (0.02 + _KEY) / wide]
        figure.add_artist(Line2D(ends, [y / high] * 2, linewidth=1.4, **series(number)))


def _table(
    asked: Mapping[str, Posterior],
    scale: EstimandScale,
    sign: str,
    thresholds: Sequence[float],
    width: Width,
) -> _Table:
    digits = max((len(text.short(v).partition(".")[2]) for v in thresholds), default=0)
    written = [text.decimal(v, 0 if float(v).is_integer() else digits) for v in thresholds]
    heads = [f"{scale.estimand.symbol} {sign} {value}" for value in written]
    rows = {
        name: tuple(_chance(posterior, scale, sign, value) for value in thresholds)
        for name, posterior in asked.items()
    }
    return _Table(heads, rows, WIDTHS[width])


def _chance(posterior: Posterior, scale: EstimandScale, sign: str, value: float) -> str:
    limits = (value, np.inf) if sign == ">" else (-np.inf, value)
    return text.probability(*posterior.probability(Event(scale.estimand.key, *limits)))


def _alt(table: _Table, scale: EstimandScale, sign: str) -> str:
    listed = "; ".join(
        f"{name}: " + ", ".join(f"P({h}) {c}" for h, c in zip(table.heads, cells, strict=True))
        if table.heads
        else name
        for name, cells in table.rows.items()
    )
    return f"Curve of P({scale.estimand.symbol} {sign} x) over x. {listed}."
