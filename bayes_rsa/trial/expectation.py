"""What was expected of a trial: the planned effect, and effects that would be worthwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_flag, check_number, check_text

__all__ = ["PlannedEffect", "Threshold"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """An effect that matters to patients, as a statement with its reason.

    Parameters
    ----------
    statement
        For instance ``RD > 0.10``.
    reason, source
        Why this threshold, and where the reason was read.
    default
        Whether it is the one to quote when only one is quoted.
    """

    statement: str
    reason: str
    source: str
    default: bool = False

    def __post_init__(self) -> None:
        statement = check_text("threshold.statement", self.statement, required=True)
        if "<" not in statement and ">" not in statement:
            raise InputError(
                "threshold.statement",
                statement,
                "a statement compares an effect with a number",
                "write it as in 'RD > 0.10'",
            )
        check_text("threshold.reason", self.reason, required=True)
        check_text("threshold.source", self.source)
        check_flag("threshold.default", self.default)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {
            "statement": self.statement,
            "reason": self.reason,
            "source": self.source,
            "default": self.default,
        }


@dataclass(frozen=True, slots=True)
class PlannedEffect:
    """The effect that the sample size was planned for; never the observed one.

    Parameters
    ----------
    odds_ratio
        Planned odds ratio of an event, treatment against control; positive, not 1.
    assumed
        True when the publication (as read) does not state it.
    reason, source
        How it was obtained, and where it was read.
    """

    odds_ratio: float
    assumed: bool
    reason: str
    source: str = ""

    def __post_init__(self) -> None:
        odds_ratio = check_number(
            "planned.odds_ratio",
            self.odds_ratio,
            above=0,
            remedy="write the odds ratio of the sample-size paragraph, not its logarithm",
        )
        if odds_ratio == 1:
            raise InputError(
                "planned.odds_ratio",
                odds_ratio,
                "a planned effect differs from 1",
                "leave [planned] out when the planned effect is unknown",
            )
        object.__setattr__(self, "odds_ratio", odds_ratio)
        check_flag("planned.assumed", self.assumed)
        check_text("planned.reason", self.reason, required=self.assumed is True)
        check_text("planned.source", self.source)

    def reversed(self) -> PlannedEffect:
        """Return the planned effect with the odds ratio inverted."""
        return replace(self, odds_ratio=1 / self.odds_ratio)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {
            "odds_ratio": self.odds_ratio,
            "assumed": self.assumed,
            "reason": self.reason,
            "source": self.source,
        }
