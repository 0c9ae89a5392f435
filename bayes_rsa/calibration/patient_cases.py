"""Models of patient-level data that are calibrated.

Their values are simulated; what stands below says who is in which arm, what is missing, and what
has a limit of quantification.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from bayes_rsa.calibration.case import Case
from bayes_rsa.patients import SIMULATED, TIMES, MarkerTable, OutcomeTable
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

_PRIORS: Final = {
    "mean": Prior.normal(0.0, 0.5),
    "spread": Prior.half_normal(0.5),
    "level": Prior.normal(0.0, 0.5),
    "slope": Prior.normal(0.5, 0.5),
    "residual_scale": Prior.lognormal(-0.7, 0.5),
    "baseline_mean": Prior.normal(0.0, 0.5),
    "baseline_sd": Prior.lognormal(-0.7, 0.5),
}


def _design(women: int, *, limit: float | None) -> MarkerTable:
    """So many women in two arms, with two markers; the first has a limit if one is given."""
    value = np.exp(np.linspace(-1.0, 1.0, women * 2 * len(TIMES)))
    value = np.random.default_rng(women).permutation(value).reshape(women, 2, len(TIMES))
    limits = np.full(value.shape, np.nan)
    if limit is not None:
        limits[:, 0] = limit
        # A baseline, a follow-up of the first marker, and one of the second.
        value[0, 1, 0] = value[women - 1, 0, 1] = np.nan
    value[1, 1, 1] = np.nan
    return MarkerTable(
        tuple(f"S{i}" for i in range(women)),
        np.arange(women) < women // 2,
        ("first", "second"),
        value,
        limits,
        simulated=True,
    )


def _outcomes(women: int) -> OutcomeTable:
    """So many women in two arms, with a biomarker, an outcome and a covariate."""
    rng = np.random.default_rng(women)
    return OutcomeTable(
        tuple(f"S{i}" for i in range(women)),
        np.arange(women) < women // 2,
        "biomarker",
        rng.lognormal(size=women),
        (np.arange(women) % 2).astype(float),
        ("covariate",),
        rng.standard_normal((women, 1)),
        simulated=True,
    )


def _trial(women: int) -> Trial:
    half = women // 2
    return Trial.from_counts((half // 2, half), (half // 2, half), name=f"{SIMULATED}-{women}")


PATIENT_CASES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "patient_level": Case(
            "biomarkers.patient_level", _PRIORS, _trial(40), {"data": _design(40, limit=None)}
        ),
        "mediation": Case(
            "mediation",
            {
                "mediator_effect": Prior.normal(0.0, 0.7),
                "direct_log_odds": Prior.normal(0.0, 0.7),
                "mediator_log_odds": Prior.normal(0.0, 0.7),
                "interaction": Prior.normal(0.0, 0.5),
                "mediator_scale": Prior.lognormal(-0.5, 0.5),
                "outcome_level": Prior.normal(0.0, 1.0),
            },
            _trial(60),
            {"data": _outcomes(60), "mediator": "biomarker", "covariates": ("covariate",)},
        ),
    }
)
