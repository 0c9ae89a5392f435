"""A sweep by quadrature: deterministic, and the default."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched
from typing import Any, Final

from bayes_rsa import exact
from bayes_rsa.defaults import PROBABILITY_ERROR
from bayes_rsa.errors import AccuracyError
from bayes_rsa.exact import ContrastLikelihood, ExactPosterior
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.columns import Column, Values
from bayes_rsa.sensitivity.contrast_batch import batch
from bayes_rsa.sensitivity.contrast_quantiles import Panels
from bayes_rsa.sensitivity.plan import Cell, Plan
from bayes_rsa.sensitivity.rows import asked, refused
from bayes_rsa.trial import Trial

WORTH_A_MATRIX: Final = 12
"""Number of effect priors from which the likelihood for sweeps costs less than a posterior each."""
_UNIT: Final = 2500


@dataclass(frozen=True)
class ExactEngine:
    """Quadrature.

    Attributes
    ----------
    plan
        The sweep.
    """

    plan: Plan

    name = "exact"
    error = "bound on the absolute error"
    columns: tuple[Column, ...] = ()

    def config(self) -> dict[str, Any]:
        """The promised error and the version of the package; nothing else decides the numbers."""
        from bayes_rsa import __version__

        return {"name": "exact", "probability_error": PROBABILITY_ERROR, "version": __version__}

    def units(self, cells: Sequence[Cell]) -> list[tuple[int, ...]]:
        """For log_odds_ratio the effect priors under one nuisance prior; else each cell alone."""
        if self.plan.model != "log_odds_ratio":
            return [(k,) for k in range(len(cells))]
        groups: dict[tuple[str, Prior], list[int]] = {}
        for k, cell in enumerate(cells):
            groups.setdefault(_level(cell), []).append(k)
        units: list[tuple[int, ...]] = []
        for group in groups.values():
            size = _UNIT if len(group) >= WORTH_A_MATRIX else 1
            units += batched(group, size)
        return units

    def run(self, cells: Sequence[Cell]) -> Values:
        """Every column for these cells."""
        if len(cells) > 1:
            panels = _panels(self.plan.trial, *_level(cells[0]))
            return batch(panels, self.plan, [cell.arguments["effect"] for cell in cells])
        return {name: [value] for name, value in self._cell(cells[0]).items()}

    def _cell(self, cell: Cell) -> dict[str, Any]:
        function: Callable[..., ExactPosterior] = getattr(exact, self.plan.model)
        try:
            return asked(self.plan, function(self.plan.trial, **cell.arguments))
        except AccuracyError as refusal:
            return refused(self.plan, str(refusal))


def _level(cell: Cell) -> tuple[str, Prior]:
    """Name and prior of the nuisance parameter."""
    (pair,) = (pair for pair in cell.priors if pair[0] != "effect")
    return pair


@lru_cache(maxsize=4)
def _panels(trial: Trial, name: str, level: Prior) -> Panels:
    return Panels(ContrastLikelihood(trial, **{name: level}))
