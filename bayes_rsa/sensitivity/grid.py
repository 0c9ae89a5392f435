"""Sets of priors to sweep over: a grid of hyperparameters, or a list.

A set has one axis or several. On a grid the axes are the hyperparameters that vary; a list has one
axis, the priors' names.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import suggestion
from bayes_rsa.priors import FAMILIES, Prior

MAX_CELLS: Final = 1_000_000
"""Largest number of priors in one sweep; above it the grid is surely a mistake."""

LIST: Final = "prior"
"""Name of the axis of a list of priors."""

_SCALED: Final = frozenset({"mean", "sd", "location", "scale", "lower", "upper"})


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that varies.

    Attributes
    ----------
    name
        A hyperparameter (``sd``, ``rate`` ...), or ``prior`` for a list.
    values
        Its values in order; names for a list.
    long_name
        What it is, in words; ``{parameter}`` stands for what the prior is on.
    units
        Unit; ``{unit}`` stands for the parameter's own.
    """

    name: str
    values: tuple[float, ...] | tuple[str, ...]
    long_name: str
    units: str


@dataclass(frozen=True, slots=True)
class PriorSet:
    """Priors laid out along one axis or several.

    Attributes
    ----------
    axes
        What varies, slowest first; none for a single prior.
    priors
        Priors in C order of the axes.
    text
        What the set is, in the words of its maker: ``normal(mean=0, sd=0.1 to 3)``.
    """

    axes: tuple[Axis, ...]
    priors: tuple[Prior, ...]
    text: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values along each axis."""
        return tuple(len(axis.values) for axis in self.axes)


def prior_grid(family: str, /, **arguments: float | Iterable[float]) -> PriorSet:
    """Priors of one family on a grid of its arguments.

    Parameters
    ----------
    family
        Name of a family: ``normal``, ``student_t``, ``beta`` ...
    **arguments
        Every argument of the family: a number, or the numbers to sweep over.

    Examples
    --------
    >>> prior_grid("normal", mean=0, sd=[0.355, 1]).priors
    (Prior.parse('normal(0, 0.355)'), Prior.parse('normal(0, 1)'))

    Raises
    ------
    InputError
        If the family or an argument is unknown, missing or out of range.
    """
    if family not in FAMILIES:
        raise InputError(
            "family", family, "there is no such family of priors", suggestion(family, FAMILIES)
        )
    wanted = FAMILIES[family].arguments
    if set(arguments) != set(wanted):
        raise InputError(
            family,
            ", ".join(arguments),
            f"a grid of {family} names each argument once",
            f"give {', '.join(wanted)}",
        )
    long_name = f"{{argument}} of the {family.replace('_', ' ')} prior on {{parameter}}"
    own_unit = "log odds" if family == "logit_normal" else "{unit}"
    numbers = {name: _numbers(name, arguments[name]) for name in wanted}
    axes = {
        name: Axis(
            name,
            values,
            long_name.replace("{argument}", name.upper() if name == "sd" else name),
            own_unit if name in _SCALED else "1",
        )
        for name, values in numbers.items()
    }
    varying = tuple(axes[name] for name in wanted if not _is_number(arguments[name]))
    _require_size(varying)
    priors = tuple(Prior.of(family, *choice) for choice in itertools.product(*numbers.values()))
    return PriorSet(varying, priors, _text(family, axes, varying))


def beta_weight_grid(rate: float | Iterable[float], weight: float | Iterable[float]) -> PriorSet:
    """Beta priors by prior rate and weight: beta(rate * weight, (1 - rate) * weight).

    Parameters
    ----------
    rate
        Prior event rates, in (0, 1).
    weight
        Prior weights a + b, in participants: what the prior counts for, beside the arm's n.
    """
    rates, weights = _numbers("rate", rate), _numbers("weight", weight)
    for value in rates:
        if not 0 < value < 1:
            raise InputError(
                "rate", value, "a prior rate lies between 0 and 1", "write it like 0.6"
            )
    for value in weights:
        if not value > 0:
            raise InputError(
                "weight", value, "a prior's weight is greater than 0", "leave out the 0"
            )
    axes = {
        "rate": Axis("rate", rates, "rate of the beta prior on {parameter}", "{unit}"),
        "weight": Axis(
            "weight", weights, "weight of the beta prior on {parameter}", "participants"
        ),
    }
    given = {"rate": rate, "weight": weight}
    varying = tuple(axis for name, axis in axes.items() if not _is_number(given[name]))
    _require_size(varying)
    priors = tuple(Prior.beta(r * w, (1 - r) * w) for r, w in itertools.product(rates, weights))
    return PriorSet(varying, priors, _text("beta by weight", axes, varying))


def mixture_grid(first: Prior, second: Prior, weight: Iterable[float]) -> PriorSet:
    """Mixtures ``weight * first + (1 - weight) * second``.

    Parameters
    ----------
    first, second
        The two priors; a sceptical one first makes ``weight`` the weight of scepticism.
    weight
        Weights of ``first``, in [0, 1].
    """
    weights = _numbers("weight", weight)
    for value in weights:
        if not 0 <= value <= 1:
            raise InputError("weight", value, "a weight lies between 0 and 1", "write it like 0.5")
    words = f"weight of {first} in the mixture with {second}"
    axis = Axis("weight", weights, f"{words}, prior on {{parameter}}", "1")
    _require_size((axis,))
    priors = tuple(_mixed(first, second, w) for w in weights)
    return PriorSet((axis,), priors, f"mixture of {first} and {second} by weight of the first")


def prior_list(priors: Mapping[str, Prior | str] | Sequence[Prior | str]) -> PriorSet:
    """Any priors, of any families.

    Parameters
    ----------
    priors
        By name; or in order, named by their labels, or by their text form where they have none.
    """
    if isinstance(priors, Mapping):
        named = {str(name): _as_prior(p) for name, p in priors.items()}
    else:
        found = [_as_prior(p) for p in priors]
        named = {p.label or str(p): p for p in found}
        if len(named) < len(found):
            named = {str(p): p for p in found}
        if len(named) < len(found):
            raise InputError(
                "priors",
                [str(p) for p in found],
                "a prior may stand in the list once",
                "remove the duplicates",
            )
    if not named:
        raise InputError("priors", [], "a sweep needs at least one prior", "name one")
    axis = Axis(LIST, tuple(named), "prior on {parameter}", "")
    _require_size((axis,))
    return PriorSet((axis,), tuple(named.values()), f"list of {len(named)}")


Priors = Prior | str | PriorSet | Mapping[str, Prior | str] | Sequence[Prior | str]
"""What a sweep takes for a parameter: one prior, a grid, or a list."""


def as_prior_set(field: str, priors: Any) -> PriorSet:
    """A single prior (no axis), a grid as it is, or a list.

    Parameters
    ----------
    field
        The argument's name, for the error.
    priors
        What the user gave.
    """
    if isinstance(priors, PriorSet):
        return priors
    if isinstance(priors, Prior | str):
        prior = _as_prior(priors)
        return PriorSet((), (prior,), str(prior))
    if isinstance(priors, Mapping | Sequence):
        return prior_list(priors)
    raise InputError(
        field,
        priors,
        "it must be a prior, a list of priors or a grid",
        "make one with Prior.normal(0, 1), or prior_grid('normal', mean=0, sd=[0.5, 1])",
    )


def _as_prior(prior: Any) -> Prior:
    if isinstance(prior, Prior):
        return prior
    if isinstance(prior, str):
        return Prior.parse(prior)
    raise InputError(
        "prior", prior, "it must be a prior or its text form", "use Prior.normal(0, 1)"
    )


def _mixed(first: Prior, second: Prior, weight: float) -> Prior:
    if weight == 0:
        return second
    if weight == 1:
        return first
    return Prior.mixture([(weight, first), (1 - weight, second)])


def _is_number(value: Any) -> bool:
    return isinstance(value, str) or not isinstance(value, Iterable)


def _float(value: Any) -> float:
    if isinstance(value, str | bool):
        raise TypeError
    return float(value)


def _numbers(name: str, values: Any) -> tuple[float, ...]:
    try:
        numbers = tuple(map(_float, [values] if _is_number(values) else list(values)))
    except (TypeError, ValueError):
        raise InputError(
            name, values, "it must be a number or a list of numbers", "write it like [0.1, 0.5, 1]"
        ) from None
    if not numbers:
        raise InputError(name, values, "there is nothing to sweep over", "give at least one number")
    if not all(map(math.isfinite, numbers)):
        raise InputError(name, values, "its numbers must be finite", "remove the others")
    if len(set(numbers)) < len(numbers):
        raise InputError(name, values, "a value may stand once", "remove the duplicates")
    return numbers


def _require_size(axes: tuple[Axis, ...]) -> None:
    size = math.prod(len(axis.values) for axis in axes)
    if size > MAX_CELLS:
        raise InputError(
            "grid", size, f"a sweep has at most {MAX_CELLS} priors", "take fewer values"
        )


def _text(name: str, axes: Mapping[str, Axis], varying: tuple[Axis, ...]) -> str:
    parts = []
    for axis in axes.values():
        numbers = [f"{x:.6g}" for x in axis.values]
        many = axis in varying and len(numbers) > 1
        parts.append(f"{axis.name}={numbers[0]}" + (f" to {numbers[-1]}" if many else ""))
    return f"{name}({', '.join(parts)})"
