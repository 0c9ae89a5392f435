"""A model's data: counts, hyperparameters, and what is left when they are taken away."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.contract.cards import card
from bayes_rsa.priors import FAMILIES, Prior

if TYPE_CHECKING:
    import pymc as pm

ARMS: Final = ("treatment", "control")
"""Coordinates of the dim ``arm``, in this order everywhere."""

ONE_CALL: Final = "FAST_COMPILE"
"""PyTensor's mode for a function that is called a few times: it runs op by op, in NumPy."""


def hyperparameters(parameter: str, prior: Prior) -> dict[str, tuple[float, ...]]:
    """Names and values of the data that hold a prior's numbers in a model.

    ``effect__mean``, ``effect__sd``, ``effect__weight``, each over the prior's components. In a
    mixture of several families every argument of every family has an entry per component; the
    entries of other families are filled with 1 and never read.
    """
    if prior.families == ("flat",):
        return {}
    values: dict[str, tuple[float, ...]] = {}
    for family in dict.fromkeys(prior.families):
        for position, argument in enumerate(FAMILIES[family].arguments):
            here = tuple(
                c.arguments[position] if c.family == family else 1.0 for c in prior.components
            )
            known = values.get(argument)
            values[argument] = (
                here
                if known is None
                else tuple(
                    h if c.family == family else k
                    for h, k, c in zip(here, known, prior.components, strict=True)
                )
            )
    values["weight"] = tuple(c.weight for c in prior.components)
    return {f"{parameter}__{argument}": v for argument, v in values.items()}


def compile_key(model: pm.Model) -> tuple[object, ...]:
    """What decides the compiled graph; models with one key differ in their data only."""
    c = card(model)
    families = tuple(
        (name, p.families if len(set(p.families)) > 1 else (p.families[0],))
        for name, p in sorted(c.priors.items())
    )
    ranks = tuple(sorted((d.name, d.ndim) for d in model.data_vars))
    lengths = tuple(
        sorted((d, len(c)) for d, c in model.coords.items() if not d.endswith("__component"))
    )
    return (c.name, c.source_hash, c.observed, families, ranks, lengths)


def data_of(model: pm.Model) -> dict[str, Any]:
    """The model's data by name, as arrays: all that :func:`compile_key` leaves open."""
    return {d.name: d.get_value() for d in model.data_vars}


def hyperparameters_of(model: pm.Model) -> set[str]:
    """Names of the data that hold the numbers of the model's priors."""
    priors = card(model).priors
    return {full for name, prior in priors.items() for full in hyperparameters(name, prior)}


@contextmanager
def interpreted() -> Iterator[None]:
    """Where :data:`ONE_CALL` compiles nothing.

    If there is a C compiler, PyTensor would use it even then for graphs within ops, which takes
    seconds on a machine that has not compiled them yet.
    """
    import pytensor

    with pytensor.config.change_flags(cxx=""):
        yield


@contextmanager
def python_draws() -> Iterator[None]:
    """Draw from priors whose ``random`` is a Python function, without PyTensor's remark on it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba will use object mode")
        yield
