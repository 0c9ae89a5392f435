"""Simulated patients: the same for the same seed, drawn from the stated truth, labelled."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bayes_rsa.errors import InputError
from bayes_rsa.patients import MarkerTable, OutcomeTable, is_simulated_trial
from bayes_rsa.simulation import simulate_markers, simulate_mediation


def test_the_same_seed_gives_the_same_patients() -> None:
    for make in (
        lambda s: simulate_markers(ratios={"a": 0.5}, seed=s),
        lambda s: simulate_mediation(seed=s),
    ):
        pd.testing.assert_frame_equal(make(3).data, make(3).data)
        assert not make(3).data.equals(make(4).data)
        assert make(3).trial == make(3).trial


def test_markers_have_the_stated_moments() -> None:
    n = 12_000
    made = simulate_markers(ratios={"a": 0.5, "b": 1.5}, n=(n, n), seed=1, df=math.inf)
    table = MarkerTable.of(made.data)
    logs = np.log(table.value / 100)
    x, y = logs[..., 0], logs[..., 1]
    assert x.std() == pytest.approx(0.6, abs=0.02)
    residual = y - math.log(0.9) - 0.6 * x
    for arm in (True, False):
        effect = np.log([0.5, 1.5]) if arm else np.zeros(2)
        np.testing.assert_allclose(residual[table.treated == arm].mean(axis=0), effect, atol=0.02)
    control = residual[~table.treated]
    assert control.std() == pytest.approx(0.4, abs=0.02)
    assert np.corrcoef(control.T)[0, 1] == pytest.approx(0.3, abs=0.05)


def test_limits_and_missing_values_have_the_stated_shares() -> None:
    made = simulate_markers(ratios={"a": 1.0}, n=(2000, 2000), seed=1, share_below=0.2, missing=0.1)
    table = MarkerTable.of(made.data)
    assert table.missing.mean() == pytest.approx(0.1, abs=0.02)
    assert table.below[:, 0, 0].sum() / (~table.missing[:, 0, 0]).sum() == pytest.approx(
        0.2, abs=0.02
    )


def test_the_natural_effects_are_those_of_two_worlds() -> None:
    """The truth by quadrature against risks counted among as many patients in each arm."""
    n = 30_000
    made = simulate_mediation(
        n=(n, n),
        seed=1,
        interaction=0.5,
        covariate_on_mediator=0.4,
        covariate_on_outcome=-0.5,
        rho=0.3,
    )
    arms = made.data.groupby("arm")["outcome"].mean()
    difference = arms["treatment"] - arms["control"]
    assert abs(difference - made.truth["total_effect"]) < 4 * math.sqrt(0.5 / n)
    parts = made.truth["natural_direct_effect"] + made.truth["natural_indirect_effect"]
    assert parts == pytest.approx(made.truth["total_effect"], abs=1e-12)
    (y1, n1), (y0, n0) = OutcomeTable.of(made.data, "biomarker").counts
    assert made.trial.events == (y1, y0)
    assert made.trial.n == (n1, n0)


def test_the_label_outlasts_a_file(tmp_path: Path) -> None:
    made = simulate_markers(ratios={"a": 0.5}, n=(5, 5), seed=1)
    assert is_simulated_trial(made.trial)
    assert made.data.attrs["seed"] == 1
    made.data.to_csv(tmp_path / "patients.csv", index=False)
    again = pd.read_csv(tmp_path / "patients.csv")
    assert not again.attrs
    assert MarkerTable.of(again).simulated


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"ratios": {}}, "ratios"),
        ({"ratios": {"a": 0.0}}, "ratios['a']"),
        ({"df": 2.0}, "df"),
        ({"missing": 0.5}, "missing"),
        ({"share_below": -0.1}, "share_below"),
        ({"residual_scale": 0.0}, "residual_scale"),
        ({"n": (1, 5)}, "n"),
    ],
)
def test_impossible_simulations_are_refused(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        simulate_markers(**{"ratios": {"a": 0.5}, "seed": 1, **arguments})
    assert caught.value.field == field
