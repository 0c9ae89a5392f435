"""A common parameter of the studies, from which the trial's differs by an amount with a prior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pymc as pm

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.models._arms import expose, observe, two_arm_model
from bayes_rsa.models.external_evidence._effects import ARM_VARIABLES, Level, parameter
from bayes_rsa.models.external_evidence._studies import (
    OBSERVED,
    add_studies,
    check_studies,
    design_bias,
    observe_studies,
)
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    from bayes_rsa.evidence import Study


def commensurate(
    trial: Trial,
    *,
    studies: Sequence[Study],
    history: Prior,
    difference: Prior,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    study_baseline: Prior | None = None,
    study_midpoint: Prior | None = None,
    bias: Prior | None = None,
) -> pm.Model:
    r"""The trial's log odds ratio lies about the one that the studies have in common.

    .. math::
        y_{hk} \sim \mathrm{Binomial}(n_{hk}, p_{hk}), \qquad
        \operatorname{logit} p_{h1} - \operatorname{logit} p_{h0} = \theta_H + b_h, \qquad
        \theta = \theta_H + \Delta

    with :math:`\theta_H \sim \texttt{history}` and :math:`\Delta \sim \texttt{difference}`.

    Parameters
    ----------
    trial
        With counts.
    studies
        External studies with both arms.
    history
        Prior on the studies' common log odds ratio.
    difference
        Prior on how far the trial's lies from it. Hobbs' :math:`N(0, 1/\kappa)` with a spike and a
        slab on the commensurability :math:`\kappa` is a mixture of normals:
        ``0.5*normal(0, 0.05) + 0.5*normal(0, 1)``; see
        :func:`bayes_rsa.borrowing.spike_and_slab`.
    baseline, midpoint, study_baseline, study_midpoint, bias
        As in :func:`bayes_rsa.models.external_evidence.meta_analytic_predictive`.

    Returns
    -------
    pm.Model
        Free: ``history``, ``difference``, the levels, ``bias`` where there is one. Deterministic:
        ``effect``, ``p_treatment``, ``p_control``, ``log_odds_ratio``. Observed: ``outcome`` (arm),
        ``study_outcome`` (study, arm).

    Notes
    -----
    Assumes that the studies agree with each other, which with more than two of them is better left
    to random effects. A narrow part of ``difference`` borrows fully, a wide one hardly; the data
    choose between them.

    References
    ----------
    Hobbs BP, Carlin BP, Mandrekar SJ, Sargent DJ. Hierarchical commensurate and power prior models
    for adaptive incorporation of historical information in clinical trials. Biometrics
    2011;67:1047-1056. doi:10.1111/j.1541-0420.2011.01564.x

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.evidence import studies
    >>> from bayes_rsa.models import external_evidence
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> model = external_evidence.commensurate(
    ...     trial,
    ...     studies=studies("A")[:1],
    ...     history=rsa.Prior.normal(0, 2),
    ...     difference=rsa.Prior.parse("0.5*normal(0, 0.05) + 0.5*normal(0, 1)"),
    ... )
    >>> [v.name for v in model.free_RVs]
    ['history', 'difference', 'midpoint', 'study_midpoint']
    """
    found = check_studies(trial, studies, both_arms=True)
    level, levels = Level.of(baseline, midpoint), Level.of(study_baseline, study_midpoint, "study_")
    model = two_arm_model(trial)
    add_studies(model, trial, found, treatment=True)
    with model:
        common, first = parameter("history", history)
        apart, second = parameter("difference", difference)
        effect = pm.Deterministic("effect", common + apart)
        shift, entry = design_bias(model, found, "bias", bias, "effect")
        l1, l0 = level.log_odds(level.variable(), effect)
        study_l1, study_l0 = levels.log_odds(levels.variable(), common + shift)
        expose(log_odds_treatment=l1, log_odds_control=l0)
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
        observe_studies(model, log_odds_treatment=study_l1, log_odds_control=study_l0)
    priors = first | second | entry | level.entry | levels.entry
    free = tuple(name for name in ("history", "difference") if name in priors)
    return attach(
        model,
        Card(
            "commensurate",
            trial,
            priors,
            (*ARM_VARIABLES, *free),
            tuple(name for name in priors if name not in free),
            observed=("outcome", OBSERVED),
            source=source_of(commensurate),
        ),
    )
