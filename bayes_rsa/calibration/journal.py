"""Simulations on disk, one line each, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bayes_rsa.errors import InputError

_SCHEMA: Final = "bayes-rsa/calibration-journal/1"


@dataclass(frozen=True, slots=True)
class Row:
    """One simulation: the rank of each quantity, in the journal's order.

    Parameters
    ----------
    attempt
        0, or 1 for the repetition.
    index
        Number of the simulation.
    ranks
        Rank of each quantity.
    divergences
        Divergent transitions.
    short
        Whether the draws stayed too dependent for the thinning asked for.
    """

    attempt: int
    index: int
    ranks: tuple[int, ...]
    divergences: int
    short: bool


def config_hash(config: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a configuration."""
    text = json.dumps(config, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Journal:
    """The rows of one configuration; kept in memory only where there is no path.

    A line is written whole and synced before the next one starts. A line that a kill cut short is
    dropped when the journal is opened again, and its simulation is done anew.

    Parameters
    ----------
    path
        File of JSON lines, or ``None``.
    config
        All that decides the ranks; its hash stands in the first line.

    Raises
    ------
    InputError
        If the file holds the simulations of another configuration, or cannot be used.
    """

    def __init__(self, path: Path | None, config: Mapping[str, Any]) -> None:
        self.path = path
        self.rows: dict[tuple[int, int], Row] = {}
        if path is None:
            return
        header = {"schema": _SCHEMA, "config_sha256": config_hash(config)}
        lines = self._whole_lines(path)
        if not lines:
            self._append(header)
        elif json.loads(lines[0]) != header:
            raise InputError(
                "path",
                str(path),
                "it holds the simulations of another model, seed, setting or version",
                "choose another file, or delete it",
            )
        for line in lines[1:]:
            row = json.loads(line)
            row = Row(**{**row, "ranks": tuple(row["ranks"])})
            self.rows[row.attempt, row.index] = row

    def add(self, row: Row) -> None:
        """Keep one simulation."""
        self.rows[row.attempt, row.index] = row
        if self.path is not None:
            self._append(asdict(row))

    def _append(self, record: Mapping[str, Any]) -> None:
        assert self.path is not None
        line = json.dumps(record, separators=(",", ":")) + "\n"
        try:
            with self.path.open("ab") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _unusable(self.path, error) from error

    @staticmethod
    def _whole_lines(path: Path) -> list[str]:
        """All complete lines; what follows the last one is cut off in the file, too."""
        try:
            if not path.exists():
                return []
            data = path.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            if len(whole) < len(data):
                with path.open("r+b") as file:
                    file.truncate(len(whole))
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            lines = whole.decode().splitlines()
            for line in lines:
                json.loads(line)
        except ValueError:
            raise InputError(
                "path", str(path), "it is not a calibration journal", "choose another file"
            ) from None
        return lines


def _unusable(path: Path, error: OSError) -> InputError:
    reason = (error.strerror or "the system refuses it").lower()
    return InputError(
        "path", str(path), f"it cannot be used: {reason}", "choose a file you may write to"
    )
