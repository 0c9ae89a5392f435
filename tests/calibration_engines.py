"""Engines in closed form, right and wrong, that calibration is tested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bayes_rsa import models
from bayes_rsa.calibration import Draws
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

SHAPES = (2.0, 2.0)
SIZES = (60, 50)
EFFECT_SD, STANDARD_ERROR = 0.5, 0.4

ArmFault = Literal["none", "prior", "swapped", "truncated", "direction"]


def arms_model() -> Any:
    """Two arms, each probability ~ beta(2, 2): the posterior is a beta distribution."""
    trial = Trial.from_counts(treatment=(30, SIZES[0]), control=(30, SIZES[1]))
    prior = Prior.beta(*SHAPES)
    return models.independent_arms(trial, treatment=prior, control=prior)


def effect_model(sd: float = EFFECT_SD) -> Any:
    """A reported log odds ratio with a normal prior: the posterior is normal."""
    trial = Trial.from_effect(measure="OR", log_effect=0.3, standard_error=STANDARD_ERROR)
    return models.reported_effect(trial, effect=Prior.normal(0.0, sd))


@dataclass(frozen=True)
class Arms:
    """The posterior of ``arms_model``, or one with a fault."""

    fault: ArmFault = "none"

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"name": "beta", "fault": self.fault}

    def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
        rng = np.random.default_rng(seed)
        events, n = np.array(data["events"]), np.array(SIZES)
        if self.fault == "prior":
            events, n = np.zeros(2), np.zeros(2)
        if self.fault == "swapped":
            events, n = events[::-1], n[::-1]
        shape = (2, -(-size // 2))
        p1, p0 = (
            rng.beta(SHAPES[0] + y, SHAPES[1] + m - y, size=shape)
            for y, m in zip(events, n, strict=True)
        )
        effect = np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0))
        if self.fault == "truncated":
            keep = effect.ravel() < np.quantile(effect, 0.9)
            p1, p0, effect = (v.ravel()[keep][None] for v in (p1, p0, effect))
        if self.fault == "direction":
            effect = -effect
        return Draws({"p_treatment": p1, "p_control": p0, "log_odds_ratio": effect}, 0, True)


@dataclass(frozen=True)
class Effect:
    """The posterior of ``effect_model`` under a prior of this standard deviation."""

    sd: float = EFFECT_SD

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"name": "normal", "sd": self.sd}

    def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
        precision = 1 / self.sd**2 + 1 / STANDARD_ERROR**2
        mean = float(data["estimate"]) / STANDARD_ERROR**2 / precision
        rng = np.random.default_rng(seed)
        return Draws(
            {"effect": rng.normal(mean, precision**-0.5, size=(2, -(-size // 2)))}, 0, True
        )
