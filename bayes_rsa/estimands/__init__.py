"""What is estimated, and what is asked of it, as values.

``ESTIMANDS`` holds every estimand by key; ``Statement`` is a question such as ``OR > 1.25``;
``nnt`` prints the number needed to treat by Altman's rule.
"""

from __future__ import annotations

from bayes_rsa.estimands.estimand import (
    ABSOLUTE,
    COUNTS,
    ESTIMANDS,
    Estimand,
    available,
    of_measure,
)
from bayes_rsa.estimands.nnt import NumberNeededToTreat, number_needed_to_treat
from bayes_rsa.estimands.records import EstimandSummary, Probability
from bayes_rsa.estimands.statement import Event, Statement

__all__ = [
    "ABSOLUTE",
    "COUNTS",
    "ESTIMANDS",
    "Estimand",
    "EstimandSummary",
    "Event",
    "NumberNeededToTreat",
    "Probability",
    "Statement",
    "available",
    "number_needed_to_treat",
    "of_measure",
]
