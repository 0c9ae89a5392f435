"""NUTS on the models of reports about tests, against quadrature and the reference numbers."""

from __future__ import annotations

import math

import pytest
from marker_fixtures import estimate, held
from reference_values import entries

import bayes_rsa as rsa
from bayes_rsa.biomarkers import marker_records
from bayes_rsa.exact import biomarkers as exact
from bayes_rsa.inference import CompiledModel
from bayes_rsa.models import biomarkers as models
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

pytestmark = pytest.mark.slow

NORMAL = Prior.normal(0, 1)
SHORT = {"predictive": False, "ess_target": 1000, "draws": 500, "tune": 400}


def test_every_reference_number(tacrolimus: Trial) -> None:
    """The three markers are reported alike: one of them, three priors, one compiled model."""
    built = {
        sd: models.direction_only(tacrolimus, effect=Prior.normal(0, sd), markers=["ST2"])
        for sd in (0.5, 1, 2)
    }
    compiled = CompiledModel.of(tuple(built.values()))
    for sd, model in built.items():
        fit = held(rsa.fit(model, compiled=compiled, seed=7, **SHORT))
        draws = -fit["posterior"]["effect"].values[..., 0]
        (record,) = marker_records(fit)
        for name, entry in entries(f"biomarker.dir_only.prior_sd{sd}.").items():
            which = name.removeprefix(f"biomarker.dir_only.prior_sd{sd}.")
            found, error = estimate(draws, which, record.ess_bulk)
            assert found == pytest.approx(entry.value, abs=4 * error), name


def test_related_markers(tacrolimus: Trial) -> None:
    spread = Prior.lognormal(-1, 0.4)
    options = {"mean": NORMAL, "spread": spread, "correlation": 0.5, "markers": ["IL-33", "ST2"]}
    model = models.hierarchical_direction_only(tacrolimus, **options)
    fit = held(rsa.fit(model, seed=2, target_accept=0.95, **SHORT | {"ess_target": 500}))
    found = exact.joint_direction(tacrolimus, **options)
    posterior = fit["posterior"]
    lower = (posterior["effect"].values < 0).all(axis=-1)
    share = (lower.sum() + 1) / (lower.size + 2)
    ess = min(r.ess_tail for r in marker_records(fit))
    error = math.sqrt(share * (1 - share) / ess)
    assert lower.mean() == pytest.approx(found.all_lower, abs=4 * error)
    draws = posterior["spread"].values
    assert found.spread == pytest.approx(draws.mean(), abs=4 * draws.std() / math.sqrt(400))
