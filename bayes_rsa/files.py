"""Text files, read with one clear error and written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from bayes_rsa.errors import InputError

__all__ = ["MAX_BYTES", "read_text", "write_bytes", "write_text"]

MAX_BYTES: Final = 1_000_000
"""Largest text file that is read; a longer one is surely the wrong file."""


def read_text(path: Path, field: str) -> str:
    """Read a UTF-8 text file, with or without a byte-order mark.

    Parameters
    ----------
    path
        The file.
    field
        What the file is, for the error.

    Raises
    ------
    InputError
        No such file, a folder, unreadable, empty, too long, or not UTF-8.
    """
    shown = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise InputError(field, shown, "it is a folder", "name the file inside it") from None
    except FileNotFoundError:
        raise InputError(field, shown, "there is no such file", "check the path") from None
    except OSError as error:
        reason = (error.strerror or "the system refuses it").lower()
        raise InputError(
            field, shown, f"it cannot be read: {reason}", "check the path and its permissions"
        ) from None
    except ValueError:
        raise InputError(field, shown, "it is not a path", "check the path") from None
    if not data.strip():
        raise InputError(field, shown, "it is empty", "check that it was saved")
    if len(data) > MAX_BYTES:
        raise InputError(
            field, shown, f"it is longer than {MAX_BYTES} bytes", "check that it is the right file"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            field,
            shown,
            f"it is not UTF-8 text (byte {error.start + 1})",
            "save it as UTF-8 in your editor",
        ) from None


def write_text(path: Path, text: str, field: str, *, overwrite: bool = False) -> Path:
    """Write a UTF-8 text file whole or not at all; see :func:`write_bytes`."""
    return write_bytes(path, text.encode("utf-8"), field, overwrite=overwrite)


def write_bytes(path: Path, data: bytes, field: str, *, overwrite: bool = False) -> Path:
    """Write a file whole or not at all.

    The bytes go to a temporary file in the same folder, which then takes the file's name, so that
    a reader sees the old file or the new one and never half of it.

    Parameters
    ----------
    path
        The file; its folder must exist.
    data
        Its content.
    field
        What the file is, for the error.
    overwrite
        Whether a file of that name may be replaced.

    Raises
    ------
    InputError
        The file exists and may not be replaced, or it cannot be written; nothing is left behind.
    """
    shown = str(path)
    try:
        if path.is_dir():
            raise IsADirectoryError
        if path.exists() and not overwrite:
            raise FileExistsError
        # Loading it takes longer than reading a trial does, and only writers need it.
        import secrets

        target = path.resolve()
        temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")
        _write_through(temporary, target, data)
    except IsADirectoryError:
        raise InputError(field, shown, "it is a folder", "name a file inside it") from None
    except FileExistsError:
        raise InputError(
            field, shown, "this file exists", "choose another name, or allow overwriting"
        ) from None
    except FileNotFoundError:
        raise InputError(
            field, shown, "its folder does not exist", f"create the folder {str(path.parent)!r}"
        ) from None
    except OSError as error:
        reason = (error.strerror or "the system refuses it").lower()
        raise InputError(
            field, shown, f"it cannot be written: {reason}", "choose a folder you may write to"
        ) from None
    except ValueError:
        raise InputError(field, shown, "it is not a path", "check the path") from None
    return path


def _write_through(temporary: Path, target: Path, data: bytes) -> None:
    """Write the temporary file and give it the target's name, or remove it."""
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
