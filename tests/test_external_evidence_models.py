"""External evidence in PyMC: the contract, the densities written out, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from bayes_rsa import borrowing, contract
from bayes_rsa.calibration.evidence_cases import EVIDENCE_CASES
from bayes_rsa.errors import InputError
from bayes_rsa.evidence import Study, studies
from bayes_rsa.models import external_evidence as models
from bayes_rsa.models import independent_arms as arms_model
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Arm, Trial

pytestmark = pytest.mark.usefixtures("interpreted")

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
NORMAL, UNIFORM = Prior.normal(0, 1), Prior.beta(1, 1)
CONTROLS = tuple(replace(study, treatment=None) for study in studies("A"))
COHORT = Study(
    key="cohort",
    label="cohort",
    treatment=Arm("treatment", 50, 71),
    control=Arm("control", 14, 29),
    randomised=False,
)
EFFECTS: dict[str, Any] = {
    "effect_mean": Prior.normal(0, 2),
    "effect_heterogeneity": Prior.half_normal(0.5),
}
RATES: dict[str, Any] = {
    "baseline_mean": Prior.normal(0, 2),
    "baseline_heterogeneity": Prior.half_normal(1),
}

CASES = {
    **EVIDENCE_CASES,
    "evidence_both": replace(
        EVIDENCE_CASES["evidence_control"],
        priors={
            "effect_mean": Prior.normal(0, 0.7),
            "effect_heterogeneity": Prior.lognormal(-1.76, 0.87),
            "baseline_mean": NORMAL,
            "baseline_heterogeneity": Prior.half_normal(0.5),
        },
    ),
}

# ---- the contract, and the densities written out -----------------------------------------------

Values = Mapping[str, Any]
LogOdds = tuple[Any, Any, Any, Any]


def _halves(level: Any, effect: Any) -> tuple[Any, Any]:
    return level + effect / 2, level - effect / 2


def _effect(v: Values) -> LogOdds:
    one = v["effect_mean"] + v["effect_heterogeneity"] * v["effect_offset"]
    each = v["effect_mean"] + v["effect_heterogeneity"] * v["study_effect_offset"]
    each = each + np.array([0.0, v["bias"][0]])
    return (*_halves(v["midpoint"], one), *_halves(v["study_midpoint"], each))


def _control(v: Values) -> LogOdds:
    one = v["baseline_mean"] + v["baseline_heterogeneity"] * v["baseline_offset"]
    each = v["baseline_mean"] + v["baseline_heterogeneity"] * v["study_baseline_offset"]
    return one + v["effect"], one, each, each


def _both(v: Values) -> LogOdds:
    one = v["baseline_mean"] + v["baseline_heterogeneity"] * v["baseline_offset"]
    each = v["baseline_mean"] + v["baseline_heterogeneity"] * v["study_baseline_offset"]
    effect = v["effect_mean"] + v["effect_heterogeneity"] * v["effect_offset"]
    effects = v["effect_mean"] + v["effect_heterogeneity"] * v["study_effect_offset"]
    return one + effect, one, each + effects, each


def _shared_bias(v: Values) -> LogOdds:
    one = v["effect_mean"] + v["effect_heterogeneity"] * v["effect_offset"]
    one = one + v["group_bias"] + v["own_bias"]
    each = v["effect_mean"] + v["effect_heterogeneity"] * v["study_effect_offset"]
    each = each + np.array([0.0, v["group_bias"] + v["sibling_bias"][0]])
    return (*_halves(v["midpoint"], one), *_halves(v["study_midpoint"], each))


def _commensurate(v: Values) -> LogOdds:
    one = v["history"] + v["difference"]
    return (*_halves(v["midpoint"], one), *_halves(v["study_midpoint"], v["history"]))


def _power_control(v: Values) -> LogOdds:
    l1, l0 = (np.log(p) - np.log1p(-p) for p in (v["p_treatment"], v["p_control"]))
    return l1, l0, None, None


def _power_effect(v: Values) -> LogOdds:
    return (*_halves(v["midpoint"], v["effect"]), None, None)


WRITTEN: dict[str, Callable[[Values], LogOdds]] = {
    "evidence_effect": _effect,
    "evidence_control": _control,
    "evidence_both": _both,
    "evidence_shared_bias": _shared_bias,
    "evidence_commensurate": _commensurate,
    "evidence_power_prior_control": _power_control,
    "evidence_power_prior_effect": _power_effect,
}


def conditional(name: str, v: Values) -> Prior | None:
    """What a power prior makes of the initial one, by the closed forms of ``borrowing``."""
    case = CASES[name]
    if name == "evidence_power_prior_control":
        share = float(v["discount"])
        return borrowing.power_prior_control(case.options["studies"], share, UNIFORM).prior
    if name == "evidence_power_prior_effect":
        power = borrowing.power_prior_effect(
            case.options["studies"],
            float(v["discount"]),
            case.priors["effect"],
            bias=case.options["bias"],
        )
        return power.prior
    return None


def log_density(name: str, v: Values) -> float:
    """Joint log density of parameters and data, on the parameters' own scales."""
    case = CASES[name]
    card = contract.card(case.build())
    updated = {"evidence_power_prior_control": "p_control", "evidence_power_prior_effect": "effect"}
    total = 0.0
    for parameter, prior in card.priors.items():
        here = conditional(name, v) if updated.get(name) == parameter else prior
        assert here is not None
        total += float(np.sum(here.logpdf(np.atleast_1d(v[parameter]))))
    l1, l0, study_l1, study_l0 = WRITTEN[name](v)
    for (events, n), logit in zip(((60, 75), (47, 74)), (l1, l0), strict=True):
        total += float(stats.binom.logpmf(events, n, expit(logit)))
    if study_l0 is None:
        return total
    for k, study in enumerate(case.options["studies"]):
        arms = [(study.control, study_l0)]
        if name != "evidence_control":
            arms.append((study.treatment, study_l1))
        for arm, logits in arms:
            logit = np.broadcast_to(logits, len(case.options["studies"]))[k]
            total += float(stats.binom.logpmf(arm.events, arm.n, expit(logit)))
    return total


