"""Classical analysis of a 2x2 table, and of a printed effect with its interval.

Pure functions of counts ``(y1, n1, y0, n0)``, treatment first, that return plain records. Empty
cells and arms give infinite limits or ``nan`` with the reason in words, never a silent continuity
correction.
"""

from __future__ import annotations

from bayes_rsa.frequentist.evidence_bounds import maximum_bayes_factor, sellke_bound
from bayes_rsa.frequentist.normal import chi_squared_p, critical_value, two_sided_p
from bayes_rsa.frequentist.odds_ratio import (
    conditional_odds_ratio,
    odds_ratio,
    odds_ratio_exact,
    odds_ratio_intervals,
    odds_ratio_mid_p,
    odds_ratio_profile,
    odds_ratio_wald,
)
from bayes_rsa.frequentist.records import Estimate, Interval, PValue
from bayes_rsa.frequentist.reported import Implied, implied_by_interval
from bayes_rsa.frequentist.risks import (
    number_needed_to_treat,
    risk_difference,
    risk_difference_newcombe,
    risk_difference_wald,
    risk_ratio,
    risk_ratio_wald,
)
from bayes_rsa.frequentist.significance import (
    fisher_doubled_test,
    fisher_one_sided_test,
    fisher_test,
    likelihood_ratio_test,
    mid_p_doubled_test,
    mid_p_test,
    n_minus_1_test,
    one_sided_tests,
    pearson_test,
    two_sided_tests,
    wald_risk_difference_test,
    wald_risk_ratio_test,
    wald_test,
    yates_test,
)

__all__ = [
    "Estimate",
    "Implied",
    "Interval",
    "PValue",
    "chi_squared_p",
    "conditional_odds_ratio",
    "critical_value",
    "fisher_doubled_test",
    "fisher_one_sided_test",
    "fisher_test",
    "implied_by_interval",
    "likelihood_ratio_test",
    "maximum_bayes_factor",
    "mid_p_doubled_test",
    "mid_p_test",
    "n_minus_1_test",
    "number_needed_to_treat",
    "odds_ratio",
    "odds_ratio_exact",
    "odds_ratio_intervals",
    "odds_ratio_mid_p",
    "odds_ratio_profile",
    "odds_ratio_wald",
    "one_sided_tests",
    "pearson_test",
    "risk_difference",
    "risk_difference_newcombe",
    "risk_difference_wald",
    "risk_ratio",
    "risk_ratio_wald",
    "sellke_bound",
    "two_sided_p",
    "two_sided_tests",
    "wald_risk_difference_test",
    "wald_risk_ratio_test",
    "wald_test",
    "yates_test",
]
