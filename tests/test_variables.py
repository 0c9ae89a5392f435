"""Every prior as a PyMC variable: the same density, the same draws, no number in the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode

from bayes_rsa import contract
from bayes_rsa.errors import InputError
from bayes_rsa.models._variables import variable
from bayes_rsa.priors import FAMILIES, Prior

pytestmark = pytest.mark.usefixtures("interpreted")

SINGLE = (
    "normal(0.3, 0.7)",
    "student_t(3, -0.2, 0.8)",
    "cauchy(0.1, 0.5)",
    "logistic(0.2, 0.6)",
    "uniform(-1.5, 2)",
    "beta(2.5, 0.7)",
    "logit_normal(-0.4, 1.2)",
    "half_normal(0.8)",
    "inverse_gamma(2.5, 0.9)",
    "lognormal(-0.5, 0.6)",
)
MIXED = (
    "0.7*normal(0, 0.355) + 0.3*normal(0.4, 2)",
    "0.25*beta(1, 1) + 0.75*beta(20, 8)",
    "0.5*normal(0, 1) + 0.3*student_t(4, 1, 0.5) + 0.2*uniform(-1, 3)",
    "0.6*half_normal(0.5) + 0.4*inverse_gamma(3, 2)",
    "0.0*normal(5, 1) + 1.0*normal(0, 1)",
    "0.5*uniform(0, 1) + 0.5*uniform(2, 3)",
    "0.4*uniform(-2, 1.5) + 0.6*beta(2, 2)",
)
# What nutpie compiles is rewritten for stability; so is this, but run by Python.
STABLE = Mode(linker="py", optimizer="fast_run").excluding("fusion", "inplace")
# P(D sqrt(n) > 2.2) is 1.3e-4 for Kolmogorov's distance D.
KOLMOGOROV = 2.2


def limited(prior: Prior, lower: float | None, upper: float | None) -> pm.Model:
    """A model with one variable, truncated to limits that are data."""
    with pm.Model() as model:
        limits = [
            None if x is None else pm.Data(name, np.float64(x))
            for name, x in (("low", lower), ("high", upper))
        ]
        variable("effect", prior, bounds=(limits[0], limits[1]))
    return model


def log_density(model: pm.Model) -> Callable[[float], float]:
    x = pt.dscalar("x")
    with model:
        compiled = pytensor.function([x], pm.logp(model["effect"], x), mode=STABLE)
    return lambda value: float(compiled(value))


def points(prior: Prior, seed: int = 5) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Random points of the prior, its tails, and points outside."""
    rng = np.random.default_rng(seed)
    inside = prior.ppf(np.concatenate([rng.uniform(size=12), [1e-9, 1e-4, 0.9999, 1 - 1e-9]]))
    return np.concatenate([inside, [-40.0, -3.1, -0.2, 0.3, 1.7, 7.3, 40.0]])


@pytest.mark.parametrize("text", SINGLE + MIXED)
def test_the_density_is_the_prior_s(text: str) -> None:
    prior = Prior.parse(text)
    density = log_density(limited(prior, None, None))
    for x in points(prior):
        np.testing.assert_allclose(density(x), prior.logpdf(float(x)), rtol=1e-9, atol=1e-9)


def test_every_family_is_covered() -> None:
    covered = {Prior.parse(text).families[0] for text in SINGLE}
    assert covered == set(FAMILIES) - {"flat", "point"}


@pytest.mark.parametrize("text", SINGLE + MIXED)
def test_a_truncated_density_is_the_prior_s_over_its_mass(text: str) -> None:
    prior = Prior.parse(text)
    _holds_between(prior, None, (0.45, 2e-3, 1.4))
    model_limits = ((-0.35, 0.5), (-1e-3, 0.9), (-0.9, 2e-3), (-0.6, 1.4))
    _holds_between(prior, -0.3, model_limits)


