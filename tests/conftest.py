"""Fixtures and options that every test file may use."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from report_fixtures import WholeReport
    from xdist.scheduler import LoadScopeScheduling

    from bayes_rsa.report import ReportResult
    from bayes_rsa.report.results.records import Results
    from bayes_rsa.trial import Trial

# Where in the source each variable of a graph was made: a quarter of the time of building a model,
# and millions of small objects. Here and in processes that tests start nobody asks for it.
if "traceback__limit" not in os.environ.get("PYTENSOR_FLAGS", ""):
    flags = [os.environ.get("PYTENSOR_FLAGS", ""), "traceback__limit=0"]
    os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, flags))

# Files that share what takes long to make: one worker runs them all.
GROUPS = {
    "test_report": "whole report",
    "test_report_doubt": "whole report",
    "test_report_hostile": "whole report",
    "test_report_page": "whole report",
    "test_report_sensitivity": "whole report",
}
# Groups that take longest, the longest first: no worker is left with one of them at the end.
LONGEST = (
    "whole report",
    "test_patient_level",
    "test_models",
    "test_calibration_models",
    "test_sweep_resume",
    "test_doubt_nuts",
    "test_inference",
    "test_mediation",
    "test_biomarker_models",
    "test_exact_contrast",
    "test_doubt_models",
    "test_sweep_engines",
    "test_external_evidence_nuts",
    "test_biomarker_sbc",
    "test_calibration_stored",
    "test_calibration_journal",
    "test_biomarker_nuts",
    "test_biomarker_summaries_nuts",
)

GARBAGE = 600_000
"""New objects after which garbage is looked for: a few hundred megabytes at most."""

# How long an example takes is the machine's business; how many there are is the test's.
settings.register_profile("no deadline", deadline=None, derandomize=True)
settings.load_profile("no deadline")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A page under test opens from disk; the browser itself has nobody to talk to either.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# ---- the browser ------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """The Chromium that browser tests drive: $CHROMIUM, or the first one on the path."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else CHROMIUM_NAMES)), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-browser",
        action="store_true",
        help="stop if there is no Chromium, instead of deselecting the tests that need one",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--require-browser") and find_chromium() is None:
        raise pytest.UsageError("--require-browser: no Chromium found; set CHROMIUM or install one")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Groups go to workers whole, in the order of the collection."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(Path(nodeid.partition("::")[0]))

    return Groups(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    addresses = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if addresses:  # two processes would not agree on the name, so they could not share the work
        raise pytest.UsageError(f"a test's id holds a memory address; give ids: {addresses[0]}")
    place = {name: k for k, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(_group(item.path), len(place)))
    if find_chromium() is not None:
        return
    browser = [item for item in items if item.get_closest_marker("browser")]
    if browser:
        config.hook.pytest_deselected(items=browser)
        items[:] = [item for item in items if not item.get_closest_marker("browser")]


# Graphs of models are large and full of cycles. Garbage is looked for between tests, where there is
# some, instead of all the time; and what outlives a search is not searched again.


def pytest_sessionstart() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    _tidy()


def pytest_runtest_logfinish() -> None:
    if gc.get_count()[0] > GARBAGE:
        _tidy()


def _tidy() -> None:
    gc.collect()
    gc.freeze()


def _group(path: Path) -> str:
    """What one worker runs whole: a file, or several that share what takes long to make."""
    return GROUPS.get(path.stem, path.stem)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if find_chromium() is None:
        terminalreporter.write_line(
            "note: no Chromium found, so the tests marked `browser` were deselected; "
            "install one (apt-get install chromium) or set CHROMIUM=/path/to/it",
            yellow=True,
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; for tests marked ``browser``."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS)
        )
        yield chromium
        chromium.close()


# ---- the tacrolimus trial ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def tacrolimus() -> Trial:
    """The packaged tacrolimus trial, 60/75 against 47/74."""
    from bayes_rsa.trial_file import load_trial

    return load_trial("tacrolimus-rsa-2023")


@pytest.fixture(scope="session")
def counts() -> Trial:
    """The same counts, with nothing else known."""
    from bayes_rsa.trial import Trial

    return Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher")


# ---- a whole report ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def whole_report(tacrolimus: Trial, tmp_path_factory: pytest.TempPathFactory) -> WholeReport:
    """A reduced analysis by both engines: its report, its results, and its steps as told."""
    import report_fixtures

    from bayes_rsa.report import making, report

    kept: list[Results] = []
    phases: list[tuple[str, int, int]] = []

    def keeping(*given: Any) -> Results:
        kept.append(run(*given))
        return kept[-1]

    run = making.run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "run", keeping)
        made = report(
            report_fixtures.reduced(tacrolimus),
            out=tmp_path_factory.mktemp("whole") / "report",
            progress=lambda *step: phases.append(step),
        )
    return report_fixtures.WholeReport(made, kept[0], tuple(phases))


@pytest.fixture(scope="session")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> ReportResult:
    """A report of a trial whose numbers are inconsistent and whose names are long, and markup."""
    from dataclasses import replace

    import report_fixtures

    from bayes_rsa.report import report
    from bayes_rsa.trial import Arm
    from bayes_rsa.trial_file import load_trial

    trial = replace(
        load_trial("etanercept-rsa-2019"),
        treatment=Arm("T" * 90 + " of <b>many</b> words & more that go on and on", 85, 95),
        control=Arm("many words " * 20, 67, 93),
        title="<script>alert(1)</script>",
    )
    analysis = report_fixtures.reduced(trial, engines=("exact",))
    with pytest.MonkeyPatch.context() as patch:
        _coarsen(patch)
        return report(analysis, out=tmp_path_factory.mktemp("hostile") / "report")


@pytest.fixture
def coarse_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """PNG files of few dots and curves of few points, where nobody looks at them."""
    _coarsen(monkeypatch)


def _coarsen(patch: pytest.MonkeyPatch) -> None:
    from bayes_rsa.plots import figure
    from bayes_rsa.report.results import doubt

    patch.setattr(figure, "DPI", 40)
    patch.setattr(doubt, "_POINTS", 4)
    patch.setattr(doubt, "_MOST", 3)


# ---- the installed package --------------------------------------------------------------------


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel of this work tree is unpacked, as an install would."""
    root = Path(__file__).parents[1]
    folder = tmp_path_factory.mktemp("wheel")
    # Built from a copy: setuptools leaves a build/ folder in the tree it builds, and takes into
    # the next wheel what it finds there.
    source = folder / "source"
    source.mkdir()
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("bayes_rsa", "models"):
        shutil.copytree(root / name, source / name, ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, *options, "-w", folder, source], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


@pytest.fixture
def installed_copy(installed: Path, tmp_path: Path) -> Path:
    """A copy of the installed package that a test may damage."""
    return shutil.copytree(installed, tmp_path / "installed")


@pytest.fixture
def interpreted() -> Iterator[None]:
    """PyTensor without its C compiler, which takes longer than what graphs of one call are for."""
    from bayes_rsa import contract

    with contract.interpreted():
        yield
