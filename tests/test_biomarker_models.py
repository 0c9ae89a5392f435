"""The PyMC models of biomarkers: contract, densities, draws; NUTS against quadrature."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from marker_fixtures import (
    PROPER,
    REPORTS,
    SUMMARISED,
    TWICE,
    TWICE_PROPER,
    N,
    reported,
    trial_with,
)
from reference_values import value
from scipy import special, stats

import bayes_rsa as rsa
from bayes_rsa import contract
from bayes_rsa.biomarkers import marker_records
from bayes_rsa.calibration.generator import Generator
from bayes_rsa.calibration.likelihood import LogLikelihood
from bayes_rsa.errors import InputError
from bayes_rsa.exact import biomarkers as exact
from bayes_rsa.exact.noncentral_t import log_likelihood
from bayes_rsa.models import biomarkers as models
from bayes_rsa.priors import Prior
from bayes_rsa.trial import (
    Biomarker,
    MeanSD,
    MedianQuartiles,
    Moments,
    Quartiles,
    critical_t,
    t_report,
)

NORMAL = Prior.normal(0, 1)
FLAT = Prior.flat()
MODELS: Mapping[str, Callable[[], pm.Model]] = {
    "direction only": lambda: models.direction_only(reported(), effect=NORMAL),
    "direction only, a mixed prior": lambda: models.direction_only(
        reported("not significant", "significant, lower"),
        effect=Prior.parse("0.5*normal(0, 1) + 0.5*student_t(4, 0, 0.5)"),
    ),
    "direction only, a bounded prior": lambda: models.direction_only(
        reported("significant, lower"), effect=Prior.uniform(-3, 1)
    ),
    "selected": lambda: models.direction_only(
        reported("significant, lower", "P given"),
        effect=NORMAL,
        reported_because_significant=True,
    ),
    "correlated": lambda: models.direction_only(reported(), effect=NORMAL, correlation=0.6),
    "hierarchical": lambda: models.hierarchical_direction_only(
        reported(), mean=NORMAL, correlation=0.5
    ),
    "means, flat": lambda: models.summary_statistics(SUMMARISED, marker="means", effect=FLAT),
    "means, proper": lambda: models.summary_statistics(
        SUMMARISED, marker="means", effect=NORMAL, **PROPER
    ),
    "geometric": lambda: models.summary_statistics(SUMMARISED, marker="geometric", effect=NORMAL),
    "quartiles": lambda: models.summary_statistics(SUMMARISED, marker="quartiles", effect=NORMAL),
    "twice": lambda: models.baseline_follow_up(
        SUMMARISED, marker="twice", effect=NORMAL, correlation=0.5
    ),
    "twice, unknown correlation": lambda: models.baseline_follow_up(
        SUMMARISED, marker="twice", effect=NORMAL, correlation=Prior.beta(4, 2), **TWICE_PROPER
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_they_follow_the_contract(name: str) -> None:
    model = MODELS[name]()
    card = contract.check(model)
    assert card.measure == contract.MARKER
    assert card.observed == ("marker_report",)
    assert tuple(model.coords["marker"]) == card.markers
    assert card.generative
    assert card.proper == (name not in {"means, flat", "geometric", "quartiles", "twice"})


# ---- the likelihood and its draws ---------------------------------------------------------------


def likelihood(model: pm.Model, **values: Any) -> Any:
    """Log-likelihood at several points, each value over (point, ...)."""
    return LogLikelihood(model)({k: np.asarray(v, dtype=float) for k, v in values.items()}, {})


@pytest.mark.parametrize(
    ("name", "selected"),
    [(name, False) for name in REPORTS]
    + [
        (n, True)
        for n in ("significant, lower", "not significant", "P given, direction not stated")
    ],
)
def test_the_likelihood_is_that_of_the_exact_engine(name: str, selected: bool) -> None:
    if selected and "not significant" in name:
        with pytest.raises(InputError, match="not known to be significant"):
            models.direction_only(reported(name), effect=NORMAL, reported_because_significant=True)
        return
    model = models.direction_only(
        reported(name), effect=NORMAL, reported_because_significant=selected
    )
    d = np.linspace(-4, 4, 33)
    report = t_report(Biomarker(name, REPORTS[name]), N)
    expected = exact.report_likelihood(report, 0.05 if selected else None)(d)
    found = likelihood(model, effect=d[:, None])
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


def test_markers_together_add_and_share_a_factor() -> None:
    rng = np.random.default_rng(3)
    d, w = rng.normal(size=(20, len(REPORTS))), rng.normal(size=20)
    reports = [t_report(Biomarker(name, finding), N) for name, finding in REPORTS.items()]
    model = models.direction_only(reported(), effect=NORMAL)
    apart = sum(exact.report_likelihood(r)(d[:, j]) for j, r in enumerate(reports))
    np.testing.assert_allclose(likelihood(model, effect=d), apart, rtol=1e-11)
    model = models.direction_only(reported(), effect=NORMAL, correlation=0.6)
    shared = sum(
        log_likelihood(r, r.per_d * d[:, j] + math.sqrt(0.6) * w, rest=math.sqrt(0.4))
        for j, r in enumerate(reports)
    )
    np.testing.assert_allclose(likelihood(model, effect=d, common_factor=w), shared, rtol=1e-11)


def replicated(model: pm.Model, count: int, **values: Any) -> Any:
    """Reports drawn from the model given values."""
    generator = Generator(model)
    truth = {name: np.asarray(v, dtype=float) for name, v in values.items()}
    return np.array([generator.replicate(truth, seed)["report"] for seed in range(count)])


@pytest.mark.parametrize("selected", [False, True])
def test_reports_are_drawn_as_often_as_they_are_likely(selected: bool) -> None:
    names = [n for n in REPORTS if not (selected and "not significant" in n)]
    model = models.direction_only(
        reported(*names), effect=NORMAL, reported_because_significant=selected
    )
    count, d = 3000, 0.25
    drawn = replicated(model, count, effect=np.full(len(names), d))
    selection = 0.05 if selected else None
    for j, name in enumerate(names):
        report = t_report(Biomarker(name, REPORTS[name]), N)
        if report.exact:
            t = critical_t(0.05, report.df)
            reach = stats.nct(report.df, report.per_d * d)
            p = (reach.sf(t) + reach.cdf(-t)) if not selected else 1.0
            share = float((np.abs(drawn[:, j]) > t).mean())
            assert share == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / count) + 1e-12)
            assert (drawn[:, j] >= 0).all() == report.unsigned
            continue
        found = dict(zip(*np.unique(drawn[:, j], return_counts=True), strict=True))
        total = 0.0
        for code in {0.0, 2.0, -2.0, 1.0, -1.0} & set(found):
            one = type(report)(report.n, code, report.critical, False, report.unsigned)
            p = math.exp(float(exact.report_likelihood(one, selection)(np.array([d]))[0]))
            total += p
            error = math.sqrt(p * (1 - min(p, 1.0)) / count)
            assert found[code] / count == pytest.approx(p, abs=4 * error + 1e-9), (name, code)
        assert total == pytest.approx(1, abs=0.01)


def test_correlated_reports_repeat_each_other() -> None:
    names = ("t given", "P given")
    model = models.direction_only(reported(*names), effect=NORMAL, correlation=0.7)
    generator = Generator(model)
    rng = np.random.default_rng(1)
    t = np.array(
        [
            generator.replicate({"effect": np.zeros(2), "common_factor": w}, k)["report"]
            for k, w in enumerate(rng.standard_normal(3000))
        ]
    )
    error = (1 - 0.7**2) / math.sqrt(len(t))
    # The factor stands for that of Z; those of U are drawn apart.
    assert np.corrcoef(t.T)[0, 1] == pytest.approx(0.7, abs=4 * error + 0.01)


def test_the_reference_density_of_mean_and_sd() -> None:
    entry = value("summarystats.loglik.m2_s0.8_n75.mu2.1_sigma0.85")
    same = trial_with(Biomarker("x", MeanSD(Moments(2.0, 0.8, 75), Moments(2.0, 0.8, 75))))
    model = models.summary_statistics(same, marker="x", effect=NORMAL, **PROPER)
    sd = math.log(0.85)
    found = likelihood(model, effect=[0.0], level=[2.1], log_sd_treatment=[sd], log_sd_control=[sd])
    assert found[0] == pytest.approx(2 * entry.value, abs=2 * (entry.tolerance or 0))


def test_quartiles_have_the_density_of_order_statistics() -> None:
    """With n = 11 the quartiles are the third, sixth and ninth value."""
    q = (0.3, 1.1, 1.9)
    trial = trial_with(Biomarker("x", MedianQuartiles(Quartiles(*q, 11), Quartiles(*q, 11))))
    model = models.summary_statistics(trial, marker="x", effect=NORMAL, scale="raw", **PROPER)
    found = likelihood(
        model, effect=[0.4], level=[1.0], log_sd_treatment=[0.2], log_sd_control=[-0.1]
    )
    expected = 0.0
    for mean, log_sd in ((1.2, 0.2), (0.8, -0.1)):
        law = stats.norm(mean, math.exp(log_sd))
        p = law.cdf(q)
        expected += math.lgamma(12) - 4 * math.lgamma(3) + law.logpdf(q).sum()
        expected += 2 * np.log([p[0], p[1] - p[0], p[2] - p[1], 1 - p[2]]).sum()
    assert found[0] == pytest.approx(expected, rel=1e-12)


def kibble(a: float, b: float, rho: float, df: int) -> float:
    """Log joint density of two correlated chi-squares, by its Bessel function."""
    rest, order = 1 - rho**2, 0.5 * df - 1
    x = rho * math.sqrt(a * b) / rest
    bessel = math.log(special.ive(order, x)) + x
    constant = -math.lgamma(0.5 * df) - math.log(rest) - (0.5 * df + 1) * math.log(2)
    powers = 0.5 * order * math.log(a * b) - order * math.log(rho)
    return constant + bessel + powers - (a + b) / (2 * rest)


def test_before_and_after_have_their_joint_density() -> None:
    rho = 0.6
    model = models.baseline_follow_up(
        SUMMARISED, marker="twice", effect=NORMAL, correlation=rho, **TWICE_PROPER
    )
    at = {
        "effect": -0.3,
        "baseline": 3.02,
        "level": 2.25,
        "log_sd_baseline": -0.12,
        "log_sd_treatment": -0.2,
        "log_sd_control": 0.02,
    }
    found = likelihood(model, **{k: [v] for k, v in at.items()})
    expected = 0.0
    for arm, sign, log_sd in (
        (TWICE.treatment, 0.5, at["log_sd_treatment"]),
        (TWICE.control, -0.5, at["log_sd_control"]),
    ):
        s = np.exp([at["log_sd_baseline"], log_sd])
        corr = np.array([[1, rho], [rho, 1]])
        means = [at["baseline"], at["level"] + sign * at["effect"]]
        cov = corr * np.outer(s, s) / arm.n
        expected += stats.multivariate_normal(means, cov).logpdf([arm.baseline_mean, arm.mean])
        df = arm.n - 1
        a, b = df * np.array([arm.baseline_sd, arm.sd]) ** 2 / s**2
        expected += kibble(a, b, rho, df)
        expected += math.log(2 * a / arm.baseline_sd) + math.log(2 * b / arm.sd)
    assert found[0] == pytest.approx(expected, rel=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["means, proper", "quartiles", "twice, unknown correlation"])
def test_summaries_are_drawn_from_their_density(name: str) -> None:
    """E[f(x | other) / f(x | own)] is 1 for draws from f(. | own)."""
    model = MODELS[name]()
    own = {
        "effect": -0.2,
        "level": 2.6 if name == "quartiles" else 2.2,
        "log_sd_treatment": -0.5,
        "log_sd_control": -0.4,
        "baseline": 3.0,
        "log_sd_baseline": -0.1,
        "correlation": 0.6,
    }
    own = {k: own[k] for k in (v.name for v in model.free_RVs)}
    other = {k: v + (0.02 if k != "level" else 0.03) for k, v in own.items()}
    both = {k: np.array([own[k], other[k]]) for k in own}
    log_likelihood_of = LogLikelihood(model)
    drawn = replicated(model, 1500, **own)
    logs = np.array([log_likelihood_of(both, {"report": report}) for report in drawn])
    ratio = np.exp(logs[:, 1] - logs[:, 0])
    assert np.std(ratio) > 0.05
    assert np.mean(ratio) == pytest.approx(1, abs=4 * np.std(ratio) / math.sqrt(len(ratio)))


# ---- what is refused ----------------------------------------------------------------------------

REFUSED: Mapping[str, tuple[Callable[[], Any], str]] = {
    "an improper prior of a difference": (
        lambda: models.direction_only(reported(), effect=FLAT),
        "prior must be proper",
    ),
    "an improper mean": (
        lambda: models.hierarchical_direction_only(reported(), mean=FLAT),
        "prior must be proper",
    ),
    "a negative spread": (
        lambda: models.hierarchical_direction_only(reported(), mean=NORMAL, spread=NORMAL),
        "an SD is positive",
    ),
    "one marker from a distribution": (
        lambda: models.hierarchical_direction_only(reported("t given"), mean=NORMAL),
        "needs two markers",
    ),
    "a negative correlation": (
        lambda: models.direction_only(reported(), effect=NORMAL, correlation=-0.1),
        "at least 0",
    ),
    "a correlation with selection": (
        lambda: models.direction_only(
            reported("t given", "P given"),
            effect=NORMAL,
            correlation=0.5,
            reported_because_significant=True,
        ),
        "modelled one by one",
    ),
    "a correlation of one marker": (
        lambda: models.direction_only(reported("t given"), effect=NORMAL, correlation=0.5),
        "correlates with nothing",
    ),
    "quartiles as a test": (
        lambda: models.direction_only(SUMMARISED, effect=NORMAL, markers=["quartiles"]),
        "nothing about a t statistic",
    ),
    "a test as means": (
        lambda: models.summary_statistics(reported(), marker="t given", effect=NORMAL),
        "no mean and SD",
    ),
    "geometric means on their own scale": (
        lambda: models.summary_statistics(
            SUMMARISED, marker="geometric", effect=NORMAL, scale="raw"
        ),
        "live on the log scale",
    ),
    "another rule of quantiles": (
        lambda: models.summary_statistics(
            SUMMARISED, marker="quartiles", effect=NORMAL, quantile_rule=5
        ),
        "rules 6 and 7",
    ),
    "equal quartiles": (
        lambda: models.summary_statistics(
            trial_with(
                Biomarker("x", MedianQuartiles(Quartiles(1, 1, 2, 9), Quartiles(1, 2, 3, 9)))
            ),
            marker="x",
            effect=NORMAL,
        ),
        "have no density",
    ),
    "one time as two": (
        lambda: models.baseline_follow_up(
            SUMMARISED, marker="means", effect=NORMAL, correlation=0.5
        ),
        "at baseline and at follow-up",
    ),
    "a correlation beyond one": (
        lambda: models.baseline_follow_up(
            SUMMARISED, marker="twice", effect=NORMAL, correlation=Prior.normal(0, 1)
        ),
        "between -1 and 1",
    ),
    "a fit of markers as one of the outcome": (
        lambda: rsa.summarize(_tiny_fit()),
        "nothing about the primary outcome",
    ),
}


def _tiny_fit() -> xr.DataTree:
    from bayes_rsa.inference import Provenance

    model = models.direction_only(reported("t given"), effect=NORMAL)
    tree = xr.DataTree.from_dict(
        {"posterior": xr.Dataset({"effect": (("chain", "draw", "marker"), np.zeros((2, 4, 1)))})}
    )
    Provenance.of(contract.card(model), {"name": "by hand"}).write(tree)
    return tree


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    build, says = REFUSED[name]
    with pytest.raises(InputError, match=says):
        build()


def test_a_fit_of_the_outcome_is_no_fit_of_markers() -> None:
    from model_fixtures import TACROLIMUS, beta_fit

    with pytest.raises(InputError, match="no model of biomarkers"):
        marker_records(beta_fit(TACROLIMUS, draws=10))
