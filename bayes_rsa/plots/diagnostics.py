"""How the chains mixed: trace, ranks by chain, and effective sample size against its target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.style import FAINT, LINE, RULE, SMALL, WIDTHS, series, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

BINS: Final = 20
"""Classes of ranks."""
_LABEL: Final = 1.0
_ROW: Final = 0.52
_GAP: Final = 0.16


@styled
def diagnostics(
    draws: Mapping[str, ArrayLike],
    *,
    target: float = defaults.ESS_TARGET,
    least: float = defaults.ESS_MIN,
) -> JournalFigure:
    """Trace, rank plot and effective sample size of each quantity.

    Parameters
    ----------
    draws
        Draws of each parameter and derived quantity by its name, each of shape (chain, draw), on
        the scale where convergence is judged: ratios as logs.
    target
        Effective sample size that was asked for.
    least
        Effective sample size below which the gate fails.

    Returns
    -------
    JournalFigure
        140 mm wide, a row for each quantity. Ranks are those among all draws (Vehtari et al. 2021,
        doi:10.1214/20-BA1221); effective sample sizes are ArviZ's.
    """
    values = {name: _checked(name, v) for name, v in draws.items()}
    if not values:
        raise InputError("draws", {}, "at least one quantity is drawn", "pass some")
    sizes = {name: _sizes(v) for name, v in values.items()}
    head, foot = 0.1 + LINE, 0.5
    figure = new_figure("page", head + _ROW * len(values) + foot)
    wide, tall = figure.inches
    across = (WIDTHS["page"] - _LABEL - 0.12 - 2 * _GAP) / 3
    lefts = [_LABEL + k * (across + _GAP) for k in range(3)]
    heads = ("Trace", "Ranks by chain", "ESS: \u25cf bulk, \u25cb tail")
    for left, words in zip(lefts, heads, strict=True):
        figure.text(
            left / wide, 1 - 0.05 / tall, words, fontweight="bold", fontsize=SMALL, va="top"
        )
    largest = 1.15 * max(target, *(max(pair) for pair in sizes.values()))
    for row, (name, chains) in enumerate(values.items()):
        bottom = foot + _ROW * (len(values) - 1 - row)
        panels = [
            figure.add_axes((left / wide, bottom / tall, across / wide, 0.8 * _ROW / tall))
            for left in lefts
        ]
        _trace(panels[0], chains)
        _ranks(panels[1], chains)
        _ess(panels[2], sizes[name], target, least, largest)
        last = row == len(values) - 1
        _foot(panels, chains, across, largest, show=last)
        for place, words in enumerate(text.wrap(name, _LABEL - 0.12, SMALL)[:3]):
            at = (bottom + 0.66 * _ROW - place * 0.92 * LINE) / tall
            figure.text(0.04 / wide, at, words, fontsize=SMALL, va="center")
    figure.alt = _alt(sizes, target)
    figure.caption = (
        "Left: draws in order, one line a chain. Middle: share of each chain's draws in twenty "
        "classes of their rank among all draws, relative to an even share; grey: where 95% of the "
        "classes lie if the chains mix and draws are independent. Right: bulk (disc) and tail "
        f"(open) effective sample size; solid line: target {target:,.0f}, dotted: the gate's "
        f"limit {least:,.0f}. Ratios are judged on the log scale."
    )
    return figure


def _checked(name: str, draws: ArrayLike) -> Floats:
    values = np.asarray(draws, dtype=float)
    if values.ndim != 2 or values.shape[1] < BINS:
        raise InputError(
            f"draws[{name!r}]",
            values.shape,
            f"draws have the shape (chain, draw), with at least {BINS} draws",
            "pass a scalar quantity of a fit",
        )
    return values


def _sizes(chains: Floats) -> tuple[float, float]:
    import arviz_stats as azs

    bulk = float(azs.ess(chains, method="bulk"))
    tail = float(azs.ess(chains, method="tail", prob=defaults.TAILS))
    return (bulk, tail) if np.isfinite(bulk + tail) else (0.0, 0.0)


def _trace(axes: Axes, chains: Floats) -> None:
    steps = np.arange(1, chains.shape[1] + 1)
    for number, chain in enumerate(chains):
        colour = series(number)["color"]
        axes.plot(steps, chain, color=colour, linewidth=0.35, alpha=0.7, rasterized=True)
    low, high = np.nanquantile(chains, [0.0005, 0.9995]) if np.isfinite(chains).any() else (-1, 1)
    room = 0.1 * (high - low) or 0.1
    axes.set_ylim(low - room, high + room)
    axes.set_yticks([])


def _ranks(axes: Axes, chains: Floats) -> None:
    order = np.empty(chains.size)
    order[np.argsort(chains, axis=None, kind="stable")] = np.arange(chains.size)
    ranks = order.reshape(chains.shape)
    edges = np.linspace(0, chains.size, BINS + 1)
    even = chains.shape[1] / BINS
    # A class of a chain holds a hypergeometric number of draws, here nearly binomial.
    band = 1.96 * np.sqrt(even * (1 - 1 / BINS)) / even
    axes.axhspan(1 - band, 1 + band, color=FAINT, linewidth=0)
    axes.axhline(1, color=RULE, linewidth=0.6)
    worst = band
    for number, chain in enumerate(ranks):
        share = np.histogram(chain, edges)[0] / even
        axes.stairs(share, edges, baseline=None, linewidth=0.9, color=series(number)["color"])
        worst = max(worst, float(np.abs(share - 1).max()))
    axes.set_ylim(max(1 - 1.15 * worst, -0.05), 1 + 1.15 * worst)
    axes.set_xlim(0, chains.size)
    axes.set_yticks([])


def _ess(
    axes: Axes, sizes: tuple[float, float], target: float, least: float, largest: float
) -> None:
    axes.axvline(target, color=RULE, linewidth=0.9)
    axes.axvline(least, color=RULE, linewidth=0.9, linestyle=":")
    blue = series(0)["color"]
    axes.plot(sizes[0], 0.66, marker="o", markersize=5, color=blue, clip_on=False)
    axes.plot(
        sizes[1], 0.3, marker="o", markersize=5, color="white", markeredgecolor=blue, clip_on=False
    )
    axes.set_xlim(0, largest)
    axes.set_ylim(0, 1)
    axes.set_yticks([])


def _foot(panels: list[Axes], chains: Floats, across: float, largest: float, *, show: bool) -> None:
    """Ticks and labels below the last row only."""
    from bayes_rsa.plots.scale import linear_ticks

    labels = ("draw", "rank", "ESS")
    ends = (float(chains.shape[1]), float(chains.size), largest)
    for axes, words, end in zip(panels, labels, ends, strict=True):
        axes.set_xlim(0, end)
        axes.spines["left"].set_visible(False)
        places, ticks = linear_ticks((0.0, end), 0.8 * across)
        axes.set_xticks(places, ticks if show else [])
        axes.tick_params(axis="x", length=3.0 if show else 0.0)
        # The labels at both ends stay inside, away from the next panel's.
        for tick, place in zip(axes.get_xticklabels(), places, strict=True):
            near = place / end
            tick.set_horizontalalignment(
                "left" if near < 0.05 else "right" if near > 0.9 else "center"
            )
        if show:
            axes.set_xlabel(words, fontsize=SMALL)


def _alt(sizes: Mapping[str, tuple[float, float]], target: float) -> str:
    listed = "; ".join(
        f"{name}: bulk {bulk:,.0f}, tail {tail:,.0f}" for name, (bulk, tail) in sizes.items()
    )
    return f"Trace, ranks and effective sample size (target {target:,.0f}). {listed}."
