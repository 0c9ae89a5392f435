"""Outcomes that were recorded wrongly."""

from __future__ import annotations

from typing import Any, Final

import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.models._arms import observe, two_arm_model
from bayes_rsa.models.doubt._risks import ARM_VARIABLES, RiskPriors, doubted, require_probability
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

Tensor = Any
PERFECT: Final = Prior.point(1.0)


def misclassified_outcomes(
    trial: Trial,
    *,
    sensitivity_treatment: Prior = PERFECT,
    sensitivity_control: Prior = PERFECT,
    specificity_treatment: Prior = PERFECT,
    specificity_control: Prior = PERFECT,
    treatment: Prior | None = None,
    control: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> pm.Model:
    r"""Events were recorded with a sensitivity and a specificity in each arm.

    .. math::
        y_k \sim \mathrm{Binomial}(n_k, \pi_k), \qquad
        \pi_k = p_k\, \mathrm{Se}_k + (1 - p_k)(1 - \mathrm{Sp}_k)

    Parameters
    ----------
    trial
        With the recorded counts.
    sensitivity_treatment, sensitivity_control
        Prior on :math:`\mathrm{Se}_k`, the probability that a true event was recorded.
    specificity_treatment, specificity_control
        Prior on :math:`\mathrm{Sp}_k`, the probability that a true non-event was recorded as one.
    treatment, control, effect, baseline, midpoint
        Proper priors on the true risks, as in :func:`bayes_rsa.models.doubt.additive_bias`.

    Returns
    -------
    pm.Model
        Free: the true risks' parameters, and each sensitivity and specificity that is no point.
        Deterministic: the true ``p_treatment``, ``p_control``, ``log_odds_ratio``. Observed:
        ``outcome`` (arm), as recorded.

    Notes
    -----
    Sensitivity, specificity and the true risk of an arm are not identified by its two counts: the
    posterior leans on the priors of all three, and an answer is no better than they are. Priors
    should keep sensitivity + specificity above 1; below, events and non-events change places.
    Error that is the same in both arms hardly moves P(benefit); error that differs does.

    References
    ----------
    Gustafson P. Measurement Error and Misclassification in Statistics and Epidemiology. Chapman &
    Hall 2003. doi:10.1201/9780203502761

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.models import doubt
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> model = doubt.misclassified_outcomes(
    ...     trial, sensitivity_control=rsa.Prior.beta(95, 5), effect=rsa.Prior.normal(0, 1)
    ... )
    >>> [v.name for v in model.free_RVs]
    ['effect', 'midpoint', 'sensitivity_control']
    """
    risks = RiskPriors.of(
        treatment=treatment, control=control, effect=effect, baseline=baseline, midpoint=midpoint
    )
    rates = {
        "sensitivity_treatment": sensitivity_treatment,
        "sensitivity_control": sensitivity_control,
        "specificity_treatment": specificity_treatment,
        "specificity_control": specificity_control,
    }
    for name, prior in rates.items():
        require_probability(name, prior)
    for arm in ("treatment", "control"):
        _require_information(arm, rates[f"sensitivity_{arm}"], rates[f"specificity_{arm}"])
    if any(prior != PERFECT for prior in rates.values()):
        risks.require_proper("with misclassified outcomes its posterior is improper")
    model = two_arm_model(trial)
    free: dict[str, Prior] = {}
    with model:
        l1, l0 = risks.log_odds()
        variables = {}
        for name, prior in rates.items():
            variables[name], entry = doubted(name, prior)
            free |= entry
        recorded = {
            arm: _recorded(
                log_odds, variables[f"sensitivity_{arm}"], variables[f"specificity_{arm}"]
            )
            for arm, log_odds in (("treatment", l1), ("control", l0))
        }
        observe(
            model,
            log_odds_treatment=recorded["treatment"],
            log_odds_control=recorded["control"],
        )
    return attach(
        model,
        Card(
            "misclassified_outcomes",
            trial,
            risks.priors | free,
            ARM_VARIABLES,
            (*risks.nuisance, *free),
            source=source_of(misclassified_outcomes),
        ),
    )


def _recorded(log_odds: Tensor, sensitivity: Tensor, specificity: Tensor) -> Tensor:
    """Log odds of an event being recorded."""
    p, q = pt.sigmoid(log_odds), pt.sigmoid(-log_odds)
    yes = sensitivity * p + (1.0 - specificity) * q
    no = (1.0 - sensitivity) * p + specificity * q
    return pt.log(yes) - pt.log(no)


def _require_information(arm: str, sensitivity: Prior, specificity: Prior) -> None:
    if sensitivity.families == specificity.families == ("point",):
        (se,), (sp,) = sensitivity.components[0].arguments, specificity.components[0].arguments
        if se + sp <= 1:
            raise InputError(
                f"sensitivity_{arm}",
                str(sensitivity),
                f"with {specificity} as specificity the record says nothing, or the opposite",
                "their sum must be above 1",
            )
