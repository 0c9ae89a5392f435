"""Natural effects of a fitted mediation model: what they are, assume, and would take to vanish."""

from __future__ import annotations

from bayes_rsa.mediation.assumptions import ASSUMPTIONS, Assumption
from bayes_rsa.mediation.confounding import ConfoundingCurve, confounding_curve
from bayes_rsa.mediation.effects import NaturalEffect, natural_effects
from bayes_rsa.mediation.g_computation import g_computation

__all__ = [
    "ASSUMPTIONS",
    "Assumption",
    "ConfoundingCurve",
    "NaturalEffect",
    "confounding_curve",
    "g_computation",
    "natural_effects",
]
