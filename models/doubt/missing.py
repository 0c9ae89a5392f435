"""Participants whose outcome is missing, perhaps because of it."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.fields import check_count
from bayes_rsa.models._arms import observe, two_arm_model
from bayes_rsa.models.doubt._risks import ARM_VARIABLES, RiskPriors, doubted
from bayes_rsa.models.doubt.bias import NO_DOUBT
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

Tensor = Any
_LOG2: Final = math.log(2.0)


def missing_outcomes(
    trial: Trial,
    *,
    missing: tuple[int, int],
    imor_treatment: Prior = NO_DOUBT,
    imor_control: Prior = NO_DOUBT,
    treatment: Prior | None = None,
    control: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> pm.Model:
    r"""Some participants beside those counted were randomised, and their outcome is unknown.

    .. math::
        y_k \sim \mathrm{Binomial}(n_k, x_k), \qquad
        p_k = (1 - f_k)\, x_k + f_k
        \operatorname{expit}(\operatorname{logit} x_k + \lambda_k), \qquad
        f_k = \frac{m_k}{n_k + m_k}

    Parameters
    ----------
    trial
        With the counts of those observed.
    missing
        Participants without an outcome, :math:`m_k`, in (treatment, control).
    imor_treatment, imor_control
        Prior on :math:`\lambda_k`, the log of the informative missingness odds ratio: odds of the
        event among the missing over those among the observed. The default, 0, is missing at random.
    treatment, control, effect, baseline, midpoint
        Priors on the risk :math:`p_k` of all who were randomised, as in
        :func:`bayes_rsa.models.doubt.additive_bias`.

    Returns
    -------
    pm.Model
        Free: the risks' parameters, ``imor_treatment`` and ``imor_control`` where they are no
        points. Data: ``missing_share`` (arm). Observed: ``outcome`` (arm), those observed.

    Notes
    -----
    The data say nothing about the odds ratios: their posterior is their prior, but for what the
    risks' priors rule out. They are independent between arms; give both arms' their worst values to
    see how much they can do.

    References
    ----------
    White IR, Higgins JPT, Wood AM. Allowing for uncertainty due to missing data in meta-analysis,
    part 1. Statistics in Medicine 2008;27:711-727. doi:10.1002/sim.3008

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.models import doubt
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> worse = rsa.Prior.normal(-1, 0.5)
    >>> model = doubt.missing_outcomes(
    ...     trial, missing=(5, 5), imor_treatment=worse, effect=rsa.Prior.normal(0, 1)
    ... )
    >>> [v.name for v in model.free_RVs]
    ['effect', 'midpoint', 'imor_treatment']
    """
    names = ("missing.treatment", "missing.control")
    counts = [check_count(name, m) for name, m in zip(names, missing, strict=True)]
    risks = RiskPriors.of(
        treatment=treatment, control=control, effect=effect, baseline=baseline, midpoint=midpoint
    )
    model = two_arm_model(trial)
    with model:
        log_odds = risks.log_odds()
        treated, first = doubted("imor_treatment", imor_treatment)
        untreated, second = doubted("imor_control", imor_control)
        # A share, and not a count: two trials pooled have it, too.
        shares = [m / (m + n) if m else 0.0 for m, n in zip(counts, trial.n, strict=True)]
        share = pm.Data("missing_share", np.array(shares), dims="arm")
        l1, l0 = (
            observed_log_odds(log_odds[k], imor, share[k])
            for k, imor in enumerate((treated, untreated))
        )
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
    return attach(
        model,
        Card(
            "missing_outcomes",
            trial,
            risks.priors | first | second,
            ARM_VARIABLES,
            (*risks.nuisance, *first, *second),
            source=source_of(missing_outcomes),
        ),
    )


def observed_log_odds(log_odds: Tensor, log_imor: Tensor, share: Tensor) -> Tensor:
    """Log odds of the event among the observed, given those among all.

    The root of a quadratic, written for each outcome without cancellation: see the exact engine's
    function of this name, which a test holds equal.
    """
    size = pt.abs(log_imor)
    sign = pt.switch(log_imor > 0, 1.0, -1.0)
    b, a = pt.exp(-size), -pt.expm1(-size)
    log_p, log_q = -pt.softplus(-sign * log_odds), -pt.softplus(sign * log_odds)
    q = pt.exp(log_q)
    over = a * (pt.exp(log_p) - share)
    root = pt.sqrt((b + over) ** 2 + 4.0 * q * a * share * b)
    high = over > b
    # In the branch that is not taken, numbers that have a gradient.
    far = pt.switch(high, (over + q * a * share) / (root + pt.abs(over - b)), 1.0)
    near = pt.switch(high, 1.0, b - over + root)
    log_x = log_p + pt.switch(high, -_LOG2 - pt.log(far), _LOG2 - size - pt.log(near))
    log_y = _LOG2 + log_q - pt.log(1.0 - share * a + q * a + root)
    return sign * (log_x - log_y)
