"""What a report is made of, as plain values: everything computed, nothing yet worded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bayes_rsa.analysis import Analysis, Specification
from bayes_rsa.audit import Audit
from bayes_rsa.diagnostics import Verdict
from bayes_rsa.estimands import EstimandSummary, NumberNeededToTreat, Probability
from bayes_rsa.priors import PriorMeaning
from bayes_rsa.report.results.biomarkers import Markers
from bayes_rsa.report.results.classical import Classical
from bayes_rsa.report.results.doubt import Doubts
from bayes_rsa.report.results.external import External
from bayes_rsa.report.results.predictive import Predictive
from bayes_rsa.report.results.sensitivity import Sensitivity
from bayes_rsa.summaries import AbsoluteEffect, Posterior

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Answer:
    """What one engine says under one specification.

    Parameters
    ----------
    posterior
        The posterior itself, for the figures.
    records
        Summary of each estimand, by key.
    probabilities
        Probability of each statement of the analysis, and of ``benefit``, by its text.
    nnt
        Number needed to treat by Altman's rule; None without both arms' risks.
    verdict
        Of the gate; None for the exact engine, which has none.
    draws
        Draws per chain and chains; None for the exact engine.
    error
        Bound of the error of a probability; None for NUTS.
    """

    posterior: Posterior = field(repr=False, compare=False)
    records: Mapping[str, EstimandSummary]
    probabilities: Mapping[str, Probability]
    nnt: NumberNeededToTreat | None
    verdict: Verdict | None = None
    draws: tuple[int, int] | None = None
    error: float | None = None

    @property
    def engine(self) -> str:
        """``nuts`` or ``exact``."""
        return self.posterior.engine

    @property
    def passed(self) -> bool:
        """Whether the gate lets its numbers through."""
        return self.verdict is None or self.verdict.passed


@dataclass(frozen=True, slots=True)
class Analysed:
    """One specification under every engine asked for.

    Parameters
    ----------
    specification
        Model and priors.
    slug
        First part of the ids of its numbers.
    answers
        By engine, the headline's first.
    refused
        Why an engine gives no answer, by engine.
    meaning
        What its priors mean; None for a trial known only by its effect.
    """

    specification: Specification
    slug: str
    answers: Mapping[str, Answer]
    refused: Mapping[str, str]
    meaning: PriorMeaning | None

    @property
    def name(self) -> str:
        """The specification's name."""
        return self.specification.name


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that a report prints.

    Parameters
    ----------
    analysis
        What was asked.
    audit
        Of the printed numbers; None where nothing is printed that could be compared.
    classical
        Classical analysis of the counts; None without counts.
    rows
        The reference, then the named set.
    absolute
        Absolute effects at the stated control risks, under the reference.
    absolute_engine
        The engine that made them.
    predictive
        Prior and posterior predictive of the reference's fit; None without it.
    sensitivity
        How the answer depends on the prior.
    doubt
        How much doubt about the trial the conclusion stands.
    external
        Evidence from outside the trial; None where there is none.
    biomarkers
        What the reports of biomarkers say; None where there are none.
    fit
        The reference's fit; None where the sampler was not asked for.
    source_hash
        SHA-256 of the model's source text, by model.
    versions
        As ``bayes_rsa.inference.versions``.
    """

    analysis: Analysis
    audit: Audit | None
    classical: Classical | None
    rows: tuple[Analysed, ...]
    absolute: tuple[AbsoluteEffect, ...]
    absolute_engine: str
    predictive: Predictive | None
    sensitivity: Sensitivity
    doubt: Doubts
    external: External | None
    biomarkers: Markers | None
    fit: xr.DataTree | None = field(repr=False, compare=False)
    source_hash: Mapping[str, str]
    versions: Mapping[str, str]

    @property
    def reference(self) -> Analysed:
        """The reference analysis."""
        return self.rows[0]

    @property
    def engine(self) -> str:
        """The engine whose numbers are the headline."""
        return self.analysis.engines[0]

    @property
    def failed(self) -> tuple[Analysed, ...]:
        """Those whose gate failed."""
        return tuple(r for r in self.rows if not all(a.passed for a in r.answers.values()))

    @property
    def passed(self) -> bool:
        """Whether every gate passed."""
        return not self.failed

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Verdict of each fit, by the slug of its specification."""
        return {
            r.slug: a.verdict
            for r in self.rows
            for a in r.answers.values()
            if a.verdict is not None
        }
