"""TOML text, read so that every error names its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import suggestion

__all__ = ["PLACEHOLDER", "Lines", "check_keys", "numbered", "parse_toml", "read_with"]

PLACEHOLDER: Final = "FILL IN"
"""How a value that a template leaves to its user begins."""

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR: Final = re.compile(r"[^\s,\[\]{}#\"'=]+")
_REST: Final = re.compile(r"[^\n#]*")
_STRINGS: Final = (
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\])*"'),
    re.compile(r"'[^']*'"),
)
_PLACE: Final = re.compile(
    r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL
)

KeyPath = tuple[str, ...]


def numbered(field: str, index: int) -> str:
    """Name one entry of a list of tables, counted from 1: ``biomarkers #2``."""
    return f"{field} #{index + 1}"


def check_keys(field: str, value: object, keys: Collection[str]) -> dict[str, Any]:
    """Return a table without its empty entries, refusing keys it may not have.

    Parameters
    ----------
    field
        The table's own field name; empty for the whole file.
    value
        The table.
    keys
        The keys it may have.

    Raises
    ------
    InputError
        Not a table, or an unknown key, with a suggestion.
    """
    if not isinstance(value, Mapping):
        raise InputError(
            field, value, "it must be a table", f"write [{field}] and its keys on the lines below"
        )
    for key, entry in value.items():
        if key not in keys:
            place = f"[{field}]" if field else "this file"
            name = f"{field}.{key}" if field else str(key)
            raise InputError(name, entry, f"{place} has no such key", suggestion(str(key), keys))
    return {key: entry for key, entry in value.items() if entry is not None}


class Lines:
    """Where each key of a valid TOML text stands.

    Parameters
    ----------
    text
        A text that ``tomllib`` reads without an error.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._scan()

    def find(self, field: str) -> int | None:
        """Return the line of a field, or of the nearest table around it, or None."""
        path = tuple(field.split("."))
        while path:
            plain = (*path[:-1], path[-1].split(" #")[0])
            if path in self._lines or plain in self._lines:
                return self._lines.get(path, self._lines.get(plain))
            path = path[:-1]
        return None

    def _scan(self) -> None:
        table: KeyPath = ()
        line, counted = 1, 0
        while self._skip(_BLANK) and self._at < len(self._text):
            line += self._text.count("\n", counted, self._at)
            counted = self._at
            if self._text[self._at] == "[":
                double = self._text.startswith("[[", self._at)
                self._at += 2 if double else 1
                table = self._entered(self._keys(), double=double)
                self._at += 2 if double else 1
                self._lines.setdefault(table, line)
            else:
                path = table + self._keys()
                self._lines.setdefault(path, line)
                self._at += 1
                self._value()

    def _entered(self, keys: KeyPath, *, double: bool) -> KeyPath:
        """Return the path of a table's header, with the entries of lists of tables numbered."""
        path: KeyPath = ()
        for depth, key in enumerate(keys, start=1):
            path = (*path, key)
            if double and depth == len(keys):
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path = (*path[:-1], numbered(key, self._counts[path] - 1))
        return path

    def _keys(self) -> KeyPath:
        """Read a dotted key up to its ``=`` or ``]``."""
        keys: list[str] = []
        while self._skip(_BLANK) and self._text[self._at] not in "=]":
            if self._text[self._at] == ".":
                self._at += 1
            elif self._text[self._at] in "\"'":
                start = self._at
                self._string()
                keys.append(self._text[start + 1 : self._at - 1])
            else:
                start = self._at
                self._skip(_BARE)
                keys.append(self._text[start : self._at])
        return tuple(keys)

    def _value(self) -> None:
        """Pass over one value, with all brackets inside it."""
        depth = 0
        while True:
            self._skip(_BLANK)
            char = self._text[self._at]
            if char in "[{":
                depth += 1
                self._at += 1
            elif char in "]}":
                depth -= 1
                self._at += 1
            elif char in ",=":
                self._at += 1
            elif char in "\"'":
                self._string()
            else:
                # Outside brackets a scalar goes to the end of its line: a date may hold a blank.
                self._skip(_SCALAR if depth else _REST)
            if depth == 0:
                return

    def _string(self) -> None:
        for form in _STRINGS:
            if form.match(self._text, self._at):
                self._skip(form)
                return

    def _skip(self, form: re.Pattern[str]) -> bool:
        match = form.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match is not None


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Parse TOML text.

    Raises
    ------
    InputError
        A syntax error, with its line and column, or a placeholder that was never filled in.
    """
    # Late: a trial made from counts reads no file.
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The message is all that Python before 3.14 gives.
        place = _PLACE.fullmatch(str(error))
        if place is None:
            what, where, written = str(error).split(" (at")[0], "at its end", text.strip()[-40:]
        else:
            what, where = place["what"], f"at line {place['line']}, column {place['column']}"
            written = text.replace("\r\n", "\n").split("\n")[int(place["line"]) - 1].strip()
        raise InputError(
            f"{name}, {where}",
            written,
            f"it is not TOML: {what[:1].lower()}{what[1:]}",
            'write key = value, with text and printed numbers in quotes, as in p_value = "<0.05"',
        ) from None
    except (ValueError, RecursionError):
        raise InputError(
            name,
            text[:20],
            "it is not TOML that can be read: a number is too long or brackets are too deep",
            "check that it is the right file",
        ) from None


def read_with[T](text: str, name: str, build: Callable[[Mapping[str, Any]], T]) -> T:
    """Parse TOML text and build a value of it; an error names file, line and field.

    Parameters
    ----------
    text, name
        The text, and what to call it in errors.
    build
        Makes the value; its InputErrors name fields such as ``treatment.n``.
    """
    data = parse_toml(text, name)
    try:
        for field, value in _leaves(data):
            if isinstance(value, str) and value.startswith(PLACEHOLDER):
                raise InputError(
                    field, value, "this line of the template is not filled in", "replace the text"
                )
        return build(data)
    except InputError as error:
        line = Lines(text.replace("\r\n", "\n")).find(error.field)
        where = name if line is None else f"{name}, line {line}"
        raise InputError(f"{where}: {error.field}", error.value, error.rule, error.remedy) from None


def _leaves(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Give every value that is not a table, with its field."""
    for key, value in data.items():
        field = prefix + key
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{field}.")
        elif isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
            for index, entry in enumerate(value):
                yield from _leaves(entry, f"{numbered(field, index)}.")
        else:
            yield field, value
