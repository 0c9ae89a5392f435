"""Random effects over external studies by quadrature: published summaries, identities, oracles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from bayes_rsa import exact
from bayes_rsa.errors import InputError
from bayes_rsa.evidence import Study, evidence_set, evidence_sets, heterogeneity_prior
from bayes_rsa.exact.external_evidence import (
    KernelLaw,
    MetaAnalyticPredictive,
    RandomEffects,
    meta_analytic_predictive,
    normal_meta_analysis,
    normal_shared_bias,
)
from bayes_rsa.exact.external_evidence.arms import counts_of, counts_of_trial
from bayes_rsa.exact.external_evidence.laws import Part
from bayes_rsa.exact.external_evidence.level import Level
from bayes_rsa.exact.external_evidence.solving import Task
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Arm, Trial
from bayes_rsa.trial_file import load_trial

Floats = NDArray[np.float64]
TRIAL = load_trial("tacrolimus-rsa-2023")
SPONDYLITIS = ((23, 107), (12, 44), (19, 51), (9, 39), (39, 139), (6, 20), (9, 78), (10, 35))
# Quantiles agree with an identity, where both sides are quadrature, to this.
EXACT = 1e-7


def study(
    key: str,
    treatment: tuple[int, int] | None,
    control: tuple[int, int],
    *,
    randomised: bool = True,
) -> Study:
    return Study(
        key=key,
        label=key,
        treatment=None if treatment is None else Arm("treatment", *treatment),
        control=Arm("control", *control),
        randomised=randomised,
    )


def of_rates(arms: tuple[tuple[int, int], ...]) -> list[Study]:
    return [study(f"s{k}", None, arm) for k, arm in enumerate(arms)]


def effect(answer: MetaAnalyticPredictive) -> RandomEffects:
    assert answer.effect is not None
    return answer.effect


def baseline(answer: MetaAnalyticPredictive) -> RandomEffects:
    assert answer.baseline is not None
    return answer.baseline


def mean(answer: RandomEffects) -> KernelLaw:
    assert answer.mean is not None
    return answer.mean


# ---- the published summaries, by the normal model that they state -------------------------------


@pytest.mark.parametrize(
    ("key", "middle", "interval", "predictive", "moments"),
    [
        ("A", 1.20, (0.80, 1.91), (0.51, 3.05), (0.19, 0.43)),
        ("B", 1.26, (0.92, 1.76), (0.61, 2.73), (0.24, 0.36)),
        ("C", 1.18, (0.91, 1.61), (0.62, 2.43), (0.17, 0.33)),
        ("Q", 2.43, (1.32, 4.60), (1.07, 5.76), (0.89, 0.44)),
    ],
)
def test_sets_of_effects(
    key: str,
    middle: float,
    interval: tuple[float, float],
    predictive: tuple[float, float],
    moments: tuple[float, float],
) -> None:
    chosen = evidence_set(key)
    answer = normal_meta_analysis(chosen.studies, heterogeneity=chosen.heterogeneity)
    low, median, high = np.exp(mean(answer).interval())
    assert (low, median, high) == pytest.approx((interval[0], middle, interval[1]), abs=0.01)
    low, _, high = np.exp(answer.predictive.interval())
    assert (low, high) == pytest.approx(predictive, abs=0.01)
    assert (answer.predictive.mean, answer.predictive.sd) == pytest.approx(moments, abs=0.0051)


@pytest.mark.parametrize(
    ("key", "rates", "predictive", "moments"),
    [
        ("base rate ten arms", (0.484, 0.584, 0.672), (0.29, 0.82), (0.34, 0.60)),
        ("base rate per pregnancy", (0.475, 0.598, 0.702), (0.27, 0.85), (0.39, 0.67)),
        ("base rate three losses", (0.381, 0.529, 0.653), (0.23, 0.79), (0.10, 0.61)),
    ],
)
def test_sets_of_base_rates(
    key: str,
    rates: tuple[float, float, float],
    predictive: tuple[float, float],
    moments: tuple[float, float],
) -> None:
    chosen = evidence_set(key)
    answer = normal_meta_analysis(
        chosen.studies, heterogeneity=chosen.heterogeneity, measure=chosen.measure
    )
    assert special.expit(mean(answer).interval()) == pytest.approx(rates, abs=0.003)
    low, _, high = special.expit(answer.predictive.interval())
    assert (low, high) == pytest.approx(predictive, abs=0.0051)
    assert (answer.predictive.mean, answer.predictive.sd) == pytest.approx(moments, abs=0.0051)
    # The archetype of the same name is the predictive, rounded.
    named = Prior.parse(key)
    assert (named.mean, named.sd) == moments


def test_binomial_likelihoods_move_the_sets_little() -> None:
    """The normal model takes each standard error for known; the binomial one does not."""
    for key in "ABCQ":
        chosen = evidence_set(key)
        normal = normal_meta_analysis(chosen.studies, heterogeneity=chosen.heterogeneity)
        binomial = effect(
            meta_analytic_predictive(
                TRIAL,
                studies=chosen.studies,
                effect_mean=Prior.flat(),
                effect_heterogeneity=chosen.heterogeneity,
                with_trial=False,
            )
        )
        gap = np.subtract(mean(binomial).interval(), mean(normal).interval())
        assert np.abs(gap).max() < 0.03, key
        # A little farther from 1 in the median: the likelihood is skewed that way.
        assert gap[1] > 0.0, key


# ---- the normal model --------------------------------------------------------------------------


def test_known_heterogeneity_is_the_textbook_formula() -> None:
    chosen = evidence_set("A").studies
    answer = normal_meta_analysis(
        chosen, heterogeneity=Prior.point(0.3), mean=Prior.normal(0.1, 0.7)
    )
    y, se = np.array(list(answer.estimates.values())).T
    weights = 1.0 / (se**2 + 0.09)
    variance = 1.0 / (weights.sum() + 1.0 / 0.49)
    centre = variance * (weights @ y + 0.1 / 0.49)
    law = mean(answer)
    assert law.mean == pytest.approx(centre, abs=1e-12)
    assert law.sd == pytest.approx(math.sqrt(variance), abs=1e-12)
    assert answer.predictive.sd == pytest.approx(math.sqrt(variance + 0.09), abs=1e-12)
    assert answer.heterogeneity is None
    tang = answer.studies["tang-2013"]
    share = 0.09 / (0.09 + answer.estimates["tang-2013"][1] ** 2)
    towards = share * answer.estimates["tang-2013"][0] + (1 - share) * centre
    assert tang.mean == pytest.approx(towards, abs=1e-12)


def test_no_heterogeneity_draws_every_study_to_the_mean() -> None:
    answer = normal_meta_analysis(evidence_set("A").studies, heterogeneity=Prior.point(0.0))
    for law in (*answer.studies.values(), answer.predictive):
        assert law.interval() == pytest.approx(mean(answer).interval(), abs=EXACT)


def test_mixture_prior_on_the_mean_is_weighed_by_its_components() -> None:
    chosen = evidence_set("Q")
    parts = [Prior.normal(0, 0.2), Prior.normal(1, 0.3)]
    mixed = normal_meta_analysis(
        chosen.studies,
        heterogeneity=chosen.heterogeneity,
        mean=Prior.mixture([(0.5, parts[0]), (0.5, parts[1])]),
    )
    single = [
        mean(normal_meta_analysis(chosen.studies, heterogeneity=chosen.heterogeneity, mean=part))
        for part in parts
    ]
    x = np.array([0.1, 0.5, 0.9])
    # The mixture's distribution lies between the parts', at one weight everywhere.
    low, high = single[1].cdf(x), single[0].cdf(x)
    weights = (mean(mixed).cdf(x) - low) / (high - low)
    assert weights == pytest.approx([weights[0]] * 3, abs=1e-7)
    assert 0 < weights[0] < 0.1


def test_more_heterogeneity_widens_the_prediction() -> None:
    chosen = evidence_set("A").studies
    sds = []
    for tau in (0.0, 0.2, 0.5, 1.0):
        sd = normal_meta_analysis(chosen, heterogeneity=Prior.point(tau)).predictive.sd
        assert sd is not None
        sds.append(sd)
    assert sds == sorted(sds)


def test_moments_that_do_not_exist_are_none() -> None:
    heavy = heterogeneity_prior("gynaecology and fertility log OR tau")
    alone = normal_meta_analysis(evidence_set("A").studies[:1], heterogeneity=heavy)
    assert alone.predictive.sd is None
    assert alone.predictive.mean is not None
    pair = normal_meta_analysis(evidence_set("Q").studies, heterogeneity=heavy)
    assert pair.predictive.sd is not None


def test_an_empty_cell_gets_a_half_everywhere() -> None:
    answer = normal_meta_analysis(
        [study("a", (15, 25), (0, 17))], heterogeneity=Prior.half_normal(0.5)
    )
    value, error = answer.estimates["a"]
    assert value == pytest.approx(math.log((15.5 / 10.5) / (0.5 / 17.5)))
    assert error == pytest.approx(math.sqrt(1 / 15.5 + 1 / 10.5 + 1 / 0.5 + 1 / 17.5))


# ---- the binomial model where hyperparameters are known: the two-arm engine ----------------------


def at_quantiles(law: KernelLaw | None, x: Floats, expected: Floats) -> None:
    assert law is not None
    assert law.cdf(x) == pytest.approx(expected, abs=EXACT)


X = np.array([-0.4, 0.1, 0.6, 1.1])


def test_known_random_effects_are_a_prior_on_the_trial() -> None:
    known = {
        "effect_mean": Prior.point(0.2),
        "effect_heterogeneity": Prior.point(0.4),
    }
    level = {
        "baseline_mean": Prior.point(0.3),
        "baseline_heterogeneity": Prior.point(0.5),
    }
    chosen = evidence_set("A").studies
    prior, base = Prior.normal(0.2, 0.4), Prior.normal(0.3, 0.5)
    own = {"midpoint": Prior.normal(0.0, 1.5)}
    alone = meta_analytic_predictive(TRIAL, studies=chosen, **known)
    post = exact.log_odds_ratio(TRIAL, effect=prior, **own)
    at_quantiles(alone.trial_effect, X, post.cdf("log_odds_ratio", X))
    both = meta_analytic_predictive(TRIAL, studies=chosen, **known, **level)
    post = exact.log_odds_ratio(TRIAL, effect=prior, baseline=base)
    at_quantiles(both.trial_effect, X, post.cdf("log_odds_ratio", X))
    at_quantiles(both.trial_baseline, X, post.cdf("p_control", special.expit(X)))
    rate = meta_analytic_predictive(TRIAL, studies=chosen, effect=Prior.normal(0, 1), **level)
    post = exact.log_odds_ratio(TRIAL, effect=Prior.normal(0, 1), baseline=base)
    at_quantiles(rate.trial_effect, X, post.cdf("log_odds_ratio", X))
    at_quantiles(rate.trial_baseline, X, post.cdf("p_control", special.expit(X)))
    fixed = meta_analytic_predictive(TRIAL, studies=chosen, effect=Prior.point(0.5), **level)
    post = exact.log_odds_ratio(TRIAL, effect=Prior.normal(0.5, 1e-5), baseline=base)
    at_quantiles(fixed.trial_baseline, X, post.cdf("p_control", special.expit(X)))


@pytest.mark.parametrize(
    ("treatment", "control"), [((15, 25), (0, 17)), ((0, 9), (2, 11)), ((9, 9), (0, 11))]
)
def test_empty_cells(treatment: tuple[int, int], control: tuple[int, int]) -> None:
    as_trial = Trial.from_counts(treatment=treatment, control=control)
    x = np.array([-2.0, 0.0, 0.7, 1.5])
    answer = meta_analytic_predictive(
        TRIAL,
        studies=[study("a", treatment, control)],
        effect_mean=Prior.point(0.2),
        effect_heterogeneity=Prior.point(0.9),
        baseline_mean=Prior.point(-0.5),
        baseline_heterogeneity=Prior.point(0.8),
        with_trial=False,
    )
    post = exact.log_odds_ratio(
        as_trial, effect=Prior.normal(0.2, 0.9), baseline=Prior.normal(-0.5, 0.8)
    )
    at_quantiles(effect(answer).studies["a"], x, post.cdf("log_odds_ratio", x))


def test_no_heterogeneity_with_one_study_is_that_study() -> None:
    answer = meta_analytic_predictive(
        TRIAL,
        studies=[study("a", (31, 50), (17, 49))],
        effect_mean=Prior.normal(0, 1),
        effect_heterogeneity=Prior.point(0.0),
        study_midpoint=Prior.normal(0, 1.5),
        with_trial=False,
    )
    post = exact.log_odds_ratio(
        Trial.from_counts(treatment=(31, 50), control=(17, 49)), effect=Prior.normal(0, 1)
    )
    for law in (mean(effect(answer)), effect(answer).predictive):
        at_quantiles(law, X, post.cdf("log_odds_ratio", X))
    # What one study says of itself is less exact where nothing spreads it.
    own = effect(answer).studies["a"]
    assert own.cdf(X) == pytest.approx(post.cdf("log_odds_ratio", X), abs=2e-4)


@pytest.mark.parametrize("key", ["A", "Q"])
def test_the_trial_among_the_data_is_the_trial_under_the_prediction(key: str) -> None:
    keywords = {
        "studies": evidence_set(key).studies,
        "effect_mean": Prior.normal(0, 2),
        "effect_heterogeneity": evidence_set(key).heterogeneity,
    }
    among = meta_analytic_predictive(TRIAL, **keywords).trial_effect
    before = effect(meta_analytic_predictive(TRIAL, with_trial=False, **keywords)).predictive
    assert among is not None
    d = np.linspace(-1.5, 3.0, 901)
    likelihood = Level.of(None, None, "").likelihood(counts_of_trial(TRIAL), d)[0]
    mass = likelihood * before.pdf(d)
    below = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
    assert among.cdf(d) == pytest.approx(below, abs=3e-5)


def test_a_bias_moves_and_widens_what_a_study_says() -> None:
    answer = meta_analytic_predictive(
        TRIAL,
        studies=[study("a", (50, 71), (14, 29), randomised=False)],
        effect_mean=Prior.point(0.2),
        effect_heterogeneity=Prior.point(0.4),
        bias=Prior.normal(0.1, 0.3),
        with_trial=False,
    )
    post = exact.log_odds_ratio(
        Trial.from_counts(treatment=(50, 71), control=(14, 29)), effect=Prior.normal(0.3, 0.5)
    )
    at_quantiles(effect(answer).studies["a"], X, post.cdf("log_odds_ratio", X))


def test_a_wider_bias_lends_less() -> None:
    chosen = evidence_set("N").studies[:1]
    sds = []
    for sd in (0.1, 0.5, 1.0, 10.0):
        answer = meta_analytic_predictive(
            TRIAL,
            studies=chosen,
            effect_mean=Prior.normal(0, 1),
            effect_heterogeneity=Prior.half_normal(0.5),
            bias=Prior.normal(0, sd),
            with_trial=False,
        )
        sds.append(effect(answer).predictive.sd)
    assert sds == sorted(sds, key=float)
    nothing = math.sqrt(1 + 0.25)
    assert sds[-1] == pytest.approx(nothing, rel=0.01)


def test_an_outcome_that_is_bad_mirrors_the_effect() -> None:
    keywords = {"effect_mean": Prior.normal(0, 1), "effect_heterogeneity": Prior.half_normal(0.5)}
    chosen = evidence_set("A").studies
    good = effect(meta_analytic_predictive(TRIAL, studies=chosen, with_trial=False, **keywords))
    bad = effect(
        meta_analytic_predictive(TRIAL.relabelled(), studies=chosen, with_trial=False, **keywords)
    )
    low, middle, high = good.predictive.interval()
    assert bad.predictive.interval() == pytest.approx((-high, -middle, -low), abs=EXACT)


# ---- oracles ------------------------------------------------------------------------------------


def test_ankylosing_spondylitis() -> None:
    """Against a plain sum over a dense grid, each study integrated on a grid of its own."""
    answer = baseline(
        meta_analytic_predictive(
            TRIAL,
            studies=of_rates(SPONDYLITIS),
            baseline_mean=Prior.normal(0, 2),
            baseline_heterogeneity=Prior.half_normal(1),
            with_trial=False,
        )
    )
    mu = np.linspace(-3.6, 1.4, 251)[:, None, None]
    x, w = np.polynomial.legendre.leggauss(40)
    tau = (2.0 + 2.0 * x)[None, :, None]
    z = np.linspace(-8.0, 8.0, 401)
    log_posterior = np.log(w) - 0.5 * (mu[..., 0] / 2) ** 2 - 0.5 * tau[..., 0] ** 2
    theta, height = mu + tau * z, np.exp(-0.5 * z * z)
    for events, n in SPONDYLITIS:
        level = math.log(events / (n - events))
        top = events * level - n * math.log1p(math.exp(level))
        likelihood = np.exp(events * theta - n * np.logaddexp(0, theta) - top)
        log_posterior = log_posterior + np.log(likelihood @ height)
    weights = np.exp(log_posterior - log_posterior.max())
    weights /= weights.sum()
    at = np.array([-2.2, -1.6, -1.1, -0.6, 0.0])
    cdf = [(weights * special.ndtr((a - mu[..., 0]) / tau[..., 0])).sum() for a in at]
    assert answer.predictive.cdf(at) == pytest.approx(cdf, abs=1e-6)
    assert answer.predictive.mean == pytest.approx((weights * mu[..., 0]).sum(), abs=1e-6)
    rate = special.expit(answer.predictive.interval())
    assert 0.22 < rate[1] < 0.27
    assert rate == pytest.approx([0.11085, 0.24861, 0.47144], abs=5e-6)


def test_joint_random_effects_agree_with_draws_from_the_prior() -> None:
    arms = (((5, 12), (3, 11)), ((9, 14), (6, 15)))
    priors = {
        "effect_mean": Prior.normal(0, 0.8),
        "effect_heterogeneity": Prior.half_normal(0.5),
        "baseline_mean": Prior.normal(-0.3, 0.7),
        "baseline_heterogeneity": heterogeneity_prior("half-normal 0.5 log odds tau"),
    }
    answer = meta_analytic_predictive(
        TRIAL,
        studies=[study(f"s{k}", *each) for k, each in enumerate(arms)],
        with_trial=False,
        **priors,
    )
    draws = 400_000
    rng = np.random.default_rng(20230513)
    values = {name: prior.sample(draws, rng) for name, prior in priors.items()}
    logs = np.zeros(draws)
    effects = []
    for (y1, n1), (y0, n0) in arms:
        own = values["effect_mean"] + values["effect_heterogeneity"] * rng.standard_normal(draws)
        level = values["baseline_mean"] + values["baseline_heterogeneity"] * rng.standard_normal(
            draws
        )
        logs += y0 * level - n0 * np.logaddexp(0, level)
        logs += y1 * (level + own) - n1 * np.logaddexp(0, level + own)
        effects.append(own)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()

    def close(got: float | None, x: Floats) -> None:
        expected = float(weights @ x)
        error = float(np.sqrt((weights**2) @ (x - expected) ** 2))
        assert got == pytest.approx(expected, abs=4 * error)

    close(mean(effect(answer)).mean, values["effect_mean"])
    close(mean(baseline(answer)).mean, values["baseline_mean"])
    for spread in ("effect", "baseline"):
        law = {"effect": effect, "baseline": baseline}[spread](answer).heterogeneity
        assert law is not None
        close(law.mean, values[f"{spread}_heterogeneity"])
        close(float(law.cdf(np.array(0.3))), values[f"{spread}_heterogeneity"] < 0.3)
    for k, own in enumerate(effects):
        close(effect(answer).studies[f"s{k}"].mean, own)
    fresh = values["effect_mean"] + values["effect_heterogeneity"] * rng.standard_normal(draws)
    close(float(effect(answer).predictive.cdf(np.array(0.5))), fresh < 0.5)
    close(effect(answer).predictive.mean, fresh)


def test_more_nodes_change_nothing() -> None:
    chosen = evidence_set("A")

    def solved(nodes: int) -> RandomEffects:
        task = Task(
            keys=[s.key for s in chosen.studies],
            arms=[counts_of(s, "higher", treatment=True) for s in chosen.studies],
            biased=[False] * 6,
            effects=(Prior.normal(0, 2), chosen.heterogeneity),
            levels=None,
            bias=None,
            baseline_bias=None,
            study_level=Level.of(None, None, "study_"),
            trial_level=Level.of(None, None, ""),
            trial_effect=None,
            trial=None,
            nodes=nodes,
        )
        return effect(task.solved())

    few, many = solved(20), solved(40)
    assert few.predictive.cdf(X) == pytest.approx(many.predictive.cdf(X), abs=1e-8)
    assert mean(few).cdf(X) == pytest.approx(mean(many).cdf(X), abs=1e-8)
    x = np.array([0.05, 0.2, 0.6])
    assert few.heterogeneity is not None
    assert many.heterogeneity is not None
    assert few.heterogeneity.cdf(x) == pytest.approx(many.heterogeneity.cdf(x), abs=1e-7)


# ---- a bias that siblings share -----------------------------------------------------------------

FIELD = (*evidence_set("A").studies, *evidence_set("Q").studies)
ITSELF = study("itself", (60, 75), (47, 74))
MEAN, SPREAD = Prior.normal(0.1, 0.8), evidence_set("A").heterogeneity
SHARED = {"studies": FIELD, "effect_mean": MEAN, "effect_heterogeneity": SPREAD}


def test_without_a_bias_siblings_are_studies_like_others() -> None:
    none = Prior.point(0.0)
    found = normal_shared_bias(
        TRIAL,
        studies=FIELD,
        effect_mean=MEAN,
        effect_heterogeneity=SPREAD,
        group_bias=none,
        own_bias=none,
    )
    without = normal_meta_analysis(FIELD, mean=MEAN, heterogeneity=SPREAD)
    among = normal_meta_analysis((*FIELD, ITSELF), mean=MEAN, heterogeneity=SPREAD)
    for one, other in ((found.before, without.predictive), (found.after, among.studies["itself"])):
        assert one.interval() == pytest.approx(other.interval(), abs=1e-8)


def test_a_shared_bias_is_what_the_joint_normal_says() -> None:
    """Given the heterogeneity: every unknown written out, by information instead of covariance."""
    tau, group, own = 0.3, 0.5, 0.2
    found = normal_shared_bias(
        TRIAL,
        studies=FIELD,
        effect_mean=MEAN,
        effect_heterogeneity=Prior.point(tau),
        group_bias=Prior.normal(0.2, group),
        own_bias=Prior.normal(0.1, own),
    )
    pooled = normal_meta_analysis((ITSELF, *FIELD), heterogeneity=Prior.point(tau))
    y, se = np.array(list(pooled.estimates.values())).T
    sibling = np.array([1.0, *(float(s.same_group) for s in FIELD)])
    n = y.size
    # Unknowns: the mean, n effects, the shared bias, n biases.
    size = 2 * n + 2
    information, pull = np.zeros((size, size)), np.zeros(size)

    def add(row: Floats, value: float, sd: float) -> None:
        information[:] += np.outer(row, row) / sd**2
        pull[:] += row * value / sd**2

    unit = np.eye(size)
    add(unit[0], 0.1, 0.8)
    add(unit[n + 1], 0.2, group)
    for k in range(n):
        add(unit[1 + k] - unit[0], 0.0, tau)
        add(unit[n + 2 + k], 0.1, own)
        add(unit[1 + k] + sibling[k] * (unit[n + 1] + unit[n + 2 + k]), y[k], se[k])
    variance = np.linalg.inv(information)
    assert found.after.mean == pytest.approx((variance @ pull)[1], abs=1e-10)
    assert found.after.sd == pytest.approx(math.sqrt(variance[1, 1]), abs=1e-10)


def test_a_wider_shared_bias_leaves_less_benefit() -> None:
    own = Prior.normal(0, 0.2)
    shares = []
    for sd in (0.05, 0.25, 0.5, 1.0):
        found = normal_shared_bias(
            TRIAL,
            studies=FIELD,
            effect_mean=MEAN,
            effect_heterogeneity=SPREAD,
            group_bias=Prior.normal(0, sd),
            own_bias=own,
        )
        shares.append(float(found.after.sf(np.array(0.0))))
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] > 0.1
    mirrored = normal_shared_bias(
        TRIAL.relabelled(),
        studies=FIELD,
        effect_mean=Prior.normal(-0.1, 0.8),
        effect_heterogeneity=SPREAD,
        group_bias=Prior.normal(0, 1.0),
        own_bias=own,
    )
    assert float(mirrored.after.cdf(np.array(0.0))) == pytest.approx(shares[-1], abs=1e-9)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"studies": evidence_set("A").studies}, "no bias to share"),
        ({"studies": (*FIELD, *evidence_set("T").studies)}, "only through a bias"),
        ({"effect_mean": Prior.flat()}, "it is one normal"),
        ({"group_bias": Prior.student_t(3, 0, 1)}, "in closed form"),
        ({"own_bias": Prior.cauchy(0, 1)}, "in closed form"),
    ],
)
def test_refusals_of_a_shared_bias(keywords: dict[str, object], words: str) -> None:
    given = SHARED | {"group_bias": Prior.normal(0, 0.5), "own_bias": Prior.point(0.0)} | keywords
    with pytest.raises(InputError, match=words):
        normal_shared_bias(TRIAL, **given)  # type: ignore[arg-type]


# ---- laws ---------------------------------------------------------------------------------------


def test_a_quantile_beyond_rounding_is_an_end_of_the_bracket() -> None:
    """Weights that lack a little of 1 leave no place for what lies in it."""
    one = np.ones(1)
    law = KernelLaw((Part(places=0 * one, weights=(1 - 1e-12) * one, step=0.0, spread=one),))
    found = law.ppf(np.array([0.5, 1 - 1e-13]))
    assert found[0] == pytest.approx(0.0, abs=1e-11)
    assert found[1] == 40.0


def test_laws_are_laws() -> None:
    answer = effect(
        meta_analytic_predictive(
            TRIAL,
            studies=evidence_set("A").studies,
            effect_mean=Prior.normal(0, 2),
            effect_heterogeneity=evidence_set("A").heterogeneity,
            with_trial=False,
        )
    )
    assert answer.heterogeneity is not None
    q = np.array([0.001, 0.025, 0.3, 0.5, 0.9, 0.999])
    for law in (mean(answer), answer.predictive, answer.studies["tang-2013"], answer.heterogeneity):
        assert law.cdf(law.ppf(q)) == pytest.approx(q, abs=1e-13)
        assert law.sf(law.ppf(q)) == pytest.approx(1 - q, abs=1e-13)
        ends = law.ppf(np.array([np.nextafter(0, 1), 0.001, 0.999, np.nextafter(1, 0)]))
        assert (np.diff(ends) > 0).all()
        x = np.linspace(float(law.ppf(np.array(1e-6))), float(law.ppf(np.array(1 - 1e-6))), 801)
        density = law.pdf(x)
        assert np.trapezoid(density, x) == pytest.approx(1.0, abs=1e-4)
        assert np.trapezoid(density * x, x) == pytest.approx(law.mean, abs=1e-3)
        for bad in (0.0, 1.0, math.nan):
            with pytest.raises(InputError, match="between 0 and 1"):
                law.ppf(np.array(bad))
        with pytest.raises(InputError, match="between 0 and 1"):
            law.interval(1.0)


# ---- bad input ----------------------------------------------------------------------------------

GOOD = {"effect_mean": Prior.normal(0, 1), "effect_heterogeneity": Prior.half_normal(0.5)}
LEVEL = {"baseline_mean": Prior.normal(0, 1), "baseline_heterogeneity": Prior.half_normal(0.5)}
A = evidence_set("A").studies


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"studies": A}, "neither the effect nor the control rate"),
        ({"studies": A, "effect_mean": Prior.flat()}, "effect_heterogeneity is 'missing'"),
        ({"studies": (), **GOOD}, "nothing to borrow"),
        ({"studies": (A[0], A[0]), **GOOD}, "count twice"),
        ({"studies": evidence_set("N").studies, **GOOD}, "only through a bias"),
        ({"studies": A, "bias": Prior.normal(0, 1), **GOOD}, "every study was randomised"),
        ({"studies": A, "baseline_bias": Prior.normal(0, 1), **GOOD}, "this is not borrowed"),
        (
            {
                "studies": evidence_set("N").studies,
                "bias": Prior.student_t(3, 0, 1),
                **GOOD,
            },
            "normal or point prior on a bias",
        ),
        ({"studies": of_rates(SPONDYLITIS), **GOOD}, "this study has one"),
        ({"studies": A, **LEVEL}, "needs a prior of its own"),
        (
            {"studies": A, "effect": Prior.normal(0, 1), "with_trial": False, **LEVEL},
            "the trial is not among the data",
        ),
        (
            {
                "studies": [study("a", (9, 20), (0, 18))],
                "effect_mean": Prior.flat(),
                "effect_heterogeneity": Prior.half_normal(0.5),
                "with_trial": False,
            },
            "the posterior is improper",
        ),
        (
            {"studies": A, "study_baseline": Prior.flat(), **GOOD},
            "its prior must be proper",
        ),
        (
            {
                "studies": A,
                "study_baseline": Prior.normal(0, 1),
                "study_midpoint": Prior.normal(0, 1),
                **GOOD,
            },
            "not both",
        ),
        (
            {
                "studies": A,
                "effect_mean": Prior.parse("0.5*point(0) + 0.5*normal(0, 1)"),
                "effect_heterogeneity": Prior.half_normal(0.5),
            },
            "a point alone",
        ),
        (
            {
                "studies": A,
                "effect_mean": Prior.normal(0, 1),
                "effect_heterogeneity": Prior.normal(0, 1),
            },
            "not negative",
        ),
    ],
)
def test_refusals(keywords: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        meta_analytic_predictive(TRIAL, **keywords)  # type: ignore[arg-type]


def test_the_trial_itself_is_no_external_study() -> None:
    itself = load_trial("etanercept-rsa-2019")
    with pytest.raises(InputError, match="the trial itself"):
        meta_analytic_predictive(itself, studies=evidence_set("Q").studies, **GOOD)


def test_refusals_of_the_normal_model() -> None:
    half = Prior.half_normal(0.5)
    with pytest.raises(InputError, match="nothing to pool"):
        normal_meta_analysis((), heterogeneity=half)
    with pytest.raises(InputError, match="log_odds_ratio or log_odds"):
        normal_meta_analysis(A, heterogeneity=half, measure="log_risk_ratio")
    with pytest.raises(InputError, match="flat, normal or point"):
        normal_meta_analysis(A, heterogeneity=half, mean=Prior.student_t(3, 0, 1))


def test_every_set_can_be_pooled() -> None:
    for key, chosen in evidence_sets().items():
        answer = normal_meta_analysis(
            chosen.studies, heterogeneity=chosen.heterogeneity, measure=chosen.measure
        )
        assert set(answer.studies) == {s.key for s in chosen.studies}, key
