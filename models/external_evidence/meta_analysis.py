"""Random effects over external studies, and what they predict for the trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pymc as pm

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.models._arms import expose, observe, two_arm_model
from bayes_rsa.models.external_evidence._effects import (
    ARM_VARIABLES,
    Level,
    parameter,
    random_effects,
    refuse,
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


def meta_analytic_predictive(
    trial: Trial,
    *,
    studies: Sequence[Study],
    effect_mean: Prior | None = None,
    effect_heterogeneity: Prior | None = None,
    baseline_mean: Prior | None = None,
    baseline_heterogeneity: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    study_baseline: Prior | None = None,
    study_midpoint: Prior | None = None,
    bias: Prior | None = None,
    baseline_bias: Prior | None = None,
    with_trial: bool = True,
) -> pm.Model:
    r"""The trial's effect, its control log odds, or both, as one more draw beside those of studies.

    .. math::
        y_{hk} \sim \mathrm{Binomial}(n_{hk}, p_{hk}), \qquad
        \operatorname{logit} p_{h1} - \operatorname{logit} p_{h0} = \theta_h + b_h, \qquad
        \theta_h, \theta_\ast \sim N(\mu, \tau^2)

    and likewise for the control log odds, :math:`\operatorname{logit} p_{h0} = \alpha_h + c_h`,
    :math:`\alpha_h, \alpha_\ast \sim N(\mu_\alpha, \tau_\alpha^2)`; the trial's own
    :math:`\theta_\ast`, :math:`\alpha_\ast` carry no star in the code.

    Parameters
    ----------
    trial
        The new trial, with counts; their sizes alone matter if ``with_trial`` is false.
    studies
        External studies; with control arms only, if the effect is not borrowed.
    effect_mean, effect_heterogeneity
        Priors on :math:`\mu` and :math:`\tau` (log odds ratio); both, or neither.
    baseline_mean, baseline_heterogeneity
        Priors on :math:`\mu_\alpha` and :math:`\tau_\alpha` (control log odds); both, or neither.
    effect
        Prior on the trial's log odds ratio where the effect is not borrowed. Then of the studies
        the control arms alone are used.
    baseline, midpoint
        Prior on the trial's control log odds, or on the mean of its two log odds, where the control
        rate is not borrowed; midpoint ~ ``normal(0, 1.5)`` when neither is given.
    study_baseline, study_midpoint
        The same for each study, independent of the others.
    bias, baseline_bias
        Prior on :math:`b_h` and :math:`c_h` of each study that was not randomised; 0 in the others.
    with_trial
        Whether the trial's counts are data. If not, what is exposed is the prediction for it: the
        meta-analytic predictive (MAP) prior.

    Returns
    -------
    pm.Model
        Free: ``effect_mean``, ``effect_heterogeneity``, ``effect_offset``, ``study_effect_offset``
        (study); the same for ``baseline``; otherwise the levels. Deterministic: ``effect``,
        ``study_effect`` (study), ``p_treatment``, ``p_control``, ``log_odds_ratio``. Observed:
        ``study_outcome`` (study, arm), and ``outcome`` (arm).

    Raises
    ------
    InputError
        If nothing is borrowed, or a study that was not randomised has no bias term.

    Notes
    -----
    Assumes that the trial and the studies are exchangeable: before the data nobody could have said
    which has the larger effect. With few studies the prior on the heterogeneity decides how much is
    borrowed. Do not use it for studies that share authors or site with the trial without saying so;
    see :func:`bayes_rsa.models.external_evidence.shared_bias`. Where the heterogeneity may be near
    0, NUTS wants small steps: fit with ``target_accept=0.95`` or more.

    References
    ----------
    Schmidli H, Gsteiger S, Roychoudhury S, O'Hagan A, Spiegelhalter D, Neuenschwander B. Robust
    meta-analytic-predictive priors in clinical trials with historical control information.
    Biometrics 2014;70:1023-1032. doi:10.1111/biom.12242

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.evidence import studies
    >>> from bayes_rsa.models import external_evidence
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> model = external_evidence.meta_analytic_predictive(
    ...     trial,
    ...     studies=studies("A"),
    ...     effect_mean=rsa.Prior.normal(0, 2),
    ...     effect_heterogeneity=rsa.Prior.half_normal(0.5),
    ...     with_trial=False,
    ... )
    >>> [v.name for v in model.observed_RVs]
    ['study_outcome']
    """
    borrowed = {
        "effect": _pair("effect", effect_mean, effect_heterogeneity),
        "baseline": _pair("baseline", baseline_mean, baseline_heterogeneity),
    }
    if not any(borrowed.values()):
        raise InputError(
            "effect_mean",
            "missing",
            "neither the effect nor the control rate is borrowed",
            "give effect_mean and effect_heterogeneity, or those of the baseline",
        )
    found = check_studies(trial, studies, both_arms=borrowed["effect"] is not None)
    priors: dict[str, Prior] = {}
    model = two_arm_model(trial)
    add_studies(model, trial, found, treatment=borrowed["effect"] is not None)
    with model:
        if pair := borrowed["effect"]:
            refuse("the trial's effect is drawn beside the studies'", effect=effect)
            here, there, entry = random_effects("effect", *pair)
            shift, biased = design_bias(model, found, "bias", bias, "effect")
            there = there + shift
            priors |= entry | biased
        else:
            refuse("the effect is not borrowed", bias=bias)
            here, entry = parameter("effect", _required(effect))
            there = 0.0
            priors |= entry
        if pair := borrowed["baseline"]:
            refuse(
                "the trial's control rate is drawn beside the studies'",
                baseline=baseline,
                midpoint=midpoint,
                study_baseline=study_baseline,
                study_midpoint=study_midpoint,
            )
            l0, study_l0, entry = random_effects("baseline", *pair)
            shift, biased = design_bias(model, found, "baseline_bias", baseline_bias, "rate")
            l1, study_l0 = l0 + here, study_l0 + shift
            study_l1 = study_l0 + there
            priors |= entry | biased
        else:
            refuse("the control rate is not borrowed", baseline_bias=baseline_bias)
            level = Level.of(baseline, midpoint)
            levels = Level.of(study_baseline, study_midpoint, "study_")
            l1, l0 = level.log_odds(level.variable(), here)
            study_l1, study_l0 = levels.log_odds(levels.variable(), there)
            priors |= level.entry | levels.entry
        expose(log_odds_treatment=l1, log_odds_control=l0)
        observe_studies(model, log_odds_treatment=study_l1, log_odds_control=study_l0)
        if with_trial:
            observe(model, log_odds_treatment=l1, log_odds_control=l0)
    means = tuple(name for name in ("effect_mean", "baseline_mean") if name in priors)
    return attach(
        model,
        Card(
            "meta_analytic_predictive",
            trial,
            priors,
            (*ARM_VARIABLES, *means),
            tuple(name for name in priors if name not in means),
            observed=(OBSERVED, "outcome") if with_trial else (OBSERVED,),
            source=source_of(meta_analytic_predictive),
        ),
    )


def _pair(name: str, mean: Prior | None, heterogeneity: Prior | None) -> tuple[Prior, Prior] | None:
    if mean is None and heterogeneity is None:
        return None
    if mean is None or heterogeneity is None:
        absent = "mean" if mean is None else "heterogeneity"
        raise InputError(
            f"{name}_{absent}",
            "missing",
            "random effects have a mean and an SD between studies",
            f"give {name}_mean and {name}_heterogeneity",
        )
    return mean, heterogeneity


def _required(effect: Prior | None) -> Prior:
    if effect is None:
        raise InputError(
            "effect",
            "missing",
            "where the effect is not borrowed, it needs a prior of its own",
            "give effect, or effect_mean and effect_heterogeneity",
        )
    return effect
