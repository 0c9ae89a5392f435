"""A trial that is not taken at its word: bias, discount, missing and misclassified outcomes.

Each model takes priors on the true risks (``treatment`` and ``control``, or ``effect`` with
``baseline`` or ``midpoint``) and priors on what is doubted; a prior that is a point fixes it.
``bayes_rsa.exact.doubt`` has the same functions by quadrature.
"""

from __future__ import annotations

from bayes_rsa.models.doubt.bias import additive_bias
from bayes_rsa.models.doubt.discount import discounted
from bayes_rsa.models.doubt.misclassification import misclassified_outcomes
from bayes_rsa.models.doubt.missing import missing_outcomes

__all__ = ["additive_bias", "discounted", "misclassified_outcomes", "missing_outcomes"]
