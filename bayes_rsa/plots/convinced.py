"""Who would be convinced: posterior against prior probability of benefit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.marks import numbered
from bayes_rsa.plots.style import (
    LINE,
    RULE,
    SMALL,
    WIDTHS,
    Width,
    series,
    styled,
)

Floats = NDArray[np.float64]

_TICKS: Final = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_LEAST: Final = 1e-6
_EDGE: Final = 0.002
"""Opinions closer to 0 or 1 than this are not drawn: no trial moves them."""


@styled
def convinced(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    named: Mapping[str, tuple[float, float]] | None = None,
    thresholds: Sequence[float] = (0.95, 0.975),
    statement: str = "benefit",
    setting: str = "",
    width: Width = "page",
) -> JournalFigure:
    """How probable benefit is after the trial, for readers who thought it so probable before.

    Parameters
    ----------
    curves
        By the name of a family of priors (``prior SD 0.355``): prior and posterior probability of
        benefit, two arrays of one shape, prior ascending.
    named
        Prior and posterior probability of benefit of single priors, by name.
    thresholds
        Posterior probabilities to mark.
    statement
        What is probable, if it is not benefit of any size.
    setting
        How the families were made; for the caption.
    width
        ``page`` or ``column``.

    Returns
    -------
    JournalFigure
        Both axes are log odds labelled as probabilities, so that a constant Bayes factor is a line
        parallel to the diagonal.
    """
    if not curves and not named:
        raise InputError("curves", {}, "at least one family of priors is shown", "pass some")
    lines = {name: _checked(name, *pair) for name, pair in curves.items()}
    points = dict(named or {})
    left, right, head, body, foot = 0.66, 0.12, 0.12, 2.7, 0.5
    across = WIDTHS[width] - left - right
    entries = [Entry(name, series(k)) for k, name in enumerate(lines)]
    entries += [Entry(name, k + 1) for k, name in enumerate(points)]
    key = Key.of(entries, WIDTHS[width])
    foot += key.height
    figure = new_figure(width, head + body + foot)
    wide, tall = figure.inches
    axes = figure.add_axes((left / wide, foot / tall, across / wide, body / tall))
    xs = [x for pair in lines.values() for x in pair[0]] + [p[0] for p in points.values()]
    ys = [y for pair in lines.values() for y in pair[1]] + [p[1] for p in points.values()]
    limits = [_ends(xs), _ends([*ys, *thresholds])]
    for axis, (ends, inches) in enumerate(zip(limits, (across, body), strict=True)):
        places, labels = _ticks(ends, inches, thresholds if axis else ())
        (axes.set_yticks if axis else axes.set_xticks)(places, labels)
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
    axes.set_xlabel(f"Prior probability of {statement}")
    axes.set_ylabel(f"Posterior probability of {statement}")
    diagonal = [min(e[0] for e in limits), max(e[1] for e in limits)]
    axes.plot(diagonal, diagonal, color=RULE, linewidth=0.8, linestyle=(0, (1, 2)))
    for value in thresholds:
        axes.axhline(_logit(value), color=RULE, linewidth=0.6, zorder=0)
    for number, (x, y) in enumerate(lines.values()):
        axes.plot(_logits(x), _logits(y), **series(number))
    discs = {k + 1: (_logit(x), _logit(y)) for k, (x, y) in enumerate(points.values())}
    numbered(axes, discs, (across, body))
    key.write(figure, key.height)
    listed = "; ".join(
        f"{name}: {text.probability(x)} before, {text.probability(y)} after"
        for name, (x, y) in points.items()
    )
    figure.alt = (
        f"Posterior against prior probability of {statement}. {listed or ', '.join(lines)}."
    )
    figure.caption = (
        f"Posterior probability of {statement} against the prior probability of it, both on the "
        "log-odds scale. On the dotted diagonal the trial changes nothing; on a parallel to it, it "
        "changes every reader's odds by the same factor."
        + (" Numbers: single priors." if points else "")
        + (f" {setting}" if setting else "")
    )
    return figure


def _checked(name: str, prior: ArrayLike, posterior: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(prior, dtype=float), np.asarray(posterior, dtype=float)
    paired = x.shape == y.shape and x.ndim == 1 and x.size > 1
    if not paired or not ((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)).all():
        raise InputError(
            f"curves[{name!r}]",
            (x.shape, y.shape),
            "two arrays of one shape, of probabilities",
            "pass the prior and the posterior probability of each prior",
        )
    inside = (x >= _EDGE) & (x <= 1 - _EDGE)
    return x[inside], y[inside]


def _logit(p: float) -> float:
    inside = min(max(p, _LEAST), 1 - _LEAST)
    return math.log(inside) - math.log1p(-inside)


def _logits(p: Floats) -> Floats:
    inside = np.clip(p, _LEAST, 1 - _LEAST)
    return np.log(inside) - np.log1p(-inside)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    logits = [_logit(v) for v in values]
    low, high = min(logits), max(logits)
    room = 0.06 * (high - low) or 0.2
    return low - room, high + room


def _ticks(
    ends: tuple[float, float], inches: float, thresholds: Sequence[float]
) -> tuple[list[float], list[str]]:
    """Round probabilities whose labels stand apart; thresholds (upright axis only) go first."""
    per_unit = inches / (ends[1] - ends[0])
    taken: list[tuple[float, float, str]] = []
    # From the middle outwards, so that what is left out is left out on both sides alike.
    outwards = sorted(_TICKS, key=lambda p: abs(_logit(p)))
    for value in (*thresholds, *outwards):
        at, words = _logit(value), text.short(value)
        half = 0.75 * LINE / 2 if thresholds else text.text_width(words, SMALL) / 2 + 0.04
        clear = all(abs(at - other) * per_unit >= half + room for other, room, _ in taken)
        if ends[0] <= at <= ends[1] and clear:
            taken.append((at, half, words))
    taken.sort()
    return [at for at, _, _ in taken], [words for _, _, words in taken]
