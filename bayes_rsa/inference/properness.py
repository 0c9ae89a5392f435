"""Whether a posterior is proper, before anybody samples from it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa.contract import Card
from bayes_rsa.errors import InputError
from bayes_rsa.estimands.moments import decays
from bayes_rsa.priors import Prior

EFFECT_OF_MODEL: Final[Mapping[str, str]] = MappingProxyType(
    {"log_risk_ratio": "RR", "risk_difference": "RD"}
)
"""What ``effect`` measures in a model with arms, where it is not the odds ratio."""

_KNOWN: Final = (
    {"p_treatment", "p_control"},
    {"effect", "baseline"},
    {"effect", "midpoint"},
)


def require_proper_posterior(card: Card) -> None:
    """Refuse a model whose posterior NUTS cannot have.

    Raises
    ------
    InputError
        If two priors are improper, or one is and the data do not make up for it.
    """
    improper = [name for name, prior in card.priors.items() if not prior.is_proper]
    if card.markers:
        # Reports of means and SDs, or of quartiles, make up for flat priors on all parameters;
        # every other model of biomarkers refuses improper priors itself.
        return
    if len(improper) > 1:
        raise InputError(
            " and ".join(improper),
            "flat()",
            "NUTS refuses improper priors on more than one parameter",
            "use the exact engine, or a wide proper prior such as normal(0, 10)",
        )
    if improper and card.arms and not _data_suffice(card):
        raise InputError(
            improper[0],
            "flat()",
            "with an empty cell in the table its posterior is improper",
            "use a proper prior such as normal(0, 10)",
        )


def tail_priors(priors: Mapping[str, Prior]) -> Mapping[str, Prior]:
    """The priors as far as they tell how a two-arm posterior falls off.

    Of parameters that are not ours nothing is known: then all fall-off is the likelihood's.
    """
    if set(priors) in _KNOWN:
        return priors
    return {"effect": Prior.flat(), "midpoint": Prior.flat()}


def _data_suffice(card: Card) -> bool:
    if set(card.priors) not in _KNOWN:
        # Of a parameter that we do not know, only a full table says enough.
        pairs = zip(card.trial.events, card.trial.n, strict=True)
        return all(0 < events < n for events, n in pairs)
    return decays(card.trial, card.priors, EFFECT_OF_MODEL.get(card.name, "OR"))
