"""Who may import whom, and what the light modules must not load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("arviz", "matplotlib", "nutpie", "pandas", "pymc", "pytensor", "scipy.stats", "xarray")
# Answer at once: none of HEAVY may be loaded by importing these.
LIGHT = (
    "analysis",
    "audit",
    "cli",
    "errors",
    "estimands",
    "evidence",
    "exact",
    "frequentist",
    "priors",
    "trial",
    "trial_file",
)


def lint_imports(installed: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package that stands in ``installed``, from elsewhere."""
    code = "import sys; from importlinter.cli import lint_imports_command as c; c(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-P", "-c", code, "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_layers(installed: Path, tmp_path: Path) -> None:
    done = lint_imports(installed, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.slow
def test_layers_see_the_models(installed_copy: Path, tmp_path: Path) -> None:
    """A model that imports a higher layer is caught: on the source tree it would not be."""
    with (installed_copy / "bayes_rsa" / "models" / "__init__.py").open("a") as file:
        file.write("\nimport bayes_rsa.report\n")
    (installed_copy / "bayes_rsa" / "report").mkdir(exist_ok=True)
    (installed_copy / "bayes_rsa" / "report" / "__init__.py").touch()
    done = lint_imports(installed_copy, tmp_path)
    assert done.returncode != 0
    assert "bayes_rsa.models is not allowed to import bayes_rsa.report" in done.stdout


@pytest.mark.slow
def test_light_modules_stay_below_pymc(installed_copy: Path, tmp_path: Path) -> None:
    with (installed_copy / "bayes_rsa" / "errors.py").open("a") as file:
        file.write("\ndef late() -> None:\n    import pymc\n")
    done = lint_imports(installed_copy, tmp_path)
    assert done.returncode != 0
    assert "bayes_rsa.errors is not allowed to import pymc" in done.stdout


@pytest.mark.slow
def test_a_new_module_must_be_placed(installed_copy: Path, tmp_path: Path) -> None:
    (installed_copy / "bayes_rsa" / "stray.py").touch()
    done = lint_imports(installed_copy, tmp_path)
    assert done.returncode != 0
    assert "bayes_rsa.stray" in done.stdout


def loaded(statement: str, names: tuple[str, ...]) -> list[str]:
    """Which of ``names`` a fresh interpreter holds after ``statement``."""
    code = f"import sys\n{statement}\nprint(*(n for n in {names!r} if n in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_importing_the_package_loads_no_numpy() -> None:
    assert loaded("import bayes_rsa", ("numpy", *HEAVY)) == []


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules_load_nothing_heavy(module: str) -> None:
    assert loaded(f"import bayes_rsa.{module}", HEAVY) == []


def test_the_check_for_heavy_modules_sees_them() -> None:
    assert "scipy.stats" in loaded("import scipy.stats", HEAVY)
