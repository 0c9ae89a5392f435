"""The README's Python runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_python_of_the_readme_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    # The reference prior, and the abstract's counts: the benefit is likely, not certain.
    assert 0.5 < names["rsa"].probability(names["post"], "benefit") < 1  # type: ignore[attr-defined]
