"""Named priors: the archetypes of the literature, each with its rationale and source."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import cache

from bayes_rsa.defaults import MIDPOINT_SD, REFERENCE_EFFECT_SD
from bayes_rsa.errors import InputError
from bayes_rsa.priors.families import FAMILIES
from bayes_rsa.priors.planned import (
    STRENGTHS,
    archetype_data,
    direction,
    enthusiastic,
    listed_prior,
    sceptical,
    zampieri,
)
from bayes_rsa.priors.prior import Prior

_PLANNED = (
    "sceptical",
    "enthusiastic",
    *(f"{belief} {strength}" for belief in ("optimistic", "pessimistic") for strength in STRENGTHS),
)


@cache
def _fixed() -> dict[str, Prior]:
    priors = {
        "reference analysis": Prior.normal(
            0,
            REFERENCE_EFFECT_SD,
            label="Reference analysis",
            rationale="Centred on no effect; an odds ratio between 1/7 and 7 has probability 0.95.",
            source="The reference analysis of this package, stated before its result",
            parameter="log_odds_ratio",
        ),
        "default midpoint": Prior.normal(
            0,
            MIDPOINT_SD,
            label="Default midpoint",
            rationale="Mean of the two log odds; proper, and nearly without leak into the effect.",
            source="The default of this package",
            parameter="midpoint_log_odds",
        ),
    }
    for row in archetype_data()["archetype"]:
        priors[row["name"]] = listed_prior(row)
    return priors


def archetypes(
    parameter: str | None = None,
    *,
    planned_odds_ratio: float | None = None,
    better: str = "higher",
) -> dict[str, Prior]:
    """Every archetype that the arguments suffice for, by name and in order.

    Parameters
    ----------
    parameter
        Only those meant for this parameter: ``log_odds_ratio``, ``log_risk_ratio``,
        ``risk_difference``, ``standardised_mean_difference``, ``probability``,
        ``baseline_log_odds``, ``midpoint_log_odds``, or ``heterogeneity of`` an effect.
    planned_odds_ratio
        Adds the archetypes that need it: Zampieri's optimistic and pessimistic priors, and the
        sceptical and enthusiastic ones.
    better
        ``higher`` or ``lower``: the direction of a good outcome.

    Raises
    ------
    InputError
        If no archetype is meant for the parameter, or the planned odds ratio is not one.
    """
    direction(better)
    found = dict(_fixed())
    if planned_odds_ratio is not None:
        nine = zampieri(planned_odds_ratio, better)
        found = {
            **nine,
            "sceptical": sceptical(planned_odds_ratio, better),
            "enthusiastic": enthusiastic(planned_odds_ratio, better),
            **{name: prior for name, prior in found.items() if name not in nine},
        }
    if parameter is None:
        return found
    chosen = {name: prior for name, prior in found.items() if prior.parameter == parameter}
    if not chosen:
        known = sorted({prior.parameter for prior in found.values()})
        raise InputError(
            "parameter", parameter, "no archetype is meant for it", f"use one of {', '.join(known)}"
        )
    return chosen


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", letters.replace("skeptical", "sceptical")))


def find_archetype(name: str) -> Prior:
    """Archetype of this name; case, accents, hyphens and underscores do not count.

    Raises
    ------
    InputError
        If there is none, or it needs the planned odds ratio.
    """
    plain = _plain(name)
    known = {_plain(key): key for key in _fixed()}
    if plain in known:
        return _fixed()[known[plain]]
    if plain in _PLANNED:
        raise InputError(
            "prior",
            name,
            "this archetype depends on the planned odds ratio",
            "make it with archetypes(planned_odds_ratio=...), or write it out as normal(mean, sd)",
        )
    families = {_plain(family): family for family in FAMILIES}
    near = difflib.get_close_matches(plain, [*families, *known], n=1, cutoff=0.55)
    if near and near[0] in families:
        remedy = f"did you mean {FAMILIES[families[near[0]]].signature()}"
    elif near:
        remedy = f"did you mean '{known[near[0]]}'"
    else:
        remedy = "write normal(mean, sd) or another family, or list the names by `bayes-rsa priors`"
    raise InputError("prior", name, "no prior has this name", remedy)
