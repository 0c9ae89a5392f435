"""What natural effects assume; to be printed beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ASSUMPTIONS", "Assumption"]


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption.

    Parameters
    ----------
    name
        Its name.
    text
        What it says.
    secured
        What secures it, or that nothing does.
    """

    name: str
    text: str
    secured: str


ASSUMPTIONS: Final = (
    Assumption(
        "Randomised treatment",
        "Nothing causes both the treatment and the biomarker, or the treatment and the outcome.",
        "Secured by randomisation, as far as no patient is left out after it.",
    ),
    Assumption(
        "No unmeasured cause of biomarker and outcome",
        "Given treatment and the covariates, nothing causes both the biomarker and the outcome.",
        "Not secured by randomisation; varied by the sensitivity to rho.",
    ),
    Assumption(
        "No such cause that treatment changes",
        "Nothing that the treatment causes is itself a cause of both biomarker and outcome.",
        "Not secured, and no covariate mends it: other markers that treatment changes break it.",
    ),
    Assumption(
        "Overlap",
        "Every value of the biomarker in one arm can occur in the other.",
        "To be seen in the data: compare the arms' distributions.",
    ),
    Assumption(
        "Order in time",
        "The biomarker is measured after treatment has begun and before the outcome is decided.",
        "By design; a value measured after a loss is its consequence, not its cause.",
    ),
    Assumption(
        "The model",
        "The log biomarker is normal and linear in treatment and covariates, the log odds of the "
        "outcome linear in the log biomarker; the biomarker is measured without error.",
        "To be checked against the data; measurement error pulls the indirect effect towards zero.",
    ),
)
"""Of the natural direct and indirect effect, each with what secures it."""
