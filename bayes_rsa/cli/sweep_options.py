"""What a sweep goes through, as written on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.cli.prior_options import OPTIONS, read_prior
from bayes_rsa.cli.values import to_integer, to_number
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING

if TYPE_CHECKING:
    from bayes_rsa.priors import Prior
    from bayes_rsa.sensitivity import PriorSet
    from bayes_rsa.trial import Trial

__all__ = ["FIELDS", "PriorOptions", "to_numbers"]

FIELDS: Final[Mapping[str, str]] = {
    **OPTIONS,
    "arms": "--arm-rate",
    "statement": "--pr",
    "statements": "--pr",
    "estimands": "--estimand",
    "base.effect": "--base",
    "base": "--base",
    "out": "--out",
    "normal": "--effect-sd",
    "normal.sd": "--effect-sd",
    "mean": "--effect-mean",
    "sd": "--effect-sd",
    "rate": "--arm-rate",
    "weight": "--arm-weight",
    "priors": "--effect",
    "trial": "TRIAL",
}
"""Option of each field, as the errors of a sweep call it."""

_RANGE: Final = re.compile(r"(?P<first>[^:]+):(?P<last>[^:]+):(?P<count>[^:]+)")
_MOST: Final = 100_000


def to_numbers(option: str, text: str) -> list[float]:
    """One number, several with commas between them, or ``first:last:count``, evenly spaced."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return [
            to_number(option, part, remedy="write it like 0.5, 0.2,0.5,1 or 0.1:3:50")
            for part in text.split(",")
        ]
    first, last = (to_number(option, match[name]) for name in ("first", "last"))
    count = to_integer(option, match["count"], least=2)
    if count > _MOST or first == last:
        raise InputError(
            option,
            text,
            f"a range is first:last:count, with at most {_MOST} different values",
            "write it like 0.1:3:50",
        )
    step = (last - first) / (count - 1)
    # Rounded so that 0.1:0.5:5 holds 0.3, and not 0.30000000000000004.
    return [float(f"{first + k * step:.12g}") for k in range(count - 1)] + [last]


@dataclass(frozen=True, slots=True)
class PriorOptions:
    """The priors to sweep over; None or empty where nothing was written.

    Parameters
    ----------
    effect
        Priors on the effect, one by one.
    effect_mean, effect_sd
        Or normal ones, by their means and SDs.
    sceptical, weight
        Or mixtures of a sceptical prior with the one in ``effect``, by weight of the first.
    arm_rate, arm_weight
        Or beta priors of both arms, by rate and weight.
    baseline, midpoint
        Priors on the level.
    """

    effect: Sequence[str] = ()
    effect_mean: str | None = None
    effect_sd: str | None = None
    sceptical: str | None = None
    weight: str | None = None
    arm_rate: str | None = None
    arm_weight: str | None = None
    baseline: Sequence[str] = ()
    midpoint: Sequence[str] = ()

    def read(self, trial: Trial) -> dict[str, Any]:
        """Keyword arguments of ``bayes_rsa.sensitivity.sweep``."""
        found: dict[str, Any] = {}
        if self.arm_rate is not None or self.arm_weight is not None:
            found["arms"] = self._arms()
        if self.effect or self.effect_sd is not None or self.effect_mean is not None:
            found["effect"] = self._effect(trial)
        if not found:
            raise InputError(
                "--effect-sd",
                MISSING,
                "a sweep needs priors to go through",
                "add it, like --effect-sd 0.1:3:50, or write --effect more than once",
            )
        for name in ("baseline", "midpoint"):
            texts: Sequence[str] = getattr(self, name)
            if texts:
                found[name] = [read_prior(f"--{name}", text, trial=trial) for text in texts]
                if len(found[name]) == 1:
                    (found[name],) = found[name]
        return found

    def _arms(self) -> PriorSet:
        from bayes_rsa.sensitivity import beta_weight_grid

        rate = _together("--arm-rate", self.arm_rate, "--arm-weight", "like 0.65")
        weight = _together("--arm-weight", self.arm_weight, "--arm-rate", "like 1:100:20")
        return beta_weight_grid(
            _swept(to_numbers("--arm-rate", rate)), _swept(to_numbers("--arm-weight", weight))
        )

    def _effect(self, trial: Trial) -> Any:
        from bayes_rsa.sensitivity import mixture_grid, prior_grid

        if self.effect_mean is not None or self.effect_sd is not None:
            if self.effect:
                raise InputError(
                    "--effect",
                    self.effect[0],
                    "the effect's priors come from a list or from a grid, not from both",
                    "leave out --effect, or --effect-mean and --effect-sd",
                )
            sd = _together("--effect-sd", self.effect_sd, "--effect-mean", "like 0.1:3:50")
            mean = "0" if self.effect_mean is None else self.effect_mean
            return prior_grid(
                "normal",
                mean=_swept(to_numbers("--effect-mean", mean)),
                sd=_swept(to_numbers("--effect-sd", sd)),
            )
        priors: list[Prior] = [read_prior("--effect", text, trial=trial) for text in self.effect]
        if self.sceptical is None and self.weight is None:
            return priors if len(priors) > 1 else priors[0]
        text = _together("--sceptical", self.sceptical, "--weight", "like 'neutral strong'")
        weights = _together("--weight", self.weight, "--sceptical", "like 0:1:21")
        if len(priors) != 1:
            raise InputError(
                "--effect",
                " and ".join(self.effect),
                "a mixture has the sceptical prior and one other",
                "write --effect once",
            )
        return mixture_grid(
            read_prior("--sceptical", text, trial=trial), priors[0], to_numbers("--weight", weights)
        )


def _together(option: str, text: str | None, other: str, example: str) -> str:
    if text is None:
        raise InputError(option, MISSING, f"it belongs to {other}", f"add it, {example}")
    return text


def _swept(numbers: list[float]) -> float | list[float]:
    """A single number is held fixed: it is no dimension of the result."""
    return numbers[0] if len(numbers) == 1 else numbers
