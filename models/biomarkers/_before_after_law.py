"""Means and SDs of a sample at baseline and at follow-up: their joint density, and draws."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad

Tensor = Any

STATISTICS: Final = ("baseline_mean", "baseline_sd", "mean", "sd")
NODES: Final = 97
_GRID: Final = np.linspace(-1.0, 1.0, NODES)
_DEPTH: Final = 45.0


def before_after_logp(
    value: Tensor,
    means: Tensor,
    log_sds: Tensor,
    correlation: Tensor,
    n: Tensor,
    _index: Tensor,
) -> Tensor:
    r"""Log density of both sample means and both sample SDs of ``n`` bivariate normal values.

    The means are bivariate normal. The sums of squares are the diagonal of a Wishart matrix, whose
    covariance, which nobody prints, is integrated out by quadrature.

    Parameters
    ----------
    value
        ``STATISTICS`` along the last axis.
    means, log_sds
        Baseline and follow-up along the last axis.
    correlation, n
        Within a patient; number of patients.
    """
    sds = pt.exp(log_sds)
    rest = 1 - correlation * correlation
    x = (value[..., 0] - means[..., 0]) / sds[..., 0]
    y = (value[..., 2] - means[..., 1]) / sds[..., 1]
    normal = (
        pt.log(n / (2 * np.pi))
        - log_sds.sum(axis=-1)
        - 0.5 * pt.log(rest)
        - 0.5 * n * (x * x - 2 * correlation * x * y + y * y) / rest
    )
    printed = value[..., 1::2]
    positive = (printed > 0).all(axis=-1)
    s = pt.switch(printed > 0, printed, 1.0)
    df = n - 1
    # The square roots of both sums of squares over their variances.
    a = pt.sqrt(df) * s[..., 0] / sds[..., 0]
    b = pt.sqrt(df) * s[..., 1] / sds[..., 1]
    half = 0.5 * df
    constant = (
        2 * np.log(2.0)
        - df * np.log(2.0)
        - half * pt.log(rest)
        - 0.5 * np.log(np.pi)
        - pt.gammaln(half)
        - pt.gammaln(half - 0.5)
    )
    # From the sums of squares to the SDs: dA/ds = 2A/s.
    spread = (
        constant
        + df * (pt.log(a) + pt.log(b))
        - pt.log(s).sum(axis=-1)
        - 0.5 * (a * a + b * b) / rest
        + _log_integral(correlation * a * b / rest, half - 0.5)
    )
    return pt.switch(positive, normal + spread, -np.inf)


def _log_integral(slope: Tensor, power: Tensor) -> Tensor:
    """Log of the integral of (1 − q²)^(power − 1) exp(slope q) over −1 < q < 1, by q = tanh w."""
    at, k = disconnected_grad(slope), disconnected_grad(power)
    root = pt.sqrt(k * k + at * at)
    peak = at / (k + root)
    scale = 1 / pt.sqrt(2 * (1 - peak * peak) * (k + at * peak))
    reach = pt.arcsinh((_DEPTH / (2 * k) + 2) / scale)
    centre, scale, reach = (
        disconnected_grad(x)[..., None] for x in (pt.arctanh(peak), scale, reach)
    )
    u = reach * _GRID
    w = centre + scale * pt.sinh(u)
    log_weight = pt.log(pt.cosh(u) * scale * reach * (2.0 / (NODES - 1)))
    # log(1 - tanh²) without loss in the tails.
    log_rest = 2 * (np.log(2.0) - pt.softplus(2 * w) + w)
    return pt.logsumexp(
        power[..., None] * log_rest + slope[..., None] * pt.tanh(w) + log_weight, axis=-1
    )


def before_after_random(
    means: Any,
    log_sds: Any,
    correlation: Any,
    n: Any,
    _index: Any,
    *,
    rng: np.random.Generator,
    size: Any = None,
) -> Any:
    """Draws of what :func:`before_after_logp` is the density of."""
    shape = np.broadcast_shapes(
        np.shape(means)[:-1], np.shape(n), np.shape(correlation), () if size is None else size
    )
    mean, sd = (np.broadcast_to(a, (*shape, 2)) for a in (means, np.exp(log_sds)))
    rho, n = (np.broadcast_to(np.asarray(a, dtype=float), shape) for a in (correlation, n))
    rest = np.sqrt(1 - rho * rho)
    z = rng.standard_normal((*shape, 2))
    x = z[..., 0]
    at = np.stack([x, rho * x + rest * z[..., 1]], axis=-1) / np.sqrt(n)[..., None]
    # Bartlett: the Cholesky factor of a Wishart matrix.
    first = np.sqrt(rng.chisquare(n - 1))
    below, last = rng.standard_normal(shape), np.sqrt(rng.chisquare(n - 2))
    second = np.hypot(rho * first + rest * below, rest * last)
    roots = np.stack([first, second], axis=-1) / np.sqrt(n - 1)[..., None]
    drawn = np.stack([mean + sd * at, sd * roots], axis=-1)
    return drawn.reshape(*shape, 4)
