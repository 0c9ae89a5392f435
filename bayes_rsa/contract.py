"""What every model exposes, and the card that says so.

A model is a plain ``pm.Model`` that follows this contract; then ``fit``, ``sweep`` and ``sbc`` take
it, whoever wrote it. The clauses:

``card``
    :func:`card` finds a :class:`Card`.
``variables``
    Two-arm models expose the scalars ``p_treatment``, ``p_control`` (probability) and
    ``log_odds_ratio`` (natural log, treatment minus control); a reported-effect model exposes
    ``effect``. Every variable that the card names exists and is a scalar, unless the card says
    otherwise.
``priors``
    The free variables are exactly those the card has a prior for.
``data``
    ``events`` and ``n`` are integer data over the dim ``arm`` = ``["treatment", "control"]``; a
    reported effect stands in ``estimate`` and ``standard_error``.
``hyperparameters``
    Each argument of a prior is data named ``<parameter>__<argument>``, a vector over
    ``<parameter>__component``, with ``<parameter>__weight``; ``flat()`` has none.
``likelihood``
    Each observed variable has ``logp`` and ``random``; there is no ``pm.Potential``, which
    log-prior, log-likelihood, prediction and calibration would not see.
``finite``
    The log density is finite at the initial point.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.errors import ContractError
from bayes_rsa.priors import FAMILIES, Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pymc as pm

ARMS: Final = ("treatment", "control")
"""Coordinates of the dim ``arm``, in this order everywhere."""

CLAUSES: Final = (
    "card",
    "variables",
    "priors",
    "data",
    "hyperparameters",
    "likelihood",
    "finite",
)
"""The clauses that :func:`check` goes through, in order."""

_ATTRIBUTE: Final = "_bayes_rsa_card"


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is about.

    Parameters
    ----------
    name
        The model function's name: ``log_odds_ratio``.
    trial
        The trial it was built for.
    priors
        Prior of each free variable, by its name.
    interest, nuisance
        Variables (free or deterministic) that the question is about, and the rest.
    observed
        Observed variables.
    arms
        Whether the model exposes the two arms' probabilities.
    generative
        Whether it generates every value that the data may take; calibration needs this.
    why_not_generative
        The reason, where it does not.
    source
        Text of the module that defines the model; its hash is the model's provenance.
    """

    name: str
    trial: Trial
    priors: Mapping[str, Prior]
    interest: tuple[str, ...]
    nuisance: tuple[str, ...] = ()
    observed: tuple[str, ...] = ("outcome",)
    arms: bool = True
    generative: bool = True
    why_not_generative: str = ""
    source: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "priors", MappingProxyType(dict(self.priors)))

    @property
    def measure(self) -> str:
        """The trial's measure: ``OR`` when counts are modelled, else the reported one."""
        return "OR" if self.arms else self.trial.measure

    @property
    def better(self) -> str:
        """The outcome's direction."""
        return self.trial.better

    @property
    def proper(self) -> bool:
        """Whether every prior integrates to one."""
        return all(p.is_proper for p in self.priors.values())

    @property
    def source_hash(self) -> str:
        """SHA-256 (hex) of the defining module's text."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form, without the trial."""
        return {
            "name": self.name,
            "priors": {k: str(p) for k, p in self.priors.items()},
            "measure": self.measure,
            "better": self.better,
            "interest": list(self.interest),
            "nuisance": list(self.nuisance),
            "observed": list(self.observed),
            "arms": self.arms,
            "proper": self.proper,
            "generative": self.generative,
            "source_sha256": self.source_hash,
        }


def source_of(function: Callable[..., Any]) -> str:
    """Text of the module that defines ``function``, or of the function where there is no file."""
    module = sys.modules.get(function.__module__)
    try:
        return inspect.getsource(module if module is not None else function)
    except (OSError, TypeError):
        return f"{function.__module__}.{function.__qualname__}"


def attach(model: pm.Model, card: Card) -> pm.Model:
    """Give ``model`` its card; the last line of a model function."""
    setattr(model, _ATTRIBUTE, card)
    return model


