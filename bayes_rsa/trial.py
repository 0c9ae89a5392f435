"""A published two-arm randomised trial, as a value."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, cast

from bayes_rsa.arm import Arm
from bayes_rsa.biomarker import (
    Biomarker,
    DirectionOnly,
    ExactTest,
    Finding,
    MeanSD,
    MedianQuartiles,
    PatientLevel,
)
from bayes_rsa.defaults import BASELINE_RISKS, INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.expectation import PlannedEffect, Threshold
from bayes_rsa.fields import (
    MISSING,
    NOT_REPORTED,
    check_number,
    check_text,
    renamed,
    suggestion,
)
from bayes_rsa.outcome import Outcome
from bayes_rsa.printed import Printed
from bayes_rsa.reported import MEASURES, ReportedEffect

__all__ = [
    "MEASURES",
    "NOT_REPORTED",
    "Arm",
    "Biomarker",
    "DirectionOnly",
    "ExactTest",
    "Finding",
    "MeanSD",
    "MedianQuartiles",
    "Outcome",
    "PatientLevel",
    "PlannedEffect",
    "Printed",
    "ReportedEffect",
    "Threshold",
    "Trial",
]

_TEXTS: Final = (
    "title",
    "citation",
    "doi",
    "source",
    "design",
    "population",
    "intervention",
    "comparator",
    "analysis_set",
    "missing_outcomes",
    "denominators",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A two-arm randomised trial: its counts, its printed effect, and what is known beside.

    A trial has counts in both arms, or a complete reported effect, or both.

    Parameters
    ----------
    name
        Short name, such as ``tacrolimus-rsa-2023``.
    treatment, control
        Both arms, or None when only the effect is known.
    outcome
        The primary outcome with its better direction.
    reported
        The effect as printed.
    percentages
        Printed percentages of events, treatment and control.
    biomarkers, thresholds
        What was reported beside, and which effects matter.
    planned
        The effect the sample size was planned for; None when unknown.
    baseline_risks
        Control risks, as probabilities, at which absolute effects are stated.
    baseline_risks_reason
        Why those.
    title, citation, doi, source
        The publication, and where it was read.
    design, population, intervention, comparator
        The question, in the publication's words; ``"not reported"`` where it does not say.
    analysis_set, missing_outcomes, denominators
        Who was analysed, whose outcome is missing, and what each n counts.

    Raises
    ------
    InputError
        A field breaks its rule; the message names the field, the value, the rule and the remedy.
    """

    name: str = "trial"
    title: str = ""
    treatment: Arm | None = None
    control: Arm | None = None
    outcome: Outcome = Outcome()
    reported: ReportedEffect | None = None
    percentages: tuple[Printed | None, Printed | None] = (None, None)
    biomarkers: tuple[Biomarker, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    planned: PlannedEffect | None = None
    design: str = NOT_REPORTED
    population: str = NOT_REPORTED
    intervention: str = NOT_REPORTED
    comparator: str = NOT_REPORTED
    analysis_set: str = NOT_REPORTED
    missing_outcomes: str = NOT_REPORTED
    denominators: str = NOT_REPORTED
    citation: str = ""
    doi: str = ""
    source: str = ""
    baseline_risks: tuple[float, ...] = BASELINE_RISKS
    baseline_risks_reason: str = ""

    def __post_init__(self) -> None:
        check_text("name", self.name, required=True)
        if "\n" in self.name or self.name != self.name.strip():
            raise InputError(
                "name", self.name, "a name is one line without blanks around it", "shorten it"
            )
        for field in _TEXTS:
            check_text(field, getattr(self, field))
        if self.doi and not re.fullmatch(r"10\.[0-9]{4,9}/\S+", self.doi):
            raise InputError(
                "doi",
                self.doi,
                "a DOI starts with 10. and holds a slash",
                "give it alone, as in 10.1007/s00228-023-03473-9, without https://doi.org/",
            )
        for field, kind in _PARTS.items():
            part = getattr(self, field)
            if not isinstance(part, kind) and (part is not None or field == "outcome"):
                raise InputError(
                    field,
                    part,
                    f"it must be of type {kind.__name__}",
                    f"make one with {kind.__name__}(...)",
                )
        for field, kind in _LISTS.items():
            object.__setattr__(self, field, _tuple_of(field, getattr(self, field), kind))
        self._check_data()
        self._check_percentages()
        self._check_lists()

    def _check_data(self) -> None:
        """Check that there is something to analyse: counts in both arms, or a complete effect."""
        treatment, control, reported = self.treatment, self.control, self.reported
        if (treatment is None) != (control is None):
            missing = "treatment" if treatment is None else "control"
            raise InputError(
                missing, MISSING, "counts are needed in both arms or in neither", f"add [{missing}]"
            )
        if treatment is None or control is None:
            if reported is None:
                raise InputError(
                    "treatment",
                    MISSING,
                    "a trial needs counts in both arms or a reported effect",
                    "add treatment and control, or reported",
                )
            # The effect alone is analysed, so both of these must be there; each raises its message.
            _ = reported.location, reported.scale_se
            return
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

    def _check_percentages(self) -> None:
        """Check that printed percentages lie between 0 and 100."""
        pair = self.percentages
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InputError(
                "percentages", pair, "there is one for each arm", "write (treatment, control)"
            )
        printed = []
        for arm, value in zip(("treatment", "control"), pair, strict=True):
            if value is not None:
                value = Printed.of(value, f"{arm}.percentage")
                if value.relation != "=" or not 0 <= value.value <= 100:
                    raise InputError(
                        f"{arm}.percentage",
                        value.text,
                        "a percentage lies between 0 and 100",
                        'write it as printed, such as "80.00"',
                    )
            printed.append(value)
        object.__setattr__(self, "percentages", tuple(printed))

    def _check_lists(self) -> None:
        """Check what is said beside the counts: names once each, risks inside 0 to 1."""
        _check_distinct("biomarkers", [marker.name for marker in self.biomarkers])
        _check_distinct("thresholds", [threshold.statement for threshold in self.thresholds])
        if sum(threshold.default for threshold in self.thresholds) > 1:
            raise InputError(
                "thresholds",
                [t.statement for t in self.thresholds if t.default],
                "at most one threshold is the default",
                "set default = true on one of them",
            )
        risks = self.baseline_risks
        if not isinstance(risks, tuple | list) or not risks:
            raise InputError(
                "baseline_risks",
                risks,
                "it must list at least one probability",
                "write it as in [0.5, 0.6, 0.7]",
            )
        remedy = "write percentages as probabilities, 60% as 0.6"
        checked = tuple(
            check_number("baseline_risks", risk, above=0, below=1, remedy=remedy) for risk in risks
        )
        object.__setattr__(self, "baseline_risks", checked)
        check_text("baseline_risks_reason", self.baseline_risks_reason)

    @classmethod
    def from_counts(
        cls,
        treatment: tuple[int, int],
        control: tuple[int, int],
        better: str = "higher",
        names: tuple[str, str] = ("treatment", "control"),
        **fields: Any,
    ) -> Trial:
        """Make a trial of its counts.

        Parameters
        ----------
        treatment, control
            ``(events, n)`` of each arm.
        better
            ``"higher"`` if more events are better, ``"lower"`` if fewer are.
        names
            Names of the arms, treatment first.
        **fields
            Any other field of ``Trial``.

        Examples
        --------
        >>> Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher").events
        (60, 47)
        """
        arms = []
        for role, pair, name in zip(
            ("treatment", "control"), (treatment, control), names, strict=True
        ):
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise InputError(
                    role, pair, "an arm is its events and its n", "write it as in (60, 75)"
                )
            with renamed("arm", role):
                arms.append(Arm(name, *pair))
        fields.setdefault("outcome", Outcome(better=better))
        return _made(cls, treatment=arms[0], control=arms[1], **fields)

    @classmethod
    def from_effect(
        cls,
        measure: str,
        estimate: str | Printed | None = None,
        ci: tuple[str | Printed, str | Printed] | None = None,
        p_value: str | Printed | None = None,
        log_effect: float | None = None,
        standard_error: float | None = None,
        better: str = "higher",
        ci_level: float = INTERVAL,
        **fields: Any,
    ) -> Trial:
        """Make a trial known only by its effect.

        Parameters
        ----------
        measure
            ``"OR"``, ``"RR"``, ``"HR"``, ``"RD"`` or ``"MD"``, treatment against control.
        estimate, ci, p_value
            As printed, in quotes.
        log_effect, standard_error
            Natural log of a ratio (or the difference itself) and its standard error, in place of
            the printed numbers.
        better
            ``"higher"`` if more events (or a higher mean) are better, ``"lower"`` otherwise.
        ci_level
            Probability of the interval.
        **fields
            Any other field of ``Trial``.

        Examples
        --------
        >>> trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
        >>> round(trial.reported.scale_se, 5)
        0.37638
        """
        reported = ReportedEffect(
            measure=measure,
            estimate=None if estimate is None else Printed.of(estimate, "reported.estimate"),
            ci=cast("tuple[Printed, Printed] | None", ci),
            ci_level=ci_level,
            p_value=None if p_value is None else Printed.of(p_value, "reported.p_value"),
            log_effect=log_effect,
            standard_error=standard_error,
        )
        fields.setdefault("outcome", Outcome(better=better))
        return _made(cls, reported=reported, **fields)

    @property
    def has_counts(self) -> bool:
        """Whether the counts of both arms are known."""
        return self.treatment is not None

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """Both arms, treatment first; an InputError where only the effect is known."""
        if self.treatment is None or self.control is None:
            raise InputError(
                "treatment",
                MISSING,
                "this trial is known only by its effect",
                "give the counts of both arms, or use the model reported_effect",
            )
        return self.treatment, self.control

    @property
    def events(self) -> tuple[int, int]:
        """Events, treatment first."""
        treatment, control = self.arms
        return treatment.events, control.events

    @property
    def n(self) -> tuple[int, int]:
        """Participants, treatment first."""
        treatment, control = self.arms
        return treatment.n, control.n

    @property
    def better(self) -> str:
        """``"higher"`` or ``"lower"``: which way the outcome is better."""
        return self.outcome.better

    @property
    def measure(self) -> str:
        """``"OR"`` where counts are known, else the measure of the reported effect."""
        if self.has_counts or self.reported is None:
            return "OR"
        return self.reported.measure

    @property
    def default_threshold(self) -> Threshold | None:
        """The threshold marked as default, else the first, else None."""
        marked = [threshold for threshold in self.thresholds if threshold.default]
        return next(iter(marked or self.thresholds), None)

    def swapped(self) -> Trial:
        """Return the trial with its arms exchanged, the outcome as it is.

        Ratios are inverted and differences change their sign; they become computed effects,
        because nobody printed them so. Thresholds are dropped: they name the old contrast.
        """
        return replace(
            self,
            treatment=self.control,
            control=self.treatment,
            percentages=self.percentages[::-1],
            reported=None if self.reported is None else self.reported.reversed(),
            planned=None if self.planned is None else self.planned.reversed(),
            biomarkers=tuple(marker.exchanged() for marker in self.biomarkers),
            thresholds=(),
            intervention=self.comparator,
            comparator=self.intervention,
        )

    def relabelled(self) -> Trial:
        """Return the trial with events and non-events exchanged, the better direction reversed.

        An odds ratio is inverted and a risk difference changes its sign. A risk ratio or a hazard
        ratio of events says nothing of one of non-events: it is dropped where counts are known.
        Thresholds and printed percentages are dropped.

        Raises
        ------
        InputError
            Only a risk ratio, a hazard ratio or a mean difference is known.
        """
        reported = self.reported
        if reported is not None and reported.measure in ("OR", "RD"):
            reported = reported.reversed()
        elif self.has_counts:
            reported = None
        elif reported is not None:
            raise InputError(
                "reported.measure",
                reported.measure,
                "this measure of events says nothing of one of non-events",
                "give the counts of both arms",
            )
        return replace(
            self,
            treatment=None if self.treatment is None else self.treatment.relabelled(),
            control=None if self.control is None else self.control.relabelled(),
            outcome=self.outcome.relabelled(),
            percentages=(None, None),
            reported=reported,
            planned=None if self.planned is None else self.planned.reversed(),
            thresholds=(),
            baseline_risks=tuple(float(1 - Decimal(repr(risk))) for risk in self.baseline_risks),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the trial as plain data: the tables of its TOML file, None where not given."""
        arms: dict[str, Any] = {}
        for role, arm, printed in zip(
            ("treatment", "control"), (self.treatment, self.control), self.percentages, strict=True
        ):
            percentage = None if printed is None else printed.text
            arms[role] = None if arm is None else arm.to_dict() | {"percentage": percentage}
        return {
            "name": self.name,
            **{field: getattr(self, field) for field in _TEXTS},
            "baseline_risks": list(self.baseline_risks),
            "baseline_risks_reason": self.baseline_risks_reason,
            "outcome": self.outcome.to_dict(),
            **arms,
            "reported": None if self.reported is None else self.reported.to_dict(),
            "planned": None if self.planned is None else self.planned.to_dict(),
            "thresholds": [threshold.to_dict() for threshold in self.thresholds],
            "biomarkers": [marker.to_dict() for marker in self.biomarkers],
        }

    def fingerprint(self) -> str:
        """Return the SHA-256, in hexadecimal, of the trial's canonical JSON."""
        import hashlib
        import json

        text = json.dumps(
            self.to_dict(),
            sort_keys=True,
            ensure_ascii=True,
            separators=(",", ":"),
            allow_nan=False,
        )
        return hashlib.sha256(text.encode("ascii")).hexdigest()


_PARTS: Final[dict[str, type]] = {
    "treatment": Arm,
    "control": Arm,
    "outcome": Outcome,
    "reported": ReportedEffect,
    "planned": PlannedEffect,
}
_LISTS: Final[dict[str, type]] = {"biomarkers": Biomarker, "thresholds": Threshold}


def _made(cls: type[Trial], **fields: Any) -> Trial:
    """Make a trial, refusing a field that it has not."""
    names = cls.__dataclass_fields__
    for field, value in fields.items():
        if field not in names:
            raise InputError(field, value, "a trial has no such field", suggestion(field, names))
    return cls(**fields)


def _tuple_of(field: str, value: object, kind: type) -> tuple[Any, ...]:
    """Return the values as a tuple of one kind."""
    if not isinstance(value, tuple | list) or not all(isinstance(part, kind) for part in value):
        raise InputError(
            field,
            value,
            f"it must hold values of type {kind.__name__}",
            f"use {kind.__name__}(...)",
        )
    return tuple(value)


def _check_distinct(field: str, names: list[str]) -> None:
    """Check that every name occurs once."""
    for name in names:
        if names.count(name) > 1:
            raise InputError(field, name, "each may be listed once", "remove or rename one of them")
