"""A trial that is not taken at its word, by quadrature: the exact side of ``models.doubt``.

What is doubted (a bias, the missing, the misclassified) is integrated out, or fixed by a point
prior; then the arms or the contrast are left, as in any other exact posterior.
"""

from __future__ import annotations

from bayes_rsa.exact.doubt.bias import additive_bias
from bayes_rsa.exact.doubt.discount import discounted
from bayes_rsa.exact.doubt.misclassification import misclassified_outcomes
from bayes_rsa.exact.doubt.missing import missing_outcomes

__all__ = ["additive_bias", "discounted", "misclassified_outcomes", "missing_outcomes"]
