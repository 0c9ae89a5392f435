"""Calibration of ``log_odds_ratio``, ours against simuk's, both measured in this run.

simuk builds and compiles the model for each simulation, so its time is proportional to their
number; by default it is measured over fewer than ours, and BENCH_SIMUK=200 measures all of them.
The sampler, its settings and the number of draws are the same in both.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from typing import Any

import pytest
import simuk

from bayes_rsa.calibration import Nuts, sbc
from bayes_rsa.calibration.catalogue import CASES

SIMULATIONS = 200
MEASURED = int(os.environ.get("BENCH_SIMUK", "10"))
DRAWS = 999


def build() -> Any:
    return CASES["log_odds_ratio_midpoint"].build()


def ours() -> tuple[float, float]:
    """Seconds of the whole, compile included; and of one more simulation."""
    begin = time.perf_counter()
    model = build()
    engine = Nuts(model)
    sbc(model, SIMULATIONS, 1, draws=DRAWS, engine=engine, attempts=1)
    whole = time.perf_counter() - begin
    begin = time.perf_counter()
    sbc(model, 2 * SIMULATIONS, 2, draws=DRAWS, engine=engine, attempts=1)
    twice = time.perf_counter() - begin
    begin = time.perf_counter()
    sbc(model, SIMULATIONS, 3, draws=DRAWS, engine=engine, attempts=1)
    once = time.perf_counter() - begin
    return whole, (twice - once) / SIMULATIONS


def theirs() -> float:
    """Seconds of one simulation."""
    settings = Nuts.__init__.__kwdefaults__
    other = simuk.SBC(
        build(),
        num_simulations=MEASURED,
        seed=1,
        progress_bar=False,
        sample_kwargs={
            "nuts_sampler": "nutpie",
            # As many draws as ours are thinned from, at first.
            "draws": 3 * DRAWS // settings["chains"],
            **settings,
        },
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        begin = time.perf_counter()
        other.run_simulations()
        return (time.perf_counter() - begin) / MEASURED


def test_calibration_is_faster_than_simuk(capsys: pytest.CaptureFixture[str]) -> None:
    whole, marginal = ours()
    one = theirs()
    with capsys.disabled():
        sys.stdout.write(
            f"""
log_odds_ratio, {SIMULATIONS} simulations of {DRAWS} draws; simuk measured over {MEASURED}
  ours, compile included   {whole:8.2f} s
  simuk                    {one * SIMULATIONS:8.2f} s
  ratio                    {one * SIMULATIONS / whole:8.1f}   (at least 10)
  ours, one more           {marginal:8.4f} s
  simuk, one more          {one:8.4f} s
  ratio                    {one / marginal:8.1f}   (at least 30)
"""
        )
    assert one * SIMULATIONS / whole >= 10
    assert one / marginal >= 30
