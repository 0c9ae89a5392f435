"""A folder that is written whole or not at all."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bayes_rsa.errors import InputError

MANIFEST: Final = "manifest.json"
SCHEMA: Final = "bayes-rsa/report/1"
_FIELD: Final = "out"


def check_target(out: str | Path) -> Path:
    """The folder that a report may be written to, before anything is computed.

    Raises
    ------
    InputError
        If it is a file, holds something that is not a report of ours, or cannot be written to.
    """
    path = Path(out)
    shown = str(out)
    try:
        target = path.resolve()
        if target.exists() and not target.is_dir():
            raise InputError(_FIELD, shown, "it is a file", "name a folder")
        if target.parent == target:
            raise InputError(_FIELD, shown, "it is the root folder", "name a folder inside it")
        if target.is_dir() and any(target.iterdir()) and not _is_report(target):
            raise InputError(
                _FIELD,
                shown,
                "it holds something that is not a report of this package",
                "name an empty or a new folder",
            )
        _probe(target)
    except OSError as error:
        raise _refused(shown, error) from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(_FIELD, shown, "it is not a path", "check the path") from None
    return target


def _is_report(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("schema") == SCHEMA


def _probe(target: Path) -> None:
    """Make and remove a folder where the report's temporary folder will stand."""
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise NotADirectoryError(20, "a part of the path is a file")
    probe = parent / _temporary(target.name, "probe")
    probe.mkdir()
    probe.rmdir()


def _temporary(name: str, kind: str) -> str:
    return f".{name[:60]}.{secrets.token_hex(8)}.{kind}"


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder beside ``target`` that takes its place when all went well.

    Whatever goes wrong inside leaves an earlier report as it was, and nothing else behind.

    Raises
    ------
    InputError
        If the folder cannot be made or replaced.
    """
    made = _missing_parents(target.parent)
    work = target.parent / _temporary(target.name, "tmp")
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            work.mkdir()
        except OSError as error:
            raise _refused(str(target), error) from None
        yield work
        _swap(work, target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def _missing_parents(parent: Path) -> list[Path]:
    """Folders that do not exist yet, the innermost first."""
    missing = []
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    return missing


def _swap(work: Path, target: Path) -> None:
    """Give the work folder the target's name; put the old one back if that fails."""
    old = target.parent / _temporary(target.name, "old")
    try:
        if target.exists():
            target.rename(old)
        try:
            work.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    except OSError as error:
        raise _refused(str(target), error) from None
    shutil.rmtree(old, ignore_errors=True)


def _refused(shown: str, error: OSError) -> InputError:
    reason = (error.strerror or "the system refuses it").lower()
    return InputError(
        _FIELD, shown, f"it cannot be written: {reason}", "choose a folder you may write to"
    )
