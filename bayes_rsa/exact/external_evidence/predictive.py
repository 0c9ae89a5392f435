"""What studies predict for one more: random effects with binomial likelihoods, by quadrature."""

from __future__ import annotations

from collections.abc import Sequence

from bayes_rsa.errors import InputError
from bayes_rsa.evidence import Study
from bayes_rsa.exact.external_evidence.arms import check_bias, checked_studies, counts_of
from bayes_rsa.exact.external_evidence.level import Level
from bayes_rsa.exact.external_evidence.solving import MetaAnalyticPredictive, Task
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

__all__ = ["meta_analytic_predictive"]


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
) -> MetaAnalyticPredictive:
    r"""The trial's effect, its control log odds, or both, as one more draw beside those of studies.

    The arguments are those of :func:`bayes_rsa.models.external_evidence.meta_analytic_predictive`.

    Parameters
    ----------
    trial
        The new trial, with counts if ``with_trial``; the direction of its outcome is that in which
        the studies' events are good.
    studies
        External studies; with control arms only, if the effect is not borrowed.
    effect_mean, effect_heterogeneity
        Priors on mean and SD between studies of the log odds ratio; both, or neither. The mean may
        be flat.
    baseline_mean, baseline_heterogeneity
        The same of the control log odds.
    effect
        Prior on the trial's log odds ratio where the effect is not borrowed and the trial is among
        the data; normal, or a point.
    baseline, midpoint
        Prior on the trial's control log odds, or on the mean of its two log odds, where the control
        rate is not borrowed; midpoint ~ ``normal(0, 1.5)`` when neither is given.
    study_baseline, study_midpoint
        The same for each study, independent of the others.
    bias, baseline_bias
        Prior on the bias of each study that was not randomised: ``normal`` or ``point``.
    with_trial
        Whether the trial's counts are data.

    Raises
    ------
    InputError
        If nothing is borrowed, a study counts twice, or one that was not randomised has no bias.

    Notes
    -----
    Given mean and SD, each study's likelihood is integrated against a normal by one kernel over a
    grid (see ``kernels``); the nodes in the SD are a Gauss rule of the normal model's posterior.
    Probabilities of mean and prediction are good to 1e-7; those of one study's own value (the
    trial's, too) to about 1e-5, and to 2e-4 where the SD between studies is held near 0.

    References
    ----------
    Schmidli H et al. Robust meta-analytic-predictive priors in clinical trials with historical
    control information. Biometrics 2014;70:1023-1032. doi:10.1111/biom.12242
    """
    effects = _pair("effect", effect_mean, effect_heterogeneity)
    levels = _pair("baseline", baseline_mean, baseline_heterogeneity)
    if effects is None and levels is None:
        raise InputError(
            "effect_mean",
            "missing",
            "neither the effect nor the control rate is borrowed",
            "give effect_mean and effect_heterogeneity, or those of the baseline",
        )
    found = checked_studies(trial, studies)
    check_bias("bias", bias, found, borrowed=effects is not None)
    check_bias("baseline_bias", baseline_bias, found, borrowed=levels is not None)
    task = Task(
        keys=[study.key for study in found],
        arms=[counts_of(study, trial.better, treatment=effects is not None) for study in found],
        biased=[not study.randomised for study in found],
        effects=effects,
        levels=levels,
        bias=bias,
        baseline_bias=baseline_bias,
        study_level=Level.of(study_baseline, study_midpoint, "study_"),
        trial_level=Level.of(baseline, midpoint, ""),
        trial_effect=effect,
        trial=trial if with_trial else None,
    )
    return task.solved()


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
