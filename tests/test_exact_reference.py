"""The exact engine against the reference numbers for 60/75 v 47/74: each within its tolerance."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache

import pytest
from reference_values import entries, value

from bayes_rsa import exact
from bayes_rsa.estimands import EstimandSummary, Event, Statement, number_needed_to_treat
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.priors import Prior, zampieri
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
BASELINE = Prior.normal(0, 1.5)
KEYS = {
    "OR": "odds_ratio",
    "logOR": "log_odds_ratio",
    "RR": "risk_ratio",
    "RD": "risk_difference",
    "p1": "p_treatment",
    "p0": "p_control",
}
BETAS = {
    "uniform": (1.0, 1.0),
    "jeffreys": (0.5, 0.5),
    "kerman": (1 / 3, 1 / 3),
    "haldane": (0.0, 0.0),
    "beta22": (2.0, 2.0),
}
MAKERS: dict[str, Callable[[], ExactPosterior]] = {
    **{
        f"beta_{name}": lambda ab=ab: exact.independent_arms(
            TRIAL, treatment=Prior.beta(*ab), control=Prior.beta(*ab)
        )
        for name, ab in BETAS.items()
    },
    **{
        f"logit_sd{sd:g}": lambda sd=sd: exact.log_odds_ratio(
            TRIAL, effect=Prior.normal(0, sd), baseline=BASELINE
        )
        for sd in (0.355, 0.5, 1, 1.5, 2.5, 10)
    },
    **{
        f"howard_sigma{sigma:g}": lambda sigma=sigma: exact.howard(TRIAL, sigma=sigma)
        for sigma in (0.5, 1, 2)
    },
    "abtest": lambda: exact.kass_vaidyanathan(TRIAL),
}
COUNTS = {"beta": 48, "logit": 50, "howard": 48, "abtest": 57}


def probability(post: ExactPosterior, statement: str) -> float:
    return post.probability(Statement.parse(statement).resolve("higher"))[0]


@cache
def null_log_likelihood(form: str) -> float:
    nuisance = {"midpoint": Prior.normal(0, 1)} if form == "abtest" else {"baseline": BASELINE}
    return float(exact.ContrastLikelihood(TRIAL, **nuisance).log_likelihood(0.0))


def model_comparison(post: ExactPosterior, quantity: str) -> float:
    """Bayes factors and posterior model probabilities from exact marginal likelihoods."""
    null = null_log_likelihood("abtest" if "midpoint" in post.priors else "logit")
    assert post.log_marginal_likelihood is not None
    bf10 = math.exp(post.log_marginal_likelihood - null)
    up = probability(post, "OR > 1")
    plus, minus = bf10 * up / 0.5, bf10 * (1 - up) / 0.5
    total = 0.25 * plus + 0.25 * minus + 0.5
    return {
        "logml_H0": null,
        "BF10": bf10,
        "BFplus0": plus,
        "BFminus0": minus,
        "postprob_Hplus": 0.25 * plus / total,
        "postprob_Hminus": 0.25 * minus / total,
        "postprob_H0": 0.5 / total,
    }[quantity]


def moment_or_limit(record: EstimandSummary, name: str) -> float | None:
    return {
        "mean": record.mean,
        "sd": record.sd,
        "median": record.median,
        "eti_lo": record.eti[0],
        "eti_hi": record.eti[1],
        "hdi_lo": record.hdi[0],
        "hdi_hi": record.hdi[1],
    }[name]


def nnt(post: ExactPosterior, name: str) -> float | None:
    record = post.summary("risk_difference")
    assert record.mean is not None
    printed = number_needed_to_treat(record.median, record.eti, "higher")
    (_, best), (_, worst) = printed.limits
    return {
        "at_median_RD": printed.benefit_at_median,
        "at_mean_RD": 1 / record.mean,
        "eti_lo": best,
        "eti_hi": worst,
        "NNTB_lo": best,
        "NNTH": worst,
    }[name]


def computed(post: ExactPosterior, quantity: str) -> float | None:
    """What an entry of the reference file asks for, from an exact posterior."""
    if quantity in ("P_benefit", "P_benefit.mpmath"):
        return probability(post, "benefit")
    if quantity == "P_ROPE_OR_0.909_1.1":
        return post.probability(Event("odds_ratio", 1 / 1.1, 1.1))[0]
    if found := re.fullmatch(r"P_(OR|RR|RD)_gt_([\d.]+)", quantity):
        return probability(post, f"{found[1]} > {found[2]}")
    if quantity in ("log_marginal_likelihood", "logml_H1"):
        return post.log_marginal_likelihood
    if "." not in quantity:
        return model_comparison(post, quantity)
    symbol, name = quantity.split(".")
    if symbol == "NNT":
        return nnt(post, name)
    if name == "hdi_mass":
        low, high = post.summary(KEYS[symbol]).hdi
        return post.probability(Event(KEYS[symbol], low, high))[0]
    return moment_or_limit(post.summary(KEYS[symbol]), name)


@pytest.mark.parametrize("name", MAKERS)
def test_family(name: str) -> None:
    post = MAKERS[name]()
    covered = 0
    for entry in entries(f"{name}.").values():
        quantity = entry.name.removeprefix(f"{name}.")
        if re.match(r"\d", quantity) or quantity == "BF10_laplace":
            continue
        assert entry.tolerance is not None
        assert computed(post, quantity) == pytest.approx(entry.value, abs=entry.tolerance), entry
        covered += 1
    expected = {"abtest": 56, "logit_sd1": 51}.get(name, COUNTS[name.split("_", maxsplit=1)[0]])
    assert covered == expected


def test_zampieri() -> None:
    covered = 0
    for name, prior in zampieri(planned_odds_ratio=2.0).items():
        prefix = f"zampieri_OR2.{name.replace(' ', '_')}."
        post = exact.log_odds_ratio(TRIAL, effect=prior, baseline=BASELINE)
        for entry in entries(prefix).values():
            quantity = entry.name.removeprefix(prefix)
            if quantity.startswith(("normal.", "prior_")):
                continue
            assert computed(post, quantity) == pytest.approx(entry.value, abs=entry.tolerance)
            covered += 1
    assert covered == 45


def test_baseline_sensitivity() -> None:
    covered = 0
    for entry in entries("baseline_sens.").values():
        found = re.fullmatch(
            r"baseline_sens\.(?:logit|symmetric)_sd([\d.]+?)\."
            r"(alpha_sd|beta_sd|alpha_mean_logit0\.6_sd)([\d.]+?)\.(P_benefit|OR\.median)",
            entry.name,
        )
        assert found is not None, entry.name
        effect, form, sd = Prior.normal(0, float(found[1])), found[2], float(found[3])
        if form == "beta_sd":
            post = exact.log_odds_ratio(TRIAL, effect=effect, midpoint=Prior.normal(0, sd))
        else:
            mean = math.log(0.6 / 0.4) if "mean" in form else 0.0
            post = exact.log_odds_ratio(TRIAL, effect=effect, baseline=Prior.normal(mean, sd))
        assert computed(post, found[4]) == pytest.approx(entry.value, abs=entry.tolerance)
        covered += 1
    assert covered == 24


def test_mixture() -> None:
    sd = math.log(2) / 1.6448536269514722
    parts = [(0.5, Prior.normal(0, 0.355)), (0.5, Prior.normal(math.log(2), sd))]
    post = exact.log_odds_ratio(TRIAL, effect=Prior.mixture(parts), baseline=BASELINE)
    got = {
        "w_sceptical": post.component_weights("effect")[0],
        "P_benefit": probability(post, "OR > 1"),
        "P_OR_gt_1.25": probability(post, "OR > 1.25"),
    }
    found = entries("mixture.exact.")
    assert len(found) == len(got)
    for entry in found.values():
        quantity = entry.name.removeprefix("mixture.exact.")
        assert got[quantity] == pytest.approx(entry.value, abs=entry.tolerance)


@pytest.mark.parametrize("source", ["counts", "reported"])
def test_normal_approximation(source: str) -> None:
    if source == "counts":
        trial = Trial.from_effect(
            measure="OR",
            log_effect=value("freq.log_or").value,
            standard_error=value("freq.se_log_or").value,
        )
    else:
        trial = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))
    theta = trial.reported.location
    null = math.log(trial.reported.scale_se) * -1 - 0.5 * math.log(2 * math.pi)
    null -= 0.5 * (theta / trial.reported.scale_se) ** 2
    odds = 47 / 27
    posts: dict[str, ExactPosterior] = {}
    covered = 0
    for entry in entries(f"normal.{source}.").values():
        found = re.fullmatch(rf"normal\.{source}\.sd(inf|[\d.]+?)\.([A-Za-z].*)", entry.name)
        if found is None:
            continue
        sd, quantity = found.groups()
        prior = Prior.flat() if sd == "inf" else Prior.normal(0, float(sd))
        post = posts.setdefault(sd, exact.reported_effect(trial, effect=prior))
        if quantity in ("mean", "sd"):
            got = getattr(post.summary("log_odds_ratio"), quantity)
        elif quantity == "BF10":
            assert post.log_marginal_likelihood is not None
            got = math.exp(post.log_marginal_likelihood - null)
        elif risk := re.fullmatch(r"P_RD_gt_([\d.]+)_p0fixed", quantity):
            p1 = 47 / 74 + float(risk[1])
            got = post.probability(Event("odds_ratio", p1 / (1 - p1) / odds, math.inf))[0]
        else:
            got = computed(post, quantity)
        assert got == pytest.approx(entry.value, abs=entry.tolerance), entry
        covered += 1
    assert covered == 6 * 13 + 12
