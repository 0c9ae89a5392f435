"""Every example in a docstring of the package runs and gives what it shows."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def module_names() -> list[str]:
    """Modules that hold an example, by the name they are imported under."""
    homes = {"bayes_rsa": ROOT / "bayes_rsa", "bayes_rsa.models": ROOT / "models"}
    return [
        ".".join([package, *path.relative_to(home).with_suffix("").parts]).removesuffix(".__init__")
        for package, home in homes.items()
        for path in sorted(home.rglob("*.py"))
        if ">>> " in path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("name", module_names())
def test_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert result.attempted > 0
    assert result.failed == 0, capsys.readouterr().out
