"""Posterior summaries and probabilities, whichever engine made the posterior."""

from __future__ import annotations

from bayes_rsa.summaries.draws import DrawsPosterior
from bayes_rsa.summaries.posterior import (
    Posterior,
    as_posterior,
    nnt,
    probability,
    probability_record,
    summarize,
    summary_records,
)
from bayes_rsa.summaries.transport import AbsoluteEffect, absolute_effects

__all__ = [
    "AbsoluteEffect",
    "DrawsPosterior",
    "Posterior",
    "absolute_effects",
    "as_posterior",
    "nnt",
    "probability",
    "probability_record",
    "summarize",
    "summary_records",
]
