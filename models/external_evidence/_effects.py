"""What links studies to the trial: random effects; and the levels that are left apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pymc as pm

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.models._variables import variable
from bayes_rsa.models.biomarkers._parameters import vector
from bayes_rsa.models.external_evidence._studies import STUDY
from bayes_rsa.priors import Prior

Tensor = Any

STANDARD: Final = Prior.normal(0.0, 1.0)
"""Prior of an offset: how many SDs between studies one of them lies from their mean."""
ARM_VARIABLES: Final = ("p_treatment", "p_control", "log_odds_ratio")


def parameter(name: str, prior: Prior) -> tuple[Tensor, dict[str, Prior]]:
    """A free variable with this proper prior; or, for a point, data. And the card's entry."""
    if prior.families == ("point",):
        return pm.Data(name, np.float64(prior.components[0].arguments[0])), {}
    if not prior.is_proper:
        raise InputError(
            name,
            str(prior),
            "a few studies inform it little: its prior must be proper",
            "narrow it",
        )
    return variable(name, prior), {name: prior}


def random_effects(
    name: str, mean: Prior, heterogeneity: Prior
) -> tuple[Tensor, Tensor, dict[str, Prior]]:
    """The trial's own value and the studies', drawn about a mean; non-centred.

    Adds ``<name>_mean``, ``<name>_heterogeneity`` (the SD between studies), the offsets
    ``<name>_offset`` and ``study_<name>_offset``, and the values ``<name>`` and ``study_<name>``.

    Returns
    -------
    tuple
        The trial's value, those of the studies, and the card's entries.

    Raises
    ------
    InputError
        If a prior is improper, or the SD between studies may be negative.
    """
    if heterogeneity.support[0] < 0:
        raise InputError(
            f"{name}_heterogeneity",
            str(heterogeneity),
            "it is a standard deviation, so its prior has no mass below 0",
            "use half_normal(0.5), or a prior of bayes_rsa.evidence.heterogeneity_priors()",
        )
    centre, first = parameter(f"{name}_mean", mean)
    spread, second = parameter(f"{name}_heterogeneity", heterogeneity)
    own, others = f"{name}_offset", f"study_{name}_offset"
    here = pm.Deterministic(name, centre + spread * variable(own, STANDARD))
    there = pm.Deterministic(
        f"study_{name}", centre + spread * vector(others, STANDARD, STUDY), dims=STUDY
    )
    return here, there, {**first, **second, own: STANDARD, others: STANDARD}


@dataclass(frozen=True, slots=True)
class Level:
    """What sets the level of two arms, apart from their effect.

    Parameters
    ----------
    name
        ``baseline`` (the control arm's log odds) or ``midpoint`` (the mean of both), with
        ``study_`` before it for the studies.
    prior
        Its prior.
    """

    name: str
    prior: Prior

    @classmethod
    def of(cls, baseline: Prior | None, midpoint: Prior | None, before: str = "") -> Level:
        """From a model's keywords; the default is a midpoint ~ normal(0, 1.5)."""
        if baseline is not None and midpoint is not None:
            raise InputError(
                f"{before}baseline",
                str(baseline),
                "a model takes a prior on the baseline or on the midpoint, not both",
                "leave one of them out",
            )
        if baseline is not None:
            return cls(f"{before}baseline", baseline)
        return cls(f"{before}midpoint", midpoint or Prior.normal(0.0, defaults.MIDPOINT_SD))

    def variable(self) -> Tensor:
        """The free variable: a scalar, or one for each study."""
        if self.name.startswith("study_"):
            return vector(self.name, self.prior, STUDY)
        return parameter(self.name, self.prior)[0]

    @property
    def entry(self) -> dict[str, Prior]:
        """The card's entry."""
        return {} if self.prior.families == ("point",) else {self.name: self.prior}

    def log_odds(self, level: Tensor, effect: Tensor) -> tuple[Tensor, Tensor]:
        """Log odds of (treatment, control)."""
        if self.name.endswith("baseline"):
            return level + effect, level
        return level + effect / 2, level - effect / 2


def refuse(rule: str, **given: Prior | None) -> None:
    """Refuse what the model has no use for."""
    for name, prior in given.items():
        if prior is not None:
            raise InputError(name, str(prior), rule, f"leave {name} out")
