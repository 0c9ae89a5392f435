"""One study from outside the trial: its counts, who was studied, and where they were read."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import (
    MISSING,
    NOT_REPORTED,
    check_choice,
    check_flag,
    check_integer,
    check_text,
)
from bayes_rsa.trial import Arm

__all__ = ["PROVENANCES", "Study"]

PROVENANCES: Final = ("found", "inferred")
"""``found``: the counts were read. ``inferred``: reconstructed from printed percentages."""

_TEXTS: Final = (
    "design",
    "population",
    "intervention",
    "comparator",
    "outcome",
    "counted",
    "overlaps",
    "source",
    "doi",
    "note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study from outside the trial.

    Parameters
    ----------
    key
        Short name without blanks around it, by which sets refer to the study.
    label
        What tables and figures call it.
    treatment, control
        Events of the good outcome among participants; None where there is no such arm.
    year
        Year of publication, or None.
    design
        As the source words it.
    randomised
        Whether arms were assigned at random. A comparison that was not may be borrowed from only
        through a bias term.
    same_group
        Whether it shares authors or site with the trial that is reanalysed: never independent.
    population, intervention, comparator, outcome
        Who, what, against what, and what counted as an event.
    counted
        Who stands in the denominators: women randomised, or those who conceived.
    provenance
        ``found`` or ``inferred``.
    included_by_default
        Whether :func:`bayes_rsa.evidence.studies` gives it unasked.
    overlaps
        Key of another study that holds some of the same patients; empty where there is none.
    source, doi, note
        Where it was read; its DOI; what to know before using it.

    Raises
    ------
    InputError
        A field of the wrong kind, no arm at all, or inferred counts that are included by default.
    """

    key: str
    label: str
    treatment: Arm | None
    control: Arm | None
    randomised: bool
    same_group: bool = False
    year: int | None = None
    design: str = NOT_REPORTED
    population: str = NOT_REPORTED
    intervention: str = NOT_REPORTED
    comparator: str = NOT_REPORTED
    outcome: str = NOT_REPORTED
    counted: str = NOT_REPORTED
    provenance: str = "found"
    included_by_default: bool = True
    overlaps: str = ""
    source: str = NOT_REPORTED
    doi: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("key", "label"):
            text = check_text(name, getattr(self, name), required=True)
            if text != text.strip() or "\n" in text:
                raise InputError(name, text, "it must be one line without blanks around it", "trim")
        for name in _TEXTS:
            check_text(name, getattr(self, name))
        for name in ("randomised", "same_group", "included_by_default"):
            check_flag(name, getattr(self, name))
        if self.year is not None:
            check_integer("year", self.year, least=1)
        check_choice("provenance", self.provenance, PROVENANCES)
        for name in ("treatment", "control"):
            arm = getattr(self, name)
            if arm is not None and not isinstance(arm, Arm):
                raise InputError(name, arm, "it must be an Arm or None", "make one with Arm(...)")
            if arm is not None and arm.n == 0:
                raise InputError(f"{name}.n", 0, "nobody was counted", "leave the arm out")
        if self.treatment is None and self.control is None:
            raise InputError("control", MISSING, "a study needs at least one arm", "give counts")
        if self.provenance == "inferred" and self.included_by_default:
            raise InputError(
                "included_by_default",
                True,
                "reconstructed counts are not used unasked",
                "set it to false, and ask for them by inferred=True or by a set",
            )
        if self.overlaps == self.key:
            raise InputError(
                "overlaps", self.overlaps, "a study overlaps others, not itself", "leave it empty"
            )

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """Treatment and control.

        Raises
        ------
        InputError
            If one of them is missing.
        """
        if self.treatment is None or self.control is None:
            absent = "treatment" if self.treatment is None else "control"
            raise InputError(
                f"{self.key}.{absent}",
                MISSING,
                "an effect compares two arms, and this study has one",
                "use it for the control arm's rate only",
            )
        return self.treatment, self.control

    @property
    def control_arm(self) -> Arm:
        """The control arm.

        Raises
        ------
        InputError
            If there is none.
        """
        if self.control is None:
            raise InputError(
                f"{self.key}.control",
                MISSING,
                "this study has no control arm",
                "leave it out of a base rate",
            )
        return self.control

    def relabelled(self) -> Study:
        """The study with events and non-events exchanged in every arm."""
        return replace(
            self,
            treatment=None if self.treatment is None else self.treatment.relabelled(),
            control=None if self.control is None else self.control.relabelled(),
        )

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain data, each arm as two counts."""
        row: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("treatment", "control"):
                row[f"{field.name}_events"] = None if value is None else value.events
                row[f"{field.name}_n"] = None if value is None else value.n
            else:
                row[field.name] = value
        return row
