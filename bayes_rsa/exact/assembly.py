"""Putting a two-arm model together: checks of its priors, its plane, its posterior."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands.moments import Counts, decays
from bayes_rsa.exact.coordinates import CHARTS
from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.marginal import marginal
from bayes_rsa.exact.plane import Plane, Term, binomial
from bayes_rsa.exact.posterior import ExactPosterior, Piece, log_binomial_coefficients
from bayes_rsa.priors import Component, Prior
from bayes_rsa.trial import Trial

_ARM_FAMILIES: Final = ("beta", "uniform", "logit_normal")
_CHARTS: Final = tuple(CHARTS)


def assembled(
    name: str,
    trial: Trial,
    priors: Mapping[str, Prior],
    plane: Callable[[tuple[Component, ...]], Plane],
    joint: Callable[..., Floats],
    log_constant: float = 0.0,
    *,
    counts: Counts | None = None,
    assumptions: Mapping[str, Prior] = MappingProxyType({}),
    generative: bool = True,
) -> ExactPosterior:
    """A posterior from the plane of each combination of prior components.

    Parameters
    ----------
    name, trial, priors
        Name of the model, data, and prior of each free parameter.
    plane
        One component of each prior to the log density of the two log odds.
    joint
        The free parameters, by name, to their unnormalised log density.
    log_constant
        What the plane lacks of the log density, besides the binomial coefficients.
    counts, assumptions, generative
        As in :class:`ExactPosterior`.
    """
    pieces = []
    for numbers, chosen in combinations(priors):
        density = plane(chosen)
        pieces.append(Piece(numbers, _curve_of(density), _curve_of(density, graded=True)))
    return ExactPosterior(
        model=name,
        trial=trial,
        priors=MappingProxyType(dict(priors)),
        better=trial.better,
        measure="OR",
        pieces=tuple(pieces),
        charts=_CHARTS,
        log_constant=log_binomial_coefficients(trial) + log_constant,
        joint=joint,
        counts=counts,
        assumptions=assumptions,
        generative=generative,
    )


def _curve_of(plane: Plane, *, graded: bool = False) -> Callable[[str, int, bool], Curve]:
    def curve(chart: str, order: int, halved: bool) -> Curve:
        weights = None
        if order:

            def weights(t: Floats) -> Floats:
                return np.stack([k * t for k in range(order + 1)])

        return marginal(plane, chart, weights=weights, halved=halved, graded=graded)

    return curve


def combinations(
    priors: Mapping[str, Prior],
) -> list[tuple[tuple[int, ...], tuple[Component, ...]]]:
    """Every choice of one component of each prior, with the components' numbers."""
    numbered = [
        [(k, c) for k, c in enumerate(prior.components) if c.weight > 0]
        for prior in priors.values()
    ]
    return [
        (tuple(k for k, _ in choice), tuple(c for _, c in choice))
        for choice in itertools.product(*numbered)
    ]


def sum_planes(
    priors: Mapping[str, Prior],
    plane: Callable[[tuple[Component, ...]], Plane],
    s: Floats,
    d: Floats,
) -> Floats:
    """Log density at (s, d), summed over all components of the priors."""
    logs = [plane(chosen)(s, d) for _, chosen in combinations(priors)]
    return np.asarray(np.logaddexp.reduce(np.stack(logs), axis=0))


def likelihood(trial: Trial) -> tuple[Term, Term]:
    """Log likelihood terms of both arms."""
    (y1, y0), (n1, n0) = trial.events, trial.n
    return binomial("treatment", y1, n1), binomial("control", y0, n0)


def weight_term(chosen: tuple[Component, ...]) -> Term:
    """The log of the product of the components' weights."""
    log_weight = math.fsum(math.log(component.weight) for component in chosen)
    return Term(lambda s, _d: np.full(np.shape(s), log_weight))


def require_counts(trial: Trial) -> None:
    """Refuse a trial known only by its effect."""
    if not trial.has_counts:
        raise InputError(
            "trial",
            trial.name,
            "this model needs the events and n of both arms",
            "give the counts, or use reported_effect",
        )


def check_arm_prior(name: str, prior: Prior, events: float, n: float) -> None:
    """Refuse a prior that is not one on a probability, or leaves the arm's posterior improper."""
    lower, upper = prior.support
    families = all(family in _ARM_FAMILIES for family in prior.families)
    if lower < 0 or upper > 1 or not families:
        raise InputError(
            name,
            str(prior),
            "a prior on a probability has its support inside [0, 1]",
            "use beta(a, b), uniform(0, 1) or logit_normal(mean, sd)",
        )
    if not prior.is_proper and not 0 < events < n:
        raise InputError(
            name,
            str(prior),
            f"with {events} events of {n} its posterior is improper",
            "use a proper prior, such as beta(0.5, 0.5)",
        )


def check_priors(trial: Counts, priors: Mapping[str, Prior], measure: str) -> None:
    """Refuse point masses, and priors that leave the posterior improper."""
    for name, prior in priors.items():
        if prior.atoms:
            raise InputError(
                name,
                str(prior),
                "the exact posterior has a density, and a point mass has none",
                "compare the point with the rest by a Bayes factor: "
                "exact.ContrastLikelihood.log_marginal_likelihood",
            )
    if not all(prior.is_proper for prior in priors.values()) and not decays(trial, priors, measure):
        raise InputError(
            "effect" if not priors["effect"].is_proper else list(priors)[1],
            "flat()",
            "with these counts the posterior is improper, or cannot be shown to be proper",
            "use a proper prior, such as normal(0, 2.5)",
        )


def choose_level(baseline: Prior | None, midpoint: Prior | None) -> tuple[str, Prior]:
    """Name and prior of the nuisance parameter: the given one, or the default midpoint."""
    if baseline is not None and midpoint is not None:
        raise InputError(
            "baseline",
            str(baseline),
            "a model takes a prior on the baseline or on the midpoint, not both",
            "leave one of them out",
        )
    if baseline is not None:
        return "baseline", baseline
    return "midpoint", midpoint or Prior.normal(0.0, defaults.MIDPOINT_SD)
