"""The exact posterior of a two-arm model: what is asked of it, whichever model it came from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np

from bayes_rsa.defaults import INTERVAL, PROBABILITY_ERROR
from bayes_rsa.errors import AccuracyError, InputError
from bayes_rsa.estimands import EstimandSummary, Event, available
from bayes_rsa.estimands.moments import Counts, moment_exists
from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.distribution import (
    DIFFERENCE,
    IDENTITY,
    PROBABILITY,
    RATIO,
    Distribution,
    Scale,
)
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

_CHARTS: Final[Mapping[str, tuple[str, Scale]]] = MappingProxyType(
    {
        "odds_ratio": ("log_odds_ratio", RATIO),
        "log_odds_ratio": ("log_odds_ratio", IDENTITY),
        "risk_ratio": ("log_risk_ratio", RATIO),
        "log_risk_ratio": ("log_risk_ratio", IDENTITY),
        "risk_difference": ("risk_difference", DIFFERENCE),
        "p_treatment": ("treatment", PROBABILITY),
        "p_control": ("control", PROBABILITY),
        "hazard_ratio": ("effect", RATIO),
        "log_hazard_ratio": ("effect", IDENTITY),
        "mean_difference": ("effect", IDENTITY),
    }
)
_NULL: Final = {"odds_ratio": 1.0, "risk_ratio": 1.0, "log_risk_ratio": 0.0, "risk_difference": 0.0}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Piece:
    """One component of the posterior: the density of t for a chart, whose integral is its weight.

    Attributes
    ----------
    components
        Number of the component of each prior, in the order of the model's priors.
    curve
        (chart, orders of the moments to resolve, nodes doubled?) -> curve.
    graded
        The same, for a density that falls off within a hair of a null or a kink; tried second.
    """

    components: tuple[int, ...]
    curve: Callable[[str, int, bool], Curve]
    graded: Callable[[str, int, bool], Curve] | None = None


@dataclass(frozen=True, eq=False)
class ExactPosterior:
    """Posterior of a two-arm model, by deterministic quadrature.

    Nothing is random: the same input gives the same numbers. Distributions of estimands are
    computed when first asked for, and kept.

    Attributes
    ----------
    model
        Name of the model function.
    trial, priors, better, measure
        What it was made from; ``priors`` by parameter.
    counts
        Events and n that the likelihood falls off like, where they are not the trial's own.
    assumptions
        Prior of each parameter that is integrated out or fixed (a point) before anything is asked.
    generative
        Whether the likelihood is a probability of the data.
    """

    model: str
    trial: Trial
    priors: Mapping[str, Prior]
    better: str
    measure: str
    pieces: tuple[Piece, ...] = field(repr=False)
    charts: tuple[str, ...] = field(repr=False)
    log_constant: float = field(repr=False)
    joint: Callable[..., Floats] = field(repr=False)
    counts: Counts | None = field(default=None, repr=False)
    assumptions: Mapping[str, Prior] = MappingProxyType({})
    generative: bool = True
    _kept: dict[tuple[str, bool], tuple[Curve, ...]] = field(
        default_factory=dict, repr=False, init=False
    )

    # What it knows ----------------------------------------------------------------------------

    @property
    def engine(self) -> str:
        """``exact``."""
        return "exact"

    @property
    def arms(self) -> bool:
        """Whether the two arms' probabilities are known, and not only the effect."""
        return self.charts != ("effect",)

    @property
    def estimands(self) -> tuple[str, ...]:
        """Keys of the estimands it informs, in the order printed."""
        return available(self.measure, counts=self.arms)

    @cached_property
    def log_marginal_likelihood(self) -> float | None:
        """Log probability of the data, binomial coefficients included; None if there is none.

        An improper prior has none, nor has a likelihood that is no probability of the data. For a
        reported effect: log density of the estimate, on the scale of ``effect``.
        """
        if not (self.generative and all(prior.is_proper for prior in self.priors.values())):
            return None
        return self._log_total + self.log_constant

    @property
    def weights(self) -> tuple[float, ...]:
        """Posterior probability of each piece: of each combination of prior components."""
        logs = np.array([curve.log_total for curve in self._curves(self.charts[0])])
        return tuple(float(w) for w in np.exp(logs - self._log_total))

    def component_weights(self, parameter: str) -> tuple[float, ...]:
        """Posterior weights of the components of one parameter's prior."""
        if parameter not in self.priors:
            raise InputError(
                "parameter", parameter, "the model has no such prior", f"use {list(self.priors)}"
            )
        place = list(self.priors).index(parameter)
        totals = [0.0] * len(self.priors[parameter].components)
        for piece, weight in zip(self.pieces, self.weights, strict=True):
            totals[piece.components[place]] += weight
        return tuple(totals)

    # Distributions of estimands -----------------------------------------------------------------

    def distribution(self, key: str) -> Distribution:
        """Posterior distribution of an estimand, by its key."""
        known = (*self.estimands, "log_risk_ratio") if self.arms else self.estimands
        if key not in known:
            raise InputError(
                "estimand", key, "this posterior does not inform it", f"use one of {known}"
            )
        chart, scale = self._place(key)
        curves = self._curves(chart)
        logs = np.array([curve.log_total for curve in curves])
        weights = np.exp(logs - _log_sum(logs))
        used = [k for k in range(len(curves)) if weights[k] > 1e-300]
        return Distribution(
            tuple(float(weights[k]) for k in used), tuple(curves[k] for k in used), scale
        )

    def cdf(self, key: str, x: float | Floats) -> Floats:
        """P(X < x | data) for an estimand, at one or more x."""
        return self._each(self.distribution(key).cdf, x)

    def sf(self, key: str, x: float | Floats) -> Floats:
        """P(X > x | data), without loss in the upper tail."""
        return self._each(self.distribution(key).sf, x)

    def pdf(self, key: str, x: float | Floats) -> Floats:
        """Posterior density of an estimand, on its own scale."""
        return self._each(self.distribution(key).pdf, x)

    def ppf(self, key: str, q: float | Floats) -> Floats:
        """Posterior quantile of lower-tail probability q, strictly between 0 and 1."""
        values = np.asarray(q, dtype=float)
        if not ((values > 0) & (values < 1)).all():
            raise InputError("q", q, "a quantile's probability lies between 0 and 1", "change it")
        return self._each(self.distribution(key).ppf, q)

    def probability(self, event: Event) -> tuple[float, float]:
        """P(lower < X < upper | data) for an event on one estimand, and its estimated error.

        Favouring an arm is one event on every scale (OR > 1, RR > 1, RD > 0), and is computed once.
        The error is absolute, from the panels' own estimates; ``error`` doubles the nodes.
        """
        key, value = self._probability(event)
        curves = self._curves(self._place(key)[0])
        return value, max(1e-14, *(curve.error for curve in curves))

    def _probability(self, event: Event) -> tuple[str, float]:
        key, lower, upper = event.estimand, event.lower, event.upper
        if self.arms and key in _NULL:
            limits = {-math.inf, math.inf, _NULL[key]}
            below = lower <= 0 and key in ("odds_ratio", "risk_ratio")
            lower = -math.inf if below else lower
            if lower in limits and upper in limits:
                lower, upper = (x if math.isinf(x) else 0.0 for x in (lower, upper))
                key = "log_odds_ratio"
        law = self.distribution(key)
        if math.isinf(upper) and upper > 0:
            return key, float(law.sf(np.array([lower]))[0])
        if math.isinf(lower) and lower < 0:
            return key, float(law.cdf(np.array([upper]))[0])
        ends = np.array([lower, upper])
        down, up = law.cdf(ends), law.sf(ends)
        if down[1] <= up[0]:
            return key, float(max(down[1] - down[0], 0.0))
        return key, float(max(up[0] - up[1], 0.0))

    def summary(self, key: str, interval: float = INTERVAL) -> EstimandSummary:
        """Mean, SD, median, equal-tailed and highest-density interval of an estimand.

        Parameters
        ----------
        key
            Key of the estimand.
        interval
            Probability of both intervals. The highest-density interval is the shortest one on the
            estimand's own scale.
        """
        if not 0 < interval < 1:
            raise InputError("interval", interval, "it lies between 0 and 1", "write it like 0.95")
        law = self.distribution(key)
        tail = 0.5 * (1.0 - interval)
        low, middle, high = law.ppf(np.array([tail, 0.5, 1.0 - tail]))
        mean, sd = law.moments() if self._exists(key, 1) else (None, None)
        if sd is not None and not self._exists(key, 2):
            sd = None
        return EstimandSummary(
            key,
            interval,
            mean,
            sd,
            float(middle),
            (float(low), float(high)),
            law.shortest(interval),
        )

    # Accuracy -----------------------------------------------------------------------------------

    @cached_property
    def error(self) -> float:
        """Bound on the absolute error of a probability, from doubling the nodes.

        The largest change of a distribution function, over the charts used so far, when all nodes
        are doubled; and not less than the panels' own estimates.
        """
        worst = 0.0
        for chart in sorted({chart for chart, halved in list(self._kept) if not halved}):
            curves, doubled = self._curves(chart), self._curves(chart, halved=True)
            for curve, other in zip(curves, doubled, strict=True):
                share = math.exp(curve.log_total - self._log_total)
                t = curve.ppf(np.linspace(0.02, 0.98, 25))
                change = float(np.max(np.abs(curve.cdf(t) - other.cdf(t))))
                total = abs(math.expm1(other.log_total - curve.log_total))
                worst = max(worst, share * max(change, total, curve.error))
        return worst

    # The joint density --------------------------------------------------------------------------

    def log_density(self, **parameters: Floats) -> Floats:
        """Unnormalised log posterior density of the free parameters, on the unconstrained scale.

        Parameters
        ----------
        **parameters
            One array for each prior: ``effect`` with ``baseline`` or ``midpoint``, on their own
            scales; ``p_treatment`` and ``p_control`` as log odds, with respect to the log odds.
        """
        if set(parameters) != set(self.priors):
            raise InputError(
                "parameters",
                sorted(parameters),
                "each free parameter is named once",
                f"give {', '.join(self.priors)}",
            )
        return self.joint(**{k: np.asarray(v, dtype=float) for k, v in parameters.items()})

    # Inside -------------------------------------------------------------------------------------

    def _place(self, key: str) -> tuple[str, Scale]:
        chart, scale = _CHARTS[key]
        if self.charts == ("effect",):
            return "effect", IDENTITY if key == "risk_difference" else scale
        return chart, scale

    @cached_property
    def _log_total(self) -> float:
        return _log_sum(np.array([curve.log_total for curve in self._curves(self.charts[0])]))

    def _curves(self, chart: str, *, halved: bool = False) -> tuple[Curve, ...]:
        known = self._kept.get((chart, halved))
        if known is not None:
            return known
        order = self._order(chart)
        error = math.inf
        curves: tuple[Curve, ...] = ()
        for again in (False, True):
            curves = tuple(
                (piece.graded if again and piece.graded else piece.curve)(chart, order, halved)
                for piece in self.pieces
            )
            error = self._error_of(chart, curves)
            if error <= PROBABILITY_ERROR:
                self._kept[chart, halved] = curves
                return curves
        raise AccuracyError(
            chart, error, PROBABILITY_ERROR, "use a less extreme prior, or ask about another scale"
        )

    def _error_of(self, chart: str, curves: tuple[Curve, ...]) -> float:
        # The panels' own estimates, and the difference in total mass from the first chart: two
        # integrals of one density in different coordinates.
        logs = np.array([curve.log_total for curve in curves])
        total = _log_sum(logs)
        if not math.isfinite(total):
            return math.inf
        parts = zip(logs, curves, strict=True)
        error = math.fsum(math.exp(log - total) * curve.error for log, curve in parts)
        if chart == self.charts[0]:
            return error
        return max(error, abs(math.expm1(total - self._log_total)))

    def _order(self, chart: str) -> int:
        if chart not in ("log_odds_ratio", "log_risk_ratio", "effect"):
            return 0
        keys = [k for k in self.estimands if self._place(k) == (chart, RATIO)]
        return max((k for key in keys for k in (1, 2) if self._exists(key, k)), default=0)

    def _exists(self, key: str, order: int) -> bool:
        measure = {"log_risk_ratio": "RR", "risk_difference": "RD"}.get(self.model, "OR")
        return moment_exists(key, order, self.counts or self.trial, self.priors, measure)

    @staticmethod
    def _each(function: Callable[[Floats], Floats], x: float | Floats) -> Floats:
        values = np.asarray(x, dtype=float)
        return np.asarray(function(values.ravel()).reshape(values.shape))


def _log_sum(logs: Floats) -> float:
    top = float(np.max(logs))
    if not math.isfinite(top):
        return top
    return top + math.log(float(np.sum(np.exp(logs - top))))


def log_binomial_coefficients(trial: Trial) -> float:
    """Log of the product of both arms' binomial coefficients."""
    return math.fsum(
        math.lgamma(n + 1) - math.lgamma(y + 1) - math.lgamma(n - y + 1)
        for y, n in zip(trial.events, trial.n, strict=True)
    )
