"""NUTS on the models of each arm's summaries, against quadrature and the reference numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from marker_fixtures import SUMMARISED, TWICE, estimate, held
from reference_values import entries

import bayes_rsa as rsa
from bayes_rsa.biomarkers import marker_records
from bayes_rsa.exact import biomarkers as exact
from bayes_rsa.inference import CompiledModel
from bayes_rsa.models import biomarkers as models
from bayes_rsa.priors import Prior

pytestmark = pytest.mark.slow

FLAT = Prior.flat()


def test_behrens_and_fisher_by_nuts() -> None:
    fit = held(rsa.fit(models.summary_statistics(SUMMARISED, marker="means", effect=FLAT), seed=3))
    record = marker_records(fit)[0]
    assert (record.variable, record.marker) == ("effect", "means")
    exactly = exact.summary_statistics(SUMMARISED, marker="means", effect=FLAT)
    draws = fit["posterior"]["effect"].values
    for name, entry in entries("summarystats.example.").items():
        which = name.rpartition(".")[2]
        if which.startswith("eti"):
            q = 0.025 if which.endswith("lo") else 0.975
            density = float(exactly.density(np.array([entry.value]))[0])
            error = math.sqrt(q * (1 - q) / record.ess_tail) / density
            assert np.quantile(draws, q) == pytest.approx(entry.value, abs=4 * error)
        elif which == "sd":
            found, error = estimate(draws, "sd", record.ess_bulk)
            assert found == pytest.approx(entry.value, abs=4 * error)
        else:
            assert record.p_lower == pytest.approx(entry.value, abs=4 * record.mcse_p_lower)
    assert set(fit.children) >= {"posterior_predictive", "log_likelihood"}
    assert "prior" not in fit.children


def test_quartiles_by_nuts() -> None:
    prior = Prior.normal(0, 0.3)
    fit = held(
        rsa.fit(
            models.summary_statistics(SUMMARISED, marker="quartiles", effect=prior),
            predictive=False,
            seed=6,
            ess_target=1500,
        )
    )
    record = marker_records(fit)[0]
    exactly = exact.summary_statistics(SUMMARISED, marker="quartiles", effect=prior)
    mean, sd = exactly.moments
    assert record.mean == pytest.approx(mean, abs=4 * record.mcse_mean)
    found, error = estimate(fit["posterior"]["effect"].values, "sd", record.ess_bulk)
    assert found == pytest.approx(sd, abs=4 * error)
    assert record.p_lower == pytest.approx(
        exactly.probability(upper=0), abs=4 * record.mcse_p_lower
    )


def test_an_analysis_of_covariance_from_summaries() -> None:
    """The larger the correlation, the nearer to ANCOVA's narrow answer."""
    built = {
        rho: models.baseline_follow_up(SUMMARISED, marker="twice", effect=FLAT, correlation=rho)
        for rho in (0.0, 0.8)
    }
    compiled = CompiledModel.of(tuple(built.values()))
    found = {}
    for rho, model in built.items():
        fit = held(rsa.fit(model, compiled=compiled, predictive=False, seed=4, ess_target=2000))
        found[rho] = marker_records(fit)[0]
    change = TWICE.treatment.mean - TWICE.control.mean
    before = TWICE.treatment.baseline_mean - TWICE.control.baseline_mean
    sds = [0.5 * (TWICE.treatment.sd + TWICE.control.sd), 0.9]
    for rho, record in found.items():
        adjusted = change - rho * sds[0] / sds[1] * before
        assert record.mean == pytest.approx(adjusted, abs=0.01)
        plain = math.hypot(TWICE.treatment.sd, TWICE.control.sd) / math.sqrt(74.5)
        assert record.sd == pytest.approx(plain * math.sqrt(1 - rho**2), rel=0.05)