def _holds_between(prior: Prior, lower: float | None, limits: Any) -> None:
    """One compile; the limits are data."""
    model = limited(prior, lower, 0.5)
    density = log_density(model)
    for pair in limits:
        low, high = (-np.inf, pair) if lower is None else pair
        model["high"].set_value(np.float64(high))
        if lower is not None:
            model["low"].set_value(np.float64(low))
        ends = (max(low, prior.support[0], -30.0), min(high, prior.support[1]))
        mass = prior.log_mass(low, high)
        for share in (0.01, 0.4, 0.97):
            x = ends[0] + share * (ends[1] - ends[0])
            np.testing.assert_allclose(density(x), prior.logpdf(x) - mass, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("normal(-2, 0.05)", (-0.6, 0.4)),
        ("normal(2, 0.05)", (-0.6, 0.4)),
        ("logistic(-9, 0.1)", (-0.6, 0.4)),
        ("student_t(4, 300, 1)", (-0.6, 0.4)),
        ("cauchy(-1e5, 0.01)", (-0.6, 0.4)),
        ("cauchy(1e5, 0.01)", (None, 0.4)),
    ],
)
def test_a_prior_far_from_the_possible_keeps_its_digits(
    text: str, limits: tuple[float | None, float]
) -> None:
    prior = Prior.parse(text)
    lower = -np.inf if limits[0] is None else limits[0]
    expected = prior.logpdf(0.1) - prior.log_mass(lower, limits[1])
    found = log_density(limited(prior, *limits))(0.1)
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("text", SINGLE + MIXED)
def test_the_gradient_by_the_limits_is_that_of_the_mass(text: str) -> None:
    prior = Prior.parse(text)
    model = limited(prior, -0.35, 0.45)
    low, high = pt.dscalar("low"), pt.dscalar("high")
    density = pm.logp(model["effect"], pt.constant(0.2))
    density = pytensor.graph.replace.clone_replace(
        density, {model["low"]: low, model["high"]: high}
    )
    gradient = pytensor.function(
        [low, high], pt.grad(density, [low, high], disconnected_inputs="ignore"), mode=STABLE
    )
    step = 1e-6
    expected = [
        -(prior.log_mass(-0.35 + step, 0.45) - prior.log_mass(-0.35 - step, 0.45)) / (2 * step),
        -(prior.log_mass(-0.35, 0.45 + step) - prior.log_mass(-0.35, 0.45 - step)) / (2 * step),
    ]
    np.testing.assert_allclose(gradient(-0.35, 0.45), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "limits"),
    [(text, (None, None)) for text in SINGLE + MIXED]
    + [(text, (-0.35, 0.5)) for text in SINGLE + MIXED]
    + [("normal(0.3, 0.7)", (None, 0.45))],
)
def test_draws_agree_with_the_distribution(
    text: str, limits: tuple[float | None, float | None]
) -> None:
    prior = Prior.parse(text)
    lower, upper = (
        default if x is None else x for x, default in zip(limits, (-np.inf, np.inf), strict=True)
    )
    model = limited(prior, *limits)
    size = 600
    drawn = pm.draw(model["effect"], draws=size, random_seed=11, mode=contract.ONE_CALL)
    ordered = np.sort(drawn)
    assert ordered[0] >= lower
    assert ordered[-1] <= upper
    below, above = (float(prior.cdf(x)) for x in (lower, upper))
    cdf = (prior.cdf(ordered) - below) / (above - below)
    steps = np.arange(size + 1) / size
    distance = max(np.max(steps[1:] - cdf), np.max(cdf - steps[:-1]))
    assert distance * np.sqrt(size) < KOLMOGOROV


@pytest.mark.parametrize("text", ["normal(-3, 0.1)", "normal(3, 0.1)", "student_t(5, -20, 1)"])
def test_draws_from_a_far_tail_stay_between_the_limits(text: str) -> None:
    model = limited(Prior.parse(text), -0.5, 0.5)
    drawn = pm.draw(model["effect"], draws=200, random_seed=3, mode=contract.ONE_CALL)
    assert np.all((drawn > -0.5) & (drawn < 0.5))
    assert len(np.unique(drawn)) > 150


@pytest.mark.parametrize(
    ("text", "limits"),
    [(text, (None, None)) for text in SINGLE + MIXED]
    + [(text, (-0.3, 0.2)) for text in (*MIXED, "normal(3, 0.1)", "uniform(-0.1, 2)")]
    + [("normal(3, 0.1)", (None, 0.2))],
)
def test_sampling_starts_where_the_density_is_finite(
    text: str, limits: tuple[float | None, float | None]
) -> None:
    model = limited(Prior.parse(text), *limits)
    densities = model.point_logps(model.initial_point(), mode=contract.ONE_CALL)
    assert np.isfinite(densities["effect"])


@pytest.mark.parametrize("text", SINGLE + MIXED)
def test_no_number_of_the_prior_is_in_the_graph(text: str) -> None:
    """Other numbers put in as data give the density of the prior that they belong to."""
    prior = Prior.parse(text)
    model = limited(prior, None, None)
    density = log_density(model)
    other = _shifted(prior)
    for name, values in contract.hyperparameters("effect", other).items():
        model[name].set_value(np.array(values))
    for x in points(other):
        np.testing.assert_allclose(density(x), other.logpdf(float(x)), rtol=1e-9, atol=1e-9)


def _back(model: pm.Model) -> Any:
    (value,) = model.value_vars
    transform = model.rvs_to_transforms[model["effect"]]
    return value if transform is None else transform.backward(value, *model["effect"].owner.inputs)


def _shifted(prior: Prior) -> Prior:
    parts = []
    for component in prior.components:
        if component.family == "uniform":
            arguments = [a + 4.0 for a in component.arguments]
        else:
            arguments = [a * 1.3 for a in component.arguments]
        parts.append((component.weight, Prior.of(component.family, *arguments)))
    return Prior.mixture(parts)


def test_components_without_weight_do_not_widen_the_support() -> None:
    model = limited(Prior.parse("1.0*uniform(0, 1) + 0.0*uniform(50, 60)"), None, None)
    back = model.compile_fn(_back(model), mode=STABLE)
    ends = [float(back({"effect_interval__": np.array(x)})) for x in (-50.0, 50.0)]
    np.testing.assert_allclose(ends, [0.0, 1.0], atol=1e-15)


@pytest.mark.parametrize(
    ("text", "bounds", "field"),
    [
        ("point(0)", (None, None), "effect"),
        ("beta(0, 0)", (None, None), "effect"),
        ("uniform(0.1, 0.3)", (None, 0.5), "effect"),
        ("uniform(-0.3, -0.1)", (-0.5, 0.5), "effect"),
    ],
)
def test_what_nuts_cannot_take_is_refused(
    text: str, bounds: tuple[float | None, float | None], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        limited(Prior.parse(text), *bounds)
    assert caught.value.field == field


def test_flat_is_cut_off_and_not_renormalised() -> None:
    model = limited(Prior.flat(), -0.4, 0.6)
    assert log_density(model)(0.3) == 0.0
    (value,) = model.value_vars
    assert value.name == "effect_interval__"
    assert log_density(limited(Prior.flat(), None, None))(1e6) == 0.0
    assert not [d for d in model.data_vars if "__" in d.name]
