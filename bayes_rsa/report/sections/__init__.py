"""The sections of a report, in order: each a function of what there is to quote.

A later section is one more function here; the items of the checklist that it answers come with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bayes_rsa.report.blocks import Section
from bayes_rsa.report.checklist import Answered
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.sections.before import before
from bayes_rsa.report.sections.biomarkers import biomarkers
from bayes_rsa.report.sections.checklist import checklist
from bayes_rsa.report.sections.computation import computation
from bayes_rsa.report.sections.data import data
from bayes_rsa.report.sections.doubt import doubt
from bayes_rsa.report.sections.limitations import limitations
from bayes_rsa.report.sections.methods import methods
from bayes_rsa.report.sections.predictive import predictive
from bayes_rsa.report.sections.priors import priors
from bayes_rsa.report.sections.results import results
from bayes_rsa.report.sections.sensitivity import sensitivity
from bayes_rsa.report.sections.summary import summary

SECTIONS: Final[tuple[Callable[[Quoting], Section | None], ...]] = (
    summary,
    data,
    before,
    priors,
    computation,
    predictive,
    results,
    sensitivity,
    doubt,
    biomarkers,
    limitations,
    methods,
)
"""In the order printed; the checklist follows. One that has nothing to say gives None."""


def write_sections(quote: Quoting) -> tuple[tuple[Section, ...], tuple[Answered, ...]]:
    """Every section, the checklist last, and the checklist's items."""
    made = (section(quote) for section in SECTIONS)
    written = tuple(section for section in made if section is not None)
    last, items = checklist(quote, written)
    return (*written, last), items
