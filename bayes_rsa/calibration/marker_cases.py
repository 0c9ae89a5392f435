"""Models of biomarkers whose long calibrations are stored.

A report's values are simulated; the findings below only say what is reported, and of how many.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa.calibration.case import Case
from bayes_rsa.priors import Prior
from bayes_rsa.trial import (
    BaselineFollowUp,
    BeforeAfter,
    Biomarker,
    DirectionOnly,
    ExactTest,
    MeanSD,
    MedianQuartiles,
    Moments,
    Printed,
    Quartiles,
    Trial,
)

_TRIAL: Final = Trial.from_counts(
    treatment=(60, 75),
    control=(47, 74),
    biomarkers=(
        Biomarker("bound", DirectionOnly("lower", Printed("<0.05"))),
        Biomarker("signed", DirectionOnly("higher", Printed(">0.05"))),
        Biomarker("t given", ExactTest("lower", None, -1.0)),
        Biomarker("P given", ExactTest("higher", Printed("0.03"))),
        Biomarker("means", MeanSD(Moments(0.0, 1.0, 75), Moments(0.0, 1.0, 74))),
        Biomarker("quartiles", MedianQuartiles(Quartiles(-1, 0, 1, 75), Quartiles(-1, 0, 1, 74))),
        Biomarker(
            "before and after",
            BaselineFollowUp(BeforeAfter(0, 1, 0, 1, 75), BeforeAfter(0, 1, 0, 1, 74)),
        ),
    ),
)
_EFFECT: Final = Prior.normal(0.0, 0.5)
_LEVELS: Final = {
    "effect": _EFFECT,
    "level": Prior.normal(0.0, 1.0),
    "log_sd_treatment": Prior.normal(0.0, 0.5),
    "log_sd_control": Prior.normal(0.0, 0.5),
}

MARKER_CASES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "direction_only": Case(
            "biomarkers.direction_only",
            {"effect": _EFFECT},
            _TRIAL,
            {"markers": ("bound", "signed")},
        ),
        "direction_only_exact": Case(
            "biomarkers.direction_only",
            {"effect": _EFFECT},
            _TRIAL,
            {"markers": ("t given", "P given")},
        ),
        "hierarchical_direction_only": Case(
            "biomarkers.hierarchical_direction_only",
            {"mean": Prior.normal(0.0, 0.5), "spread": Prior.half_normal(0.5)},
            _TRIAL,
            {"markers": ("bound", "signed"), "correlation": 0.5},
        ),
        "summary_statistics_means": Case(
            "biomarkers.summary_statistics", _LEVELS, _TRIAL, {"marker": "means"}
        ),
        "summary_statistics_quartiles": Case(
            "biomarkers.summary_statistics",
            _LEVELS,
            _TRIAL,
            {"marker": "quartiles", "scale": "raw"},
        ),
        "baseline_follow_up": Case(
            "biomarkers.baseline_follow_up",
            {
                "effect": _EFFECT,
                "correlation": Prior.beta(2.0, 2.0),
                "baseline": Prior.normal(0.0, 1.0),
                "level": Prior.normal(0.0, 1.0),
                "log_sd_baseline": Prior.normal(0.0, 0.5),
                "log_sd_treatment": Prior.normal(0.0, 0.5),
                "log_sd_control": Prior.normal(0.0, 0.5),
            },
            _TRIAL,
            {"marker": "before and after"},
            target_accept=0.97,
        ),
    }
)
"""Calibration over the prior, by name."""
