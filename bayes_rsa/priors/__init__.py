"""Prior values: families, mixtures, their text form, archetypes, elicitation, what they mean.

Elicitation and meaning are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.priors.archetypes import archetypes, find_archetype
from bayes_rsa.priors.component import Component
from bayes_rsa.priors.families import FAMILIES
from bayes_rsa.priors.family import Family
from bayes_rsa.priors.planned import enthusiastic, handicap, sceptical, zampieri
from bayes_rsa.priors.prior import Prior

if TYPE_CHECKING:
    from bayes_rsa.priors.elicitation import Elicitation, elicit, elicit_between
    from bayes_rsa.priors.meaning import PriorMeaning, prior_meaning

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

_LATER: Final = {
    "Elicitation": "elicitation",
    "PriorMeaning": "meaning",
    "elicit": "elicitation",
    "elicit_between": "elicitation",
    "prior_meaning": "meaning",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f"bayes_rsa.priors.{_LATER[name]}"), name)
    raise AttributeError(f"module 'bayes_rsa.priors' has no attribute {name!r}")
