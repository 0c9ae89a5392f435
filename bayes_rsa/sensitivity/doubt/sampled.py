"""Doubts of one trial by NUTS: each model is compiled once, and an amount is data."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.sensitivity.doubt.believed import Believed
from bayes_rsa.sensitivity.doubt.kinds import Kind, kinds
from bayes_rsa.sensitivity.doubt.questions import NutsDoubt, doubted_data
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pymc as pm

    from bayes_rsa.inference import CompiledModel

Table = tuple[tuple[int, int], tuple[int, int]]
"""Events and n of (treatment, control)."""


class SampledDoubts:
    """The probability of a statement under any amount of any doubt, by NUTS.

    Each model of ``models.doubt`` is compiled when it is first asked for; amounts, and counts other
    than those reported, are data of it.

    Parameters
    ----------
    trial, believed, statement
        The data, the priors, and what is asked.
    seed
        Every run's seed follows from it and from what the run is of.
    """

    def __init__(
        self,
        trial: Trial,
        believed: Believed,
        statement: str = "benefit",
        *,
        seed: int = defaults.SEED,
    ) -> None:
        self.trial, self.believed, self.statement, self.seed = trial, believed, statement, seed
        self._compiled: dict[str, CompiledModel] = {}
        self._asked: dict[tuple[str, str], NutsDoubt] = {}

    def along(self, kind: Kind, amount: float, run: int) -> tuple[float, float]:
        """Probability and its Monte Carlo standard error under an amount of doubt."""
        return self._of(kind)(doubted_data(kind.arguments(amount)), (_number(kind.what), run))

    def none(self) -> tuple[float, float]:
        """Probability and its error without any doubt."""
        return self._of(self._no_doubt)({}, (_number("none"),))

    def counted(self, table: Table, run: int) -> tuple[float, float]:
        """Probability and its error, had these counts been reported."""
        data: dict[str, Any] = {
            name: np.array(pair, dtype=np.int64)
            for name, pair in zip(("events", "n"), table, strict=True)
        }
        return self._of(self._no_doubt)(data, (_number("counted"), run))

    @property
    def _no_doubt(self) -> Kind:
        """The model without doubt is that of a bias of 0: one less to compile."""
        return kinds(self.trial)[0]

    def _of(self, kind: Kind) -> NutsDoubt:
        key = (kind.what, kind.assumed)
        if key not in self._asked:
            model = doubted_model(self.trial, kind, self.believed)
            compiled = self._compiled.get(kind.model)
            found = NutsDoubt(self.trial, model, self.statement, seed=self.seed, compiled=compiled)
            self._compiled[kind.model], self._asked[key] = found.compiled, found
        return self._asked[key]


def doubted_model(trial: Trial, kind: Kind, believed: Believed) -> pm.Model:
    """The PyMC model of a kind of doubt, without any of it yet."""
    from bayes_rsa.models import doubt

    function = getattr(doubt, kind.model)
    model: pm.Model = function(trial, **believed.priors, **kind.arguments(kind.none))
    return model


def _number(words: str) -> int:
    """What a run is of as part of its seed, so that no two questions share their draws."""
    return zlib.crc32(words.encode())
