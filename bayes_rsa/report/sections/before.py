"""Evidence from outside the trial: what was known before, and what it makes of the trial."""

from __future__ import annotations

from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Code,
    Given,
    Heading,
    Paragraph,
    Section,
    Text,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.external import External
from bayes_rsa.report.sections.before_rates import rates
from bayes_rsa.report.sections.before_sets import borrowing, lead, pooled, sets
from bayes_rsa.report.sections.before_siblings import shared
from bayes_rsa.report.sections.before_studies import forest, studies


def before(quote: Quoting) -> Section | None:
    """The forest, the sets beside priors without studies, the rates; None without evidence."""
    found = quote.results.external
    if found is None:
        return None
    blocks: list[Block] = [*lead(quote, found), Paragraph(_intro()), *_siblings(found)]
    blocks += [*forest(quote, found), Heading("before-sets", "The trial after each set")]
    blocks += [*sets(quote, found), *borrowing(quote, found), *pooled(quote, found)]
    if found.shared:
        blocks += [Heading("before-shared", "If the group’s trials share a bias")]
        blocks += shared(quote, found)
    if found.rates:
        blocks += [Heading("before-rates", "The rate without treatment"), *rates(quote, found)]
    blocks += [Heading("before-studies", "The studies"), *studies(quote, found)]
    return Section("before", "Before the trial", tuple(blocks), _answers())


def _intro() -> Text:
    return text(
        "What could be known about the effect before this trial was read. Which studies belong "
        "beside it is a judgement, so there are several sets, and none is the right one. Each is "
        "pooled by random effects; what it predicts for a new trial (the meta-analytic predictive "
        "prior, MAP) then serves as a prior on this trial’s effect. ",
        Code("bayes-rsa evidence"),
        " prints the studies.",
    )


def _siblings(found: External) -> list[Block]:
    own = [study for study in found.studies if study.same_group]
    if not own:
        return []
    flagged = [study for study in own if "matches none" in study.note]
    said = text(
        Given(words.joined([study.label for study in own])),
        " share authors and endpoint with this trial. A prior made of them is what somebody would "
        "believe who takes this group at its word: shown as such, and never as independent "
        "support.",
    )
    if flagged:
        said = text(
            said,
            " The printed P of ",
            Given(words.joined([study.label for study in flagged])),
            " matches none of the usual two-sided tests of the printed counts. Mismatched P-values "
            "are a reporting-quality flag, not proof of anything.",
        )
    return [Banner("note", "The trial’s siblings are not independent of it", said)]


def _answers() -> dict[int, str]:
    return {
        5: "priors made of external studies, with their sources, fit and effective sample sizes",
        17: "the answer under each set of external studies, alone and mixed with a vague prior",
    }
