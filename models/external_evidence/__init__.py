"""External studies beside the trial: what they predict for it, and how much is borrowed from them.

Each model takes the studies as data (``bayes_rsa.evidence``) and states what links them to the
trial: random effects, a common parameter with a difference, a discounted likelihood, a shared bias.
"""

from __future__ import annotations

from bayes_rsa.models.external_evidence.commensurate import commensurate
from bayes_rsa.models.external_evidence.meta_analysis import meta_analytic_predictive
from bayes_rsa.models.external_evidence.power_prior import power_prior_control, power_prior_effect
from bayes_rsa.models.external_evidence.shared_bias import shared_bias

__all__ = [
    "commensurate",
    "meta_analytic_predictive",
    "power_prior_control",
    "power_prior_effect",
    "shared_bias",
]