def card(model: pm.Model) -> Card:
    """The card of a model.

    Raises
    ------
    ContractError
        If the model has none.
    """
    found = getattr(model, _ATTRIBUTE, None)
    if not isinstance(found, Card):
        raise ContractError(
            getattr(model, "name", "") or type(model).__name__,
            "card",
            "the model has no card; end the model function with contract.attach(model, Card(...))",
        )
    return found


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
    return (c.name, c.source_hash, families, ranks)


def data_of(model: pm.Model) -> dict[str, Any]:
    """The model's data by name, as arrays: all that :func:`compile_key` leaves open."""
    return {d.name: d.get_value() for d in model.data_vars}


def check(model: pm.Model) -> Card:
    """Hold a model against the contract, clause by clause; return its card.

    Raises
    ------
    ContractError
        Names the first clause that is broken, what was found and what was expected.
    """
    c = card(model)
    for clause in (_variables, _priors, _data, _hyperparameters, _likelihood, _finite):
        detail = clause(model, c)
        if detail:
            raise ContractError(c.name, clause.__name__.lstrip("_"), detail)
    return c


def _variables(model: pm.Model, c: Card) -> str:
    wanted = ("p_treatment", "p_control", "log_odds_ratio") if c.arms else ()
    for name in (*wanted, *c.interest, *c.nuisance):
        if name not in model.named_vars:
            return f"there is no variable {name!r}; the model has {', '.join(model.named_vars)}"
    for name in wanted:
        if model.named_vars[name].ndim:
            return f"{name!r} has {model.named_vars[name].ndim} dims; it must be a scalar"
    return ""


def _priors(model: pm.Model, c: Card) -> str:
    free = {v.name for v in model.free_RVs}
    if free != set(c.priors):
        return f"free variables are {sorted(free)}, the card has priors for {sorted(c.priors)}"
    return ""


def _data(model: pm.Model, c: Card) -> str:
    wanted = ("events", "n") if c.arms else ("estimate", "standard_error")
    for name in wanted:
        if name not in {d.name for d in model.data_vars}:
            return f"there is no pm.Data {name!r}"
    if c.arms:
        if tuple(model.coords.get("arm", ())) != ARMS:
            return f"the dim 'arm' has coordinates {model.coords.get('arm')}, not {list(ARMS)}"
        for name in wanted:
            if not model.named_vars[name].dtype.startswith("int"):
                return f"{name!r} is {model.named_vars[name].dtype}; counts are int64"
    return ""


def _hyperparameters(model: pm.Model, c: Card) -> str:
    import numpy as np

    data = data_of(model)
    for parameter, prior in c.priors.items():
        for name, values in hyperparameters(parameter, prior).items():
            if name not in data:
                return f"there is no pm.Data {name!r} for {parameter} ~ {prior}"
            if not np.array_equal(np.asarray(data[name], dtype=float), values):
                return f"{name!r} is {data[name]!r}; the card's prior {prior} says {list(values)}"
    return ""


def _likelihood(model: pm.Model, c: Card) -> str:
    if model.potentials:
        names = ", ".join(v.name for v in model.potentials)
        return f"pm.Potential {names}: log-prior, prediction and calibration cannot see it"
    observed = {v.name for v in model.observed_RVs}
    if observed != set(c.observed):
        return f"observed variables are {sorted(observed)}, the card says {sorted(c.observed)}"
    if c.generative:
        import pymc as pm

        with python_draws():
            for variable in model.observed_RVs:
                try:
                    pm.draw(variable, draws=1, random_seed=0)
                except NotImplementedError:
                    return f"{variable.name!r} has no random method, so it generates no data"
    return ""


@contextmanager
def python_draws() -> Iterator[None]:
    """Draw from priors whose ``random`` is a Python function, without PyTensor's remark on it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba will use object mode")
        yield


def _finite(model: pm.Model, _card: Card) -> str:
    import numpy as np

    densities = model.point_logps(model.initial_point())
    bad = [name for name, value in densities.items() if not np.all(np.isfinite(value))]
    return f"the log density of {', '.join(bad)} is not finite at the initial point" if bad else ""
