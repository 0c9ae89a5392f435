"""What a sweep goes through: a model, the priors of its parameters, and all combinations."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event, Statement, available
from bayes_rsa.fields import check_choice, check_number
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.grid import LIST, Axis, PriorSet, as_prior_set
from bayes_rsa.sensitivity.parameters import (
    MODELS,
    about,
    complete,
    default_model,
    measure_of,
    require_data,
)
from bayes_rsa.trial import Trial

_LOWER_IS_BETTER: Final = ("OR < 1", "OR < 0.8", "RD < -0.05", "RD < -0.1")
"""The default statements where fewer events are better: those of ``defaults``, mirrored."""

KEY_ESTIMANDS: Final = ("odds_ratio",)
"""Estimands summarised in each cell of a sweep over counts, when none is named."""


ModelFunction = Callable[..., Any]
"""(trial, one keyword prior for each parameter) -> ``pm.Model`` with its card."""


@dataclass(frozen=True, slots=True)
class Block:
    """A parameter and its priors; ``arms`` stands for both arms at once."""

    parameter: str
    priors: PriorSet
    words: str
    unit: str

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The block's axes, named and worded as dimensions of the result."""
        return tuple(
            Axis(
                self._dim(axis.name),
                axis.values,
                axis.long_name.replace("{parameter}", self.words),
                axis.units.replace("{unit}", self.unit),
            )
            for axis in self.priors.axes
        )

    def _dim(self, name: str) -> str:
        if name == LIST:
            return LIST if self.parameter in ("effect", "arms") else f"{self.parameter}_{LIST}"
        return f"{self.parameter}_{name}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of priors: the keyword arguments of the model function."""

    priors: tuple[tuple[str, Prior], ...]

    @property
    def arguments(self) -> dict[str, Prior]:
        """Priors by keyword of the model function."""
        return dict(self.priors)

    @property
    def key(self) -> str:
        """The cell in one line, the same in every sweep it is part of."""
        return "; ".join(f"{name} ~ {prior}" for name, prior in self.priors)


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep, before an engine is chosen.

    Attributes
    ----------
    model
        Name of the model function.
    trial
        The data.
    blocks
        Parameters with their priors, in the order of the dimensions.
    statements, events
        What is asked, as text and resolved.
    estimands
        Keys of the estimands summarised in each cell.
    interval
        Probability of the equal-tailed intervals.
    measure, counts
        The measure of the effect, and whether both arms are modelled.
    function
        The model function, where it is not of this package.
    """

    model: str
    trial: Trial
    blocks: tuple[Block, ...]
    statements: tuple[str, ...]
    events: tuple[Event, ...]
    estimands: tuple[str, ...]
    interval: float
    measure: str
    counts: bool
    function: ModelFunction | None = None

    @property
    def axes(self) -> tuple[Axis, ...]:
        """All dimensions of the result before ``statement`` and ``estimand``."""
        return tuple(axis for block in self.blocks for axis in block.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values along each of ``axes``."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def quantiles(self) -> tuple[float, float, float]:
        """Lower limit, median, upper limit, as probabilities."""
        tail = 0.5 * (1.0 - self.interval)
        return tail, 0.5, 1.0 - tail

    def cells(self) -> list[Cell]:
        """Every combination, in C order of the axes."""
        choices = itertools.product(*(block.priors.priors for block in self.blocks))
        return [self._cell(choice) for choice in choices]

    def _cell(self, choice: tuple[Prior, ...]) -> Cell:
        pairs = []
        for block, prior in zip(self.blocks, choice, strict=True):
            names = ("treatment", "control") if block.parameter == "arms" else (block.parameter,)
            pairs += [(name, prior) for name in names]
        return Cell(tuple(pairs))

    def to_dict(self) -> dict[str, Any]:
        """All that decides a cell's numbers besides its priors and the engine; JSON-able."""
        return {
            "model": self.model,
            "trial_sha256": self.trial.fingerprint(),
            "statements": list(self.statements),
            "estimands": list(self.estimands),
            "interval": self.interval,
        }


def make_plan(
    trial: Trial,
    model: str | ModelFunction | None,
    priors: Mapping[str, Any],
    *,
    statements: Sequence[str] | None = None,
    estimands: Sequence[str] | None = None,
    interval: float = defaults.INTERVAL,
) -> Plan:
    """Validate everything before the first cell is computed.

    Parameters
    ----------
    trial
        The data.
    model
        Name of the model function, or a function of the user's own that follows the contract;
        ``None`` takes ``independent_arms`` if an arm's prior is given, ``reported_effect`` for a
        trial without counts, and ``log_odds_ratio`` otherwise.
    priors
        What the user gave for each parameter; ``None`` for what was left out.
    statements, estimands, interval
        As in :func:`bayes_rsa.sensitivity.sweep`.
    """
    given = {name: value for name, value in priors.items() if value is not None}
    function = model if callable(model) else None
    if function is not None:
        name = getattr(function, "__name__", type(function).__name__)
    else:
        name = check_choice("model", model or default_model(trial, given), MODELS)
    check_number("interval", interval, above=0, below=1, remedy="write 0.95 for 95%")
    given = complete("" if function is not None else name, given)
    counts = name != "reported_effect" if function is None else trial.has_counts
    if function is None:
        require_data(trial, name)
    texts = tuple(statements if statements is not None else _default_statements(trial, counts))
    measure = measure_of(name, trial)
    events = tuple(
        Statement.parse(text).resolve(trial.better, measure, counts=counts) for text in texts
    )
    if len(set(texts)) < len(texts):
        raise InputError("statements", texts, "a statement may stand once", "remove the duplicates")
    blocks = tuple(
        Block(parameter, as_prior_set(parameter, value), *about(name, parameter, trial))
        for parameter, value in given.items()
    )
    for block in blocks:
        _require_density(name, block)
    keys = _estimands(measure, counts, estimands)
    return Plan(name, trial, blocks, texts, events, keys, interval, measure, counts, function)


def _require_density(model: str, block: Block) -> None:
    for prior in block.priors.priors:
        if prior.atoms:
            raise InputError(
                block.parameter,
                str(prior),
                "a sweep asks for posterior densities, and a point mass has none",
                "use a narrow prior, or a Bayes factor for the point",
            )
        lower, upper = prior.support
        if model == "independent_arms" and (lower < 0 or upper > 1):
            raise InputError(
                block.parameter,
                str(prior),
                "a prior on a probability has its support inside [0, 1]",
                "use beta(a, b), uniform(0, 1) or logit_normal(mean, sd)",
            )


def _default_statements(trial: Trial, counts: bool) -> tuple[str, ...]:
    if not counts:
        return ("benefit",)
    return defaults.STATEMENTS if trial.better == "higher" else _LOWER_IS_BETTER


def _estimands(measure: str, counts: bool, estimands: Sequence[str] | None) -> tuple[str, ...]:
    known = available(measure, counts=counts) + (("log_risk_ratio",) if counts else ())
    if estimands is None:
        return KEY_ESTIMANDS if counts else known[:1]
    return tuple(check_choice("estimands", key, known) for key in estimands)
