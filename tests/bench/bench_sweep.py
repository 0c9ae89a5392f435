"""Sweeps: the exact engine over 10,000 priors, and NUTS against rebuilding the model each time.

Every time is the best of a few: what other work on the machine disturbs least. The sweep by NUTS
and the rebuilding one run in turn, with the same sampler settings and the same budget.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from bayes_rsa.inference import fit
from bayes_rsa.models import log_odds_ratio
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import prior_grid, sweep
from bayes_rsa.sensitivity.plan import make_plan
from bayes_rsa.sensitivity.sweep_exact import _panels
from bayes_rsa.sensitivity.sweep_nuts import NutsEngine
from bayes_rsa.trial import Trial

STATEMENTS = ("OR > 1", "OR > 1.25", "RD > 0.05", "RD > 0.1", "RR > 1.1")
SDS = np.linspace(0.1, 3, 100)
MEANS = np.linspace(-1, 1, 100)
PRIORS = 30
REBUILT = 3


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")


def test_exact_sweep_of_10_000_priors(
    counts: Trial, record_property: pytest.RecordProperty
) -> None:
    def run(estimands: list[str] | None) -> float:
        _panels.cache_clear()
        grid = prior_grid("normal", mean=MEANS, sd=SDS)
        return seconds(
            lambda: sweep(counts, effect=grid, statements=STATEMENTS, estimands=estimands)
        )

    run([])
    bare = min(run([]) for _ in range(4))
    whole = min(run(None) for _ in range(4))
    alone = seconds(lambda: sweep(counts, effect=Prior.normal(0, 1), statements=STATEMENTS))
    record_property("seconds", bare)
    say(
        f"exact sweep, 10,000 effect priors x 5 statements: {bare:.2f} s (limit 1); with medians "
        f"and intervals {whole:.2f} s; one prior alone {alone:.3f} s, so "
        f"{10_000 * alone / bare:,.0f} times faster than one by one"
    )
    assert bare < 1.0


def test_nuts_sweep_against_rebuilding(
    counts: Trial, record_property: pytest.RecordProperty
) -> None:
    """4 x 1,000 draws a prior, in two cores."""
    plan = make_plan(counts, None, {"effect": prior_grid("normal", mean=0, sd=SDS[:PRIORS])})
    engine = NutsEngine(plan, seed=1)
    cells = plan.cells()
    engine.units(cells)
    compiling = seconds(lambda: engine.run(cells[:1]))
    times = [seconds(lambda cell=cell: engine.run([cell])) for cell in cells]
    mine = float(np.median(times))

    def rebuild(sd: float) -> None:
        model = log_odds_ratio(counts, effect=Prior.normal(0, sd))
        fit(model, seed=1, draws=1000, ess_target=1, predictive=False)

    theirs = min(seconds(lambda sd=sd: rebuild(sd)) for sd in SDS[:REBUILT])
    record_property("seconds_per_prior", mine)
    record_property("ratio", theirs / mine)
    say(
        f"NUTS sweep: {mine:.3f} s a prior (limit 0.09) after {compiling:.1f} s for the compile; "
        f"rebuilding takes {theirs:.2f} s a prior, {theirs / mine:.0f} times as long (at least 30)"
    )
    assert mine < 0.09
    assert theirs / mine >= 30
