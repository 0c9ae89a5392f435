"""The Bayesian fragility curve: P(statement) as outcomes change, one by one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.scale import linear_ticks
from bayes_rsa.plots.style import INK, RULE, SMALL, WIDTHS, Width, series, styled


@styled
def fragility(
    curves: Mapping[str, Sequence[float]],
    *,
    statement: str = "benefit",
    thresholds: Sequence[float] = (0.975, 0.95),
    indices: Mapping[str, int] | None = None,
    setting: str = "",
    width: Width = "page",
) -> JournalFigure:
    """P(statement) after k outcomes have changed against the treatment, with Walsh's index.

    Parameters
    ----------
    curves
        By name: the probability after 0, 1, 2 ... changes.
    statement, thresholds
        What is concluded; the probabilities at which the conclusion tips.
    indices
        Fragility indices of a test, by name: changes at which it is no longer significant.
    setting
        What else was fixed; for the caption.
    width
        ``page`` or ``column``.

    Returns
    -------
    JournalFigure
        Points joined by lines: the number of changes is whole.
    """
    if not 1 <= len(curves) <= 8:
        raise InputError(
            "curves", len(curves), "one to eight curves can be told apart", "choose others"
        )
    for name, values in curves.items():
        if len(values) < 2 or not all(0 <= p <= 1 for p in values):
            raise InputError(
                f"curves[{name!r}]",
                list(values)[:5],
                "probabilities after no change and at least one",
                "pass the whole curve",
            )
    marked = dict(indices or {})
    most = max([*(len(values) - 1 for values in curves.values()), *marked.values()])
    low = min([*(min(values) for values in curves.values()), *thresholds])
    heights = (max(0.0, math.floor(20 * low - 0.1) / 20), 1.0)
    places: dict[int, list[str]] = {}
    for name, index in marked.items():
        places.setdefault(index, []).append(name)
    entries = [Entry(name, series(k)) for k, name in enumerate(curves)]
    dashes = {index: (0, (1 + k, 1.2)) for k, index in enumerate(sorted(places))}
    entries += [
        Entry(
            f"{'; '.join(places[index])}: {index}",
            {"color": INK, "linewidth": 1.0, "linestyle": dash},
        )
        for index, dash in dashes.items()
    ]
    key = Key.of(entries, WIDTHS[width])
    left, right, head, body, foot = 0.56, 0.14, 0.12, 2.2, 0.5 + key.height
    across = WIDTHS[width] - left - right
    figure = new_figure(width, head + body + foot)
    wide, tall = figure.inches
    axes = figure.add_axes((left / wide, foot / tall, across / wide, body / tall))
    axes.set_xlim(-0.15, most + 0.15)
    axes.set_ylim(*heights)
    ticks, labels = linear_ticks((0.0, float(most)), across)
    whole = [(t, w) for t, w in zip(ticks, labels, strict=True) if float(t).is_integer()]
    axes.set_xticks([t for t, _ in whole], [w for _, w in whole])
    axes.set_yticks(*linear_ticks(heights, body))
    axes.set_xlabel("Outcomes changed against the treatment")
    axes.set_ylabel(f"P({statement})")
    for value in thresholds:
        axes.axhline(value, color=RULE, linewidth=0.6, linestyle=(0, (2, 2)), zorder=0)
        axes.annotate(
            text.short(value),
            (1.0, value),
            (-2, 2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=SMALL,
        )
    for index, dash in dashes.items():
        axes.axvline(
            index, color=INK, linewidth=1.0, linestyle=dash, zorder=0.5, gid=f"index-{index}"
        )
    for number, values in enumerate(curves.values()):
        axes.plot(range(len(values)), values, **series(number), marker="o", markersize=3.5)
    key.write(figure, key.height)
    figure.alt = _alt(curves, statement, thresholds, marked)
    figure.caption = (
        f"Posterior probability of {statement} after so many outcomes have been changed against "
        "the treatment in one arm."
        + (" Upright lines: Walsh’s fragility index of a test." if marked else "")
        + (f" {setting}" if setting else "")
    )
    return figure


def _alt(
    curves: Mapping[str, Sequence[float]],
    statement: str,
    thresholds: Sequence[float],
    marked: Mapping[str, int],
) -> str:
    listed = []
    for name, values in curves.items():
        falls = [
            f"below {text.short(t)} from {next(k for k, p in enumerate(values) if p < t)}"
            for t in thresholds
            if min(values) < t
        ]
        listed.append(f"{name}: {', '.join(falls) or 'stays above the thresholds'}")
    tests = "".join(f" {name}: {index}." for name, index in marked.items())
    return f"Curves of P({statement}) over outcomes changed. {'; '.join(listed)}.{tests}"
