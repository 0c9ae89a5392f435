"""A biomarker, and what was reported about it."""

from __future__ import annotations

from dataclasses import dataclass

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_text
from bayes_rsa.trial.finding import FINDINGS, Finding

__all__ = ["Biomarker"]


@dataclass(frozen=True, slots=True)
class Biomarker:
    """A biomarker and what was reported about it.

    Parameters
    ----------
    name
        As printed.
    finding
        What was reported, as one of the classes of evidence.
    unit
        Unit of measurement, or ``"not reported"``.
    source
        Where the finding was read.
    """

    name: str
    finding: Finding
    unit: str = "not reported"
    source: str = ""

    def __post_init__(self) -> None:
        check_text("biomarker.name", self.name, required=True)
        check_text("biomarker.unit", self.unit)
        check_text("biomarker.source", self.source)
        if not isinstance(self.finding, FINDINGS):
            raise InputError(
                "biomarker.finding",
                self.finding,
                "it must be one of the classes of evidence",
                f"use one of {', '.join(cls.__name__ for cls in FINDINGS)}",
            )

    def exchanged(self) -> Biomarker:
        """Return the same biomarker with the arms exchanged."""
        return Biomarker(self.name, self.finding.exchanged(), self.unit, self.source)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {
            "name": self.name,
            "unit": self.unit,
            "source": self.source,
            "finding": self.finding.to_dict(),
        }
