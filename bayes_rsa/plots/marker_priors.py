"""Prior and posterior of a marker's standardised difference, one panel for each prior's scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.scale import linear_ticks
from bayes_rsa.plots.style import POSTERIOR, PRIOR, RULE, SMALL, WIDTHS, styled

Floats = NDArray[np.float64]

_BODY: Final = 0.82
_GAP: Final = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class MarkerPanel:
    """One prior and what becomes of it.

    Parameters
    ----------
    label
        The prior.
    x, prior, posterior
        Differences, sorted, and both densities.
    mean
        Posterior mean.
    """

    label: str
    x: ArrayLike
    prior: ArrayLike
    posterior: ArrayLike
    mean: float


@styled
def marker_priors(
    panels: Sequence[MarkerPanel],
    *,
    markers: Sequence[str],
    direction: str,
    sizes: Sequence[float] = (0.2, 0.5, 0.8),
    setting: str = "",
) -> JournalFigure:
    """Prior and posterior densities of a standardised difference under priors of several scales.

    Parameters
    ----------
    panels
        From the narrowest prior to the widest.
    markers
        Names of the markers that are reported so.
    direction
        ``lower`` or ``higher``: where positive differences lie.
    sizes
        Differences marked by upright lines.
    setting
        What else was assumed; for the caption.

    Returns
    -------
    JournalFigure
        140 mm wide; the panels share the axis of differences, each has densities of its own.
    """
    if not 1 <= len(panels) <= 6:
        raise InputError("panels", len(panels), "one to six priors fit", "choose others")
    curves = [[np.asarray(v, dtype=float) for v in (p.x, p.prior, p.posterior)] for p in panels]
    for panel, (x, *heights) in zip(panels, curves, strict=True):
        if x.ndim != 1 or any(h.shape != x.shape for h in heights) or not (np.diff(x) > 0).all():
            raise InputError(
                f"panels[{panel.label!r}]",
                [np.shape(v) for v in (x, *heights)],
                "sorted differences and two densities of one length",
                "pass arrays of one grid",
            )
    low, high = min(c[0][0] for c in curves), max(c[0][-1] for c in curves)
    key = Key.of(
        [
            Entry("Prior", {"color": PRIOR, "linestyle": "--"}),
            Entry("Posterior", {"color": POSTERIOR}),
            Entry("Posterior mean", {"color": POSTERIOR, "linestyle": (0, (1, 1))}),
        ],
        WIDTHS["page"],
    )
    left, right, head, foot = 0.2, 0.14, 0.12, 0.5 + key.height
    across = WIDTHS["page"] - left - right
    count = len(panels)
    figure = new_figure("page", head + count * _BODY + (count - 1) * _GAP + foot)
    wide, tall = figure.inches
    ticks = linear_ticks((low, high), across)
    for k, (panel, (x, prior, posterior)) in enumerate(zip(panels, curves, strict=True)):
        bottom = tall - head - (k + 1) * _BODY - k * _GAP
        place = (left / wide, bottom / tall, across / wide, _BODY / tall)
        axes = figure.add_axes(place, gid=f"panel-{k}")
        axes.set_xlim(low, high)
        axes.set_ylim(0.0, 1.12 * max(float(prior.max()), float(posterior.max())))
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        last = k == count - 1
        axes.set_xticks(ticks[0], ticks[1] if last else [""] * len(ticks[0]))
        for size in (0.0, *sizes):
            axes.axvline(size, color=RULE, linewidth=0.6, linestyle=(0, (2, 2)), zorder=0)
        axes.fill_between(x, posterior, color=POSTERIOR, alpha=0.15, linewidth=0, zorder=1)
        axes.plot(x, prior, color=PRIOR, linestyle="--", zorder=2)
        axes.plot(x, posterior, color=POSTERIOR, zorder=3)
        height = float(np.interp(panel.mean, x, posterior))
        axes.plot([panel.mean] * 2, [0.0, height], color=POSTERIOR, linestyle=(0, (1, 1)), zorder=3)
        axes.text(
            0.0,
            0.97,
            f"{panel.label}\nposterior mean {text.decimal(panel.mean, 2)}",
            transform=axes.transAxes,
            fontsize=SMALL,
            ha="left",
            va="top",
        )
        if last:
            axes.set_xlabel(f"Standardised difference d (positive: {direction} on treatment)")
    key.write(figure, key.height)
    named = ", ".join(markers)
    means = "; ".join(f"{p.label}: {text.decimal(p.mean, 2)}" for p in panels)
    figure.alt = f"Prior and posterior of d for {named}. Posterior mean under {means}."
    shown = ", ".join(text.short(size) for size in sizes)
    figure.caption = (
        f"{named}: prior and posterior density of the standardised difference under priors of "
        f"several scales. Upright dashes: no difference, and {shown}."
        + (f" {setting}" if setting else "")
    )
    return figure
