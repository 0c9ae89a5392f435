"""The printed P value against the named tests of the counts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayes_rsa.audit.against_counts import Counts, shown
from bayes_rsa.audit.finding import Finding, finite
from bayes_rsa.audit.rounding import Agreement, agreement, units_off
from bayes_rsa.frequentist import (
    PValue,
    one_sided_tests,
    two_sided_tests,
    wald_risk_difference_test,
    wald_risk_ratio_test,
)
from bayes_rsa.trial import Printed

__all__ = ["p_value_finding"]


def p_value_finding(printed: Printed, measure: str, counts: Counts) -> Finding:
    """Compare a printed P with every named test; the two-sided one that agrees best counts.

    A P that only a one-sided or Yates's corrected test gives fails, and the note names the test.

    Parameters
    ----------
    printed
        The P as printed, possibly a bound.
    measure
        ``OR``, ``RR`` or ``RD``: the Wald test on the printed measure's own scale counts too.
    counts
        Events and patients on treatment, then on control.
    """
    named = [test for test in two_sided_tests(*counts) if test.method != "Yates"]
    if measure == "RR":
        named.insert(1, wald_risk_ratio_test(*counts))
    elif measure == "RD":
        named.insert(1, wald_risk_difference_test(*counts))
    named = [test for test in named if math.isfinite(test.p)]
    other = [test for test in two_sided_tests(*counts) if test.method == "Yates"]
    other += one_sided_tests(*counts)
    best = min(named, key=lambda test: (agreement(printed, test.p), _distance(printed, test.p)))
    agrees = agreement(printed, best.p)
    return Finding(
        "P",
        str(printed),
        finite(best.p),
        best.method,
        finite(_distance(printed, best.p)),
        agrees,
        _note(printed, named, other, agrees),
    )


def _distance(printed: Printed, p: float) -> float:
    """Units from the printed P; 0 for a bound that holds."""
    if printed.relation != "=" and agreement(printed, p) is Agreement.MATCHES:
        return 0.0
    return units_off(printed, p)


def _note(
    printed: Printed, named: Sequence[PValue], other: Sequence[PValue], agrees: Agreement
) -> str:
    fits = [test for test in named if agreement(printed, test.p) is agrees]
    if agrees is not Agreement.FAILS:
        listed = ", ".join(f"{test.method} {shown(printed, test.p)}" for test in fits)
        how = "up to rounding " if agrees is Agreement.UP_TO_ROUNDING else ""
        misses = [test for test in other if test.method == "Yates" and _misses(printed, test)]
        missed = "".join(f"; {test.method} {shown(printed, test.p)} does not" for test in misses)
        return f"fits {how}{listed}{missed}."
    values = sorted(test.p for test in named)
    yates = [test for test in other if test.method == "Yates" and _misses(printed, test)]
    gaps = sorted(_distance(printed, test.p) for test in (*named, *yates))
    note = (
        f"no uncorrected two-sided test gives it: they give {shown(printed, values[0])} to "
        f"{shown(printed, values[-1])}; {'with Yates, ' if yates else ''}they miss by "
        f"{gaps[0]:.2f} to {gaps[-1]:.2f} units of the last place"
    )
    only = [test for test in other if agreement(printed, test.p) is not Agreement.FAILS]
    if only:
        listed = ", ".join(f"{test.method} {shown(printed, test.p)}" for test in only)
        note += f"; only {listed} would"
    return note + "."


def _misses(printed: Printed, test: PValue) -> bool:
    return math.isfinite(test.p) and agreement(printed, test.p) is Agreement.FAILS
