"""The effect that a publication prints, with every number as printed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from bayes_rsa.defaults import INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_choice, check_number, check_text
from bayes_rsa.trial.printed import Printed

__all__ = ["MEASURES", "ReportedEffect"]

MEASURES: Final = ("OR", "RR", "HR", "RD", "MD")
"""Odds, risk and hazard ratio; risk and mean difference."""

_RATIOS: Final = ("OR", "RR", "HR")


@dataclass(frozen=True, slots=True)
class ReportedEffect:
    """An effect of treatment against control, as printed or as a log effect with its error.

    Parameters
    ----------
    measure
        ``"OR"``, ``"RR"``, ``"HR"``, ``"RD"`` (risk difference, a probability) or ``"MD"``.
    estimate
        The printed estimate.
    ci
        The printed limits of its interval, lower first.
    ci_level
        Probability of that interval.
    p_value
        The printed P, ``0.03`` or ``<0.05``.
    log_effect
        Natural log of a ratio, or the difference itself, where it was computed, not printed.
    standard_error
        Standard error of ``log_effect`` on the same scale.
    adjustment
        What the effect is adjusted for, or ``"not reported"``.
    source
        Where the numbers were read.

    Raises
    ------
    InputError
        Limits the wrong way round, an estimate outside them, a ratio that is not positive, a
        level or a P outside 0 to 1, or nothing reported at all.
    """

    measure: str
    estimate: Printed | None = None
    ci: tuple[Printed, Printed] | None = None
    ci_level: float = INTERVAL
    p_value: Printed | None = None
    log_effect: float | None = None
    standard_error: float | None = None
    adjustment: str = "not reported"
    source: str = ""

    def __post_init__(self) -> None:
        check_choice("reported.measure", self.measure, MEASURES)
        given = (self.estimate, self.ci, self.p_value, self.log_effect)
        if all(part is None for part in given):
            raise InputError(
                "reported.estimate",
                None,
                "a reported effect holds at least one number",
                "give an estimate, an interval, a P or a log effect, or leave [reported] out",
            )
        level = check_number(
            "reported.ci_level",
            self.ci_level,
            above=0,
            below=1,
            remedy="write a 95% interval as 0.95",
        )
        object.__setattr__(self, "ci_level", level)
        if self.estimate is not None:
            object.__setattr__(self, "estimate", self._effect("reported.estimate", self.estimate))
        if self.ci is not None:
            object.__setattr__(self, "ci", self._limits(self.ci))
        if self.p_value is not None:
            object.__setattr__(self, "p_value", _probability("reported.p_value", self.p_value))
        self._check_computed()
        check_text("reported.adjustment", self.adjustment)
        check_text("reported.source", self.source)

    def _effect(self, field: str, value: object) -> Printed:
        """Return a printed effect that the measure allows."""
        printed = Printed.of(value, field)
        if printed.relation != "=":
            raise InputError(
                field, printed.text, "it must be a number, not a bound", "leave out < and >"
            )
        if self.is_log and (
            printed.value < 0 or (field.endswith("estimate") and not printed.value)
        ):
            raise InputError(
                field,
                printed.text,
                f"a ratio ({self.measure}) must be positive",
                "write the ratio itself, not its logarithm",
            )
        if self.measure == "RD" and abs(printed.value) > 1:
            raise InputError(
                field,
                printed.text,
                "a risk difference lies between -1 and 1",
                "write percentage points as a probability, 16.5 as 0.165",
            )
        return printed

    def _limits(self, value: object) -> tuple[Printed, Printed]:
        """Return both limits, in order and around the estimate."""
        if not isinstance(value, tuple | list) or len(value) != 2:
            raise InputError(
                "reported.ci",
                value,
                "an interval has two limits",
                'write it as in ["1.10", "4.81"]',
            )
        lower, upper = (
            self._effect(f"reported.ci.{end}", limit)
            for end, limit in zip(("lower", "upper"), value, strict=True)
        )
        shown = f"{lower} to {upper}"
        if lower.decimal > upper.decimal:
            raise InputError(
                "reported.ci",
                shown,
                "the lower limit must not exceed the upper",
                f"write it as {upper} to {lower}, if that is what was printed",
            )
        if self.estimate is not None and not (
            lower.decimal <= self.estimate.decimal <= upper.decimal
        ):
            raise InputError(
                "reported.ci",
                shown,
                f"an interval must contain its estimate, {self.estimate}",
                "check the estimate and both limits in the publication",
            )
        return lower, upper

    def _check_computed(self) -> None:
        """Check the log effect and its standard error, and that they fit the printed estimate."""
        if self.log_effect is not None:
            location = check_number("reported.log_effect", self.log_effect)
            object.__setattr__(self, "log_effect", location)
            if self.is_log and abs(location) > 50:
                raise InputError(
                    "reported.log_effect",
                    location,
                    "a natural log of a ratio lies between -50 and 50",
                    "write the logarithm, not the ratio",
                )
            if self.measure == "RD" and abs(location) > 1:
                raise InputError(
                    "reported.log_effect",
                    location,
                    "a risk difference lies between -1 and 1",
                    "write percentage points as a probability",
                )
            if self.estimate is not None:
                effect = math.exp(location) if self.is_log else location
                if abs(effect - self.estimate.value) > self.estimate.unit:
                    raise InputError(
                        "reported.log_effect",
                        location,
                        f"it gives {effect:.6g}, but reported.estimate is {self.estimate}",
                        "give one of the two, or correct it",
                    )
        if self.standard_error is not None:
            object.__setattr__(
                self,
                "standard_error",
                check_number(
                    "reported.standard_error",
                    self.standard_error,
                    above=0,
                    remedy="write the standard error on the scale of the log effect",
                ),
            )

    @property
    def is_log(self) -> bool:
        """Whether the measure is a ratio, so that it is analysed on the log scale."""
        return self.measure in _RATIOS

    @property
    def location(self) -> float:
        """Natural log of the estimate for a ratio, the estimate itself for a difference.

        Raises
        ------
        InputError
            Neither an estimate nor a log effect was given.
        """
        if self.log_effect is not None:
            return self.log_effect
        if self.estimate is None:
            raise InputError(
                "reported.estimate", None, "an effect needs its estimate", "add the estimate"
            )
        return math.log(self.estimate.value) if self.is_log else self.estimate.value

    @property
    def scale_se(self) -> float:
        """Standard error on the scale of ``location``: as given, or implied by the interval.

        ``(ln U − ln L) / (2 z)`` for a ratio and ``(U − L) / (2 z)`` for a difference, with z the
        normal quantile of the interval's level.

        Raises
        ------
        InputError
            Neither a standard error nor an interval was given, or the interval implies none,
            because its limits are printed alike or its lower limit is printed as zero.
        """
        if self.standard_error is not None:
            return self.standard_error
        if self.ci is None:
            raise InputError(
                "reported.ci",
                None,
                "an effect needs its interval or its standard error",
                "add ci or standard_error",
            )
        from statistics import NormalDist

        lower, upper = (limit.value for limit in self.ci)
        if lower == upper or (self.is_log and lower == 0):
            raise InputError(
                "reported.ci",
                f"{self.ci[0]} to {self.ci[1]}",
                "limits printed alike, or a ratio's limit printed as zero, imply no standard error",
                "add standard_error",
            )
        width = math.log(upper) - math.log(lower) if self.is_log else upper - lower
        return width / (2 * NormalDist().inv_cdf((1 + self.ci_level) / 2))

    @property
    def is_complete(self) -> bool:
        """Whether an effect and its standard error are known, so that it can be analysed alone."""
        try:
            return self.scale_se > 0 and math.isfinite(self.location)
        except InputError:
            return False

    def reversed(self) -> ReportedEffect | None:
        """Return the effect with its sign turned (a ratio inverted), as a computed effect.

        The printed numbers are dropped, since nobody printed them turned; P stays. None where
        neither a complete effect nor a P is left.
        """
        if not self.is_complete and self.p_value is None:
            return None
        return ReportedEffect(
            measure=self.measure,
            ci_level=self.ci_level,
            p_value=self.p_value,
            log_effect=-self.location if self.is_complete else None,
            standard_error=self.scale_se if self.is_complete else None,
            adjustment=self.adjustment,
            source=self.source,
        )

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data, None where not given."""
        return {
            "measure": self.measure,
            "estimate": None if self.estimate is None else self.estimate.text,
            "ci": None if self.ci is None else [limit.text for limit in self.ci],
            "ci_level": self.ci_level,
            "p_value": None if self.p_value is None else self.p_value.text,
            "log_effect": self.log_effect,
            "standard_error": self.standard_error,
            "adjustment": self.adjustment,
            "source": self.source,
        }


def _probability(field: str, value: object) -> Printed:
    """Return a printed P between 0 and 1."""
    printed = Printed.of(value, field)
    if not 0 <= printed.value <= 1 or (printed.relation == "<" and printed.value == 0):
        raise InputError(
            field, printed.text, "a P must lie between 0 and 1", "check it in the publication"
        )
    return printed
