"""Box's P of a prior: over all tables, of the effect, and by the normal approximation."""

from __future__ import annotations

import math
import re
import warnings

import numpy as np
import pytest
from reference_values import entries

from bayes_rsa import frequentist as fq
from bayes_rsa.errors import InputError, PriorDataConflictWarning
from bayes_rsa.priors import Prior, enthusiastic, zampieri
from bayes_rsa.sensitivity import (
    NormalFinding,
    PriorDataConflict,
    finding,
    normal_conflict,
    prior_data_conflict,
)
from bayes_rsa.sensitivity.conflict import AGREEMENT, FLAGGED, NOTED
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
BASELINE = Prior.normal(0, 1.5)
NAMED = {"enthusiastic_OR2": enthusiastic(2.0), "pessimistic_OR2": enthusiastic(2.0).negated()}


def quiet(trial: Trial, **arguments: object) -> PriorDataConflict:
    return prior_data_conflict(trial, warn=False, **arguments)  # type: ignore[arg-type]


# ---- reference numbers ------------------------------------------------------------------------


def test_reference() -> None:
    covered = 0
    kept: dict[str, PriorDataConflict] = {}
    for entry in entries("box.").values():
        if found := re.fullmatch(r"box\.logit_sd(.+)\.(log_m_obs|p_table|p_logOR)", entry.name):
            sd, name = found.groups()
            if sd not in kept:
                kept[sd] = quiet(TRIAL, effect=Prior.normal(0, float(sd)), baseline=BASELINE)
            attribute = {"log_m_obs": "log_predictive", "p_logOR": "p_effect"}.get(name, name)
            got = getattr(kept[sd], attribute)
        elif found := re.fullmatch(r"box\.normal\.(sd)?(.+)\.p", entry.name):
            prior = Prior.normal(0, float(found[2])) if found[1] else NAMED[found[2]]
            got = normal_conflict(finding(TRIAL), prior)
        else:
            assert entry.name == "box.beta_uniform.p_table"
            uniform = Prior.beta(1, 1)
            got = quiet(TRIAL, treatment=uniform, control=uniform).p_table
        assert got == pytest.approx(entry.value, abs=entry.tolerance), entry.name
        covered += 1
    assert covered == 27


def test_uniform_arms_give_every_table_the_same_probability() -> None:
    uniform = Prior.beta(1, 1)
    found = quiet(TRIAL, treatment=uniform, control=uniform)
    assert found.log_predictive == pytest.approx(-math.log(76 * 75), abs=1e-12)
    assert found.p_table == pytest.approx(1.0, abs=1e-12)


# ---- what they mean ---------------------------------------------------------------------------


def test_over_the_prior_predictive_p_is_at_most_as_often_small() -> None:
    """The tables whose own P is at most p have together the probability p."""
    n = (4, 3)
    found = [
        quiet(
            Trial.from_counts(treatment=(y1, n[0]), control=(y0, n[1])),
            effect=Prior.normal(0.3, 0.8),
        )
        for y1 in range(n[0] + 1)
        for y0 in range(n[1] + 1)
    ]
    p = np.array([one.p_table for one in found])
    mass = np.exp([one.log_predictive for one in found])
    assert mass.sum() == pytest.approx(1, abs=1e-9)
    for value in p:
        assert mass[p <= value + 1e-9].sum() == pytest.approx(value, abs=1e-9)


def test_swapped_arms_see_the_same_conflict() -> None:
    prior = zampieri(2.0)["pessimistic strong"]
    found, swapped = quiet(TRIAL, effect=prior), quiet(TRIAL.swapped(), effect=prior.negated())
    for name in ("p_table", "p_effect", "p_normal", "log_predictive"):
        assert getattr(found, name) == pytest.approx(getattr(swapped, name), abs=1e-9)


def test_a_reported_effect_against_any_prior() -> None:
    """Twice the smaller tail of prior plus noise, for a mixture whose answer is known."""
    found = NormalFinding("OR", 0.9, 0.4, "")
    parts = [(0.4, Prior.normal(0, 0.3)), (0.6, Prior.normal(-0.5, 1))]
    normal = fq.two_sided_p
    upper = sum(w * 0.5 * normal((0.9 - p.mean) / math.hypot(p.sd, 0.4)) for w, p in parts)
    assert normal_conflict(found, Prior.mixture(parts)) == pytest.approx(2 * upper, abs=1e-9)
    t, wide = normal_conflict(found, Prior.student_t(3, 0, 0.3)), Prior.normal(0, 0.3)
    assert t > normal_conflict(found, wide)  # heavier tails forgive


def test_more_conflict_further_away() -> None:
    values = [
        quiet(TRIAL, effect=Prior.normal(mean, 0.3)).p for mean in (0.83, 0.4, 0.0, -0.4, -0.8)
    ]
    assert (np.diff(values) < 0).all()


# ---- the warning ------------------------------------------------------------------------------


def test_the_warning_names_the_prior() -> None:
    nine = zampieri(2.0)
    with pytest.warns(PriorDataConflictWarning, match=r"flagged.*Pessimistic, strong.*0\.021"):
        found = prior_data_conflict(TRIAL, effect=nine["pessimistic strong"])
    assert found.verdict == FLAGGED
    with pytest.warns(PriorDataConflictWarning, match=r"noted.*my own prior"):
        noted = prior_data_conflict(TRIAL, effect=nine["pessimistic moderate"], name="my own prior")
    assert noted.verdict == NOTED
    assert noted.table_verdict == FLAGGED
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        calm = prior_data_conflict(TRIAL, effect=nine["neutral moderate"], baseline=BASELINE)
    assert calm.verdict == AGREEMENT


def test_a_warning_may_be_left_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert quiet(TRIAL, effect=Prior.normal(-2, 0.1)).verdict == FLAGGED


# ---- what is missing, and refusals ------------------------------------------------------------


def test_large_trials_get_the_normal_version() -> None:
    large = Trial.from_counts(treatment=(600, 750), control=(470, 740))
    found = quiet(large, effect=Prior.normal(0, 1))
    assert found.p_table is None
    assert found.p == found.p_normal
    assert "20000 tables" in found.note


def test_an_empty_cell_leaves_the_exact_versions() -> None:
    found = quiet(Trial.from_counts(treatment=(8, 8), control=(3, 9)), effect=Prior.normal(0, 1))
    assert found.p_normal is None
    assert found.p_effect is not None
    assert 0 < found.p_effect < 1


def test_a_reported_effect_has_one_version() -> None:
    trial = Trial.from_effect(measure="HR", estimate="0.76", ci=("0.55", "1.04"))
    found = quiet(trial, effect=Prior.normal(0, 0.355))
    assert (found.p_table, found.p_effect, found.log_predictive) == (None, None, None)
    assert found.p_normal == found.p
    assert found.note


def test_refusals() -> None:
    with pytest.raises(InputError, match="predicts nothing"):
        quiet(TRIAL, effect=Prior.flat())
    uniform = Prior.beta(1, 1)
    for arguments in (
        {},
        {"treatment": uniform},
        {"effect": Prior.normal(0, 1), "treatment": uniform, "control": uniform},
    ):
        with pytest.raises(InputError, match="on both arms"):
            quiet(TRIAL, **arguments)
    with pytest.raises(InputError, match="need counts"):
        quiet(
            Trial.from_effect(measure="OR", log_effect=0.1, standard_error=0.2),
            treatment=uniform,
            control=uniform,
        )
    with pytest.raises(InputError, match="proper"):
        quiet(TRIAL, effect=Prior.normal(0, 1), baseline=Prior.flat())
