"""How much doubt tips a conclusion: values for tables, figures and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DoubtTipping:
    """The amount of one kind of doubt at which a probability falls to its thresholds.

    Attributes
    ----------
    key
        Kind of doubt: ``bias``, ``discount``, ``misclassification``, ``missing``,
        ``changed_outcomes``.
    what
        What the amount is, with its scale.
    prior, likelihood
        What the number belongs to, in words.
    statement
        What is asked.
    engine
        ``exact`` or ``nuts``.
    probability
        Probability of the statement without any doubt.
    amounts
        Threshold -> amount; None if it is not reached.
    errors
        Threshold -> Monte Carlo standard error of the amount; None for an exact one.
    worst
        The last amount that was looked at, and the probability there.
    words
        Threshold -> half a sentence.
    assumed
        What is assumed beside the amount.
    """

    key: str
    what: str
    prior: str
    likelihood: str
    statement: str
    engine: str
    probability: float
    amounts: Mapping[float, float | None]
    errors: Mapping[float, float | None]
    worst: tuple[float, float]
    words: Mapping[float, str]
    assumed: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form; the thresholds are keys."""
        record: dict[str, Any] = {
            "what": self.what,
            "prior": self.prior,
            "likelihood": self.likelihood,
            "statement": self.statement,
            "engine": self.engine,
            "probability": self.probability,
            **{f"{threshold:g}": amount for threshold, amount in self.amounts.items()},
        }
        if self.engine == "nuts":
            record |= {f"{t:g}_mcse": error for t, error in self.errors.items()}
        if self.assumed:
            record["assumed"] = self.assumed
        return record

    def explain(self, threshold: float) -> str:
        """Half a sentence on one threshold."""
        return self.words[threshold]


@dataclass(frozen=True, slots=True)
class DoubtCurve:
    """Probability of a statement along one kind of doubt.

    Attributes
    ----------
    key, what, prior, likelihood, statement
        As in :class:`DoubtTipping`.
    amounts, probabilities
        The curve.
    """

    key: str
    what: str
    prior: str
    likelihood: str
    statement: str
    amounts: tuple[float, ...]
    probabilities: tuple[float, ...]
