"""Simulation-based calibration of the models of biomarkers, and coverage of their intervals."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from marker_fixtures import trial_with

from bayes_rsa.calibration import load, running, sbc
from bayes_rsa.calibration.marker_cases import MARKER_CASES
from bayes_rsa.calibration.patient_cases import PATIENT_CASES
from bayes_rsa.calibration.record import QuantityRanks
from bayes_rsa.errors import InputError
from bayes_rsa.exact import biomarkers as exact
from bayes_rsa.exact.marker_posterior import MarkerPosterior
from bayes_rsa.priors import Prior
from bayes_rsa.trial import (
    Biomarker,
    MeanSD,
    MedianQuartiles,
    Moments,
    Quartiles,
    TReport,
    critical_t,
)

# ---- the stored long runs ----------------------------------------------------------------------

STORED = Path(__file__).parents[1] / running.FOLDER


@pytest.mark.parametrize("name", [*MARKER_CASES, *PATIENT_CASES])
def test_stored_intervals_cover_as_often_as_they_say(name: str) -> None:
    """Truths from the model's own prior; the 95% interval of each parameter of interest."""
    stored = load(STORED / f"{name}.json").calibration
    interest = tuple(stored.config["model"]["interest"])
    judged = [q for q in stored.quantities if q.name.startswith(interest)]
    assert judged
    for quantity in judged:
        coverage, error = quantity.coverage(0.95)
        assert coverage == pytest.approx(0.95, abs=3 * error), quantity.name


def test_ranks_say_how_often_an_interval_covers() -> None:
    whole = QuantityRanks("x", np.arange(1000), 999, 0.05)
    assert whole.coverage(0.95)[0] == pytest.approx(0.95)
    low = QuantityRanks("x", np.zeros(50, dtype=np.int64), 999, 0.05)
    assert low.coverage(0.95) == (0.0, pytest.approx(math.sqrt(0.95 * 0.05 / 50)))
    with pytest.raises(InputError, match="below 1"):
        low.coverage(1.0)


@pytest.mark.slow
def test_a_short_run() -> None:
    model = MARKER_CASES["summary_statistics_means"].build()
    found = sbc(model, 20, seed=3, draws=63, workers=1)
    assert "log_likelihood" in found.ranks
    assert found.passed, found.explain()


# ---- coverage, by quadrature: truths from the prior ---------------------------------------------


def covered(posterior: MarkerPosterior, truth: float) -> bool:
    low, high = posterior.interval(0.95)
    return low < truth < high


@pytest.mark.parametrize(
    "kind",
    [
        "direction",
        *(pytest.param(x, marks=pytest.mark.slow) for x in ("unsigned", "selected", "exact")),
    ],
)
def test_intervals_cover_as_often_as_they_say(kind: str) -> None:
    """Truths from the prior, patients' values from them, t tests of those, posteriors by report.

    Selection keeps the truth, and takes the first significant one of its trials.
    """
    n, simulations = (20, 18), 600
    df, prior = sum(n) - 2, Prior.normal(0, 0.6)
    critical = critical_t(0.05, df)
    rng = np.random.default_rng(8)
    posteriors: dict[TReport, MarkerPosterior] = {}
    hits = []
    for truth in rng.normal(0, 0.6, simulations):
        beyond = t = 0.0
        while not beyond:
            one, other = rng.standard_normal(n[0]) + truth, rng.standard_normal(n[1])
            pooled = ((n[0] - 1) * one.var(ddof=1) + (n[1] - 1) * other.var(ddof=1)) / df
            t = (one.mean() - other.mean()) / math.sqrt(pooled * (1 / n[0] + 1 / n[1]))
            beyond = abs(t) > critical
            if kind != "selected":
                break
        value = t if kind == "exact" else 2 * math.copysign(1, t) if beyond else 0.0
        value = abs(value) if kind == "unsigned" else value
        exactly = kind == "exact"
        report = TReport(n, value, 0.0 if exactly else critical, exactly, kind == "unsigned")
        if report not in posteriors:
            selection = 0.05 if kind == "selected" else None
            law = exact.report_likelihood(report, selection)
            posteriors[report] = MarkerPosterior("x", "d", prior, law, exact.seeds_of(report))
        hits.append(covered(posteriors[report], truth))
    error = math.sqrt(0.95 * 0.05 / simulations)
    assert np.mean(hits) == pytest.approx(0.95, abs=3 * error)


