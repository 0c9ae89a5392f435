"""Finished units of work on disk, one line each, so that a long run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bayes_rsa.errors import InputError

__all__ = ["Journal", "config_hash"]

SCHEMA: Final = "bayes-rsa/journal/1"


def config_hash(config: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a JSON-able configuration; the order of its keys does not count."""
    text = json.dumps(config, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Journal:
    """Results by key, kept in memory, and in a file where there is a path.

    A line is written whole and synced before :meth:`add` returns. A line that a kill cut short is
    dropped when the file is opened again, and its unit is computed anew.

    Parameters
    ----------
    path
        File of JSON lines; ``None`` keeps nothing on disk.
    config
        All that decides a result besides its key; its hash stands in the first line.
    field
        What the file is to the user, for errors.

    Raises
    ------
    InputError
        If the file is no journal, belongs to another configuration, or cannot be used.
    """

    def __init__(self, path: Path | None, config: Mapping[str, Any], *, field: str) -> None:
        self.path = path
        self._field = field
        self.results: dict[str, Any] = {}
        """Result of each finished unit, by its key."""
        if path is None:
            return
        header = {"schema": SCHEMA, "config_sha256": config_hash(config)}
        lines = self._whole_lines(path)
        if not lines:
            self._append(path, header)
        elif lines[0] != header:
            raise InputError(
                field,
                str(path),
                "it holds the unfinished work of other data, settings or versions",
                "finish that with the command it belongs to, or delete it",
            )
        self.results.update((line["key"], line["result"]) for line in lines[1:])

    def add(self, key: str, result: Any) -> None:
        """Keep one unit's result (JSON-able)."""
        self.results[key] = result
        if self.path is not None:
            self._append(self.path, {"key": key, "result": result})

    def remove(self) -> None:
        """Delete the file: the work is finished and stands elsewhere."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _append(self, path: Path, record: Mapping[str, Any]) -> None:
        line = json.dumps(record, separators=(",", ":")) + "\n"
        try:
            with path.open("ab") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unusable(path, error) from None

    def _whole_lines(self, path: Path) -> list[Any]:
        """All complete lines, read; what follows the last one is cut off in the file, too."""
        try:
            if not path.exists():
                return []
            data = path.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            if len(whole) < len(data):
                with path.open("r+b") as file:
                    file.truncate(len(whole))
        except OSError as error:
            raise self._unusable(path, error) from None
        try:
            return [json.loads(line) for line in whole.decode().splitlines()]
        except ValueError:
            raise InputError(
                self._field, str(path), "it is not a journal", "choose another name, or delete it"
            ) from None

    def _unusable(self, path: Path, error: OSError) -> InputError:
        reason = (error.strerror or "the system refuses it").lower()
        return InputError(
            self._field,
            str(path),
            f"it cannot be used: {reason}",
            "choose a place you may write to",
        )
