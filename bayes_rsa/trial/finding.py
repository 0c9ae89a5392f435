"""Classes of evidence about a biomarker, from a direction to one row per patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_choice, check_count, check_number, check_text
from bayes_rsa.trial.arm_summary import Moments, Quartiles, moments_of, parts
from bayes_rsa.trial.finding_summaries import BaselineFollowUp, GeometricMeanSD
from bayes_rsa.trial.printed import Printed

__all__ = [
    "FINDINGS",
    "BaselineFollowUp",
    "DirectionOnly",
    "ExactTest",
    "Finding",
    "GeometricMeanSD",
    "MeanSD",
    "MedianQuartiles",
    "Moments",
    "PatientLevel",
    "Quartiles",
]

DIRECTIONS: Final = ("lower", "higher", "not stated")
_OPPOSITE: Final = {"lower": "higher", "higher": "lower", "not stated": "not stated"}


@dataclass(frozen=True, slots=True)
class DirectionOnly:
    """A direction and a bound on a two-sided P, and nothing about size.

    Parameters
    ----------
    direction
        Treatment arm against control: ``"lower"``, ``"higher"`` or ``"not stated"``.
    p
        The printed bound: ``<0.05``, or ``>0.05`` for "not significant".
    """

    kind: ClassVar[str] = "direction_only"
    direction: str
    p: Printed

    def __post_init__(self) -> None:
        check_choice("finding.direction", self.direction, DIRECTIONS)
        p = Printed.of(self.p, "finding.p")
        object.__setattr__(self, "p", p)
        if p.relation == "=":
            raise InputError(
                "finding.p",
                p.text,
                "evidence of direction only has a bound on P",
                'write "<0.05" or ">0.05"; a P given exactly is the evidence "exact_test"',
            )
        if not 0 < p.value < 1:
            raise InputError(
                "finding.p", p.text, "a bound on P must lie between 0 and 1", "check the bound"
            )

    @property
    def significant(self) -> bool:
        """Whether P was printed as below the bound."""
        return self.p.relation == "<"

    def exchanged(self) -> DirectionOnly:
        """Return the same finding with the arms exchanged."""
        return DirectionOnly(_OPPOSITE[self.direction], self.p)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {"evidence": self.kind, "direction": self.direction, "p": self.p.text}


@dataclass(frozen=True, slots=True)
class ExactTest:
    """A direction with an exact two-sided P or a t statistic.

    Parameters
    ----------
    direction
        Treatment arm against control: ``"lower"``, ``"higher"`` or ``"not stated"``.
    p
        The printed two-sided P, or None.
    t
        The t statistic, treatment − control, or None; at least one of the two is needed.
    """

    kind: ClassVar[str] = "exact_test"
    direction: str
    p: Printed | None = None
    t: float | None = None

    def __post_init__(self) -> None:
        check_choice("finding.direction", self.direction, DIRECTIONS)
        if self.p is None and self.t is None:
            raise InputError(
                "finding.p", None, "an exact test has a P or a t statistic", "give p, t or both"
            )
        if self.p is not None:
            p = Printed.of(self.p, "finding.p")
            object.__setattr__(self, "p", p)
            if p.relation != "=":
                raise InputError(
                    "finding.p",
                    p.text,
                    "an exact test has an exact P",
                    'a bound such as "<0.05" is the evidence "direction_only"',
                )
            if not 0 < p.value <= 1:
                raise InputError("finding.p", p.text, "a P must lie between 0 and 1", "check the P")
        if self.t is not None:
            t = check_number("finding.t", self.t)
            object.__setattr__(self, "t", t)
            if (self.direction == "lower" and t > 0) or (self.direction == "higher" and t < 0):
                raise InputError(
                    "finding.t",
                    t,
                    f"the sign of t (treatment − control) must agree with {self.direction!r}",
                    "turn the sign of t, or correct the direction",
                )

    def exchanged(self) -> ExactTest:
        """Return the same finding with the arms exchanged."""
        return ExactTest(_OPPOSITE[self.direction], self.p, None if self.t is None else -self.t)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data, None where not given."""
        p = None if self.p is None else self.p.text
        return {"evidence": self.kind, "direction": self.direction, "p": p, "t": self.t}


@dataclass(frozen=True, slots=True)
class MeanSD:
    """Mean, standard deviation and n of both arms, each as ``(mean, sd, n)``."""

    kind: ClassVar[str] = "mean_sd"
    treatment: Moments
    control: Moments

    def __post_init__(self) -> None:
        for arm in ("treatment", "control"):
            object.__setattr__(self, arm, moments_of(f"finding.{arm}", getattr(self, arm)))

    def exchanged(self) -> MeanSD:
        """Return the same finding with the arms exchanged."""
        return MeanSD(self.control, self.treatment)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {
            "evidence": self.kind,
            "treatment": self.treatment._asdict(),
            "control": self.control._asdict(),
        }


@dataclass(frozen=True, slots=True)
class MedianQuartiles:
    """Quartiles and n of both arms, each as ``(q1, median, q3, n)``."""

    kind: ClassVar[str] = "median_quartiles"
    treatment: Quartiles
    control: Quartiles

    def __post_init__(self) -> None:
        for arm in ("treatment", "control"):
            *cuts, n = parts(f"finding.{arm}", getattr(self, arm), Quartiles._fields)
            q1, median, q3 = (
                check_number(f"finding.{arm}.{name}", cut)
                for name, cut in zip(("q1", "median", "q3"), cuts, strict=True)
            )
            if not q1 <= median <= q3 or q1 == q3:
                raise InputError(
                    f"finding.{arm}",
                    (q1, median, q3),
                    "quartiles must rise: q1 ≤ median ≤ q3, and q1 < q3",
                    "write them as q1, median, q3",
                )
            size = check_count(f"finding.{arm}.n", n, least=4)
            object.__setattr__(self, arm, Quartiles(q1, median, q3, size))

    def exchanged(self) -> MedianQuartiles:
        """Return the same finding with the arms exchanged."""
        return MedianQuartiles(self.control, self.treatment)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {
            "evidence": self.kind,
            "treatment": self.treatment._asdict(),
            "control": self.control._asdict(),
        }


@dataclass(frozen=True, slots=True)
class PatientLevel:
    """One row per patient, in a CSV file.

    Parameters
    ----------
    path
        The file; a relative path starts at the working directory.
    """

    kind: ClassVar[str] = "patient_level"
    path: str

    def __post_init__(self) -> None:
        check_text("finding.path", self.path, required=True)

    def exchanged(self) -> PatientLevel:
        """Refuse: the arms stand in the file."""
        raise InputError(
            "finding.path",
            self.path,
            "the arms of patient-level data stand in their file",
            "exchange them there, or leave this biomarker out",
        )

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {"evidence": self.kind, "path": self.path}


Finding = (
    DirectionOnly
    | ExactTest
    | MedianQuartiles
    | MeanSD
    | GeometricMeanSD
    | BaselineFollowUp
    | PatientLevel
)

FINDINGS: Final = (
    DirectionOnly,
    ExactTest,
    MedianQuartiles,
    MeanSD,
    GeometricMeanSD,
    BaselineFollowUp,
    PatientLevel,
)
"""The classes of evidence, from the weakest to the strongest."""
