"""A likelihood that counts for less than it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_number
from bayes_rsa.models._arms import binomial_logp, two_arm_model
from bayes_rsa.models.doubt._risks import ARM_VARIABLES, RiskPriors
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

WHY_NOT_GENERATIVE = (
    "a power of a likelihood is no probability of the data, so no data can be drawn from it"
)


def discounted(
    trial: Trial,
    *,
    discount: float,
    treatment: Prior | None = None,
    control: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> pm.Model:
    r"""The likelihood raised to a power between 0 and 1.

    .. math::
        L(y \mid p_1, p_0) = \prod_k \mathrm{Binomial}(y_k \mid n_k, p_k)^{a_0}

    Parameters
    ----------
    trial
        With counts.
    discount
        The power :math:`a_0`: 1 takes the trial at its word, 0 leaves the prior.
    treatment, control, effect, baseline, midpoint
        Priors, as in :func:`bayes_rsa.models.doubt.additive_bias`.

    Returns
    -------
    pm.Model
        Free: the risks' parameters. Data: ``discount``. Observed: ``outcome`` (arm).

    Notes
    -----
    Not generative: calibration by simulation does not apply, and prediction is not offered. It is
    checked by its closed form, Beta(a + discount * events, b + discount * (n - events)). Do not put
    a prior on the power of an unnormalised likelihood.

    References
    ----------
    Ibrahim JG, Chen MH. Power prior distributions for regression models. Statistical Science
    2000;15:46-60. doi:10.1214/ss/1009212673

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.models import doubt
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> model = doubt.discounted(trial, discount=0.5, effect=rsa.Prior.normal(0, 1))
    >>> [v.name for v in model.free_RVs]
    ['effect', 'midpoint']
    """
    power = check_number("discount", discount)
    if not 0 <= power <= 1:
        raise InputError(
            "discount",
            discount,
            "a discount lies between 0 (ignore the trial) and 1 (full trust)",
            "write 0.5 for half",
        )
    risks = RiskPriors.of(
        treatment=treatment, control=control, effect=effect, baseline=baseline, midpoint=midpoint
    )
    if power == 0:
        risks.require_proper("without the trial its posterior is improper")
    model = two_arm_model(trial)
    with model:
        l1, l0 = risks.log_odds()
        pm.CustomDist(
            "outcome",
            model["n"],
            pt.stack([l1, l0]),
            pm.Data("discount", np.float64(power)),
            logp=_tempered,
            signature="(),(),()->()",
            class_name="Discounted",
            dtype="int64",
            observed=model["events"],
            dims="arm",
        )
    return attach(
        model,
        Card(
            "discounted",
            trial,
            risks.priors,
            ARM_VARIABLES,
            risks.nuisance,
            generative=False,
            why_not_generative=WHY_NOT_GENERATIVE,
            source=source_of(discounted),
        ),
    )


def _tempered(events: Any, n: Any, log_odds: Any, discount: Any) -> Any:
    return discount * binomial_logp(events, n, log_odds)
