"""Figures of the effect: prior, likelihood and posterior; the curve of P(effect > x)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from figure_checks import faults, prose, words
from figure_posteriors import COUNTS, FEWER, LONG, REFERENCE, Draws
from numpy.typing import NDArray

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.plots import exceedance, triplot
from bayes_rsa.priors import Prior, zampieri
from bayes_rsa.summaries import probability
from bayes_rsa.trial import Trial


@pytest.fixture(scope="module")
def posterior() -> exact.ExactPosterior:
    return exact.log_odds_ratio(COUNTS, effect=REFERENCE)


def log_likelihood(effect: NDArray[np.float64]) -> NDArray[np.float64]:
    return -(((effect - 0.832) / 0.3764) ** 2) / 2


# ---- triplot ----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", ["page", "column"])
@pytest.mark.parametrize(
    "prior",
    [REFERENCE, Prior.normal(0, 0.205), Prior.normal(0, 5), Prior.flat(), Prior.normal(-0.7, 0.27)],
    ids=str,
)
def test_triplot(prior: Prior, width: Any, counts: Trial) -> None:
    post = exact.log_odds_ratio(counts, effect=prior)
    figure = triplot(
        post, prior, log_likelihood, treatment="tacrolimus", control="placebo", width=width
    )
    record = post.summary("odds_ratio", 0.95)
    assert f"{record.median:.2f} ({record.eti[0]:.2f} to {record.eti[1]:.2f})" in prose(figure)
    assert {"Prior", "Likelihood", "Posterior"} <= set(words(figure))
    assert faults(figure) == []


def test_every_curve_of_a_triplot_has_area_one(posterior: exact.ExactPosterior) -> None:
    axes = triplot(posterior, REFERENCE, log_likelihood, limits=(0.02, 50)).axes[0]
    areas = {
        line.get_label(): float(np.trapezoid(line.get_ydata(), line.get_xdata()))
        for line in axes.lines
        if line.get_label() in ("Prior", "Likelihood", "Posterior")
    }
    assert len(areas) == 3
    assert all(area == pytest.approx(1, abs=2e-3) for area in areas.values())


def test_the_posterior_of_a_triplot_is_prior_times_likelihood() -> None:
    trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    assert trial.reported is not None
    where, se = trial.reported.location, trial.reported.scale_se
    post = exact.reported_effect(trial, effect=REFERENCE)
    axes = triplot(post, REFERENCE, lambda d: -(((d - where) / se) ** 2) / 2).axes[0]
    curves = {line.get_label(): line for line in axes.lines}
    x = np.linspace(-0.3, 1.8, 50)
    prior, likelihood, density = (
        np.interp(x, curves[n].get_xdata(), curves[n].get_ydata())
        for n in ("Prior", "Likelihood", "Posterior")
    )
    ratio = density / (prior * likelihood)
    assert ratio == pytest.approx(ratio[0], rel=2e-3)


def test_a_triplot_of_draws_estimates_the_density(posterior: exact.ExactPosterior) -> None:
    sampled = triplot(Draws(), REFERENCE, log_likelihood)
    assert "Kernel" in sampled.caption or "kernel" in sampled.caption
    curve = next(line for line in sampled.axes[0].lines if line.get_label() == "Posterior")
    beta = Prior.beta(1, 1)
    truth = exact.independent_arms(posterior.trial, treatment=beta, control=beta)
    x = np.asarray(curve.get_xdata(), dtype=float)
    y = np.asarray(curve.get_ydata(), dtype=float)
    assert np.max(np.abs(y - truth.pdf("log_odds_ratio", x))) < 0.12
    assert faults(sampled) == []


def test_benefit_is_filled_on_the_side_of_benefit() -> None:
    post = exact.log_odds_ratio(FEWER, effect=REFERENCE)
    figure = triplot(post, REFERENCE, lambda d: -(((d + 0.83) / 0.37) ** 2) / 2)
    assert "\u2190 favours treatment" in words(figure)
    (filled,) = figure.axes[0].collections
    (path,) = filled.get_paths()
    assert path.vertices[:, 0].max() <= 1e-9
    assert path.vertices[:, 0].min() < -1


def test_a_likelihood_that_is_nowhere(posterior: exact.ExactPosterior) -> None:
    with pytest.raises(InputError, match="finite somewhere"):
        triplot(posterior, REFERENCE, lambda d: np.full_like(d, -np.inf))


# ---- exceedance -------------------------------------------------------------------------------


def test_exceedance_marks_its_thresholds(counts: Trial) -> None:
    posteriors: dict[str, Any] = {
        name: exact.log_odds_ratio(counts, effect=prior)
        for name, prior in list(zampieri(1.56).items())[:8]
    }
    figure = exceedance(posteriors, thresholds=(0.05, 0.1, 0.15))
    assert {"RD > 0.05", "RD > 0.10", "RD > 0.15", "P(RD > x)"} <= set(words(figure))
    for post in posteriors.values():
        assert f"{probability(post, 'RD > 0.1'):.3f}" in words(figure)
    assert faults(figure) == []


def test_exceedance_turns_round_where_fewer_is_better() -> None:
    post = exact.log_odds_ratio(FEWER, effect=REFERENCE)
    figure = exceedance({LONG: post}, estimand="odds_ratio", thresholds=(1, 0.8), width="column")
    assert {"P(OR < x)", "OR < 0.8"} <= set(words(figure))
    curve = np.asarray(figure.axes[0].lines[1].get_ydata(), dtype=float)
    assert (np.diff(curve) >= 0).all()
    assert LONG in prose(figure)
    assert faults(figure) == []


def test_exceedance_of_draws(posterior: exact.ExactPosterior) -> None:
    sampled = Draws()
    figure = exceedance({"draws": sampled, "exact": posterior}, thresholds=(0.1,))
    assert f"{np.mean(sampled.values['risk_difference'] > 0.1):.2f}" in words(figure)
    assert faults(figure) == []


def test_bad_exceedance(posterior: exact.ExactPosterior) -> None:
    other = exact.log_odds_ratio(FEWER, effect=REFERENCE)
    with pytest.raises(InputError, match="one direction"):
        exceedance({"a": posterior, "b": other})
    with pytest.raises(InputError, match="one to eight"):
        exceedance({})
    with pytest.raises(InputError, match="fit or an exact posterior"):
        exceedance({"a": 3})
