"""PyMC models: plain functions, one file per question, each returning a ``pm.Model``.

Each takes a trial and one keyword prior per parameter, named after it, and follows the contract of
``bayes_rsa.contract``.
"""

from __future__ import annotations

from bayes_rsa.models import biomarkers as biomarkers
from bayes_rsa.models import doubt as doubt
from bayes_rsa.models import external_evidence as external_evidence
from bayes_rsa.models.binary import (
    independent_arms,
    log_odds_ratio,
    log_risk_ratio,
    risk_difference,
)
from bayes_rsa.models.mediation import mediation
from bayes_rsa.models.reported_effect import reported_effect

__all__ = [
    "independent_arms",
    "log_odds_ratio",
    "log_risk_ratio",
    "mediation",
    "reported_effect",
    "risk_difference",
]
