"""What an analysis is: trial, reference priors, named set, statements, engines, seed, timing."""

from __future__ import annotations

from bayes_rsa.analysis.file import (
    analysis_from_dict,
    analysis_text,
    load_analysis,
    read_analysis,
    write_analysis,
)
from bayes_rsa.analysis.named_set import base_rates, named_set, reference_specification
from bayes_rsa.analysis.specification import PARAMETERS, Specification
from bayes_rsa.analysis.statements import default_statements
from bayes_rsa.analysis.value import Analysis

__all__ = [
    "PARAMETERS",
    "Analysis",
    "Specification",
    "analysis_from_dict",
    "analysis_text",
    "base_rates",
    "default_statements",
    "load_analysis",
    "named_set",
    "read_analysis",
    "reference_specification",
    "write_analysis",
]
