"""Prior-data conflict: how surprising the data are under the prior (Box 1980).

Three P values, each named. ``table``: the probability of all tables no likelier, under the prior
predictive, than the one observed; it depends on the baseline's prior too. ``effect``: the two-sided
tail of the predictive distribution of the log odds ratio with 1/2 in each cell, ties counted.
``normal``: the two-sided tail of the predictive distribution of the estimate, by a normal
likelihood.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa.defaults import CONFLICT_FLAGGED, CONFLICT_NOTED
from bayes_rsa.errors import InputError, PriorDataConflictWarning
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.tables import log_marginal_likelihoods, log_marginal_likelihoods_by_arm
from bayes_rsa.frequentist import two_sided_p
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.normal_finding import NormalFinding, finding
from bayes_rsa.trial import Trial

MAX_TABLES: Final = 20_000
"""Tables a trial may have shown beyond which only the normal version is given."""

AGREEMENT: Final = "no sign of conflict"
NOTED: Final = "noted"
FLAGGED: Final = "flagged"

_TIE: Final = 1e-9
"""Relative difference of two probabilities, and difference of two log odds ratios, that are one."""


@dataclass(frozen=True, slots=True)
class PriorDataConflict:
    """Box's P values of one prior.

    Attributes
    ----------
    prior
        The prior's name, or its text.
    p_table, p_effect, p_normal
        See the module; None where it does not exist.
    log_predictive
        Natural log of the prior predictive probability of the observed table; None without it.
    note
        Why the exact versions are missing; empty if they are there.
    """

    prior: str
    p_table: float | None
    p_effect: float | None
    p_normal: float | None
    log_predictive: float | None
    note: str = ""

    @property
    def p(self) -> float:
        """The P value that is judged: of the effect, exact where it exists, or else normal."""
        found = self.p_effect if self.p_effect is not None else self.p_normal
        if found is None:
            return math.nan
        return found

    @property
    def verdict(self) -> str:
        """``flagged`` below 0.05, ``noted`` below 0.1, else ``no sign of conflict``."""
        return _verdict(self.p)

    @property
    def table_verdict(self) -> str | None:
        """The same for the table: a conflict there alone points at the baseline's prior."""
        return None if self.p_table is None else _verdict(self.p_table)


def prior_data_conflict(
    trial: Trial,
    *,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    treatment: Prior | None = None,
    control: Prior | None = None,
    name: str = "",
    warn: bool = True,
) -> PriorDataConflict:
    """Box's P values of a prior, exactly over all tables where there are counts.

    Parameters
    ----------
    trial
        Counts, or a reported effect.
    effect, baseline, midpoint
        Proper priors, as in ``exact.log_odds_ratio`` or, for a reported effect, ``effect`` alone.
    treatment, control
        Instead: priors on the arms' probabilities.
    name
        What to call the prior; by default its label or its text.
    warn
        Whether to warn when P is below 0.1.

    Warns
    -----
    PriorDataConflictWarning
        With the prior's name: noted below 0.1, flagged below 0.05.

    References
    ----------
    Box GEP. Sampling and Bayes' inference in scientific modelling and robustness. J R Stat Soc A
    1980;143:383-430. doi:10.2307/2982063

    Evans M, Moshonov H. Checking for prior-data conflict. Bayesian Anal 2006;1:893-914.
    doi:10.1214/06-BA129
    """
    if treatment is not None and control is not None and effect is None:
        called = name or f"{treatment} and {control}"
        found = _by_arm(trial, treatment, control, called)
    elif effect is not None and treatment is None and control is None:
        called = name or effect.label or str(effect)
        if not effect.is_proper:
            raise InputError(
                "effect",
                str(effect),
                "an improper prior predicts nothing that could conflict",
                "use a proper prior",
            )
        found = _of_effect(trial, effect, baseline, midpoint, called)
    else:
        raise InputError(
            "effect",
            None if effect is None else str(effect),
            "the prior is on the effect, or on both arms",
            "give effect=, or treatment= and control=",
        )
    if warn and found.verdict != AGREEMENT:
        warnings.warn(
            f"prior–data conflict {found.verdict}: the data are surprising under the prior "
            f"{found.prior} (Box's P {found.p:.2g})",
            PriorDataConflictWarning,
            stacklevel=2,
        )
    return found


def normal_conflict(estimate: NormalFinding, effect: Prior) -> float:
    """Two-sided predictive P of an estimate, by a normal likelihood.

    ``2 (1 - Phi(|estimate - mean| / sqrt(se^2 + sd^2)))`` for a normal prior; for others twice the
    smaller tail of the prior predictive distribution.
    """
    se = estimate.standard_error
    if effect.families == ("normal",):
        mean, sd = effect.components[0].arguments
        return two_sided_p((estimate.location - mean) / math.hypot(sd, se))
    from scipy import special

    from bayes_rsa.priors._expectation import Expectation

    expectation = Expectation(effect)

    def below(x: Floats) -> Floats:
        return np.asarray(special.ndtr((estimate.location - x) / se))

    def above(x: Floats) -> Floats:
        return np.asarray(special.ndtr((x - estimate.location) / se))

    return min(1.0, 2 * min(expectation(below)[0], expectation(above)[0]))


def _of_effect(
    trial: Trial, effect: Prior, baseline: Prior | None, midpoint: Prior | None, called: str
) -> PriorDataConflict:
    if not trial.has_counts:
        p = normal_conflict(finding(trial, origin="reported interval"), effect)
        return PriorDataConflict(called, None, None, p, None, "only the reported effect is known")
    (y1, y0), (n1, n0) = trial.events, trial.n
    p_normal = None
    if 0 not in (y1, n1 - y1, y0, n0 - y0):
        p_normal = normal_conflict(finding(trial), effect)
    if (n1 + 1) * (n0 + 1) > MAX_TABLES:
        note = f"more than {MAX_TABLES} tables: only the normal version is given"
        return PriorDataConflict(called, None, None, p_normal, None, note)
    logs = log_marginal_likelihoods((n1, n0), effect=effect, baseline=baseline, midpoint=midpoint)
    return _over_tables(logs, trial, p_normal, called)


def _by_arm(trial: Trial, treatment: Prior, control: Prior, called: str) -> PriorDataConflict:
    if not trial.has_counts:
        raise InputError(
            "trial", trial.name, "priors on the arms need counts", "give the prior on the effect"
        )
    logs = log_marginal_likelihoods_by_arm(trial.n, treatment=treatment, control=control)
    return _over_tables(logs, trial, None, called)


def _over_tables(
    logs: Floats, trial: Trial, p_normal: float | None, called: str
) -> PriorDataConflict:
    (y1, y0), (n1, n0) = trial.events, trial.n
    here = float(logs[y1, y0])
    probability = np.exp(logs)
    arms = [np.arange(n + 1) for n in (n1, n0)]
    log_odds = [np.log((y + 0.5) / (n - y + 0.5)) for y, n in zip(arms, (n1, n0), strict=True)]
    effect = log_odds[0][:, None] - log_odds[1]
    seen = float(effect[y1, y0])
    tails = (probability[effect <= seen + _TIE].sum(), probability[effect >= seen - _TIE].sum())
    return PriorDataConflict(
        called,
        min(1.0, float(probability[logs <= here + _TIE].sum())),
        min(1.0, 2 * float(min(tails))),
        p_normal,
        here,
    )


def _verdict(p: float) -> str:
    if p < CONFLICT_FLAGGED:
        return FLAGGED
    return NOTED if p < CONFLICT_NOTED else AGREEMENT
