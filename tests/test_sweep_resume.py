"""A sweep on disk: formats, refusals, and going on where a killed one stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayes_rsa.errors import InputError
from bayes_rsa.journal import Journal
from bayes_rsa.sensitivity import prior_grid, read_sweep, sweep, to_frame, write_sweep
from bayes_rsa.sensitivity.storage import journal_of
from bayes_rsa.trial import Trial

SDS = [round(0.1 + 0.02 * k, 2) for k in range(200)]
SETTINGS = {"engine": "nuts", "draws": 100, "tune": 100, "chains": 2, "statements": ["OR > 1"]}
SCRIPT = f"""
import sys
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity import prior_grid, sweep
from bayes_rsa.trial import Trial

trial = Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher")
sweep(
    trial,
    effect=prior_grid("normal", mean=0, sd={SDS}),
    baseline=Prior.normal(0, 1.5),
    out=sys.argv[1],
    progress=lambda done, total: print(done, flush=True),
    **{SETTINGS},
)
"""


# ---- kill and resume --------------------------------------------------------------------------


@pytest.mark.slow
def test_a_killed_sweep_goes_on_and_ends_with_the_same_numbers(
    counts: Trial, tmp_path: Path
) -> None:
    target = tmp_path / "sweep.nc"
    journal = journal_of(target)
    command = [sys.executable, "-c", SCRIPT, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 300
        while not (journal.exists() and journal.read_bytes().count(b"\n") > 20):
            assert running.poll() is None, "the sweep ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        running.send_signal(signal.SIGKILL)
        reported = len(running.communicate()[0].split())
    assert running.returncode == -signal.SIGKILL
    assert not target.exists()
    kept = journal.read_bytes().count(b"\n") - 1
    # What was reported as done is kept, and at most the prior in flight is lost.
    assert reported <= kept <= reported + 1
    assert 20 <= kept < len(SDS)

    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts_done = [int(line) for line in done.stdout.split()]
    assert counts_done[0] == kept
    assert len(counts_done) - 1 == len(SDS) - kept
    assert not journal.exists()

    whole = sweep(
        counts,
        effect=prior_grid("normal", mean=0, sd=SDS),
        baseline="normal(0, 1.5)",
        **SETTINGS,
    )
    xr.testing.assert_identical(read_sweep(target), whole)


def test_a_line_cut_short_is_computed_again(counts: Trial, tmp_path: Path) -> None:
    arguments = {"effect": ["normal(0, 0.5)", "normal(0, 1)", "normal(0, 2)"]}
    target = tmp_path / "sweep.nc"
    interrupted: list[int] = []

    def stop(done: int, _total: int) -> None:
        interrupted.append(done)
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(counts, **arguments, out=target, progress=stop)
    journal = journal_of(target)
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) == 3
    journal.write_bytes(b"".join(lines[:2]) + lines[2][:40])
    seen: list[int] = []
    found = sweep(counts, **arguments, out=target, progress=lambda done, _: seen.append(done))
    assert seen == [1, 2, 3]
    xr.testing.assert_identical(found, sweep(counts, **arguments))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sweep.nc"]


def test_an_unfinished_sweep_of_something_else_is_not_continued(
    counts: Trial, tmp_path: Path
) -> None:
    target = tmp_path / "sweep.nc"
    Journal(journal_of(target), {"plan": "another"}, field="out").add("x", 1)
    with pytest.raises(InputError) as caught:
        sweep(counts, effect="normal(0, 1)", out=target)
    assert caught.value.field == "out"
    assert "unfinished" in caught.value.rule


def test_more_priors_reuse_the_finished_ones(counts: Trial, tmp_path: Path) -> None:
    """What is kept belongs to a prior, not to a place in the list."""
    target = tmp_path / "sweep.csv"

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(counts, effect=["normal(0, 1)", "normal(0, 2)"], out=target, progress=stop)
    seen: list[int] = []
    sweep(
        counts,
        effect=["normal(0, 3)", "normal(0, 2)", "normal(0, 1)"],
        out=target,
        progress=lambda done, _: seen.append(done),
    )
    assert seen == [2, 3]


# ---- the journal ------------------------------------------------------------------------------


def test_a_journal_gives_back_every_float_exactly(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    numbers = [*np.random.default_rng(3).normal(size=50).tolist(), float("nan"), float("inf")]
    Journal(path, {"a": 1}, field="out").add("key", {"x": numbers})
    again = Journal(path, {"a": 1}, field="out").results["key"]["x"]
    np.testing.assert_array_equal(again, numbers)


@pytest.mark.parametrize("content", ["not json\n", '{"schema": "other"}\n'])
def test_a_foreign_file_is_no_journal(tmp_path: Path, content: str) -> None:
    path = tmp_path / "journal"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        Journal(path, {}, field="out")
    assert caught.value.field == "out"
    assert path.read_text() == content


# ---- formats ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> xr.Dataset:
    trial = Trial.from_counts(treatment=(60, 75), control=(47, 74), better="higher")
    return sweep(trial, effect=prior_grid("normal", mean=[0, 0.5], sd=[0.5, 1]))


def test_netcdf_gives_the_sweep_back(small: xr.Dataset, tmp_path: Path) -> None:
    path = write_sweep(small, tmp_path / "sweep.nc")
    xr.testing.assert_identical(read_sweep(path), small)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_tables_hold_the_tidy_frame(small: xr.Dataset, tmp_path: Path, suffix: str) -> None:
    path = write_sweep(small, tmp_path / f"sweep.{suffix}")
    read = pd.read_csv(path, keep_default_na=False) if suffix == "csv" else pd.read_parquet(path)
    pd.testing.assert_frame_equal(read, to_frame(small), check_dtype=False, check_exact=True)


def test_nothing_is_overwritten_by_accident(
    counts: Trial, small: xr.Dataset, tmp_path: Path
) -> None:
    path = write_sweep(small, tmp_path / "sweep.csv")
    before = path.read_bytes()
    with pytest.raises(InputError, match="this file exists"):
        write_sweep(small, path)
    with pytest.raises(InputError, match="this file exists"):
        sweep(counts, effect="normal(0, 1)", out=path)
    assert path.read_bytes() == before
    sweep(counts, effect="normal(0, 1)", out=path, overwrite=True)
    assert path.read_bytes() != before
    assert [p.name for p in tmp_path.iterdir()] == ["sweep.csv"]


def test_what_is_no_sweep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="result of a sweep"):
        to_frame(xr.Dataset())
    with pytest.raises(InputError, match="no such file"):
        read_sweep(tmp_path / "nothing.nc")
    xr.Dataset({"x": ("k", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="result of a sweep"):
        read_sweep(tmp_path / "other.nc")


def test_a_folder_is_no_file(small: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "sweep.csv").mkdir()
    with pytest.raises(InputError, match="folder"):
        write_sweep(small, tmp_path / "sweep.csv")


def test_attributes_are_text_and_numbers(small: xr.Dataset) -> None:
    assert all(isinstance(v, str | float) for v in small.attrs.values())
    assert json.loads(small.attrs["engine_settings"])["name"] == "exact"
