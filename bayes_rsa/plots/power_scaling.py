"""Power-scaling sensitivity of each block of priors and of the likelihood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.scale import linear_ticks
from bayes_rsa.plots.style import (
    INK,
    LIKELIHOOD,
    LINE,
    PRIOR,
    QUIET,
    RULE,
    SMALL,
    WIDTHS,
    styled,
)

_LABEL: Final = 1.6
_K: Final = 0.62
_DIAGNOSIS: Final = 1.15


@dataclass(frozen=True, slots=True)
class PowerScalingRow:
    """Sensitivity of one quantity to one block of priors.

    Parameters
    ----------
    label
        The quantity with its prior: ``log OR, normal(0, 1)``.
    prior, likelihood
        Power-scaling sensitivities (Kallioinen et al. 2024, doi:10.1007/s11222-023-10366-5).
    pareto_k
        Pareto k of the importance weights, the larger of both; None where it was not computed.
    exact
        The prior's sensitivity by quadrature; None where there is none.
    diagnosis
        In words: ``prior-data conflict``; empty if there is nothing to say.
    """

    label: str
    prior: float
    likelihood: float
    pareto_k: float | None = None
    exact: float | None = None
    diagnosis: str = ""

    def __post_init__(self) -> None:
        for name in ("prior", "likelihood"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise InputError(name, value, "a sensitivity is not negative", "check the row")


@styled
def power_scaling(
    rows: Sequence[PowerScalingRow], *, threshold: float = 0.05, k_limit: float = 0.7
) -> JournalFigure:
    """How much the posterior moves when a prior, or the likelihood, is raised to a power near one.

    Parameters
    ----------
    rows
        One for each quantity and block of priors, from the top.
    threshold
        Sensitivity above which a posterior counts as sensitive.
    k_limit
        Pareto k above which the reweighting is not to be trusted; printed bold.

    Returns
    -------
    JournalFigure
        140 mm wide, a row for each entry.
    """
    if not rows:
        raise InputError("rows", [], "at least one block of priors is shown", "pass some")
    labels = [text.wrap(text.minus(row.label), _LABEL - 0.1) for row in rows]
    words = [text.wrap(row.diagnosis or "\u2013", _DIAGNOSIS - 0.05, SMALL) for row in rows]
    heights = [
        0.1 + LINE * max(len(label), len(word)) for label, word in zip(labels, words, strict=True)
    ]
    across = WIDTHS["page"] - _LABEL - _K - _DIAGNOSIS - 0.24
    head, body, foot = 0.18 + 2 * LINE, sum(heights), 0.48
    figure = new_figure("page", head + body + foot)
    wide, tall = figure.inches
    left = _LABEL + 0.05
    axes = figure.add_axes((left / wide, foot / tall, across / wide, body / tall))
    values = [v for r in rows for v in (r.prior, r.likelihood, r.exact) if v is not None]
    end = 1.1 * max(*values, 2 * threshold)
    axes.set_xlim(0, end)
    axes.set_xticks(*linear_ticks((0.0, end), across))
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Power-scaling sensitivity")
    axes.axvline(threshold, color=RULE, linewidth=0.9, linestyle=(0, (4, 2)), gid="threshold")
    columns = left + across + 0.14, left + across + 0.14 + _K

    def write(x: float, y: float, line: str, **style: Any) -> None:
        figure.text(x / wide, 1 - (head + y) / tall, line, va="center", **style)

    bold: dict[str, Any] = {"fontweight": "bold", "fontsize": SMALL}
    write(0.05, -0.06 - LINE / 2, "Quantity, prior", **bold)
    write(columns[0], -0.06 - LINE / 2, "Pareto k", **bold)
    write(columns[1], -0.06 - LINE / 2, "Diagnosis", **bold)
    top = 0.0
    for row, label, word, height in zip(rows, labels, words, heights, strict=True):
        middle = top + height / 2
        _marks(axes, row, middle)
        for k, line in enumerate(label):
            write(0.05, middle + (k - (len(label) - 1) / 2) * LINE, line)
        k_words = "\u2013" if row.pareto_k is None else text.decimal(row.pareto_k, 2)
        bad = row.pareto_k is not None and not row.pareto_k <= k_limit
        write(columns[0], middle, k_words, fontweight="bold" if bad else "normal")
        for k, line in enumerate(word):
            write(columns[1], middle + (k - (len(word) - 1) / 2) * LINE, line, fontsize=SMALL)
        top += height
    has_exact = any(row.exact is not None for row in rows)
    _key(figure, has_exact)
    listed = "; ".join(
        f"{r.label}: prior {text.decimal(r.prior, 3)}, likelihood {text.decimal(r.likelihood, 3)}"
        + (f", {r.diagnosis}" if r.diagnosis else "")
        for r in rows
    )
    figure.alt = f"Power-scaling sensitivities against the threshold {threshold:g}. {listed}."
    figure.caption = (
        "Power-scaling sensitivity of each quantity to its prior (disc) and to the likelihood "
        f"(square); dashed line: threshold {threshold:g}. Pareto k of the importance weights; "
        f"above {k_limit:g}, bold, they are not to be trusted."
        + (" Vertical strokes: the prior's sensitivity by quadrature." if has_exact else "")
    )
    return figure


_PRIOR_MARK: Final[dict[str, Any]] = {"marker": "o", "markersize": 6, "color": PRIOR}
_LIKELIHOOD_MARK: Final[dict[str, Any]] = {
    "marker": "s",
    "markersize": 5,
    "color": "white",
    "markeredgecolor": LIKELIHOOD,
    "markeredgewidth": 1.2,
}
_EXACT_MARK: Final[dict[str, Any]] = {
    "marker": "|",
    "markersize": 11,
    "markeredgewidth": 1.4,
    "color": INK,
}


def _marks(axes: Any, row: PowerScalingRow, y: float) -> None:
    axes.plot((0, max(row.prior, row.likelihood)), (y, y), color=RULE, linewidth=0.5)
    axes.plot(row.likelihood, y, linestyle="none", clip_on=False, **_LIKELIHOOD_MARK)
    axes.plot(row.prior, y, linestyle="none", clip_on=False, **_PRIOR_MARK)
    if row.exact is not None:
        axes.plot(row.exact, y, linestyle="none", clip_on=False, gid="exact", **_EXACT_MARK)


def _key(figure: JournalFigure, has_exact: bool) -> None:
    from matplotlib.lines import Line2D

    wide, tall = figure.inches
    entries = [("prior", _PRIOR_MARK), ("likelihood", _LIKELIHOOD_MARK)]
    if has_exact:
        entries.append(("prior, exact", _EXACT_MARK))
    x = _LABEL + 0.1
    y = 1 - (0.06 + LINE / 2) / tall
    for words, mark in entries:
        figure.add_artist(Line2D([x / wide], [y], linestyle="none", **mark))
        figure.text((x + 0.1) / wide, y, words, fontsize=SMALL, va="center", color=QUIET)
        x += 0.1 + text.text_width(words, SMALL) + 0.22
