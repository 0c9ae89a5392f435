"""The figure of a calibration."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bayes_rsa.calibration import Calibration
from bayes_rsa.plots.calibration import calibration
from bayes_rsa.plots.figure import JournalFigure

NAMES = ("effect", "midpoint", "log_odds_ratio", "effect * midpoint", "log_likelihood")


def result(names: tuple[str, ...] = NAMES, *, skewed: str = "", kind: str = "prior") -> Calibration:
    rng = np.random.default_rng(2)
    ranks = {name: rng.integers(0, 100, 200) for name in names}
    if skewed:
        ranks[skewed] = ranks[skewed] // 2
    return Calibration("log_odds_ratio", kind, ranks, 99, 1, {})


def titles(figure: JournalFigure) -> list[str]:
    return [axes.get_title(loc="left") for axes in figure.axes]


def words(figure: JournalFigure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_one_panel_for_each_quantity() -> None:
    figure = calibration(result())
    assert titles(figure) == ["effect", "midpoint", "log OR", "effect × midpoint", "log-likelihood"]
    assert words(figure) == []


def test_the_curve_is_the_ecdf_less_the_uniform() -> None:
    found = result()
    for axes, quantity in zip(calibration(found).axes, found.quantities, strict=True):
        at, difference = quantity.difference()
        drawn = next(line for line in axes.lines if len(line.get_xdata()) == len(at))
        np.testing.assert_allclose(drawn.get_ydata(), difference)
        low, high = axes.get_ylim()
        assert low < difference.min()
        assert difference.max() < high


def test_what_is_outside_is_said_and_coloured() -> None:
    found = result(skewed="midpoint")
    assert found.failures == ("midpoint",)
    figure = calibration(found)
    assert words(figure) == ["outside"]
    assert figure.axes[1].texts[0].get_text() == "outside"
    colours = [axes.lines[-1].get_color() for axes in figure.axes]
    assert colours[1] != colours[0] == colours[2]


def test_panels_share_one_scale() -> None:
    limits = {axes.get_ylim() for axes in calibration(result(skewed="effect")).axes}
    assert len(limits) == 1


@pytest.mark.parametrize(("kind", "said"), [("prior", "the prior"), ("posterior", "trial's data")])
def test_caption_and_alt(kind: str, said: str) -> None:
    figure = calibration(result(kind=kind))
    assert said in figure.caption
    assert "200 simulated trials" in figure.caption
    assert "log_odds_ratio is calibrated" in figure.alt


def test_no_text_leaves_the_figure_or_meets_another() -> None:
    figure = calibration(result(("effect", "a_parameter_with_a_long_name", "effect_towards_data")))
    figure.draw_without_rendering()
    boxes = [axes._left_title.get_window_extent() for axes in figure.axes]
    for one, other in pairwise(boxes):
        assert not one.overlaps(other)
    for box in [*boxes, *(text.get_window_extent() for text in figure.texts)]:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_any_number_of_panels(count: int) -> None:
    figure = calibration(result(tuple(f"x[{i}]" for i in range(count))))
    assert len(figure.axes) == count


def test_the_same_result_gives_the_same_bytes() -> None:
    one, other = calibration(result()), calibration(result())
    assert one.svg() == other.svg()
    assert one.png() == other.png()
