"""The models of doubt that are calibrated; the discounted likelihood generates no data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa.calibration.case import Case
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

_EFFECT: Final = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
_NORMAL: Final = Prior.normal(0.0, 1.0)

DOUBT_CASES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "doubt_additive_bias": Case(
            "doubt.additive_bias",
            {
                "bias": Prior.normal(0.1, 0.4),
                "bias_mean": Prior.normal(0.0, 0.2),
                "effect": _NORMAL,
                "midpoint": _NORMAL,
            },
        ),
        "doubt_bias_of_reported": Case(
            "doubt.additive_bias", {"bias": Prior.normal(0.1, 0.4), "effect": _NORMAL}, _EFFECT
        ),
        "doubt_missing_outcomes": Case(
            "doubt.missing_outcomes",
            {
                "imor_treatment": Prior.normal(-0.5, 1.0),
                "imor_control": Prior.normal(0.5, 1.0),
                "effect": _NORMAL,
                "midpoint": _NORMAL,
            },
            options={"missing": (19, 25)},
        ),
        "doubt_misclassified_outcomes": Case(
            "doubt.misclassified_outcomes",
            {
                "sensitivity_treatment": Prior.beta(18.0, 3.0),
                "sensitivity_control": Prior.beta(18.0, 3.0),
                "specificity_treatment": Prior.beta(25.0, 2.0),
                "specificity_control": Prior.beta(25.0, 2.0),
                "effect": _NORMAL,
                "midpoint": _NORMAL,
            },
        ),
    }
)
"""Calibration over the prior, by name."""
