"""Findings that summarise a marker on the log scale, or before and after treatment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

from bayes_rsa.fields import check_count, check_number
from bayes_rsa.trial.arm_summary import SD_REMEDY, BeforeAfter, Moments, moments_of, parts

__all__ = ["BaselineFollowUp", "GeometricMeanSD"]

ARMS = ("treatment", "control")


@dataclass(frozen=True, slots=True)
class GeometricMeanSD:
    """Geometric mean, geometric SD and n of both arms, each as ``(mean, sd, n)``.

    The geometric SD is the exponential of the SD of the logarithms: a factor above 1.
    """

    kind: ClassVar[str] = "geometric_mean_sd"
    treatment: Moments
    control: Moments

    def __post_init__(self) -> None:
        for arm in ARMS:
            mean, sd, n = parts(f"finding.{arm}", getattr(self, arm), Moments._fields)
            checked = Moments(
                check_number(
                    f"finding.{arm}.mean", mean, above=0, remedy="a geometric mean is positive"
                ),
                check_number(
                    f"finding.{arm}.sd",
                    sd,
                    above=1,
                    remedy="write the geometric SD as a factor above 1, such as 1.8",
                ),
                check_count(f"finding.{arm}.n", n, least=2),
            )
            object.__setattr__(self, arm, checked)

    @classmethod
    def from_intervals(
        cls,
        treatment: tuple[float, float, float, int],
        control: tuple[float, float, float, int],
        ci_level: float = 0.95,
    ) -> Self:
        """From ``(geometric mean, lower, upper, n)`` of each arm.

        The interval is read as the exponential of mean ± t SD / √n of the logarithms, with n − 1
        degrees of freedom; its width alone decides the SD.
        """
        from scipy.special import stdtrit

        level = check_number("ci_level", ci_level, above=0, below=1, remedy="write 0.95 for 95%")
        arms = []
        for arm, value in zip(ARMS, (treatment, control), strict=True):
            field = f"finding.{arm}"
            mean, lower, upper, n = parts(field, value, ("mean", "lower", "upper", "n"))
            low = check_number(f"{field}.lower", lower, above=0, remedy="limits are positive")
            high = check_number(
                f"{field}.upper", upper, above=low, remedy="write the limits as lower, upper"
            )
            size = check_count(f"{field}.n", n, least=2)
            half = 0.5 * (math.log(high) - math.log(low))
            sd = half * math.sqrt(size) / float(stdtrit(size - 1, 0.5 + 0.5 * level))
            arms.append(Moments(mean, math.exp(sd), size))  # type: ignore[arg-type]
        return cls(*arms)

    def logs(self) -> tuple[Moments, Moments]:
        """Mean, SD and n of the natural logarithms, treatment first."""
        one, other = (
            Moments(math.log(arm.mean), math.log(arm.sd), arm.n)
            for arm in (self.treatment, self.control)
        )
        return one, other

    def exchanged(self) -> GeometricMeanSD:
        """Return the same finding with the arms exchanged."""
        return GeometricMeanSD(self.control, self.treatment)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {
            "evidence": self.kind,
            "treatment": self.treatment._asdict(),
            "control": self.control._asdict(),
        }


@dataclass(frozen=True, slots=True)
class BaselineFollowUp:
    """Mean and SD at baseline and at follow-up, and n, of both arms.

    Each arm is ``(baseline_mean, baseline_sd, mean, sd, n)``; n counts those with both values. The
    correlation of the two values within a patient is seldom printed, and is no part of it.
    """

    kind: ClassVar[str] = "baseline_follow_up"
    treatment: BeforeAfter
    control: BeforeAfter

    def __post_init__(self) -> None:
        for arm in ARMS:
            field = f"finding.{arm}"
            mean0, sd0, mean, sd, n = parts(field, getattr(self, arm), BeforeAfter._fields)
            size = check_count(f"{field}.n", n, least=3)
            after = moments_of(field, (mean, sd, size))
            object.__setattr__(
                self,
                arm,
                BeforeAfter(
                    check_number(f"{field}.baseline_mean", mean0),
                    check_number(f"{field}.baseline_sd", sd0, above=0, remedy=SD_REMEDY),
                    after.mean,
                    after.sd,
                    size,
                ),
            )

    def exchanged(self) -> BaselineFollowUp:
        """Return the same finding with the arms exchanged."""
        return BaselineFollowUp(self.control, self.treatment)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {
            "evidence": self.kind,
            "treatment": self.treatment._asdict(),
            "control": self.control._asdict(),
        }
