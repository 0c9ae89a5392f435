"""Priors on the standard deviation between studies, by name."""

from __future__ import annotations

from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior, archetypes, find_archetype

__all__ = ["heterogeneity_prior", "heterogeneity_priors"]


def heterogeneity_priors(measure: str = "log_odds_ratio") -> dict[str, Prior]:
    """Named priors on the SD between studies, each with its source.

    Parameters
    ----------
    measure
        The scale of the studies' effects: ``log_odds_ratio``, ``log_odds``, ``log_risk_ratio``,
        ``risk_difference`` or ``standardised_mean_difference``.

    Raises
    ------
    InputError
        None is meant for this measure.
    """
    return archetypes(f"heterogeneity of {measure}")


def heterogeneity_prior(prior: str | Prior) -> Prior:
    """A prior on the SD between studies: itself, by name, or by its text form.

    Raises
    ------
    InputError
        It has mass below 0, or is improper.
    """
    found = prior
    if isinstance(found, str):
        found = Prior.parse(found) if "(" in found else find_archetype(found)
    if found.support[0] < 0 or not found.is_proper:
        raise InputError(
            "heterogeneity",
            str(found),
            "a standard deviation between studies is not negative, and its prior is proper",
            "use half_normal(0.5), or a name of heterogeneity_priors()",
        )
    return found
