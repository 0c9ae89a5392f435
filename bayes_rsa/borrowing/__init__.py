"""Borrowing from external studies: a prior made of them, and how much it brings.

The meta-analytic predictive distribution, a power prior and a commensurate prior each become a
:class:`bayes_rsa.Prior`, for both engines and for sweeps; :func:`borrowed` says what one of them,
mixed with a vague part, does to a trial's answer.
"""

from __future__ import annotations

from bayes_rsa.borrowing.amount import Borrowed, borrowed
from bayes_rsa.borrowing.commensurate import commensurate_prior, spike_and_slab
from bayes_rsa.borrowing.fitting import FittedPrior, fit_mixture
from bayes_rsa.borrowing.power import PowerPrior, power_prior_control, power_prior_effect
from bayes_rsa.borrowing.predictive import PredictiveDraws, predictive
from bayes_rsa.borrowing.robust import robustify

__all__ = [
    "Borrowed",
    "FittedPrior",
    "PowerPrior",
    "PredictiveDraws",
    "borrowed",
    "commensurate_prior",
    "fit_mixture",
    "power_prior_control",
    "power_prior_effect",
    "predictive",
    "robustify",
    "spike_and_slab",
]
