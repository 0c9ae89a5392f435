"""Densities and draws of a sample's mean and SD, or of its quartiles, in one arm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt

from bayes_rsa.models._families import _normal_log_cdf as normal_log_cdf

Tensor = Any

_HALF_LOG_2PI = 0.5 * float(np.log(2 * np.pi))
_TINY = 1e-300


# ---- mean and standard deviation --------------------------------------------------------------


def moment_logp(value: Tensor, mean: Tensor, log_sd: Tensor, n: Tensor, is_sd: Tensor) -> Tensor:
    """Log density of a sample mean, or of a sample SD, of ``n`` normal values."""
    z = (value - mean) * pt.exp(-log_sd)
    of_mean = 0.5 * pt.log(n) - log_sd - _HALF_LOG_2PI - 0.5 * n * z * z
    positive = value > 0
    s = pt.switch(positive, value, 1.0)
    half = 0.5 * (n - 1)
    ratio = s * pt.exp(-log_sd)
    constant = np.log(2.0) + half * pt.log(half) - pt.gammaln(half)
    of_sd = constant + 2 * half * (pt.log(s) - log_sd) - pt.log(s) - half * ratio * ratio
    return pt.switch(pt.neq(is_sd, 0), pt.switch(positive, of_sd, -np.inf), of_mean)


def moment_random(
    mean: Any, log_sd: Any, n: Any, is_sd: Any, *, rng: np.random.Generator, size: Any = None
) -> Any:
    """Draws of what :func:`moment_logp` is the density of."""
    mean, log_sd, n, is_sd = _broadcast(size, mean, log_sd, n, is_sd)
    sd = np.exp(log_sd)
    means = mean + sd / np.sqrt(n) * rng.standard_normal(mean.shape)
    sds = sd * np.sqrt(rng.chisquare(n - 1) / (n - 1))
    return np.where(is_sd != 0, sds, means)


# ---- quartiles --------------------------------------------------------------------------------


def quartile_logp(
    value: Tensor, location: Tensor, log_scale: Tensor, n: Tensor, positions: Tensor
) -> Tensor:
    r"""Log density of order statistics of ``n`` normal values, at real positions i, j, k.

    .. math::
        f \propto F_1^{i-1} (F_2 - F_1)^{j-i-1} (F_3 - F_2)^{k-j-1} (1 - F_3)^{n-k} f_1 f_2 f_3

    The spacings of uniform order statistics are Dirichlet(i, j − i, k − j, n + 1 − k); between
    whole positions that is the definition used here.
    """
    z = (value - location[..., None]) * pt.exp(-log_scale[..., None])
    below, above = normal_log_cdf(z), normal_log_cdf(-z)
    low, high = z[..., :-1], z[..., 1:]
    mirrored = low + high > 0
    near = pt.switch(mirrored, above[..., :-1], below[..., 1:])
    far = pt.switch(mirrored, above[..., 1:], below[..., :-1])
    rising = low < high
    share = pt.switch(rising, pt.minimum(far - near, -_TINY), -1.0)
    between = near + pt.log1mexp(share)
    gaps = positions[..., 1:] - positions[..., :-1]
    first, last = positions[..., 0], n + 1 - positions[..., -1]
    constant = pt.gammaln(n + 1) - pt.gammaln(first) - pt.gammaln(last) - pt.gammaln(gaps).sum(-1)
    spacings = (
        (first - 1) * below[..., 0] + (last - 1) * above[..., -1] + ((gaps - 1) * between).sum(-1)
    )
    normal = (-0.5 * z * z - _HALF_LOG_2PI).sum(-1) - value.shape[-1] * log_scale
    return pt.switch(rising.all(axis=-1), constant + spacings + normal, -np.inf)


def quartile_random(
    location: Any,
    log_scale: Any,
    n: Any,
    positions: Any,
    *,
    rng: np.random.Generator,
    size: Any = None,
) -> Any:
    """Draws of what :func:`quartile_logp` is the density of."""
    from scipy.special import ndtri

    location, log_scale, n = _broadcast(size, location, log_scale, n)
    positions = np.broadcast_to(positions, (*location.shape, np.shape(positions)[-1]))
    ends = np.concatenate([np.zeros((*n.shape, 1)), positions, (n + 1)[..., None]], axis=-1)
    gaps = rng.standard_gamma(np.diff(ends, axis=-1))
    p = np.cumsum(gaps, axis=-1)[..., :-1] / gaps.sum(axis=-1, keepdims=True)
    return location[..., None] + np.exp(log_scale)[..., None] * ndtri(p)


def _broadcast(size: Any, *arrays: Any) -> tuple[Any, ...]:
    shape = np.broadcast_shapes(*(np.shape(a) for a in arrays), () if size is None else tuple(size))
    return tuple(np.broadcast_to(np.asarray(a, dtype=float), shape) for a in arrays)