@pytest.mark.parametrize("name", WRITTEN)
def test_the_joint_density_is_the_one_written_out(name: str) -> None:
    model = CASES[name].build()
    card = contract.check(model)
    assert card.generative
    assert card.proper
    density = model.compile_logp(jacobian=False, mode=contract.ONE_CALL)
    start = model.initial_point()
    free = {model.rvs_to_values[v].name: v.name for v in model.free_RVs}
    rng = np.random.default_rng(1)
    gaps = []
    for _ in range(6):
        point = {key: rng.normal(0, 0.7, np.shape(value)) for key, value in start.items()}
        own = {free[key]: _own_scale(key, x) for key, x in point.items()}
        gaps.append(float(density(point)) - log_density(name, own))
    assert np.abs(gaps).max() < 1e-9


def _own_scale(name: str, x: Any) -> Any:
    if name.endswith("_log__"):
        return np.exp(x)
    return expit(x) if name.endswith("_logodds__") else x


def test_every_case_is_written_out() -> None:
    assert set(WRITTEN) == set(CASES)


def test_models_with_other_graphs_are_compiled_apart() -> None:
    def built(**options: Any) -> Any:
        return models.meta_analytic_predictive(
            TRIAL, **{"studies": studies("A"), **EFFECTS, **options}
        )

    key = contract.compile_key(built())
    assert key == contract.compile_key(built(studies=[replace(s) for s in studies("A")]))
    assert key == contract.compile_key(built(effect_mean=Prior.normal(1, 3)))
    assert key != contract.compile_key(built(with_trial=False))
    assert key != contract.compile_key(built(studies=studies("A")[:3]))


def test_fewer_events_may_be_better() -> None:
    worse = Trial.from_counts(treatment=(15, 75), control=(27, 74), better="lower")
    model = models.meta_analytic_predictive(worse, studies=studies("A"), **EFFECTS)
    data = contract.data_of(model)
    good = contract.data_of(models.meta_analytic_predictive(TRIAL, studies=studies("A"), **EFFECTS))
    np.testing.assert_array_equal(data["study_events"], good["study_n"] - good["study_events"])
    np.testing.assert_array_equal(data["study_n"], good["study_n"])


# ---- where a model becomes a simpler one -------------------------------------------------------


def evaluated(model: Any, **values: Any) -> float:
    """Log density of the data given values of all free variables; those not named do not matter."""
    names = {v.name: model.rvs_to_values[v].name for v in model.free_RVs}
    point = {names[key]: np.asarray(x, dtype=float) for key, x in values.items() if key in names}
    missing = set(names.values()) - set(point)
    start = model.initial_point()
    point |= {key: np.full(np.shape(start[key]), 0.3) for key in missing}
    terms = model.logp(vars=model.observed_RVs, sum=True)
    return float(terms.eval({v: point[v.name] for v in model.value_vars}, mode=contract.ONE_CALL))


def test_no_heterogeneity_no_difference_and_no_bias_are_a_common_effect() -> None:
    zero, pair = Prior.point(0.0), studies("A")[:2]
    common = models.commensurate(TRIAL, studies=pair, history=NORMAL, difference=zero)
    fixed: dict[str, Any] = {"effect_mean": NORMAL, "effect_heterogeneity": zero}
    pooled = models.meta_analytic_predictive(TRIAL, studies=pair, **fixed)
    unbiased = models.shared_bias(
        TRIAL,
        studies=[replace(study, same_group=True) for study in pair],
        group_bias=zero,
        own_bias=zero,
        **fixed,
    )
    levels = {"midpoint": 0.4, "study_midpoint": np.array([0.2, 0.6])}
    reference = evaluated(common, history=0.7, **levels)
    assert evaluated(pooled, effect_mean=0.7, **levels) == pytest.approx(reference, abs=1e-10)
    assert evaluated(unbiased, effect_mean=0.7, **levels) == pytest.approx(reference, abs=1e-10)


