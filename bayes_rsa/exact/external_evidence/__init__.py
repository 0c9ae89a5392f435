"""External evidence by quadrature: what studies say about the trial, and predict for it.

:func:`meta_analytic_predictive` has binomial likelihoods and takes the arguments of its PyMC
namesake; :func:`normal_meta_analysis` is the textbook normal model beside it.
"""

from __future__ import annotations

from bayes_rsa.exact.external_evidence.laws import KernelLaw, Law, PanelLaw
from bayes_rsa.exact.external_evidence.normal_model import RandomEffects, normal_meta_analysis
from bayes_rsa.exact.external_evidence.pooled import Pooled, pool, pool_set
from bayes_rsa.exact.external_evidence.predictive import meta_analytic_predictive
from bayes_rsa.exact.external_evidence.siblings import SharedBias, normal_shared_bias
from bayes_rsa.exact.external_evidence.solving import MetaAnalyticPredictive

__all__ = [
    "KernelLaw",
    "Law",
    "MetaAnalyticPredictive",
    "PanelLaw",
    "Pooled",
    "RandomEffects",
    "SharedBias",
    "meta_analytic_predictive",
    "normal_meta_analysis",
    "normal_shared_bias",
    "pool",
    "pool_set",
]
