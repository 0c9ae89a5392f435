"""docs/architecture.md agrees with the code and with the layer contract."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def top_level() -> set[str]:
    """Modules and packages that stand directly below ``bayes_rsa`` once it is installed."""
    found = {"models"}
    for path in (ROOT / "bayes_rsa").iterdir():
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py":
            found.add(path.stem)
    return found - {"__init__"}


def named_layers() -> list[list[str]]:
    """The rows of the table under "Layers": the modules in the first column of each."""
    section = PAGE.split("## Layers")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [re.findall(r"`([a-z_]+)`", row) for row in rows]


def contract_layers() -> list[list[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers"
    )
    return [re.findall(r"[a-z_]+", layer) for layer in contract["layers"]]


def test_every_module_stands_in_the_table() -> None:
    assert sorted(name for row in named_layers() for name in row) == sorted(top_level())


def test_the_table_has_the_order_of_the_contract() -> None:
    existing = [[name for name in row if name in top_level()] for row in contract_layers()]
    assert named_layers() == [row for row in existing if row]


def test_every_path_that_is_named_exists() -> None:
    paths = re.findall(r"`((?:bayes_rsa|models|tests|docs)/[\w./-]*)`", PAGE)
    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_make_job_that_is_named_exists() -> None:
    jobs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")
    text = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in pages)
    named = set(re.findall(r"`make ([a-z]+)", text)) | set(
        re.findall(r"^make ([a-z]+)", text, re.MULTILINE)
    )
    assert {"report", "test", "docs"} <= named <= jobs
