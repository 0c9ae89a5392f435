"""Numbers that other people printed, reproduced: `reference/published.csv`, row by row."""

from __future__ import annotations

import math
import re
from functools import cache

import pytest
from reference_values import published

from bayes_rsa import exact
from bayes_rsa import frequentist as fq
from bayes_rsa.estimands import Event, Statement
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.frequentist import critical_value
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import NormalFinding, intrinsic_p, intrinsic_threshold, reverse_bayes
from bayes_rsa.trial import Trial

Row = dict[str, str]

ROWS = {row["id"]: row for row in published()}
GRADE_A = [k for k, r in ROWS.items() if r["grade"] == "A" and not k.startswith("schmidli_")]
GRADE_B = [k for k, r in ROWS.items() if r["grade"] == "B"]
EOLIA = [k for k in ROWS if k.startswith("eolia_")]

MEASURES = {"great": "OR", "diamondkaul": "OR", "andromeda": "HR", "sbp": "MD"}
SUMMARIES = {
    "posterior mean": "mean",
    "posterior sd": "sd",
    "posterior median": "median",
}


def tables(row: Row) -> tuple[tuple[int, int], tuple[int, int]]:
    return (
        (int(row["arm1_events"]), int(row["arm1_n"])),
        (int(row["arm0_events"]), int(row["arm0_n"])),
    )


def number(text: str) -> float:
    found = re.fullmatch(r"ln ([\d.]+)", text.strip())
    return math.log(float(found[1])) if found else float(text)


def prior_of(text: str) -> Prior:
    """A prior as the file writes it: `N(0, sd 0.35)`, `t3(0,2.5)`, `flat on log HR`."""
    text = re.split(r"=|~", text)[-1].strip().removeprefix("intercept ")
    if text.startswith("flat"):
        return Prior.flat()
    if found := re.match(r"N\(([^,]+), ?(?:sd )?([\d.]+)\)", text):
        return Prior.normal(number(found[1]), float(found[2]))
    if found := re.match(r"t3\(([\d.]+),([\d.]+)\)", text):
        return Prior.student_t(3, float(found[1]), float(found[2]))
    if found := re.match(r"Beta\(([\d.]+),([\d.]+)\)", text):
        return Prior.beta(float(found[1]), float(found[2]))
    raise ValueError(text)


@cache
def posterior(name: str) -> ExactPosterior:
    row = ROWS[name]
    first, _, second = row["prior"].replace("theta=log OR ~", "").partition(";")
    family = name.split("_", maxsplit=1)[0]
    if family in MEASURES:
        trial = Trial.from_effect(
            measure=MEASURES[family],
            log_effect=float(row["effect_log"]),
            standard_error=float(row["effect_se"]),
        )
        return exact.reported_effect(trial, effect=prior_of(first))
    treatment, control = tables(row)
    trial = Trial.from_counts(treatment=treatment, control=control)
    if family == "mint":
        # The intercept of centred predictors: the mean of the two log odds, up to n1 - n0.
        return exact.log_odds_ratio(trial, effect=prior_of(first), midpoint=prior_of(second))
    if family == "eolia":
        # Uniform on the control risk: logistic(0, 1) on its log odds.
        effect = prior_of(row["prior"].split(" on log RR")[0])
        return exact.log_risk_ratio(trial, effect=effect, baseline=Prior.logistic(0, 1))
    if "both" in second or not second:
        uniform = Prior.beta(1, 1)
        return exact.independent_arms(trial, treatment=uniform, control=uniform)
    by_arm = {part.split("~")[0].strip(): prior_of(part) for part in (first, second)}
    return exact.independent_arms(trial, treatment=by_arm["p1"], control=by_arm["p0"])


def frequentist(row: Row) -> float:
    treatment, control = tables(row)
    quantity = row["quantity"]
    if quantity == "RR point estimate":
        return fq.risk_ratio(*treatment, *control).value
    if quantity.startswith("RR 95% CI"):
        found = fq.risk_ratio_wald(*treatment, *control)
        return found.lower if quantity.endswith("lower") else found.upper
    cells = [x + 0.5 for y, n in (treatment, control) for x in (y, n - y)]
    if quantity == "log OR estimate (data)":
        return math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return math.sqrt(sum(1 / x for x in cells))


def credibility(row: Row) -> float:
    quantity = row["quantity"]
    if found := re.search(r"OR CI ([\d.]+)-([\d.]+)", row["model"]):
        low, high = math.log(float(found[1])), math.log(float(found[2]))
        se = (high - low) / (2 * critical_value(0.95))
        limit = reverse_bayes(NormalFinding("OR", 0.5 * (low + high), se, "interval"))
        assert limit.scepticism_limit is not None
        return limit.scepticism_limit
    method = quantity.split()[0].lower()
    level = float(quantity.split("=")[1])
    return (intrinsic_p if "p_intrinsic" in quantity else intrinsic_threshold)(level, method)


def probability(post: ExactPosterior, inside: str) -> float:
    text = inside.replace("mu", "MD").replace("<=", "<").replace(">=", ">")
    text = re.sub(r"\bARR>", "RD<-", text)
    if "p1<p0" in text:
        text = "RD<0"
    if found := re.fullmatch(r"(-?[\d.]+)<log OR<(-?[\d.]+)", text):
        event = Event("log_odds_ratio", float(found[1]), float(found[2]))
    else:
        spaced = re.sub(r"([<>])", r" \1 ", text)
        event = Statement.parse(spaced).resolve("higher", post.measure, counts=post.arms)
    return post.probability(event)[0]


def computed(name: str) -> float:
    row = ROWS[name]
    quantity = row["quantity"]
    if name.startswith("repsuccess") or name == "great_scepticism_limit":
        return credibility(row)
    if "freq" in name or quantity.endswith("(data)"):
        return frequentist(row)
    post = posterior(name)
    if found := re.match(r"P\((.+?)\)", quantity):
        return probability(post, found[1])
    symbol = next((s for s in ("log OR", "OR", "HR", "RR", "RD") if s in quantity), "MD")
    key = {
        "log OR": "log_odds_ratio",
        "OR": "odds_ratio",
        "HR": "hazard_ratio",
        "RR": "risk_ratio",
        "RD": "risk_difference",
        "MD": "mean_difference",
    }[symbol]
    summary = post.summary(key)
    if "CrI" in quantity:
        return summary.eti[0] if quantity.endswith("lower") else summary.eti[1]
    wanted = next((v for k, v in SUMMARIES.items() if quantity.startswith(k)), "median")
    result = getattr(summary, wanted)
    assert result is not None
    return float(result)


@pytest.mark.parametrize("grade", ["A", "B"])
def test_published_numbers(grade: str) -> None:
    names = GRADE_A if grade == "A" else GRADE_B
    off = {}
    for name in names:
        row = ROWS[name]
        got, printed = computed(name), float(row["published_value"])
        if not abs(got - printed) <= float(row["tolerance"]):
            off[name] = (got, printed)
    assert off == {}
    assert len(names) == {"A": 59, "B": 6}[grade]


@pytest.mark.parametrize("name", EOLIA)
def test_eolia(name: str) -> None:
    """Grade C: priors on the log risk ratio, a uniform prior on the control risk. All 18 agree."""
    row = ROWS[name]
    assert computed(name) == pytest.approx(
        float(row["published_value"]), abs=float(row["tolerance"])
    )


def test_eolia_is_complete() -> None:
    assert len(EOLIA) == 18
    assert {ROWS[name]["grade"] for name in EOLIA} == {"C"}
