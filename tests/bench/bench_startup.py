"""How soon the program answers, as a share of ``import pymc``, measured in turn in one run."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("bayes-rsa"))
PYMC = (sys.executable, "-c", "import pymc")
ESTIMATE = (PROGRAM, "estimate", "tacrolimus-rsa-2023", "--effect", "normal(0, 1)")
RUNS = 9
"""Pairs of runs; the first is not counted."""
# As after an installation: modules are compiled once, in the pair that is not counted.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def processor_seconds(command: tuple[str, ...]) -> float:
    """User and system time of a command: what other work on the machine disturbs least."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        ((PROGRAM, "--help"), 0.25),
        ((PROGRAM, "audit", "tacrolimus-rsa-2023"), 0.35),
        (ESTIMATE, 0.35),
        ((*ESTIMATE, "--format", "json"), 0.35),
    ],
    ids=["help", "audit", "estimate, table", "estimate, JSON"],
)
def test_share_of_import_pymc(
    command: tuple[str, ...], limit: float, record_property: pytest.RecordProperty
) -> None:
    pairs = [(processor_seconds(command), processor_seconds(PYMC)) for _ in range(RUNS + 1)][1:]
    share = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    record_property("share", share)
    sys.stdout.write(
        f"\n{' '.join(command[1:])}: {share:.3f} of `import pymc` "
        f"({ours:.3f} s against {theirs:.3f} s of processor time; the limit is {limit})\n"
    )
    assert share < limit
