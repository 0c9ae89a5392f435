"""Evidence from outside the trial, as data.

A :class:`Study` holds the counts of one external study with what has to be known to judge it;
:func:`studies` gives those that ship with the package, :func:`read_studies` one's own.
"""

from __future__ import annotations

from bayes_rsa.evidence.heterogeneity import heterogeneity_prior, heterogeneity_priors
from bayes_rsa.evidence.packaged import (
    EvidenceSet,
    all_studies,
    evidence_for,
    evidence_set,
    evidence_sets,
    load_evidence,
    own_sets,
    studies,
)
from bayes_rsa.evidence.reading import (
    COLUMNS,
    REQUIRED,
    parse_studies,
    read_studies,
    study_from_dict,
)
from bayes_rsa.evidence.study import PROVENANCES, Study

__all__ = [
    "COLUMNS",
    "PROVENANCES",
    "REQUIRED",
    "EvidenceSet",
    "Study",
    "all_studies",
    "evidence_for",
    "evidence_set",
    "evidence_sets",
    "heterogeneity_prior",
    "heterogeneity_priors",
    "load_evidence",
    "own_sets",
    "parse_studies",
    "read_studies",
    "studies",
    "study_from_dict",
]
