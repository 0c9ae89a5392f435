"""The models of external evidence that are calibrated, on studies made up for the purpose."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa.calibration.case import Case
from bayes_rsa.evidence import Study
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Arm


def _study(
    name: str,
    treatment: tuple[int, int],
    control: tuple[int, int],
    *,
    randomised: bool = True,
    same_group: bool = False,
) -> Study:
    return Study(
        key=name,
        label=name,
        treatment=Arm("treatment", *treatment),
        control=Arm("control", *control),
        randomised=randomised,
        same_group=same_group,
        source="made up for calibration",
    )


_LARGE: Final = _study("large", (80, 120), (70, 120))
_SMALL: Final = _study("small", (12, 20), (9, 21))
_MIDDLE: Final = _study("middle", (30, 50), (28, 49))
_COHORT: Final = _study("cohort", (45, 70), (15, 30), randomised=False)
_SIBLING: Final = _study("sibling", (60, 80), (46, 78), same_group=True)

_EFFECTS: Final = {
    "effect_mean": Prior.normal(0.0, 0.7),
    "effect_heterogeneity": Prior.lognormal(-1.0, 0.5),
}
_LEVELS: Final = {
    "midpoint": Prior.normal(0.0, 1.0),
    "study_midpoint": Prior.normal(0.0, 1.0),
}
_SHARE: Final = Prior.beta(2.0, 2.0)

EVIDENCE_CASES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "evidence_effect": Case(
            "external_evidence.meta_analytic_predictive",
            {**_EFFECTS, **_LEVELS, "bias": Prior.normal(0.2, 0.4)},
            options={"studies": (_LARGE, _COHORT)},
        ),
        "evidence_control": Case(
            "external_evidence.meta_analytic_predictive",
            {
                "baseline_mean": Prior.normal(0.0, 1.0),
                "baseline_heterogeneity": Prior.lognormal(-1.2, 0.35),
                "effect": Prior.normal(0.0, 1.0),
            },
            options={"studies": (_LARGE, _SMALL, _MIDDLE)},
        ),
        "evidence_shared_bias": Case(
            "external_evidence.shared_bias",
            {
                **_EFFECTS,
                **_LEVELS,
                "group_bias": Prior.normal(0.2, 0.4),
                "own_bias": Prior.normal(0.0, 0.2),
            },
            options={"studies": (_LARGE, _SIBLING)},
        ),
        "evidence_commensurate": Case(
            "external_evidence.commensurate",
            {
                "history": Prior.normal(0.0, 0.7),
                "difference": Prior.parse("0.5*normal(0, 0.1) + 0.5*normal(0, 0.7)"),
                **_LEVELS,
            },
            options={"studies": (_LARGE, _SMALL)},
        ),
        "evidence_power_prior_control": Case(
            "external_evidence.power_prior_control",
            {
                "discount": _SHARE,
                "treatment": Prior.beta(1.0, 1.0),
                "control": Prior.beta(1.0, 1.0),
            },
            options={"studies": (_LARGE, _SMALL)},
        ),
        "evidence_power_prior_effect": Case(
            "external_evidence.power_prior_effect",
            {
                "discount": _SHARE,
                "effect": Prior.normal(0.0, 1.0),
                "midpoint": Prior.normal(0.0, 1.0),
            },
            # Integrated out, so it is no parameter.
            options={"studies": (_LARGE, _SMALL, _COHORT), "bias": Prior.normal(0.2, 0.4)},
        ),
    }
)
"""Calibration over the prior, by name."""
