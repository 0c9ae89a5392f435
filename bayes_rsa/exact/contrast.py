"""The likelihood of the log odds ratio, its nuisance integrated out: what a sweep needs.

With an effect prior independent of the nuisance prior, ``posterior(delta) ~ prior(delta)
m(delta)``, and neither ``m`` nor the probability of an event given delta depends on the effect
prior. Both are computed once, on fixed nodes; then any number of effect priors is one matrix
product.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bayes_rsa.defaults import PROBABILITY_ERROR
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event
from bayes_rsa.exact.coordinates import log_risk_ratio, risk_difference
from bayes_rsa.exact.legendre import NODES, Floats, rule
from bayes_rsa.exact.marginal import line_integrals
from bayes_rsa.exact.models import choose_level, likelihood, log_odds_ratio, require_counts
from bayes_rsa.exact.plane import Plane, prior_term
from bayes_rsa.exact.points import distinct
from bayes_rsa.exact.posterior import ExactPosterior, log_binomial_coefficients
from bayes_rsa.exact.rows import Indices, totals
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

_CHART: Final = "log_odds_ratio"
_CHUNK: Final = 64
"""Priors at a time: their densities at all nodes fit the processor's cache."""
_WIDEST: Final = 0.45
"""Widest panel near the peak of the likelihood: it resolves priors of SD 0.15."""
_GRADES: Final = np.concatenate([[0.0], 0.1 ** np.arange(6), -(0.1 ** np.arange(6))])
_NULL: Final = {"odds_ratio": 1.0, "risk_ratio": 1.0}
_QUANTITY: Final = {
    "risk_ratio": "log_risk_ratio",
    "log_risk_ratio": "log_risk_ratio",
    "risk_difference": "risk_difference",
    "p_treatment": "treatment",
    "p_control": "control",
}


@dataclass(frozen=True, slots=True)
class _Grid:
    """Nodes in delta, and weights that turn a prior density there into integrals.

    ``weights[:, 0]`` integrates the prior times m, ``weights[:, 1 + j]`` the part inside event j:
    the prior is interpolated on each panel, m and the event are not. ``log_scale`` is the log of
    the factor taken out of m.
    """

    nodes: Floats
    weights: Floats
    log_scale: float
    ends: Floats
    log_ends: Floats


