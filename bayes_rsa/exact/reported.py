"""The exact posterior of a trial known only by its effect."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.normal import normal_curve
from bayes_rsa.exact.plane import prior_levels
from bayes_rsa.exact.posterior import ExactPosterior, Piece
from bayes_rsa.exact.rows import Indices, integrate
from bayes_rsa.priors import Component, Prior
from bayes_rsa.priors.line import Normal
from bayes_rsa.trial import Trial


def reported_effect(trial: Trial, *, effect: Prior) -> ExactPosterior:
    """A normal likelihood for the reported estimate, on the log scale for a ratio.

    Parameters
    ----------
    trial
        A trial with a reported effect and its standard error or interval.
    effect
        Prior on the natural log of the measure, or on the difference.

    Raises
    ------
    InputError
        If the trial has no such effect, or the prior is a point.
    """
    return normal_posterior("reported_effect", trial, effect, [(1.0, 0.0, 0.0)], {})


def normal_posterior(
    name: str,
    trial: Trial,
    effect: Prior,
    biases: Sequence[tuple[float, float, float]],
    assumptions: Mapping[str, Prior],
) -> ExactPosterior:
    """Posterior under a normal likelihood, or a mixture of normals that differ by a bias.

    Parameters
    ----------
    name
        Name of the model.
    trial
        A trial with a reported effect.
    effect
        Prior on the true effect.
    biases
        Weight, mean and SD of each component of the bias that was added to the effect.
    assumptions
        As in :class:`ExactPosterior`.
    """
    reported = trial.reported
    if reported is None:
        raise InputError(
            "trial",
            trial.name,
            "this model needs a reported effect",
            "give an estimate with its interval, or a log effect with its standard error",
        )
    if effect.atoms:
        raise InputError(
            "effect",
            str(effect),
            "the exact posterior has a density, and a point mass has none",
            "use a narrow normal prior, or a Bayes factor",
        )
    weight, mean, sd = np.array([b for b in biases if b[0] > 0]).T
    centre = reported.location - mean
    se = np.hypot(reported.scale_se, sd)
    constant = np.log(weight / se) - 0.5 * math.log(2 * math.pi)
    tops = centre.tolist()

    def log_likelihood(x: Floats) -> Floats:
        logs = [k - 0.5 * ((x - c) / s) ** 2 for k, c, s in zip(constant, centre, se, strict=True)]
        return np.asarray(np.logaddexp.reduce(np.stack(logs), axis=0))

    def closed_form(component: Component, order: int, halved: bool) -> Curve | None:
        law = component.distribution
        if len(centre) > 1 or not isinstance(law, Normal):
            return None
        (top,), (width,) = centre.tolist(), se.tolist()
        together = math.hypot(width, law.sd)
        shift = constant[0] + math.log(component.weight)
        return normal_curve(
            top + (law.mean - top) * (width / together) ** 2,
            width * law.sd / together,
            log_total=shift + math.log(width / together) - 0.5 * ((top - law.mean) / together) ** 2,
            order=order,
            halved=halved,
        )

    def piece(number: int, component: Component) -> Piece:
        peaks, breaks = prior_levels(component)
        shift = math.log(component.weight)

        def log_density(_row: Indices, x: Floats) -> Floats:
            return log_likelihood(x) + component.distribution.logpdf(x) + shift

        def curve(_chart: str, order: int, halved: bool) -> Curve:
            known = closed_form(component, order, halved)
            if known is not None:
                return known

            def weights(t: Floats) -> Floats:
                return np.stack([k * t for k in range(order + 1)])

            result = integrate(
                log_density,
                np.array([[*tops, *peaks]]),
                np.array([breaks]).reshape(1, -1),
                weights=weights if order else None,
                interpolate=True,
                halved=halved,
            )
            return Curve.of(result)

        return Piece((number,), curve)

    def joint(effect: Floats) -> Floats:
        return np.asarray(log_likelihood(effect) + prior.logpdf(effect))

    prior = effect
    return ExactPosterior(
        model=name,
        trial=trial,
        priors=MappingProxyType({"effect": effect}),
        better=trial.better,
        measure=reported.measure,
        pieces=tuple(piece(k, c) for k, c in enumerate(effect.components) if c.weight > 0),
        charts=("effect",),
        log_constant=0.0,
        joint=joint,
        assumptions=assumptions,
    )
