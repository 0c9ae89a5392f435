"""Posteriors of both arms' event probabilities."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.density import Floats, density, quantiles
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.scale import linear_ticks, padded
from bayes_rsa.plots.style import CONTROL, LINE, QUIET, SMALL, TREATMENT, WIDTHS, Width, styled
from bayes_rsa.summaries import as_posterior
from bayes_rsa.trial import Arm, Outcome, Trial

_LANE: Final = 0.30
"""Inches below the densities for each arm's interval."""


@styled
def arms(
    posterior: Any,
    trial: Trial,
    *,
    interval: float = defaults.INTERVAL,
    width: Width = "page",
) -> JournalFigure:
    """Posterior densities of the event probabilities, with medians, intervals, observed shares.

    Parameters
    ----------
    posterior
        A fit or an exact posterior of a two-arm model.
    trial
        The trial behind it: names of the arms, events and n.
    interval
        Probability of the credible intervals.
    width
        ``page`` or ``column``.

    Returns
    -------
    JournalFigure
        The probability of an event runs along x, from 0 to 1; densities are per unit of it.
    """
    asked = as_posterior(posterior)
    both = (trial.treatment, trial.control)
    if not asked.arms or both[0] is None or both[1] is None:
        raise InputError(
            "posterior",
            asked.model,
            "it must inform both arms' probabilities",
            "use a trial's counts",
        )
    keys = ("p_treatment", "p_control")
    observed = [arm.events / arm.n if arm.n else float("nan") for arm in (both[0], both[1])]
    tails = np.array([0.001, 0.999])
    ends = [float(q) for key in keys for q in quantiles(asked, key, tails)]
    low, high = padded([*ends, *observed], 0.03)
    limits = max(low, 0.0), min(high, 1.0)
    left, right, head, body, foot = 0.12, 0.12, 0.06 + 2 * LINE, 1.9, 0.5
    lanes = 2 * _LANE
    figure = new_figure(width, head + body + lanes + foot)
    wide, tall = figure.inches
    across = WIDTHS[width] - left - right
    axes = figure.add_axes((left / wide, foot / tall, across / wide, (body + lanes) / tall))
    curves = [density(asked, key, limits) for key in keys]
    top = 1.05 * max(_height(asked, key, *curve) for key, curve in zip(keys, curves, strict=True))
    unit = top / body
    axes.set_xlim(*limits)
    axes.set_ylim(-lanes * unit, top)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    places, labels = linear_ticks(limits, across)
    axes.set_xticks(places, labels)
    event = "an event" if trial.outcome.name == Outcome().name else trial.outcome.name
    axes.set_xlabel(f"Probability of {event}")
    axes.axhline(0, color=QUIET, linewidth=0.5)
    words = []
    styles = ((TREATMENT, "-"), (CONTROL, "--"))
    for lane, (key, arm, share) in enumerate(zip(keys, (both[0], both[1]), observed, strict=True)):
        (colour, dash), (x, y) = styles[lane], curves[lane]
        y = np.minimum(y, top)
        axes.fill_between(x, y, color=colour, alpha=0.15, linewidth=0)
        axes.plot(x, y, color=colour, linestyle=dash)
        record = asked.summary(key, interval)
        height = -(lane + 0.5) * _LANE * unit
        axes.plot(record.eti, (height, height), color=colour, linewidth=2.4)
        axes.plot(record.median, height, marker="o", markersize=6, color=colour, clip_on=False)
        if arm.n:
            axes.plot(
                share,
                height,
                marker="D",
                markersize=5,
                color="white",
                markeredgecolor=QUIET,
                clip_on=False,
                gid=f"observed-{lane}",
            )
        slack = max((e for e in (record.mcse_median, *(record.mcse_eti or ())) if e), default=0.0)
        places_ = text.places(slack, 3)
        numbers = (
            f"{text.decimal(record.median, places_)} "
            f"({text.decimal(record.eti[0], places_)} to {text.decimal(record.eti[1], places_)})"
        )
        words.append(f"{_name(arm, key)} {arm.events}/{arm.n}: {numbers}")
        at = 1 - (0.04 + LINE * (lane + 0.5)) / tall
        figure.text(
            0.5, at, words[-1], color=colour, ha="center", va="center", fontsize=SMALL + 0.5
        )
    figure.alt = f"Posterior densities of the probability of {event}. " + "; ".join(words) + "."
    figure.caption = (
        f"Posterior densities of the probability of {event} in each arm. Discs and bars "
        f"(treatment above control): median and {text.percent(interval)} equal-tailed credible "
        "interval; open diamonds: observed proportions."
        + (" Kernel density estimates of the draws." if asked.engine == "nuts" else "")
    )
    return figure


def _height(asked: Any, key: str, x: Floats, y: Floats) -> float:
    """Height that a density may claim: one that grows without limit at 0 or 1 is cut."""
    inner = np.interp(quantiles(asked, key, np.array([0.25, 0.5, 0.75])), x, y)
    finite = y[np.isfinite(y)]
    return min(float(finite.max()), 3 * float(inner.max()))


def _name(arm: Arm, key: str) -> str:
    return (arm.name or key.removeprefix("p_")).capitalize()
