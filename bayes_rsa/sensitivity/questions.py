"""A statement asked of one trial under many priors, by quadrature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Statement
from bayes_rsa.exact import (
    ContrastLikelihood,
    ExactPosterior,
    arms_probabilities,
    reported_effect,
)
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ARMS: Final = ("both", "treatment", "control")


class Question(Protocol):
    """Priors -> posterior probabilities of one statement."""

    @property
    def statement(self) -> str:
        """The statement."""

    @property
    def level(self) -> str:
        """The other prior that the answers belong to, in words."""

    def __call__(self, priors: Sequence[Prior]) -> Floats:
        """Posterior probability under each prior."""


class ContrastQuestion:
    """A statement under priors on the effect: the log odds ratio, or a reported effect.

    It remembers its answers: another threshold of the statement is asked about the same priors.

    Parameters
    ----------
    trial
        The data.
    statement
        What is asked.
    baseline, midpoint
        The nuisance prior; only with counts.
    """

    def __init__(
        self,
        trial: Trial,
        statement: str,
        baseline: Prior | None = None,
        midpoint: Prior | None = None,
    ) -> None:
        self.trial, self.statement = trial, statement
        self._known: dict[Prior, float] = {}
        counts = trial.has_counts
        self._event = Statement.parse(statement).resolve(trial.better, trial.measure, counts=counts)
        self._likelihood: ContrastLikelihood | None = None
        if counts:
            self._likelihood = ContrastLikelihood(trial, baseline=baseline, midpoint=midpoint)
            name, prior = self._likelihood.nuisance
            self.level = f"{name} ~ {prior}"
            self.effect = "the log odds ratio"
            return
        for name, given in (("baseline", baseline), ("midpoint", midpoint)):
            if given is not None:
                raise InputError(
                    name, str(given), "a reported effect has no such parameter", "leave it out"
                )
        self.level = "normal likelihood of the reported effect, no baseline"
        self.effect = f"the {'' if trial.measure in ('RD', 'MD') else 'log '}{trial.measure}"

    def __call__(self, priors: Sequence[Prior]) -> Floats:
        """Posterior probability under each effect prior."""
        new = [prior for prior in dict.fromkeys(priors) if prior not in self._known]
        if new:
            self._known |= zip(new, self._found(new), strict=True)
        return np.array([self._known[prior] for prior in priors])

    def _found(self, priors: Sequence[Prior]) -> list[float]:
        if self._likelihood is not None:
            values, _ = self._likelihood.probabilities(priors, (self._event,))
            return [float(value) for value in values[:, 0]]
        return [self._reported(prior).probability(self._event)[0] for prior in priors]

    def log_marginal_likelihoods(self, priors: Sequence[Prior]) -> Floats:
        """Log marginal likelihood under each (proper) effect prior."""
        if self._likelihood is not None:
            return self._likelihood.log_marginal_likelihoods(priors)[0]
        found = (self._reported(p).log_marginal_likelihood for p in priors)
        return np.array(list(found), dtype=float)

    def _reported(self, prior: Prior) -> ExactPosterior:
        return reported_effect(self.trial, effect=prior)


class ArmsQuestion:
    """A statement under priors on the arms' event probabilities.

    Parameters
    ----------
    trial
        The data, with counts.
    statement
        What is asked.
    arm
        Which arm has the prior: ``both``, ``treatment`` or ``control``.
    other
        Prior of the other arm, where only one has it.
    """

    def __init__(self, trial: Trial, statement: str, arm: str, other: Prior) -> None:
        if arm not in ARMS:
            raise InputError("arm", arm, "there is no such arm", f"use one of {', '.join(ARMS)}")
        self.statement, self.arm = statement, arm
        self._trial, self._other = trial, other
        self._event = Statement.parse(statement).resolve(trial.better, trial.measure)
        self.level = "independent arms"
        if arm != "both":
            rest = "control" if arm == "treatment" else "treatment"
            self.level += f", {rest} ~ {other}"

    def __call__(self, priors: Sequence[Prior]) -> Floats:
        """Posterior probability under each prior on the arm, or on both."""
        other = self._other
        pairs = {
            "both": [(prior, prior) for prior in priors],
            "treatment": [(prior, other) for prior in priors],
            "control": [(other, prior) for prior in priors],
        }[self.arm]
        return arms_probabilities(self._trial, pairs, self._event)[0]
