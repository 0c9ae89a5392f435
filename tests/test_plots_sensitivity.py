"""Figures of sensitivity: heat map, Bayes factor, reverse Bayes, power-scaling, the convinced."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from figure_checks import faults, ids, prose, words
from numpy.typing import NDArray

from bayes_rsa.errors import InputError
from bayes_rsa.plots import (
    PowerScalingRow,
    bayes_factor,
    convinced,
    heatmap,
    power_scaling,
    reverse_bayes,
)
from bayes_rsa.priors import zampieri

ESTIMATE, ERROR = math.log(60 * 27 / (15 * 47)), math.sqrt(1 / 60 + 1 / 15 + 1 / 47 + 1 / 27)
MEANS = np.linspace(-1, 1, 41)
SDS = np.geomspace(0.05, 3, 41)
NORMAL = NormalDist()
NAMED = {"Reference analysis": (0.0, 1.0)} | {
    name: (prior.mean, prior.sd) for name, prior in zampieri(1.56).items()
}
LONG = "A family of priors with a name so long that it does not stand in one line of a column"


def benefit(mean: float, sd: float) -> float:
    """P(effect > 0) by the conjugate normal."""
    precision = ERROR**-2 + sd**-2
    return NORMAL.cdf((ESTIMATE / ERROR**2 + mean / sd**2) / math.sqrt(precision))


def probabilities() -> NDArray[np.float64]:
    return np.array([[benefit(m, s) for m in MEANS] for s in SDS])


# ---- heat map ---------------------------------------------------------------------------------


def test_heatmap_marks_contours_and_named_priors() -> None:
    figure = heatmap(MEANS, SDS, probabilities(), statement="OR > 1", named=NAMED)
    assert {"P(OR > 1) = 0.975", "P(OR > 1) = 0.95", "P(OR > 1)"} <= set(words(figure))
    assert "neutral weak (beyond the axes)" in words(figure)
    numbers = [t.get_text() for t in figure.axes[0].texts]
    assert len(numbers) == len(NAMED) - 1
    assert faults(figure) == []


def test_the_tipping_contour_is_where_the_probability_crosses() -> None:
    means, sds = np.linspace(-1, 1, 161), np.geomspace(0.1, 3, 161)
    values = np.array([[benefit(m, s) for m in means] for s in sds])
    figure = heatmap(means, sds, values, statement="OR > 1", thresholds=(0.95,))
    contour = figure.axes[0].collections[1]
    vertices = np.concatenate([path.vertices for path in contour.get_paths()])
    assert len(vertices) > 20
    there = [benefit(m, math.exp(s)) for m, s in vertices]
    # The contour is straight within a cell of the grid.
    assert there == pytest.approx([0.95] * len(there), abs=0.002)


def test_priors_on_one_spot_do_not_cover_each_other() -> None:
    named = {f"prior {k}": (0.0, 1.0) for k in range(8)}
    figure = heatmap(MEANS, SDS, probabilities(), statement="OR > 1", named=named)
    assert len(figure.axes[0].texts) == 8
    assert faults(figure) == []


def test_a_map_without_a_crossing_has_no_contour() -> None:
    figure = heatmap(MEANS, SDS, np.full((41, 41), 0.3), statement="RD > 0.1", measure="RD")
    assert len(figure.axes[0].collections) == 1
    assert "Prior mean of the RD" in words(figure)
    assert faults(figure) == []


@pytest.mark.parametrize(
    "change",
    [
        {"probability": np.zeros((3, 41))},
        {"probability": np.full((41, 41), 1.2)},
        {"sd": SDS[::-1]},
        {"sd": SDS - 0.05},
        {"thresholds": (0.5, 0.6, 0.7, 0.8, 0.9)},
    ],
)
def test_bad_heatmaps(change: dict[str, Any]) -> None:
    given = {"mean": MEANS, "sd": SDS, "probability": probabilities(), "statement": "OR > 1"}
    with pytest.raises(InputError):
        heatmap(**(given | change))


# ---- Bayes factor -----------------------------------------------------------------------------


def factors(sds: NDArray[np.float64]) -> NDArray[np.float64]:
    total = ERROR**2 + sds**2
    return np.sqrt(ERROR**2 / total) * np.exp(ESTIMATE**2 / 2 * (1 / ERROR**2 - 1 / total))


@pytest.mark.parametrize("width", ["page", "column"])
def test_bayes_factor_curve(width: Any) -> None:
    sds = np.geomspace(0.05, 20, 80)
    values = factors(sds)
    figure = bayes_factor(
        sds,
        {"BF10": values, "BF+0": 2 * values},
        marked={"Reference": 1.0, "Beyond": 50.0},
        refused_above=5,
        width=width,
    )
    at_one = float(factors(np.array([1.0]))[0])
    assert f"Reference: {at_one:.2f}" in words(figure)
    assert "Beyond" not in prose(figure)
    assert {"anecdotal", "moderate", "1/3", "3", "BF10", "BF+0"} <= set(words(figure))
    assert f"{values.max():.2f}" in figure.alt
    assert faults(figure) == []


def test_overwhelming_evidence_has_its_bands() -> None:
    sds = np.geomspace(0.1, 5, 30)
    figure = bayes_factor(sds, {"BF10": 400 * factors(sds)})
    assert {"100", "30", "extreme"} <= set(words(figure))
    assert faults(figure) == []


def test_a_refused_bayes_factor_leaves_a_gap() -> None:
    sds = np.geomspace(0.1, 20, 30)
    values = np.where(sds > 5, np.nan, factors(sds))
    figure = bayes_factor(sds, {"BF10": values}, refused_above=5)
    curve = np.asarray(figure.axes[0].lines[1].get_ydata(), dtype=float)
    assert np.isnan(curve).any()
    assert "Hatched" in figure.caption


@pytest.mark.parametrize(
    ("sd", "curves"),
    [
        ([1.0, 2.0], {}),
        ([1.0, 2.0], {"BF10": [1.0, -1.0]}),
        ([1.0, 2.0], {"BF10": [1.0]}),
        ([1.0, 2.0], {"BF10": [math.nan, math.nan]}),
        ([2.0, 1.0], {"BF10": [1.0, 1.0]}),
        ([0.0, 1.0], {"BF10": [1.0, 1.0]}),
    ],
)
def test_bad_bayes_factors(sd: Any, curves: Any) -> None:
    with pytest.raises(InputError):
        bayes_factor(sd, curves)


# ---- reverse Bayes ----------------------------------------------------------------------------


def test_the_sufficiently_sceptical_prior_just_undoes_the_finding() -> None:
    z, critical = ESTIMATE / ERROR, NORMAL.inv_cdf(0.975)
    tau = ERROR / math.sqrt(z**2 / critical**2 - 1)
    figure = reverse_bayes(ESTIMATE, ERROR, 0.0, tau, treatment="tacrolimus", control="placebo")
    assert {"2.30 (1.10 to 4.80)", "1.00 (0.24 to 4.11)"} <= set(words(figure))
    assert "(1.00 to" in " ".join(w for w in words(figure) if w.startswith("1.92"))
    assert "Sufficiently sceptical prior" in prose(figure)
    assert faults(figure) == []


def test_the_exact_prior_has_a_row_of_its_own() -> None:
    figure = reverse_bayes(ESTIMATE, ERROR, 0.0, 0.72, exact_sd=0.581)
    assert "Sceptical prior, exact binomial" in prose(figure)
    assert "1.00 (0.32 to 3.12)" in words(figure)
    assert faults(figure) == []


def test_advocacy_for_an_outcome_where_fewer_is_better() -> None:
    figure = reverse_bayes(-0.42, 0.3, -0.5, 0.26, kind="advocacy", measure="RR", better="lower")
    assert "\u2190 favours treatment" in words(figure)
    assert "just excludes" in figure.caption
    assert faults(figure) == []


@pytest.mark.parametrize("sd", [0.0, math.inf, math.nan, -1.0])
def test_bad_reverse_bayes(sd: float) -> None:
    with pytest.raises(InputError, match="prior_sd"):
        reverse_bayes(ESTIMATE, ERROR, 0.0, sd)


# ---- power-scaling ----------------------------------------------------------------------------


def test_power_scaling_rows() -> None:
    rows = [
        PowerScalingRow(
            "log OR, normal(0, 0.355)", 0.15, 0.14, 0.12, 0.1526, "prior\u2013data conflict"
        ),
        PowerScalingRow(LONG, 0.001, 0.089, 0.81),
    ]
    figure = power_scaling(rows)
    assert {"0.12", "0.81", "prior, exact"} <= set(words(figure))
    assert "prior\u2013data conflict" in prose(figure)
    assert LONG in prose(figure)
    assert {"threshold", "exact"} <= ids(figure)
    bold = {t.get_text() for t in figure.texts if t.get_fontweight() == "bold"}
    assert "0.81" in bold
    assert "0.12" not in bold
    assert faults(figure) == []


def test_power_scaling_without_a_reference() -> None:
    figure = power_scaling([PowerScalingRow("a", 0.0, 0.0)])
    assert "prior, exact" not in words(figure)
    assert "exact" not in ids(figure)


def test_bad_power_scaling() -> None:
    with pytest.raises(InputError, match="not negative"):
        PowerScalingRow("a", -0.1, 0.0)
    with pytest.raises(InputError, match="at least one"):
        power_scaling([])


# ---- who would be convinced -------------------------------------------------------------------


def family(sd: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    means = np.linspace(-4 * sd, 4 * sd, 61)
    return (
        np.array([NORMAL.cdf(m / sd) for m in means]),
        np.array([benefit(m, sd) for m in means]),
    )


@pytest.mark.parametrize("width", ["page", "column"])
def test_convinced(width: Any) -> None:
    named = {name: (NORMAL.cdf(m / s), benefit(m, s)) for name, (m, s) in NAMED.items()}
    curves = {f"prior SD {sd}": family(sd) for sd in (0.205, 0.355, 1.0)} | {LONG: family(2.0)}
    figure = convinced(curves, named=named, width=width)
    assert {"0.975", "0.95", "Prior probability of benefit"} <= set(words(figure))
    assert f"Reference analysis: 0.500 before, {benefit(0, 1):.3f} after" in figure.alt
    assert LONG in prose(figure)
    assert faults(figure) == []


def test_a_constant_bayes_factor_is_a_parallel_to_the_diagonal() -> None:
    prior = np.linspace(0.01, 0.99, 50)
    posterior = 3 * prior / (3 * prior + 1 - prior)
    axes = convinced({"BF 3": (prior, posterior)}).axes[0]
    curve = axes.lines[-1]
    gap = np.asarray(curve.get_ydata(), dtype=float) - np.asarray(curve.get_xdata(), dtype=float)
    assert gap == pytest.approx(math.log(3))


def test_certainty_is_not_drawn() -> None:
    figure = convinced({"a": ([0.0, 0.3, 0.7, 1.0], [0.0, 0.5, 0.9, 1.0])})
    assert np.isfinite(figure.axes[0].get_xlim()).all()
    assert faults(figure) == []


@pytest.mark.parametrize(
    "curves",
    [{}, {"a": ([0.5], [0.5])}, {"a": ([0.1, 0.2], [0.1])}, {"a": ([0.1, 1.2], [0.1, 0.2])}],
)
def test_bad_convinced(curves: Any) -> None:
    with pytest.raises(InputError):
        convinced(curves)
