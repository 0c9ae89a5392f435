"""Power-scaling sensitivity by quadrature: what the sampled one estimates.

The definition is that of priorsense and of ArviZ's ``psense``: integrals run over the range that a
sample covers, so the number depends, weakly, on how many draws the sample has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.marginal import marginal
from bayes_rsa.exact.models import choose_level, likelihood, require_counts
from bayes_rsa.exact.plane import Plane, Term, prior_term
from bayes_rsa.fields import check_choice
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

QUANTITIES: Final = ("log_odds_ratio", "log_risk_ratio", "risk_difference")
_PANELS: Final = 400


@dataclass(frozen=True, slots=True)
class PowerScaledModel:
    """The log-odds-ratio model, each of whose factors can be raised to a power.

    Parameters
    ----------
    trial
        A trial with counts.
    effect, baseline, midpoint
        Proper priors, as in ``exact.log_odds_ratio``.
    draws
        Number of independent draws whose range the integrals cover.
    """

    trial: Trial
    effect: Prior
    baseline: Prior | None = None
    midpoint: Prior | None = None
    draws: int = defaults.CHAINS * defaults.DRAWS

    def __post_init__(self) -> None:
        require_counts(self.trial)
        for name, prior in self.priors.items():
            if not prior.is_proper or prior.atoms:
                raise InputError(
                    name, str(prior), "power-scaling needs a proper density", "use another prior"
                )

    @property
    def priors(self) -> dict[str, Prior]:
        """Priors by parameter."""
        name, level = choose_level(self.baseline, self.midpoint)
        return {"effect": self.effect, name: level}

    def sensitivity(self, block: str, quantity: str = "log_odds_ratio") -> float:
        """Sensitivity of a quantity to one block.

        Parameters
        ----------
        block
            A parameter (its prior alone), ``prior`` (all priors together) or ``likelihood``.
        quantity
            ``log_odds_ratio``, ``log_risk_ratio`` or ``risk_difference``.
        """
        check_choice("quantity", quantity, QUANTITIES)
        check_choice("block", block, (*self.priors, "prior", "likelihood"))
        base = self._curve({}, quantity)
        tail = -np.expm1(np.log(0.5) / self.draws)
        low, high = base.ppf(np.array([tail, 1.0 - tail]))
        names = tuple(self.priors) if block == "prior" else (block,)
        slopes = []
        for alpha in defaults.POWER_SCALING_ALPHAS:
            scaled = self._curve(dict.fromkeys(names, alpha), quantity)
            slopes.append(_distance(base, scaled, low, high, quantity) / abs(np.log2(alpha)))
        return float(np.mean(slopes))

    def _curve(self, powers: Mapping[str, float], quantity: str) -> Curve:
        level_name = next(name for name in self.priors if name != "effect")
        places = {
            "effect": "log_odds_ratio",
            level_name: "control" if level_name == "baseline" else "midpoint",
        }
        terms = [
            _powered((term,), powers.get("likelihood", 1.0)) for term in likelihood(self.trial)
        ]
        for name, prior in self.priors.items():
            parts = tuple(
                prior_term(places[name], c, weighted=True) for c in prior.components if c.weight > 0
            )
            terms.append(_powered(parts, powers.get(name, 1.0)))
        return marginal(Plane(tuple(terms)), quantity)


def _powered(parts: tuple[Term, ...], alpha: float) -> Term:
    """The sum of these factors (components of a mixture), raised to a power."""

    def value(s: Floats, d: Floats) -> Floats:
        logs = [part.value(s, d) for part in parts]
        return np.asarray(alpha * np.logaddexp.reduce(np.stack(logs), axis=0))

    def evaluate(x: Floats) -> Floats:
        logs = [part.evaluate(x) for part in parts if part.evaluate is not None]
        return np.asarray(alpha * np.logaddexp.reduce(np.stack(logs), axis=0))

    return Term(
        value,
        parts[0].quantity,
        evaluate,
        tuple(level for part in parts for level in part.peaks),
        tuple(level for part in parts for level in part.breaks),
    )


def _distance(base: Curve, scaled: Curve, low: float, high: float, quantity: str) -> float:
    """Larger cumulative Jensen-Shannon distance of x and of -x, over this range of t."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    edges = np.linspace(low, high, _PANELS + 1)
    half = 0.5 * np.diff(edges)
    t = ((edges[:-1] + half)[:, None] + half[:, None] * nodes).ravel()
    dx = (half[:, None] * weights).ravel()
    if quantity == "risk_difference":
        dx = dx / np.cosh(t) ** 2
    return max(_cjs(base.cdf(t), scaled.cdf(t), dx), _cjs(base.sf(t), scaled.sf(t), dx))


def _cjs(p: Floats, q: Floats, dx: Floats) -> float:
    whole_p, whole_q = float(p @ dx), float(q @ dx)
    both = 0.5 * (p + q)
    parts = [
        float((a * np.log2(a / both)) @ dx) + (other - own) / (2 * np.log(2))
        for a, own, other in ((p, whole_p, whole_q), (q, whole_q, whole_p))
    ]
    return float(np.sqrt(sum(max(0.0, part) for part in parts) / (whole_p + whole_q)))
