"""The likelihood of a standardised difference, given both arms' quartiles."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from bayes_rsa.exact.legendre import Floats
from bayes_rsa.trial import Quartiles

_NODES: Final = np.linspace(-3.0, 3.0, 33)
"""Nodes w, 3 sinh(w) SDs from the peak: evenly spaced there, and 30 SDs out at the ends."""
_TABLE: Final = 241
_FAR: Final = 14.0
"""Standardised differences from the likeliest one up to which the likelihood is tabulated."""
_REACH: Final = 1e4
"""Standard errors from the median up to which a location's likelihood is tabulated."""
_TINY: Final = 1e-300
_STEP: Final = 1e-4
_ROUNDS: Final = 60


def quartile_log_likelihood(
    treatment: Quartiles, control: Quartiles, *, rule: int = 6
) -> tuple[Callable[[Floats], Floats], float]:
    """Log-likelihood of standardised differences, and the likeliest one.

    The marker is normal with one SD in both arms; the level and the log of the SD have flat priors
    and are integrated out. Tabulated at 241 places, which leaves an error of about 1e-5 in the log.

    Parameters
    ----------
    treatment, control
        Quartiles and n, on the scale on which the marker is normal.
    rule
        Where the quartiles stand in the sample: 6 for (n + 1)p, 7 for 1 + (n − 1)p.
    """
    from scipy.interpolate import CubicSpline

    joint = _Joint(treatment, control, rule)
    best = joint.likeliest()
    w = np.linspace(-1.0, 1.0, _TABLE) * math.asinh(_FAR)
    places = best + np.sinh(w)
    middle = _TABLE // 2
    logs = np.empty(_TABLE)
    for side in (range(middle, _TABLE), range(middle - 1, -1, -1)):
        start = joint.start
        for k in side:
            start = joint.peak(places[k], start)
            logs[k] = joint.integrated(places[k], start)
    spline = CubicSpline(w, logs)

    def log_likelihood(d: Floats) -> Floats:
        return np.asarray(spline(np.arcsinh(np.asarray(d, dtype=float) - best)))

    return log_likelihood, best


def location_log_likelihood(
    arm: Quartiles, *, rule: int = 6
) -> tuple[Callable[[Floats], Floats], float, float]:
    """Log-likelihood of one arm's location, its median, and the location's rough standard error.

    The log of the arm's own SD has a flat prior and is integrated out.

    Parameters
    ----------
    arm
        Quartiles and n, on the scale on which the marker is normal.
    rule
        As in :func:`quartile_log_likelihood`.
    """
    from scipy.interpolate import CubicSpline

    values, ranks = np.array(arm[:3], dtype=float), _ranks(arm.n, rule)
    spread = (values[2] - values[0]) / 1.349
    error = 1.2 * spread / math.sqrt(arm.n)
    w = np.linspace(-1.0, 1.0, _TABLE) * math.asinh(_REACH)
    at = values[1] + error * np.sinh(w)
    # Far from the median the SD is as large as the distance.
    centre = np.log(np.hypot(spread, at - values[1]))
    s = np.linspace(-1.0, 1.0, 161) * 10.0
    unit = 1.5 / (math.sqrt(arm.n) * math.cosh(4.0))
    log_sd = centre[:, None] + unit * np.sinh(s)
    logs = _order_statistics(values, arm.n, ranks, at[:, None] + 0.0 * log_sd, log_sd)
    logs = logs + np.log(np.cosh(s) * unit * (s[1] - s[0]))
    top = logs.max(axis=1)
    total = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
    spline = CubicSpline(w, total)
    end = w[-1]

    def log_likelihood(location: Floats) -> Floats:
        place = np.arcsinh((location - values[1]) / error)
        inside = np.clip(place, -end, end)
        # Beyond the table it falls as a power of the distance, linearly in the log.
        slope = np.where(place > end, spline(end, 1), spline(-end, 1))
        return np.asarray(spline(inside) + slope * (place - inside))

    return log_likelihood, float(values[1]), error


