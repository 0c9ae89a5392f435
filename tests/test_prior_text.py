"""The text form of priors: exact round trip, and one clear message for each kind of bad input."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as hs

from bayes_rsa.errors import InputError
from bayes_rsa.priors import FAMILIES, Prior
from bayes_rsa.priors.component import Component

_real = hs.floats(allow_nan=False, allow_infinity=False, width=64)
_positive = hs.floats(min_value=1e-300, max_value=1e300)


def _components(name: str) -> hs.SearchStrategy[Prior]:
    family = FAMILIES[name]
    if name == "uniform":
        limits = hs.tuples(_real, _real).filter(lambda pair: pair[0] < pair[1])
        return limits.map(lambda pair: Prior.uniform(*pair))
    if name == "beta":
        return hs.tuples(_positive, _positive).map(lambda pair: Prior.beta(*pair))
    arguments = [_positive if a in family.positive else _real for a in family.arguments]
    return hs.tuples(*arguments).map(lambda values: Prior.of(name, *values))


_single = hs.sampled_from([name for name in FAMILIES if name != "flat"]).flatmap(_components)


@hs.composite
def _mixtures(draw: hs.DrawFn) -> Prior:
    parts = draw(hs.lists(_single, min_size=2, max_size=5))
    raw = draw(
        hs.lists(
            hs.floats(min_value=0, max_value=1), min_size=len(parts), max_size=len(parts)
        ).filter(lambda w: sum(w) > 1e-3)
    )
    total = math.fsum(raw)
    return Prior.mixture([(w / total, p) for w, p in zip(raw, parts, strict=True)])


@given(hs.one_of(_single, _mixtures(), hs.just(Prior.flat()), hs.just(Prior.beta(0, 0))))
def test_round_trip_is_exact(prior: Prior) -> None:
    again = Prior.parse(str(prior))
    assert again == prior
    assert hash(again) == hash(prior)
    assert str(again) == str(prior)
    assert repr(again) == f"Prior.parse({str(prior)!r})"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("normal(0, 0.355)", "normal(0, 0.355)"),
        (" normal( -0.0 ,+3.55e-1 ) ", "normal(0, 0.355)"),
        ("normal(mean=0, sd=1)", "normal(0, 1)"),
        ("0.8*normal(0, 0.355) + 0.2*normal(0, 2)", "0.8*normal(0, 0.355) + 0.2*normal(0, 2)"),
        ("0.8*normal(0,.355)+0.2*normal(-1,2.)", "0.8*normal(0, 0.355) + 0.2*normal(-1, 2)"),
        ("1*flat()", "flat()"),
        ("beta(0, 0)", "beta(0, 0)"),
        ("neutral moderate", "normal(0, 0.355)"),
        ("Neutral-Moderate", "normal(0, 0.355)"),
        ("Günhan", "normal(0, 2.82)"),
        ("pregnancy and childbirth log OR", "student_t(2, 0, 0.38)"),
        ("jeffreys", "beta(0.5, 0.5)"),
        ("flat", "flat()"),
    ],
)
def test_reads(text: str, canonical: str) -> None:
    assert str(Prior.parse(text)) == canonical


BAD = [
    ("normal(0, -1)", "normal.sd is -1.0: sd must be greater than 0", "normal(mean, sd)"),
    ("normal(0, 0)", "normal.sd is 0.0: sd must be greater than 0", "positive sd"),
    ("normal(nan, 1)", "normal.mean is nan", "finite number"),
    ("normal(0, inf)", "normal.sd is inf", "finite number"),
    ("normal(0, 1e999)", "normal.sd is inf", "finite number"),
    ("normal(0)", "normal takes 2 arguments, not 1", "normal(mean, sd)"),
    ("normal(0, 1, 2)", "normal takes 2 arguments, not 3", "normal(mean, sd)"),
    ("flat(1)", "flat takes 0 arguments, not 1", "flat()"),
    ("nromal(0, 1)", "'nromal': no family", "did you mean normal(mean, sd)"),
    ("students_t(2, 0, 1)", "no family", "did you mean student_t(df, location, scale)"),
    ("qqq(1)", "no family", "use one of normal, student_t"),
    ("normal", "no prior has this name", "did you mean normal(mean, sd)"),
    ("jefreys", "no prior has this name", "did you mean 'jeffreys'"),
    ("neutral modrate", "no prior has this name", "did you mean 'neutral moderate'"),
    ("optimistic weak", "depends on the planned odds ratio", "planned_odds_ratio"),
    ("qqqq", "no prior has this name", "normal(mean, sd)"),
    ("", "the text is empty", "normal(0, 1)"),
    ("   ", "the text is empty", "normal(0, 1)"),
    ("normal(0, 1) x", "'x' follows the end", "remove it"),
    ("normal(0, 1) normal(0, 2)", "follows the end", "join with +"),
    ("normal(0, 1", "the parenthesis is not closed", "close it"),
    ("normal(0 1)", "the parenthesis is not closed", "commas"),
    ("normal(0, one)", "'one' is not argument 2 of normal", "normal(mean, sd)"),
    ("normal(0,, 1)", "argument of normal at position 10 is not a number", "normal(mean, sd)"),
    ("normal(0; 1)", "';' at position 9 is not part of a prior", "normal(0, 1)"),
    ("normal(sd=1, mean=0)", "'sd' is not argument 1 of normal", "normal(mean, sd)"),
    ("0.5 normal(0, 1)", "'*' is missing", "normal(0, 1)"),
    ("0.5*normal(0, 1) + ", "the name of a family is missing", "normal(0, 1)"),
    ("0.5*normal(0, 1) + 0.4*normal(0, 2)", "weights must sum to 1, and these sum to 0.9", "1"),
    ("1.5*normal(0, 1) + -0.5*normal(0, 2)", "weight is 1.5", "between 0 and 1"),
    (
        "0.5*flat() + 0.5*normal(0, 1)",
        "improper prior cannot be part of a mixture",
        "normal(0, 10)",
    ),
    ("0.5*beta(0, 0) + 0.5*beta(1, 1)", "improper prior cannot be part", "wide proper"),
    ("beta(1, 0)", "beta.b is 0.0: b must be greater than 0", "beta(0, 0)"),
    ("beta(-1, 1)", "beta.a is -1.0", "two positive shapes"),
    ("uniform(2, 1)", "uniform.upper is 1.0", "smaller limit first"),
    ("student_t(0, 0, 1)", "student_t.df is 0.0", "student_t(df, location, scale)"),
]


@pytest.mark.parametrize(("text", "rule", "remedy"), BAD)
def test_refuses(text: str, rule: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        Prior.parse(text)
    message = str(caught.value)
    assert rule in message
    assert remedy in message
    assert message.endswith(".")


@pytest.mark.parametrize("value", ["0", None, True, [1], 1j])
def test_arguments_must_be_numbers(value: object) -> None:
    with pytest.raises(InputError, match="an argument of a prior is a number"):
        Prior.normal(value, 1)  # type: ignore[arg-type]


def test_other_bad_input() -> None:
    with pytest.raises(InputError, match="the text form of a prior is text"):
        Prior.parse(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least one component"):
        Prior(())
    with pytest.raises(InputError, match="a \\(weight, prior\\) pair"):
        Prior.mixture([(1.0, "normal(0, 1)")])  # type: ignore[list-item]
    with pytest.raises(InputError, match="no family"):
        Component(1.0, "norm", (0.0, 1.0))
    for q in (-0.1, 1.1, [0.5, 2.0]):
        with pytest.raises(InputError, match="a probability lies between 0 and 1"):
            Prior.normal(0, 1).ppf(q)
