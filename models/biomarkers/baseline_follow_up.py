"""Markers reported by means and SDs before and after treatment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import ARMS, MARKER, Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_number
from bayes_rsa.models._variables import variable
from bayes_rsa.models.biomarkers._before_after_law import (
    STATISTICS,
    before_after_logp,
    before_after_random,
)
from bayes_rsa.models.biomarkers._parameters import require_proper, scalar
from bayes_rsa.priors import Prior
from bayes_rsa.trial import BaselineFollowUp, Trial, choose_markers

Tensor = Any

_FLAT = Prior.flat()


def baseline_follow_up(
    trial: Trial,
    *,
    marker: str,
    effect: Prior,
    correlation: Prior | float,
    baseline: Prior = _FLAT,
    level: Prior = _FLAT,
    log_sd_baseline: Prior = _FLAT,
    log_sd_treatment: Prior = _FLAT,
    log_sd_control: Prior = _FLAT,
) -> pm.Model:
    r"""A marker's difference at follow-up, given baseline, from means and SDs at both times.

    .. math::
        (x_{ki}, y_{ki}) \sim N\!\left((\beta, \mu_k),
        \begin{pmatrix} \sigma_b^2 & \rho\sigma_b\sigma_k \\
        \cdot & \sigma_k^2 \end{pmatrix}\right),
        \qquad \mu_1 - \mu_0 \sim \texttt{effect}

    Randomisation gives both arms one baseline mean and SD. The printed means and SDs have their
    exact joint density; the sample's covariance of the two times is integrated out.

    Parameters
    ----------
    trial
        A trial with a biomarker of this name.
    marker
        Its name; its finding is means and SDs at baseline and at follow-up.
    effect
        Prior on the difference of the follow-up means, treatment minus control, among patients with
        equal baselines, in the marker's unit. There is no default.
    correlation
        Of the two values within a patient: a prior with support inside [-1, 1], or a number. The
        summaries hardly inform it: show the answer at several numbers.
    baseline, level
        Priors on the common baseline mean and on the mean of both follow-up means.
    log_sd_baseline, log_sd_treatment, log_sd_control
        Priors on the natural logs of the SDs at baseline and at follow-up in each arm.

    Returns
    -------
    pm.Model
        Free: ``effect``, ``baseline``, ``level``, the log SDs, and ``correlation`` if it has a
        prior. Observed: ``marker_report`` (arm, statistic).

    Notes
    -----
    Assumes a bivariate normal marker with one correlation in both arms. The posterior is that of an
    analysis of covariance in large samples. Comparing the changes within each arm instead would
    answer another question.

    References
    ----------
    Liang KY, Zeger SL. Longitudinal data analysis of continuous and discrete responses for pre-post
    designs. Sankhya B 2000;62:134-148.

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> from bayes_rsa.trial import BaselineFollowUp, Biomarker
    >>> finding = BaselineFollowUp((3.0, 0.9, 2.0, 0.8, 75), (3.1, 0.9, 2.4, 0.9, 74))
    >>> trial = rsa.Trial.from_counts((60, 75), (47, 74), biomarkers=(Biomarker("IL-33", finding),))
    >>> model = models.biomarkers.baseline_follow_up(
    ...     trial, marker="IL-33", effect=rsa.Prior.normal(0, 1), correlation=0.5
    ... )
    >>> len(model.free_RVs)
    6
    """
    (chosen,) = choose_markers(trial, [marker])
    finding = chosen.finding
    if not isinstance(finding, BaselineFollowUp):
        raise InputError(
            f"biomarker {marker!r}",
            finding.kind,
            "this model needs means and SDs at baseline and at follow-up",
            "use the model of its own class of evidence",
        )
    arms = (finding.treatment, finding.control)
    values, n = np.array([arm[:4] for arm in arms]), np.array([arm.n for arm in arms], dtype=float)
    priors = {
        "effect": effect,
        "baseline": baseline,
        "level": level,
        "log_sd_baseline": log_sd_baseline,
        "log_sd_treatment": log_sd_treatment,
        "log_sd_control": log_sd_control,
    }
    model = pm.Model(coords={MARKER: (marker,), "arm": list(ARMS), "statistic": STATISTICS})
    with model:
        starts = _starts(values)
        free = {name: scalar(name, prior, starts[name]) for name, prior in priors.items()}
        if isinstance(correlation, Prior):
            priors["correlation"] = _inside(correlation)
        rho = _correlation(correlation)
        half = free["effect"] / 2
        after = pt.stack([free["level"] + half, free["level"] - half])
        log_after = pt.stack([free["log_sd_treatment"], free["log_sd_control"]])
        pm.CustomDist(
            "marker_report",
            pt.stack([pt.full_like(after, free["baseline"]), after], axis=-1),
            pt.stack([pt.full_like(log_after, free["log_sd_baseline"]), log_after], axis=-1),
            rho,
            pm.Data("report_n", n, dims="arm"),
            pm.Data("report_index", np.arange(4.0), dims="statistic"),
            logp=before_after_logp,
            random=before_after_random,
            signature="(t),(t),(),(),(s)->(s)",
            class_name="BeforeAfter",
            observed=pm.Data("report", values, dims=("arm", "statistic")),
            dims=("arm", "statistic"),
        )
    return attach(
        model,
        Card(
            "baseline_follow_up",
            trial,
            priors,
            ("effect",),
            tuple(name for name in priors if name != "effect"),
            observed=("marker_report",),
            arms=False,
            markers=(marker,),
            source=source_of(baseline_follow_up),
        ),
    )


def _starts(values: Any) -> dict[str, float]:
    before, log_before = values[:, 0].mean(), np.log(values[:, 1]).mean()
    log_sds = np.log(values[:, 3])
    return {
        "effect": values[0, 2] - values[1, 2],
        "baseline": before,
        "level": values[:, 2].mean(),
        "log_sd_baseline": log_before,
        "log_sd_treatment": log_sds[0],
        "log_sd_control": log_sds[1],
    }


def _inside(prior: Prior) -> Prior:
    require_proper("correlation", prior)
    lower, upper = prior.support
    if lower < -1 or upper > 1:
        raise InputError(
            "correlation",
            str(prior),
            "a correlation lies between -1 and 1",
            "use uniform(0, 1) or beta(a, b)",
        )
    return prior


def _correlation(correlation: Prior | float) -> Tensor:
    """The correlation as a free variable, or as data, in the model on the stack."""
    if isinstance(correlation, Prior):
        return variable("correlation", correlation)
    number = check_number("correlation", correlation, above=-1, below=1, remedy="use 0.5")
    return pm.Data("correlation", np.float64(number))
