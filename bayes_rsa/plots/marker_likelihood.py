"""The likelihood of a report about a test: how probable it is, whatever the true difference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.scale import linear_ticks
from bayes_rsa.plots.style import RULE, WIDTHS, series, styled


@styled
def marker_likelihood(
    d: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    direction: str,
    bound: float | None = None,
    setting: str = "",
) -> JournalFigure:
    """Probability of what is reported, against the true standardised difference.

    Parameters
    ----------
    d
        Differences, sorted; positive is the direction of the report.
    curves
        By the reading of the report: its probability.
    direction
        ``lower`` or ``higher``.
    bound
        The smallest difference of the sample that the report allows.
    setting
        What else was assumed; for the caption.
    """
    x = np.asarray(d, dtype=float)
    drawn = {name: np.asarray(p, dtype=float) for name, p in curves.items()}
    for name, p in drawn.items():
        if p.shape != x.shape or not ((p >= 0) & (p <= 1 + 1e-9)).all():
            raise InputError(
                f"curves[{name!r}]",
                p.shape,
                "one probability for each difference",
                "pass numbers between 0 and 1",
            )
    if not 1 <= len(drawn) <= 4:
        raise InputError("curves", len(drawn), "one to four curves fit", "choose others")
    entries = [Entry(name, series(k)) for k, name in enumerate(drawn)]
    if bound is not None:
        entries.append(
            Entry(
                f"smallest observed difference, {text.decimal(bound, 3)}",
                {"color": RULE, "linewidth": 0.9, "linestyle": (0, (2, 2))},
            )
        )
    key = Key.of(entries, WIDTHS["page"])
    left, right, head, body, foot = 0.56, 0.14, 0.12, 1.9, 0.5 + key.height
    across = WIDTHS["page"] - left - right
    figure = new_figure("page", head + body + foot)
    wide, tall = figure.inches
    axes = figure.add_axes((left / wide, foot / tall, across / wide, body / tall))
    limits = (float(x[0]), float(x[-1]))
    axes.set_xlim(*limits)
    axes.set_ylim(0.0, 1.04)
    axes.set_xticks(*linear_ticks(limits, across))
    axes.set_yticks(*linear_ticks((0.0, 1.0), body))
    axes.set_xlabel(f"True standardised difference d (positive: {direction} on treatment)")
    axes.set_ylabel("Probability of the report")
    if bound is not None:
        axes.axvline(bound, color=RULE, linewidth=0.9, linestyle=(0, (2, 2)), zorder=0, gid="bound")
    for k, p in enumerate(drawn.values()):
        axes.plot(x, p, **series(k), zorder=3 - 0.1 * k)
    key.write(figure, key.height)
    ends = "; ".join(
        f"{name}: {text.decimal(float(p[0]), 2)} to {text.decimal(float(p[-1]), 2)}"
        for name, p in drawn.items()
    )
    figure.alt = (
        f"Probability of the report from d = {text.short(limits[0])} to {text.short(limits[1])}. "
        f"{ends}."
    )
    figure.caption = (
        "Likelihood of the report: how probable it is, whatever the true standardised difference. "
        "Where a curve is flat, the report says nothing about size."
        + (f" {setting}" if setting else "")
    )
    return figure
