"""A calibration case: a model with its priors, and the hash of the code that it is made of."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa import defaults
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pymc as pm

COUNTS: Final = Trial.from_counts(treatment=(60, 75), control=(47, 74))
"""The tacrolimus trial's counts."""
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Case:
    """A model with its priors.

    Parameters
    ----------
    function
        Name of the model function in ``bayes_rsa.models``: ``log_odds_ratio``, or with its module
        ``doubt.additive_bias``.
    priors
        Its keyword priors.
    trial
        What gives the sample sizes (or the standard error), and the data for posterior calibration.
    options
        Its keyword arguments that are no priors, such as ``missing``.
    target_accept
        Acceptance rate at which NUTS samples it: higher for models with random effects.
    """

    function: str
    priors: Mapping[str, Prior]
    trial: Trial = COUNTS
    options: Mapping[str, Any] = field(default=_NONE)
    target_accept: float = defaults.TARGET_ACCEPT

    def build(self) -> pm.Model:
        """The model."""
        model: pm.Model = self._function()(self.trial, **self.priors, **self.options)
        return model

    def code_hash(self) -> str:
        """SHA-256 (hex) of the code that the model is made of, without comments and docstrings.

        The model function, what it uses of its own module, and the modules of ``bayes_rsa.models``
        that this module imports, directly or not: what changes the hash may change the model, and
        makes stored ranks out of date.
        """
        function = self._function()
        module = inspect.getmodule(function)
        parts = [code(inspect.getsource(function)), *used(module, function.__name__)]
        parts += [code(inspect.getsource(m)) for m in imported(module)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _function(self) -> Callable[..., pm.Model]:
        from bayes_rsa import models

        found: Callable[..., pm.Model] = attrgetter(self.function)(models)
        return found


def imported(module: ModuleType | None) -> list[ModuleType]:
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


def used(module: ModuleType | None, function: str) -> list[str]:
    """Code of what a function uses of its own module, directly or not, by name."""
    if module is None:
        return []
    defined: dict[str, ast.stmt] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        for name in _names(node):
            defined[name] = node
    found: set[str] = set()
    waiting = [function]
    while waiting:
        for part in ast.walk(defined[waiting.pop()]):
            name = part.id if isinstance(part, ast.Name) else ""
            if name in defined and name != function and name not in found:
                found.add(name)
                waiting.append(name)
    return [code(ast.unparse(defined[name])) for name in sorted(found)]


def _names(node: ast.stmt) -> list[str]:
    """What a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return [target.id for target in targets if isinstance(target, ast.Name)]


def code(source: str) -> str:
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