@pytest.mark.parametrize("discount", [0.0, 1.0])
def test_a_fixed_power_prior_is_the_prior_or_pooling(discount: float) -> None:
    model = models.power_prior_control(
        TRIAL, studies=studies("A"), discount=discount, treatment=UNIFORM, control=UNIFORM
    )
    arms = [study.control_arm for study in studies("A")]
    events, n = sum(arm.events for arm in arms), sum(arm.n for arm in arms)
    pooled = Prior.beta(1 + discount * events, 1 + discount * (n - events))
    plain = arms_model(TRIAL, treatment=UNIFORM, control=pooled)
    for x in (-0.5, 0.2, 0.9):
        point = {"p_treatment_logodds__": np.array(x), "p_control_logodds__": np.array(0.5 * x)}
        one, other = (
            float(m.logp().eval({v: point[v.name] for v in m.value_vars}, mode=contract.ONE_CALL))
            for m in (model, plain)
        )
        assert one == pytest.approx(other, abs=1e-10)


# ---- what is refused ---------------------------------------------------------------------------


def meta(**options: Any) -> Any:
    return models.meta_analytic_predictive(TRIAL, **{"studies": studies("A"), **options})


def power(studied: Sequence[Study], **options: Any) -> Any:
    return models.power_prior_effect(
        TRIAL, studies=studied, **{"discount": 0.5, "effect": NORMAL, **options}
    )


def power_of_rates(**options: Any) -> Any:
    return models.power_prior_control(
        TRIAL,
        **{
            "studies": studies("A"),
            "discount": 0.5,
            "treatment": UNIFORM,
            "control": UNIFORM,
            **options,
        },
    )


SIBLINGS: dict[str, Any] = {**EFFECTS, "group_bias": NORMAL, "own_bias": NORMAL}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (meta, "neither the effect nor"),
        (lambda: meta(effect_mean=NORMAL), "effect_heterogeneity"),
        (lambda: meta(**EFFECTS, effect=NORMAL), "leave effect out"),
        (lambda: meta(**RATES), "needs a prior of its own"),
        (lambda: meta(**RATES, effect=NORMAL, midpoint=NORMAL), "leave midpoint out"),
        (lambda: meta(**RATES, effect=NORMAL, bias=NORMAL), "not borrowed"),
        (lambda: meta(**EFFECTS, baseline_bias=NORMAL), "not borrowed"),
        (lambda: meta(**EFFECTS, bias=NORMAL), "every study was randomised"),
        (lambda: meta(**EFFECTS, studies=[COHORT]), "only through a bias|borrowed only"),
        (
            lambda: meta(**RATES, effect=NORMAL, studies=[COHORT]),
            "rate may be borrowed only",
        ),
        (lambda: meta(**EFFECTS, studies=[]), "nothing to borrow"),
        (lambda: meta(**EFFECTS, studies=studies("A")[:1] * 2), "counts once"),
        (lambda: meta(**EFFECTS, studies=CONTROLS), "treatment arm"),
        (
            lambda: meta(
                **EFFECTS, studies=[*studies("A"), replace(COHORT, overlaps="laskin-1997")]
            ),
            "count twice|borrowed only",
        ),
        (lambda: meta(effect_mean=Prior.flat(), effect_heterogeneity=UNIFORM), "must be proper"),
        (lambda: meta(effect_mean=NORMAL, effect_heterogeneity=NORMAL), "no mass below 0"),
        (lambda: meta(**EFFECTS, baseline=NORMAL, midpoint=NORMAL), "not both"),
        (
            lambda: models.shared_bias(TRIAL, studies=studies("A"), **SIBLINGS),
            "no bias to share",
        ),
        (lambda: power([COHORT]), "only through a bias"),
        (lambda: power([COHORT], bias=Prior.cauchy(0, 1)), "normal prior"),
        (lambda: power(studies("A"), bias=NORMAL), "every study was randomised"),
        (lambda: power(studies("A"), effect=UNIFORM), "one normal"),
        (lambda: power(studies("A"), discount=1.2), "between 0"),
        (lambda: power_of_rates(studies=[COHORT]), "only through a bias"),
        (lambda: power_of_rates(control=NORMAL), "one proper beta"),
        (lambda: power_of_rates(discount=NORMAL), "between 0"),
    ],
)
def test_bad_input_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_the_trial_is_not_one_of_its_studies() -> None:
    own = Trial.from_counts(treatment=(60, 75), control=(47, 74), doi="10.1000/x")
    with pytest.raises(InputError, match="the trial itself"):
        models.meta_analytic_predictive(own, studies=[replace(COHORT, doi="10.1000/x")], **EFFECTS)
