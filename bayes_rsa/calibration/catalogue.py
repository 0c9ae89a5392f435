"""The models that are calibrated, each with moderate priors and the tacrolimus trial's sizes."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Final

from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pymc as pm

_COUNTS: Final = Trial.from_counts(treatment=(60, 75), control=(47, 74))
_EFFECT: Final = Trial.from_effect(measure="OR", estimate="2.30", ci=("1.10", "4.81"))


@dataclass(frozen=True, slots=True)
class Case:
    """A model with its priors.

    Parameters
    ----------
    function
        Name of the model function in ``bayes_rsa.models``.
    priors
        Its keyword priors.
    trial
        What gives the sample sizes (or the standard error), and the data for posterior calibration.
    """

    function: str
    priors: Mapping[str, Prior]
    trial: Trial = _COUNTS

    def build(self) -> pm.Model:
        """The model."""
        from bayes_rsa import models

        model: pm.Model = getattr(models, self.function)(self.trial, **self.priors)
        return model

    def code_hash(self) -> str:
        """SHA-256 (hex) of the code that the model is made of, without comments and docstrings.

        The model function, and the modules of ``bayes_rsa.models`` that its own module imports,
        directly or not: what changes the hash may change the model, and makes stored ranks out of
        date.
        """
        from bayes_rsa import models

        function = getattr(models, self.function)
        parts = [_code(inspect.getsource(function))]
        parts += [_code(inspect.getsource(m)) for m in _imported(inspect.getmodule(function))]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _imported(module: ModuleType | None) -> list[ModuleType]:
    """Modules of ``bayes_rsa.models`` that a module imports, directly or not, by name."""
    found: dict[str, ModuleType] = {}
    waiting = [] if module is None else [module]
    while waiting:
        for node in ast.walk(ast.parse(inspect.getsource(waiting.pop()))):
            name = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            if name.startswith("bayes_rsa.models.") and name not in found:
                found[name] = importlib.import_module(name)
                waiting.append(found[name])
    return [found[name] for name in sorted(found)]


def _code(source: str) -> str:
    """Source without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [s for s in node.body if not _is_text(s)] or [ast.Pass()]
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


_MIXTURE: Final = Prior.parse("0.8*normal(0, 0.355) + 0.2*student_t(5, 0, 1)")

CASES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "independent_arms": Case(
            "independent_arms",
            {"treatment": Prior.beta(1.0, 1.0), "control": Prior.beta(1.0, 1.0)},
        ),
        "independent_arms_mixture": Case(
            "independent_arms",
            {
                "treatment": Prior.parse("0.7*beta(12, 8) + 0.3*beta(1, 1)"),
                "control": Prior.logit_normal(0.0, 1.0),
            },
        ),
        "log_odds_ratio_midpoint": Case(
            "log_odds_ratio",
            {"effect": Prior.normal(0.0, 1.0), "midpoint": Prior.normal(0.0, 1.5)},
        ),
        "log_odds_ratio_baseline": Case(
            "log_odds_ratio",
            {"effect": Prior.normal(0.0, 1.0), "baseline": Prior.normal(0.0, 1.5)},
        ),
        "log_odds_ratio_mixture": Case(
            "log_odds_ratio", {"effect": _MIXTURE, "midpoint": Prior.logistic(0.0, 1.0)}
        ),
        "log_risk_ratio": Case(
            "log_risk_ratio",
            {"effect": Prior.normal(0.0, 0.5), "baseline": Prior.normal(0.0, 1.0)},
        ),
        "risk_difference": Case(
            "risk_difference",
            {"effect": Prior.normal(0.0, 0.2), "baseline": Prior.normal(0.0, 1.0)},
        ),
        "reported_effect": Case("reported_effect", {"effect": Prior.normal(0.0, 1.0)}, _EFFECT),
    }
)
"""Calibration over the prior, by name."""


def posterior_cases() -> dict[str, Case]:
    """Calibration at the trial's own data, for each archetype of Zampieri et al. and both arms.

    The archetypes are those for a planned odds ratio of 2.
    """
    from bayes_rsa.priors import zampieri

    midpoint = Prior.normal(0.0, 1.5)
    cases = {
        f"posterior_{name.replace(' ', '_')}": Case(
            "log_odds_ratio", {"effect": prior, "midpoint": midpoint}
        )
        for name, prior in zampieri(planned_odds_ratio=2.0).items()
    }
    uniform = Prior.beta(1.0, 1.0)
    cases["posterior_uniform_arms"] = Case(
        "independent_arms", {"treatment": uniform, "control": uniform}
    )
    return cases
