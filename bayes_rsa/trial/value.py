"""A published two-arm randomised trial, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from bayes_rsa.defaults import BASELINE_RISKS, INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, NOT_REPORTED, renamed
from bayes_rsa.trial import rules, symmetry
from bayes_rsa.trial.arm import Arm
from bayes_rsa.trial.biomarker import Biomarker
from bayes_rsa.trial.expectation import PlannedEffect, Threshold
from bayes_rsa.trial.outcome import Outcome
from bayes_rsa.trial.printed import Printed
from bayes_rsa.trial.reported import ReportedEffect

__all__ = ["Trial"]

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
    "baseline_risks_reason",
)
_OUTCOME: Final = Outcome()
_PARTS: Final[dict[str, type]] = {
    "treatment": Arm,
    "control": Arm,
    "outcome": Outcome,
    "reported": ReportedEffect,
    "planned": PlannedEffect,
}
_LISTS: Final[dict[str, type]] = {"biomarkers": Biomarker, "thresholds": Threshold}


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
    baseline_risks, baseline_risks_reason
        Control risks, as probabilities, at which absolute effects are stated, and why those.
    field_priors
        Names of archetypes that speak of this trial's field: topic priors and base rates.
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
    outcome: Outcome = _OUTCOME
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
    field_priors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rules.check_description(self.name, self.doi, {key: getattr(self, key) for key in _TEXTS})
        for field, kind in _PARTS.items():
            rules.check_part(field, getattr(self, field), kind, required=field == "outcome")
        for field, kind in _LISTS.items():
            object.__setattr__(self, field, rules.values_of(field, getattr(self, field), kind))
        rules.check_data(self.treatment, self.control, self.reported)
        rules.check_distinct("biomarkers", [marker.name for marker in self.biomarkers])
        rules.check_thresholds(self.thresholds)
        object.__setattr__(self, "percentages", rules.printed_percentages(self.percentages))
        object.__setattr__(self, "baseline_risks", rules.risks(self.baseline_risks))
        object.__setattr__(self, "field_priors", rules.names("field_priors", self.field_priors))

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
        called = rules.pair("names", names, '("tacrolimus", "placebo")')
        arms = []
        for role, counts, name in zip(
            ("treatment", "control"), (treatment, control), called, strict=True
        ):
            with renamed("arm", role):
                arms.append(Arm(name, *rules.pair(role, counts, "(60, 75)")))
        rules.check_known(fields, cls.__dataclass_fields__)
        fields.setdefault("outcome", Outcome(better=better))
        return cls(treatment=arms[0], control=arms[1], **fields)

    @classmethod
    def from_effect(
        cls,
        measure: str,
        *,
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
        rules.check_known(fields, cls.__dataclass_fields__)
        fields.setdefault("outcome", Outcome(better=better))
        return cls(reported=reported, **fields)

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
        """Return the trial with its arms exchanged; see ``bayes_rsa.trial.symmetry``."""
        return symmetry.swapped(self)

    def relabelled(self) -> Trial:
        """Return the trial with events and non-events exchanged, ``better`` reversed.

        See ``bayes_rsa.trial.symmetry``; an InputError where the effect alone does not say.
        """
        return symmetry.relabelled(self)

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
            "field_priors": list(self.field_priors),
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
