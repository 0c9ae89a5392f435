"""What ``bayes-rsa estimate`` has found, whichever engine found it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bayes_rsa import defaults

if TYPE_CHECKING:
    from bayes_rsa.diagnostics import Verdict
    from bayes_rsa.estimands import EstimandSummary, NumberNeededToTreat, Probability
    from bayes_rsa.exact import ExactPosterior
    from bayes_rsa.priors import Prior
    from bayes_rsa.summaries import Posterior
    from bayes_rsa.trial import Trial

__all__ = ["Estimate", "exact_estimate", "nuts_estimate", "read_statements"]


@dataclass(frozen=True)
class Estimate:
    """A model's answer; without numbers where its diagnostics gate failed.

    Parameters
    ----------
    trial, model, priors, engine, interval
        What was asked: ``priors`` by parameter of the model, ``interval`` a probability.
    summaries
        Of each estimand that the trial informs, by key.
    nnt
        By Altman's rule; None where the arms' risks are unknown.
    probabilities
        Of each statement by its text; None where the trial does not inform it.
    verdict
        Of the diagnostics gate; None for the exact engine, which has none.
    bayes_factor_10
        Of the effect's prior against no effect, by exact marginal likelihoods; None from NUTS,
        where the model has no point of no effect, and where a prior is improper or nearly flat.
    """

    trial: Trial
    model: str
    priors: Mapping[str, Prior]
    engine: str
    interval: float
    summaries: Mapping[str, EstimandSummary]
    nnt: NumberNeededToTreat | None
    probabilities: Mapping[str, Probability | None]
    verdict: Verdict | None = None
    bayes_factor_10: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the numbers may be printed."""
        return self.verdict is None or self.verdict.passed

    @property
    def reason(self) -> str:
        """Which checks failed, in words."""
        return "" if self.verdict is None else self.verdict.explain()

    @property
    def measure(self) -> str:
        """Measure of the model: ``OR`` with counts, else that of the printed effect."""
        return _measure(self.model, self.trial)


def read_statements(
    model: str, trial: Trial, texts: Sequence[str] | None
) -> Mapping[str, str | None]:
    """The statements to answer, each checked against what the trial informs.

    Parameters
    ----------
    model
        Name of the model function.
    trial
        The trial.
    texts
        As written; with none, the default ones, on the side of benefit.

    Returns
    -------
    mapping
        Text of each statement to the same text, or to None for a default one that the trial does
        not inform.
    """
    from bayes_rsa.estimands import Statement

    measure, counts = _measure(model, trial), model != "reported_effect"
    if texts:
        for text in texts:
            Statement.parse(text).resolve(trial.better, measure, counts=counts)
        return {text: text for text in texts}
    own = {text: text for text in _defaults(measure, trial.better)}
    absolute = {} if measure == "MD" else dict.fromkeys(_differences(trial.better))
    return own | {k: k if counts or measure == "RD" else v for k, v in absolute.items()}


def _measure(model: str, trial: Trial) -> str:
    if model == "reported_effect" and trial.reported is not None:
        return trial.reported.measure
    return "OR"


def _defaults(measure: str, better: str) -> tuple[str, ...]:
    """The default statements on the measure itself."""
    higher = better == "higher"
    if measure not in ("OR", "RR", "HR"):
        return (f"{measure} {'>' if higher else '<'} 0",)
    worthwhile = defaults.WORTHWHILE_RATIO if higher else defaults.SEVERE_HARM_RATIO
    sign = ">" if higher else "<"
    return f"{measure} {sign} 1", f"{measure} {sign} {worthwhile:g}"


def _differences(better: str) -> tuple[str, ...]:
    """The default statements on the risk difference."""
    texts = [text for text in defaults.STATEMENTS if text.startswith("RD > ")]
    return tuple(t if better == "higher" else t.replace("> ", "< -") for t in texts)


def exact_estimate(
    trial: Trial,
    model: str,
    priors: Mapping[str, Prior],
    statements: Mapping[str, str | None],
    interval: float,
) -> Estimate:
    """The answer by quadrature."""
    from bayes_rsa import exact
    from bayes_rsa.sensitivity import bayes_factor_10

    posterior: ExactPosterior = getattr(exact, model)(trial, **priors)
    found = _estimate(posterior, trial, model, posterior.priors, statements, interval)
    return replace(found, bayes_factor_10=bayes_factor_10(posterior))


def nuts_estimate(
    trial: Trial,
    model: str,
    priors: Mapping[str, Prior],
    statements: Mapping[str, str | None],
    interval: float,
    seed: int,
) -> Estimate:
    """The answer by sampling, behind its gate."""
    from bayes_rsa import contract, diagnostics, inference, models
    from bayes_rsa.summaries import as_posterior

    built = getattr(models, model)(trial, **priors)
    used = contract.card(built).priors
    fit = inference.fit(built, seed=seed, predictive=False)
    verdict = diagnostics.check(fit)
    if not verdict.passed:
        return Estimate(trial, model, used, "nuts", interval, {}, None, {}, verdict)
    return _estimate(as_posterior(fit), trial, model, used, statements, interval, verdict)


def _estimate(
    posterior: Posterior | ExactPosterior,
    trial: Trial,
    model: str,
    priors: Mapping[str, Prior],
    statements: Mapping[str, str | None],
    interval: float,
    verdict: Verdict | None = None,
) -> Estimate:
    from bayes_rsa.estimands import Probability, Statement, number_needed_to_treat

    summaries = {key: posterior.summary(key, interval) for key in posterior.estimands}
    difference = summaries.get("risk_difference")
    nnt = None
    if difference is not None:
        nnt = number_needed_to_treat(difference.median, difference.eti, trial.better)
    probabilities: dict[str, Probability | None] = {}
    for text, known in statements.items():
        probabilities[text] = None
        if known is not None:
            event = Statement.parse(known).resolve(
                posterior.better, posterior.measure, counts=posterior.arms
            )
            probabilities[text] = Probability(text, *posterior.probability(event))
    return Estimate(
        trial, model, priors, posterior.engine, interval, summaries, nnt, probabilities, verdict
    )
