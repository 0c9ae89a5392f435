"""The long calibration runs, and their stored ranks."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bayes_rsa import contract
from bayes_rsa.calibration.case import Case
from bayes_rsa.calibration.catalogue import CASES, posterior_cases
from bayes_rsa.calibration.nuts import Nuts
from bayes_rsa.calibration.record import Calibration
from bayes_rsa.calibration.simulation_based import DRAWS, SIMULATIONS, posterior_sbc, sbc
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_integer, suggestion
from bayes_rsa.files import read_text, write_text

FOLDER: Final = Path("docs/calibration")
"""Where the ranks of the long runs are stored, from the project's root."""

_POSTERIOR_SHARE: Final = 0.3
"""Simulations of a posterior calibration, per simulation over the prior."""
_FIT_SIZE: Final = 4000


@dataclass(frozen=True, slots=True)
class StoredCalibration:
    """A calibration with its circumstances.

    Parameters
    ----------
    name
        Name of the case.
    date
        Day of the run, ISO 8601.
    commit
        Commit it was run on, with ``+`` if there were changes beside it; empty outside git.
    code_sha256
        :meth:`Case.code_hash` at the time.
    calibration
        The result.
    """

    name: str
    date: str
    commit: str
    code_sha256: str
    calibration: Calibration

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "name": self.name,
            "date": self.date,
            "commit": self.commit,
            "code_sha256": self.code_sha256,
            "calibration": self.calibration.to_dict(),
        }

    def is_fresh(self) -> bool:
        """Whether the model's code is still what the ranks were made with."""
        return self.code_sha256 == cases()[self.name].code_hash()


def cases() -> dict[str, Case]:
    """Every case by name: those over the prior, then those at the trial's data."""
    return {**CASES, **posterior_cases()}


def run(
    names: Sequence[str] = (),
    simulations: int = SIMULATIONS,
    seed: int = 1,
    out: str | Path = FOLDER,
    *,
    draws: int = DRAWS,
    progress: bool = False,
    workers: int | None = None,
) -> Iterator[StoredCalibration]:
    """Calibrate the named cases one after another, and store each when it is done.

    An interrupted run goes on where it stopped, and ends with the ranks of an uninterrupted one.

    Parameters
    ----------
    names
        Names of cases; all of :func:`cases` by default.
    simulations
        Number of simulated data sets over the prior; 300 for 1000 at the trial's own data.
    seed
        Seed of the whole. Each case has one of its own, from this and its name: what happens by
        chance in one case says nothing about the next.
    out
        Folder of the results, one ``<name>.json`` each; it is made if need be.
    draws
        As in ``sbc``.
    progress
        Whether to show a progress bar.
    workers
        As in ``sbc``.

    Yields
    ------
    StoredCalibration
        One case after another, as it is stored.

    Raises
    ------
    InputError
        If there is no case of a name, before anything is run.
    """
    known = cases()
    for name in names:
        if name not in known:
            raise InputError(
                "case", name, "there is no such calibration case", suggestion(name, known)
            )
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "out", str(folder), "it is not a folder that can be written to", "choose another"
        ) from error
    simulations = check_integer("simulations", simulations, least=1)
    options: dict[str, Any] = {
        "draws": check_integer("draws", draws, least=1),
        "progress": progress,
        "workers": workers,
    }
    return (
        _run_one(name, known[name], folder, simulations, _seed(name, seed), options)
        for name in names or known
    )


def _seed(name: str, seed: int) -> int:
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(digest[:4], "little")


def _run_one(
    name: str,
    case: Case,
    folder: Path,
    simulations: int,
    seed: int,
    options: dict[str, Any],
) -> StoredCalibration:
    journal = folder / f"{name}.partial.jsonl"
    model = case.build()
    # Replicated data are pooled with the observed ones: then the sample sizes differ, too.
    varying = None if name in CASES else contract.data_of(model)
    engine = Nuts(model, target_accept=case.target_accept, varying=varying)
    options = {**options, "engine": engine, "path": journal}
    if name in CASES:
        found = sbc(model, simulations, seed, **options)
    else:
        from bayes_rsa.inference import fit

        tree = fit(model, seed=seed, ess_target=_FIT_SIZE, compiled=engine.compiled)
        fewer = max(1, round(_POSTERIOR_SHARE * simulations))
        found = posterior_sbc(model, tree, fewer, seed, **options)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    stored = StoredCalibration(name, today, _commit(), case.code_hash(), found)
    text = json.dumps(stored.to_dict(), indent=1) + "\n"
    write_text(folder / f"{name}.json", text, "out", overwrite=True)
    journal.unlink(missing_ok=True)
    return stored


def load(path: str | Path) -> StoredCalibration:
    """Read a stored calibration.

    Raises
    ------
    InputError
        If the file is not one.
    """
    text = read_text(Path(path), "calibration")
    try:
        record = json.loads(text)
        fields = {key: record[key] for key in ("name", "date", "commit", "code_sha256")}
        return StoredCalibration(**fields, calibration=Calibration.from_dict(record["calibration"]))
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "calibration",
            str(path),
            "it is not a stored calibration",
            "write it anew with `make calibrate`",
        ) from error


def _commit() -> str:
    """The commit of the source that runs, with ``+`` where files differ from it."""
    here = Path(__file__).parent

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=here, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", ":/models", ".")
        return git("rev-parse", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return ""
