"""Trials with biomarkers reported in every way, and the graph of their likelihood."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt

from bayes_rsa.models.biomarkers._noncentral_t import log_density, log_probability
from bayes_rsa.trial import Biomarker, DirectionOnly, ExactTest, Printed, Trial

N = (75, 74)
REPORTS = {
    "significant, lower": DirectionOnly("lower", Printed("<0.05")),
    "significant, higher": DirectionOnly("higher", Printed("<0.001")),
    "significant, direction not stated": DirectionOnly("not stated", Printed("<0.01")),
    "not significant": DirectionOnly("not stated", Printed(">0.05")),
    "not significant, lower": DirectionOnly("lower", Printed(">0.05")),
    "not significant, higher": DirectionOnly("higher", Printed(">0.2")),
    "t given": ExactTest("lower", None, -2.7),
    "P given": ExactTest("higher", Printed("0.004")),
    "P given, direction not stated": ExactTest("not stated", Printed("0.03")),
}


def trial_with(*markers: Biomarker) -> Trial:
    """The tacrolimus counts with these biomarkers."""
    return Trial.from_counts(treatment=(60, 75), control=(47, 74), biomarkers=markers)


def reported(*names: str) -> Trial:
    """A trial whose markers are named as their reports."""
    return trial_with(*(Biomarker(name, REPORTS[name]) for name in names or REPORTS))


@cache
def probability_function() -> Any:
    """(report, critical, df, delta) -> log probability, and its derivative in delta."""
    report, critical, df, delta = (pt.vector(name) for name in ("report", "critical", "df", "d"))
    found = log_probability(report, critical, df, delta)
    return pytensor.function(
        [report, critical, df, delta], [found, pytensor.grad(found.sum(), delta)]
    )


@cache
def density_function() -> Any:
    """(statistic, df, delta) -> log density, and its derivative in delta."""
    statistic, df, delta = (pt.vector(name) for name in ("statistic", "df", "d"))
    found = log_density(statistic, df, delta)
    return pytensor.function([statistic, df, delta], [found, pytensor.grad(found.sum(), delta)])


def log_of(report: float, critical: float, df: float, delta: Any) -> tuple[Any, Any]:
    """Log probability and its derivative at an array of non-centralities."""
    delta = np.atleast_1d(np.asarray(delta, dtype=float))
    ones = np.ones_like(delta)
    found = probability_function()(report * ones, critical * ones, df * ones, delta)
    return found[0], found[1]
