"""What a simulator gives: a trial that is called simulated, its patients, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bayes_rsa.patients import SIMULATED
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SimulatedTrial"]


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedTrial:
    """A simulated trial.

    Parameters
    ----------
    trial
        Its arms and its counts; its name begins with ``simulated``, and its title says so.
    data
        Its patients, as the models read them. Each row says so in the column ``simulated``, which
        outlasts a file, and so do the frame's attributes, with the seed.
    truth
        What the patients were drawn from, by name.
    """

    trial: Trial
    data: pd.DataFrame = field(repr=False)
    truth: Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "truth", MappingProxyType(dict(self.truth)))


def simulated_trial(
    kind: str,
    seed: int,
    counts: tuple[tuple[int, int], tuple[int, int]],
    data: pd.DataFrame,
    truth: Mapping[str, Any],
    better: str,
) -> SimulatedTrial:
    """Label a simulation."""
    data = data.assign(**{SIMULATED: True})
    data.attrs = {SIMULATED: True, "seed": seed, "kind": kind}
    trial = Trial.from_counts(
        *counts,
        better=better,
        name=f"{SIMULATED}-{kind}-{seed}",
        title=f"Simulated {kind}, seed {seed}: no real patient is among them",
        source="bayes_rsa.simulation",
        population="simulated",
        analysis_set="all simulated patients",
    )
    return SimulatedTrial(trial, data, truth)
