"""Patient-level markers: the table, the density, the fit, calibration; all patients simulated."""

from __future__ import annotations

import math

import arviz_stats as azs
import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr
from scipy import stats

from bayes_rsa import contract
from bayes_rsa.biomarkers import geometric_mean_ratios
from bayes_rsa.calibration import Nuts, sbc
from bayes_rsa.calibration.generator import Generator
from bayes_rsa.calibration.likelihood import LogLikelihood
from bayes_rsa.calibration.patient_cases import PATIENT_CASES
from bayes_rsa.errors import InputError
from bayes_rsa.inference import fit
from bayes_rsa.models.biomarkers import patient_level
from bayes_rsa.patients import MarkerTable
from bayes_rsa.priors import Prior
from bayes_rsa.simulation import simulate_markers
from bayes_rsa.trial import Trial

MEAN = Prior.normal(0, 0.5)
SMALL = simulate_markers(ratios={"IL-33": 0.7, "ST2": 0.9}, n=(6, 5), seed=2)
LONG = SMALL.data


def replaced(column: str, value: object, row: int = 0) -> pd.DataFrame:
    data = LONG.copy()
    data[column] = data[column].astype(object)
    data.loc[row, column] = value
    return data.infer_objects()


# ---- the table ----------------------------------------------------------------------------------


