"""The clauses of the contract, each held against a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.contract.cards import MARKER, Card, card
from bayes_rsa.contract.data import ARMS, ONE_CALL, data_of, hyperparameters, interpreted
from bayes_rsa.errors import ContractError

if TYPE_CHECKING:
    import pymc as pm

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
    if c.markers:
        if tuple(model.coords.get(MARKER, ())) != c.markers:
            return f"the dim {MARKER!r} has coordinates {model.coords.get(MARKER)}, not {c.markers}"
        return ""
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
    import pymc as pm

    if model.potentials:
        names = ", ".join(v.name for v in model.potentials)
        return f"pm.Potential {names}: log-prior, prediction and calibration cannot see it"
    observed = {v.name for v in model.observed_RVs}
    if observed != set(c.observed):
        return f"observed variables are {sorted(observed)}, the card says {sorted(c.observed)}"
    for variable in model.observed_RVs:
        try:
            pm.logp(variable, model.rvs_to_values[variable])
        except NotImplementedError:  # PyMC's word for a variable whose log density it cannot find
            return f"{variable.name!r} has no logp"
        if c.generative and not _draws(model, c, variable):
            return f"{variable.name!r} has no random method, so it generates no data"
    return ""


def _draws(model: pm.Model, c: Card, variable: Any) -> bool:
    import pymc as pm
    from pymc.distributions.distribution import support_point
    from pytensor.graph.replace import graph_replace

    # An improper prior cannot be drawn from; the likelihood below it can.
    improper = [v for v in model.free_RVs if not c.priors[v.name].is_proper]
    fixed = {v: support_point(v) for v in improper}
    try:
        (given,) = graph_replace([variable], fixed, strict=False)
        with interpreted():
            pm.draw(given, draws=1, random_seed=0, mode=ONE_CALL)
    except NotImplementedError:  # PyMC's word for a variable that has no sampler
        return False
    return True


def _finite(model: pm.Model, _card: Card) -> str:
    import numpy as np
    from pytensor.compile.mode import Mode

    start = model.initial_point()
    bad: list[str] = []
    # As it is written; and only if that is not finite, as PyTensor would write it, more stably.
    for mode in (Mode(linker="py", optimizer=None), ONE_CALL):
        with interpreted():
            densities = model.point_logps(start, mode=mode)
        bad = [name for name, value in densities.items() if not np.all(np.isfinite(value))]
        if not bad:
            return ""
    return f"the log density of {', '.join(bad)} is not finite at the initial point"
