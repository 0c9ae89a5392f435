"""Figures of results: forest, triplot, exceedance, arms, predictive, diagnostics."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from figure_checks import faults, ids, prose, words
from numpy.typing import NDArray

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.plots import (
    ForestRow,
    arms,
    diagnostics,
    exceedance,
    forest,
    predictive,
    share_of_draws,
    triplot,
)
from bayes_rsa.priors import Prior, zampieri
from bayes_rsa.trial import Trial

REFERENCE = Prior.normal(0, 1)
FEWER = Trial.from_counts(treatment=(15, 75), control=(27, 74), better="lower")
EMPTY = Trial.from_counts(treatment=(0, 5), control=(5, 5))
LONG = "A prior with a name so long that nobody would ever print it in one line of a figure"


class Draws:
    """A posterior known by its draws, as a fit is: here of two independent beta posteriors."""

    engine = "nuts"
    model = "independent_arms"
    measure = "OR"
    arms = True
    better = "higher"
    estimands = ("odds_ratio", "log_odds_ratio", "risk_difference", "p_treatment", "p_control")

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        p1, p0 = rng.beta(61, 16, (4, 1000)), rng.beta(48, 28, (4, 1000))
        log_or = np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0))
        self.values = {
            "odds_ratio": np.exp(log_or),
            "log_odds_ratio": log_or,
            "risk_difference": p1 - p0,
            "p_treatment": p1,
            "p_control": p0,
        }

    def draws(self, key: str) -> NDArray[np.float64]:
        return self.values[key]

    def cdf(self, key: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
        ordered = np.sort(self.values[key], axis=None)
        return np.searchsorted(ordered, x, side="right") / ordered.size

    def probability(self, event: Any) -> tuple[float, float]:
        values = self.values[event.estimand]
        return float(np.mean((values > event.lower) & (values < event.upper))), 0.002

    def summary(self, key: str, interval: float) -> Any:
        from bayes_rsa.estimands import EstimandSummary

        tail = (1 - interval) / 2
        low, middle, high = (float(q) for q in np.quantile(self.values[key], [tail, 0.5, 1 - tail]))
        limits = (low, high)
        return EstimandSummary(
            key,
            interval,
            None,
            None,
            middle,
            limits,
            limits,
            mcse_median=0.01,
            mcse_eti=(0.02, 0.03),
        )


@pytest.fixture(scope="module")
def posterior() -> exact.ExactPosterior:
    trial = Trial.from_counts(treatment=(60, 75), control=(47, 74))
    return exact.log_odds_ratio(trial, effect=REFERENCE)


def log_likelihood(effect: NDArray[np.float64]) -> NDArray[np.float64]:
    return -(((effect - 0.832) / 0.3764) ** 2) / 2


# ---- forest -----------------------------------------------------------------------------------


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
    from bayes_rsa.summaries import probability

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


# ---- arms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", ["page", "column"])
def test_arms(width: Any, tacrolimus: Trial) -> None:
    post = exact.log_odds_ratio(tacrolimus, effect=REFERENCE)
    figure = arms(post, tacrolimus, width=width)
    assert "Probability of healthy newborn" in words(figure)
    assert "Tacrolimus 60/75: 0.790 (0.692 to 0.868)" in words(figure)
    assert {"observed-0", "observed-1"} <= ids(figure)
    assert faults(figure) == []


def test_arms_with_empty_cells_and_endless_densities() -> None:
    half = Prior.beta(0.5, 0.5)
    figure = arms(exact.independent_arms(EMPTY, treatment=half, control=half), EMPTY)
    low, high = figure.axes[0].get_xlim()
    assert (low, high) == (0.0, 1.0)
    assert math.isfinite(figure.axes[0].get_ylim()[1])
    assert faults(figure) == []


def test_arms_without_patients() -> None:
    nobody = Trial.from_counts(treatment=(0, 0), control=(4, 9))
    figure = arms(exact.log_odds_ratio(nobody, effect=REFERENCE), nobody)
    assert "observed-0" not in ids(figure)
    assert "observed-1" in ids(figure)


def test_arms_of_draws(counts: Trial) -> None:
    figure = arms(Draws(), counts)
    assert "Kernel density" in figure.caption
    assert faults(figure) == []


def test_arms_need_arms() -> None:
    trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    with pytest.raises(InputError, match="both arms"):
        arms(exact.reported_effect(trial, effect=REFERENCE), trial)


# ---- predictive -------------------------------------------------------------------------------


def flat(n: int) -> NDArray[np.float64]:
    return np.full(n + 1, 1 / (n + 1))


@pytest.mark.parametrize("width", ["page", "column"])
@pytest.mark.parametrize("prior", [True, False])
def test_predictive(width: Any, prior: bool, tacrolimus: Trial) -> None:
    rng = np.random.default_rng(2)
    posterior = [share_of_draws(rng.binomial(n, 0.7, 4000), n) for n in tacrolimus.n]
    before = [flat(n) for n in tacrolimus.n] if prior else None
    figure = predictive(tacrolimus, posterior, before, width=width)
    assert {"Tacrolimus: 60 observed", "Events among 74"} <= set(words(figure))
    assert ("prior" in words(figure)) is prior
    assert ("improper" in figure.caption) is not prior
    assert "cannot fail" in figure.caption
    assert faults(figure) == []


def test_predictive_of_a_large_and_a_tiny_arm() -> None:
    trial = Trial.from_counts(treatment=(6000, 20000), control=(0, 1))
    rng = np.random.default_rng(3)
    posterior = [share_of_draws(rng.binomial(20000, 0.3, 5000), 20000), flat(1)]
    figure = predictive(trial, posterior, width="column")
    assert len(figure.axes[0].patches) <= 400
    assert faults(figure) == []
    pooled = sum(p.get_height() * p.get_width() / 0.86 for p in figure.axes[0].patches)
    assert pooled == pytest.approx(1, abs=0.02)


def test_share_of_draws_counts() -> None:
    assert share_of_draws([[0, 2], [2, 1]], 3).tolist() == [0.25, 0.25, 0.5, 0.0]
    with pytest.raises(InputError, match="between 0 and 3"):
        share_of_draws([4], 3)


def test_bad_predictive(counts: Trial) -> None:
    with pytest.raises(InputError, match="sum to 1"):
        predictive(counts, [flat(75), flat(75)])


# ---- diagnostics ------------------------------------------------------------------------------


def test_diagnostics_show_each_quantity_against_the_target() -> None:
    rng = np.random.default_rng(4)
    draws = {"log odds ratio": rng.normal(size=(4, 500)), LONG[:40]: rng.normal(size=(4, 500))}
    draws["stuck"] = np.cumsum(draws["log odds ratio"], axis=1)
    figure = diagnostics(draws, target=4000)
    assert {"log odds ratio", "stuck", "Trace"} <= set(words(figure))
    assert "4,000" in figure.caption
    assert faults(figure) == []
    import arviz_stats as azs

    bulk = float(azs.ess(draws["log odds ratio"], method="bulk"))
    assert f"log odds ratio: bulk {bulk:,.0f}" in figure.alt


def test_ranks_are_even_for_equal_chains_and_not_for_a_chain_apart() -> None:
    rng = np.random.default_rng(5)
    good = rng.normal(size=(4, 1000))
    bad = good + np.array([0, 0, 0, 5])[:, None]
    heights = [diagnostics({"x": chains}).axes[1].get_ylim()[1] for chains in (good, bad)]
    assert heights[0] < 2 < heights[1]


def test_diagnostics_of_a_constant_do_not_fail() -> None:
    assert faults(diagnostics({"constant": np.ones((4, 100))})) == []


@pytest.mark.parametrize("draws", [{}, {"x": np.zeros(100)}, {"x": np.zeros((4, 5))}])
def test_bad_diagnostics(draws: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="draws"):
        diagnostics(draws)
