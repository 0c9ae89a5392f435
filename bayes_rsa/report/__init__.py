"""The report: sections as data, rendered last, every printed number with an id.

The names are loaded when they are first used: the command line rounds by ``report.numbers`` without
waiting for the figures.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bayes_rsa.report.making import ReportResult, report
    from bayes_rsa.report.results import Progress

__all__ = ["Progress", "ReportResult", "report"]

_NAMES: Final = {"Progress": "results", "ReportResult": "making", "report": "making"}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(f"bayes_rsa.report.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'bayes_rsa.report' has no attribute {name!r}")
