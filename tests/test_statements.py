"""Statements: what they mean for a trial, and what is not one."""

from __future__ import annotations

import math

import pytest

from bayes_rsa.errors import InputError
from bayes_rsa.estimands import Event, Statement

INF = math.inf


@pytest.mark.parametrize(
    ("text", "better", "event"),
    [
        ("OR > 1.25", "higher", Event("odds_ratio", 1.25, INF)),
        ("OR < 0.8", "higher", Event("odds_ratio", -INF, 0.8)),
        ("  RR>1.1 ", "higher", Event("risk_ratio", 1.1, INF)),
        ("-0.05 < RD < 0.05", "higher", Event("risk_difference", -0.05, 0.05)),
        ("0.9 < OR < 1.1", "lower", Event("odds_ratio", 0.9, 1.1)),
        ("log OR > 0", "higher", Event("log_odds_ratio", 0.0, INF)),
        ("log  RR < 1e-1", "higher", Event("log_risk_ratio", -INF, 0.1)),
        ("p_treatment > .7", "higher", Event("p_treatment", 0.7, INF)),
        ("p_control < 0.65", "higher", Event("p_control", -INF, 0.65)),
        ("NNT < 10", "higher", Event("risk_difference", 0.1, INF)),
        ("NNT < 10", "lower", Event("risk_difference", -INF, -0.1)),
        ("5 < NNT < 10", "higher", Event("risk_difference", 0.1, 0.2)),
        ("5 < NNT < 10", "lower", Event("risk_difference", -0.2, -0.1)),
        ("benefit", "higher", Event("odds_ratio", 1.0, INF)),
        ("benefit", "lower", Event("odds_ratio", -INF, 1.0)),
        ("harm", "higher", Event("odds_ratio", -INF, 1.0)),
        ("harm", "lower", Event("odds_ratio", 1.0, INF)),
    ],
)
def test_statements_resolve(text: str, better: str, event: Event) -> None:
    statement = Statement.parse(text)
    assert statement.text == text
    assert statement.resolve(better) == event


@pytest.mark.parametrize(
    ("text", "measure", "event"),
    [
        ("HR < 0.9", "HR", Event("hazard_ratio", -INF, 0.9)),
        ("log HR < 0", "HR", Event("log_hazard_ratio", -INF, 0.0)),
        ("MD > 3", "MD", Event("mean_difference", 3.0, INF)),
        ("harm", "HR", Event("hazard_ratio", 1.0, INF)),
        ("benefit", "MD", Event("mean_difference", -INF, 0.0)),
        ("NNT < 10", "RD", Event("risk_difference", -INF, -0.1)),
    ],
)
def test_statements_about_a_reported_effect(text: str, measure: str, event: Event) -> None:
    assert Statement.parse(text).resolve("lower", measure, counts=False) == event


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a statement is"),
        ("OR", "a statement is"),
        ("OR >", "a statement is"),
        ("> 1", "a statement is"),
        ("OR = 1", "a statement is"),
        ("OR > one", "a statement is"),
        ("OR > 1 and RD > 0", "a statement is"),
        ("OR > nan", "a statement is"),
        ("OR >= 1", "takes < or >"),
        ("OR ≥ 1", "takes < or >"),
        ("ORR > 1", "did you mean 'RR'"),
        ("rd > 0.1", "did you mean 'RD'"),
        ("odds > 1", "not an estimand"),
        ("1 < OR > 2", "needs < twice"),
        ("2 < OR < 1", "lower limit must be below"),
        ("1 < OR < 1", "lower limit must be below"),
        ("RD > 2", "lies between -1 and 1"),
        ("RD < -1.5", "lies between -1 and 1"),
        ("OR > -1", "lies between 0 and inf"),
        ("OR > 1e999", "finite number"),
        ("p_control > 1.2", "lies between 0 and 1"),
        ("NNT > 10", "mixes small benefits"),
        ("NNT < 0.5", "at least 1"),
        ("-5 < NNT < 10", "at least 1"),
    ],
)
def test_what_is_not_a_statement(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        Statement.parse(text)
    assert says in str(caught.value)
    assert caught.value.field == "statement"


def test_a_statement_is_text() -> None:
    with pytest.raises(InputError, match="a statement is text"):
        Statement.parse(1.25)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "measure", "counts"),
    [
        ("HR > 1", "OR", True),
        ("OR > 1", "HR", False),
        ("RD > 0.1", "OR", False),
        ("NNT < 10", "RR", False),
        ("p_control > 0.5", "OR", False),
    ],
)
def test_what_the_trial_does_not_inform(text: str, measure: str, counts: bool) -> None:
    with pytest.raises(InputError, match="does not inform"):
        Statement.parse(text).resolve("higher", measure, counts=counts)