class _Joint:
    """Log-likelihood of (level, log SD) at a standardised difference."""

    def __init__(self, treatment: Quartiles, control: Quartiles, rule: int) -> None:
        self.arms = [
            (np.array(arm[:3], dtype=float), arm.n, _ranks(arm.n, rule))
            for arm in (treatment, control)
        ]
        spread = [(values[2] - values[0]) / 1.349 for values, _, _ in self.arms]
        middle = 0.5 * (self.arms[0][0][1] + self.arms[1][0][1])
        self.start = np.array([middle, math.log(0.5 * sum(spread))])

    def likeliest(self) -> float:
        """A standardised difference near the likeliest."""
        return float((self.arms[0][0][1] - self.arms[1][0][1]) / math.exp(self.start[1]))

    def __call__(self, level: Floats, log_sd: Floats, d: float) -> Floats:
        shift = 0.5 * d * np.exp(log_sd)
        first = _order_statistics(*self.arms[0], level + shift, log_sd)
        return first + _order_statistics(*self.arms[1], level - shift, log_sd)

    def peak(self, d: float, start: Floats) -> Floats:
        """Where it is highest, by Newton's method from ``start``."""
        at, unit = start.copy(), math.exp(start[1])
        moves = _STEP * np.array([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)])
        for _ in range(_ROUNDS):
            f = self(at[0] + unit * moves[:, 0], at[1] + moves[:, 1], d).reshape(3, 3)
            gradient = np.array([f[2, 1] - f[0, 1], f[1, 2] - f[1, 0]]) / (2 * _STEP)
            cross = (f[2, 2] - f[2, 0] - f[0, 2] + f[0, 0]) / 4
            bend = np.array(
                [
                    [f[2, 1] - 2 * f[1, 1] + f[0, 1], cross],
                    [cross, f[1, 2] - 2 * f[1, 1] + f[1, 0]],
                ]
            )
            values, vectors = np.linalg.eigh(-bend / _STEP**2)
            step = vectors @ ((vectors.T @ gradient) / np.maximum(values, 1e-3))
            step *= min(1.0, 0.5 / max(np.abs(step).max(), _TINY))
            at = at + step * np.array([unit, 1.0])
            # What is left is about the square of the last step.
            if np.abs(step).max() < 1e-3:
                break
        return at

    def integrated(self, d: float, peak: Floats) -> float:
        """Log of its integral over level and log SD, the trapezoidal rule around the peak.

        Levels are counted in SDs: the further out the SD, the wider the level.
        """
        scale = [3.0 / math.sqrt(c) for c in self._curvature(d, peak)]
        x, s = np.meshgrid(*(width * np.sinh(_NODES) for width in scale))
        stretch = np.log(np.cosh(_NODES))
        log_sd = peak[1] + s
        logs = self(peak[0] + x * np.exp(log_sd), log_sd, d) + log_sd + stretch + stretch[:, None]
        top = float(logs.max())
        cell = (_NODES[1] - _NODES[0]) ** 2 * scale[0] * scale[1]
        return top + math.log(float(np.exp(logs - top).sum()) * cell)

    def _curvature(self, d: float, peak: Floats) -> tuple[float, float]:
        unit, h = math.exp(peak[1]), 1e-3
        middle, *sides = self(
            peak[0] + unit * h * np.array([0.0, -1.0, 1.0, 0.0, 0.0]),
            peak[1] + h * np.array([0.0, 0.0, 0.0, -1.0, 1.0]),
            d,
        )
        level, log_sd = (2 * middle - sides[k] - sides[k + 1] for k in (0, 2))
        return max(level / h**2, 1e-2), max(log_sd / h**2, 1e-2)


def _ranks(n: int, rule: int) -> Floats:
    p = np.array([0.25, 0.5, 0.75])
    return (n + 1) * p if rule == 6 else 1 + (n - 1) * p


def _order_statistics(
    value: Floats, n: int, ranks: Floats, location: Floats, log_sd: Floats
) -> Floats:
    from scipy.special import gammaln, log_ndtr

    z = (value - location[..., None]) * np.exp(-log_sd)[..., None]
    below, above = log_ndtr(z), log_ndtr(-z)
    mirrored = z[..., :-1] + z[..., 1:] > 0
    near = np.where(mirrored, above[..., :-1], below[..., 1:])
    far = np.where(mirrored, above[..., 1:], below[..., :-1])
    between = near + np.log(-np.expm1(np.minimum(far - near, -_TINY)))
    gaps, last = np.diff(ranks), n + 1 - ranks[-1]
    constant = gammaln(n + 1) - gammaln(ranks[0]) - gammaln(last) - gammaln(gaps).sum()
    density = (0.5 * z * z + 0.5 * math.log(2 * math.pi)).sum(axis=-1) + 3 * log_sd
    ends = (ranks[0] - 1) * below[..., 0] + (last - 1) * above[..., -1]
    return np.asarray(constant + ends + ((gaps - 1) * between).sum(axis=-1) - density)
