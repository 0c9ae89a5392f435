"""A published two-arm randomised trial, as values that validate when made.

A :class:`Trial` holds two :class:`Arm`, an :class:`Outcome`, the :class:`ReportedEffect` with each
number :class:`Printed` as text, and what was reported or planned beside.
"""

from __future__ import annotations

from bayes_rsa.fields import NOT_REPORTED
from bayes_rsa.trial.arm import Arm
from bayes_rsa.trial.biomarker import Biomarker
from bayes_rsa.trial.expectation import PlannedEffect, Threshold
from bayes_rsa.trial.finding import (
    DirectionOnly,
    ExactTest,
    Finding,
    MeanSD,
    MedianQuartiles,
    Moments,
    PatientLevel,
    Quartiles,
)
from bayes_rsa.trial.outcome import Outcome
from bayes_rsa.trial.printed import Printed
from bayes_rsa.trial.reported import MEASURES, ReportedEffect
from bayes_rsa.trial.table import trial_from_dict
from bayes_rsa.trial.value import Trial

__all__ = [
    "MEASURES",
    "NOT_REPORTED",
    "Arm",
    "Biomarker",
    "DirectionOnly",
    "ExactTest",
    "Finding",
    "MeanSD",
    "MedianQuartiles",
    "Moments",
    "Outcome",
    "PatientLevel",
    "PlannedEffect",
    "Printed",
    "Quartiles",
    "ReportedEffect",
    "Threshold",
    "Trial",
    "trial_from_dict",
]
