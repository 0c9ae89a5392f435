"""Biomarkers: one likelihood for each class of evidence, from a direction to patients' values."""

from __future__ import annotations

from bayes_rsa.models.biomarkers.baseline_follow_up import baseline_follow_up
from bayes_rsa.models.biomarkers.direction_only import direction_only, hierarchical_direction_only
from bayes_rsa.models.biomarkers.patient_level import patient_level
from bayes_rsa.models.biomarkers.summary_statistics import summary_statistics

__all__ = [
    "baseline_follow_up",
    "direction_only",
    "hierarchical_direction_only",
    "patient_level",
    "summary_statistics",
]
