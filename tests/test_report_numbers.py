"""Printed numbers: digits follow the error, ids are unique, P is never 0 or 1."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsa.report.numbers import PLACES, WITHHELD, Numbers, places, written
from bayes_rsa.report.quoting import statement_slug

finite = st.floats(-1e4, 1e4, allow_nan=False)
errors = st.floats(1e-9, 1e2, allow_nan=False)


@given(finite, st.sampled_from(sorted(PLACES)), errors)
def test_the_last_place_is_at_least_one_monte_carlo_error(
    value: float, kind: str, error: float
) -> None:
    assert 10.0 ** -places(value, kind, error) >= error * (1 - 1e-8)


@given(finite, st.sampled_from(sorted(PLACES)), errors)
def test_the_digits_are_no_fewer_than_the_error_allows(
    value: float, kind: str, error: float
) -> None:
    shown = places(value, kind, error)
    most = places(value, kind)
    assert shown == most or 10.0 ** -(shown + 1) < error


@given(finite, st.sampled_from(["log", "difference", "percent", "nnt", "z"]), errors)
def test_the_text_is_the_value_rounded(value: float, kind: str, error: float) -> None:
    text = written(value, kind, error)
    unit = 10.0 ** -places(value, kind, error)
    shown = float(text.replace(",", "").replace("\u2212", "-"))
    assert abs(shown - value) <= unit / 2 * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize(
    ("value", "kind", "error", "text"),
    [
        (2.0794, "ratio", 0.005, "2.08"),
        (2.0794, "ratio", 0.02, "2.1"),
        (2.0794, "ratio", None, "2.08"),
        (24.04, "ratio", None, "24.0"),
        (166.6, "ratio", None, "167"),
        (123.4, "ratio", 20.0, "100"),
        (0.0534, "ratio", None, "0.053"),
        (3.1e-9, "ratio", None, "3.1\u202f×\u202f10⁻⁹"),
        (3.25e8, "ratio", None, "3.2\u202f×\u202f10⁸"),
        (0.98283, "probability", 0.0008, "0.983"),
        (0.98283, "probability", 0.002, "0.98"),
        (0.98283, "exact probability", 1e-12, "0.9828"),
        (0.0, "probability", 0.0001, "<0.001"),
        (1.0, "probability", 0.0001, ">0.999"),
        (1.0, "exact probability", 1e-12, ">0.9999"),
        (0.0000001, "p-value", None, "<0.0001"),
        (-0.0001, "log", 0.001, "0.000"),
        (-0.735, "log", 0.001, "\u22120.735"),
        (7e-12, "error", None, "7\u202f×\u202f10⁻¹²"),
        (0.00081, "error", None, "0.0008"),
        (36842, "count", None, "36,842"),
        (math.inf, "nnt", None, "\u221e"),
        (-math.inf, "log", None, "\u2212\u221e"),
        (math.nan, "log", None, "\u2013"),
        (None, "log", None, "\u2013"),
    ],
)
def test_numbers_as_printed(value: float | None, kind: str, error: float | None, text: str) -> None:
    assert written(value, kind, error) == text


def test_a_withheld_number_keeps_neither_value_nor_error() -> None:
    number = Numbers().add("reference.or", 2.1, "ratio", error=0.01, engine="nuts", withheld=True)
    assert (number.value, number.text, number.error) == (None, WITHHELD, None)


def test_an_id_names_one_number() -> None:
    numbers = Numbers()
    first = numbers.add("a.b", 1.0, "ratio", engine="exact")
    assert numbers.add("a.b", 1.0, "ratio", engine="exact") == first
    with pytest.raises(ValueError, match="share the id"):
        numbers.add("a.b", 2.0, "ratio", engine="exact")
    with pytest.raises(ValueError, match="not the id"):
        numbers.add("A b", 2.0, "ratio", engine="exact")


def test_infinite_values_are_null_in_json() -> None:
    numbers = Numbers()
    numbers.add("nnt", math.inf, "nnt", engine="exact")
    assert numbers.to_dict() == {
        "nnt": {"value": None, "text": "\u221e", "error": None, "engine": "exact"}
    }


@pytest.mark.parametrize(
    ("statement", "slug"),
    [
        ("OR > 1.25", "or_gt_1.25"),
        ("RD > 0.10", "rd_gt_0.1"),
        ("RD > -.05", "rd_gt_minus_0.05"),
        ("0.9091 < OR < 1.1", "0.9091_lt_or_lt_1.1"),
        ("log OR < 1e-7", "log_or_lt_1eminus_07"),
        ("NNT < 10", "nnt_lt_10"),
        ("p_treatment > .5", "p_treatment_gt_0.5"),
        ("benefit", "benefit"),
    ],
)
def test_a_statement_in_an_id(statement: str, slug: str) -> None:
    assert statement_slug(statement) == slug
    Numbers().add(f"reference.p.{slug}", 0.5, "probability", engine="exact")
