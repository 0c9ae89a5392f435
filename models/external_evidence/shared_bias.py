"""A bias that the trial shares with trials of the same group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.models._arms import expose, observe, two_arm_model
from bayes_rsa.models.biomarkers._parameters import vector
from bayes_rsa.models.external_evidence._effects import (
    ARM_VARIABLES,
    Level,
    parameter,
    random_effects,
)
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


def shared_bias(
    trial: Trial,
    *,
    studies: Sequence[Study],
    effect_mean: Prior,
    effect_heterogeneity: Prior,
    group_bias: Prior,
    own_bias: Prior,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    study_baseline: Prior | None = None,
    study_midpoint: Prior | None = None,
    bias: Prior | None = None,
) -> pm.Model:
    r"""Trials of the trial's own group share a bias; those from elsewhere have none.

    .. math::
        \operatorname{logit} p_{h1} - \operatorname{logit} p_{h0} = \theta_h + s_h (B + b_h), \qquad
        \theta_h, \theta_\ast \sim N(\mu, \tau^2), \quad
        B \sim \texttt{group\_bias}, \quad b_h, b_\ast \sim \texttt{own\_bias}

    with :math:`s_h = 1` for the trial and its siblings, 0 elsewhere. The biases of two siblings are
    correlated by :math:`\mathrm{Var}\,B / (\mathrm{Var}\,B + \mathrm{Var}\,b)`.

    Parameters
    ----------
    trial
        With counts. Its true log odds ratio, without the bias, is what is asked for.
    studies
        External studies with both arms; those with ``same_group`` are the siblings.
    effect_mean, effect_heterogeneity
        Priors on the mean and the SD of true log odds ratios over all studies and the trial.
    group_bias
        Prior on :math:`B`, positive where the group's trials show more events on treatment than
        there truly are.
    own_bias
        Prior on what each of the group's trials adds to it; ``point(0)`` makes the biases equal.
    baseline, midpoint, study_baseline, study_midpoint, bias
        As in :func:`bayes_rsa.models.external_evidence.meta_analytic_predictive`; half of a bias
        falls on each arm unless there is a baseline.

    Returns
    -------
    pm.Model
        Free: the random effects', ``group_bias``, ``own_bias``, ``sibling_bias`` (sibling), the
        levels. Deterministic: ``total_bias`` and, all of them true values, ``effect``,
        ``study_effect`` (study), ``p_treatment``, ``p_control``, ``log_odds_ratio``. Observed:
        ``outcome`` (arm), ``study_outcome`` (study, arm).

    Notes
    -----
    What the siblings show beyond the trials from elsewhere is shared out between heterogeneity and
    bias by their priors; without trials from elsewhere nothing tells the bias from the effect. Fit
    with ``target_accept=0.95`` or more.

    References
    ----------
    Welton NJ, Ades AE, Carlin JB, Altman DG, Sterne JAC. Models for potentially biased evidence in
    meta-analysis using empirically based priors. J R Stat Soc A 2009;172:119-136.
    doi:10.1111/j.1467-985X.2008.00548.x

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.evidence import studies
    >>> from bayes_rsa.models import external_evidence
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> model = external_evidence.shared_bias(
    ...     trial,
    ...     studies=(*studies("A"), *studies("Q")),
    ...     effect_mean=rsa.Prior.normal(0, 1),
    ...     effect_heterogeneity=rsa.Prior.half_normal(0.5),
    ...     group_bias=rsa.Prior.normal(0, 0.5),
    ...     own_bias=rsa.Prior.normal(0, 0.2),
    ... )
    >>> "group_bias" in [v.name for v in model.free_RVs]
    True
    """
    found = check_studies(trial, studies, both_arms=True)
    places = [k for k, study in enumerate(found) if study.same_group]
    if not places:
        raise InputError(
            "studies",
            len(found),
            "none of them is of the trial's own group, so there is no bias to share",
            "mark siblings by same_group, or use doubt.additive_bias",
        )
    level, levels = Level.of(baseline, midpoint), Level.of(study_baseline, study_midpoint, "study_")
    model = two_arm_model(trial)
    add_studies(model, trial, found, treatment=True)
    model.add_coord("sibling", [found[k].label for k in places])
    with model:
        here, there, priors = random_effects("effect", effect_mean, effect_heterogeneity)
        common, entry = parameter("group_bias", group_bias)
        priors |= entry
        at = pm.Data("sibling_study", np.array(places, dtype=np.int64), dims="sibling")
        total, siblings = common, pt.full((len(places),), common)
        if own_bias.families == ("point",):
            own, _ = parameter("own_bias", own_bias)
            total, siblings = total + own, siblings + own
        else:
            own, entry = parameter("own_bias", own_bias)
            total = total + own
            siblings = siblings + vector("sibling_bias", own_bias, "sibling")
            priors |= entry | {"sibling_bias": own_bias}
        pm.Deterministic("total_bias", total)
        shift, entry = design_bias(model, found, "bias", bias, "effect")
        priors |= entry | level.entry | levels.entry
        place = level.variable()
        l1, l0 = level.log_odds(place, here)
        expose(log_odds_treatment=l1, log_odds_control=l0)
        l1, l0 = level.log_odds(place, here + total)
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
        seen = pt.inc_subtensor((there + shift)[at], siblings)
        study_l1, study_l0 = levels.log_odds(levels.variable(), seen)
        observe_studies(model, log_odds_treatment=study_l1, log_odds_control=study_l0)
    return attach(
        model,
        Card(
            "shared_bias",
            trial,
            priors,
            (*ARM_VARIABLES, "effect_mean"),
            tuple(name for name in priors if name != "effect_mean"),
            observed=("outcome", OBSERVED),
            source=source_of(shared_bias),
        ),
    )
