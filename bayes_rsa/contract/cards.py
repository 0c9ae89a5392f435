"""The card: what a model is about, attached to it by its model function."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.errors import ContractError
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pymc as pm

_ATTRIBUTE: Final = "_bayes_rsa_card"

MARKER: Final = "marker"
"""Dim of the biomarkers, and the measure of a model of them."""

MEDIATION: Final = "mediation"
"""The measure of a model of biomarkers and of the outcomes of the same patients."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is about.

    Parameters
    ----------
    name
        The model function's name: ``log_odds_ratio``.
    trial
        The trial it was built for.
    priors
        Prior of each free variable, by its name.
    interest, nuisance
        Variables (free or deterministic) that the question is about, and the rest.
    observed
        Observed variables.
    arms
        Whether the model exposes the two arms' probabilities.
    generative
        Whether it generates every value that the data may take; calibration needs this.
    why_not_generative
        The reason, where it does not.
    markers
        Biomarkers that it models, the coordinates of the dim ``marker``; none in a model of the
        primary outcome.
    latent
        Free variables with an element for each patient or value: the gate judges them; nobody
        reads them, so no accuracy is promised of them, and calibration does not rank them.
    outcomes
        Whether the outcomes of the patients are modelled beside their biomarkers.
    source
        Text of the module that defines the model; its hash is the model's provenance.
    """

    name: str
    trial: Trial
    priors: Mapping[str, Prior]
    interest: tuple[str, ...]
    nuisance: tuple[str, ...] = ()
    observed: tuple[str, ...] = ("outcome",)
    arms: bool = True
    generative: bool = True
    why_not_generative: str = ""
    markers: tuple[str, ...] = ()
    latent: tuple[str, ...] = ()
    outcomes: bool = False
    source: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "priors", MappingProxyType(dict(self.priors)))

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy does not pickle, and work units travel to other processes.
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return _card_from, (values | {"priors": dict(self.priors)},)

    @property
    def measure(self) -> str:
        """The trial's measure: ``OR`` when counts are modelled, else the reported one.

        ``marker`` in a model of biomarkers, which says nothing about the primary outcome;
        ``mediation`` where it models that of the same patients, too.
        """
        if self.markers:
            return MEDIATION if self.outcomes else MARKER
        return "OR" if self.arms else self.trial.measure

    @property
    def better(self) -> str:
        """The outcome's direction."""
        return self.trial.better

    @property
    def proper(self) -> bool:
        """Whether every prior integrates to one."""
        return all(p.is_proper for p in self.priors.values())

    @property
    def source_hash(self) -> str:
        """SHA-256 (hex) of the defining module's text."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form, without the trial."""
        return {
            "name": self.name,
            "priors": {k: str(p) for k, p in self.priors.items()},
            "measure": self.measure,
            "better": self.better,
            "interest": list(self.interest),
            "nuisance": list(self.nuisance),
            "observed": list(self.observed),
            "arms": self.arms,
            "proper": self.proper,
            "generative": self.generative,
            "source_sha256": self.source_hash,
            **({"markers": list(self.markers)} if self.markers else {}),
        }


def _card_from(values: dict[str, Any]) -> Card:
    return Card(**values)


def source_of(function: Callable[..., Any]) -> str:
    """Text of the module that defines ``function``, or of the function where there is no file."""
    module = sys.modules.get(function.__module__)
    try:
        return inspect.getsource(module if module is not None else function)
    except (OSError, TypeError):
        return f"{function.__module__}.{function.__qualname__}"


def attach(model: pm.Model, card: Card) -> pm.Model:
    """Give ``model`` its card; the last line of a model function."""
    setattr(model, _ATTRIBUTE, card)
    return model


def card(model: pm.Model) -> Card:
    """The card of a model.

    Raises
    ------
    ContractError
        If the model has none.
    """
    found = getattr(model, _ATTRIBUTE, None)
    if not isinstance(found, Card):
        raise ContractError(
            getattr(model, "name", "") or type(model).__name__,
            "card",
            "the model has no card; end the model function with contract.attach(model, Card(...))",
        )
    return found
