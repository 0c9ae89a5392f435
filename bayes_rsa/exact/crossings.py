"""Where a level of one quantity crosses a line t = constant of a chart.

Priors and likelihoods have their peaks, cores and kinks at levels of the log odds, of their mean or
of a contrast; quadrature along a line must know where these are.
"""

from __future__ import annotations

import numpy as np

from bayes_rsa.exact.coordinates import expit, log_cosh, log_sinh, logit
from bayes_rsa.exact.legendre import Floats

QUANTITIES = (
    "treatment",
    "control",
    "midpoint",
    "log_odds_ratio",
    "log_risk_ratio",
    "risk_difference",
)
"""What a level may be of: the two log odds, their mean, and the three contrasts."""


def crossings(chart: str, t: Floats, quantity: str, level: float) -> list[Floats]:
    """Values of u at which ``quantity`` is ``level`` on the line of each t; nan where it never is.

    Parameters
    ----------
    chart
        Name of the chart.
    t
        Shape ``(rows,)``.
    quantity, level
        One of ``QUANTITIES`` and its value.

    Returns
    -------
    list of arrays of shape ``(rows,)``
        One for each branch.
    """
    with np.errstate(all="ignore"):
        if chart in ("treatment", "control"):
            return _on_arm(t, quantity, level, 1.0 if chart == "treatment" else -1.0)
        if quantity == chart:
            return []
        if quantity == "midpoint":
            return [np.full_like(t, level)]
        if quantity in ("treatment", "control"):
            return [_arm_on_contrast(chart, t, quantity, level)]
        return _contrast_on_contrast(chart, t, quantity, level)


def _on_arm(t: Floats, quantity: str, level: float, sign: float) -> list[Floats]:
    # t is one arm's log odds, u the other's; sign is +1 when t is treatment's.
    if quantity in ("treatment", "control"):
        same = (quantity == "treatment") == (sign > 0)
        return [] if same else [np.full_like(t, level)]
    if quantity == "midpoint":
        return [2.0 * level - t]
    if quantity == "log_odds_ratio":
        return [t - sign * level]
    p = expit(t)
    if quantity == "log_risk_ratio":
        return [logit(p * np.exp(-sign * level))]
    return [logit(p - sign * level)]


def _arm_on_contrast(chart: str, t: Floats, quantity: str, level: float) -> Floats:
    x = np.full_like(t, level)
    sign = 1.0 if quantity == "treatment" else -1.0
    if chart == "log_odds_ratio":
        other = x - sign * t
    elif chart == "log_risk_ratio":
        other = logit(expit(x) * np.exp(-sign * t))
    else:
        other = logit(expit(x) - sign * np.tanh(t))
    return 0.5 * (x + other)


def _contrast_on_contrast(chart: str, t: Floats, quantity: str, level: float) -> list[Floats]:
    pair = {chart: t, quantity: np.full_like(t, level)}
    ratio, odds = pair.get("log_risk_ratio"), pair.get("log_odds_ratio")
    difference = pair.get("risk_difference")
    if difference is not None and chart == "risk_difference":
        difference = np.tanh(t)
    if ratio is not None and odds is not None:
        same = np.sign(odds) * (np.abs(odds) - np.abs(ratio))
        inside = (np.sign(odds) == np.sign(ratio)) & (same * np.sign(odds) > 0)
        s = log_sinh(0.5 * (odds - ratio)) - log_sinh(0.5 * ratio)
        return [np.where(inside, s, np.nan)]
    if odds is not None and difference is not None:
        inside = np.sign(odds) == np.sign(difference)
        log_ratio = log_sinh(0.5 * odds) - np.log(np.abs(difference))
        cosh_s = np.exp(log_ratio) - np.cosh(0.5 * odds)
        size = np.arccosh(np.where(inside & (cosh_s >= 1), cosh_s, np.nan))
        big = log_ratio + np.log1p(-np.exp(log_cosh(0.5 * odds) - log_ratio)) + np.log(2.0)
        size = np.where(np.isinf(size) & inside, big, size)
        return [size, -size]
    if ratio is None or difference is None:
        return []
    control = difference / np.expm1(ratio)
    return [0.5 * (logit(control) + logit(control + difference))]
