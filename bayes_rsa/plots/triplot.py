"""Prior, likelihood and posterior of the effect in one panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import of_measure
from bayes_rsa.plots import text
from bayes_rsa.plots.density import Floats, density, quantiles
from bayes_rsa.plots.figure import JournalFigure, new_figure
from bayes_rsa.plots.scale import EstimandScale, dress, favours
from bayes_rsa.plots.style import (
    LIKELIHOOD,
    LINE,
    POSTERIOR,
    PRIOR,
    WIDTHS,
    Width,
    styled,
)
from bayes_rsa.priors import Prior
from bayes_rsa.summaries import as_posterior, probability_record

_POINTS: Final = 2001
_WIDEST: Final = 3.5
"""Half-widths of the posterior that the axis shows at most of the likelihood ..."""
_PRIOR: Final = 2.0
"""... and of the prior."""
_DEPTH: Final = 4.5
"""Depth of the log likelihood below its top that is shown: three standard errors."""


@styled
def triplot(
    posterior: Any,
    prior: Prior,
    log_likelihood: Callable[[Floats], Floats],
    *,
    rope: tuple[float, float] | None = None,
    limits: tuple[float, float] | None = None,
    interval: float = defaults.INTERVAL,
    treatment: str = "treatment",
    control: str = "control",
    width: Width = "page",
) -> JournalFigure:
    """How prior and likelihood make the posterior.

    Parameters
    ----------
    posterior
        A fit or an exact posterior whose effect is the log of its measure (OR, RR, HR), or the
        difference itself (RD, MD).
    prior
        The prior on that effect.
    log_likelihood
        Log likelihood of the effect, up to a constant, as a function of an array of effects: the
        nuisance parameter integrated or profiled out. It is drawn with area one over the axis.
    rope
        Region of practical equivalence to shade, in values of the measure.
    limits
        Ends of the axis, in values of the measure.
    interval
        Probability of the credible interval.
    treatment, control
        Names of the arms.
    width
        ``page`` or ``column``.

    Returns
    -------
    JournalFigure
        Densities per unit of the effect (of the log, for a ratio).
    """
    asked = as_posterior(posterior)
    scale = EstimandScale.of(of_measure(asked.measure).key)
    key = scale.key
    ends = _limits(asked, prior, log_likelihood, scale, limits)
    x = np.linspace(*ends, _POINTS)
    likelihood = _normalised(np.asarray(log_likelihood(x), dtype=float), x)
    at, height = density(asked, key, ends)
    curve = np.exp(prior.logpdf(x))
    if not prior.is_proper:
        curve = curve / (ends[1] - ends[0])
    top = 1.08 * float(max(height.max(), likelihood.max(), _peak(curve, height)))
    left, right, head, body = 0.12, 0.12, 2 * LINE + 0.12, 2.2
    across = WIDTHS[width] - left - right
    sides = favours(asked.better, inches=across, treatment=treatment, control=control)
    foot = 0.44 + LINE * sides.lines
    figure = new_figure(width, head + body + foot)
    wide, high = figure.inches
    axes = figure.add_axes((left / wide, foot / high, across / wide, body / high))
    dress(axes, scale, ends, inches=across, rope=rope)
    axes.set_ylim(0, top)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    sides.write(axes, below=0.42)
    record = asked.summary(key, interval)
    benefit = probability_record(asked, "benefit")
    good = at >= (scale.null or 0.0) if asked.better == "higher" else at <= (scale.null or 0.0)
    axes.fill_between(at, height, where=good, color=POSTERIOR, alpha=0.18, linewidth=0)
    axes.plot(x, np.minimum(curve, 2 * top), color=PRIOR, linestyle="--", label="Prior")
    axes.plot(x, likelihood, color=LIKELIHOOD, linestyle=":", linewidth=1.8, label="Likelihood")
    axes.plot(at, height, color=POSTERIOR, linewidth=1.8, label="Posterior")
    bar = 0.018 * top
    axes.plot(record.eti, (bar, bar), color=POSTERIOR, linewidth=3)
    axes.plot(record.median, bar, marker="o", markersize=6, color=POSTERIOR, clip_on=False)
    values = tuple(scale.value(v) for v in (record.median, *record.eti))
    errors = [e for e in (record.mcse_median, *(record.mcse_eti or ())) if e is not None]
    slack = max(errors, default=0.0) * (values[2] if scale.is_ratio else 1.0)
    numbers = text.estimate(values[0], (values[1], values[2]), slack)
    chance = text.probability(benefit.value, benefit.error)
    figure.legend(loc="upper center", ncols=3, bbox_to_anchor=(0.5, 1.0 - 0.02 / high))
    symbol = scale.estimand.symbol
    note = f"Median {symbol} {numbers}; P(benefit) {chance}"
    figure.text(0.5, 1 - (LINE + 0.1) / high, note, ha="center", va="top")
    figure.alt = (
        f"Prior {prior}, likelihood and posterior of the {symbol}. "
        f"Posterior median {numbers}, P(benefit) {chance}."
    )
    figure.caption = _caption(asked, prior, scale, interval, rope)
    return figure


def _normalised(logs: Floats, x: Floats) -> Floats:
    """A likelihood as a density over the axis."""
    top = float(np.max(logs))
    if not np.isfinite(top):
        raise InputError(
            "log_likelihood", top, "it must be finite somewhere on the axis", "change the limits"
        )
    height = np.exp(logs - top)
    return np.asarray(height / np.trapezoid(height, x))


def _peak(curve: Floats, height: Floats) -> float:
    """Height that the prior may claim: a spike is cut rather than the rest flattened."""
    finite = curve[np.isfinite(curve)]
    return min(float(finite.max(initial=0.0)), 2.5 * float(height.max()))


def _limits(
    asked: Any,
    prior: Prior,
    log_likelihood: Callable[[Floats], Floats],
    scale: EstimandScale,
    limits: tuple[float, float] | None,
) -> tuple[float, float]:
    if limits is not None:
        return scale.position(limits[0]), scale.position(limits[1])
    low, high = (float(q) for q in quantiles(asked, scale.key, np.array([0.0005, 0.9995])))
    middle, half = (low + high) / 2, (high - low) / 2
    floor, ceiling = middle - _WIDEST * half, middle + _WIDEST * half
    wide = np.linspace(floor, ceiling, _POINTS)
    logs = np.asarray(log_likelihood(wide), dtype=float)
    likely = wide[logs >= logs.max() - _DEPTH]
    below, above = prior.interval(0.98) if prior.is_proper else (low, high)
    null = scale.null or 0.0
    return (
        min(low, null - 0.2 * half, float(likely.min()), max(below, middle - _PRIOR * half)),
        max(high, null + 0.2 * half, float(likely.max()), min(above, middle + _PRIOR * half)),
    )


def _caption(
    asked: Any,
    prior: Prior,
    scale: EstimandScale,
    interval: float,
    rope: tuple[float, float] | None,
) -> str:
    on = f"log {scale.estimand.label.lower()}" if scale.is_ratio else scale.estimand.label.lower()
    name = f"{prior.label}, " if prior.label else ""
    shown = (
        f"Prior ({name}{prior}), likelihood (scaled to area one) and posterior of the {on}. "
        f"Disc and bar: posterior median and {text.percent(interval)} equal-tailed credible "
        "interval. Filled: the side of benefit."
    )
    parts = [shown]
    if not prior.is_proper:
        parts.append("The flat prior is improper; it is drawn at an arbitrary height.")
    if rope is not None:
        parts.append(f"Grey band: region of practical equivalence, {text.interval(rope)}.")
    if asked.engine == "nuts":
        parts.append("Posterior: kernel density estimate of the draws.")
    return " ".join(parts)
