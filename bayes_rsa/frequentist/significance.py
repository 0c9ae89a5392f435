"""Tests of equal risks in a 2x2 table: Wald, chi-squared family, Fisher, mid-P."""

from __future__ import annotations

import math

from bayes_rsa.frequentist.hypergeometric import Conditional
from bayes_rsa.frequentist.normal import chi_squared_p, two_sided_p
from bayes_rsa.frequentist.odds_ratio import odds_ratio
from bayes_rsa.frequentist.records import Estimate, PValue, checked_counts, empty_margin
from bayes_rsa.frequentist.risks import risk_difference, risk_ratio

__all__ = [
    "fisher_doubled_test",
    "fisher_one_sided_test",
    "fisher_test",
    "likelihood_ratio_test",
    "mid_p_doubled_test",
    "mid_p_test",
    "n_minus_1_test",
    "one_sided_tests",
    "pearson_test",
    "two_sided_tests",
    "wald_risk_difference_test",
    "wald_risk_ratio_test",
    "wald_test",
    "yates_test",
]


def wald_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Wald test of the log odds ratio; none (``nan``) when a cell is empty.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.
    """
    return _wald(odds_ratio(y1, n1, y0, n0), "Wald (log odds ratio)")


def wald_risk_ratio_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Wald test of the log risk ratio; none (``nan``) when an arm has no event."""
    return _wald(risk_ratio(y1, n1, y0, n0), "Wald (log risk ratio)")


def wald_risk_difference_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Wald test of the risk difference, with its unpooled standard error."""
    estimate = risk_difference(y1, n1, y0, n0)
    return _wald(estimate, "Wald (risk difference)", log=False)


def pearson_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Pearson's chi-squared test, without correction.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.

    Returns
    -------
    PValue
        ``nan``, with the reason, when a margin of the table is empty.
    """
    return _chi_squared((y1, n1, y0, n0), "Pearson")


def n_minus_1_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """The "N - 1" chi-squared test (Campbell 2007, doi 10.1002/sim.2832)."""
    return _chi_squared((y1, n1, y0, n0), "N-1")


def yates_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Chi-squared test with Yates's continuity correction."""
    return _chi_squared((y1, n1, y0, n0), "Yates")


def likelihood_ratio_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Likelihood-ratio chi-squared test (G test)."""
    return _chi_squared((y1, n1, y0, n0), "likelihood ratio")


def fisher_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Fisher's exact test, two-sided by minimum likelihood: tables no likelier than the observed.

    Parameters
    ----------
    y1, n1, y0, n0
        Events and patients on treatment, then on control.

    Returns
    -------
    PValue
        1 when the margins admit only one table.
    """
    table = Conditional.of_cells(checked_counts(y1, n1, y0, n0))
    return PValue(table.minimum_likelihood(), math.nan, "Fisher")


def fisher_one_sided_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Fisher's exact test, one-sided in the direction that was observed."""
    p = _smaller_tail((y1, n1, y0, n0), 1.0)
    return PValue(p, math.nan, "Fisher (one-sided)", "one-sided")


def fisher_doubled_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Fisher's exact test, two-sided by doubling; the one that agrees with the exact interval."""
    p = min(1.0, 2.0 * _smaller_tail((y1, n1, y0, n0), 1.0))
    return PValue(p, math.nan, "Fisher (doubled one-sided)")


def mid_p_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Mid-P exact test, two-sided by minimum likelihood: Fisher less half the observed table."""
    cells = checked_counts(y1, n1, y0, n0)
    name, reason = "mid-P (minimum likelihood)", empty_margin(cells)
    if reason:
        return PValue(math.nan, math.nan, name, reason=reason)
    table = Conditional.of_cells(cells)
    return PValue(table.minimum_likelihood() - table.observed() / 2.0, math.nan, name)


def mid_p_doubled_test(y1: int, n1: int, y0: int, n0: int) -> PValue:
    """Mid-P exact test, two-sided by doubling; the one that agrees with the mid-P interval."""
    name, reason = "mid-P (doubled one-sided)", empty_margin(checked_counts(y1, n1, y0, n0))
    if reason:
        return PValue(math.nan, math.nan, name, reason=reason)
    return PValue(min(1.0, 2.0 * _smaller_tail((y1, n1, y0, n0), 0.5)), math.nan, name)


def two_sided_tests(y1: int, n1: int, y0: int, n0: int) -> tuple[PValue, ...]:
    """The named two-sided tests of the odds ratio, Yates's corrected one last."""
    counts = (y1, n1, y0, n0)
    return (
        wald_test(*counts),
        pearson_test(*counts),
        n_minus_1_test(*counts),
        likelihood_ratio_test(*counts),
        fisher_test(*counts),
        mid_p_test(*counts),
        mid_p_doubled_test(*counts),
        yates_test(*counts),
    )


def one_sided_tests(y1: int, n1: int, y0: int, n0: int) -> tuple[PValue, ...]:
    """One-sided forms, in the direction observed: Wald, Pearson, Fisher and mid-P."""
    counts = (y1, n1, y0, n0)
    halves = tuple(
        PValue(test.p / 2.0, test.statistic, f"{name} (one-sided)", "one-sided", test.reason)
        for name, test in (
            ("Wald", wald_test(*counts)),
            ("Pearson", pearson_test(*counts)),
            ("mid-P", mid_p_doubled_test(*counts)),
        )
    )
    return (*halves, fisher_one_sided_test(*counts))


def _wald(estimate: Estimate, method: str, *, log: bool = True) -> PValue:
    error = estimate.standard_error
    if not error > 0.0:
        reason = estimate.reason or "the standard error is zero"
        return PValue(math.nan, math.nan, method, reason=reason)
    z = (math.log(estimate.value) if log else estimate.value) / error
    return PValue(two_sided_p(z), z, method)


def _chi_squared(counts: tuple[int, int, int, int], method: str) -> PValue:
    cells = checked_counts(*counts)
    reason = empty_margin(cells)
    if reason:
        return PValue(math.nan, math.nan, method, reason=reason)
    a, b, c, d = cells
    total = a + b + c + d
    rows_columns = (a + b) * (c + d) * (a + c) * (b + d)
    if method == "likelihood ratio":
        expected = (
            (a, (a + b) * (a + c)),
            (b, (a + b) * (b + d)),
            (c, (c + d) * (a + c)),
            (d, (c + d) * (b + d)),
        )
        terms = (cell * math.log(cell * total / fit) for cell, fit in expected if cell)
        statistic = max(0.0, 2.0 * math.fsum(terms))
    else:
        # Whole numbers until the division: exact at any size.
        twice = 2 * abs(a * d - b * c)
        if method == "Yates":
            twice = max(0, twice - total)
        scale = total - 1 if method == "N-1" else total
        statistic = scale * twice**2 / (4 * rows_columns)
    return PValue(chi_squared_p(statistic), statistic, method)


def _smaller_tail(counts: tuple[int, int, int, int], observed_weight: float) -> float:
    table = Conditional.of_cells(checked_counts(*counts))
    return min(1.0, *(math.exp(table.tail(0.0, side, observed_weight)) for side in (1, -1)))
