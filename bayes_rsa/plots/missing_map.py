"""Map of a conclusion over two counts of participants: missing, or with an imputed event."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.classes import CONTOUR, DASHES, colour_bar, colours
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.style import LINE, WIDTHS, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_MOST_LABELS: Final = 14


@styled
def missing_map(
    counts: tuple[Sequence[int], Sequence[int]],
    probability: ArrayLike,
    *,
    labels: tuple[str, str] = (
        "participants missing on treatment",
        "participants missing on control",
    ),
    assumed: str = "",
    statement: str = "benefit",
    thresholds: Sequence[float] = (0.975, 0.95),
    setting: str = "",
) -> JournalFigure:
    """Probability of a statement for every pair of counts, and where it tips.

    Parameters
    ----------
    counts
        Counts on (treatment, control), each ascending by one.
    probability
        Shape ``(len(counts[0]), len(counts[1]))``.
    labels
        What is counted on (treatment, control).
    assumed
        What is hypothetical about the map, as a sentence; it stands above it.
    statement, thresholds
        What is asked; the probabilities at which it tips.
    setting
        What else was fixed; for the caption.

    Returns
    -------
    JournalFigure
        140 mm wide: treatment upwards, control to the right.
    """
    z = np.asarray(probability, dtype=float)
    _check(counts, z, thresholds)
    left, right = 0.72, 1.0
    across = min(WIDTHS["page"] - left - right, max(0.5 * len(counts[1]), 1.6))
    below = text.wrap(text.capital(labels[1]), across + 0.6)
    body = min(2.7, max(0.34 * len(counts[0]), 1.4))
    says = text.wrap(text.capital(assumed), WIDTHS["page"] - 0.2) if assumed else []
    head = 0.1 + LINE * len(says) + (0.08 if says else 0.0)
    dashes = dict(zip(sorted(thresholds, reverse=True), DASHES, strict=False))
    key = Key.of(
        [
            Entry(f"P({statement}) below {text.short(t)} beyond", CONTOUR | {"linestyle": dash})
            for t, dash in dashes.items()
        ],
        WIDTHS["page"],
    )
    foot = 0.34 + LINE * len(below) + key.height
    figure = new_figure("page", head + body + foot)
    wide, tall = figure.inches
    for k, words in enumerate(says):
        at = (0.1 / wide, 1 - (0.06 + (k + 0.5) * LINE) / tall)
        figure.text(*at, words, va="center")
    axes = figure.add_axes((left / wide, foot / tall, across / wide, body / tall))
    shades, norm = colours()
    filled = axes.pcolormesh(
        _edges(counts[1]),
        _edges(counts[0]),
        z,
        cmap=shades,
        norm=norm,
        edgecolors="white",
        linewidth=0.4,
    )
    for spine in axes.spines.values():
        spine.set_visible(False)
    for t, dash in dashes.items():
        _border(axes, counts, z, t, CONTOUR | {"linestyle": dash})
    axes.set_xticks(*_ticks(counts[1]))
    axes.set_yticks(*_ticks(counts[0]))
    axes.tick_params(length=0)
    axes.set_xlabel("\n".join(below))
    axes.set_ylabel("\n".join(text.wrap(text.capital(labels[0]), body)))
    colour_bar(figure, filled, statement, left + across + 0.14, foot, body)
    key.write(figure, key.height)
    corners = [(a, b) for a in (0, -1) for b in (0, -1)]
    listed = "; ".join(
        f"{counts[0][a]} on treatment and {counts[1][b]} on control: {text.probability(z[a, b])}"
        for a, b in corners
    )
    figure.alt = f"Map of P({statement}) over {labels[0]} and {labels[1]}. {listed}."
    figure.caption = (
        f"Posterior probability of {statement} by {labels[0]} and {labels[1]}"
        + (f"; {assumed[:1].lower()}{assumed[1:].rstrip('.')}" if assumed else "")
        + f". Lines: borders beyond which it is below {' or '.join(text.short(t) for t in dashes)}."
        + (f" {setting}" if setting else "")
    )
    return figure


def _check(
    counts: tuple[Sequence[int], Sequence[int]], z: Floats, thresholds: Sequence[float]
) -> None:
    if len(thresholds) > len(DASHES):
        raise InputError(
            "thresholds", len(thresholds), f"at most {len(DASHES)} can be told apart", "drop some"
        )
    if z.shape != (len(counts[0]), len(counts[1])) or 0 in z.shape:
        raise InputError(
            "probability", z.shape, "its shape is (treatment, control)", "pass both sets of counts"
        )
    for arm, values in zip(("treatment", "control"), counts, strict=True):
        if any(b - a != 1 for a, b in itertools.pairwise(values)):
            raise InputError(f"counts.{arm}", list(values), "counts ascend by one", "fill the gaps")
    if not ((z >= 0) & (z <= 1)).all():
        raise InputError("probability", float(np.max(z)), "it lies between 0 and 1", "check it")


def _edges(counts: Sequence[int]) -> Floats:
    return np.arange(len(counts) + 1, dtype=np.float64) + counts[0] - 0.5


def _ticks(counts: Sequence[int]) -> tuple[list[int], list[str]]:
    step = 1
    while len(counts) / step > _MOST_LABELS:
        step += 1
    shown = [c for c in counts if (c - counts[0]) % step == 0]
    return shown, [str(c) for c in shown]


def _border(
    axes: Axes,
    counts: tuple[Sequence[int], Sequence[int]],
    z: Floats,
    threshold: float,
    look: dict[str, Any],
) -> None:
    """The line between the cells above a threshold and those below."""
    for start, end in _segments(z < threshold):
        x, y = (
            (a + c[0] - 0.5, b + c[0] - 0.5)
            for a, b, c in zip(start, end, counts[::-1], strict=True)
        )
        axes.plot(x, y, **look, solid_capstyle="projecting", gid=f"border-{threshold:g}")


def _segments(below: NDArray[np.bool_]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Edges between unlike neighbours, as (column, row) of both ends; those in a line as one."""
    rows, columns = below.shape
    for r in range(1, rows):
        yield from _runs([bool(x) for x in below[r] != below[r - 1]], r, upright=False)
    for c in range(1, columns):
        yield from _runs([bool(x) for x in below[:, c] != below[:, c - 1]], c, upright=True)


def _runs(
    differs: Sequence[bool], place: int, *, upright: bool
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    start = None
    for k, here in enumerate([*differs, False]):
        if here and start is None:
            start = k
        if not here and start is not None:
            ends = (start, place), (k, place)
            yield tuple((b, a) if upright else (a, b) for a, b in ends)  # type: ignore[misc]
            start = None
