"""The gate: planted faults fail it by name, and good fits pass."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from model_fixtures import REPORTED, funnel_fit, two_modes_fit

from bayes_rsa.diagnostics import Verdict, check, judge
from bayes_rsa.errors import ConvergenceError, InputError
from bayes_rsa.trial import Trial

DRAWS = 1000


def draws(**changes: object) -> tuple[xr.Dataset, xr.Dataset]:
    """Four good chains of ``effect`` and of the sampler's statistics; ``changes`` replace some."""
    rng = np.random.default_rng(8)
    columns = {
        "effect": rng.normal(size=(4, DRAWS)),
        "energy": rng.normal(size=(4, DRAWS)),
        "diverging": np.zeros((4, DRAWS), dtype=bool),
        "maxdepth_reached": np.zeros((4, DRAWS), dtype=bool),
    } | changes
    sets = {k: (("chain", "draw"), v) for k, v in columns.items()}
    return xr.Dataset({"effect": sets.pop("effect")}), xr.Dataset(sets)


def verdict(**changes: object) -> Verdict:
    posterior, stats = draws(**changes)
    return judge(posterior, stats, measure="OR", arms=False, parameters=("effect",))


def failed(found: Verdict) -> set[str]:
    return {c.name for c in found.failures}


def test_good_chains_pass_every_check() -> None:
    found = verdict()
    assert found.passed
    assert {c.name for c in found.checks} == {
        "R-hat",
        "bulk ESS",
        "tail ESS",
        "divergences",
        "E-BFMI",
        "tree depth",
    }
    assert {c.variable for c in found.checks} >= {"effect", "log_odds_ratio", "chain 3"}
    found.require()
    assert found.explain() == f"All {len(found.checks)} checks passed."


def flags(count: int) -> np.ndarray:
    array = np.zeros((4, DRAWS), dtype=bool)
    array[0, :count] = True
    return array


def planted(name: str) -> Verdict:
    rng = np.random.default_rng(9)
    noise = rng.normal(size=(4, DRAWS))
    if name == "shifted chain":
        return verdict(effect=noise + np.array([0, 0, 0, 0.5])[:, None])
    if name == "wider chain":
        return verdict(effect=noise * np.array([1, 1, 1, 3])[:, None])
    if name == "sticky":
        return verdict(effect=np.repeat(noise[:, ::50], 50, axis=1))
    if name == "constant":
        return verdict(effect=np.zeros((4, DRAWS)))
    if name == "not a number":
        return verdict(effect=np.where(noise > 3, np.nan, noise))
    if name == "one divergence":
        return verdict(diverging=flags(1))
    if name == "deep tree":
        return verdict(maxdepth_reached=flags(3))
    return verdict(energy=np.cumsum(noise, axis=1))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("shifted chain", "R-hat"),
        ("wider chain", "R-hat"),
        ("sticky", "bulk ESS"),
        ("sticky", "tail ESS"),
        ("constant", "R-hat"),
        ("not a number", "R-hat"),
        ("one divergence", "divergences"),
        ("deep tree", "tree depth"),
        ("random walk in energy", "E-BFMI"),
    ],
)
def test_a_planted_fault_fails_the_check_of_its_name(name: str, wanted: str) -> None:
    found = planted(name)
    assert wanted in failed(found)
    with pytest.raises(ConvergenceError, match=wanted) as caught:
        found.require()
    assert caught.value.verdict is found


def test_a_fault_of_the_sampler_is_the_only_one_named() -> None:
    assert failed(planted("one divergence")) == {"divergences"}
    assert failed(planted("deep tree")) == {"tree depth"}
    assert failed(planted("random walk in energy")) == {"E-BFMI"}


def test_a_funnel_fails_the_gate() -> None:
    found = check(funnel_fit())
    assert "divergences" in failed(found)
    with pytest.raises(ConvergenceError, match="divergences"):
        found.require()


def test_chains_that_never_mix_fail_the_gate() -> None:
    found = check(two_modes_fit())
    assert {"R-hat", "bulk ESS"} <= failed(found)
    with pytest.raises(ConvergenceError, match="R-hat of log_odds_ratio"):
        found.require()


def test_a_verdict_becomes_json() -> None:
    found = planted("constant").to_dict()
    assert found["passed"] is False
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_tree_without_provenance_is_refused() -> None:
    with pytest.raises(InputError, match="provenance"):
        check(xr.DataTree())


def test_the_measure_names_what_is_judged() -> None:
    posterior, stats = draws()
    found = judge(posterior, stats, measure="MD", arms=False, parameters=("effect",))
    assert "mean_difference" in {c.variable for c in found.checks}
    assert isinstance(REPORTED, Trial)
