"""Counts of studies as functions of log odds, on grids that resolve all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.evidence import Study
from bayes_rsa.exact.external_evidence.kernels import STEPS_PER_SD
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.plane import binomial_likelihood
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

__all__ = [
    "Counts",
    "check_bias",
    "checked_studies",
    "counts_of",
    "counts_of_trial",
    "grid_over",
    "tapered",
]

_LOST: Final = 30.0
"""Log of a likelihood ratio below which nothing is left."""
_FAR: Final = 25.0
"""Log odds at which a likelihood that does not die out is cut, with a smooth edge."""
_EDGE: Final = 8.0
_STEP_MAX: Final = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Events and n of one arm, as a function of its log odds.

    Attributes
    ----------
    log_likelihood
        Its maximum is near 0.
    centre, se
        Log odds and standard error, with 1/2 added to both counts.
    low, high
        Where the likelihood has died out; at most ``25`` from 0.
    empty
        Whether there are no events, or nothing else.
    """

    log_likelihood: Callable[[Floats], Floats]
    centre: float
    se: float
    low: float
    high: float
    empty: bool

    @classmethod
    def of(cls, events: int, n: int) -> Counts:
        """From events and n."""
        function, centre = binomial_likelihood(events, n)
        se = math.sqrt(1.0 / (events + 0.5) + 1.0 / (n - events + 0.5))
        top = float(function(np.array([centre]))[0])
        x = np.linspace(-_FAR, _FAR, 2001)
        alive = x[function(x) - top > -_LOST]

        def scaled(log_odds: Floats) -> Floats:
            return np.asarray(function(log_odds) - top)

        ends = float(alive[0]) - 0.03, float(alive[-1]) + 0.03
        return cls(scaled, centre, se, *ends, events in (0, n))


def counts_of(study: Study, better: str, *, treatment: bool) -> tuple[Counts | None, Counts]:
    """Treatment (None if not asked for) and control of a study, in the trial's direction."""
    if treatment:
        arms = study.arms
        first: Counts | None = _oriented(arms[0].events, arms[0].n, better)
    else:
        first = None
    control = study.control_arm
    return first, _oriented(control.events, control.n, better)


def counts_of_trial(trial: Trial) -> tuple[Counts, Counts]:
    """Treatment and control of the trial."""
    (y1, y0), (n1, n0) = trial.events, trial.n
    return Counts.of(y1, n1), Counts.of(y0, n0)


def _oriented(events: int, n: int, better: str) -> Counts:
    # Studies count the good outcome.
    return Counts.of(events if better == "higher" else n - events, n)


def grid_over(ends: Sequence[tuple[float, float]], scales: Sequence[float]) -> Floats:
    """Uniform grid over the union of intervals that resolves the narrowest scale."""
    step = min(min(scales) / STEPS_PER_SD, _STEP_MAX)
    low = max(min(end[0] for end in ends), -_FAR) - 4 * step
    high = min(max(end[1] for end in ends), _FAR) + 4 * step
    return np.asarray(low + step * np.arange(math.ceil((high - low) / step) + 1), dtype=float)


def tapered(grid: Floats, low: float, high: float) -> Floats:
    """Weights that are 1, and fall to 0 smoothly at an end that a likelihood does not reach.

    Parameters
    ----------
    grid
        The grid.
    low, high
        Where the function has died out; an end beyond the grid's largest log odds is cut.
    """
    from scipy.special import ndtr

    found = np.ones_like(grid)
    for end, sign in ((max(low, -_FAR), 1.0), (min(high, _FAR), -1.0)):
        if abs(end) >= _FAR - 0.1:
            inner = end + sign * 0.5 * _EDGE
            found = found * ndtr(sign * (grid - inner) / (_EDGE / 14.0))
    return np.asarray(found)


def checked_studies(trial: Trial, studies: Sequence[Study]) -> tuple[Study, ...]:
    """The studies, if each may stand beside the others and the trial.

    Raises
    ------
    InputError
        If there is none, or the patients of one would count twice.
    """
    found = tuple(studies)
    if not found:
        raise InputError("studies", "none", "there is nothing to borrow from", "give studies")
    keys = [study.key for study in found]
    for study in found:
        if keys.count(study.key) > 1 or study.overlaps in keys:
            raise InputError(
                "studies", study.key, "its patients would count twice", "leave one of them out"
            )
        if trial.doi and study.doi == trial.doi:
            raise InputError(
                "studies", study.key, "it is the trial itself", "leave it out of the studies"
            )
    return found


def check_bias(name: str, bias: Prior | None, studies: Sequence[Study], *, borrowed: bool) -> None:
    """Check that there is a prior on the bias of what was not randomised, and none otherwise.

    Raises
    ------
    InputError
        If that is not so, or the prior is neither normal nor a point.
    """
    doubtful = [study for study in studies if not study.randomised] if borrowed else []
    if bias is None:
        if doubtful:
            raise InputError(
                name,
                "missing",
                f"{doubtful[0].label} was not randomised: it may be borrowed from only through a "
                "bias with a prior of its own",
                f"give {name}, such as normal(0, 0.5), or leave the study out",
            )
        return
    if not doubtful:
        reason = "every study was randomised" if borrowed else "this is not borrowed"
        raise InputError(name, str(bias), reason, f"leave {name} out")
    if bias.families not in (("normal",), ("point",)):
        raise InputError(
            name,
            str(bias),
            "the exact engine takes a normal or point prior on a bias",
            "use normal(mean, sd), or NUTS",
        )
