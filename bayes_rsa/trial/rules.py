"""The rules that the fields of a trial obey, alone and together."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_number, check_text, suggestion
from bayes_rsa.trial.arm import Arm
from bayes_rsa.trial.expectation import Threshold
from bayes_rsa.trial.printed import Printed
from bayes_rsa.trial.reported import ReportedEffect

__all__ = [
    "check_data",
    "check_description",
    "check_distinct",
    "check_known",
    "check_part",
    "check_thresholds",
    "pair",
    "printed_percentages",
    "risks",
    "values_of",
]


def check_description(name: object, doi: str, texts: Mapping[str, object]) -> None:
    """Check the trial's name, its DOI and its descriptive texts."""
    checked = check_text("name", name, required=True)
    if "\n" in checked or checked != checked.strip():
        raise InputError("name", name, "it must be one line without blanks around it", "shorten it")
    for field, text in texts.items():
        check_text(field, text)
    if doi and not re.fullmatch(r"10\.[0-9]{4,9}/\S+", doi):
        raise InputError(
            "doi",
            doi,
            "a DOI starts with 10. and holds a slash",
            "give it alone, as in 10.1007/s00228-023-03473-9, without https://doi.org/",
        )


def check_known(given: Mapping[str, object], known: Collection[str]) -> None:
    """Check that every field given is one that a trial has."""
    for field, value in given.items():
        if field not in known:
            raise InputError(field, value, "a trial has no such field", suggestion(field, known))


def check_part(field: str, part: object, kind: type, *, required: bool) -> None:
    """Check that a part of the trial is of its type, or None where it may be."""
    if not isinstance(part, kind) and (part is not None or required):
        raise InputError(
            field,
            part,
            f"it must be of type {kind.__name__}",
            f"make one with {kind.__name__}(...)",
        )


def check_data(treatment: Arm | None, control: Arm | None, reported: ReportedEffect | None) -> None:
    """Check that there is something to analyse: counts in both arms, or a complete effect."""
    if treatment is None and control is None:
        if reported is None:
            raise InputError(
                "treatment",
                MISSING,
                "a trial needs counts in both arms or a reported effect",
                "add treatment and control, or reported",
            )
        # The effect alone is analysed: each of these raises its own message where it is unknown.
        _ = reported.location, reported.scale_se
        return
    if treatment is None or control is None:
        absent = "treatment" if treatment is None else "control"
        raise InputError(
            absent, MISSING, "counts are needed in both arms or in neither", f"add {absent}"
        )
    if treatment.name == control.name:
        raise InputError(
            "control.name",
            control.name,
            "both arms have this name",
            "name each arm after its treatment",
        )
    if reported is not None and reported.measure == "MD":
        raise InputError(
            "reported.measure",
            reported.measure,
            "counts of events have no mean difference",
            "use OR, RR, HR or RD, or leave the counts out",
        )


def check_distinct(field: str, names: Sequence[str]) -> None:
    """Check that every name occurs once."""
    for name in names:
        if names.count(name) > 1:
            raise InputError(field, name, "each may be listed once", "remove or rename one of them")


def check_thresholds(thresholds: Sequence[Threshold]) -> None:
    """Check that every threshold is listed once, and that at most one is the default."""
    check_distinct("thresholds", [threshold.statement for threshold in thresholds])
    defaults = [threshold.statement for threshold in thresholds if threshold.default]
    if len(defaults) > 1:
        raise InputError(
            "thresholds.default",
            ", ".join(defaults),
            "at most one threshold is the default",
            "set default = true on one of them",
        )


def pair(field: str, value: object, example: str) -> tuple[Any, Any]:
    """Return a pair, treatment first or events first."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise InputError(field, value, "it must be a pair", f"write it as in {example}")
    return value[0], value[1]


def printed_percentages(value: object) -> tuple[Printed | None, Printed | None]:
    """Return the printed percentages of both arms, each between 0 and 100."""

    def one(arm: str, part: object) -> Printed | None:
        if part is None:
            return None
        printed = Printed.of(part, f"{arm}.percentage")
        if printed.relation != "=" or not 0 <= printed.value <= 100:
            raise InputError(
                f"{arm}.percentage",
                printed.text,
                "a percentage lies between 0 and 100",
                'write it as printed, such as "80.00"',
            )
        return printed

    treatment, control = pair("percentages", value, '("80.00", "63.51")')
    return one("treatment", treatment), one("control", control)


def risks(value: object) -> tuple[float, ...]:
    """Return the baseline risks as probabilities strictly between 0 and 1."""
    if not isinstance(value, tuple | list) or not value:
        raise InputError(
            "baseline_risks",
            value,
            "it must list at least one probability",
            "write it as in [0.5, 0.6, 0.7]",
        )
    remedy = "write percentages as probabilities, 60% as 0.6"
    return tuple(
        check_number("baseline_risks", risk, above=0, below=1, remedy=remedy) for risk in value
    )


def names(field: str, value: object) -> tuple[str, ...]:
    """Return a list of names as a tuple; each is a text, and none stands twice."""
    if not isinstance(value, tuple | list):
        raise InputError(field, value, "it must be a list of names", 'write it as in ["uniform"]')
    for name in value:
        check_text(field, name, required=True)
    check_distinct(field, list(value))
    return tuple(value)


def values_of(field: str, value: object, kind: type) -> tuple[Any, ...]:
    """Return the values as a tuple of one kind."""
    if not isinstance(value, tuple | list) or not all(isinstance(part, kind) for part in value):
        raise InputError(
            field,
            value,
            f"it must hold values of type {kind.__name__}",
            f"make each with {kind.__name__}(...)",
        )
    return tuple(value)
