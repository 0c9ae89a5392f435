"""The exact posterior of the odds ratio given both margins, free of any prior on the baseline."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.models import require_counts
from bayes_rsa.exact.plane import prior_levels
from bayes_rsa.exact.posterior import ExactPosterior, Piece
from bayes_rsa.exact.rows import Indices, integrate
from bayes_rsa.priors import Component, Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    from bayes_rsa.frequentist.hypergeometric import Conditional

_CHUNK: Final = 4_000_000


@dataclass(frozen=True, eq=False)
class ConditionalPosterior(ExactPosterior):
    """An exact posterior of the odds ratio alone: the arms' probabilities are not in it."""

    def _exists(self, key: str, order: int) -> bool:
        # On each side the likelihood falls like exp(-distance times the tables left there).
        below, above = self._room
        tails = [_tail(c) for c in self.priors["effect"].components if c.weight > 0]
        if key == "odds_ratio":
            return all(above + rate > order for rate, _ in tails)
        least = min(below, above)
        return all(least + rate > 0 or power > order for rate, power in tails)

    @property
    def _room(self) -> tuple[int, int]:
        """Number of tables with the same margins below and above the observed one."""
        (y1, y0), (n1, n0) = self.trial.events, self.trial.n
        return y1 - max(0, y1 + y0 - n0), min(n1, y1 + y0) - y1


def _tail(component: Component) -> tuple[float, float]:
    """Exponential rate of a prior's tails and, where it is 0, their power beyond 1/distance."""
    family, arguments = component.family, component.arguments
    if family == "logistic":
        return 1.0 / arguments[1], 0.0
    if family in ("student_t", "inverse_gamma"):
        return 0.0, arguments[0]
    return {"cauchy": (0.0, 1.0), "flat": (0.0, -1.0), "lognormal": (0.0, math.inf)}.get(
        family, (math.inf, 0.0)
    )


def conditional_odds_ratio(trial: Trial, *, effect: Prior) -> ConditionalPosterior:
    """A prior on the log odds ratio, and the likelihood given both margins of the table.

    The treatment arm's events then have Fisher's non-central hypergeometric distribution, which
    depends on the odds ratio alone: no prior on the baseline can leak into it. The price is what
    little the margins themselves say about the odds ratio.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    effect
        Prior on the log odds ratio (treatment minus control).

    Returns
    -------
    ConditionalPosterior
        Of the odds ratio and its log; it knows no risks.

    Raises
    ------
    InputError
        If the prior is a point, or flat where the observed table is the most extreme one.

    References
    ----------
    Altham PME. Exact Bayesian analysis of a 2 x 2 contingency table, and Fisher's "exact"
    significance test. J R Stat Soc B 1969;31:261-269. doi:10.1111/j.2517-6161.1969.tb00786.x
    """
    require_counts(trial)
    if effect.atoms:
        raise InputError(
            "effect",
            str(effect),
            "the exact posterior has a density, and a point mass has none",
            "use a narrow normal prior, or a Bayes factor",
        )
    law = _given_margins(trial)
    if not effect.is_proper and (law.at_minimum or law.at_maximum):
        raise InputError(
            "effect",
            str(effect),
            "given the margins no table is more extreme, so its posterior is improper",
            "use a proper prior, such as normal(0, 2.5)",
        )
    (y1, y0), (n1, n0) = trial.events, trial.n
    odds = [x + 0.5 for x in (y1, n1 - y1, y0, n0 - y0)]
    centre = math.log(odds[0] * odds[3] / (odds[1] * odds[2]))

    def piece(number: int, component: Component) -> Piece:
        peaks, breaks = prior_levels(component)
        shift = math.log(component.weight)

        def log_density(_row: Indices, x: Floats) -> Floats:
            return _log_likelihood(law, x) + component.distribution.logpdf(x) + shift

        def curve(_chart: str, order: int, halved: bool) -> Curve:
            def weights(t: Floats) -> Floats:
                return np.stack([k * t for k in range(order + 1)])

            result = integrate(
                log_density,
                np.array([[centre, *peaks]]),
                np.array([breaks]).reshape(1, -1),
                weights=weights if order else None,
                interpolate=True,
                halved=halved,
            )
            return Curve.of(result)

        return Piece((number,), curve)

    def joint(effect: Floats) -> Floats:
        return np.asarray(_log_likelihood(law, effect) + prior.logpdf(effect))

    prior = effect
    return ConditionalPosterior(
        model="conditional_odds_ratio",
        trial=trial,
        priors=MappingProxyType({"effect": effect}),
        better=trial.better,
        measure="OR",
        pieces=tuple(piece(k, c) for k, c in enumerate(effect.components) if c.weight > 0),
        charts=("effect",),
        log_constant=0.0,
        joint=joint,
    )


def log_conditional_likelihood(trial: Trial, log_odds_ratio: Floats) -> Floats:
    """Log probability of the table given both margins, at each log odds ratio."""
    require_counts(trial)
    return _log_likelihood(_given_margins(trial), np.asarray(log_odds_ratio, dtype=float))


def _given_margins(trial: Trial) -> Conditional:
    # Late: every exact posterior imports this package, and few are of this kind.
    from bayes_rsa.frequentist.hypergeometric import Conditional
    from bayes_rsa.frequentist.records import checked_counts

    (y1, y0), (n1, n0) = trial.events, trial.n
    return Conditional.of_cells(checked_counts(y1, n1, y0, n0))


def _log_likelihood(law: Conditional, x: Floats) -> Floats:
    here = float(law.log_weight[law.offset == 0.0][0])
    weight = law.log_weight - here
    flat = x.ravel()
    result = np.empty(flat.size)
    step = max(1, _CHUNK // law.offset.size)
    for start in range(0, flat.size, step):
        tilted = weight + flat[start : start + step, None] * law.offset
        top = tilted.max(axis=1)
        result[start : start + step] = -(top + np.log(np.exp(tilted - top[:, None]).sum(axis=1)))
    return result.reshape(x.shape)