@pytest.mark.slow
@pytest.mark.parametrize("truth", [-0.5, 0.0, 0.3])
def test_identified_differences_are_recovered(truth: float) -> None:
    """1,000 in each arm: no bias beyond the shrinkage that the prior states."""
    rng = np.random.default_rng(int(100 + 10 * truth))
    n, simulations = 1000, 60
    variance = 2 / n
    shrinkage = 1 / (1 + variance)
    found: dict[str, list[tuple[float, float]]] = {"t": [], "quartiles": []}
    for k in range(simulations):
        one, other = rng.normal(truth, 1, n), rng.normal(0, 1, n)
        arms = [Moments(float(y.mean()), float(y.std(ddof=1)), n) for y in (one, other)]
        trial = trial_with(Biomarker("x", MeanSD(*arms)))
        law = exact.standardised_difference(trial, marker="x", effect=Prior.normal(0, 1))
        found["t"].append(law.moments)
        if k < 12:
            q = [np.quantile(y, [0.25, 0.5, 0.75], method="weibull") for y in (one, other)]
            finding = MedianQuartiles(*(Quartiles(*map(float, x), n) for x in q))
            law = exact.standardised_difference(
                trial_with(Biomarker("x", finding)),
                marker="x",
                effect=Prior.normal(0, 1),
                scale="raw",
            )
            found["quartiles"].append(law.moments)
    for name, moments in found.items():
        means, sds = np.transpose(moments)
        # Quartiles are less informative: their shrinkage is larger, by less than twice.
        shrunk = truth * (shrinkage if name == "t" else 1 - 1.5 * (1 - shrinkage))
        # With so many patients posterior means scatter as much as the posterior is wide.
        error = sds.mean() / math.sqrt(len(means))
        assert means.mean() == pytest.approx(shrunk, abs=3 * error)


@pytest.mark.parametrize("model", ["patient_level", "mediation", "baseline_follow_up"])
def test_the_stored_trials_at_fixed_truths(model: str) -> None:
    """A thousand in each arm, three truths: no bias beyond the shrinkage that the prior states."""
    path = Path(__file__).parents[1] / "docs" / "simulations" / "fixed_truths.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored["n"] == [1000, 1000]
    rows = stored["models"][model]
    assert len({row["truth"] for row in rows}) == 3
    for row in rows:
        assert abs(row["bias"]) < row["shrinkage"] + 3 * row["bias_error"], row
        # A twentieth of a (log) unit, or two percentage points, would be seen.
        assert row["bias_error"] < (0.02 if model == "mediation" else 0.05) / 3, row


# ---- quartiles against their conversion, by the stored simulation ------------------------------


def test_the_stored_comparison_of_quartiles_with_conversions() -> None:
    """Without bias and with the coverage it promises where its family is right; Wan not so."""
    path = Path(__file__).parents[1] / "docs" / "simulations" / "quartiles.json"
    laws = json.loads(path.read_text(encoding="utf-8"))["laws"]
    assert len(laws) == 3
    for law, rows in laws.items():
        found = {row["method"]: row for row in rows}
        assert set(found) == {"order statistics", "Wan 2014", "Luo 2018"}
        if law.startswith("lognormal"):
            right = found["order statistics"]
            assert abs(right["bias"]) < 3 * right["bias_error"]
            assert right["coverage"] == pytest.approx(0.95, abs=3 * right["coverage_error"])
    unequal = {row["method"]: row for row in laws["lognormal, SDs 0.5 and 0.9"]}
    for method in ("Wan 2014", "Luo 2018"):
        assert unequal[method]["bias"] > 3 * unequal[method]["bias_error"]
        assert unequal[method]["coverage"] < unequal["order statistics"]["coverage"]
