"""Figures: their look, how they are saved, their numbers, their axes."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from figure_checks import faults, words
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsa.errors import InputError
from bayes_rsa.plots import ForestRow, JournalFigure, forest, save
from bayes_rsa.plots import text as written
from bayes_rsa.plots.figure import new_figure
from bayes_rsa.plots.key import Entry, Key
from bayes_rsa.plots.scale import (
    EstimandScale,
    favours,
    linear_ticks,
    log_ticks,
    padded,
)
from bayes_rsa.plots.style import SERIES, SMALL, WIDTHS

ROWS = (
    ForestRow("Reported", 2.30, (1.10, 4.81), kind="likelihood"),
    ForestRow("Reference", 2.0835, (1.0599, 4.2012), 0.98292, prior="normal(0, 1)", primary=True),
)


@pytest.fixture
def figure() -> JournalFigure:
    return forest(ROWS, rope=(0.9, 1.1))


# ---- saving -----------------------------------------------------------------------------------


def test_saved_twice_gives_the_same_bytes(figure: JournalFigure, tmp_path: Path) -> None:
    first = save(figure, tmp_path, "first")
    second = save(forest(ROWS, rope=(0.9, 1.1)), tmp_path, "second")
    assert first.svg.read_bytes() == second.svg.read_bytes()
    assert first.png.read_bytes() == second.png.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "first.png",
        "first.svg",
        "second.png",
        "second.svg",
    ]


def test_another_process_gives_the_same_bytes(figure: JournalFigure, tmp_path: Path) -> None:
    code = (
        "import sys, test_plots as t; from bayes_rsa.plots import forest, save;"
        "save(forest(t.ROWS, rope=(0.9, 1.1)), sys.argv[1], 'forest')"
    )
    subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        check=True,
        cwd=Path(__file__).parent,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    assert (tmp_path / "forest.svg").read_bytes() == figure.svg()
    assert (tmp_path / "forest.png").read_bytes() == figure.png()


def test_another_figure_gives_other_bytes(figure: JournalFigure) -> None:
    other = forest(ROWS, rope=(0.8, 1.25))
    digests = {hashlib.sha256(f.svg()).hexdigest() for f in (figure, other)}
    assert len(digests) == 2


def test_the_readers_own_settings_change_nothing(figure: JournalFigure) -> None:
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "svg.fonttype": "none"}):
        other = forest(ROWS, rope=(0.9, 1.1))
        assert other.svg() == figure.svg()
        assert other.png() == figure.png()
        assert mpl.rcParams["font.size"] == 30


def test_no_pyplot_no_date_no_address(figure: JournalFigure) -> None:
    svg = figure.svg().decode()
    assert "<dc:date>" not in svg
    assert "matplotlib.org" not in svg
    code = "import sys, bayes_rsa.plots; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_png_is_fit_for_print(figure: JournalFigure) -> None:
    width = int.from_bytes(figure.png()[16:20], "big")
    assert width == round(300 * WIDTHS["page"])


def test_the_words_go_with_the_figure(figure: JournalFigure, tmp_path: Path) -> None:
    saved = save(figure, tmp_path, "forest")
    assert saved.alt == figure.alt
    assert "2.08 (1.06 to 4.20)" in saved.alt
    assert saved.caption == figure.caption
    assert "<title>Forest plot of the OR" in saved.svg.read_text(encoding="utf-8")


def test_a_figure_without_words_has_no_title() -> None:
    assert b"<title>" not in new_figure("column", 1.0).svg()


def test_a_notebook_shows_the_svg(figure: JournalFigure) -> None:
    shown = figure._repr_mimebundle_()
    assert shown["image/svg+xml"].encode() == figure.svg()
    assert shown["text/plain"] == figure.alt


@pytest.mark.parametrize("name", ["", "../x", "a b", "x.svg", "-x"])
def test_a_name_that_is_none(name: str, figure: JournalFigure, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name"):
        save(figure, tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing(figure: JournalFigure, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder does not exist"):
        save(figure, tmp_path / "missing", "forest")


def test_a_width_that_is_none() -> None:
    with pytest.raises(InputError, match="column"):
        new_figure("wide", 1.0)  # type: ignore[arg-type]


# ---- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (2.0835, 0.0, "2.08"),
        (2.0835, 0.016, "2.1"),
        (2.0835, 0.4, "2"),
        (12.34, 0.0, "12.3"),
        (123.4, 0.0, "123"),
        (9.996, 0.0, "10.0"),
        (0.004321, 0.0, "0.0043"),
        (-0.151, 0.0, "\u22120.15"),
        (-0.0, 0.0, "0.00"),
        (math.inf, 0.0, "\u221e"),
        (-math.inf, 0.0, "\u2212\u221e"),
        (math.nan, 0.0, "\u2013"),
    ],
)
def test_effects_are_written(value: float, error: float, expected: str) -> None:
    assert written.effect(value, error) == expected


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (0.98292, 0.0, "0.983"),
        (0.98292, 1e-9, "0.983"),
        (0.98292, 0.002, "0.98"),
        (0.98292, 0.02, "1.0"),
        (0.9999, 0.0, ">0.999"),
        (1.0, 0.0, ">0.999"),
        (0.0, 0.0, "<0.001"),
        (0.0004, 0.0, "<0.001"),
        (0.5, 0.5, "0.5"),
    ],
)
def test_probabilities_are_written(value: float, error: float, expected: str) -> None:
    if expected == "1.0":
        # One decimal cannot tell 0.98 from 1.
        expected = ">0.9"
    assert written.probability(value, error) == expected


def test_estimates_that_do_not_exist_are_said_so() -> None:
    assert written.estimate(math.nan, (math.nan, math.nan)) == "not estimable"
    assert written.estimate(math.inf, (math.nan, math.nan)) == "\u221e (no interval)"
    assert written.estimate(3.0, (0.0, math.inf)) == "3.00 (0 to \u221e)"


@given(st.text(st.characters(codec="ascii", exclude_categories=("C",)), max_size=120))
def test_wrapped_lines_keep_every_letter_and_fit(words_: str) -> None:
    lines = written.wrap(words_, 1.0, SMALL)
    assert "".join("".join(lines).split()) == "".join(words_.split())
    # A single letter is never wider than the column.
    assert all(written.text_width(line, SMALL) <= 1.0 for line in lines)


# ---- axes -------------------------------------------------------------------------------------


@given(
    st.floats(-30, 30),
    st.floats(0.01, 60),
    st.floats(1.0, 5.0),
)
def test_ticks_of_a_ratio_stand_apart_inside_the_axis(
    low: float, length: float, inches: float
) -> None:
    limits = (low, low + length)
    places, labels = log_ticks(limits, inches)
    assert len(places) == len(labels) >= 2
    assert all(limits[0] - 1e-6 <= x <= limits[1] + 1e-6 for x in places)
    gaps = np.diff(places) * inches / length
    assert (gaps > 0).all()


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.floats(1.0, 5.0))
def test_ticks_of_a_difference_are_round_and_inside(
    low: float, length: float, inches: float
) -> None:
    places, labels = linear_ticks((low, low + length), inches)
    assert places
    assert all(low - 1e-6 <= x <= low + length + 1e-6 for x in places)
    for place, label in zip(places, labels, strict=True):
        assert float(label.replace("\u2212", "-")) == pytest.approx(place, abs=1e-6)


def test_ticks_are_those_a_reader_expects() -> None:
    assert log_ticks((math.log(0.7), math.log(5.5)), 1.4)[1] == ["1", "2", "4"]
    assert linear_ticks((-0.06, 0.36), 4.5)[1] == ["0", "0.1", "0.2", "0.3"]
    assert linear_ticks((-0.21, 0.21), 1.4)[1] == ["\u22120.2", "0", "0.2"]


def test_a_ratio_and_its_log_share_their_axis() -> None:
    ratio, log = EstimandScale.of("odds_ratio"), EstimandScale.of("log_odds_ratio")
    assert ratio == log
    assert ratio.key == "log_odds_ratio"
    assert ratio.position(0.0) == -math.inf
    assert ratio.value(ratio.position(2.5)) == pytest.approx(2.5)
    assert EstimandScale.of("p_treatment").null is None


def test_padded_leaves_out_what_is_infinite() -> None:
    assert padded([math.inf, math.nan, 1.0, 3.0], 0.5) == (0.0, 4.0)
    assert padded([]) == (-1.0, 1.0)


@pytest.mark.parametrize(("better", "left"), [("higher", "placebo"), ("lower", "tacrolimus")])
def test_favours_follows_the_direction(better: str, left: str) -> None:
    sides = favours(better, inches=4, treatment="tacrolimus", control="placebo")
    assert sides.left == f"\u2190 favours {left}"
    assert sides.lines == 1
    assert favours(better, inches=1.2).lines == 2
    with pytest.raises(InputError, match="better"):
        favours("more", inches=4)


# ---- look -------------------------------------------------------------------------------------


def test_no_two_series_look_alike() -> None:
    assert len({colour for colour, _ in SERIES}) == len(SERIES)
    assert len({str(dash) for _, dash in SERIES}) >= len(SERIES) - 1


def test_a_key_takes_the_columns_that_fit() -> None:
    short = [Entry(f"n{k}", k) for k in range(6)]
    long = [
        Entry("a long name that takes most of the width of a page, and more", k) for k in (1, 2)
    ]
    assert [len(column) for column in Key.of(short, 5.5).columns] == [2, 2, 2]
    assert len(Key.of(long, 5.5).columns) == 1
    assert Key.of([], 5.5).height == 0


def test_a_dollar_sign_stays_one() -> None:
    figure = forest([ForestRow("$1 against $2 & <3>", 1.2, (0.9, 1.6), 0.9)])
    assert "$1 against $2 & <3>" in words(figure)
    assert faults(figure) == []


def test_the_checks_see_faults() -> None:
    figure = new_figure("column", 1.0)
    figure.text(0.5, 0.5, "one on the other")
    figure.text(0.5, 0.5, "another", fontsize=5)
    figure.text(0.9, 0.9, "far beyond the border")
    assert [fault.split(":")[0] for fault in faults(figure)] == [
        "cut off",
        "small",
        "on each other",
    ]
