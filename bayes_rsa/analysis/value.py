"""An analysis as a value: everything that decides what a report prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from bayes_rsa import defaults
from bayes_rsa.analysis.named_set import named_set, reference_specification
from bayes_rsa.analysis.specification import Specification
from bayes_rsa.analysis.statements import default_statements
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Statement
from bayes_rsa.fields import check_choice, check_integer, check_number, check_text
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    from bayes_rsa.evidence import Study

ENGINES: Final = ("nuts", "exact")
TIMING: Final = ("before seeing the data", "after seeing the data")


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is analysed, under which priors, and what is asked.

    Parameters
    ----------
    trial
        The trial.
    reference
        The reference analysis, stated before its result.
    priors
        The named set shown beside it.
    statements
        Questions whose probabilities are printed, thresholds stated before the numbers.
    interval
        Probability of the intervals.
    engines
        ``nuts``, ``exact`` or both; the first is the one whose numbers are the headline.
    seed
        Seed of the sampler.
    ess_target
        Effective sample size of everything printed.
    priors_fixed
        ``before seeing the data`` or ``after seeing the data``.
    priors_fixed_on
        Date, as text; empty if unknown.
    rationale
        Why a Bayesian analysis, in a sentence.
    evidence
        External studies (:class:`bayes_rsa.evidence.Study`) given with the analysis; those that
        ship with the package for this trial stand beside them.
    """

    trial: Trial
    reference: Specification
    priors: tuple[Specification, ...] = ()
    statements: tuple[str, ...] = ()
    interval: float = defaults.INTERVAL
    engines: tuple[str, ...] = ENGINES
    seed: int = defaults.SEED
    ess_target: int = defaults.REPORT_ESS_TARGET
    priors_fixed: str = TIMING[1]
    priors_fixed_on: str = ""
    rationale: str = field(default=defaults.RATIONALE)
    evidence: tuple[Study, ...] = ()

    def __post_init__(self) -> None:
        check_number("analysis.interval", self.interval, above=0, below=1)
        check_integer("analysis.seed", self.seed, least=0)
        check_integer("analysis.ess_target", self.ess_target, least=defaults.ESS_MIN)
        check_choice("analysis.priors_fixed", self.priors_fixed, TIMING)
        check_text("analysis.priors_fixed_on", self.priors_fixed_on)
        check_text("analysis.rationale", self.rationale)
        self._check_evidence()
        if not self.engines:
            raise InputError(
                "analysis.engines", (), "at least one engine is needed", "write ['nuts', 'exact']"
            )
        for engine in self.engines:
            check_choice("analysis.engines", engine, ENGINES)
        for specification in self.specifications:
            if (specification.model == "reported_effect") == self.trial.has_counts:
                counts = "has" if self.trial.has_counts else "does not have"
                raise InputError(
                    f"analysis.{specification.name}.model",
                    specification.model,
                    f"the trial {counts} both arms' counts",
                    "use reported_effect for a trial without counts, and only for that",
                )
        names = [s.name for s in self.specifications]
        for name in names:
            if names.count(name) > 1:
                raise InputError(
                    "analysis.priors", name, "a name may stand once", "rename one of the rows"
                )
        for text in self.statements:
            Statement.parse(text).resolve(
                self.trial.better, self.trial.measure, counts=self.trial.has_counts
            )

    def _check_evidence(self) -> None:
        keys = [study.key for study in self.evidence]
        if keys and not self.trial.has_counts:
            raise InputError(
                "analysis.evidence",
                keys[0],
                "external studies stand beside counts, and this trial has none",
                "leave the studies out",
            )
        for study in self.evidence:
            if keys.count(study.key) > 1 or study.overlaps in keys:
                raise InputError(
                    "analysis.evidence",
                    study.key,
                    "its patients would count twice",
                    "leave one of the studies out",
                )
            if self.trial.doi and study.doi == self.trial.doi:
                raise InputError(
                    "analysis.evidence", study.key, "it is the trial itself", "leave it out"
                )

    @classmethod
    def default(cls, trial: Trial, **changes: Any) -> Self:
        """The default analysis of a trial: reference, named set and statements."""
        values: dict[str, Any] = {
            "reference": reference_specification(trial),
            "priors": named_set(trial),
            "statements": default_statements(trial),
        }
        return cls(trial, **(values | changes))

    @property
    def specifications(self) -> tuple[Specification, ...]:
        """The reference, then the named set."""
        return (self.reference, *self.priors)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form; ``analysis_from_dict`` makes the same analysis of it."""
        return {
            "interval": self.interval,
            "engines": list(self.engines),
            "seed": self.seed,
            "ess_target": self.ess_target,
            "priors_fixed": self.priors_fixed,
            "priors_fixed_on": self.priors_fixed_on,
            "rationale": self.rationale,
            "statements": list(self.statements),
            "reference": self.reference.to_dict(),
            "priors": [s.to_dict() for s in self.priors],
            "trial": self.trial.to_dict(),
        } | ({"evidence": [study.to_dict() for study in self.evidence]} if self.evidence else {})
