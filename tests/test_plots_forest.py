"""The forest plot: its rows, its arrows, its text columns."""

from __future__ import annotations

import math
from typing import Any

import pytest
from figure_checks import faults, ids, prose, words
from figure_posteriors import COUNTS, LONG, REFERENCE, Draws

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.plots import ForestRow, forest
from bayes_rsa.priors import zampieri
from bayes_rsa.trial import Trial


@pytest.fixture(scope="module")
def posterior() -> exact.ExactPosterior:
    return exact.log_odds_ratio(COUNTS, effect=REFERENCE)


def test_forest_prints_what_the_posterior_says(posterior: exact.ExactPosterior) -> None:
    row = ForestRow.of("Reference", posterior, prior=str(REFERENCE), primary=True)
    record = posterior.summary("odds_ratio", 0.95)
    assert (row.estimate, row.interval) == (record.median, record.eti)
    figure = forest([row], treatment="tacrolimus", control="placebo")
    expected = f"{record.median:.2f} ({record.eti[0]:.2f} to {record.eti[1]:.2f})"
    assert expected in words(figure)
    assert "0.983" in words(figure)
    assert "normal(0, 1)" in prose(figure)
    assert "favours tacrolimus \u2192" in words(figure)
    assert faults(figure) == []


def test_forest_of_the_whole_named_set(counts: Trial) -> None:
    rows = [ForestRow("Reported", 2.30, (1.10, 4.81), kind="likelihood", group="Without a prior")]
    for name, prior in zampieri(1.56).items():
        post = exact.log_odds_ratio(counts, effect=prior)
        rows.append(ForestRow.of(name, post, prior=str(prior), group="Zampieri"))
    figure = forest(rows, rope=(1 / 1.1, 1.1))
    assert faults(figure) == []
    assert {"rope", "null"} <= ids(figure)
    assert all(row.numbers in words(figure) for row in rows)
    assert words(figure).count("Zampieri") == 1
    assert "0.91 to 1.10" in figure.caption


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow() -> None:
    rows = [
        ForestRow("inside", 1.2, (0.8, 2.0)),
        ForestRow("right", 2.0, (0.9, 50.0)),
        ForestRow("both", 1.0, (0.0, math.inf)),
        ForestRow("beyond", 30.0, (20.0, 45.0)),
    ]
    found = ids(forest(rows, limits=(0.25, 4.0)))
    arrows = {name for name in found if name.startswith(("arrow", "estimate"))}
    assert arrows == {
        "arrow-right-1",
        "arrow-left-2",
        "arrow-right-2",
        "arrow-right-3",
        "estimate-right-3",
    }


def test_far_intervals_do_not_stretch_the_axis() -> None:
    figure = forest([ForestRow("near", 2.0, (1.0, 4.0)), ForestRow("far", 2.0, (1e-6, 1e6))])
    assert {"arrow-left-1", "arrow-right-1"} <= ids(figure)
    low, high = figure.axes[0].get_xlim()
    assert high - low == pytest.approx(1.08 * (2 * math.log(16) + math.log(2)))


def test_what_does_not_exist_is_named_and_not_drawn() -> None:
    rows = [
        ForestRow("Wald", math.inf, (math.nan, math.nan), kind="likelihood"),
        ForestRow("None", math.nan, (math.nan, math.nan)),
        ForestRow("Prior", 3.0, (0.5, 20.0), 0.9),
    ]
    figure = forest(rows)
    assert {"not estimable", "\u221e (no interval)", "3.00 (0.50 to 20.0)"} <= set(words(figure))
    assert "estimate-right-0" in ids(figure)
    assert faults(figure) == []


def test_long_names_wrap() -> None:
    rows = [
        ForestRow(LONG, 1.5, (0.9, 2.4), 0.94, prior=f"{LONG} 0.8*normal(-1, 2)", group=LONG),
        ForestRow("Short", 150.0, (0.001, 4000.0), 0.5, extra="-0.4", group=LONG),
    ]
    figure = forest(rows, extra="NUTS \u2212 exact\n(MCSE)", treatment=LONG[:40], control=LONG[:30])
    assert LONG in prose(figure)
    assert "\u22120.4" in words(figure)
    # The text columns do not take the room of the axis: the page grows.
    assert figure.axes[0].get_position().width * figure.inches[0] >= 1.35 - 1e-9
    assert faults(figure) == []


def test_the_engines_difference_is_a_column_only_if_given() -> None:
    row = ForestRow("a", 1.5, (0.9, 2.4), 0.94)
    assert "Difference" not in prose(forest([row], extra="Difference"))
    with_extra = ForestRow("a", 1.5, (0.9, 2.4), 0.94, extra="0.3")
    assert {"Difference", "0.3"} <= set(words(forest([with_extra], extra="Difference")))


def test_numbers_may_be_given_as_printed() -> None:
    row = ForestRow("a", 1.5, (0.9, 2.4), 0.94, estimate_text="1.5 (0.9; 2.4)", benefit_text="94%")
    assert {"1.5 (0.9; 2.4)", "94%"} <= set(words(forest([row])))


def test_digits_follow_the_monte_carlo_error() -> None:
    row = ForestRow.of("draws", Draws())
    assert (row.error, row.benefit_error) == (0.03, 0.002)
    assert row.numbers.count(".") == 3
    assert len(row.numbers) == len("2.2 (1.1 to 4.7)")
    assert len(row.probability) == len("0.99")


def test_a_difference_gets_a_plain_axis(posterior: exact.ExactPosterior) -> None:
    row = ForestRow.of("Reference", posterior, key="risk_difference")
    figure = forest([row], estimand="risk_difference", rope=(-0.05, 0.05))
    assert "Risk difference" in words(figure)
    assert "Median RD (95% CrI)" in prose(figure)
    assert figure.axes[0].get_xlim()[0] < 0 < figure.axes[0].get_xlim()[1]
    assert faults(figure) == []


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"interval": (3.0, 1.0)}, "lower limit comes first"),
        ({"kind": "guess"}, "posterior or likelihood"),
    ],
)
def test_bad_rows(change: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=match):
        ForestRow(**({"label": "a", "estimate": 2.0, "interval": (1.0, 3.0)} | change))


def test_bad_forests() -> None:
    with pytest.raises(InputError, match="at least one row"):
        forest([])
    with pytest.raises(InputError, match="axis runs from low to high"):
        forest([ForestRow("a", 1.0, (0.5, 2.0))], limits=(0.0, 2.0))
