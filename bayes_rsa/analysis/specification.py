"""A model with its priors, as a value: one row of every table of priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_choice, check_flag, check_text
from bayes_rsa.priors import Prior

PARAMETERS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = MappingProxyType(
    {
        "independent_arms": (("treatment", "control"), ()),
        "log_odds_ratio": (("effect",), ("midpoint", "baseline")),
        "log_risk_ratio": (("effect",), ("baseline",)),
        "risk_difference": (("effect",), ("baseline",)),
        "reported_effect": (("effect",), ()),
    }
)
"""Keyword priors of each model: required, and optional (at most one of these)."""

WORDS: Final = ("label", "rationale", "source")
"""What is said about a prior beside its numbers."""


@dataclass(frozen=True, slots=True)
class Specification:
    """A named model with a prior for each of its parameters.

    Parameters
    ----------
    name
        What the row is called: ``Neutral, moderate``.
    model
        The model function, a key of ``PARAMETERS``; both engines know it by this name.
    priors
        Prior by keyword of the model function: ``{"effect": ..., "midpoint": ...}``.
    group
        Heading under which tables print it.
    note
        What a reader must know about it, such as that it rests on an assumption.
    assumed
        Whether it rests on an assumption that the trial does not report.
    """

    name: str
    model: str
    priors: Mapping[str, Prior]
    group: str = ""
    note: str = ""
    assumed: bool = False

    def __post_init__(self) -> None:
        check_text("specification.name", self.name, required=True)
        check_choice("specification.model", self.model, PARAMETERS)
        check_text("specification.group", self.group)
        check_text("specification.note", self.note)
        check_flag("specification.assumed", self.assumed)
        required, optional = PARAMETERS[self.model]
        for parameter in required:
            if parameter not in self.priors:
                raise InputError(
                    f"{self.name}.{parameter}",
                    MISSING,
                    f"the model {self.model} needs a prior on it",
                    f"add {parameter}, for instance as 'normal(0, 1)'",
                )
        for parameter in self.priors:
            if parameter not in (*required, *optional):
                known = ", ".join((*required, *optional))
                raise InputError(
                    f"{self.name}.{parameter}",
                    str(self.priors[parameter]),
                    f"the model {self.model} has no such parameter",
                    f"its parameters are {known}",
                )
        if len(set(self.priors) & set(optional)) > 1:
            raise InputError(
                f"{self.name}.baseline",
                str(self.priors["baseline"]),
                "a model takes a prior on the baseline or on the midpoint, not both",
                "leave one of them out",
            )
        object.__setattr__(self, "priors", MappingProxyType(dict(self.priors)))

    def __hash__(self) -> int:
        return hash((self.name, self.model, tuple(sorted(self.priors))))

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (self.name, self.model, dict(self.priors), self.group, self.note, self.assumed)
        return (type(self), fields)

    @property
    def effect(self) -> Prior | None:
        """The prior on the effect, where there is one."""
        return self.priors.get("effect")

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form, priors as text; under ``about``, what is said about each of them."""
        about = {
            parameter: {word: getattr(prior, word) for word in WORDS if getattr(prior, word)}
            for parameter, prior in self.priors.items()
        }
        said = {parameter: words for parameter, words in about.items() if words}
        return {
            "name": self.name,
            "model": self.model,
            **{parameter: str(prior) for parameter, prior in self.priors.items()},
            "group": self.group,
            "note": self.note,
            "assumed": self.assumed,
            **({"about": said} if said else {}),
        }
