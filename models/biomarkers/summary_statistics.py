"""Markers reported by summaries of each arm: means and SDs, or quartiles."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsa.contract import ARMS, MARKER, Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.models.biomarkers._parameters import scalar
from bayes_rsa.models.biomarkers._summary_laws import (
    moment_logp,
    moment_random,
    quartile_logp,
    quartile_random,
)
from bayes_rsa.priors import Prior
from bayes_rsa.trial import (
    MedianQuartiles,
    Moments,
    Quartiles,
    Trial,
    arm_moments,
    arm_quartiles,
    choose_markers,
)

Tensor = Any

STANDARDISED: Final = "standardised_difference"
_FLAT: Final = Prior.flat()


def summary_statistics(
    trial: Trial,
    *,
    marker: str,
    effect: Prior,
    level: Prior = _FLAT,
    log_sd_treatment: Prior = _FLAT,
    log_sd_control: Prior = _FLAT,
    scale: str | None = None,
    quantile_rule: int = 6,
) -> pm.Model:
    r"""A marker's difference from each arm's mean, SD and n, or from its quartiles.

    .. math::
        x_{ki} \sim N(\mu_k, \sigma_k^2), \qquad
        \mu_1 - \mu_0 \sim \texttt{effect}, \quad \tfrac12(\mu_1 + \mu_0) \sim \texttt{level}, \quad
        \log \sigma_k \sim \texttt{log\_sd}_k

    A mean has the density :math:`N(\mu_k, \sigma_k^2/n_k)` and an SD that of
    :math:`\sigma_k \sqrt{\chi^2_{n_k-1}/(n_k-1)}`: with flat priors this is the Behrens-Fisher
    posterior. Quartiles have the joint density of three order statistics.

    Parameters
    ----------
    trial
        A trial with a biomarker of this name.
    marker
        Its name; its finding is means and SDs, geometric ones, or quartiles.
    effect
        Prior on the difference, treatment minus control, in the marker's unit; on the log scale on
        the log of the ratio of geometric means. There is no default.
    level
        Prior on the mean of both arms' means, on the same scale.
    log_sd_treatment, log_sd_control
        Priors on the natural log of each arm's SD.
    scale
        ``"raw"``: the marker is normal; ``"log"``: its logarithm is. By default raw for means and
        SDs, log for geometric ones (the only scale) and for quartiles. Arithmetic means and SDs on
        the log scale are converted as those of a lognormal marker: an approximation, in doubt where
        the SD is above 1.2 times the mean.
    quantile_rule
        How the quartiles were taken from the sample: 6 puts them at (n + 1)p (SPSS, Prism), 7 at
        1 + (n − 1)p (R, NumPy).

    Returns
    -------
    pm.Model
        Free: ``effect``, ``level``, ``log_sd_treatment``, ``log_sd_control``. Deterministic:
        ``standardised_difference`` (over the root mean square of both SDs). Observed:
        ``marker_report`` (arm, statistic).

    Notes
    -----
    Assumes a normal marker (or its logarithm) in each arm. Quartiles of a marker that is neither
    answer for the family that is assumed, not for the marker.

    References
    ----------
    Barnard GA. Comparing the means of two independent samples. Appl Stat 1984;33:266-271.
    doi:10.2307/2347702

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> from bayes_rsa.trial import Biomarker, MeanSD
    >>> marker = Biomarker("IL-33", MeanSD((2.0, 0.8, 75), (2.4, 0.9, 74)))
    >>> trial = rsa.Trial.from_counts((60, 75), (47, 74), biomarkers=(marker,))
    >>> model = models.biomarkers.summary_statistics(
    ...     trial, marker="IL-33", effect=rsa.Prior.normal(0, 1)
    ... )
    >>> [v.name for v in model.free_RVs]
    ['effect', 'level', 'log_sd_treatment', 'log_sd_control']
    """
    (chosen,) = choose_markers(trial, [marker])
    quartiles = isinstance(chosen.finding, MedianQuartiles)
    names = Quartiles._fields[:3] if quartiles else Moments._fields[:2]
    if quartiles:
        _, cuts = arm_quartiles(chosen, scale)
        centres = [q.median for q in cuts]
        sds = [(q.q3 - q.q1) / 1.349 for q in cuts]
        values, sizes = np.array([q[:3] for q in cuts]), [q.n for q in cuts]
    else:
        _, arms = arm_moments(chosen, scale)
        centres, sds = [a.mean for a in arms], [a.sd for a in arms]
        values, sizes = np.array([a[:2] for a in arms]), [a.n for a in arms]
    priors = {
        "effect": effect,
        "level": level,
        "log_sd_treatment": log_sd_treatment,
        "log_sd_control": log_sd_control,
    }
    model = pm.Model(coords={MARKER: (marker,), "arm": list(ARMS), "statistic": names})
    with model:
        starts = _starts(centres, sds)
        free = {name: scalar(name, prior, starts[name]) for name, prior in priors.items()}
        half = free["effect"] / 2
        means = pt.stack([free["level"] + half, free["level"] - half])
        log_sds = pt.stack([free["log_sd_treatment"], free["log_sd_control"]])
        pooled = pt.sqrt(pt.exp(2 * log_sds).mean())
        pm.Deterministic(STANDARDISED, free["effect"] / pooled)
        observed = pm.Data("report", values, dims=("arm", "statistic"))
        n = pm.Data("report_n", np.array(sizes, dtype=float), dims="arm")
        if quartiles:
            positions = np.array([_positions(size, quantile_rule) for size in sizes])
            pm.CustomDist(
                "marker_report",
                means,
                log_sds,
                n,
                pm.Data("report_positions", positions, dims=("arm", "statistic")),
                logp=quartile_logp,
                random=quartile_random,
                signature="(),(),(),(s)->(s)",
                class_name="Quartiles",
                observed=observed,
                dims=("arm", "statistic"),
            )
        else:
            pm.CustomDist(
                "marker_report",
                means[:, None],
                log_sds[:, None],
                n[:, None],
                pm.Data("report_is_sd", np.array([0.0, 1.0]), dims="statistic"),
                logp=moment_logp,
                random=moment_random,
                signature="(),(),(),()->()",
                class_name="MeanSD",
                observed=observed,
                dims=("arm", "statistic"),
            )
    return attach(
        model,
        Card(
            "summary_statistics",
            trial,
            priors,
            ("effect", STANDARDISED),
            ("level", "log_sd_treatment", "log_sd_control"),
            observed=("marker_report",),
            arms=False,
            markers=(marker,),
            source=source_of(summary_statistics),
        ),
    )


def _starts(centres: list[float], sds: list[float]) -> dict[str, float]:
    """Where sampling starts: at the data, since zero may be thousands of SDs away."""
    return {
        "effect": centres[0] - centres[1],
        "level": 0.5 * (centres[0] + centres[1]),
        "log_sd_treatment": float(np.log(sds[0])),
        "log_sd_control": float(np.log(sds[1])),
    }


def _positions(n: int, rule: int) -> list[float]:
    if rule not in (6, 7):
        raise InputError(
            "quantile_rule", rule, "rules 6 and 7 of Hyndman and Fan are known", "use 6 or 7"
        )
    return [(n + 1) * p if rule == 6 else 1 + (n - 1) * p for p in (0.25, 0.5, 0.75)]
