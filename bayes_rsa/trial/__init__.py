"""A published two-arm randomised trial, as values that validate when made.

A :class:`Trial` holds two :class:`Arm`, an :class:`Outcome`, the :class:`ReportedEffect` with each
number :class:`Printed` as text, and what was reported or planned beside.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.fields import NOT_REPORTED
from bayes_rsa.trial.arm import Arm
from bayes_rsa.trial.arm_summary import BeforeAfter, Moments, Quartiles
from bayes_rsa.trial.biomarker import Biomarker
from bayes_rsa.trial.expectation import PlannedEffect, Threshold
from bayes_rsa.trial.finding import (
    BaselineFollowUp,
    DirectionOnly,
    ExactTest,
    Finding,
    GeometricMeanSD,
    MeanSD,
    MedianQuartiles,
    PatientLevel,
)
from bayes_rsa.trial.outcome import Outcome
from bayes_rsa.trial.printed import Printed
from bayes_rsa.trial.reported import MEASURES, ReportedEffect
from bayes_rsa.trial.t_report import TReport, critical_t, pooled_t, t_report
from bayes_rsa.trial.value import Trial

if TYPE_CHECKING:
    from bayes_rsa.trial.conversion import arm_moments, arm_quartiles
    from bayes_rsa.trial.marker_choice import (
        choose_markers,
        chosen_reports,
        marker_arms,
        require_separate_facts,
    )
    from bayes_rsa.trial.table import trial_from_dict

__all__ = [
    "MEASURES",
    "NOT_REPORTED",
    "Arm",
    "BaselineFollowUp",
    "BeforeAfter",
    "Biomarker",
    "DirectionOnly",
    "ExactTest",
    "Finding",
    "GeometricMeanSD",
    "MeanSD",
    "MedianQuartiles",
    "Moments",
    "Outcome",
    "PatientLevel",
    "PlannedEffect",
    "Printed",
    "Quartiles",
    "ReportedEffect",
    "TReport",
    "Threshold",
    "Trial",
    "arm_moments",
    "arm_quartiles",
    "choose_markers",
    "chosen_reports",
    "critical_t",
    "marker_arms",
    "pooled_t",
    "require_separate_facts",
    "t_report",
    "trial_from_dict",
]

# A trial made from two tables of counts needs neither its file nor its markers.
_LATER: Final = {
    "arm_moments": "conversion",
    "arm_quartiles": "conversion",
    "choose_markers": "marker_choice",
    "chosen_reports": "marker_choice",
    "marker_arms": "marker_choice",
    "require_separate_facts": "marker_choice",
    "trial_from_dict": "table",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f"bayes_rsa.trial.{_LATER[name]}"), name)
    raise AttributeError(f"module 'bayes_rsa.trial' has no attribute {name!r}")
