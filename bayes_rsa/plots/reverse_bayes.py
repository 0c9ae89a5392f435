"""Reverse-Bayes panel: the prior that would just undo (or make) the finding."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import of_measure
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.scale import EstimandScale, dress, favours, padded
from bayes_rsa.plots.style import LIKELIHOOD, LINE, POSTERIOR, PRIOR, QUIET, SMALL, WIDTHS, styled

_LANE: Final = 0.62
_LABEL: Final = 1.35
_POINTS: Final = 301


@styled
def reverse_bayes(
    location: float,
    standard_error: float,
    prior_mean: float,
    prior_sd: float,
    *,
    kind: str = "sufficiently sceptical",
    exact_sd: float | None = None,
    measure: str = "OR",
    better: str = "higher",
    interval: float = defaults.INTERVAL,
    treatment: str = "treatment",
    control: str = "control",
    setting: str = "",
) -> JournalFigure:
    """The estimate, the prior that just undoes or makes its significance, and their posterior.

    Parameters
    ----------
    location, standard_error
        The estimate and its standard error: natural log for a ratio.
    prior_mean, prior_sd
        The normal prior found by reverse Bayes, on the same scale; a sceptical one has mean 0.
    kind
        What the prior is: ``sufficiently sceptical`` or ``advocacy``.
    exact_sd
        SD of the sceptical prior by the exact binomial likelihood, for a row of its own.
    measure
        ``OR``, ``RR``, ``HR``, ``RD`` or ``MD``.
    better
        Direction of the outcome.
    interval
        Level of the intervals: the posterior's just touches no effect.
    treatment, control
        Names of the arms.
    setting
        What else was fixed, such as the baseline of the exact row; for the caption.

    Returns
    -------
    JournalFigure
        140 mm wide; the intervals' limits stand beside them as text.
    """
    for name, value in (("standard_error", standard_error), ("prior_sd", prior_sd)):
        if not 0 < value < math.inf:
            raise InputError(name, value, "it is positive and finite", "check the finding")
    scale = EstimandScale.of(of_measure(measure).key)
    weight = standard_error**-2 + prior_sd**-2
    mean = (location / standard_error**2 + prior_mean / prior_sd**2) / weight
    rows: list[tuple[str, float, float, str, bool]] = [
        ("Estimate (confidence interval)", location, standard_error, LIKELIHOOD, True),
        (f"{kind[:1].upper()}{kind[1:]} prior", prior_mean, prior_sd, PRIOR, True),
        ("Posterior under that prior", mean, weight**-0.5, POSTERIOR, True),
    ]
    if exact_sd is not None:
        rows.append(("Sceptical prior, exact binomial", 0.0, exact_sd, PRIOR, False))
    z = NormalDist().inv_cdf((1 + interval) / 2)
    numbers = [_numbers(scale, m, s, z) for _, m, s, _, _ in rows]
    notes = max(text.text_width(n) for n in numbers) + 0.1
    left = _LABEL + 0.1
    across = WIDTHS["page"] - left - notes - 0.16
    sides = favours(better, inches=across, treatment=treatment, control=control)
    head, body, foot = 0.12 + LINE, _LANE * len(rows), 0.44 + LINE * sides.lines
    figure = new_figure("page", head + body + foot)
    wide, tall = figure.inches
    axes = figure.add_axes((left / wide, foot / tall, across / wide, body / tall))
    ends = padded([x for _, m, s, _, _ in rows for x in (m - 1.35 * z * s, m + 1.35 * z * s)], 0.0)
    dress(axes, scale, ends, inches=across)
    axes.set_ylim(0, len(rows))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    sides.write(axes, below=0.42)
    tallest = 1 / min(s for _, _, s, _, curve in rows if curve)
    for place, ((label, m, s, colour, curve), words) in enumerate(zip(rows, numbers, strict=True)):
        base = len(rows) - 1 - place + 0.16
        if curve:
            _density(axes, m, s, base, 0.72 / tallest, ends, colour)
        axes.plot(
            (m - z * s, m + z * s),
            (base, base),
            color=colour,
            linewidth=2.2,
            linestyle="-" if curve else (0, (3, 1.5)),
        )
        axes.plot(m, base, marker="o", markersize=5.5, color=colour)
        y = foot + (base + 0.2) * _LANE
        lines = text.wrap(label, _LABEL - 0.06)
        for k, line in enumerate(lines):
            at = (0.05 / wide, (y + ((len(lines) - 1) / 2 - k) * LINE) / tall)
            figure.text(*at, line, va="center")
        figure.text((left + across + 0.1) / wide, y / tall, words, va="center")
    head_at = ((left + across + 0.1) / wide, 1 - 0.05 / tall)
    figure.text(
        *head_at,
        f"{scale.estimand.symbol} ({text.percent(interval)})",
        fontsize=SMALL,
        fontweight="bold",
        va="top",
        color=QUIET,
    )
    listed = "; ".join(f"{row[0]}: {n}" for row, n in zip(rows, numbers, strict=True))
    figure.alt = f"Reverse-Bayes panel. {listed}."
    touches = "just includes" if kind != "advocacy" else "just excludes"
    figure.caption = (
        f"Estimate, {kind} prior and their posterior by the normal approximation, with "
        f"{text.percent(interval)} intervals: under this prior the posterior interval {touches} "
        "no effect. The prior's interval is the critical prior interval."
        + (
            " Dashed: the prior of which the same holds by the exact binomial likelihood."
            if exact_sd is not None
            else ""
        )
        + (f" {setting}" if setting else "")
    )
    return figure


def _numbers(scale: EstimandScale, mean: float, sd: float, z: float) -> str:
    values = [scale.value(v) for v in (mean, mean - z * sd, mean + z * sd)]
    return text.estimate(values[0], (values[1], values[2]))


def _density(
    axes: Any,
    mean: float,
    sd: float,
    base: float,
    unit: float,
    ends: tuple[float, float],
    colour: str,
) -> None:
    x = np.linspace(max(ends[0], mean - 3.5 * sd), min(ends[1], mean + 3.5 * sd), _POINTS)
    y = base + unit * np.exp(-(((x - mean) / sd) ** 2) / 2) / sd
    axes.fill_between(x, base, y, color=colour, alpha=0.2, linewidth=0)
    axes.plot(x, y, color=colour, linewidth=1.0)
