"""Tables of patients, validated when made: the values of biomarkers, and outcomes beside them."""

from __future__ import annotations

from bayes_rsa.patients.label import SIMULATED, is_simulated_trial, require_simulated_label
from bayes_rsa.patients.marker_table import TIMES, MarkerTable
from bayes_rsa.patients.outcome_table import OutcomeTable

__all__ = [
    "SIMULATED",
    "TIMES",
    "MarkerTable",
    "OutcomeTable",
    "is_simulated_trial",
    "require_simulated_label",
]
