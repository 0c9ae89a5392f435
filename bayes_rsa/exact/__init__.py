"""The exact engine: the same models as ``bayes_rsa.models``, by deterministic quadrature.

Every function takes the arguments of its PyMC namesake and returns an :class:`ExactPosterior`.
What a single answer does not need is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.exact.models import (
    howard,
    independent_arms,
    kass_vaidyanathan,
    log_odds_ratio,
    log_risk_ratio,
    risk_difference,
)
from bayes_rsa.exact.posterior import ExactPosterior

if TYPE_CHECKING:
    from bayes_rsa.exact import biomarkers, doubt, external_evidence, tables
    from bayes_rsa.exact.conditional import conditional_odds_ratio
    from bayes_rsa.exact.conjugate import arms_probabilities
    from bayes_rsa.exact.contrast import ContrastLikelihood
    from bayes_rsa.exact.marker_posterior import MarkerPosterior
    from bayes_rsa.exact.reported import reported_effect

__all__ = [
    "ContrastLikelihood",
    "ExactPosterior",
    "MarkerPosterior",
    "arms_probabilities",
    "biomarkers",
    "conditional_odds_ratio",
    "doubt",
    "external_evidence",
    "howard",
    "independent_arms",
    "kass_vaidyanathan",
    "log_odds_ratio",
    "log_risk_ratio",
    "reported_effect",
    "risk_difference",
    "tables",
]

_LATER: Final = {
    "ContrastLikelihood": "contrast",
    "MarkerPosterior": "marker_posterior",
    "arms_probabilities": "conjugate",
    "conditional_odds_ratio": "conditional",
    "reported_effect": "reported",
}


def __getattr__(name: str) -> Any:
    if name in ("biomarkers", "doubt", "external_evidence", "tables"):
        return importlib.import_module(f"bayes_rsa.exact.{name}")
    if name in _LATER:
        return getattr(importlib.import_module(f"bayes_rsa.exact.{_LATER[name]}"), name)
    raise AttributeError(f"module 'bayes_rsa.exact' has no attribute {name!r}")
