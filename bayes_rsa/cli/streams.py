"""Results on standard output, messages on standard error."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TextIO

from bayes_rsa.errors import BayesRsaWarning

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

__all__ = [
    "ReaderGoneError",
    "abandon_output",
    "emit",
    "message",
    "phases",
    "plain_warnings",
    "rendered",
    "tolerant_streams",
    "without_warnings",
    "working",
]


class ReaderGoneError(Exception):
    """Nobody reads standard output any more: ``bayes-rsa priors | head -1``."""


def emit(text: str) -> None:
    """Write a result to standard output, at once and whole."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None


def message(text: str) -> None:
    """Write one line to standard error; whatever would break the line is shown as an escape."""
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    sys.stderr.write(f"{line}\n")


def abandon_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush does not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def tolerant_streams() -> None:
    """Let a terminal that knows no ``∞`` show an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Show the package's own warnings as one line each, without the line of code behind them."""
    with warnings.catch_warnings():
        shown, say = warnings.showwarning, message

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, BayesRsaWarning):
                say(f"warning: {message}")
            else:
                shown(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        warnings.simplefilter("always", BayesRsaWarning)
        yield


@contextmanager
def without_warnings(quiet: bool) -> Iterator[None]:
    """Keep the package's own warnings to itself, if asked to."""
    with warnings.catch_warnings():
        if quiet:
            warnings.simplefilter("ignore", BayesRsaWarning)
        yield


def rendered(*parts: Any) -> str:
    """What Rich makes of the parts for standard output: its width, colours and characters."""
    console = _console(error=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _console(*, error: bool) -> Console:
    """A Rich console that prints text as it is."""
    from rich.console import Console

    return Console(stderr=error, highlight=False, markup=False, emoji=False)


def working(what: str, *, quiet: bool) -> AbstractContextManager[object]:
    """A spinner on standard error while something runs; nothing unless that is a terminal."""
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    return _console(error=True).status(what)


@contextmanager
def phases(*, quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A progress bar for each phase of a long job, on standard error.

    Yields what the job calls with a phase, what is done of it and how much there is; None where
    standard error is no terminal, or nobody wants to see it.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_console(error=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def step(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                # Phases follow each other: a new one means that the others are done.
                for task in tasks.values():
                    bars.update(task, completed=bars.tasks[task].total)
                    bars.stop_task(task)
                tasks[phase] = bars.add_task(phase, total=total)
            bars.update(tasks[phase], completed=done, total=total)

        yield step
