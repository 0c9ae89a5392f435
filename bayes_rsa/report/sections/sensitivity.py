"""How much the answer depends on the prior, and what a reader must have believed."""

from __future__ import annotations

from bayes_rsa.report import words
from bayes_rsa.report.blocks import Block, Given, Paragraph, Section, Text, text
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.prior_strength import SampledScaling
from bayes_rsa.report.sections.baseline import baseline
from bayes_rsa.report.sections.bayes_factors import bayes_factors
from bayes_rsa.report.sections.belief import belief
from bayes_rsa.report.sections.credibility import credibility
from bayes_rsa.report.sections.power_scaling import power_scaling
from bayes_rsa.report.sections.prior_strength import conflict, prior_size
from bayes_rsa.report.sections.shrinkage import shrinkage
from bayes_rsa.report.sections.tipping import tipping
from bayes_rsa.sensitivity import BayesFactors, PriorDataConflict


def sensitivity(quote: Quoting) -> Section:
    """Map and tipping points, reverse Bayes, Bayes factors, belief, the priors' strength."""
    blocks: list[Block] = [Paragraph(_intro(quote))]
    for part in (
        tipping,
        credibility,
        bayes_factors,
        belief,
        prior_size,
        conflict,
        power_scaling,
        baseline,
        shrinkage,
    ):
        blocks += part(quote)
    return Section("sensitivity", "Sensitivity to the prior", tuple(blocks), _answers(quote))


def _intro(quote: Quoting) -> Text:
    held = quote.results.sensitivity.held
    effect = "log odds ratio" if quote.trial.has_counts else _reported(quote)
    beside = (
        text(", beside ", Given(_level(quote)), " (the level)")
        if held.level
        else text(" (a reported effect has no level)")
    )
    words_ = text(
        "The named set shows the answer under some priors; this section shows where, among all "
        f"priors of a kind, it changes. What varies is a prior on the {effect}",
        beside,
        ".",
    )
    if held.replaced:
        words_ = text(words_, " The reference analysis has ", Given(held.replaced), ".")
    return words_


def _reported(quote: Quoting) -> str:
    return words.effect_name(quote.results.reference.specification, quote.trial)


def _level(quote: Quoting) -> str:
    return " and ".join(
        f"{words.prior_text(prior)} on the {words.PARAMETERS[name]}"
        for name, prior in quote.results.sensitivity.held.level.items()
    )


def _answers(quote: Quoting) -> dict[int, str]:
    found = quote.results.sensitivity
    sizes = [s for s in found.strengths if not isinstance(s.sizes, str)]
    judged = [s.conflict for s in found.strengths if isinstance(s.conflict, PriorDataConflict)]
    factors = [f for f in found.evidence.factors if isinstance(f, BayesFactors)]
    scaled = "power-scaling by quadrature"
    if isinstance(found.sampled, SampledScaling):
        scaled = "power-scaling of each block with Pareto k and the exact reference"
    elif not quote.trial.has_counts:
        scaled = "power-scaling not applicable: no sampled fit, and no counts for quadrature"
    return {
        5: "prior effective sample size under named definitions"
        if sizes
        else "not applicable: no effective sample size is defined for these priors on these data",
        15: f"{words.counted(len(factors), 'row')} with both directions, both hypotheses’ priors, "
        "minimum prior probability and robustness curve; refused under nearly flat priors"
        if factors
        else "not applicable: no row has a prior that a Bayes factor can be had for; reasons given",
        17: "map over prior mean and SD with tipping points, reverse Bayes, "
        f"{scaled}; prior on the level; shrinkage",
        18: f"Box’s P of {words.counted(len(judged), 'row')}, with its verdict"
        if judged
        else "not applicable: no row has proper priors on a scale for which it is defined",
    }
