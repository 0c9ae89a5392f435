"""How much the answer depends on the prior, and how much doubt about the trial it stands.

The names are loaded when they are first used: ``bayes-rsa estimate`` wants a Bayes factor at once.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bayes_rsa.sensitivity.bayes_factor import (
        BayesFactors,
        bayes_factor_10,
        bayes_factors,
        log_bayes_factor_10,
        minimum_prior_probability,
        savage_dickey,
    )
    from bayes_rsa.sensitivity.bayes_factor_curve import BayesFactorCurve, bayes_factor_curve
    from bayes_rsa.sensitivity.conflict import (
        PriorDataConflict,
        normal_conflict,
        prior_data_conflict,
    )
    from bayes_rsa.sensitivity.convinced import Convinced, convinced, convinced_by
    from bayes_rsa.sensitivity.dataset import to_frame
    from bayes_rsa.sensitivity.doubt import (
        Believed,
        DoubtCurve,
        DoubtStatement,
        DoubtTipping,
        MissingMap,
        SampledDoubts,
        doubt_curve,
        doubt_statement,
        doubt_table,
        doubt_tipping,
        fewest_changed_outcomes,
        fewest_missing,
        imputed_map,
        trust_curve,
        trust_tipping,
        worst_case_map,
    )
    from bayes_rsa.sensitivity.fragility import (
        Fragility,
        FragilityCurve,
        bayesian_fragility,
        fragility_curve,
        walsh_fragility,
    )
    from bayes_rsa.sensitivity.grid import (
        PriorSet,
        beta_weight_grid,
        mixture_grid,
        prior_grid,
        prior_list,
    )
    from bayes_rsa.sensitivity.gunel_dickey import gunel_dickey
    from bayes_rsa.sensitivity.leak import LeakRow, baseline_leak, baseline_priors, largest_leak
    from bayes_rsa.sensitivity.mixture_weights import MixtureWeight, mixture_weights
    from bayes_rsa.sensitivity.normal_finding import NormalFinding, finding
    from bayes_rsa.sensitivity.power_scaling import PowerScaling, power_scaling
    from bayes_rsa.sensitivity.power_scaling_exact import PowerScaledModel
    from bayes_rsa.sensitivity.prior_ess import EffectiveSampleSize, arm_ess, effect_ess
    from bayes_rsa.sensitivity.questions import ContrastQuestion
    from bayes_rsa.sensitivity.relative_ess import relative_ess, tempered_relative_ess
    from bayes_rsa.sensitivity.reverse_bayes import (
        ReverseBayes,
        exact_sceptical_prior,
        intrinsic_p,
        intrinsic_threshold,
        reverse_bayes,
    )
    from bayes_rsa.sensitivity.reweighting import Reweighted, reweight
    from bayes_rsa.sensitivity.shrinkage import Shrinkage, shrinkage, snr_prior
    from bayes_rsa.sensitivity.storage import read_sweep, write_sweep
    from bayes_rsa.sensitivity.sweep import sweep
    from bayes_rsa.sensitivity.tipping import (
        mean_that_tips,
        sd_that_tips,
        tipping_curve,
        tipping_mean,
        tipping_sd,
        tipping_weight,
    )
    from bayes_rsa.sensitivity.tipping_arms import tipping_arm_curve, tipping_arm_weight
    from bayes_rsa.sensitivity.tipping_records import TippingCurve, TippingPoint

_NAMES: Final = {
    "BayesFactorCurve": "bayes_factor_curve",
    "BayesFactors": "bayes_factor",
    "Believed": "doubt",
    "ContrastQuestion": "questions",
    "Convinced": "convinced",
    "DoubtCurve": "doubt",
    "DoubtStatement": "doubt",
    "DoubtTipping": "doubt",
    "EffectiveSampleSize": "prior_ess",
    "Fragility": "fragility",
    "FragilityCurve": "fragility",
    "LeakRow": "leak",
    "MissingMap": "doubt",
    "MixtureWeight": "mixture_weights",
    "NormalFinding": "normal_finding",
    "PowerScaledModel": "power_scaling_exact",
    "PowerScaling": "power_scaling",
    "PriorDataConflict": "conflict",
    "PriorSet": "grid",
    "ReverseBayes": "reverse_bayes",
    "Reweighted": "reweighting",
    "SampledDoubts": "doubt",
    "Shrinkage": "shrinkage",
    "TippingCurve": "tipping_records",
    "TippingPoint": "tipping_records",
    "arm_ess": "prior_ess",
    "baseline_leak": "leak",
    "baseline_priors": "leak",
    "bayes_factor_10": "bayes_factor",
    "bayes_factor_curve": "bayes_factor_curve",
    "bayes_factors": "bayes_factor",
    "bayesian_fragility": "fragility",
    "beta_weight_grid": "grid",
    "convinced": "convinced",
    "convinced_by": "convinced",
    "doubt_curve": "doubt",
    "doubt_statement": "doubt",
    "doubt_table": "doubt",
    "doubt_tipping": "doubt",
    "effect_ess": "prior_ess",
    "exact_sceptical_prior": "reverse_bayes",
    "fewest_changed_outcomes": "doubt",
    "fewest_missing": "doubt",
    "finding": "normal_finding",
    "fragility_curve": "fragility",
    "gunel_dickey": "gunel_dickey",
    "imputed_map": "doubt",
    "intrinsic_p": "reverse_bayes",
    "intrinsic_threshold": "reverse_bayes",
    "largest_leak": "leak",
    "log_bayes_factor_10": "bayes_factor",
    "mean_that_tips": "tipping",
    "minimum_prior_probability": "bayes_factor",
    "mixture_grid": "grid",
    "mixture_weights": "mixture_weights",
    "normal_conflict": "conflict",
    "power_scaling": "power_scaling",
    "prior_data_conflict": "conflict",
    "prior_grid": "grid",
    "prior_list": "grid",
    "read_sweep": "storage",
    "relative_ess": "relative_ess",
    "reverse_bayes": "reverse_bayes",
    "reweight": "reweighting",
    "savage_dickey": "bayes_factor",
    "sd_that_tips": "tipping",
    "shrinkage": "shrinkage",
    "snr_prior": "shrinkage",
    "sweep": "sweep",
    "tempered_relative_ess": "relative_ess",
    "tipping_arm_curve": "tipping_arms",
    "tipping_arm_weight": "tipping_arms",
    "tipping_curve": "tipping",
    "tipping_mean": "tipping",
    "tipping_sd": "tipping",
    "tipping_weight": "tipping",
    "to_frame": "dataset",
    "trust_curve": "doubt",
    "trust_tipping": "doubt",
    "walsh_fragility": "fragility",
    "worst_case_map": "doubt",
    "write_sweep": "storage",
}

__all__ = [
    "BayesFactorCurve",
    "BayesFactors",
    "Believed",
    "ContrastQuestion",
    "Convinced",
    "DoubtCurve",
    "DoubtStatement",
    "DoubtTipping",
    "EffectiveSampleSize",
    "Fragility",
    "FragilityCurve",
    "LeakRow",
    "MissingMap",
    "MixtureWeight",
    "NormalFinding",
    "PowerScaledModel",
    "PowerScaling",
    "PriorDataConflict",
    "PriorSet",
    "ReverseBayes",
    "Reweighted",
    "SampledDoubts",
    "Shrinkage",
    "TippingCurve",
    "TippingPoint",
    "arm_ess",
    "baseline_leak",
    "baseline_priors",
    "bayes_factor_10",
    "bayes_factor_curve",
    "bayes_factors",
    "bayesian_fragility",
    "beta_weight_grid",
    "convinced",
    "convinced_by",
    "doubt_curve",
    "doubt_statement",
    "doubt_table",
    "doubt_tipping",
    "effect_ess",
    "exact_sceptical_prior",
    "fewest_changed_outcomes",
    "fewest_missing",
    "finding",
    "fragility_curve",
    "gunel_dickey",
    "imputed_map",
    "intrinsic_p",
    "intrinsic_threshold",
    "largest_leak",
    "log_bayes_factor_10",
    "mean_that_tips",
    "minimum_prior_probability",
    "mixture_grid",
    "mixture_weights",
    "normal_conflict",
    "power_scaling",
    "prior_data_conflict",
    "prior_grid",
    "prior_list",
    "read_sweep",
    "relative_ess",
    "reverse_bayes",
    "reweight",
    "savage_dickey",
    "sd_that_tips",
    "shrinkage",
    "snr_prior",
    "sweep",
    "tempered_relative_ess",
    "tipping_arm_curve",
    "tipping_arm_weight",
    "tipping_curve",
    "tipping_mean",
    "tipping_sd",
    "tipping_weight",
    "to_frame",
    "trust_curve",
    "trust_tipping",
    "walsh_fragility",
    "worst_case_map",
    "write_sweep",
]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """``sensitivity.sweep`` is a function, whoever has imported the module of that name."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _NAMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
