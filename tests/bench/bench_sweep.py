"""Sweeps: the exact engine over 10,000 priors, and NUTS against rebuilding the model each time.

Every time is the best of several rounds, and the exact engine is held to its limit by processor
time: what other work on the machine disturbs least. NUTS and rebuilding run in turn, with the same
sampler settings and the same budget.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import nutpie
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
PRIORS = 20
ROUNDS = 4


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")


def test_exact_sweep_of_10_000_priors(
    counts: Trial, record_property: pytest.RecordProperty
) -> None:
    def run(estimands: list[str] | None) -> tuple[float, float]:
        _panels.cache_clear()
        grid = prior_grid("normal", mean=MEANS, sd=SDS)
        asked = {"statements": STATEMENTS, "estimands": estimands}
        begin = time.process_time()
        elapsed = seconds(lambda: sweep(counts, effect=grid, **asked))
        return elapsed, time.process_time() - begin

    run([])
    (wall, processor), (with_medians, _) = (
        (min(times) for times in zip(*(run(asked) for _ in range(ROUNDS)), strict=True))
        for asked in ([], None)
    )
    one = {"effect": Prior.normal(0, 1), "statements": STATEMENTS, "estimands": []}
    alone = min(seconds(lambda: sweep(counts, **one)) for _ in range(ROUNDS))
    record_property("seconds", wall)
    say(
        f"exact sweep, 10,000 effect priors x 5 statements: {wall:.2f} s, {processor:.2f} s of "
        f"processor time (limit 1); with medians and intervals {with_medians:.2f} s; one prior "
        f"alone {alone:.3f} s, so {10_000 * alone / wall:,.0f} times faster than one by one"
    )
    assert processor < 1.0


def test_nuts_sweep_against_rebuilding(
    counts: Trial, record_property: pytest.RecordProperty
) -> None:
    """4 x 1,000 draws a prior, on two cores."""
    plan = make_plan(counts, None, {"effect": prior_grid("normal", mean=0, sd=SDS[:PRIORS])})
    engine = NutsEngine(plan, seed=1)
    cells = plan.cells()
    engine.units(cells)
    compiling = seconds(lambda: engine.run(cells[:1]))

    def rebuild(sd: float) -> None:
        """As without this package: PyMC's model, compiled and sampled by nutpie."""
        model = log_odds_ratio(counts, effect=Prior.normal(0, sd))
        compiled = nutpie.compile_pymc_model(model)
        nutpie.sample(compiled, draws=1000, tune=1000, chains=4, seed=1, progress_bar=False)

    def refit(sd: float) -> None:
        model = log_odds_ratio(counts, effect=Prior.normal(0, sd))
        fit(model, seed=1, draws=1000, ess_target=1, predictive=False)

    mine, theirs, apart = [], [], []
    for round_ in range(ROUNDS):
        mine.append(seconds(lambda: [engine.run([cell]) for cell in cells]) / PRIORS)
        theirs.append(seconds(lambda sd=SDS[round_]: rebuild(sd)))
        apart.append(seconds(lambda sd=SDS[round_] + 0.001: refit(sd)))
    each, rebuilt, refitted = min(mine), min(theirs), min(apart)
    record_property("seconds_per_prior", each)
    record_property("ratio", rebuilt / each)
    say(
        f"NUTS sweep: {each:.3f} s a prior (limit 0.09) after {compiling:.1f} s for the compile; "
        f"rebuilding takes {rebuilt:.2f} s a prior, {rebuilt / each:.0f} times as long (at least "
        f"30); a fit of its own {refitted:.2f} s, {refitted / each:.0f} times"
    )
    assert each < 0.09
    assert rebuilt / each >= 30
