"""The probability of a statement under an amount of doubt, by either engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa import contract, defaults
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS, Event, Statement
from bayes_rsa.exact import doubt as exact_doubt
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.doubt.believed import Believed
from bayes_rsa.sensitivity.doubt.kinds import Kind
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pymc as pm

    from bayes_rsa.inference import CompiledModel


ENGINES: Final = ("exact", "nuts")


def event_of(trial: Trial, statement: str) -> Event:
    """The event that a statement comes down to."""
    return Statement.parse(statement).resolve(trial.better, trial.measure, counts=trial.has_counts)


class ExactDoubt:
    """By quadrature: an amount -> probability. Answers are kept."""

    def __init__(self, trial: Trial, kind: Kind, believed: Believed, statement: str) -> None:
        if believed.as_observed and (kind.key != "bias" or statement != "benefit"):
            raise InputError(
                "believed",
                believed.text,
                "only a bias, and P(benefit), can be taken off a posterior",
                "put the prior on the true effect",
            )
        self.trial, self.kind, self.believed = trial, kind, believed
        self.event = event_of(trial, statement)
        self._known: dict[float, float] = {}

    def __call__(self, amount: float) -> float:
        """Probability under this amount of doubt."""
        if amount not in self._known:
            self._known[amount] = self._probability(amount)
        return self._known[amount]

    def _probability(self, amount: float) -> float:
        arguments = self.kind.arguments(amount)
        if self.believed.as_observed:
            return self._taken_off(arguments["bias"])
        function = getattr(exact_doubt, self.kind.model)
        posterior = function(self.trial, **self.believed.priors, **arguments)
        return float(posterior.probability(self.event)[0])

    def _taken_off(self, bias: Prior) -> float:
        posterior = self.believed.exact(self.trial)
        key = next(k for k in posterior.estimands if ESTIMANDS[k].kind in ("log", "difference"))
        place = bias.components[0].arguments[0]
        read = posterior.sf if self.trial.better == "higher" else posterior.cdf
        return float(read(key, place))


class NutsDoubt:
    """By NUTS: an amount -> probability and its Monte Carlo standard error; compiled once.

    Parameters
    ----------
    trial, statement
        The data, and what is asked.
    model
        A model whose doubt is data.
    seed, draws
        Seed from which those of all runs follow; draws per chain.
    compiled
        The model compiled before, with the same priors: then nothing is compiled again.

    Raises
    ------
    ConvergenceError
        When a run fails the gate.
    """

    def __init__(
        self,
        trial: Trial,
        model: pm.Model,
        statement: str,
        *,
        seed: int = defaults.SEED,
        draws: int = defaults.DOUBT_DRAWS,
        compiled: CompiledModel | None = None,
    ) -> None:
        from bayes_rsa.inference import CompiledModel

        self.card = contract.check(model)
        if compiled is None:
            varying = contract.data_of(model).keys() - contract.hyperparameters_of(model)
            compiled = CompiledModel(model, varying=varying, same_shapes=True)
        self.compiled = compiled.with_model(model)
        self.event = event_of(trial, statement)
        self.seed, self.draws = seed, draws

    def __call__(self, data: Mapping[str, Any], run: tuple[int, ...]) -> tuple[float, float]:
        """Probability and error with these data in the model, in the run of these numbers."""
        from bayes_rsa.inference.raw import sample_arrays

        seed = int(np.random.SeedSequence(self.seed, spawn_key=run).generate_state(1)[0])
        raw = sample_arrays(self.compiled, data, seed=seed, draws=self.draws)
        self._judge(raw.values, raw.stats)
        return self._probability(raw.values)

    def _probability(self, values: Mapping[str, Any]) -> tuple[float, float]:
        from arviz_stats.base import array_stats

        key = self.event.estimand
        if self.card.arms:
            x = ESTIMANDS[key].compute(values["p_treatment"], values["p_control"])
            if key.endswith("log_odds_ratio"):
                x = values["log_odds_ratio"]
        else:
            x = np.exp(values["effect"]) if ESTIMANDS[key].kind == "ratio" else values["effect"]
        holds = ((x > self.event.lower) & (x < self.event.upper)).astype(float)
        p, size = float(holds.mean()), holds.size
        shrunk = (holds.sum() + 1) / (size + 2)
        floor = float(np.sqrt(shrunk * (1 - shrunk) / size))
        error = float(array_stats.mcse(holds, method="mean")) if 0 < p < 1 else floor
        return p, max(error, floor)

    def _judge(self, values: Mapping[str, Any], stats: Mapping[str, Any]) -> None:
        from arviz_stats.base import array_stats

        from bayes_rsa.errors import ConvergenceError
        from bayes_rsa.sensitivity.draws import failures

        stack = np.stack([values[name] for name in self.card.priors])
        row = {
            "rhat": float(np.max(array_stats.rhat(stack))),
            "ess_bulk": float(np.min(array_stats.ess(stack, method="bulk"))),
            "ess_tail": float(np.min(array_stats.ess(stack, method="tail", prob=defaults.TAILS))),
            "divergences": int(stats["diverging"].sum()),
        }
        reason = failures(row, stats)
        if reason:
            raise ConvergenceError(f"the gate failed for {self.card.name}: {reason}", row)


def doubted_data(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The model's arguments that are points or numbers, as its data."""
    found: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, Prior):
            found[name] = np.float64(value.components[0].arguments[0])
        elif isinstance(value, float):
            found[name] = np.float64(value)
    return found
