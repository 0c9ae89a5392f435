"""How much the answer depends on the prior: sweeps, tipping points and their relatives."""

from __future__ import annotations

from bayes_rsa.sensitivity.dataset import to_frame
from bayes_rsa.sensitivity.grid import (
    PriorSet,
    beta_weight_grid,
    mixture_grid,
    prior_grid,
    prior_list,
)
from bayes_rsa.sensitivity.relative_ess import relative_ess, tempered_relative_ess
from bayes_rsa.sensitivity.reweighting import Reweighted, reweight
from bayes_rsa.sensitivity.storage import read_sweep, write_sweep
from bayes_rsa.sensitivity.sweep import sweep
from bayes_rsa.sensitivity.tipping import tipping_curve, tipping_mean, tipping_sd, tipping_weight
from bayes_rsa.sensitivity.tipping_arms import tipping_arm_curve, tipping_arm_weight
from bayes_rsa.sensitivity.tipping_records import TippingCurve, TippingPoint

__all__ = [
    "PriorSet",
    "Reweighted",
    "TippingCurve",
    "TippingPoint",
    "beta_weight_grid",
    "mixture_grid",
    "prior_grid",
    "prior_list",
    "read_sweep",
    "relative_ess",
    "reweight",
    "sweep",
    "tempered_relative_ess",
    "tipping_arm_curve",
    "tipping_arm_weight",
    "tipping_curve",
    "tipping_mean",
    "tipping_sd",
    "tipping_weight",
    "to_frame",
    "write_sweep",
]
