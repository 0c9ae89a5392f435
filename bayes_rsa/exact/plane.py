"""A posterior density on the plane of the two log odds, as a sum of log terms."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa.exact.coordinates import (
    CHARTS,
    expit,
    log_risk_ratio,
    risk_difference,
    softplus,
)
from bayes_rsa.exact.crossings import crossings
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.points import distinct
from bayes_rsa.exact.rows import Indices
from bayes_rsa.priors import Component, Prior

Level = tuple[str, float]
"""A quantity (see ``crossings.QUANTITIES``) and one of its values."""
_CORES: Final = (-300.0, -30.0, -3.0, 0.0, 3.0, 30.0, 300.0)
_HEAVY: Final = frozenset({"student_t", "cauchy", "inverse_gamma", "lognormal"})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Term:
    """One additive term of a log density, and where it has its peak, its core and its kinks.

    Attributes
    ----------
    value
        (s, d) -> the term.
    quantity, evaluate
        The one quantity it is a function of, and that function; empty if there is none.
    """

    value: Callable[[Floats, Floats], Floats]
    quantity: str = ""
    evaluate: Callable[[Floats], Floats] | None = None
    peaks: tuple[Level, ...] = ()
    breaks: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plane:
    """An unnormalised log density with respect to the two log odds."""

    terms: tuple[Term, ...]

    def __call__(self, s: Floats, d: Floats) -> Floats:
        """Log density at mean ``s`` and half-difference ``d`` of the two log odds."""
        total = self.terms[0].value(s, d)
        for term in self.terms[1:]:
            total = total + term.value(s, d)
        return total

    @property
    def peaks(self) -> tuple[Level, ...]:
        """Peaks of all terms."""
        return tuple(level for term in self.terms for level in term.peaks)

    @property
    def breaks(self) -> tuple[Level, ...]:
        """Cores and kinks of all terms."""
        return tuple(level for term in self.terms for level in term.breaks)

    def along(self, chart: str, t: Floats) -> Callable[[Indices, Floats], Floats]:
        """Log density of u along the lines of these ``t``, Jacobian included."""
        place = CHARTS[chart].place
        # A term of the chart's own quantity is constant along a line; taking it from t, and not
        # from (s, d), keeps rounding from carrying it across the edge of a prior's support.
        own = np.tanh(t) if chart == "risk_difference" else t
        constant = np.zeros_like(t)
        varying = []
        for term in self.terms:
            if term.quantity == chart and term.evaluate is not None:
                constant = constant + term.evaluate(own)
            else:
                varying.append(term.value)

        def log_density(row: Indices, u: Floats) -> Floats:
            s, d, log_jacobian = place(t[row], u)
            total = constant[row] + log_jacobian
            for value in varying:
                total = total + value(s, d)
            return total

        return log_density

    def levels_on(self, chart: str, t: Floats, levels: tuple[Level, ...]) -> Floats:
        """Where these levels cross the lines of these ``t``: shape ``(rows, k)``, nan for none."""
        found = [u for level in levels for u in crossings(chart, t, *level)]
        return np.stack(found, axis=1) if found else np.empty((t.size, 0))

    def seeds_on(self, chart: str, t: Floats) -> Floats:
        """Where the peaks of all terms cross these lines, and a place on every line beside them."""
        l1, l0 = _value(self.peaks, "treatment"), _value(self.peaks, "control")
        u = {"treatment": l0, "control": l1, "risk_difference": 0.0}.get(chart, 0.5 * (l1 + l0))
        levels = self.levels_on(chart, t, self.peaks)
        return np.concatenate([np.full((t.size, 1), u), levels], axis=1)

    def levels_at_peaks(self, chart: str) -> Floats:
        """Values of t where a break meets the peak of an arm's likelihood."""
        found = []
        for arm in ("treatment", "control"):
            peak = np.array([_value(self.peaks, arm)])
            for quantity, level in self.breaks:
                for other in crossings(arm, peak, quantity, level):
                    point = (float(peak[0]), float(other[0]))
                    found.append(_t_of(chart, point if arm == "treatment" else point[::-1]))
        return _distinct(found)

    def levels_of(self, chart: str) -> tuple[Floats, Floats]:
        """Values of t near which the marginal density has its peaks, and its breaks."""
        anchor = (_value(self.peaks, "treatment"), _value(self.peaks, "control"))
        first = [anchor, *(_moved(anchor, level) for level in self.peaks)]
        second = [_moved(point, level) for point in first for level in self.peaks]
        peaks = [_t_of(chart, point) for point in (*first, *second)]
        breaks = [
            _own(chart, value) if quantity == chart else _t_of(chart, _moved(anchor, level))
            for level in self.breaks
            for quantity, value in (level,)
        ]
        breaks += [t for level in self.breaks for t in _tangents(chart, *level)]
        return _distinct(peaks), _distinct(breaks)


