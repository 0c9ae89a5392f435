"""Errors of the command line itself, as the one message that every bad input gives."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final, cast

import typer

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING

__all__ = ["UsageError", "explained"]

# Typer exports this one class of the family only.
UsageError: Final = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""Whatever Typer raises about the words of a command line."""

_EXTRA: Final = re.compile(
    r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.*)\)", re.DOTALL
)


def explained(error: Exception) -> InputError:
    """What is wrong with a command line: field, value, rule and remedy.

    Parameters
    ----------
    error
        A ``UsageError``.
    """
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "bayes-rsa"
    listed = f"`{path} --help` lists them"
    parameter = getattr(error, "param", None)
    if parameter is not None:
        name = parameter.metavar or parameter.name
        return InputError(name, MISSING, "it is required", f"add it; see `{path} --help`")
    option = getattr(error, "option_name", None)
    if option is None:
        extra = _EXTRA.fullmatch(str(error))
        words = extra["words"] if extra else str(error)
        return InputError(
            "argument",
            words,
            "it is one argument too many",
            f"put a value that holds blanks in quotes; see `{path} --help`",
        )
    if hasattr(error, "possibilities"):
        near = [] if context is None else [o for p in context.command.params for o in p.opts]
        close = get_close_matches(str(option), near, n=1, cutoff=0.6)
        remedy = f"did you mean {close[0]!r}?" if close else listed
        return InputError("option", option, "there is no such option", remedy)
    if "requires" in str(error):
        return InputError(
            option, MISSING, "this option takes a value", f"write the value after {option}"
        )
    return InputError(option, "given a value", "this option takes none", f"write {option} alone")
