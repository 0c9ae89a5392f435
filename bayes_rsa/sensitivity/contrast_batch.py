"""Many effect priors at once on the log odds ratio: probabilities, and quantiles of the odds ratio.

The likelihood with the nuisance integrated out does not depend on the effect prior: it is computed
once, and every prior is then a row of one matrix product. What that cannot resolve (a very narrow
prior, heavy tails, kinks) is computed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa.errors import AccuracyError
from bayes_rsa.sensitivity.columns import Values
from bayes_rsa.sensitivity.contrast_quantiles import Panels, log_odds_ratio_quantiles
from bayes_rsa.sensitivity.rows import NAMES, limits, refused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bayes_rsa.exact import ContrastLikelihood
    from bayes_rsa.priors import Prior
    from bayes_rsa.sensitivity.plan import Plan

    Floats = NDArray[np.float64]

FAST: Final = ("odds_ratio", "log_odds_ratio")
"""Estimands whose quantiles come with the matrix product; others need a posterior each."""


def batch(panels: Panels, plan: Plan, priors: Sequence[Prior]) -> Values:
    """Every column for these effect priors."""
    columns: dict[str, Any] = {"probability": [[]] * len(priors), "error": [[]] * len(priors)}
    reasons = [""] * len(priors)
    if plan.events:
        probability, error = _probabilities(panels.likelihood, plan, priors, reasons)
        columns |= {"probability": probability.tolist(), "error": error.tolist()}
    columns |= {k: v.tolist() for k, v in _summaries(panels, plan, priors, reasons).items()}
    return columns | {"passed": [not reason for reason in reasons], "reason": reasons}


def _probabilities(
    likelihood: ContrastLikelihood, plan: Plan, priors: Sequence[Prior], reasons: list[str]
) -> tuple[Floats, Floats]:
    try:
        return likelihood.probabilities(priors, plan.events)
    except AccuracyError:
        # One of them cannot be done: find out which.
        shape = (len(priors), len(plan.events))
        probability, error = np.full(shape, np.nan), np.full(shape, np.nan)
        for k, prior in enumerate(priors):
            try:
                probability[k], error[k] = (
                    x[0] for x in likelihood.probabilities([prior], plan.events)
                )
            except AccuracyError as refusal:
                reasons[k] = str(refusal)
        return probability, error


def _summaries(
    panels: Panels, plan: Plan, priors: Sequence[Prior], reasons: list[str]
) -> dict[str, Floats]:
    shape = (len(priors), len(plan.estimands))
    found = {f"{name}{end}": np.full(shape, np.nan) for name in NAMES for end in ("", "_error")}
    fast = [k for k, key in enumerate(plan.estimands) if key in FAST]
    alone = np.zeros(len(priors), dtype=bool) if fast else np.ones(len(priors), dtype=bool)
    if fast:
        t, error = log_odds_ratio_quantiles(panels, priors, plan.quantiles)
        alone |= ~np.isfinite(t).all(axis=1)
        for k in fast:
            ratio = plan.estimands[k] == "odds_ratio"
            with np.errstate(over="ignore"):
                x, e = (np.exp(t), np.exp(t) * error) if ratio else (t, error)
            for j, name in enumerate(NAMES):
                found[name][:, k], found[f"{name}_error"][:, k] = x[:, j], e[:, j]
    if len(fast) < len(plan.estimands):
        alone[:] = True
    for i in np.flatnonzero(alone) if plan.estimands else ():
        if reasons[i]:
            continue
        try:
            row = limits(plan, panels.likelihood.posterior(priors[int(i)]))
        except AccuracyError as refusal:
            reasons[i] = str(refusal)
            row = refused(plan, str(refusal))
        for name, column in found.items():
            column[i] = row[name]
    return found