def binomial(arm: str, events: float, n: float) -> Term:
    """Log likelihood of one arm, without the binomial coefficient."""
    return arm_term(arm, *binomial_likelihood(events, n))


def arm_term(arm: str, evaluate: Callable[[Floats], Floats], peak: float) -> Term:
    """A term that is a function of one arm's log odds, with its peak."""
    sign = 1.0 if arm == "treatment" else -1.0
    return Term(lambda s, d: evaluate(s + sign * d), arm, evaluate, ((arm, peak),))


def binomial_likelihood(events: float, n: float) -> tuple[Callable[[Floats], Floats], float]:
    """Log likelihood as a function of the log odds, without the coefficient; about its peak."""
    level = math.log(events + 0.5) - math.log(n - events + 0.5)
    p = (events + 0.5) / (n + 1.0)
    top = -events * math.log1p(math.exp(-level)) - (n - events) * math.log1p(math.exp(level))

    def evaluate(log_odds: Floats) -> Floats:
        # In terms of the distance from the peak, so that no digits are lost for a large n.
        x = log_odds - level
        low = np.minimum(x, 600.0)
        return top + events * x - n * (np.log1p(p * np.expm1(low)) + (x - low))

    return evaluate, level


def prior_term(quantity: str, component: Component, *, weighted: bool = False) -> Term:
    """Log density of one prior component on a quantity (log odds for an arm's probability)."""
    law = component.distribution
    shift = math.log(component.weight) if weighted else 0.0
    if quantity in ("treatment_probability", "control_probability"):
        arm = quantity.removesuffix("_probability")
        evaluate = law.logit_logpdf
        peaks, breaks = _arm_levels(arm, component)
        quantity = arm
    else:
        evaluate = law.logpdf
        peak_values, break_values = prior_levels(component)
        peaks = tuple((quantity, x) for x in peak_values)
        breaks = tuple((quantity, x) for x in break_values)
    if shift:
        plain = evaluate

        def evaluate(x: Floats) -> Floats:
            return plain(x) + shift

    return Term(_on(quantity, evaluate), quantity, evaluate, peaks, breaks)


def possible_mass(measure: str, effect: Prior) -> Term:
    """Minus the log of the effect prior's mass on what is possible at the control probability."""

    def value(s: Floats, d: Floats) -> Floats:
        l0 = s - d
        if measure == "log_risk_ratio":
            lower, upper = np.full_like(l0, -np.inf), softplus(-l0)
        else:
            lower, upper = -expit(l0), expit(-l0)
        mass = np.asarray(effect.log_mass(lower, upper))
        # Where no effect is possible there is no density: -inf, and not the inf that would meet it.
        return np.where(np.isneginf(mass), -np.inf, -mass)

    breaks = tuple(
        ("control", level)
        for end in effect.support
        if math.isfinite(end)
        for level in _control_at_edge(measure, end)
    )
    return Term(value, breaks=breaks)


def effect_jacobian(measure: str) -> Term:
    """Log of the derivative of the effect with respect to treatment's log odds."""
    if measure == "log_risk_ratio":
        return Term(lambda s, d: -softplus(s + d))
    return Term(lambda s, d: -softplus(s + d) - softplus(-(s + d)))


def _control_at_edge(measure: str, end: float) -> Iterator[float]:
    if measure == "log_risk_ratio":
        odds = [math.exp(-end)] if end > 0 else []
    else:
        odds = [abs(end), 1.0 - abs(end)] if 0 < abs(end) < 1 else []
    for p in odds:
        yield math.log(p) - math.log1p(-p)


