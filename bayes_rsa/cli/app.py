"""The program: its commands, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from bayes_rsa.cli.commands import Commands
from bayes_rsa.cli.exits import BAD_INPUT, DONE, GATE_FAILED, INTERRUPTED, READER_GONE
from bayes_rsa.cli.streams import (
    ReaderGoneError,
    abandon_output,
    emit,
    message,
    plain_warnings,
    tolerant_streams,
)
from bayes_rsa.cli.usage import UsageError, explained
from bayes_rsa.errors import BayesRsaError, ConvergenceError

__all__ = ["main"]

NAME: Final = "bayes-rsa"

app = typer.Typer(
    name=NAME,
    cls=Commands,
    add_completion=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def program(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Bayesian reanalysis of a published two-arm trial."""
    if version:
        from bayes_rsa import __version__

        emit(f"{NAME} {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        emit(context.get_help() + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Parameters
    ----------
    arguments
        What follows the program's name; by default the command line's.

    Returns
    -------
    int
        The exit code. An error that the package raises on purpose becomes one message on standard
        error; any other is a defect, and is not caught.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    tolerant_streams()
    try:
        with plain_warnings():
            code = app(args=given, prog_name=NAME, standalone_mode=False)
    except UsageError as error:
        return _failed(explained(error), BAD_INPUT)
    except ConvergenceError as error:
        return _failed(error, GATE_FAILED)
    except BayesRsaError as error:
        return _failed(error, BAD_INPUT)
    except ReaderGoneError:
        abandon_output()
        return READER_GONE
    if code == INTERRUPTED:
        message("interrupted")
    return code or DONE


def _failed(error: BayesRsaError, code: int) -> int:
    message(f"error: {error}")
    return code