@dataclass(frozen=True, eq=False)
class ContrastLikelihood:
    """Likelihood of the log odds ratio with the baseline or midpoint integrated out.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    baseline, midpoint
        Nuisance prior, as in :func:`bayes_rsa.exact.log_odds_ratio`; it must be proper.
    """

    trial: Trial
    baseline: Prior | None = None
    midpoint: Prior | None = None
    _kept: dict[tuple[tuple[Event, ...], bool], _Grid] = field(
        default_factory=dict, repr=False, init=False
    )

    def __post_init__(self) -> None:
        require_counts(self.trial)
        name, level = choose_level(self.baseline, self.midpoint)
        if not level.is_proper or level.atoms:
            raise InputError(
                name, str(level), "a sweep needs a proper density here", "use normal(0, 10)"
            )

    @property
    def nuisance(self) -> tuple[str, Prior]:
        """Name and prior of the nuisance parameter."""
        return choose_level(self.baseline, self.midpoint)

    def posterior(self, effect: Prior) -> ExactPosterior:
        """Exact posterior under one effect prior."""
        return log_odds_ratio(
            self.trial, effect=effect, baseline=self.baseline, midpoint=self.midpoint
        )

    def log_likelihood(self, delta: float | Floats) -> Floats:
        """Log probability of the data given the log odds ratio, binomial coefficients included.

        At 0 it is the log marginal likelihood of the point null, with the same nuisance prior: the
        difference from ``ExactPosterior.log_marginal_likelihood`` is a log Bayes factor.
        """
        values = np.asarray(delta, dtype=float)
        logs = np.stack(
            [line_integrals(plane, _CHART, values.ravel())[0] for plane in self._planes()]
        )
        total = np.logaddexp.reduce(logs, axis=0) + log_binomial_coefficients(self.trial)
        return np.asarray(total.reshape(values.shape))

    def probabilities(
        self, priors: Sequence[Prior], events: Sequence[Event]
    ) -> tuple[Floats, Floats]:
        """Posterior probability of each event under each effect prior, and its error.

        Parameters
        ----------
        priors
            Effect priors on the log odds ratio.
        events
            Events on OR, RR, RD, p_treatment or p_control.

        Returns
        -------
        values, errors
            Shape ``(priors, events)``. The error is the change when the nodes are doubled; a prior
            for which it exceeds 1e-8 (a very narrow one, or one with heavy tails or kinks) is
            computed again by itself, with the error of its own quadrature.
        """
        wanted = tuple(_plain(event) for event in events)
        coarse = self._totals(priors, self._grid(wanted, fine=False))
        fine = self._totals(priors, self._grid(wanted, fine=True))
        values = fine[1]
        errors = np.abs(fine[1] - coarse[1]) + fine[2][:, None]
        refine = np.flatnonzero(~(errors.max(axis=1, initial=0.0) <= PROBABILITY_ERROR))
        for k in refine:
            posterior = self.posterior(priors[int(k)])
            for j, event in enumerate(wanted):
                values[k, j], errors[k, j] = posterior.probability(event)
        return np.clip(values, 0.0, 1.0), np.maximum(errors, 1e-14)

    def log_marginal_likelihoods(self, priors: Sequence[Prior]) -> tuple[Floats, Floats]:
        """Log marginal likelihood under each (proper) effect prior, and its error."""
        coarse = self._totals(priors, self._grid((), fine=False))
        fine = self._totals(priors, self._grid((), fine=True))
        values = fine[0] + log_binomial_coefficients(self.trial)
        errors = np.abs(fine[0] - coarse[0]) + fine[2]
        for k in np.flatnonzero(~(errors <= PROBABILITY_ERROR)):
            posterior = self.posterior(priors[int(k)])
            alone = posterior.log_marginal_likelihood
            if alone is None:
                raise InputError(
                    "effect", str(priors[int(k)]), "an improper prior has none", "use a proper one"
                )
            values[k], errors[k] = alone, posterior.probability(Event("log_odds_ratio", 0, 1))[1]
        return values, errors

    # Inside -------------------------------------------------------------------------------------

    def _planes(self) -> list[Plane]:
        name, level = self.nuisance
        quantity = "control" if name == "baseline" else "midpoint"
        return [
            Plane((*likelihood(self.trial), prior_term(quantity, component, weighted=True)))
            for component in level.components
            if component.weight > 0
        ]

    def _grid(self, events: tuple[Event, ...], *, fine: bool) -> _Grid:
        known = self._kept.get((events, fine))
        if known is None:
            known = self._made(events, fine)
            self._kept[events, fine] = known
        return known

    def _made(self, events: tuple[Event, ...], fine: bool) -> _Grid:
        edges = self._edges()
        if fine:
            edges = np.sort(np.concatenate([edges, 0.5 * (edges[1:] + edges[:-1])]))
        gauss, gauss_weights, analysis = rule()
        marks = [_graded(e.estimand, x, edges) for e in events for x in (e.lower, e.upper)]
        cuts = distinct(np.concatenate([edges, *marks]))
        cuts = cuts[np.concatenate([[True], np.diff(cuts) > 1e-12])]
        half = 0.5 * np.diff(cuts)
        x = ((cuts[:-1] + half)[:, None] + half[:, None] * gauss).ravel()
        planes = self._planes()
        logs = [line_integrals(plane, _CHART, x)[0] for plane in planes]
        total = np.logaddexp.reduce(np.stack(logs), axis=0)
        log_scale = float(np.max(total))
        mass = np.empty((x.size, 1 + len(events)))
        mass[:, 0] = np.exp(total - log_scale)
        for j, event in enumerate(events):
            if event.estimand == "log_odds_ratio":
                mass[:, 1 + j] = mass[:, 0] * ((x > event.lower) & (x < event.upper))
                continue
            parts = np.stack([_given(plane, x, event) for plane in planes])
            mass[:, 1 + j] = np.exp(np.logaddexp.reduce(parts, axis=0) - log_scale)
        mass *= (half[:, None] * gauss_weights).ravel()[:, None]
        panel = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, edges.size - 2)
        width = np.diff(edges)
        place = 2.0 * (x - edges[panel]) / width[panel] - 1.0
        nodal = np.polynomial.legendre.legvander(place, NODES - 1) @ analysis.T
        weights = np.zeros((edges.size - 1, NODES, mass.shape[1]))
        np.add.at(weights, panel, nodal[:, :, None] * mass[:, None, :])
        nodes = (edges[:-1] + 0.5 * width)[:, None] + 0.5 * width[:, None] * gauss
        ends = edges[[0, -1]]
        log_ends = np.logaddexp.reduce(
            np.stack([line_integrals(plane, _CHART, ends)[0] for plane in planes]), axis=0
        )
        return _Grid(nodes.ravel(), weights.reshape(nodes.size, -1), log_scale, ends, log_ends)

    def _edges(self) -> Floats:
        (y1, y0), (n1, n0) = self.trial.events, self.trial.n
        cells = [y + 0.5 for y in (y1, n1 - y1, y0, n0 - y0)]
        centre = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
        scale = math.sqrt(sum(1 / c for c in cells))
        # Where little was observed the likelihood is wide, and the priors are the narrow ones.
        count = max(6, math.ceil(7.2 * scale / _WIDEST))
        near = centre + 7.2 * scale * np.arange(-count, count + 1) / count
        far = 7.2 * scale * 1.6 ** np.arange(1, 30)
        far = far[far < max(25.0, 60.0 * scale)]
        edges = distinct(np.concatenate([near, centre + far, centre - far]))
        return np.asarray(edges)

    def _totals(self, priors: Sequence[Prior], grid: _Grid) -> tuple[Floats, Floats, Floats]:
        logs = np.empty(len(priors))
        values = np.empty((len(priors), grid.weights.shape[1] - 1))
        outside = np.empty(len(priors))
        reach = 1.0 + np.abs(grid.ends)
        for start in range(0, len(priors), _CHUNK):
            chunk = slice(start, min(start + _CHUNK, len(priors)))
            log_prior = _log_priors(priors[chunk], grid.nodes)
            top = log_prior.max(axis=1)
            top = np.where(np.isfinite(top), top, 0.0)
            log_prior -= top[:, None]
            sums = np.exp(log_prior, out=log_prior) @ grid.weights
            with np.errstate(divide="ignore", invalid="ignore"):
                logs[chunk] = top + np.log(sums[:, 0]) + grid.log_scale
                values[chunk] = sums[:, 1:] / sums[:, :1]
                log_ends = _log_priors(priors[chunk], grid.ends) + grid.log_ends
                tails = np.exp(log_ends - logs[chunk][:, None]) * reach
            outside[chunk] = np.where(sums[:, 0] > 0, tails.sum(axis=1), np.inf)
        return logs, values, outside


