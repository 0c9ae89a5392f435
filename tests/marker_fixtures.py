"""Trials with biomarkers reported in every way, and the graph of their likelihood."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import xarray as xr

from bayes_rsa import check, contract
from bayes_rsa.models.biomarkers._noncentral_t import grid_for, log_density, log_probability
from bayes_rsa.priors import Prior
from bayes_rsa.trial import (
    BaselineFollowUp,
    BeforeAfter,
    Biomarker,
    DirectionOnly,
    ExactTest,
    GeometricMeanSD,
    MeanSD,
    MedianQuartiles,
    Moments,
    Printed,
    Quartiles,
    Trial,
)

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


MEANS = MeanSD(Moments(2.0, 0.8, 75), Moments(2.4, 0.9, 74))
QUARTILES = MedianQuartiles(Quartiles(10, 14, 20, 75), Quartiles(12, 17, 26, 74))
TWICE = BaselineFollowUp(BeforeAfter(3.0, 0.9, 2.0, 0.8, 75), BeforeAfter(3.1, 0.9, 2.4, 0.9, 74))
PROPER: Mapping[str, Prior] = {
    "level": Prior.normal(2, 1),
    "log_sd_treatment": Prior.normal(0, 0.5),
    "log_sd_control": Prior.normal(0, 0.5),
}
TWICE_PROPER: Mapping[str, Prior] = {
    **PROPER,
    "baseline": Prior.normal(3, 1),
    "log_sd_baseline": Prior.normal(0, 0.5),
}
SUMMARISED = trial_with(
    Biomarker("means", MEANS),
    Biomarker("geometric", GeometricMeanSD(Moments(120.0, 1.6, 40), Moments(150.0, 1.7, 38))),
    Biomarker("quartiles", QUARTILES),
    Biomarker("twice", TWICE),
)


# As NUTS calls them. Compiling a slope takes twice as long as all else, so that it is run op by op,
# but for one slow test.

PROBABILITY = ("report", "critical", "df", "delta", "grid")
DENSITY = ("statistic", "df", "delta", "grid")


@cache
def compiled(*names: str, slope: bool = False) -> Any:
    """Log probability or density as a function of these vectors; or its slope in delta with it."""
    inputs = [pt.vector(name) for name in names]
    found = {PROBABILITY: log_probability, DENSITY: log_density}[names](*inputs)
    outputs = [found, pytensor.grad(found.sum(), inputs[-2])] if slope else found
    return pytensor.function(inputs, outputs)


@cache
def slope_of(*names: str) -> Any:
    """Slope in delta as a function of these vectors, with nothing compiled."""
    inputs = [pt.vector(name) for name in names]
    found = {PROBABILITY: log_probability, DENSITY: log_density}[names](*inputs)
    with contract.interpreted():
        return pytensor.function(
            inputs, pytensor.grad(found.sum(), inputs[-2]), mode=contract.ONE_CALL
        )


def probability_arguments(report: float, critical: float, df: float, delta: Any) -> tuple[Any, ...]:
    """What the functions of PROBABILITY take, for an array of non-centralities."""
    delta = np.atleast_1d(np.asarray(delta, dtype=float))
    ones = np.ones_like(delta)
    return report * ones, critical * ones, df * ones, delta, grid_for(df)


def log_of(report: float, critical: float, df: float, delta: Any) -> Any:
    """Log probability at an array of non-centralities."""
    return compiled(*PROBABILITY)(*probability_arguments(report, critical, df, delta))


def held(fit: xr.DataTree) -> xr.DataTree:
    """The same fit, whose gate passed."""
    check(fit).require()
    return fit


def estimate(draws: Any, which: str, ess: float) -> tuple[float, float]:
    if which == "mean":
        return draws.mean(), draws.std() / math.sqrt(ess)
    if which == "sd":
        spread = draws.std()
        fourth = ((draws - draws.mean()) ** 4).mean()
        return spread, math.sqrt((fourth - spread**4) / (4 * spread**2 * ess))
    p = (draws > float(which.rpartition("_")[2])).mean()
    shrunk = (p * draws.size + 1) / (draws.size + 2)
    return p, math.sqrt(shrunk * (1 - shrunk) / (0.5 * ess))
