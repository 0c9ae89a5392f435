"""The 22 items that a Bayesian report answers, and where this one does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bayes_rsa.report.blocks import Section

NOT_APPLICABLE: Final = "not applicable: "
NOT_YET: Final = "not yet in this report: "


@dataclass(frozen=True, slots=True)
class Item:
    """One item: what it is called, which guidance asks for it, what a report must print."""

    number: int
    name: str
    sources: str
    asks: str


ITEMS: Final[Mapping[int, Item]] = MappingProxyType(
    {
        item.number: item
        for item in (
            Item(
                1,
                "Why Bayesian; post hoc status",
                "BARG preamble A, BayesWatch",
                "the reason in a sentence; when the priors were fixed",
            ),
            Item(
                2,
                "Goal and estimand",
                "BARG preamble B, ICH E9(R1)",
                "population, treatments, outcome, measures, intercurrent events, analysis set, "
                "adjustment",
            ),
            Item(
                3,
                "Data",
                "BARG 1A",
                "the table of counts, what the denominators count, missing outcomes, the audit",
            ),
            Item(
                4,
                "Likelihood",
                "BARG 1B, ROBUST 4",
                "formula of each model, with the role of each parameter",
            ),
            Item(
                5,
                "Priors",
                "BARG 1C, ROBUST 1 and 2, FDA",
                "distributions with numbers, prior intervals on every scale, source, prior "
                "P(benefit), prior effective sample size",
            ),
            Item(6, "Formal code", "BARG 1D", "the model's source or graph, with its hash"),
            Item(
                7,
                "Prior predictive check",
                "BARG 1E",
                "predicted events per arm; Box's P",
            ),
            Item(
                8,
                "Software",
                "BARG 2A, SAMPL",
                "names and versions, operating system, seed",
            ),
            Item(
                9,
                "Convergence",
                "BARG 2B",
                "R-hat for every parameter and derived quantity",
            ),
            Item(
                10,
                "Resolution",
                "BARG 2C",
                "bulk and tail ESS, MCSE of each printed number, divergences, E-BFMI",
            ),
            Item(
                11,
                "Accuracy without sampling",
                "BARG 2D",
                "error estimate of the quadrature, agreement with the sampler",
            ),
            Item(
                12,
                "Posterior predictive check",
                "BARG 3A",
                "events per arm; biomarkers",
            ),
            Item(
                13,
                "Posterior summary",
                "BARG 3B, ROBUST 6 and 7",
                "mean, median, SD, equal-tailed and highest-density intervals; NNT",
            ),
            Item(
                14,
                "Probabilities of clinical statements",
                "Goligher, Zampieri",
                "benefit, sizeable benefit, harm, severe harm, equivalence; thresholds first",
            ),
            Item(
                15,
                "Bayes factor",
                "BARG 3C, JASP",
                "both directions, priors of both hypotheses, minimum prior probability, robustness",
            ),
            Item(
                16,
                "Decision",
                "BARG 4, FDA",
                "loss or threshold, region of practical equivalence, expected loss",
            ),
            Item(
                17,
                "Sensitivity",
                "BARG 5, ROBUST 3",
                "grid of priors, power-scaling, reverse Bayes, tipping points",
            ),
            Item(18, "Prior–data conflict", "FDA, Box", "Box's P for each prior"),
            Item(
                19,
                "Operating characteristics",
                "FDA",
                "type I error, power, coverage, replication probability",
            ),
            Item(
                20,
                "Biomarkers",
                "",
                "class of evidence of each marker, models, what is not identified",
            ),
            Item(
                21,
                "Limitations",
                "BaSiS, BayesWatch",
                "post hoc, single trial, flags",
            ),
            Item(
                22,
                "Reproducibility",
                "BARG 6",
                "command, lock file, seeds, hash of the data, every printed number, vector figures",
            ),
        )
    }
)
"""By number. The guidance is named in the section on methods."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An item with where it is answered, or why it is not.

    Parameters
    ----------
    item
        The item.
    sections
        Anchors of the sections that answer it.
    words
        What they say on it; or ``not applicable: ...``, ``not yet in this report: ...``.
    """

    item: Item
    sections: tuple[str, ...]
    words: str


def answered(sections: Iterable[Section], open_items: Mapping[int, str]) -> tuple[Answered, ...]:
    """Every item, in order, with its answer.

    Parameters
    ----------
    sections
        The report's sections, each of which names the items that it answers.
    open_items
        What no section answers, with the reason (``NOT_APPLICABLE`` or ``NOT_YET`` in front). A
        section's answer to the same item stands before it.

    Raises
    ------
    ValueError
        If an item is neither answered nor excused, an excuse has no reason, or an answer has no
        item.
    """
    given = list(sections)
    strange = {n for s in given for n in s.answers} | set(open_items)
    if not strange <= set(ITEMS):
        raise ValueError(f"the checklist has no items {sorted(strange - set(ITEMS))}")
    found = []
    for number, item in ITEMS.items():
        words = [(s.id, s.answers[number]) for s in given if number in s.answers]
        excuse = open_items.get(number, "")
        if excuse and not any(
            excuse.startswith(lead) and len(excuse) > len(lead)
            for lead in (NOT_APPLICABLE, NOT_YET)
        ):
            raise ValueError(f"item {number} is open without a reason: {excuse!r}")
        if not words and not excuse:
            raise ValueError(f"no section answers item {number} of the checklist, {item.name!r}")
        said = [*(w for _, w in words), *((excuse,) if excuse else ())]
        found.append(Answered(item, tuple(place for place, _ in words), "; ".join(said)))
    return tuple(found)
