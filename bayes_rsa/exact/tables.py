"""Every table that a trial of this size could have shown, at once.

For Box's predictive check and for operating characteristics: arrays of shape
``(n_treatment + 1, n_control + 1)``, indexed by the events of each arm.
"""

from __future__ import annotations

import math
from itertools import pairwise, product
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.coordinates import softplus
from bayes_rsa.exact.legendre import Floats, rule
from bayes_rsa.exact.models import choose_level
from bayes_rsa.exact.plane import prior_levels
from bayes_rsa.priors import Prior

_GRID: Final = 12.0
_CERTAIN: Final = 40.0
"""Log odds at which an event is certain in double precision."""
_CHUNK: Final = 300_000
"""Numbers held at once: they fit the processor's cache."""
_SHORT: Final = 1000
"""Size of an arm up to which 2^-n is a number in double precision."""
_CORE: Final = tuple(sign * x for x in (0.0, 0.7, 1.5, 2.5, 4.0, 6.0, 9.0) for sign in (-1, 1))


def log_marginal_likelihoods(
    n: tuple[int, int],
    *,
    effect: Prior,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> Floats:
    """Log prior predictive probability of every table, for a prior on the log odds ratio.

    Parameters
    ----------
    n
        Patients in (treatment, control).
    effect, baseline, midpoint
        Proper priors, as in :func:`bayes_rsa.exact.log_odds_ratio`.

    Returns
    -------
    array of shape ``(n_treatment + 1, n_control + 1)``
        They sum to 1 on the natural scale: a check of the quadrature.
    """
    name, level = choose_level(baseline, midpoint)
    for parameter, prior in (("effect", effect), (name, level)):
        if not prior.is_proper or prior.atoms:
            raise InputError(
                parameter,
                str(prior),
                "a prior predictive needs a proper density",
                "use a proper prior, such as normal(0, 10)",
            )
    resolution = 1.0 / math.sqrt(max(*n, 4))
    x, log_wx = _nodes(level, resolution)
    delta, log_wd = _gathered(
        *_nodes(effect, resolution), 2.0 * (float(np.abs(x).max()) + _CERTAIN)
    )
    log_w = log_wx[:, None] + log_wd[None, :]
    if name == "baseline":
        l0 = np.broadcast_to(x[:, None], log_w.shape)
        l1 = l0 + delta
    else:
        l0, l1 = x[:, None] - 0.5 * delta, x[:, None] + 0.5 * delta
    keep = log_w > np.max(log_w) - 80.0
    return _predictive(n, l1[keep], l0[keep], log_w[keep])


def log_marginal_likelihoods_by_arm(
    n: tuple[int, int], *, treatment: Prior, control: Prior
) -> Floats:
    """Log prior predictive probability of every table, for independent arms.

    Parameters
    ----------
    n
        Patients in (treatment, control).
    treatment, control
        Proper priors on the arms' probabilities.
    """
    rows = [_arm(m, prior) for m, prior in zip(n, (treatment, control), strict=True)]
    return np.asarray(rows[0][:, None] + rows[1][None, :])


def probability_of_superiority(
    n: tuple[int, int], *, treatment: tuple[float, float], control: tuple[float, float]
) -> Floats:
    """P(p_treatment > p_control | table) for every table, with independent Beta priors.

    Parameters
    ----------
    n
        Patients in (treatment, control).
    treatment, control
        Beta parameters (a, b); all four posterior shapes of every table must be positive.

    Notes
    -----
    By Gauss-Legendre quadrature of the control arm's density times the treatment arm's upper tail,
    on panels in the log odds.
    """
    from scipy import special

    for name, (a, b) in (("treatment", treatment), ("control", control)):
        if not (a > 0 and b > 0):
            raise InputError(name, (a, b), "a Beta prior has a, b > 0", "use (1, 1)")
    (a1, b1), (a0, b0) = treatment, control
    shape = float(min(a0, b0))
    reach = 45.0 / min(shape, 1.0) + math.log(max(*n, 2))
    step = min(0.4, 2.5 / math.sqrt(max(n[1], 1)))
    near = np.arange(-_GRID, _GRID + step / 2, step)
    far = _GRID + np.cumsum(0.5 * 1.3 ** np.arange(60))
    far = far[far < reach + 2.0]
    l0, log_w = _panels(np.concatenate([-far[::-1], near, far]))
    y0 = np.arange(n[1] + 1)[:, None]
    shapes = a0 + y0, b0 + n[1] - y0
    log_f = -shapes[0] * softplus(-l0) - shapes[1] * softplus(l0) + log_w
    log_f = log_f - special.betaln(*shapes)
    density = np.exp(log_f)
    result = np.empty((n[0] + 1, n[1] + 1))
    p0, q0 = np.exp(-softplus(-l0)), np.exp(-softplus(l0))
    for y1 in range(n[0] + 1):
        upper = special.betainc(b1 + n[0] - y1, a1 + y1, q0)
        lower = special.betainc(a1 + y1, b1 + n[0] - y1, p0)
        # Whichever tail is smaller keeps its digits.
        tail = np.where(upper < 0.5, upper, 1.0 - lower)
        result[y1] = density @ tail
    return np.clip(result, 0.0, 1.0)


def _arm(n: int, prior: Prior) -> Floats:
    if not prior.is_proper:
        raise InputError(
            "prior", str(prior), "a prior predictive needs a proper prior", "use beta(1, 1)"
        )
    y = np.arange(n + 1)
    coefficients = _log_choose(n)
    parts = []
    for component in prior.components:
        if component.weight == 0:
            continue
        if component.family == "beta":
            a, b = component.arguments
            log_m = np.array([_log_beta(a + k, b + n - k) - _log_beta(a, b) for k in range(n + 1)])
        else:
            ends = [x for x in component.distribution.support if 0 < x < 1]
            centre = float(component.distribution.ppf(np.array([0.5]))[0])
            marks = [math.log(x) - math.log1p(-x) for x in (*ends, centre)]
            step = 1.0 / math.sqrt(max(n, 4))
            sd = component.arguments[1] if component.family == "logit_normal" else 1.0
            x, log_w = _panels(_mesh(marks, min(sd, 1.0), step, 60.0 + 12.0 * sd))
            log_f = component.distribution.logit_logpdf(x) + log_w
            kernel = -y[:, None] * softplus(-x) - (n - y)[:, None] * softplus(x) + log_f
            top = kernel.max(axis=1)
            log_m = top + np.log(np.exp(kernel - top[:, None]).sum(axis=1))
        parts.append(log_m + math.log(component.weight))
    return np.asarray(np.logaddexp.reduce(np.stack(parts), axis=0) + coefficients)


def _predictive(n: tuple[int, int], l1: Floats, l0: Floats, log_w: Floats) -> Floats:
    total = np.zeros((n[0] + 1, n[1] + 1))
    scale = float(np.max(log_w))
    size = max(1, _CHUNK // (sum(n) + 2))
    # In each arm whatever is less likely is counted, events or their absence.
    for likely1, likely0 in product((False, True), repeat=2):
        some = np.flatnonzero(((l1 > 0) == likely1) & ((l0 > 0) == likely0))
        found = np.zeros_like(total)
        for start in range(0, some.size, size):
            part = some[start : start + size]
            first = _binomial(n[0], -np.abs(l1[part]))
            first *= np.exp(log_w[part] - scale)
            found += first @ _binomial(n[1], -np.abs(l0[part])).T
        total += found[:: -1 if likely1 else 1, :: -1 if likely0 else 1]
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(total) + scale)


def _binomial(n: int, log_odds: Floats) -> Floats:
    # Probability of every number of events at every log odds, none above 0; most of the work.
    k = np.arange(n + 1.0)[:, None]
    if n > _SHORT:
        return np.asarray(np.exp(k * log_odds - n * softplus(log_odds) + _log_choose(n)[:, None]))
    odds = np.exp(log_odds)
    terms = (n - k + 1.0) / np.maximum(k, 1.0) * odds
    terms[0] = np.exp(-n * np.log1p(odds))  # 2^-n or more
    for one, after in pairwise(terms):
        np.multiply(after, one, out=after)
    return np.asarray(terms)


def _nodes(prior: Prior, resolution: float) -> tuple[Floats, Floats]:
    # Nodes of a prior and log weights times density: panels fine enough for the prior, and for a
    # likelihood of this resolution where it is not flat.
    places, weights = [], []
    for component in prior.components:
        if component.weight == 0:
            continue
        peaks, breaks = prior_levels(component)
        law = component.distribution
        low, high = (float(v) for v in law.ppf(np.array([1e-13, 1 - 1e-13])))
        quartiles = law.ppf(np.array([0.25, 0.75]))
        width = float(quartiles[1] - quartiles[0])
        edges = _mesh(
            [*peaks, *(b for b in breaks if b in law.support)],
            width,
            2.0 * resolution,
            40.0 + abs(peaks[0]),
        )
        edges = np.unique(np.concatenate([edges, [low, high]]))
        edges = edges[(edges >= low) & (edges <= high)]
        x, log_w = _panels(edges)
        places.append(x)
        weights.append(law.logpdf(x) + log_w + math.log(component.weight))
    return np.concatenate(places), np.concatenate(weights)


def _gathered(x: Floats, log_w: Floats, reach: float) -> tuple[Floats, Floats]:
    # Beyond the reach the likelihood is constant: the far nodes of either side are one.
    kept = np.abs(x) <= reach
    places, weights = [x[kept]], [log_w[kept]]
    for far, place in ((x < -reach, -reach), (x > reach, reach)):
        if far.any():
            places.append(np.array([place]))
            weights.append(np.logaddexp.reduce(log_w[far], keepdims=True))
    return np.concatenate(places), np.concatenate(weights)


def _mesh(marks: list[float], scale: float, step: float, reach: float) -> Floats:
    # Panels of the likelihood's size where it can vary, of the prior's near its marks, and
    # geometric beyond.
    fine = np.arange(-_GRID, _GRID + step, max(6.0 * step, 0.05))
    far = _GRID * 1.6 ** np.arange(1, 62)
    core = [m + scale * np.array(_CORE) for m in marks]
    tails = [m + sign * 9.0 * scale * 2.0 ** np.arange(50) for m in marks for sign in (-1, 1)]
    edges = np.unique(np.concatenate([fine, far, -far, *core, *tails]))
    edges = edges[np.abs(edges) < max(reach, 1e13)]
    gap = np.diff(edges)
    smallest = np.maximum(0.3 * min(scale, 4.0 * step), 0.2 * (np.abs(edges[1:]) - _GRID))
    kept = np.concatenate([[True], gap > smallest]) | np.isin(edges, marks)
    return np.asarray(edges[kept])


def _panels(edges: Floats) -> tuple[Floats, Floats]:
    nodes, weights, _ = rule()
    half = 0.5 * np.diff(edges)
    x = (edges[:-1] + half)[:, None] + half[:, None] * nodes
    return x.ravel(), np.log(half[:, None] * weights).ravel()


def _log_choose(n: int) -> Floats:
    return np.array(
        [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(n + 1)]
    )


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