def test_a_table_is_read_back_from_its_frame() -> None:
    table = MarkerTable.of(LONG)
    again = MarkerTable.of(table.frame().sample(frac=1, random_state=1))
    order = [again.patients.index(name) for name in table.patients]
    columns = [again.markers.index(name) for name in table.markers]
    np.testing.assert_array_equal(again.value[order][:, columns], table.value)
    assert table.n == (6, 5)
    assert table.simulated


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        (SMALL.truth, "data", "pandas DataFrame"),
        (LONG.rename(columns={"marker": "markers"}), "data['marker']", "did you mean 'markers'"),
        (LONG.iloc[:0], "data", "no row"),
        (replaced("arm", "placebo"), "data['arm']", "'treatment', 'control'"),
        (replaced("arm", "control"), "data['arm']", "both arms"),
        (replaced("time", "week 8"), "data['time']", "'baseline', 'follow_up'"),
        (replaced("marker", None), "data['marker']", "row 0 has no marker"),
        (replaced("value", "<5"), "data['value']", "column 'lloq'"),
        (replaced("value", -1.0), "data['value']", "log scale"),
        (replaced("value", 0.0), "data['value']", "log scale"),
        (replaced("value", math.inf), "data['value']", "finite"),
        (pd.concat([LONG, LONG.iloc[:1]]), "data", "same patient, marker and time"),
        (LONG.assign(lloq=-1.0), "data['lloq']", "positive"),
        (LONG.assign(lloq=1e9), "marker 'IL-33'", "quantified"),
        (LONG[LONG.arm == "control"], "data['arm']", "treatment has fewer"),
        (replaced("simulated", False), "data['simulated']", "one table"),
    ],
)
def test_bad_tables_are_refused(data: object, field: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        MarkerTable.of(data)
    assert caught.value.field == field
    assert words in str(caught.value)


def test_whatever_stands_for_a_value_below_its_limit_counts_as_below() -> None:
    values = LONG.value.copy()
    limit = float(np.quantile(values, 0.2))
    tables = []
    for stands in (0.0, limit / 2, limit):
        data = LONG.assign(lloq=limit, value=values.where(values > limit, stands))
        tables.append(MarkerTable.of(data))
    for table in tables:
        np.testing.assert_array_equal(table.below, tables[0].below)
    assert 0 < tables[0].below.sum() < tables[0].below.size


def test_a_ratio_beside_both_parts_is_refused() -> None:
    with pytest.raises(InputError, match="no third fact"):
        simulate_markers(ratios={"Th1": 1, "Th2": 1, "Th1/Th2 ratio": 1.1}, n=(5, 5), seed=1)


def test_simulated_patients_never_stand_under_a_real_name() -> None:
    trial = Trial.from_counts((60, 75), (47, 74), name="tacrolimus-rsa-2023")
    with pytest.raises(InputError, match="name of the trial does not say so"):
        patient_level(trial, LONG, mean=MEAN)
    with pytest.raises(InputError, match="not labelled so"):
        patient_level(SMALL.trial, MarkerTable.of(LONG).frame(), mean=MEAN)


def test_priors_that_do_not_fit_are_refused() -> None:
    one = LONG[LONG.marker == "ST2"]
    for data, priors, words in (
        (LONG, {}, "effect"),
        (LONG, {"effect": MEAN, "mean": MEAN}, "one of the two"),
        (LONG, {"effect": MEAN, "spread": MEAN}, "pooled"),
        (one, {"mean": MEAN}, "nothing to be pooled"),
        (LONG, {"mean": MEAN, "residual_scale": MEAN}, "positive"),
        (LONG, {"mean": Prior.flat()}, "proper"),
        (LONG, {"mean": MEAN, "df": 2.0}, "above 2"),
        (LONG, {"mean": MEAN, "correlation_shape": 0.5}, "at least 1"),
    ):
        with pytest.raises(InputError, match=words):
            patient_level(SMALL.trial, data, **priors)


# ---- the density --------------------------------------------------------------------------------


def values_of(
    model: pm.Model, seed: int = 1
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    truth = Generator(model).prior(seed)
    return dict(truth.values), dict(truth.data)


def test_without_hidden_values_the_density_is_normal_and_multivariate_t() -> None:
    model = patient_level(SMALL.trial, SMALL.data, effect=MEAN, df=4.0)
    assert contract.check(model).latent == ()
    p, data = values_of(model)
    report, treated = data["report"], contract.data_of(model)["treated"]
    factor = np.array([[1.0, 0.0], [2 * p["partial_correlation_1"][0] - 1, 0.0]])
    factor[1, 1] = math.sqrt(1 - factor[1, 0] ** 2)
    scale = np.diag(p["residual_scale"]) @ factor @ factor.T @ np.diag(p["residual_scale"])
    expected = 0.0
    for row, z in zip(report, treated, strict=True):
        x, y = row[:, 0], row[:, 1]
        expected += stats.norm.logpdf(x, p["baseline_mean"], p["baseline_sd"]).sum()
        centre = p["level"] + p["effect"] * z + p["slope"] * (x - p["baseline_mean"])
        expected += stats.multivariate_t.logpdf(y, centre, scale, df=4.0)
    found = LogLikelihood(model)({k: v[None] for k, v in p.items()}, data)
    assert found == pytest.approx(expected, rel=1e-10)


def test_hidden_values_are_integrated_by_their_latent_numbers() -> None:
    """One patient, one marker below its limit, one known: the mean over the latent numbers."""
    data = SMALL.data.copy()
    data["lloq"] = np.nan
    first = data.patient == data.patient.iloc[0]
    hidden = first & (data.marker == "IL-33") & (data.time == "follow_up")
    data.loc[hidden, "lloq"] = float(data.loc[hidden, "value"].iloc[0])
    model = patient_level(SMALL.trial, data, effect=MEAN, df=5.0)
    card = contract.check(model)
    assert card.latent == ("hidden", "patient_variance")
    assert not card.generative
    p = {name: np.asarray(value) for name, value in Generator(model).prior(3).values.items()}
    rng = np.random.default_rng(1)
    size = 20_000
    many = {k: np.broadcast_to(v, (size, *v.shape)) for k, v in p.items()}
    many["hidden"] = rng.standard_normal((size, 1))
    many["patient_variance"] = 5 / rng.chisquare(5, (size, 1))
    logs = LogLikelihood(model)(many, {})
    constant = contract.data_of(model)
    row, limit = constant["report"][0], constant["log_limit"][0, 0, 1]
    z = constant["treated"][0]
    rho = 2 * float(p["partial_correlation_1"][0]) - 1
    x = row[:, 0]
    centre = p["level"] + p["effect"] * z + p["slope"] * (x - p["baseline_mean"])
    e = (row[1, 1] - centre[1]) / p["residual_scale"][1]
    # Known margin of the second marker, then the first given it: Student's t with 6 df.
    spread = math.sqrt((1 - rho**2) * (5 + e**2) / 6)
    bound = ((limit - centre[0]) / p["residual_scale"][0] - rho * e) / spread
    exact = stats.t.logpdf(e, 5) - math.log(p["residual_scale"][1]) + stats.t.logcdf(bound, 6)
    exact += stats.norm.logpdf(x, p["baseline_mean"], p["baseline_sd"]).sum()
    others = patient_level(SMALL.trial, data[~first], effect=MEAN, df=5.0)
    # The others' logs are relative to another unit: shift them.
    shift = contract.data_of(others)["log_unit"] - constant["log_unit"]
    moved = {k: v[None] for k, v in p.items() if k not in card.latent}
    moved |= {name: moved[name] - shift for name in ("level", "baseline_mean")}
    exact += float(LogLikelihood(others)(moved, {})[0])
    ratio = np.exp(logs - exact)
    assert abs(ratio.mean() - 1) < 4 * ratio.std() / math.sqrt(size)


@pytest.mark.usefixtures("interpreted")
def test_the_correlations_have_the_lkj_prior() -> None:
    three = simulate_markers(ratios={"A": 1, "B": 1, "C": 1}, n=(4, 4), seed=1)
    model = patient_level(three.trial, three.data, mean=MEAN, correlation_shape=2.0)
    with model:
        drawn = pm.draw(model["correlation"], draws=2000, random_seed=1, mode=contract.ONE_CALL)
    # Each is 2 beta(b, b) - 1 with b = shape + (markers - 2)/2.
    for column in drawn.T:
        assert stats.kstest((column + 1) / 2, stats.beta(2.5, 2.5).cdf).pvalue > 0.001


# ---- the fit ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def calibrated() -> Nuts:
    model = PATIENT_CASES["patient_level"].build()
    return Nuts(model, varying=contract.data_of(model).keys() - contract.hyperparameters_of(model))


@pytest.mark.slow
def test_a_fit_finds_what_was_simulated(calibrated: Nuts) -> None:
    """The compiled model is that of calibration, with other data."""
    truth = {"first": 0.6, "second": 0.9}
    many = simulate_markers(ratios=truth, n=(100, 100), seed=5)
    model = patient_level(many.trial, many.data, **PATIENT_CASES["patient_level"].priors)
    ready = calibrated.compiled.with_data(model, contract.data_of(model))
    tree = ready.sample(seed=1, draws=500, target_accept=0.97)
    assert int(tree["sample_stats"]["diverging"].sum()) == 0
    effect = tree["posterior"]["effect"]
    assert float(azs.rhat(effect).max()) < 1.02
    for name, ratio in truth.items():
        draws = effect.sel(marker=name)
        assert abs(float(draws.mean()) - math.log(ratio)) < 3.5 * float(draws.std())
        assert float(draws.std()) < 0.1


@pytest.mark.slow
def test_calibration(calibrated: Nuts) -> None:
    model = calibrated.compiled.model
    found = sbc(model, 12, seed=3, draws=63, engine=calibrated, attempts=1)
    assert {"log_likelihood", "effect[0]", "spread", "correlation[0]"} <= set(found.ranks)
    assert found.passed, found.explain()


def test_a_model_for_other_patients_has_a_latent_number_for_whatever_may_be_hidden() -> None:
    low = simulate_markers(ratios={"A": 0.8, "B": 1.2}, n=(8, 8), seed=1, share_below=0.2)
    here = patient_level(low.trial, low.data, mean=MEAN)
    anywhere = patient_level(low.trial, low.data, mean=MEAN, replicable=True)
    assert not contract.card(here).generative
    assert contract.check(anywhere).generative
    sizes = [int(model["hidden"].size.eval()) for model in (here, anywhere)]
    assert sizes[0] < sizes[1] == 16 * 3


@pytest.mark.slow
def test_ratios_of_geometric_means(calibrated: Nuts) -> None:
    tree = fit(
        calibrated.compiled.model,
        compiled=calibrated.compiled,
        predictive=False,
        ess_target=400,
        target_accept=0.97,
    )
    found = geometric_mean_ratios(tree)
    assert [r.marker for r in found] == ["first", "second"]
    effect = tree["posterior"]["effect"]
    for record in found:
        draws = effect.sel(marker=record.marker)
        assert record.median == pytest.approx(math.exp(float(draws.median())))
        assert record.p_lower == pytest.approx(float((draws < 0).mean()))
        assert record.eti[0] < record.median < record.eti[1]
        assert record.simulated
    with pytest.raises(InputError, match="patients' values"):
        geometric_mean_ratios(renamed(tree))


def renamed(tree: xr.DataTree) -> xr.DataTree:
    """The same fit under another model's name."""
    other = tree.copy()
    for key, text in tree.attrs.items():
        other.attrs[key] = str(text).replace('"name": "patient_level"', '"name": "another"')
    return other
