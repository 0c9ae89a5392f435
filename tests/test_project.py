"""The project's own files agree with each other: packages, wheel, lock, versions."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bayes_rsa

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


# ---- packages and the wheel -------------------------------------------------------------------


def packages_on_disk() -> set[str]:
    """The import name of every folder that holds files, of Python or of data."""
    homes = {"bayes_rsa": ROOT / "bayes_rsa", "bayes_rsa.models": ROOT / "models"}
    return {
        ".".join([name, *path.parent.relative_to(home).parts])
        for name, home in homes.items()
        for path in home.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_list_of_packages_is_the_folders() -> None:
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(packages_on_disk())


def test_every_python_file_stands_beside_an_init() -> None:
    files = [*(ROOT / "bayes_rsa").rglob("*.py"), *(ROOT / "models").rglob("*.py")]
    strays = [file for file in files if not (file.parent / "__init__.py").exists()]
    assert [str(file.relative_to(ROOT)) for file in strays] == []


def test_the_wheel_holds_every_file(installed: Path) -> None:
    def files(folder: Path) -> set[str]:
        return {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    expected = files(ROOT / "bayes_rsa") | {f"models/{name}" for name in files(ROOT / "models")}
    assert files(installed / "bayes_rsa") == expected
    assert "py.typed" in expected


def test_the_wheel_carries_licence_and_version(installed: Path) -> None:
    (info,) = installed.glob("*.dist-info")
    assert info.name == f"bayes_rsa-{bayes_rsa.__version__}.dist-info"
    assert (info / "licenses" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


# ---- one version ------------------------------------------------------------------------------


def test_one_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert PROJECT["project"]["version"] == bayes_rsa.__version__
    assert re.search(r"^version: (.+)$", citation, re.MULTILINE)[1] == bayes_rsa.__version__  # type: ignore[index]


# ---- the lock ---------------------------------------------------------------------------------


def locked() -> dict[str, list[tuple[Requirement, int]]]:
    """Canonical name -> the pins of that name, each with the number of its hashes."""
    pins: dict[str, list[tuple[Requirement, int]]] = {}
    joined = LOCK.replace("\\\n", " ")
    for line in joined.splitlines():
        if not line or line.lstrip().startswith("#"):
            continue
        pin = Requirement(line.split(" --hash")[0])
        pins.setdefault(canonicalize_name(pin.name), []).append((pin, line.count("--hash=sha256:")))
    return pins


def declared() -> list[str]:
    project = PROJECT["project"]
    return [
        *PROJECT["build-system"]["requires"],
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
        *(text for group in PROJECT["dependency-groups"].values() for text in group),
    ]


def test_the_lock_names_no_address() -> None:
    assert re.findall(r".*(?:://|--(?:extra-)?index-url|--find-links).*", LOCK) == []


def test_every_pin_is_exact_and_has_hashes() -> None:
    assert len(locked()) > 100
    for pins in locked().values():
        for pin, hashes in pins:
            assert hashes > 0, pin
            assert [spec.operator for spec in pin.specifier] == ["=="], pin
            assert pin.url is None, pin


@pytest.mark.parametrize("text", sorted(set(declared())))
def test_the_lock_satisfies(text: str) -> None:
    wanted = Requirement(text)
    pins = locked()[canonicalize_name(wanted.name)]
    for pin, _ in pins:
        (spec,) = pin.specifier
        assert wanted.specifier.contains(spec.version), pin


# ---- git --------------------------------------------------------------------------------------


def test_what_is_generated_is_ignored() -> None:
    generated = [".venv/x", "report/index.html", "docs/_build/x", ".cache/x", "a/__pycache__/x.pyc"]
    done = subprocess.run(
        ["git", "check-ignore", *generated], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == generated
