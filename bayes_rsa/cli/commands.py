"""The group of commands: each is a module of this package, imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, override

import typer
import typer.core
import typer.main

from bayes_rsa.errors import InputError
from bayes_rsa.fields import suggestion

if TYPE_CHECKING:
    from typer._click.core import Command, Context
    from typer._click.formatting import HelpFormatter

__all__ = ["COMMANDS", "Commands"]

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "report": "Write the full report of a reanalysis.",
        "estimate": "Estimate a trial's effect under stated priors.",
        "sweep": "Estimate a trial's effect under many priors at once.",
        "audit": "Compare the printed numbers of a trial with each other.",
        "evidence": "List external studies, and what they predict for a new trial.",
        "biomarkers": "Say what the reports of biomarkers imply, and what they cannot say.",
        "doubt": "Say how much doubt about a trial would overturn its conclusion.",
        "calibrate": "Run the long calibrations and store their ranks.",
        "trials": "List the trials that ship with the package, or show one.",
        "priors": "List the named priors, or say what a prior means.",
        "new": "Write a trial file to be filled in.",
    }
)
"""Every command with its summary: the first line of ``command`` in ``bayes_rsa.cli.<name>``."""

_OPTIONS: Final = "Options"


class _AsWritten:
    """Takes the words of an option as they are written: every option is text, or a flag.

    Typer would load pydantic to make text of text, which takes longer than all of ``--help``.
    """

    @staticmethod
    def coerce(value: Any, **_: object) -> Any:
        """The value itself."""
        return value


def _as_written(parameters: list[Any]) -> list[Any]:
    """The same parameters, none of which Typer converts."""
    for parameter in parameters:
        vars(parameter).update(_runtime_param=_AsWritten())
    return parameters


class Grouped(typer.core.TyperCommand):
    """A command whose help shows its options under the headings that they name."""

    @override
    def get_params(self, ctx: Context) -> list[Any]:
        """Its arguments and options, ``--help`` too."""
        return _as_written(super().get_params(ctx))

    @override
    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments, then the options under their headings."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            heading = _OPTIONS
            if parameter.param_type_name == "argument":
                heading, record = "Arguments", (parameter.metavar or parameter.name, record[1])
            heading = getattr(parameter, "rich_help_panel", None) or heading
            sections.setdefault(heading, []).append(record)
        if _OPTIONS in sections:
            sections[_OPTIONS] = sections.pop(_OPTIONS)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


class Commands(typer.core.TyperGroup):
    """The commands of ``COMMANDS``, each imported when it is called."""

    @override
    def get_params(self, ctx: Context) -> list[Any]:
        """Its own options, ``--help`` too."""
        return _as_written(super().get_params(ctx))

    @override
    def list_commands(self, ctx: Context) -> list[str]:
        """Names of the commands, in the order shown."""
        return list(COMMANDS)

    @override
    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"bayes_rsa.cli.{cmd_name}")
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(
            cmd_name,
            cls=Grouped,
            epilog=getattr(module, "EXAMPLES", None),
            context_settings={"help_option_names": ["-h", "--help"]},
        )(module.command)
        return typer.main.get_command(single)

    @override
    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the summaries, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    @override
    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the first argument names, and what follows it."""
        command = self.get_command(ctx, args[0])
        if command is None:
            raise InputError(
                "command", args[0], "there is no such command", suggestion(args[0], COMMANDS)
            )
        return args[0], command, args[1:]
