"""Calibration survives interruption, and does not depend on order, threads or length."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibration_engines import Arms, arms_model

from bayes_rsa.calibration import Calibration, Draws, sbc
from bayes_rsa.errors import InputError

HERE = Path(__file__).parent


@cache
def model() -> Any:
    return arms_model()


def run(
    simulations: int = 30, seed: int = 1, path: Path | None = None, **options: Any
) -> Calibration:
    options = {"engine": Arms(), "draws": 99, "attempts": 1, **options}
    return sbc(model(), simulations, seed, path=path, **options)


def same(one: Calibration, other: Calibration) -> bool:
    return list(one.ranks) == list(other.ranks) and all(
        np.array_equal(one.ranks[name], other.ranks[name]) for name in one.ranks
    )


@dataclass
class Counting:
    """A right engine that counts its calls and stops at one of them."""

    stop_at: int = 10**9
    calls: list[int] = field(default_factory=list)

    @property
    def settings(self) -> Mapping[str, Any]:
        return Arms().settings

    def draws(self, data: Mapping[str, Any], size: int, seed: int) -> Draws:
        if len(self.calls) == self.stop_at:
            raise KeyboardInterrupt
        self.calls.append(seed)
        return Arms().draws(data, size, seed)


# ---- what ranks depend on ---------------------------------------------------------------------


def test_the_same_seed_gives_the_same_ranks() -> None:
    assert same(run(), run())
    assert not same(run(), run(seed=2))


def test_the_number_of_threads_does_not_matter() -> None:
    assert same(run(workers=1), run(workers=4))


def test_a_longer_run_begins_with_a_shorter_one() -> None:
    short, long = run(10), run(25)
    for name, ranks in short.ranks.items():
        np.testing.assert_array_equal(ranks, long.ranks[name][:10])


# ---- interruption -----------------------------------------------------------------------------


def test_an_interrupted_run_resumes(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Counting(stop_at=12)
    with pytest.raises(KeyboardInterrupt):
        run(engine=first, path=path, workers=1)
    kept = len(path.read_text().splitlines()) - 1
    assert 0 < kept <= 12
    second = Counting()
    assert same(run(engine=second, path=path), run())
    assert len(second.calls) == 30 - kept


def test_a_finished_run_samples_nothing_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    finished = run(path=path)
    again = Counting()
    assert same(run(path=path, engine=again), finished)
    assert again.calls == []
    longer = Counting()
    assert same(run(40, path=path, engine=longer), run(40))
    assert len(longer.calls) == 10


def test_the_repetition_resumes(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = run(60, engine=Arms("swapped"), attempts=2, path=path)
    assert whole.first is not None
    lines = path.read_text().splitlines(keepends=True)
    assert len(lines) == 1 + 60 + 120
    path.write_text("".join(lines[:100]))
    resumed = run(60, engine=Arms("swapped"), attempts=2, path=path)
    assert resumed.first is not None
    assert same(resumed, whole)
    assert same(resumed.first, whole.first)


def test_a_line_cut_short_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = run(path=path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 9])
    engine = Counting()
    assert same(run(path=path, engine=engine), whole)
    assert len(engine.calls) == 1
    assert path.read_bytes().endswith(b"\n")
    assert sorted(path.read_text().splitlines()) == sorted(data.decode().splitlines())


_SLOW = """
import sys, time
sys.path.insert(0, sys.argv[1])
from calibration_engines import Arms, arms_model
from bayes_rsa.calibration import sbc

class Slow(Arms):
    def draws(self, data, size, seed):
        time.sleep(0.02)
        return super().draws(data, size, seed)

sbc(arms_model(), 30, 1, engine=Slow(), draws=99, attempts=1, path=sys.argv[2], workers=2)
"""


def test_a_killed_run_resumes(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    process = subprocess.Popen([sys.executable, "-c", _SLOW, str(HERE), str(path)])
    deadline = time.monotonic() + 120
    while not path.exists() or path.read_bytes().count(b"\n") < 6:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = path.read_bytes().count(b"\n") - 1
    assert kept < 30
    engine = Counting()
    assert same(run(path=path, engine=engine), run())
    assert len(engine.calls) == 30 - kept


# ---- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"seed": 2}, {"draws": 98}, {"engine": Arms("prior")}])
def test_another_configuration_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "journal.jsonl"
    run(3, path=path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="other data, settings or versions"):
        run(3, path=path, **change)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"\x00\x01\n", b"hello\n", b'{"a": 1}\n', b"[1]\n"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError):
        run(3, path=path)
    assert path.read_bytes() == content


def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        run(3, path=tmp_path / "no folder" / "journal.jsonl")
    with pytest.raises(InputError, match="cannot be used"):
        run(3, path=tmp_path)


def test_every_line_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    run(5, path=path, workers=4)
    header, *rows = (json.loads(line) for line in path.read_text().splitlines())
    assert set(header) == {"schema", "config_sha256"}
    assert sorted(row["key"] for row in rows) == [f"0/{k}" for k in range(5)]
