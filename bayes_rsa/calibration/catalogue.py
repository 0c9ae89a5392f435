"""The models that are calibrated, each with moderate priors and the tacrolimus trial's sizes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa.calibration.case import Case
from bayes_rsa.calibration.doubt_cases import DOUBT_CASES
from bayes_rsa.calibration.evidence_cases import EVIDENCE_CASES
from bayes_rsa.calibration.marker_cases import MARKER_CASES
from bayes_rsa.calibration.patient_cases import PATIENT_CASES
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

_EFFECT: Final = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
_MIXTURE: Final = Prior.parse("0.8*normal(0, 0.355) + 0.2*student_t(5, 0, 1)")

CASES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "independent_arms": Case(
            "independent_arms",
            {"treatment": Prior.beta(1.0, 1.0), "control": Prior.beta(1.0, 1.0)},
        ),
        "independent_arms_mixture": Case(
            "independent_arms",
            {
                "treatment": Prior.parse("0.7*beta(12, 8) + 0.3*beta(1, 1)"),
                "control": Prior.logit_normal(0.0, 1.0),
            },
        ),
        "log_odds_ratio_midpoint": Case(
            "log_odds_ratio",
            {"effect": Prior.normal(0.0, 1.0), "midpoint": Prior.normal(0.0, 1.5)},
        ),
        "log_odds_ratio_baseline": Case(
            "log_odds_ratio",
            {"effect": Prior.normal(0.0, 1.0), "baseline": Prior.normal(0.0, 1.5)},
        ),
        "log_odds_ratio_mixture": Case(
            "log_odds_ratio", {"effect": _MIXTURE, "midpoint": Prior.logistic(0.0, 1.0)}
        ),
        "log_risk_ratio": Case(
            "log_risk_ratio",
            {"effect": Prior.normal(0.0, 0.5), "baseline": Prior.normal(0.0, 1.0)},
        ),
        "risk_difference": Case(
            "risk_difference",
            {"effect": Prior.normal(0.0, 0.2), "baseline": Prior.normal(0.0, 1.0)},
        ),
        "reported_effect": Case("reported_effect", {"effect": Prior.normal(0.0, 1.0)}, _EFFECT),
        **DOUBT_CASES,
        **EVIDENCE_CASES,
        **MARKER_CASES,
        **PATIENT_CASES,
    }
)
"""Calibration over the prior, by name."""


def posterior_cases() -> dict[str, Case]:
    """Calibration at the trial's own data, for each archetype of Zampieri et al. and both arms.

    The archetypes are those for a planned odds ratio of 2.
    """
    from bayes_rsa.priors import zampieri

    midpoint = Prior.normal(0.0, 1.5)
    cases = {
        f"posterior_{name.replace(' ', '_')}": Case(
            "log_odds_ratio", {"effect": prior, "midpoint": midpoint}
        )
        for name, prior in zampieri(planned_odds_ratio=2.0).items()
    }
    uniform = Prior.beta(1.0, 1.0)
    cases["posterior_uniform_arms"] = Case(
        "independent_arms", {"treatment": uniform, "control": uniform}
    )
    return cases
