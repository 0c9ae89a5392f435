"""Independent arms under beta priors: the probability of an event under many priors at once.

Each arm's posterior is a mixture of betas again, so that the probability is one integral: of the
density of the arm that is better known times the distribution function of the other, by the
trapezoidal rule on the log odds. What that cannot resolve (a kink where an arm's risk reaches 0 or
1), and other families of priors, are computed alone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from bayes_rsa.defaults import PROBABILITY_ERROR
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event
from bayes_rsa.exact.coordinates import expit, softplus
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.models import independent_arms, require_counts
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

_W: Final = 0.035 * np.arange(-176, 177)
"""Nodes w, 2 sinh(w) distances of a nat from the mode: linear there, 470 distances out at the ends;
every second one makes the coarser rule that tells the error."""
_KNOWN: Final = (
    "odds_ratio",
    "log_odds_ratio",
    "risk_ratio",
    "log_risk_ratio",
    "risk_difference",
    "p_treatment",
    "p_control",
)
_NEGLIGIBLE: Final = 1e-18
_ROUNDING: Final = 1e-13
_SAFETY: Final = 4.0
"""At a kink nodes doubled may change less than what is still missing."""
_CHUNK: Final = 64


def arms_probabilities(
    trial: Trial, priors: Sequence[tuple[Prior, Prior]], event: Event
) -> tuple[Floats, Floats]:
    """Posterior probability of an event under each pair of priors on the arms, and its error.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    priors
        Priors on the event probabilities, treatment and control, as in
        :func:`bayes_rsa.exact.independent_arms`.
    event
        On OR, RR, RD, p_treatment or p_control.

    Returns
    -------
    values, errors
        One for each pair. The error is from the change when the nodes are doubled; a pair for which
        it exceeds 1e-8 is computed again by itself, with the error of its own quadrature.
    """
    values = np.full(len(priors), np.nan)
    errors = np.full(len(priors), np.inf)
    require_counts(trial)
    # Of each combination of components: its pair, the log of its weight, the posterior's shapes.
    parts = [
        (k, w1 + w0, *treatment, *control)
        for k, pair in enumerate(priors)
        if all(_is_beta(prior) for prior in pair)
        for (w1, *treatment), (w0, *control) in itertools.product(
            *(_updated(p, y, n) for p, y, n in zip(pair, trial.events, trial.n, strict=True))
        )
    ]
    if parts:
        table = np.array(parts)
        of, logs = table[:, 0].astype(np.intp), table[:, 1]
        top = np.full(len(priors), -np.inf)
        np.maximum.at(top, of, logs)
        weights = np.exp(logs - top[of])
        weights /= np.bincount(of, weights, len(priors))[of]
        inside, rough = _inside(table[:, 2:], event)
        known = np.unique(of)
        values[known] = np.bincount(of, weights * inside, len(priors))[known]
        errors[known] = np.bincount(of, weights * rough, len(priors))[known]
    for k in np.flatnonzero(~(errors <= PROBABILITY_ERROR)).tolist():
        treatment, control = priors[k]
        alone = independent_arms(trial, treatment=treatment, control=control)
        values[k], errors[k] = alone.probability(event)
    return np.clip(values, 0.0, 1.0), errors


def _is_beta(prior: Prior) -> bool:
    return prior.is_proper and set(prior.families) == {"beta"}


def _updated(prior: Prior, events: float, n: float) -> list[tuple[float, float, float]]:
    """Log weight and shapes of each component of the posterior."""
    from scipy.special import betaln

    found = []
    for component in prior.components:
        if component.weight > 0:
            a, b = component.arguments
            evidence = float(betaln(a + events, b + n - events) - betaln(a, b))
            found.append((math.log(component.weight) + evidence, a + events, b + n - events))
    return found


def _inside(shapes: Floats, event: Event) -> tuple[Floats, Floats]:
    """Probability of the event for betas with these shapes (rows, 4), and its error."""
    key, limits = event.estimand, (event.lower, event.upper)
    if key not in _KNOWN:
        raise InputError("event", key, "the arms do not inform it", f"use one of {_KNOWN}")
    if key in ("p_treatment", "p_control"):
        a, b = shapes[:, :2].T if key == "p_treatment" else shapes[:, 2:].T
        below = [_cdf(a, b, np.clip(x, 0.0, 1.0), np.clip(1.0 - x, 0.0, 1.0)) for x in limits]
        return below[1] - below[0], np.full(len(shapes), _ROUNDING)
    if key.startswith("log_"):
        with np.errstate(over="ignore"):
            limits = (float(np.exp(limits[0])), float(np.exp(limits[1])))
    values, errors = np.empty(len(shapes)), np.empty(len(shapes))
    for start in range(0, len(shapes), _CHUNK):
        some = slice(start, start + _CHUNK)
        values[some], errors[some] = _integrated(shapes[some], key.removeprefix("log_"), limits)
    return values, errors


def _integrated(shapes: Floats, key: str, limits: tuple[float, float]) -> tuple[Floats, Floats]:
    a1, b1, a0, b0 = shapes.T[:, :, None]
    # Along the arm that is better known the other's distribution function is smooth.
    by_treatment = a1 * b1 / (a1 + b1) > a0 * b0 / (a0 + b0)
    a, b = np.where(by_treatment, a1, a0), np.where(by_treatment, b1, b0)
    other = np.where(by_treatment, a0, a1), np.where(by_treatment, b0, b1)
    x = np.log(a) - np.log(b) + 2.0 * np.sqrt(2.0 * (a + b) / (a * b)) * np.sinh(_W)
    log_density = -a * softplus(-x) - b * softplus(x) + np.log(np.cosh(_W))
    mass = np.exp(log_density - log_density.max(axis=1)[:, None])
    mass /= mass.sum(axis=1)[:, None]
    row, node = np.nonzero(mass > _NEGLIGIBLE)
    u, treated = x[row, node], by_treatment[row, 0]
    below = []
    for limit in limits:
        q, rest = _place(key, limit, u, treated)
        below.append(_cdf(other[0][row, 0], other[1][row, 0], q, rest))
    # More on treatment is a larger effect, more on control a smaller one.
    inside = np.where(treated, below[0] - below[1], below[1] - below[0])
    part = np.zeros_like(mass)
    part[row, node] = mass[row, node] * inside
    fine, coarse = part.sum(axis=1), 2.0 * part[:, ::2].sum(axis=1)
    # What lies beyond the ends shows here, too: the coarser rule counts both ends twice.
    lost = np.abs(2.0 * mass[:, ::2].sum(axis=1) - 1.0)
    return fine, _SAFETY * (np.abs(fine - coarse) + lost) + _ROUNDING


def _place(key: str, limit: float, u: Floats, treated: Floats) -> tuple[Floats, Floats]:
    """Where the other arm's probability makes the effect this limit, and 1 minus it.

    ``u`` is the log odds of one arm: of treatment where ``treated``, else of control.
    """
    p, rest = expit(u), expit(-u)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        if key == "odds_ratio":
            shift = np.log(max(limit, 0.0))
            v = np.where(treated, u - shift, u + shift)
            return expit(v), expit(-v)
        if key == "risk_ratio":
            c = max(limit, 0.0)
            q = np.where(treated, p / c, p * c)
            more = np.where(treated, ((c - 1.0) + rest) / c, (1.0 - c) + c * rest)
        else:
            q = np.where(treated, p - limit, p + limit)
            more = np.where(treated, rest + limit, rest - limit)
        q = np.where(np.isnan(q), 1.0, q)
    return np.clip(q, 0.0, 1.0), np.clip(np.where(np.isnan(more), 1.0 - q, more), 0.0, 1.0)


def _cdf(a: Floats, b: Floats, q: Floats, rest: Floats) -> Floats:
    """P(X < q) of a beta, ``rest`` being 1 - q to all its digits."""
    from scipy.special import betainc

    low = q < 0.5
    tail = betainc(np.where(low, a, b), np.where(low, b, a), np.where(low, q, rest))
    return np.asarray(np.where(low, tail, 1.0 - tail))