def _on(quantity: str, evaluate: Callable[[Floats], Floats]) -> Callable[[Floats, Floats], Floats]:
    read: dict[str, Callable[[Floats, Floats], Floats]] = {
        "treatment": lambda s, d: s + d,
        "control": lambda s, d: s - d,
        "midpoint": lambda s, _d: s,
        "log_odds_ratio": lambda _s, d: 2.0 * d,
        "log_risk_ratio": log_risk_ratio,
        "risk_difference": risk_difference,
    }
    get = read[quantity]
    return lambda s, d: evaluate(get(s, d))


def prior_levels(component: Component) -> tuple[list[float], list[float]]:
    """Where a prior component has its centre, and where its core and kinks."""
    law = component.distribution
    if not law.is_proper:
        return [], []
    names = dict(zip(type(law).arguments, component.arguments, strict=True))
    if component.family in ("normal", "student_t", "cauchy", "logistic"):
        centre = names.get("location", names.get("mean", 0.0))
        scale = names.get("scale", names.get("sd", 1.0))
    else:
        low, centre, high = (float(x) for x in law.ppf(np.array([0.16, 0.5, 0.84])))
        scale = 0.5 * (high - low)
    breaks = [end for end in law.support if math.isfinite(end)]
    if component.family in _HEAVY:
        breaks += [centre + k * scale for k in _CORES]
    return [centre], breaks


def _arm_levels(arm: str, component: Component) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    if component.family == "logit_normal":
        return ((arm, component.arguments[0]),), ()
    if component.family == "beta":
        a, b = component.arguments
        return ((arm, math.log(a + 0.01) - math.log(b + 0.01)),), ()
    law = component.distribution
    centre = float(law.ppf(np.array([0.5]))[0])
    ends = [x for x in law.support if 0 < x < 1]
    return (
        ((arm, math.log(centre) - math.log1p(-centre)),),
        tuple((arm, math.log(x) - math.log1p(-x)) for x in ends),
    )


def _value(levels: tuple[Level, ...], quantity: str) -> float:
    return next(value for name, value in levels if name == quantity)


def _moved(point: tuple[float, float], level: Level) -> tuple[float, float]:
    # The point of the plane at this level that keeps what the level leaves free.
    l1, l0 = point
    quantity, value = level
    if quantity == "treatment":
        return value, l0
    if quantity == "control":
        return l1, value
    if quantity == "midpoint":
        half = 0.5 * (l1 - l0)
        return value + half, value - half
    s = np.array([0.5 * (l1 + l0)])
    t = np.array([value])
    if quantity == "risk_difference":
        t = np.arctanh(np.clip(t, -1 + 1e-12, 1 - 1e-12))
    _, d, _ = CHARTS[quantity].place(t, s)
    return float(s[0] + d[0]), float(s[0] - d[0])


def _t_of(chart: str, point: tuple[float, float]) -> float:
    l1, l0 = point
    if chart in ("treatment", "control"):
        return l1 if chart == "treatment" else l0
    s, d = np.array([0.5 * (l1 + l0)]), np.array([0.5 * (l1 - l0)])
    if chart == "log_odds_ratio":
        return l1 - l0
    if chart == "log_risk_ratio":
        return float(log_risk_ratio(s, d)[0])
    size = float(np.abs(risk_difference(s, d))[0])
    return math.copysign(math.atanh(min(size, 1 - 1e-12)), l1 - l0)


def _own(chart: str, value: float) -> float:
    if chart != "risk_difference":
        return value
    return math.atanh(value) if abs(value) < 1 else math.nan


def _tangents(chart: str, quantity: str, value: float) -> list[float]:
    # Where a line of the chart only touches the level: the marginal density has a square root there
    # (or, for two ratios, the level starts to cross at an infinite midpoint).
    if chart == "log_odds_ratio" and quantity == "risk_difference" and abs(value) < 1:
        return [4.0 * math.atanh(value)]
    if chart == "risk_difference" and quantity == "log_odds_ratio":
        return [0.25 * value]
    if {chart, quantity} == {"log_odds_ratio", "log_risk_ratio"}:
        return [value]
    return []


def _distinct(points: list[float]) -> Floats:
    ordered = distinct(np.array(points, dtype=float))
    ordered = ordered[np.isfinite(ordered)]
    if ordered.size < 2:
        return ordered
    apart = np.concatenate([[True], np.diff(ordered) > 1e-9 * (1 + np.abs(ordered[1:]))])
    return np.asarray(ordered[apart])
