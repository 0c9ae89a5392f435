"""A trial from plain data: the tables of its TOML file, or what ``Trial.to_dict`` gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_choice, renamed
from bayes_rsa.toml_text import check_keys, numbered
from bayes_rsa.trial.arm import Arm
from bayes_rsa.trial.arm_summary import BeforeAfter, Moments, Quartiles
from bayes_rsa.trial.biomarker import Biomarker
from bayes_rsa.trial.expectation import PlannedEffect, Threshold
from bayes_rsa.trial.finding import (
    FINDINGS,
    BaselineFollowUp,
    Finding,
    GeometricMeanSD,
    MeanSD,
    MedianQuartiles,
)
from bayes_rsa.trial.outcome import Outcome
from bayes_rsa.trial.reported import ReportedEffect
from bayes_rsa.trial.value import Trial

__all__ = ["trial_from_dict"]

_KINDS: Final = {cls.kind: cls for cls in FINDINGS}
_FINDING_KEYS: Final = sorted({"evidence"}.union(*(cls.__dataclass_fields__ for cls in FINDINGS)))
_ARM_KEYS: Final[dict[type, tuple[str, ...]]] = {
    MeanSD: Moments._fields,
    GeometricMeanSD: Moments._fields,
    MedianQuartiles: Quartiles._fields,
    BaselineFollowUp: BeforeAfter._fields,
}
_TABLES: Final = ("outcome", "treatment", "control", "reported", "planned")
_LISTS: Final = ("thresholds", "biomarkers")


def trial_from_dict(data: Mapping[str, Any]) -> Trial:
    """Make a trial of plain data.

    Parameters
    ----------
    data
        The tables of a trial's TOML file; entries that are None count as absent.

    Raises
    ------
    InputError
        An unknown key, a missing one, or a value that breaks its rule.
    """
    top = check_keys("", data, [name for name in _names(Trial) if name != "percentages"])
    if "name" not in top:
        raise InputError("name", MISSING, "it is required", 'add name = "author-topic-year"')
    parts: dict[str, Any] = {
        key: value for key, value in top.items() if key not in _TABLES and key not in _LISTS
    }
    if "outcome" not in top:
        raise InputError(
            "outcome.better", MISSING, "it is required", 'add [outcome] with better = "higher"'
        )
    parts["outcome"] = _value("outcome", top["outcome"], Outcome, ("name", "better"))
    percentages: list[object] = []
    for role in ("treatment", "control"):
        arm = dict(top[role]) if isinstance(top.get(role), Mapping) else top.get(role)
        percentages.append(arm.pop("percentage", None) if isinstance(arm, dict) else None)
        if arm is not None:
            with renamed("arm", role):
                parts[role] = _value(role, arm, Arm, ("name", "events", "n"), "percentage")
    parts["percentages"] = tuple(percentages)
    if "reported" in top:
        parts["reported"] = _value("reported", top["reported"], ReportedEffect, ("measure",))
    if "planned" in top:
        parts["planned"] = _value(
            "planned", top["planned"], PlannedEffect, ("odds_ratio", "assumed", "reason")
        )
    parts["thresholds"] = _each("thresholds", top.get("thresholds", []), "threshold", _threshold)
    parts["biomarkers"] = _each("biomarkers", top.get("biomarkers", []), "biomarker", _biomarker)
    return Trial(**parts)


def _names(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields, class attributes left out."""
    return tuple(field.name for field in fields(kind))


def _value[T](field: str, data: object, kind: type[T], required: tuple[str, ...], *also: str) -> T:
    """Make one value of its table."""
    keys = _names(kind)
    table = check_keys(field, data, (*keys, *also))
    return kind(**dict.fromkeys(required, MISSING) | table)


def _each[T](field: str, data: object, own: str, make: Callable[[str, object], T]) -> tuple[T, ...]:
    """Make a value of every table in a list."""
    if not isinstance(data, list):
        raise InputError(
            field, data, "it must be a list of tables", f"write [[{field}]] above each"
        )
    values = []
    for index, entry in enumerate(data):
        name = numbered(field, index)
        with renamed(own, name), renamed("finding", f"{name}.finding"):
            values.append(make(name, entry))
    return tuple(values)


def _threshold(field: str, data: object) -> Threshold:
    return _value(field, data, Threshold, ("statement", "reason", "source"))


def _biomarker(field: str, data: object) -> Biomarker:
    table = check_keys(field, data, _names(Biomarker))
    finding = _finding(f"{field}.finding", table.pop("finding", MISSING))
    return Biomarker(**{"name": MISSING} | table, finding=finding)


def _finding(field: str, data: object) -> Finding:
    """Make a finding of its table, whose key ``evidence`` names the class."""
    if data is MISSING:
        raise InputError(
            field, MISSING, "it is required", f"add it, with evidence = one of {', '.join(_KINDS)}"
        )
    raw = check_keys(field, data, _FINDING_KEYS)
    kind = _KINDS[check_choice(f"{field}.evidence", raw.get("evidence", MISSING), _KINDS)]
    keys = _names(kind)
    table = check_keys(field, raw, ("evidence", *keys))
    arm = _ARM_KEYS.get(kind, ())
    for role in ("treatment", "control") if arm else ():
        summary = check_keys(f"{field}.{role}", table.get(role, {}), arm)
        table[role] = tuple(summary.get(name, MISSING) for name in arm)
    values: dict[str, Any] = {key: table.get(key) for key in keys}
    return kind(**values)
