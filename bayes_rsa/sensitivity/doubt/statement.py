"""The sentence: P(benefit) stays above 0.95 unless ..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.sensitivity.doubt.believed import Believed, reference_belief
from bayes_rsa.sensitivity.doubt.changes import fewest_changed_outcomes, fewest_missing
from bayes_rsa.sensitivity.doubt.kinds import in_order, kinds
from bayes_rsa.sensitivity.doubt.pooling import trust_tipping
from bayes_rsa.sensitivity.doubt.records import DoubtTipping
from bayes_rsa.sensitivity.doubt.sampled import SampledDoubts
from bayes_rsa.sensitivity.doubt.tipping import doubt_tipping
from bayes_rsa.trial import Trial


@dataclass(frozen=True, slots=True)
class DoubtStatement:
    """How much of each kind of doubt a conclusion stands.

    Attributes
    ----------
    statement, threshold
        What is concluded: that its probability is above the threshold.
    probability
        Probability without any doubt.
    prior, likelihood, engine
        What all the numbers belong to.
    tippings
        One for each kind of doubt.
    """

    statement: str
    threshold: float
    probability: float
    prior: str
    likelihood: str
    engine: str
    tippings: tuple[DoubtTipping, ...]

    @property
    def reached(self) -> tuple[DoubtTipping, ...]:
        """The kinds of doubt of which some amount tips the conclusion."""
        return tuple(t for t in self.tippings if t.amounts[self.threshold] is not None)

    @property
    def text(self) -> str:
        """The sentence, and one more for the doubts that cannot overturn it."""
        under = f"Under {self.prior}, {self.likelihood} likelihood, P({self.statement})"
        if self.probability < self.threshold:
            return (
                f"{under} is {self.probability:.4f}: below {self.threshold:g} already, without any "
                "doubt about the trial."
            )
        rest = [t for t in self.tippings if t not in self.reached]
        parts = "; or ".join(t.words[self.threshold] for t in self.reached)
        first = f"{under} is {self.probability:.4f} and stays above {self.threshold:g}"
        first = f"{first} unless {parts}." if parts else f"{first} under every doubt looked at."
        if not rest:
            return first
        others = "; ".join(t.words[self.threshold] for t in rest)
        return f"{first} Not enough by themselves: {others}."

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "statement": self.statement,
            "threshold": self.threshold,
            "probability": self.probability,
            "prior": self.prior,
            "likelihood": self.likelihood,
            "engine": self.engine,
            "text": self.text,
            "tipping": [{"key": t.key, **t.to_dict()} for t in self.tippings],
        }


def doubt_statement(
    trial: Trial,
    *,
    threshold: float = defaults.DOUBT_THRESHOLD,
    statement: str = "benefit",
    believed: Believed | None = None,
    engine: str = "exact",
    seed: int = defaults.SEED,
) -> DoubtStatement:
    """Say how much of each kind of doubt would overturn a conclusion.

    Parameters
    ----------
    trial
        The data, with counts or known by its effect.
    threshold
        Probability that counts as a conclusion.
    statement
        What is concluded.
    believed
        Priors on the true risks; the reference's by default.
    engine
        ``exact`` or ``nuts``.
    seed
        For NUTS.
    """
    believed = believed or reference_belief(trial)
    common: dict[str, Any] = {
        "believed": believed,
        "statement": statement,
        "thresholds": (threshold,),
        "engine": engine,
        "seed": seed,
    }
    if engine == "nuts":
        common["sampled"] = SampledDoubts(trial, believed, statement, seed=seed)
    tippings: list[DoubtTipping] = []
    if trial.has_counts:
        tippings.append(fewest_changed_outcomes(trial, **common))
        tippings.append(fewest_missing(trial, **common))
    tippings += [doubt_tipping(trial, kind, **common) for kind in in_order(kinds(trial))]
    if believed.is_proper:
        tippings.append(trust_tipping(trial, **common))
    return statement_of(tippings, threshold)


def statement_of(tippings: Sequence[DoubtTipping], threshold: float) -> DoubtStatement:
    """The statement that these tipping points make: of one engine, under the same priors.

    Parameters
    ----------
    tippings
        One for each kind of doubt, in the order told.
    threshold
        One of theirs.
    """
    first = tippings[0]
    for other in tippings:
        same = (other.prior, other.engine, other.statement)
        if same != (first.prior, first.engine, first.statement) or threshold not in other.amounts:
            raise InputError(
                "tippings",
                other.what,
                "all answer one question, by one engine and under the same priors",
                "find them together",
            )
    return DoubtStatement(
        first.statement,
        threshold,
        first.probability,
        first.prior,
        first.likelihood,
        first.engine,
        tuple(tippings),
    )
