"""A trial known only by its reported effect: an estimate and its interval."""

from __future__ import annotations

import numpy as np
import pymc as pm

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.models._variables import variable
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial


def reported_effect(trial: Trial, *, effect: Prior) -> pm.Model:
    r"""A normal likelihood for the reported estimate, on the log scale for a ratio.

    .. math::
        \hat\theta \sim \mathrm{Normal}(\theta, \mathrm{se}^2), \qquad \theta \sim \texttt{effect}

    Parameters
    ----------
    trial
        A trial with a reported effect: estimate and interval, or the log effect and its standard
        error. For OR, RR and HR, :math:`\theta` is the natural log; for a difference, itself.
    effect
        Prior on :math:`\theta`. There is no default.

    Returns
    -------
    pm.Model
        Free: ``effect``. Observed: ``reported_estimate``. Data: ``estimate``, ``standard_error``.

    Notes
    -----
    An approximation: it treats the printed estimate as normal with a known standard error, which
    small trials and rare events break. Use it only where counts are not available. Absolute
    effects do not follow from it.

    References
    ----------
    Spiegelhalter DJ, Freedman LS, Parmar MKB. Bayesian approaches to randomized trials. J R Stat
    Soc A 1994;157:357-416. doi:10.2307/2983527

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> trial = rsa.Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    >>> model = models.reported_effect(trial, effect=rsa.Prior.normal(0, 1))
    >>> [v.name for v in model.free_RVs]
    ['effect']
    """
    if trial.reported is None:
        raise InputError(
            "trial",
            trial.name,
            "this model needs a reported effect",
            "give an estimate with its interval, or a log effect with its standard error",
        )
    model = pm.Model()
    with model:
        estimate = np.float64(trial.reported.location)
        mean = variable("effect", effect)
        standard_error = pm.Data("standard_error", np.float64(trial.reported.scale_se))
        observed = pm.Data("estimate", estimate)
        pm.Normal("reported_estimate", mu=mean, sigma=standard_error, observed=observed)
    return attach(
        model,
        Card(
            "reported_effect",
            trial,
            {"effect": effect},
            ("effect",),
            observed=("reported_estimate",),
            arms=False,
            source=source_of(reported_effect),
        ),
    )
