"""Everything that a report prints, computed and not yet worded."""

from __future__ import annotations

from bayes_rsa.report.results.classical import Classical
from bayes_rsa.report.results.predictive import Predicted, Predictive
from bayes_rsa.report.results.records import Analysed, Answer, Results
from bayes_rsa.report.results.run import Progress, run, slug
from bayes_rsa.report.results.sensitivity import Sensitivity

__all__ = [
    "Analysed",
    "Answer",
    "Classical",
    "Predicted",
    "Predictive",
    "Progress",
    "Results",
    "Sensitivity",
    "run",
    "slug",
]
