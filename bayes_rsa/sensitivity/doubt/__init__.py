"""How much doubt about the trial itself would overturn its conclusion."""

from __future__ import annotations

from bayes_rsa.sensitivity.doubt.believed import Believed, default_beliefs, reference_belief
from bayes_rsa.sensitivity.doubt.changes import fewest_changed_outcomes, fewest_missing
from bayes_rsa.sensitivity.doubt.kinds import Kind, kinds
from bayes_rsa.sensitivity.doubt.missing_map import MissingMap, imputed_map, worst_case_map
from bayes_rsa.sensitivity.doubt.pooling import trust_curve, trust_tipping
from bayes_rsa.sensitivity.doubt.records import DoubtCurve, DoubtTipping
from bayes_rsa.sensitivity.doubt.sampled import SampledDoubts
from bayes_rsa.sensitivity.doubt.statement import DoubtStatement, doubt_statement, statement_of
from bayes_rsa.sensitivity.doubt.tipping import doubt_curve, doubt_table, doubt_tipping

__all__ = [
    "Believed",
    "DoubtCurve",
    "DoubtStatement",
    "DoubtTipping",
    "Kind",
    "MissingMap",
    "SampledDoubts",
    "default_beliefs",
    "doubt_curve",
    "doubt_statement",
    "doubt_table",
    "doubt_tipping",
    "fewest_changed_outcomes",
    "fewest_missing",
    "imputed_map",
    "kinds",
    "reference_belief",
    "statement_of",
    "trust_curve",
    "trust_tipping",
    "worst_case_map",
]
