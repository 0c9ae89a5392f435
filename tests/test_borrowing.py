"""External evidence as a prior: fits, identities, closed forms, how much was borrowed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import integrate, stats
from scipy.special import betaln

import bayes_rsa as rsa
from bayes_rsa import borrowing, exact
from bayes_rsa.borrowing import PredictiveDraws, fit_mixture, robustify
from bayes_rsa.defaults import MAP_CDF_ERROR
from bayes_rsa.errors import AccuracyError, InputError
from bayes_rsa.evidence import Study, evidence_set, evidence_sets, studies
from bayes_rsa.exact import external_evidence as exactly
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import effect_ess, tipping_weight
from bayes_rsa.trial import Arm, Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
UNIFORM = Prior.beta(1, 1)
NORMAL = Prior.normal(0, 1)
HISTORY = studies("A")
COHORT = Study(
    key="cohort",
    label="cohort",
    treatment=Arm("treatment", 50, 71),
    control=Arm("control", 14, 29),
    randomised=False,
)
EMPTY = Study(
    key="empty",
    label="empty",
    treatment=Arm("treatment", 15, 25),
    control=Arm("control", 0, 17),
    randomised=True,
)
KEYS = ("odds_ratio", "risk_difference", "p_treatment", "p_control")


@pytest.fixture(scope="module")
def law() -> exactly.KernelLaw:
    """What set A predicts for the log odds ratio of a new trial."""
    found = exactly.meta_analytic_predictive(
        TRIAL,
        studies=HISTORY,
        effect_mean=Prior.normal(0, 2),
        effect_heterogeneity=Prior.half_normal(0.5),
        with_trial=False,
    )
    assert found.effect is not None
    return found.effect.predictive


def same(one: exact.ExactPosterior, other: exact.ExactPosterior, within: float = 1e-10) -> bool:
    """Whether two posteriors agree, on distribution functions at the quantiles of the first."""
    gaps = []
    for key in KEYS:
        x = one.ppf(key, np.array([0.01, 0.2, 0.5, 0.8, 0.99]))
        gaps.append(np.abs(one.cdf(key, x) - other.cdf(key, x)).max())
    return max(gaps) < within


# ---- a distribution as a mixture ---------------------------------------------------------------


@pytest.mark.parametrize("family", ["normal", "student_t"])
def test_a_predictive_distribution_is_fitted(law: exactly.KernelLaw, family: str) -> None:
    found = fit_mixture(law, family=family, label="MAP", source="set A")
    assert set(found.prior.families) == {family}
    assert found.cdf_error <= MAP_CDF_ERROR
    assert 0 < found.kl < 1e-3
    x = np.linspace(-6, 6, 4001)
    gap = np.abs(law.cdf(x) - found.prior.cdf(x)).max()
    assert found.cdf_error == pytest.approx(gap, rel=0.02)
    ours = np.exp(found.prior.logpdf(x))
    kl = integrate.trapezoid(law.pdf(x) * np.log(law.pdf(x) / ours), x)
    assert found.kl == pytest.approx(kl, rel=0.05, abs=1e-5)
    levels, theirs, fitted = found.quantiles().T
    assert np.abs(theirs - fitted).max() < 0.02
    assert levels[2] == 0.5
    assert found.prior.label == "MAP"
    assert "distribution functions" in found.explain()
    assert Prior.parse(str(found.prior)) == found.prior


@pytest.mark.parametrize("key", evidence_sets())
def test_every_named_set_becomes_a_prior(key: str) -> None:
    found = evidence_set(key)
    pooled = exactly.normal_meta_analysis(
        found.studies, heterogeneity=found.heterogeneity, measure=found.measure
    )
    for family in ("normal", "student_t"):
        fitted = fit_mixture(pooled.predictive, family=family)
        assert fitted.cdf_error <= MAP_CDF_ERROR
        assert fitted.kl < 1e-3
        outer = fitted.quantiles([0.025, 0.975])
        assert np.abs(outer[:, 1] - outer[:, 2]).max() < 0.02


def test_more_components_fit_better(law: exactly.KernelLaw) -> None:
    found = [fit_mixture(law, components=k) for k in (1, 2, 3)]
    assert found[0].kl > 5 * found[1].kl > 5 * found[2].kl
    assert [len(f.prior.components) for f in found] == [1, 2, 3]
    assert found[0].prior.mean == pytest.approx(law.mean, abs=1e-3)
    assert found[0].prior.sd == pytest.approx(law.sd, rel=1e-2)


def test_a_mixture_is_fitted_by_itself() -> None:
    truth = Prior.parse("0.3*normal(-0.5, 0.2) + 0.7*normal(0.8, 0.6)")
    found = fit_mixture(truth, components=2)
    assert found.cdf_error < 1e-3
    assert found.kl < 1e-4
    for fitted, true in zip(found.prior.components, truth.components, strict=True):
        assert fitted.weight == pytest.approx(true.weight, abs=0.01)
        assert fitted.arguments == pytest.approx(true.arguments, abs=0.01)


def test_heavy_tails_are_fitted_by_student_t() -> None:
    found = fit_mixture(Prior.student_t(4, 0.2, 0.3), family="student_t", components=1)
    assert found.prior.components[0].arguments == pytest.approx((4, 0.2, 0.3), rel=0.02)


def test_draws_predict_by_their_normals() -> None:
    rng = np.random.default_rng(1)
    draws = PredictiveDraws(rng.normal(0.3, 0.2, 4000), np.full(4000, 0.4))
    whole = stats.norm(draws.means.mean(), math.hypot(draws.means.std(), 0.4))
    x = np.linspace(-1.5, 2, 9)
    # The means are a sample: its own mean and SD leave third moments, of order 1/sqrt(4000).
    assert np.abs(draws.cdf(x) - whole.cdf(x)).max() < 0.005
    assert draws.mean == pytest.approx(whole.mean(), abs=1e-12)
    assert draws.sd == pytest.approx(whole.std(), rel=1e-9)
    np.testing.assert_allclose(draws.cdf(draws.ppf(np.array([0.025, 0.5, 0.9]))), [0.025, 0.5, 0.9])
    np.testing.assert_allclose(draws.cdf(x) + draws.sf(x), 1.0)
    np.testing.assert_allclose(
        integrate.trapezoid(draws.pdf(np.linspace(-3, 4, 999)), dx=7 / 998), 1
    )


def test_a_fixed_heterogeneity_is_read_from_the_data() -> None:
    def fitted(spread: float) -> xr.DataTree:
        groups = {
            "posterior": xr.Dataset({"effect_mean": (("chain", "draw"), np.array([[0.1, 0.3]]))}),
            "constant_data": xr.Dataset({"effect_heterogeneity": spread}),
        }
        return xr.DataTree.from_dict(groups)

    draws = borrowing.predictive(fitted(0.5))
    np.testing.assert_array_equal(draws.sds, [0.5, 0.5])
    assert draws.mean == pytest.approx(0.2)
    with pytest.raises(InputError, match="the mean itself"):
        borrowing.predictive(fitted(0.0))


def test_it_serves_both_engines_and_sweeps(law: exactly.KernelLaw) -> None:
    prior = robustify(fit_mixture(law, label="MAP").prior, 0.2, Prior.normal(0, 2))
    assert prior.label == "robust MAP"
    found = rsa.sweep(TRIAL, effect=[prior, NORMAL], statements=["OR > 1"], engine="exact")
    first = float(np.asarray(found["probability"]).ravel()[0])
    assert first == pytest.approx(
        rsa.probability(exact.log_odds_ratio(TRIAL, effect=prior), "OR > 1"), abs=1e-8
    )
    model = rsa.models.log_odds_ratio(TRIAL, effect=prior)
    assert model["effect__weight"].get_value().size == len(prior.components)


# ---- a robust mixture --------------------------------------------------------------------------


def test_the_weight_0_and_1_are_the_components() -> None:
    informative = Prior.parse("0.6*normal(0.2, 0.3) + 0.4*normal(0.3, 0.8)")
    vague = Prior.normal(0, 2)
    alone = exact.log_odds_ratio(TRIAL, effect=informative)
    without = exact.log_odds_ratio(TRIAL, effect=vague)
    assert same(alone, exact.log_odds_ratio(TRIAL, effect=robustify(informative, 0.0, vague)))
    assert same(without, exact.log_odds_ratio(TRIAL, effect=robustify(informative, 1.0, vague)))


# ---- power priors ------------------------------------------------------------------------------


def pooled() -> tuple[int, int]:
    arms = [study.control_arm for study in HISTORY]
    return sum(arm.events for arm in arms), sum(arm.n for arm in arms)


def test_no_discount_is_pooling_and_a_full_one_the_prior() -> None:
    events, n = pooled()
    together = Trial.from_counts(treatment=(60, 75), control=(47 + events, 74 + n))
    initial = Prior.beta(2, 3)
    for discount, trial in ((1.0, together), (0.0, TRIAL)):
        power = borrowing.power_prior_control(HISTORY, discount, initial)
        assert power.discounts == (discount,)
        one = exact.independent_arms(trial, treatment=UNIFORM, control=initial)
        other = exact.independent_arms(TRIAL, treatment=UNIFORM, control=power.prior)
        assert same(one, other)
        assert power.discount(other, "p_control") == (discount, 0.0)


def test_a_fixed_discount_has_its_closed_form() -> None:
    events, n = pooled()
    prior = borrowing.power_prior_control(HISTORY, Prior.point(0.3), UNIFORM).prior
    assert prior == Prior.beta(1 + 0.3 * events, 1 + 0.3 * (n - events))
    fewer = borrowing.power_prior_control(HISTORY, 0.3, UNIFORM, better="lower").prior
    assert fewer == Prior.beta(1 + 0.3 * (n - events), 1 + 0.3 * events)


@pytest.mark.parametrize("share", [Prior.beta(1, 1), Prior.beta(2, 3), Prior.uniform(0.2, 0.6)])
def test_a_free_discount_is_normalised(share: Prior) -> None:
    """Posterior of the discount by another quadrature, C(a0) in it; without C(a0) it differs."""
    events, n = pooled()
    power = borrowing.power_prior_control(HISTORY, share, UNIFORM)
    posterior = exact.independent_arms(TRIAL, treatment=UNIFORM, control=power.prior)

    def weight(a0: float, *, normalised: bool = True) -> float:
        a, b = 1 + a0 * events, 1 + a0 * (n - events)
        log_constant = betaln(a, b) if normalised else 0.0
        after = betaln(a + 47, b + 27)
        return float(np.exp(after - log_constant + 60 + float(share.logpdf(np.array([a0]))[0])))

    low, high = share.support

    def moment(k: int, *, normalised: bool = True) -> float:
        value = integrate.quad(
            lambda a0: a0**k * weight(a0, normalised=normalised), low, high, epsabs=0, epsrel=1e-10
        )[0]
        return float(value)

    mean = moment(1) / moment(0)
    sd = math.sqrt(moment(2) / moment(0) - mean**2)
    assert power.discount(posterior, "p_control") == pytest.approx((mean, sd), abs=1e-8)
    wrong = moment(1, normalised=False) / moment(0, normalised=False)
    assert abs(wrong - mean) > 0.05
    arm = sum(
        w * stats.beta(*c.arguments).sf(0.6)
        for w, c in zip(posterior.weights, _after(power.prior), strict=True)
    )
    assert float(posterior.sf("p_control", 0.6)) == pytest.approx(arm, abs=1e-9)


def _after(prior: Prior) -> list[Any]:
    return [
        Prior.beta(c.arguments[0] + 47, c.arguments[1] + 27).components[0] for c in prior.components
    ]


def test_a_discount_with_an_edge_inside_is_refused() -> None:
    edged = Prior.parse("0.5*uniform(0, 0.3) + 0.5*uniform(0.1, 1)")
    with pytest.raises(AccuracyError, match="discount"):
        borrowing.power_prior_control(HISTORY, edged, UNIFORM)


def test_a_power_prior_on_the_effect_is_the_product_of_normals() -> None:
    one = HISTORY[0]
    y1, n1, y0, n0 = (*_counts(one.arms[0]), *_counts(one.arms[1]))
    place = math.log(y1 * (n0 - y0) / ((n1 - y1) * y0))
    variance = 1 / y1 + 1 / (n1 - y1) + 1 / y0 + 1 / (n0 - y0)
    for a0 in (0.0, 0.4, 1.0):
        prior = borrowing.power_prior_effect([one], a0, NORMAL).prior
        precision = 1 + a0 / variance
        assert prior.mean == pytest.approx(a0 * place / variance / precision, abs=1e-12)
        assert prior.sd == pytest.approx(precision**-0.5, abs=1e-12)
    mirrored = borrowing.power_prior_effect([one], 1.0, NORMAL, better="lower").prior
    assert mirrored.mean == pytest.approx(-prior.mean, abs=1e-12)


def _counts(arm: Arm) -> tuple[int, int]:
    return arm.events, arm.n


def test_a_bias_widens_what_was_not_randomised() -> None:
    plain = borrowing.power_prior_effect([COHORT], 1.0, NORMAL, bias=Prior.point(0.0)).prior
    wide = borrowing.power_prior_effect([COHORT], 1.0, NORMAL, bias=Prior.normal(0.0, 0.5)).prior
    moved = borrowing.power_prior_effect([COHORT], 1.0, NORMAL, bias=Prior.normal(0.3, 0.5)).prior
    assert plain.sd < wide.sd == pytest.approx(moved.sd)
    assert moved.mean < wide.mean
    assert wide.sd**-2 - 1 == pytest.approx(1 / (1 / (plain.sd**-2 - 1) + 0.25))


# ---- commensurate priors -----------------------------------------------------------------------


def test_no_difference_is_pooling_and_a_wide_one_nothing() -> None:
    history = Prior.normal(0, 2)
    none = borrowing.commensurate_prior(HISTORY, history=history, difference=Prior.point(0.0))
    full = borrowing.power_prior_effect(HISTORY, 1.0, history).prior
    assert (none.mean, none.sd) == pytest.approx((full.mean, full.sd), abs=1e-12)
    wide = borrowing.commensurate_prior(HISTORY, history=history, difference=Prior.normal(0, 50))
    assert wide.sd == pytest.approx(50, rel=1e-3)


def test_the_spike_and_slab_is_integrated_out() -> None:
    prior = borrowing.spike_and_slab(spike=400, slab=(0.5, 5), weight=0.3)

    def slab(x: float) -> float:
        return float(integrate.quad(lambda k: stats.norm(0, k**-0.5).pdf(x), 0.5, 5)[0] / 4.5)

    for x in (0.01, 0.3, 2.0):
        density = 0.3 * stats.norm(0, 0.05).pdf(x) + 0.7 * slab(x)
        assert math.exp(float(prior.logpdf(np.array([x]))[0])) == pytest.approx(density, rel=1e-9)


def test_the_data_choose_between_spike_and_slab() -> None:
    history = Prior.normal(0, 2)
    difference = Prior.parse("0.5*normal(0, 0.05) + 0.5*normal(0, 1)")
    prior = borrowing.commensurate_prior(HISTORY, history=history, difference=difference)
    near = exact.log_odds_ratio(TRIAL, effect=prior).component_weights("effect")
    far = Trial.from_counts(treatment=(72, 75), control=(30, 74))
    away = exact.log_odds_ratio(far, effect=prior).component_weights("effect")
    assert near[0] > 0.3
    assert away[0] < 0.02


# ---- how much was borrowed ---------------------------------------------------------------------


def test_what_was_borrowed_is_said(law: exactly.KernelLaw) -> None:
    external, vague = fit_mixture(law).prior, Prior.normal(0, 2)
    found = borrowing.borrowed(TRIAL, external, vague=vague, weight=0.2, threshold=0.98)
    assert found.prior_weight == pytest.approx(0.8)
    odds = 0.0
    for component in external.components:
        single = Prior.of(component.family, *component.arguments)
        odds += component.weight * _marginal(single)
    odds *= 0.8 / (0.2 * _marginal(vague))
    assert found.posterior_weight == pytest.approx(odds / (1 + odds), abs=1e-8)
    assert min(found.alone, found.without) < found.probability < max(found.alone, found.without)
    assert found.ess == effect_ess(TRIAL, external)
    assert "worth" in found.explain()
    assert found.tipping == tipping_weight(TRIAL, "benefit", 0.98, sceptical=vague, other=external)


def _marginal(prior: Prior) -> float:
    log = exact.log_odds_ratio(TRIAL, effect=prior).log_marginal_likelihood
    assert log is not None
    return math.exp(log)


def test_at_the_tipping_weight_the_probability_is_the_threshold(law: exactly.KernelLaw) -> None:
    external, vague = fit_mixture(law).prior, Prior.normal(0, 2)
    tips = borrowing.borrowed(TRIAL, external, vague=vague, weight=0.5, threshold=0.982).tipping
    assert tips.value is not None
    mixed = robustify(external, tips.value, vague)
    probability = rsa.probability(exact.log_odds_ratio(TRIAL, effect=mixed), "benefit")
    assert probability == pytest.approx(0.982, abs=1e-8)


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: robustify(NORMAL, 1.1, NORMAL), "between 0 and 1"),
        (lambda: robustify(NORMAL, 0.1, Prior.flat()), "proper components"),
        (lambda: fit_mixture(NORMAL, family="cauchy"), "use normal"),
        (lambda: fit_mixture(NORMAL, components=5), "1 to 4"),
        (lambda: borrowing.power_prior_control([COHORT], 0.5, UNIFORM), "only through a bias"),
        (lambda: borrowing.power_prior_control(HISTORY, 1.5, UNIFORM), "between 0"),
        (lambda: borrowing.power_prior_control(HISTORY, NORMAL, UNIFORM), "between 0"),
        (lambda: borrowing.power_prior_control(HISTORY, 0.5, NORMAL), "one proper beta"),
        (lambda: borrowing.power_prior_effect([COHORT], 0.5, NORMAL), "only through a bias"),
        (
            lambda: borrowing.power_prior_effect([COHORT], 0.5, NORMAL, bias=Prior.cauchy(0, 1)),
            "normal prior",
        ),
        (lambda: borrowing.power_prior_effect([EMPTY], 0.5, NORMAL), "empty cell"),
        (lambda: borrowing.power_prior_effect(HISTORY, 0.5, UNIFORM), "one normal"),
        (lambda: borrowing.spike_and_slab(spike=400, slab=(5, 1), weight=0.5), "below the upper"),
        (lambda: borrowing.spike_and_slab(spike=400, slab=(1, 5), weight=2), "between 0 and 1"),
        (
            lambda: borrowing.commensurate_prior(HISTORY, history=UNIFORM, difference=NORMAL),
            "one normal",
        ),
        (
            lambda: borrowing.commensurate_prior(HISTORY, history=NORMAL, difference=UNIFORM),
            "closed form",
        ),
    ],
)
def test_bad_input_is_refused(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_a_discount_needs_its_own_posterior() -> None:
    power = borrowing.power_prior_control(HISTORY, UNIFORM, UNIFORM)
    other = exact.independent_arms(TRIAL, treatment=UNIFORM, control=UNIFORM)
    with pytest.raises(InputError, match="another prior"):
        power.discount(other, "p_control")
