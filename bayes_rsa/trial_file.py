"""Trials as TOML files: those of the package, and the user's own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import suggestion
from bayes_rsa.files import read_text, write_text
from bayes_rsa.toml_text import read_with
from bayes_rsa.trial import Trial, trial_from_dict

__all__ = [
    "load_trial",
    "packaged_trials",
    "parse_trial",
    "read_trial",
    "template",
    "trial_text",
    "write_template",
    "write_trial",
]

_DATA: Final = Path(__file__).parent / "data"
_FIELD: Final = "trial file"


def packaged_trials() -> tuple[str, ...]:
    """Return the names of the trials that ship with the package, in alphabetical order."""
    return tuple(sorted(path.stem for path in (_DATA / "trials").glob("*.toml")))


def load_trial(name_or_path: str | Path) -> Trial:
    """Load a packaged trial by its name, or a trial from a TOML file.

    Parameters
    ----------
    name_or_path
        A name of :func:`packaged_trials`, or the path of a TOML file. A packaged name wins.

    Raises
    ------
    InputError
        Neither; with a suggestion where a packaged name is near.

    Examples
    --------
    >>> load_trial("tacrolimus-rsa-2023").events
    (60, 47)
    """
    if isinstance(name_or_path, Path):
        return read_trial(name_or_path)
    if not isinstance(name_or_path, str):
        raise InputError(
            "trial", name_or_path, "it must be a packaged name or a path", "write it in quotes"
        )
    names = packaged_trials()
    if name_or_path in names:
        return _packaged(name_or_path)
    if name_or_path.endswith(".toml") or "/" in name_or_path or "\\" in name_or_path:
        return read_trial(name_or_path)
    if not name_or_path.strip() or not _exists(name_or_path):
        raise InputError(
            "trial",
            name_or_path,
            "it is neither a packaged trial nor a TOML file",
            suggestion(name_or_path, names),
        )
    return read_trial(name_or_path)


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        # A name too long for the system, or no path at all.
        return False


@lru_cache(maxsize=32)
def _packaged(name: str) -> Trial:
    return read_trial(_DATA / "trials" / f"{name}.toml")


def read_trial(path: str | Path) -> Trial:
    """Read a trial from a TOML file.

    Raises
    ------
    InputError
        The file cannot be read, is not TOML, or does not describe a valid trial; the message names
        the file, the line, the field, its value, the rule and the remedy.
    """
    file = Path(path)
    return parse_trial(read_text(file, _FIELD), str(path))


def parse_trial(text: str, name: str = "the text") -> Trial:
    """Make a trial of TOML text, which errors call by ``name``."""
    return read_with(text, name, trial_from_dict)


def trial_text(trial: Trial) -> str:
    """Return the TOML text of a trial, from which :func:`parse_trial` makes the same trial."""
    import tomli_w

    return tomli_w.dumps(_without_none(trial.to_dict()))


def write_trial(trial: Trial, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a trial to a TOML file, whole or not at all, and return its path.

    Raises
    ------
    InputError
        The file exists and ``overwrite`` is not set, or it cannot be written.
    """
    return write_text(Path(path), trial_text(trial), _FIELD, overwrite=overwrite)


def template() -> str:
    """Return a commented TOML text to be filled in.

    Every field is explained; those that must be filled in hold ``FILL IN``, and until each of them
    is replaced the file is refused, with the line of the first.
    """
    return (_DATA / "template.toml").read_text(encoding="utf-8")


def write_template(path: str | Path, *, overwrite: bool = False) -> Path:
    """Write :func:`template` to a file, whole or not at all, and return its path."""
    return write_text(Path(path), template(), _FIELD, overwrite=overwrite)


def _without_none(table: dict[str, Any]) -> dict[str, Any]:
    """Return nested tables without entries that are None: TOML has no null."""
    return {key: _plain(value) for key, value in table.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _without_none(value)
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value
