"""The exact posterior of a trial known only by its effect."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.curve import Curve
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.plane import prior_levels
from bayes_rsa.exact.posterior import ExactPosterior, Piece
from bayes_rsa.exact.rows import Indices, integrate
from bayes_rsa.priors import Component, Prior
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
    estimate, se = reported.location, reported.scale_se
    constant = -math.log(se) - 0.5 * math.log(2 * math.pi)

    def log_likelihood(x: Floats) -> Floats:
        return np.asarray(constant - 0.5 * ((x - estimate) / se) ** 2)

    def piece(number: int, component: Component) -> Piece:
        peaks, breaks = prior_levels(component)
        shift = math.log(component.weight)

        def log_density(_row: Indices, x: Floats) -> Floats:
            return log_likelihood(x) + component.distribution.logpdf(x) + shift

        def curve(_chart: str, order: int, halved: bool) -> Curve:
            def weights(t: Floats) -> Floats:
                return np.stack([k * t for k in range(order + 1)])

            result = integrate(
                log_density,
                np.array([[estimate, *peaks]]),
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
        model="reported_effect",
        trial=trial,
        priors=MappingProxyType({"effect": effect}),
        better=trial.better,
        measure=reported.measure,
        pieces=tuple(piece(k, c) for k, c in enumerate(effect.components) if c.weight > 0),
        charts=("effect",),
        log_constant=0.0,
        joint=joint,
    )
