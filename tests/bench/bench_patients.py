"""Patient-level markers: a whole fit from a cold start, and what follows from its draws.

A cold start is a new process on a machine that has compiled nothing yet. The fit comes with all its
groups: draws, both predictives, log densities.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from pymc.stats import compute_log_likelihood, compute_log_prior

from bayes_rsa import Prior, contract, models
from bayes_rsa.inference.vectorized import log_densities, predictions
from bayes_rsa.simulation import simulate_markers

RATIOS = {"A": 0.7, "B": 0.8, "C": 0.75}
WOMEN = (75, 74)
LIMIT = 60.0
LEAST = 1.2
DRAWS = 4000
FIT = f"""
import bayes_rsa as rsa
from bayes_rsa import models
from bayes_rsa.simulation import simulate_markers

simulated = simulate_markers(ratios={RATIOS}, n={WOMEN}, seed=1)
fit = rsa.fit(
    models.biomarkers.patient_level(
        simulated.trial, simulated.data, mean=rsa.Prior.normal(0, 0.5)
    )
)
assert rsa.check(fit).passed
"""


def _seconds(compiled: Path) -> float:
    flags = f"base_compiledir={compiled}"
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", FIT], check=True, env={**os.environ, "PYTENSOR_FLAGS": flags}
    )
    return time.perf_counter() - begin


def test_a_fit_of_149_women_from_a_cold_start(
    tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    cold, again = _seconds(tmp_path), _seconds(tmp_path)
    record_property("cold", cold)
    sys.stdout.write(
        f"\n149 women x 3 markers x 2 times: {cold:.0f} s from a cold start (limit {LIMIT:.0f}), "
        f"{again:.0f} s once compiled\n"
    )
    assert cold < LIMIT


def test_all_draws_at_once_against_one_by_one(record_property: pytest.RecordProperty) -> None:
    simulated = simulate_markers(ratios=RATIOS, n=WOMEN, seed=1)
    model = models.biomarkers.patient_level(
        simulated.trial, simulated.data, mean=Prior.normal(0, 0.5)
    )
    quick = {"model": model, "compile_kwargs": {"mode": contract.ONE_CALL}}
    given = pm.sample_prior_predictive(draws=DRAWS, random_seed=1, **quick)["prior"].to_dataset()
    tree = xr.DataTree.from_dict({"posterior": given})
    apart = {"model": model, "progressbar": False}
    kept = {"freeze_vars": [v.name for v in model.free_RVs]}
    # What PyMC compiles for it is then kept on disk.
    first = xr.DataTree.from_dict({"posterior": given.isel(draw=[0])})
    compute_log_likelihood(first, extend_inferencedata=False, **apart)
    compute_log_prior(first, extend_inferencedata=False, **apart)
    begin = time.perf_counter()
    pm.sample_posterior_predictive(tree, random_seed=1, progressbar=False, **kept, **quick)
    wanted = compute_log_likelihood(tree, extend_inferencedata=False, **apart)["marker_report"]
    compute_log_prior(tree, extend_inferencedata=False, **apart)
    theirs = time.perf_counter() - begin
    begin = time.perf_counter()
    predictions(given, model, seed=1)
    found = log_densities(given, model, [v.name for v in model.basic_RVs])["marker_report"]
    ours = time.perf_counter() - begin
    record_property("ratio", theirs / ours)
    sys.stdout.write(
        f"\npredictions and log densities at {DRAWS:,} draws: {ours:.1f} s at once, {theirs:.1f} s "
        f"by PyMC draw by draw, {theirs / ours:.1f} times (at least {LEAST})\n"
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-10)
    assert theirs / ours > LEAST
