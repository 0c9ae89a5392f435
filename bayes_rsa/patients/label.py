"""Simulated patients are called simulated, and never stand under the name of a real trial."""

from __future__ import annotations

from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.trial import Trial

__all__ = ["SIMULATED", "is_simulated_trial", "require_simulated_label"]

SIMULATED: Final = "simulated"
"""First word of a simulated trial's name; column and attribute of tables of simulated patients."""


def is_simulated_trial(trial: Trial) -> bool:
    """Whether a trial's name says that it is simulated."""
    return trial.name.lower().startswith(SIMULATED)


def require_simulated_label(trial: Trial, simulated: bool) -> None:
    """Refuse simulated patients under a real trial's name, and the reverse.

    Raises
    ------
    InputError
        If table and trial do not agree.
    """
    if simulated and not is_simulated_trial(trial):
        raise InputError(
            "trial.name",
            trial.name,
            "these patients are simulated, and the name of the trial does not say so",
            "use the trial that the simulation made, or a name that begins with 'simulated'",
        )
    if is_simulated_trial(trial) and not simulated:
        raise InputError(
            "trial.name",
            trial.name,
            "the trial is called simulated, and these patients are not labelled so",
            "give the trial its own name, or the table a column 'simulated' that says true",
        )
