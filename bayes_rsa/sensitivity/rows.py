"""One cell of an exact sweep, from its posterior."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from bayes_rsa.exact import ExactPosterior
    from bayes_rsa.sensitivity.plan import Plan

NAMES: Final = ("eti_lower", "median", "eti_upper")


def asked(plan: Plan, post: ExactPosterior) -> dict[str, Any]:
    """Every column of one cell."""
    pairs = [post.probability(event) for event in plan.events]
    probabilities = {
        "probability": [value for value, _ in pairs],
        "error": [error for _, error in pairs],
    }
    return probabilities | limits(plan, post) | {"passed": True, "reason": ""}


def limits(plan: Plan, post: ExactPosterior) -> dict[str, Any]:
    """Median and interval of each estimand, with their errors.

    The error of a quantile is that of the distribution function, over the density.
    """
    levels = np.array(plan.quantiles)
    row: dict[str, Any] = {f"{name}{end}": [] for name in NAMES for end in ("", "_error")}
    for key in plan.estimands:
        law = post.distribution(key)
        values = law.ppf(levels)
        error = max(1e-14, *(curve.error for curve in law.curves))
        with np.errstate(divide="ignore"):
            errors = error / law.pdf(values)
        for k, name in enumerate(NAMES):
            row[name].append(float(values[k]))
            row[f"{name}_error"].append(float(errors[k]))
    return row


def refused(plan: Plan, reason: str) -> dict[str, Any]:
    """A cell without numbers, and why."""
    row: dict[str, Any] = {name: [math.nan] * len(plan.events) for name in ("probability", "error")}
    for name in NAMES:
        row[name] = [math.nan] * len(plan.estimands)
        row[f"{name}_error"] = [math.nan] * len(plan.estimands)
    return row | {"passed": False, "reason": reason}
