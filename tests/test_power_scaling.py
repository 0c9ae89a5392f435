"""Power-scaling: the exact reference, and what ArviZ makes of draws."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest
import xarray as xr
from model_fixtures import TACROLIMUS, compiled_baseline, compiled_reported, reference_fit
from reference_values import entries, value

from bayes_rsa import exact, models
from bayes_rsa.errors import InputError
from bayes_rsa.inference import fit
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import PowerScaledModel, PowerScaling, power_scaling
from bayes_rsa.sensitivity.power_scaling import ALL, CONFLICT, STRONG, diagnose, pareto_k

BASELINE = Prior.normal(0, 1.5)
BLOCKS = {"prior_delta_only": "effect", "prior_all": "prior", "likelihood": "likelihood"}
KEYS = {"logOR": "log_odds_ratio", "RD": "risk_difference"}


# ---- by quadrature ----------------------------------------------------------------------------


@pytest.mark.parametrize("sd", ["0.355", "0.5", "1", "1.5", "2.5", "10"])
def test_reference(sd: str) -> None:
    covered = 0
    for entry in entries(f"powerscale.logit_sd{sd}.").values():
        found = re.fullmatch(
            rf"powerscale\.logit_sd{re.escape(sd)}\.(logOR|RD)\.(\w+?)(?:_S(\d+))?", entry.name
        )
        if found is None:  # the entries of another SD with these digits in front
            continue
        model = PowerScaledModel(
            TACROLIMUS,
            Prior.normal(0, float(sd)),
            baseline=BASELINE,
            draws=int(found[3] or 4000),
        )
        got = model.sensitivity(BLOCKS[found[2]], KEYS[found[1]])
        # Far inside the file's tolerance, which is that of any reading of the definition.
        assert got == pytest.approx(entry.value, abs=min(entry.tolerance or 0, 1e-8)), entry.name
        covered += 1
    assert covered == 5


def test_the_diagnosis_of_the_nine_rows() -> None:
    """SD 0.5 and below conflict with the data, above 1 they do not; 1 itself sits on the edge."""
    for sd in ("0.355", "0.5"):
        model = PowerScaledModel(TACROLIMUS, Prior.normal(0, float(sd)), baseline=BASELINE)
        assert diagnose(*map(model.sensitivity, ("effect", "likelihood"))) == CONFLICT
    for sd in (1.5, 2.5, 10.0):
        model = PowerScaledModel(TACROLIMUS, Prior.normal(0, sd), baseline=BASELINE)
        assert not diagnose(*map(model.sensitivity, ("effect", "likelihood")))
    assert diagnose(0.2, 0.01) == STRONG


def test_powers_of_normal_priors_are_normal_priors() -> None:
    """The scaled posteriors, against the plain engine with scaled standard deviations."""
    model = PowerScaledModel(TACROLIMUS, Prior.normal(0.2, 0.5), midpoint=BASELINE)
    x = np.linspace(-0.5, 1.5, 9)
    for alpha in (0.5, 0.99, 2.0):
        scaled = model._curve({"effect": alpha}, "log_odds_ratio")
        plain = exact.log_odds_ratio(
            TACROLIMUS, effect=Prior.normal(0.2, 0.5 / math.sqrt(alpha)), midpoint=BASELINE
        )
        assert scaled.cdf(x) == pytest.approx(plain.cdf("log_odds_ratio", x), abs=1e-9)


def test_a_likelihood_to_the_power_two_is_twice_the_trial() -> None:
    model = PowerScaledModel(TACROLIMUS, Prior.cauchy(0, 1))
    double = type(TACROLIMUS).from_counts(treatment=(120, 150), control=(94, 148))
    scaled = model._curve({"likelihood": 2.0}, "risk_difference")
    plain = exact.log_odds_ratio(double, effect=Prior.cauchy(0, 1))
    t = np.arctanh(np.linspace(-0.05, 0.35, 9))
    assert scaled.cdf(t) == pytest.approx(plain.cdf("risk_difference", np.tanh(t)), abs=1e-9)


def test_a_mixture_is_raised_as_a_whole() -> None:
    alone = PowerScaledModel(TACROLIMUS, Prior.normal(0, 0.5))
    twice = Prior.mixture([(0.4, Prior.normal(0, 0.5)), (0.6, Prior.normal(0, 0.5))])
    same = PowerScaledModel(TACROLIMUS, twice)
    assert same.sensitivity("effect") == pytest.approx(alone.sensitivity("effect"), rel=1e-7)


def test_more_scepticism_is_more_sensitive() -> None:
    found = [
        PowerScaledModel(TACROLIMUS, Prior.normal(0, sd)).sensitivity("effect")
        for sd in (0.2, 0.4, 0.8, 1.6)
    ]
    assert (np.diff(found) < 0).all()


def test_exact_refusals() -> None:
    with pytest.raises(InputError, match="proper"):
        PowerScaledModel(TACROLIMUS, Prior.flat())
    model = PowerScaledModel(TACROLIMUS, Prior.normal(0, 1))
    with pytest.raises(InputError, match="block"):
        model.sensitivity("baseline")
    with pytest.raises(InputError, match="quantity"):
        model.sensitivity("effect", "odds_ratio")


# ---- by draws ---------------------------------------------------------------------------------


@cache
def baseline_fit(sd: float) -> xr.DataTree:
    """4 x 1,000 draws, as many as the reference numbers stand for."""
    model = models.log_odds_ratio(TACROLIMUS, effect=Prior.normal(0, sd), baseline=BASELINE)
    return fit(model, compiled=compiled_baseline(), ess_target=1)


@cache
def rows(sd: float) -> dict[tuple[str, str], PowerScaling]:
    found = power_scaling(baseline_fit(sd))
    return {(row.quantity, row.block): row for row in found}


@pytest.mark.parametrize("sd", [0.355, 2.5])
def test_draws_against_the_reference(sd: float) -> None:
    found = rows(sd)
    assert len(found) == 6
    for name, block in (("prior_delta_only", "effect"), ("prior_all", ALL)):
        entry = value(f"powerscale.logit_sd{sd:g}.logOR.{name}")
        row = found["log_odds_ratio", block]
        assert row.draws == 4000
        assert row.prior == pytest.approx(entry.value, abs=entry.tolerance_mcmc)
        assert row.exact_prior == pytest.approx(entry.value, abs=entry.tolerance)
    entry = value(f"powerscale.logit_sd{sd:g}.logOR.likelihood")
    row = found["log_odds_ratio", "effect"]
    assert row.likelihood == pytest.approx(entry.value, abs=entry.tolerance_mcmc)
    assert row.exact_likelihood == pytest.approx(entry.value, abs=entry.tolerance)
    entry = value(f"powerscale.logit_sd{sd:g}.RD.prior_all")
    row = found["risk_difference", ALL]
    assert row.prior == pytest.approx(entry.value, abs=entry.tolerance_mcmc)
    assert row.exact_prior == pytest.approx(entry.value, abs=entry.tolerance)


def test_each_block_is_scaled_alone() -> None:
    found = rows(0.355)
    effect, level = found["log_odds_ratio", "effect"], found["log_odds_ratio", "baseline"]
    assert effect.diagnosis == CONFLICT
    assert not level.diagnosis
    assert level.prior < 0.02
    assert effect.prior > 0.1
    assert effect.priors == {"effect": "normal(0, 0.355)"}
    assert set(found["log_odds_ratio", ALL].priors) == {"effect", "baseline"}
    assert [block for quantity, block in found if quantity == "log_odds_ratio"] == [
        "effect",
        "baseline",
        ALL,
    ]


def test_pareto_k() -> None:
    """Powers near one hardly weigh, so k is far below 0.7 in every block."""
    for row in (*rows(0.355).values(), *rows(2.5).values()):
        assert -1 < row.pareto_k < 0.5


@pytest.mark.parametrize("k", [0.3, 0.9])
def test_pareto_k_of_known_weights(k: float) -> None:
    """Weights with a Pareto tail of index k: what ``psense`` would use without a word."""
    noise = np.random.default_rng(3).exponential(size=(4, 5000))
    groups = {
        "log_prior": xr.Dataset(
            {
                "effect": (("chain", "draw"), -100 * k * noise),
                "baseline": (("chain", "draw"), np.zeros_like(noise)),
            }
        )
    }
    tree = xr.DataTree.from_dict(groups)
    assert pareto_k(tree, "log_prior", ("effect",)) == pytest.approx(k, abs=0.15)
    assert pareto_k(tree, "log_prior", None) == pytest.approx(k, abs=0.15)
    assert pareto_k(tree, "log_prior", ("baseline",)) == -math.inf


def test_a_reported_effect_has_no_arms() -> None:
    trial = compiled_reported().model
    found = power_scaling(fit(trial, compiled=compiled_reported(), ess_target=1))
    assert [(row.quantity, row.block) for row in found] == [("log_odds_ratio", "effect")]
    assert found[0].exact_prior is None
    assert found[0].likelihood > found[0].prior


def test_other_quantities() -> None:
    found = power_scaling(reference_fit(), quantities=["p_control", "log_risk_ratio"], exact=False)
    assert {row.quantity for row in found} == {"p_control", "log_risk_ratio"}
    assert all(row.exact_prior is None for row in found)


def test_refusals() -> None:
    with pytest.raises(InputError, match="does not hold it"):
        power_scaling(reference_fit(), quantities=["odds_ratio"])
    bare = fit(compiled_baseline().model, compiled=compiled_baseline(), predictive=False)
    with pytest.raises(InputError, match="predictive=True"):
        power_scaling(bare)
