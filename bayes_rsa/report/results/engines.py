"""Both engines' answers under every specification; each model family is compiled once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bayes_rsa import exact, models
from bayes_rsa.analysis import Analysis
from bayes_rsa.contract import card, compile_key
from bayes_rsa.diagnostics import check
from bayes_rsa.errors import AccuracyError
from bayes_rsa.inference import CompiledModel, fit
from bayes_rsa.inference.properness import require_proper_posterior
from bayes_rsa.report.results.records import Answer
from bayes_rsa.summaries import as_posterior, nnt, probability_record, summary_records

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

Step = Callable[[str, int, int], None]


def build_exact(analysis: Analysis) -> list[exact.ExactPosterior]:
    """The exact posterior of each specification; bad input raises here, before anything runs."""
    return [getattr(exact, s.model)(analysis.trial, **s.priors) for s in analysis.specifications]


def build_models(analysis: Analysis) -> list[pm.Model]:
    """The PyMC model of each specification; bad input raises here, before anything runs."""
    built = [getattr(models, s.model)(analysis.trial, **s.priors) for s in analysis.specifications]
    for model in built:
        require_proper_posterior(card(model))
    return built


def exact_answers(
    analysis: Analysis, built: list[exact.ExactPosterior], step: Step
) -> list[Answer | str]:
    """The exact engine's answer under each specification, or why there is none."""
    found: list[Answer | str] = []
    for k, posterior in enumerate(built):
        step("Exact posteriors", k, len(built))
        try:
            found.append(_answer(analysis, posterior, {}))
        except AccuracyError as error:
            found.append(str(error))
    return found


def nuts_answers(
    analysis: Analysis, built: list[pm.Model], step: Step
) -> tuple[list[Answer], xr.DataTree]:
    """The sampler's answer under each specification, and the reference's fit.

    Every fit has the analysis's seed, so that ``fit(model, seed=...)`` gives the same draws for a
    row whatever else is in the set. Only the reference keeps its predictive groups.
    """
    keys = [compile_key(model) for model in built]
    order = list(dict.fromkeys(keys))
    compiled: dict[tuple[object, ...], CompiledModel] = {}
    for k, key in enumerate(order):
        step("Compiling models", k, len(order))
        alike = [model for model, other in zip(built, keys, strict=True) if other == key]
        compiled[key] = CompiledModel.of(alike)
    found: list[Answer] = []
    reference: xr.DataTree | None = None
    for k, (model, key) in enumerate(zip(built, keys, strict=True)):
        step("Sampling", k, len(built))
        tree = fit(
            model,
            seed=analysis.seed,
            ess_target=analysis.ess_target,
            compiled=compiled[key],
            predictive=reference is None,
        )
        reference = tree if reference is None else reference
        sizes = tree["posterior"].sizes
        words = {"verdict": check(tree), "draws": (int(sizes["draw"]), int(sizes["chain"]))}
        found.append(_answer(analysis, tree, words))
    if reference is None:
        raise ValueError("an analysis has at least its reference specification")
    return found, reference


def _answer(analysis: Analysis, posterior: Any, words: Mapping[str, Any]) -> Answer:
    asked = as_posterior(posterior)
    statements = dict.fromkeys(("benefit", *analysis.statements))
    return Answer(
        posterior=asked,
        records=summary_records(asked, interval=analysis.interval),
        probabilities={text: probability_record(asked, text) for text in statements},
        nnt=nnt(asked, interval=analysis.interval),
        error=posterior.error if isinstance(posterior, exact.ExactPosterior) else None,
        **words,
    )


def source_hashes(built: list[pm.Model]) -> dict[str, str]:
    """SHA-256 of each model function's module, by the model's name."""
    cards = [card(model) for model in built]
    return {c.name: c.source_hash for c in cards}
