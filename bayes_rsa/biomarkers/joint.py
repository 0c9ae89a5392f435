"""Several markers reported by direction: whether all are lower, at several correlations."""

from __future__ import annotations

from collections.abc import Sequence

from bayes_rsa.defaults import MARKER_CORRELATIONS, REFERENCE_EFFECT_SD
from bayes_rsa.exact.biomarkers import JointMarkers, joint_direction
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

__all__ = ["joint_table"]


def joint_table(
    trial: Trial,
    *,
    sd: float = REFERENCE_EFFECT_SD,
    correlations: Sequence[float] = MARKER_CORRELATIONS,
    markers: Sequence[str] | None = None,
    n: tuple[int, int] | None = None,
) -> tuple[tuple[str, JointMarkers], ...]:
    """The joint statement "all lower" under independent and under related differences.

    Parameters
    ----------
    trial, markers, n
        As in ``bayes_rsa.exact.biomarkers.joint_direction``.
    sd
        SD of the normal prior (mean 0) on each difference, or on their mean.
    correlations
        Correlations of any two markers within a patient.

    Returns
    -------
    tuple
        Pairs of the prior in words and the :class:`JointMarkers`.
    """
    prior = Prior.normal(0.0, sd)
    rows = []
    for rho in correlations:
        options = {"markers": markers, "n": n, "correlation": rho}
        rows.append(("independent", joint_direction(trial, effect=prior, **options)))  # type: ignore[arg-type]
        rows.append(("hierarchical", joint_direction(trial, mean=prior, **options)))  # type: ignore[arg-type]
    return tuple(rows)
