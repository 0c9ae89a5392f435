"""Prior values: families, mixtures, their text form, archetypes, elicitation, what they mean."""

from __future__ import annotations

from bayes_rsa.priors.archetypes import archetypes, find_archetype
from bayes_rsa.priors.component import Component
from bayes_rsa.priors.elicitation import Elicitation, elicit, elicit_between
from bayes_rsa.priors.families import FAMILIES
from bayes_rsa.priors.family import Family
from bayes_rsa.priors.meaning import PriorMeaning, prior_meaning
from bayes_rsa.priors.planned import enthusiastic, handicap, sceptical, zampieri
from bayes_rsa.priors.prior import Prior

__all__ = [
    "FAMILIES",
    "Component",
    "Elicitation",
    "Family",
    "Prior",
    "PriorMeaning",
    "archetypes",
    "elicit",
    "elicit_between",
    "enthusiastic",
    "find_archetype",
    "handicap",
    "prior_meaning",
    "sceptical",
    "zampieri",
]
