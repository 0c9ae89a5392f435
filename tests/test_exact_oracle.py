"""The exact engine against an oracle written apart from it: random tables and priors.

``oracle/oracle.json`` was made by ``oracle/make_oracle.py``; a handful of cases is computed here
again, by mpmath.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import mpmath
import pytest

from bayes_rsa import exact
from bayes_rsa.errors import AccuracyError
from bayes_rsa.estimands import Event
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.priors import Component, Prior
from bayes_rsa.trial import Trial

CASES = json.loads((Path(__file__).parent / "oracle" / "oracle.json").read_text(encoding="utf-8"))
ERROR = 1e-8
# A control log odds of SD 100 with one patient an arm: the risk difference piles up within 1e-40
# of zero, which no curve of it can resolve. The engine must say so.
REFUSED = {17: {"risk_difference"}}
# Two patients against 11,463, under a uniform prior on the risk difference.
SLOW = {162}


def posterior(case: dict[str, Any]) -> ExactPosterior:
    trial = Trial.from_counts(treatment=tuple(case["treatment"]), control=tuple(case["control"]))
    priors = {
        name: Prior(tuple(Component(w, family, tuple(a)) for w, family, a in parts))
        for name, parts in case["priors"].items()
    }
    return getattr(exact, case["model"])(trial, **priors)  # type: ignore[no-any-return]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 200
    sizes = [case[arm][1] for case in CASES for arm in ("treatment", "control")]
    assert min(sizes) == 1
    assert max(sizes) > 15_000
    empty = [case for case in CASES if case["treatment"][0] == 0 or case["control"][0] == 0]
    assert len(empty) > 20
    families = {f for case in CASES for parts in case["priors"].values() for _, f, _ in parts}
    assert families >= {"normal", "student_t", "cauchy", "logistic", "uniform", "beta", "flat"}
    assert sum(len(parts) > 1 for case in CASES for parts in case["priors"].values()) > 20


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(x, id=str(x["number"]), marks=pytest.mark.slow if x["number"] in SLOW else ())
        for x in CASES
    ],
)
def test_case(case: dict[str, Any]) -> None:
    post = posterior(case)
    refused = REFUSED.get(case["number"], set())
    for name, x, expected in case["greater"]:
        if name in refused:
            with pytest.raises(AccuracyError, match=name):
                post.sf(name, x)
            continue
        assert float(post.sf(name, x)) == pytest.approx(expected, abs=ERROR)
    if case["log_marginal_likelihood"] is not None:
        expected = case["log_marginal_likelihood"]
        assert post.log_marginal_likelihood == pytest.approx(expected, abs=ERROR)


@pytest.mark.parametrize(
    ("y1", "n1", "y0", "n0", "r"),
    [(60, 75, 47, 74, 0.1), (0, 12, 3, 9, -0.2), (400, 900, 30, 40, 0)],
)
def test_risk_difference_live(y1: int, n1: int, y0: int, n0: int, r: float) -> None:
    """P(RD > r) under uniform priors, by an integral of incomplete Beta functions."""
    with mpmath.workdps(30):
        a1, b1, a0, b0 = y1 + 1, n1 - y1 + 1, y0 + 1, n0 - y0 + 1
        norm = mpmath.beta(a0, b0)

        def integrand(p: mpmath.mpf) -> mpmath.mpf:
            cut = min(max(p + r, mpmath.mpf(0)), mpmath.mpf(1))
            tail = mpmath.betainc(a1, b1, cut, 1, regularized=True)
            return p ** (a0 - 1) * (1 - p) ** (b0 - 1) / norm * tail

        edges = sorted({0.0, 1.0, max(-r, 0.0), min(1 - r, 1.0), *(k / 8 for k in range(1, 8))})
        expected = float(mpmath.quad(integrand, edges, method="gauss-legendre", maxdegree=6))
    prior = Prior.beta(1, 1)
    trial = Trial.from_counts(treatment=(y1, n1), control=(y0, n0))
    post = exact.independent_arms(trial, treatment=prior, control=prior)
    value, _ = post.probability(Event("risk_difference", r, math.inf))
    assert value == pytest.approx(expected, abs=1e-10)


def test_contrast_live() -> None:
    """P(OR > 1.25) under a contrast prior, by nested quadrature in 20 digits."""
    y1, n1, y0, n0 = 7, 12, 2, 10
    with mpmath.workdps(20):

        def density(delta: mpmath.mpf, beta: mpmath.mpf) -> mpmath.mpf:
            odds1, odds0 = mpmath.exp(beta + delta / 2), mpmath.exp(beta - delta / 2)
            likelihood = odds1**y1 / (1 + odds1) ** n1 * odds0**y0 / (1 + odds0) ** n0
            prior = (delta - 0.5) ** 2 / mpmath.mpf("0.49") + beta**2 / mpmath.mpf("2.25")
            return likelihood * mpmath.exp(-prior / 2)

        middle = [-9, -2, 0, 2, 9]

        def inner(delta: mpmath.mpf) -> mpmath.mpf:
            return mpmath.quad(
                lambda b: density(delta, b), middle, method="gauss-legendre", maxdegree=3
            )

        cut = math.log(1.25)
        low, high = ([-5, -1, cut], [cut, 2, 6])
        below, over = (
            mpmath.quad(inner, edges, method="gauss-legendre", maxdegree=3) for edges in (low, high)
        )
        expected = float(over / (below + over))
    trial = Trial.from_counts(treatment=(y1, n1), control=(y0, n0))
    post = exact.log_odds_ratio(trial, effect=Prior.normal(0.5, 0.7))
    value, _ = post.probability(Event("odds_ratio", 1.25, math.inf))
    assert value == pytest.approx(expected, abs=1e-8)
