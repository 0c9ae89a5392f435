"""The audit: worked examples finding by finding, its rounding rules, and honest numbers."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from bayes_rsa import frequentist as fq
from bayes_rsa.audit import Agreement, Audit, Finding, audit
from bayes_rsa.audit.rounding import agreement, units_off
from bayes_rsa.errors import InputError
from bayes_rsa.trial import Printed, ReportedEffect, Trial

CONSISTENT, ROUNDING, INCONSISTENT = "consistent", "consistent up to rounding", "inconsistent"
MATCHES, TWICE, FAILS = Agreement.MATCHES, Agreement.UP_TO_ROUNDING, Agreement.FAILS
TRIAL = (60, 75, 47, 74)


def printed_trial(
    counts: tuple[int, int, int, int],
    estimate: str | None = None,
    ci: tuple[str, str] | None = None,
    p: str | None = None,
    *,
    percentages: tuple[str | None, str | None] = (None, None),
    **effect: Any,
) -> Trial:
    """A trial with these counts and these printed numbers."""
    y1, n1, y0, n0 = counts
    effect.setdefault("measure", "OR")
    reported = None
    if (estimate, ci, p) != (None, None, None):
        reported = ReportedEffect(
            estimate=estimate and Printed(estimate),
            ci=ci and (Printed(ci[0]), Printed(ci[1])),
            p_value=p and Printed(p),
            **effect,
        )
    treatment, control = (text and Printed(text) for text in percentages)
    return Trial.from_counts(
        treatment=(y1, n1),
        control=(y0, n0),
        reported=reported,
        percentages=(treatment or None, control or None),
    )


def by_name(result: Audit) -> dict[str, Finding]:
    found = {finding.statistic: finding for finding in result.findings}
    assert len(found) == len(result.findings)
    return found


TACROLIMUS = printed_trial(TRIAL, "2.30", ("1.10", "4.81"), "0.03", percentages=("80.00", "63.51"))
ETANERCEPT = printed_trial(
    (85, 95, 67, 93), "3.30", ("1.49", "7.32"), "0.01", percentages=("89.47", "72.04")
)
CICLOSPORIN = printed_trial(
    (75, 101, 59, 100), "2.01", ("1.10", "3.65"), "0.01", percentages=("74.26", "59.00")
)


# ---- the worked examples ----------------------------------------------------------------------

SYMMETRY, IMPLIED = "geometric symmetry", "P implied by the interval"


@pytest.mark.parametrize(
    ("trial", "verdict", "grades"),
    [
        (
            TACROLIMUS,
            ROUNDING,
            {
                "percentage (treatment)": MATCHES,
                "percentage (control)": MATCHES,
                "odds ratio": MATCHES,
                "lower limit": MATCHES,
                "upper limit": TWICE,
                "P": MATCHES,
                SYMMETRY: MATCHES,
                IMPLIED: MATCHES,
            },
        ),
        (
            printed_trial((44, 124, 57, 125), "0.66", ("0.39", "1.09")),
            CONSISTENT,
            {
                "odds ratio": MATCHES,
                "lower limit": MATCHES,
                "upper limit": MATCHES,
                SYMMETRY: MATCHES,
            },
        ),
        (
            ETANERCEPT,
            INCONSISTENT,
            {
                "percentage (treatment)": MATCHES,
                "percentage (control)": MATCHES,
                "odds ratio": MATCHES,
                "lower limit": MATCHES,
                "upper limit": MATCHES,
                "P": FAILS,
                SYMMETRY: MATCHES,
                IMPLIED: FAILS,
            },
        ),
        (
            CICLOSPORIN,
            INCONSISTENT,
            {
                "percentage (treatment)": MATCHES,
                "percentage (control)": MATCHES,
                "odds ratio": TWICE,
                "lower limit": MATCHES,
                "upper limit": MATCHES,
                "P": FAILS,
                SYMMETRY: MATCHES,
                IMPLIED: FAILS,
            },
        ),
    ],
    ids=["tacrolimus", "44/124 v 57/125", "etanercept", "ciclosporin"],
)
def test_worked_examples(trial: Trial, verdict: str, grades: dict[str, Agreement]) -> None:
    result = audit(trial)
    assert result.verdict == verdict
    assert {name: finding.agreement for name, finding in by_name(result).items()} == grades


def test_tacrolimus_in_detail() -> None:
    found = by_name(audit(TACROLIMUS))
    upper = found["upper limit"]
    assert upper.method == found["lower limit"].method == "Wald"
    assert upper.recomputed == pytest.approx(4.804898767, abs=1e-8)
    assert upper.units_off == pytest.approx(0.51, abs=0.005)
    assert upper.ok
    assert "2.30*exp(1.96*SE) = 4.809" in upper.note
    assert "prints 4.81 too" in upper.note
    note = found["P"].note
    assert all(f"{test} 0.0" in note for test in ("Pearson", "Wald (log odds ratio)", "Fisher"))
    assert "Yates 0.03994 does not" in note
    assert found[IMPLIED].recomputed == pytest.approx(0.0269, abs=5e-5)
    assert found[SYMMETRY].recomputed == pytest.approx(2.300, abs=5e-4)
    summary = audit(TACROLIMUS).summary
    assert summary == "The printed numbers are consistent up to rounding: upper limit 4.81."


def test_siblings_in_detail() -> None:
    p = by_name(audit(ETANERCEPT))["P"]
    assert "with Yates, they miss by 0.56 to 0.79 units" in p.note
    assert 0.56 < p.units_off < 0.79
    p = by_name(audit(CICLOSPORIN))["P"]
    assert "only Wald (one-sided)" in p.note
    assert by_name(audit(CICLOSPORIN))["odds ratio"].units_off == pytest.approx(0.5437, abs=1e-4)
    assert [finding.statistic for finding in audit(ETANERCEPT).flagged] == ["P", IMPLIED]


# ---- rounding ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("2.30", Fraction(2295, 1000), MATCHES),
        ("2.29", Fraction(2295, 1000), TWICE),
        ("2.30", Fraction(2305, 1000), TWICE),
        ("2.30", Fraction(23055, 10000), TWICE),
        ("2.30", Fraction(230551, 100000), FAILS),
        ("2.30", Fraction(22945, 10000), TWICE),
        ("2.30", Fraction(229449, 100000), FAILS),
        ("2.3", 2.34, MATCHES),
        ("2.3", 2.36, FAILS),
        ("-0.5", Fraction(-45, 100), MATCHES),
        ("-0.4", Fraction(-45, 100), TWICE),
        ("12", Fraction(25, 2), TWICE),
        ("13", Fraction(25, 2), MATCHES),
        ("0.00", 0.004, MATCHES),
        ("1.0", math.nan, FAILS),
        ("1.0", math.inf, FAILS),
        ("<0.05", 0.0499, MATCHES),
        ("<0.05", 0.05, FAILS),
        (">0.05", 0.06, MATCHES),
        (">0.05", 0.04, FAILS),
    ],
)
def test_every_rounding_rule(text: str, value: Fraction | float, wanted: Agreement) -> None:
    assert agreement(Printed(text), value) is wanted


def test_last_place_is_the_printed_one() -> None:
    assert units_off(Printed("2.30"), Fraction(9, 4)) == 5.0
    assert units_off(Printed("2.3"), Fraction(9, 4)) == 0.5
    assert by_name(audit(printed_trial(TRIAL, "2.3")))["odds ratio"].agreement is MATCHES
    assert by_name(audit(printed_trial(TRIAL, "2.300")))["odds ratio"].agreement is FAILS


@pytest.mark.parametrize(
    ("p", "verdict", "note"),
    [
        ("0.03", CONSISTENT, "Fisher"),
        ("0.027", CONSISTENT, "Wald (log odds ratio)"),
        ("0.0253", CONSISTENT, "Pearson"),
        ("0.0258", CONSISTENT, "N-1"),
        ("0.0246", CONSISTENT, "likelihood ratio"),
        ("0.0296", CONSISTENT, "Fisher"),
        ("0.0236", CONSISTENT, "mid-P (minimum likelihood)"),
        ("0.0272", CONSISTENT, "mid-P (doubled one-sided)"),
        ("0.04", INCONSISTENT, "only Yates 0.03994 would"),
        ("0.0399", INCONSISTENT, "only Yates 0.0399449 would"),
        ("0.01", INCONSISTENT, "only Wald (one-sided)"),
        ("0.0197", INCONSISTENT, "only Fisher (one-sided)"),
        ("0.05", INCONSISTENT, "no uncorrected two-sided test"),
        ("<0.05", CONSISTENT, "Fisher"),
        ("<0.03", CONSISTENT, "Fisher"),
        ("<0.024", CONSISTENT, "mid-P (minimum likelihood)"),
        ("<0.02", INCONSISTENT, "only"),
        ("<0.001", INCONSISTENT, "no uncorrected two-sided test"),
        (">0.05", INCONSISTENT, "no uncorrected two-sided test"),
    ],
)
def test_p_values_of_the_tacrolimus_counts(p: str, verdict: str, note: str) -> None:
    result = audit(printed_trial(TRIAL, p=p))
    assert result.verdict == verdict
    assert note in by_name(result)["P"].note


def test_both_limits_come_from_one_method() -> None:
    """The lower limit fits Wald, the upper one the exact interval: no interval is both."""
    result = audit(printed_trial(TRIAL, "2.30", ("1.10", "5.19")))
    assert result.verdict == INCONSISTENT
    found = by_name(result)
    assert found["lower limit"].method == found["upper limit"].method
    failed = next(f for f in (found["lower limit"], found["upper limit"]) if not f.ok)
    assert "would fit, but not with the other limit" in failed.note


@pytest.mark.parametrize("interval", fq.odds_ratio_intervals(*TRIAL), ids=lambda i: i.method)
def test_any_named_interval_is_consistent(interval: fq.Interval) -> None:
    ci = (f"{interval.lower:.3f}", f"{interval.upper:.3f}")
    result = audit(printed_trial(TRIAL, "2.298", ci))
    assert result.verdict == CONSISTENT
    assert by_name(result)["upper limit"].method == interval.method
    # Only the Wald interval is symmetric; the others' asymmetry is a finding, not a verdict.
    assert by_name(result)[SYMMETRY].ok == (interval.method == "Wald")


def test_conditional_estimate_goes_with_the_conditional_interval_only() -> None:
    assert audit(printed_trial(TRIAL, "2.28", ("1.04", "5.19"))).verdict == CONSISTENT
    beside_wald = audit(printed_trial(TRIAL, "2.28", ("1.10", "4.80")))
    assert beside_wald.verdict == INCONSISTENT
    assert "conditional maximum likelihood gives 2.28" in by_name(beside_wald)["odds ratio"].note
    assert audit(printed_trial(TRIAL, "2.28")).verdict == INCONSISTENT


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"estimate": "2.31"}, INCONSISTENT),
        ({"estimate": "2.29"}, INCONSISTENT),
        ({"ci": ("1.11", "4.80")}, INCONSISTENT),
        ({"ci": ("1.10", "4.80")}, CONSISTENT),
        ({"ci": ("1.10", "4.82")}, INCONSISTENT),
        ({"percentages": ("80.00", "63.52")}, INCONSISTENT),
        ({"percentages": ("80.01", None)}, INCONSISTENT),
        ({"percentages": ("80", "64")}, ROUNDING),
        ({"percentages": (None, "63.5")}, ROUNDING),
        ({"p": "0.02"}, ROUNDING),
        ({"ci": ("1.24", "4.27"), "ci_level": 0.9}, CONSISTENT),
        ({"ci": ("1.24", "4.27")}, INCONSISTENT),
    ],
)
def test_one_changed_number_changes_the_verdict(changed: dict[str, Any], verdict: str) -> None:
    fields: dict[str, Any] = {"estimate": "2.30", "ci": ("1.10", "4.81"), "p": "0.03"} | changed
    assert audit(printed_trial(TRIAL, **fields)).verdict == verdict


def test_swapped_trial_keeps_its_p() -> None:
    """Nobody printed the swapped estimate, so only P and the percentages are left to compare."""
    here, there = by_name(audit(TACROLIMUS)), by_name(audit(TACROLIMUS.swapped()))
    assert there["P"].recomputed == pytest.approx(here["P"].recomputed, rel=1e-12)
    assert there["P"].agreement is here["P"].agreement is MATCHES
    assert "odds ratio" not in there
    assert there["percentage (treatment)"].printed == here["percentage (control)"].printed


# ---- other measures, and no counts ------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "estimate", "ci", "name", "method"),
    [
        ("RR", "1.26", ("1.02", "1.55"), "risk ratio", "Wald"),
        ("RD", "0.165", ("0.023", "0.307"), "risk difference", "Wald"),
        ("RD", "0.165", ("0.020", "0.301"), "risk difference", "Newcombe"),
    ],
)
def test_other_measures_are_recomputed(
    *, measure: str, estimate: str, ci: tuple[str, str], name: str, method: str
) -> None:
    result = audit(printed_trial(TRIAL, estimate, ci, "0.03", measure=measure))
    assert result.verdict == CONSISTENT
    found = by_name(result)
    assert name in found
    assert found["lower limit"].method == method


def test_wald_test_of_the_printed_measure_counts() -> None:
    """Z of the log risk ratio, 2.190, gives 0.0285; no other named test prints that."""
    assert audit(printed_trial(TRIAL, "1.26", p="0.0285", measure="RR")).verdict == CONSISTENT
    assert audit(printed_trial(TRIAL, "2.30", p="0.0285")).verdict == INCONSISTENT
    assert audit(printed_trial(TRIAL, "0.165", p="0.0231", measure="RD")).verdict == CONSISTENT
    assert audit(printed_trial(TRIAL, "2.30", p="0.0231")).verdict == INCONSISTENT


def test_an_odds_ratio_printed_as_a_risk_ratio_is_found() -> None:
    result = audit(printed_trial(TRIAL, "2.30", ("1.10", "4.81"), measure="RR"))
    assert result.verdict == INCONSISTENT
    assert not by_name(result)["risk ratio"].ok


def test_hazard_ratio_is_compared_with_its_own_interval_only() -> None:
    trial = printed_trial(
        TRIAL, "1.50", ("1.10", "2.05"), "0.01", measure="HR", percentages=("80.0", None)
    )
    result = audit(trial)
    assert set(by_name(result)) == {"percentage (treatment)", SYMMETRY, IMPLIED}
    assert result.verdict == CONSISTENT
    assert "hazard ratio and its P cannot be recomputed" in result.summary


@pytest.mark.parametrize(
    ("fields", "flagged"),
    [
        ({"ci": ("1.10", "4.81"), "p_value": "0.03"}, []),
        ({"ci": ("1.10", "4.81"), "p_value": "<0.05"}, []),
        ({"ci": ("1.10", "4.81"), "p_value": "0.3"}, [IMPLIED]),
        ({"ci": ("1.10", "4.81"), "p_value": "<0.01"}, [IMPLIED]),
        ({"ci": ("1.10", "4.81"), "p_value": ">0.05"}, [IMPLIED]),
        ({"ci": ("1.10", "5.50"), "p_value": None}, [SYMMETRY]),
        ({"ci": ("1", "5"), "p_value": "0.05"}, []),
        ({"standard_error": 0.376, "p_value": "0.03"}, []),
        ({"standard_error": 0.376, "p_value": "0.06"}, ["P implied by the standard error"]),
    ],
)
def test_effect_alone_is_compared_with_itself(fields: dict[str, Any], flagged: list[str]) -> None:
    result = audit(Trial.from_effect(measure="OR", estimate="2.30", **fields))
    assert [finding.statistic for finding in result.flagged] == flagged
    # These checks hold for Wald intervals and tests only: a finding, never a verdict.
    assert result.verdict == CONSISTENT
    assert "could be recomputed" in result.summary
    assert all(name in result.summary for name in flagged)


@pytest.mark.parametrize(
    ("estimate", "ci", "p", "flagged"),
    [
        ("0.10", ("-0.02", "0.22"), "0.10", []),
        ("0.10", ("-0.02", "0.25"), None, ["arithmetic symmetry"]),
        ("0.10", ("-0.02", "0.22"), "0.01", [IMPLIED]),
        ("0.00", ("-0.10", "0.10"), "0.99", []),
    ],
)
def test_differences_are_symmetric_on_their_own_scale(
    estimate: str, ci: tuple[str, str], p: str | None, flagged: list[str]
) -> None:
    result = audit(Trial.from_effect(measure="RD", estimate=estimate, ci=ci, p_value=p))
    assert [finding.statistic for finding in result.flagged] == flagged


@pytest.mark.parametrize(
    "trial",
    [
        printed_trial(TRIAL),
        printed_trial(TRIAL, "1.50", measure="HR"),
        Trial.from_effect(measure="OR", log_effect=0.83, standard_error=0.38),
    ],
    ids=["counts", "hazard ratio", "computed effect"],
)
def test_nothing_to_compare_is_an_input_error(trial: Trial) -> None:
    with pytest.raises(InputError, match="nothing to compare") as caught:
        audit(trial)
    assert caught.value.field == "reported"


def test_adjusted_effect_that_does_not_fit_says_so() -> None:
    trial = printed_trial(TRIAL, "2.60", adjustment="age")
    assert "adjusted for age" in by_name(audit(trial))["odds ratio"].note


# ---- empty cells ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((5, 10, 0, 10), INCONSISTENT),
        ((0, 10, 0, 10), INCONSISTENT),
        ((10, 10, 10, 10), INCONSISTENT),
        ((0, 0, 5, 10), INCONSISTENT),
    ],
)
def test_an_estimate_that_does_not_exist_fails(
    counts: tuple[int, int, int, int], verdict: str
) -> None:
    result = audit(printed_trial(counts, "3.00", ("1.00", "9.00"), "0.04", percentages=("50", "0")))
    assert result.verdict == verdict
    found = by_name(result)
    assert found["odds ratio"].recomputed is None
    assert "none that could be printed" in found["odds ratio"].note
    json.dumps(result.to_dict(), allow_nan=False)


def test_exact_p_of_a_table_with_an_empty_cell() -> None:
    assert audit(printed_trial((5, 10, 0, 10), p="0.033")).verdict == CONSISTENT
    assert audit(printed_trial((0, 10, 0, 10), p="1.00")).verdict == CONSISTENT


# ---- JSON -------------------------------------------------------------------------------------


def test_json_form() -> None:
    result = audit(TACROLIMUS).to_dict()
    assert set(result) == {"verdict", "findings"}
    keys = {"statistic", "printed", "recomputed", "method", "units_off", "ok", "note"}
    assert all(set(finding) == keys for finding in result["findings"])
    assert result == json.loads(json.dumps(result, allow_nan=False))
    assert all(finding["note"].endswith(".") for finding in result["findings"])


def test_importing_needs_nothing_heavy() -> None:
    code = (
        "import sys, bayes_rsa.audit; "
        "heavy = {'scipy', 'pandas', 'pymc', 'arviz', 'xarray', 'matplotlib'}; "
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- honest numbers ---------------------------------------------------------------------------


def half_up(value: float | Fraction, *places: int) -> str:
    """Round half up to each number of places in turn, as a careful or a careless author would."""
    number = (
        Decimal(value)
        if isinstance(value, float)
        else (Decimal(value.numerator) / Decimal(value.denominator))
    )
    for place in places:
        number = number.quantize(Decimal(1).scaleb(-place), ROUND_HALF_UP)
    return str(number)


METHODS: dict[str, tuple[Callable[..., fq.Estimate], tuple[Callable[..., fq.Interval], ...]]] = {
    "OR": (
        fq.odds_ratio,
        (fq.odds_ratio_wald, fq.odds_ratio_profile, fq.odds_ratio_exact, fq.odds_ratio_mid_p),
    ),
    "RR": (fq.risk_ratio, (fq.risk_ratio_wald,)),
    "RD": (fq.risk_difference, (fq.risk_difference_wald, fq.risk_difference_newcombe)),
}


@some.composite
def honest(draw: some.DrawFn, *, twice: bool) -> tuple[Trial, Trial]:
    """A trial whose printed numbers follow from its counts, and the same with arms swapped."""
    n1, n0 = (draw(some.integers(4, 400)) for _ in range(2))
    y1, y0 = draw(some.integers(1, n1 - 1)), draw(some.integers(1, n0 - 1))
    measure = draw(some.sampled_from(sorted(METHODS)))
    estimate_of, intervals = METHODS[measure]
    interval_of = draw(some.sampled_from(intervals))
    test = draw(some.integers(0, 6))
    level = draw(some.sampled_from([0.9, 0.95, 0.99]))
    decimals, p_decimals, percent_decimals = (draw(some.integers(1, 5)) for _ in range(3))

    def printed(value: float | Fraction, places: int) -> str:
        return half_up(value, *((places + 1, places) if twice else (places,)))

    trials = []
    for counts in ((y1, n1, y0, n0), (y0, n0, y1, n1)):
        a, m1, c, m0 = counts
        estimate, interval = estimate_of(*counts), interval_of(*counts, level)
        text = printed(estimate.value, decimals)
        assume(measure == "RD" or float(text) > 0)
        limits = (printed(interval.lower, decimals), printed(interval.upper, decimals))
        assume(measure != "RD" or all(abs(float(limit)) <= 1 for limit in limits))
        trials.append(
            printed_trial(
                counts,
                text,
                limits,
                printed(fq.two_sided_tests(*counts)[test].p, p_decimals),
                percentages=(
                    printed(Fraction(100 * a, m1), percent_decimals),
                    printed(Fraction(100 * c, m0), percent_decimals),
                ),
                measure=measure,
                ci_level=level,
            )
        )
    return trials[0], trials[1]


@given(honest(twice=False))
@settings(max_examples=250, deadline=None)
def test_honest_numbers_are_consistent_whichever_arm_comes_first(pair: tuple[Trial, Trial]) -> None:
    results = [audit(trial) for trial in pair]
    # Decimal division rounds at 28 digits and floats at 16, so a value on the very edge of half a
    # unit may fall to either side; it is still within a number rounded twice.
    for result in results:
        edges = [f for f in result.findings if f.decides and f.agreement is not MATCHES]
        assert all(f.units_off == pytest.approx(0.5, abs=1e-9) for f in edges), result.summary
    first, second = (by_name(result)["P"] for result in results)
    assert first.printed == second.printed
    assert first.method == second.method
    assert first.recomputed == pytest.approx(second.recomputed, rel=1e-9)


@given(honest(twice=True))
@settings(max_examples=150, deadline=None)
def test_numbers_rounded_twice_are_consistent_up_to_rounding(pair: tuple[Trial, Trial]) -> None:
    for trial in pair:
        assert audit(trial).verdict in (CONSISTENT, ROUNDING)


@given(honest(twice=False), some.sampled_from([-3, -2, 2, 3]))
@settings(max_examples=150, deadline=None)
def test_a_shifted_percentage_is_found(pair: tuple[Trial, Trial], shift: int) -> None:
    trial = pair[0]
    text = trial.percentages[0]
    wrong = Decimal(str(text)) + shift * Decimal(1).scaleb(-text.decimals)
    assume(0 <= wrong <= 100)
    y1, n1, y0, n0 = trial.events[0], trial.n[0], trial.events[1], trial.n[1]
    result = audit(printed_trial((y1, n1, y0, n0), percentages=(str(wrong), None)))
    assert result.verdict == INCONSISTENT
    assert result.findings[0].units_off == pytest.approx(abs(shift), abs=0.51)
