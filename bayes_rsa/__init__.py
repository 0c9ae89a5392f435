"""A complete Bayesian reanalysis of a published two-arm randomised trial.

The public names are loaded when they are first used, so that ``import bayes_rsa`` costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bayes_rsa import calibration, exact, models, priors
    from bayes_rsa.analysis import Analysis, load_analysis
    from bayes_rsa.audit import audit
    from bayes_rsa.diagnostics import check
    from bayes_rsa.errors import (
        AccuracyError,
        BayesRsaError,
        ContractError,
        ConvergenceError,
        InputError,
    )
    from bayes_rsa.inference import fit, load_fit, save_fit
    from bayes_rsa.priors import Prior
    from bayes_rsa.report import report
    from bayes_rsa.sensitivity import sweep
    from bayes_rsa.summaries import absolute_effects, nnt, probability, summarize
    from bayes_rsa.trial import Arm, Biomarker, Outcome, Trial
    from bayes_rsa.trial_file import load_trial

__version__ = "0.1.0"

_MODULES: Final = ("calibration", "exact", "models", "priors")

_NAMES: Final = {
    "AccuracyError": "errors",
    "Analysis": "analysis",
    "Arm": "trial",
    "BayesRsaError": "errors",
    "Biomarker": "trial",
    "ContractError": "errors",
    "ConvergenceError": "errors",
    "InputError": "errors",
    "Outcome": "trial",
    "Prior": "priors",
    "Trial": "trial",
    "absolute_effects": "summaries",
    "audit": "audit",
    "check": "diagnostics",
    "fit": "inference",
    "load_analysis": "analysis",
    "load_fit": "inference",
    "load_trial": "trial_file",
    "nnt": "summaries",
    "probability": "summaries",
    "report": "report",
    "save_fit": "inference",
    "summarize": "summaries",
    "sweep": "sensitivity",
}

__all__ = [
    "AccuracyError",
    "Analysis",
    "Arm",
    "BayesRsaError",
    "Biomarker",
    "ContractError",
    "ConvergenceError",
    "InputError",
    "Outcome",
    "Prior",
    "Trial",
    "absolute_effects",
    "audit",
    "calibration",
    "check",
    "exact",
    "fit",
    "load_analysis",
    "load_fit",
    "load_trial",
    "models",
    "nnt",
    "priors",
    "probability",
    "report",
    "save_fit",
    "summarize",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"bayes_rsa.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"bayes_rsa.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'bayes_rsa' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """``rsa.audit`` and ``rsa.report`` are functions, whoever has imported their subpackages."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _NAMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
