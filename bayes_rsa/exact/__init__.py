"""The exact engine: the same models as ``bayes_rsa.models``, by deterministic quadrature.

Every function takes the arguments of its PyMC namesake and returns an :class:`ExactPosterior`.
"""

from __future__ import annotations

from bayes_rsa.exact import tables
from bayes_rsa.exact.conditional import conditional_odds_ratio
from bayes_rsa.exact.contrast import ContrastLikelihood
from bayes_rsa.exact.models import (
    howard,
    independent_arms,
    kass_vaidyanathan,
    log_odds_ratio,
    log_risk_ratio,
    risk_difference,
)
from bayes_rsa.exact.posterior import ExactPosterior
from bayes_rsa.exact.reported import reported_effect

__all__ = [
    "ContrastLikelihood",
    "ExactPosterior",
    "conditional_odds_ratio",
    "howard",
    "independent_arms",
    "kass_vaidyanathan",
    "log_odds_ratio",
    "log_risk_ratio",
    "reported_effect",
    "risk_difference",
    "tables",
]
