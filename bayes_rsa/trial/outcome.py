"""The outcome of a trial, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bayes_rsa.fields import NOT_REPORTED, check_choice, check_text

__all__ = ["Outcome"]

DIRECTIONS: Final = ("higher", "lower")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The primary outcome: what counts as an event, and which way is better.

    Parameters
    ----------
    name
        The outcome in a few words.
    better
        ``"higher"`` if more events are better, ``"lower"`` if fewer are.
    definition
        The definition as published.
    """

    name: str = "outcome"
    better: str = "higher"
    definition: str = NOT_REPORTED

    def __post_init__(self) -> None:
        check_text("outcome.name", self.name, required=True)
        check_choice("outcome.better", self.better, DIRECTIONS)
        check_text("outcome.definition", self.definition)

    def relabelled(self) -> Outcome:
        """Return the outcome's complement, with the better direction reversed."""
        better = "lower" if self.better == "higher" else "higher"
        name = self.name.removeprefix("no ") if self.name.startswith("no ") else f"no {self.name}"
        return replace(self, name=name, better=better)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {"name": self.name, "better": self.better, "definition": self.definition}
