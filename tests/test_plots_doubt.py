"""Figures of doubt: curves with their tipping points, maps of the missing, fragility."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from figure_checks import faults, ids, prose, words

from bayes_rsa.errors import InputError
from bayes_rsa.plots import DoubtPanel, JournalFigure, doubt_curves, fragility, missing_map

LONG = "log odds ratio of the event, missing over observed, against the treatment in both arms"


def panel(label: str, none: float, worst: float, **tips: dict[float, float]) -> DoubtPanel:
    x = np.linspace(none, worst, 9)
    curves = {
        name: (x, 0.985 - 0.08 * k - 0.1 * np.linspace(0, 1, 9)) for k, name in enumerate(tips)
    }
    return DoubtPanel(label, curves, tips)


def six() -> list[DoubtPanel]:
    tips = {0.975: 0.1, 0.95: 0.35}
    rate = {0.975: 0.99, 0.95: 0.965}
    return [
        panel("bias on the log OR", 0, 1, reference=tips, uniform=tips),
        panel("power of the likelihood", 1, 0.3, reference={0.95: 0.7}, uniform={}),
        panel("sensitivity in the control arm", 1, 0.9, reference=rate, uniform=rate),
        panel("specificity in the treatment arm", 1, 0.9, reference={}, uniform=rate),
        panel(LONG, 0, 1.4, reference={0.975: 0.001, 0.95: 0.002}, uniform={}),
        panel("trust", 1, 0.88, reference=rate, uniform=rate),
    ]


# ---- curves -----------------------------------------------------------------------------------


def test_doubt_grows_to_the_right_in_every_panel() -> None:
    figure = doubt_curves(six())
    for axes, given in zip(figure.axes, six(), strict=True):
        amounts = given.curves["reference"][0]
        assert axes.get_xlim() == pytest.approx(
            (float(np.ravel(amounts)[0]), float(np.ravel(amounts)[-1]))
        )
    assert {f"panel-{k}" for k in range(6)} <= ids(figure)
    assert LONG[1:] in prose(figure)
    assert faults(figure) == []


def test_the_tipping_points_stand_on_their_thresholds() -> None:
    figure = doubt_curves(six())
    points = [
        (float(np.ravel(line.get_xdata())[0]), float(np.ravel(line.get_ydata())[0]))
        for line in figure.axes[0].lines
        if line.get_gid() == "tip"
    ]
    assert sorted(points) == [(0.1, 0.975), (0.1, 0.975), (0.35, 0.95), (0.35, 0.95)]
    assert {"0.100", "0.350", "0.0010", "0.990"} <= set(words(figure))
    assert "Bias on the log OR" in words(figure)
    assert "0.975 at 0.100, 0.95 at 0.350 (reference)" in figure.alt
    assert "specificity in the treatment arm: does not tip" in figure.alt


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_any_number_of_panels(count: int) -> None:
    figure = doubt_curves(six()[:count], setting="Engine: Exact.")
    assert len(figure.axes) == count
    assert figure.caption.endswith("Engine: Exact.")
    assert faults(figure) == []


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ([], "at least one"),
        ([DoubtPanel("a", {"b": ([0, 1], [0.9])}, {})], "one length"),
        ([DoubtPanel("a", {"b": ([0, 1, 0.5], [0.9, 0.8, 0.7])}, {})], "one way"),
        ([DoubtPanel("a", {"b": ([0, 1], [0.9, 1.1])}, {})], "between 0 and 1"),
        (
            [DoubtPanel("a", {f"{k}": ([0, 1], [0.9, 0.8]) for k in range(9)}, {})],
            "told apart",
        ),
    ],
)
def test_bad_curves(panels: list[DoubtPanel], message: str) -> None:
    with pytest.raises(InputError, match=message):
        doubt_curves(panels)


# ---- maps -------------------------------------------------------------------------------------


def slope(rows: int, columns: int) -> Any:
    a, b = np.arange(rows)[:, None], np.arange(columns)
    return 0.99 - 0.012 * a - 0.004 * b


def length(figure: JournalFigure, threshold: float) -> float:
    lines = [x for x in figure.axes[0].lines if x.get_gid() == f"border-{threshold:g}"]
    return sum(float(np.hypot(np.ptp(x.get_xdata()), np.ptp(x.get_ydata()))) for x in lines)


def test_the_border_runs_between_the_cells() -> None:
    figure = missing_map((range(9), range(9)), slope(9, 9), assumed="the numbers are hypothetical")
    below = slope(9, 9) < 0.95
    expected = int((below[1:] != below[:-1]).sum() + (below[:, 1:] != below[:, :-1]).sum())
    assert length(figure, 0.95) == pytest.approx(expected)
    assert "The numbers are hypothetical" in words(figure)
    assert "the numbers are hypothetical" in figure.caption
    assert "0 on treatment and 8 on control: 0.958" in figure.alt
    assert faults(figure) == []


def test_a_border_follows_every_corner() -> None:
    """A cell by itself has four sides."""
    values = np.full((5, 6), 0.99)
    values[2, 3] = 0.9
    figure = missing_map((range(5), range(6)), values, thresholds=(0.95,))
    assert length(figure, 0.95) == pytest.approx(4.0)
    x = [v for line in figure.axes[0].lines for v in np.ravel(line.get_xdata())]
    y = [v for line in figure.axes[0].lines for v in np.ravel(line.get_ydata())]
    assert (min(x), max(x), min(y), max(y)) == (2.5, 3.5, 1.5, 2.5)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 3), (41, 30)])
def test_maps_of_any_size(rows: int, columns: int) -> None:
    values = np.clip(slope(rows, columns), 0, 1)
    figure = missing_map((range(rows), range(columns)), values, labels=("a" * 20, "b " * 20))
    assert faults(figure) == []


@pytest.mark.parametrize(
    "change",
    [
        {"probability": np.zeros((2, 3))},
        {"probability": np.full((3, 3), 1.2)},
        {"counts": ((0, 1, 3), (0, 1, 2))},
        {"thresholds": (0.5, 0.6, 0.7, 0.8, 0.9)},
    ],
)
def test_bad_maps(change: dict[str, Any]) -> None:
    given: dict[str, Any] = {"counts": (range(3), range(3)), "probability": slope(3, 3)}
    with pytest.raises(InputError):
        missing_map(**(given | change))


# ---- fragility --------------------------------------------------------------------------------


@pytest.mark.parametrize("width", ["page", "column"])
def test_fragility(width: Any) -> None:
    curves = {
        "placebo, reference": [0.983, 0.975, 0.964, 0.948],
        "tacrolimus, uniform arms": [0.987, 0.979, 0.967],
    }
    figure = fragility(curves, indices={"Walsh’s index, either arm": 2}, width=width)
    assert "index-2" in ids(figure)
    assert "Walsh’s index, either arm: 2" in prose(figure)
    assert "below 0.975 from 2, below 0.95 from 3" in figure.alt
    (line,) = (x for x in figure.axes[0].lines if x.get_gid() == "index-2")
    assert list(np.ravel(line.get_xdata())) == [2, 2]
    assert faults(figure) == []


def test_a_conclusion_that_nothing_undoes() -> None:
    figure = fragility({"a": [0.999, 0.998]}, thresholds=(0.95,))
    assert "stays above the thresholds" in figure.alt
    assert "Walsh" not in figure.caption
    assert faults(figure) == []


@pytest.mark.parametrize("curves", [{}, {"a": [0.9]}, {"a": [0.9, math.nan]}, {"a": [0.9, 1.2]}])
def test_bad_fragility(curves: dict[str, list[float]]) -> None:
    with pytest.raises(InputError):
        fragility(curves)
