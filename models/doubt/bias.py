"""A bias added to the log odds ratio."""

from __future__ import annotations

import numpy as np
import pymc as pm

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.models._arms import observe, two_arm_model
from bayes_rsa.models._variables import variable
from bayes_rsa.models.doubt._risks import ARM_VARIABLES, RiskPriors, doubted
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

NO_DOUBT = Prior.point(0.0)


def additive_bias(
    trial: Trial,
    *,
    bias: Prior,
    bias_mean: Prior = NO_DOUBT,
    treatment: Prior | None = None,
    control: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> pm.Model:
    r"""What was observed is the true log odds ratio plus a bias.

    .. math::
        y_k \sim \mathrm{Binomial}(n_k, \pi_k), \qquad
        \operatorname{logit} \pi_1 - \operatorname{logit} \pi_0
        = \operatorname{logit} p_1 - \operatorname{logit} p_0 + b + \mu_b

    with :math:`b \sim \texttt{bias}`, :math:`\mu_b \sim \texttt{bias\_mean}`. A trial known by its
    effect has :math:`\hat\theta \sim \mathrm{Normal}(\theta + b + \mu_b, \mathrm{se}^2)`.

    Parameters
    ----------
    trial
        With counts, or known by its effect.
    bias
        Prior on the bias, on the log odds ratio (or the reported effect's scale): positive where
        the trial shows more events on treatment than there truly are. It is about ``bias_mean``.
    bias_mean
        Prior on the mean of the bias; 0 by default.
    treatment, control
        Priors on the true event probabilities, if there is no prior on the effect.
    effect, baseline, midpoint
        Priors on the true effect and its level, as in :func:`bayes_rsa.models.log_odds_ratio`.

    Returns
    -------
    pm.Model
        Free: the true risks' parameters, ``bias`` and ``bias_mean`` where they are no points.
        Deterministic: the true ``p_treatment``, ``p_control``, ``log_odds_ratio``. Observed:
        ``outcome`` (arm), or ``reported_estimate``.

    Notes
    -----
    With a baseline the whole bias falls on the treatment arm; otherwise half of it on each. Only
    the sum of bias and effect is identified: what the posterior says about the bias comes from the
    priors. Do not use it to estimate a bias.

    References
    ----------
    Turner RM et al. Bias modelling in evidence synthesis. J R Stat Soc A 2009;172:21-47.
    doi:10.1111/j.1467-985X.2008.00547.x

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.models import doubt
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> bias = rsa.Prior.normal(0.1, 0.2)
    >>> model = doubt.additive_bias(trial, bias=bias, effect=rsa.Prior.normal(0, 1))
    >>> [v.name for v in model.free_RVs]
    ['effect', 'midpoint', 'bias']
    """
    if not trial.has_counts:
        return _of_reported(trial, effect, bias, bias_mean)
    risks = RiskPriors.of(
        treatment=treatment, control=control, effect=effect, baseline=baseline, midpoint=midpoint
    )
    model = two_arm_model(trial)
    with model:
        l1, l0 = risks.log_odds()
        size, first = doubted("bias", bias)
        place, second = doubted("bias_mean", bias_mean)
        total = size + place
        share = 1.0 if "baseline" in risks.priors else 0.5
        observe(
            model,
            log_odds_treatment=l1 + share * total,
            log_odds_control=l0 - (1.0 - share) * total,
        )
    return attach(
        model,
        Card(
            "additive_bias",
            trial,
            risks.priors | first | second,
            ARM_VARIABLES,
            (*risks.nuisance, *first, *second),
            source=source_of(additive_bias),
        ),
    )


def _of_reported(trial: Trial, effect: Prior | None, bias: Prior, bias_mean: Prior) -> pm.Model:
    if effect is None or trial.reported is None:
        raise InputError(
            "effect", "missing", "a reported effect needs a prior on the effect", "give effect"
        )
    model = pm.Model()
    with model:
        mean = variable("effect", effect)
        size, first = doubted("bias", bias)
        place, second = doubted("bias_mean", bias_mean)
        standard_error = pm.Data("standard_error", np.float64(trial.reported.scale_se))
        pm.Normal(
            "reported_estimate",
            mu=mean + size + place,
            sigma=standard_error,
            observed=pm.Data("estimate", np.float64(trial.reported.location)),
        )
    return attach(
        model,
        Card(
            "additive_bias",
            trial,
            {"effect": effect} | first | second,
            ("effect",),
            (*first, *second),
            observed=("reported_estimate",),
            arms=False,
            source=source_of(additive_bias),
        ),
    )
