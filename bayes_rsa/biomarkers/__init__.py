"""What is known about each biomarker, and what its report cannot say."""

from __future__ import annotations

from bayes_rsa.biomarkers.assessment import assess, field_priors
from bayes_rsa.biomarkers.fitted import FittedMarker, marker_records
from bayes_rsa.biomarkers.geometric_means import GeometricMeanRatio, geometric_mean_ratios
from bayes_rsa.biomarkers.identification import Identification, size_identified
from bayes_rsa.biomarkers.joint import joint_table
from bayes_rsa.biomarkers.literature import MarkerNote, literature
from bayes_rsa.biomarkers.record import MarkerAssessment, UnderPrior

__all__ = [
    "FittedMarker",
    "GeometricMeanRatio",
    "Identification",
    "MarkerAssessment",
    "MarkerNote",
    "UnderPrior",
    "assess",
    "field_priors",
    "geometric_mean_ratios",
    "joint_table",
    "literature",
    "marker_records",
    "size_identified",
]
