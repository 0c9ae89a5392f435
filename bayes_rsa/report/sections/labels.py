"""How a specification is called in every table."""

from __future__ import annotations

from bayes_rsa.report.blocks import (
    Given,
)
from bayes_rsa.report.results import Analysed


def row_name(analysed: Analysed) -> Given:
    """Name of a row, with an asterisk where it rests on an assumption."""
    return Given(analysed.name + ("*" if analysed.specification.assumed else ""))


def group_of(analysed: Analysed) -> str:
    """Heading of a row's group."""
    return analysed.specification.group or "Priors"