def _log_priors(priors: Sequence[Prior], x: Floats) -> Floats:
    if all(prior.families == ("normal",) for prior in priors):
        mean, sd = np.array([prior.components[0].arguments for prior in priors]).T[:, :, None]
        # In place: a grid of priors is more memory than arithmetic.
        z = x - mean
        z /= sd
        z *= z
        z *= -0.5
        z -= np.log(sd) + 0.5 * math.log(2 * math.pi)
        return np.asarray(z)
    return np.stack([prior.logpdf(x) for prior in priors])


def _plain(event: Event) -> Event:
    """The same event on the log odds ratio where it is one, ratios on the log scale otherwise."""
    key, lower, upper = event.estimand, event.lower, event.upper
    if key in _NULL:
        lower, upper = (-math.inf if x <= 0 else math.log(x) for x in (lower, upper))
        key = f"log_{key}"
    if key == "log_odds_ratio":
        return Event(key, lower, upper)
    if key not in _QUANTITY:
        raise InputError("event", key, "a sweep does not inform it", "use OR, RR, RD or an arm")
    contrast = key in ("log_risk_ratio", "risk_difference")
    if contrast and all(x == 0 or math.isinf(x) for x in (lower, upper)):
        return Event("log_odds_ratio", lower, upper)
    return Event(key, lower, upper)


def _level(key: str, value: float) -> float:
    if key in ("p_treatment", "p_control"):
        with np.errstate(divide="ignore"):
            return float(np.log(value) - np.log1p(-value)) if 0 < value < 1 else math.nan
    return value


def _graded(key: str, value: float, edges: Floats) -> Floats:
    # Cuts that close in on where the event's probability given delta is not smooth.
    if not math.isfinite(value):
        return np.empty(0)
    if key == "log_odds_ratio":
        cuts = np.array([value])
    elif key == "risk_difference" and 0 < abs(value) < 1:
        cuts = 4.0 * math.atanh(value) + _GRADES
    elif key == "log_risk_ratio":
        cuts = value + _GRADES
    else:
        return np.empty(0)
    return np.asarray(cuts[(cuts > edges[0]) & (cuts < edges[-1])])


def _given(plane: Plane, t: Floats, event: Event) -> Floats:
    """Log of the integral over each line of the part inside the event."""
    quantity = _QUANTITY[event.estimand]
    levels = [_level(event.estimand, x) for x in (event.lower, event.upper)]
    marks = tuple((quantity, x) for x in levels if math.isfinite(x))
    density = plane.along(_CHART, t)
    read: dict[str, Callable[[Floats, Floats], Floats]] = {
        "log_risk_ratio": log_risk_ratio,
        "risk_difference": risk_difference,
        "treatment": lambda s, d: s + d,
        "control": lambda s, d: s - d,
    }
    get = read[quantity]
    low, high = (
        x if math.isfinite(x) else y for x, y in zip(levels, (-np.inf, np.inf), strict=True)
    )

    def inside(row: Indices, u: Floats) -> Floats:
        value = get(u, 0.5 * t[row])
        return np.where((value > low) & (value < high), density(row, u), -np.inf)

    breaks = plane.levels_on(_CHART, t, (*plane.breaks, *marks))
    return totals(inside, plane.seeds_on(_CHART, t), breaks)[0]
