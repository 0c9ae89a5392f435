"""How much doubt about the trial itself the conclusion stands."""

from __future__ import annotations

from bayes_rsa.report.blocks import Block, Given, Heading, Paragraph, Section, Text, text
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.sections.doubt_amounts import amounts, uncertain
from bayes_rsa.report.sections.doubt_outcomes import changed, missing
from bayes_rsa.report.sections.doubt_statement import engines, statement
from bayes_rsa.sensitivity.doubt import DoubtStatement


def doubt(quote: Quoting) -> Section:
    """The statement, then each kind of doubt: outcomes first, then what has an amount."""
    blocks: list[Block] = [Paragraph(_intro(quote)), *statement(quote)]
    for part in (changed, missing, amounts, uncertain):
        blocks += part(quote)
    blocks += [Heading("doubt-engines", "The statement by both engines"), *engines(quote)]
    return Section("doubt", "How much doubt would it take", tuple(blocks), _answers(quote))


def _intro(quote: Quoting) -> Text:
    found = quote.results.doubt
    words = text(
        "Everything before this section takes the trial at its word. Here each thing that may be "
        "wrong with it is given an amount, which grows, the others being absent, until the "
        "conclusion falls. Nothing here says that anything is wrong. Priors on the true risks, "
        "where no other is named: ",
        Given(found.believed.text),
        ".",
    )
    if found.replaced:
        words = text(words, " The reference analysis has ", Given(found.replaced), ".")
    return words


def _answers(quote: Quoting) -> dict[int, str]:
    found = quote.results.doubt
    kinds = (
        "outcomes changed, missing and misclassified, bias, discount and trust"
        if quote.trial.has_counts
        else "bias and trust; other doubts not applicable without counts"
    )
    both = "both engines" if isinstance(found.sampled, DoubtStatement) else "the exact engine"
    return {17: f"tipping points of doubt about the trial: {kinds}, by {both}"}
