"""``bayes-rsa new``: a trial file to be filled in."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from bayes_rsa.cli.exits import DONE
from bayes_rsa.cli.streams import emit
from bayes_rsa.errors import InputError

EXAMPLES: Final = """\b
Example:
  bayes-rsa new my-trial.toml && bayes-rsa report my-trial.toml
"""


def command(
    file: Annotated[str, typer.Argument(metavar="FILE.toml", help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file of this name.")] = False,
) -> int:
    """Write a trial file to be filled in.

    Every field is explained in the file; what must be filled in says so, and until it is, the
    other commands name the first line that is not.
    """
    from bayes_rsa.trial_file import write_template

    if not file.endswith(".toml") or file.endswith("/.toml") or file == ".toml":
        raise InputError(
            "FILE.toml", file, "a trial file has a name that ends in .toml", "write my-trial.toml"
        )
    try:
        path = write_template(file, overwrite=force)
    except InputError as error:
        remedy = error.remedy.replace("allow overwriting", "add --force")
        raise InputError("FILE.toml", error.value, error.rule, remedy) from None
    emit(f"wrote {path}; fill it in, then: bayes-rsa report {path}\n")
    return DONE
