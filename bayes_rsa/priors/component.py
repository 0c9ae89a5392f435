"""One weighted distribution of a mixture."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass, field

from bayes_rsa.errors import InputError
from bayes_rsa.priors.families import find_family
from bayes_rsa.priors.family import Family


def finite_number(where: str, value: object) -> float:
    """Value as a finite float, minus zero made zero; an InputError otherwise."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputError(where, value, "an argument of a prior is a number", "give a number")
    result = float(value) + 0.0
    if not math.isfinite(result):
        raise InputError(where, result, "an argument of a prior is finite", "give a finite number")
    return result


@dataclass(frozen=True)
class Component:
    """One distribution of a mixture.

    Attributes
    ----------
    weight
        Its weight, from 0 to 1.
    family
        Name of its family, a key of ``FAMILIES``.
    arguments
        The family's arguments, in the order of ``FAMILIES[family].arguments``.
    distribution
        The family with these arguments.
    """

    weight: float
    family: str
    arguments: tuple[float, ...]
    distribution: Family = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        family = find_family(self.family)
        values = tuple(self.arguments)
        if len(values) != len(family.arguments):
            raise InputError(
                "prior",
                f"{self.family}({', '.join(map(str, values))})",
                f"{self.family} takes {len(family.arguments)} argument"
                f"{'' if len(family.arguments) == 1 else 's'}, not {len(values)}",
                f"write {family.signature()}",
            )
        checked = tuple(
            finite_number(f"{self.family}.{argument}", value)
            for argument, value in zip(family.arguments, values, strict=True)
        )
        weight = finite_number("weight", self.weight)
        if not 0 <= weight <= 1:
            raise InputError(
                "weight", weight, "a weight lies between 0 and 1", "give weights that sum to 1"
            )
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "arguments", checked)
        object.__setattr__(self, "distribution", family(*checked))
