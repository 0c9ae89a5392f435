"""``bayes-rsa calibrate``: the long calibration runs, whose ranks are stored."""

from __future__ import annotations

import time
from typing import Annotated, Final

import typer

from bayes_rsa.cli.exits import DONE, GATE_FAILED
from bayes_rsa.cli.streams import emit, message, without_warnings
from bayes_rsa.cli.values import naming, to_integer

EXAMPLES: Final = """\b
Examples:
  bayes-rsa calibrate
  bayes-rsa calibrate log_odds_ratio_midpoint --simulations 200 --out my-ranks
"""


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Cases to run; all of them unless said."),
    ] = None,
    simulations: Annotated[
        str | None, typer.Option(metavar="N", help="Simulations of a case; 1000 unless said.")
    ] = None,
    draws: Annotated[
        str | None,
        typer.Option(metavar="N", help="Draws that each truth is ranked among; 999 unless said."),
    ] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="Seed; 1 unless said.")] = None,
    out: Annotated[
        str, typer.Option(metavar="DIR", help="Folder of the stored ranks; it is made if missing.")
    ] = "docs/calibration",
    quiet: Annotated[bool, typer.Option("--quiet", help="No warnings and no progress.")] = False,
) -> int:
    """Run the long calibrations and store their ranks.

    Every model is fitted to data simulated from its own prior; the ranks of the true values among
    the draws must be uniform. An interrupted run resumes; the wall time is that of this run.
    """
    count = 1000 if simulations is None else to_integer("--simulations", simulations, least=10)
    kept = 999 if draws is None else to_integer("--draws", draws, least=10)
    first = 1 if seed is None else to_integer("--seed", seed)
    status = DONE
    with naming({"names": "NAME", "out": "--out"}), without_warnings(quiet):
        from bayes_rsa.calibration import run

        begin = time.monotonic()
        for stored in run(tuple(names or ()), count, first, out, draws=kept, progress=not quiet):
            took = time.monotonic() - begin
            emit(f"{stored.name}: {stored.calibration.explain()} Wall time {took:.0f} s.\n")
            if not stored.calibration.passed:
                status = GATE_FAILED
            begin = time.monotonic()
    if status != DONE:
        message("error: a calibration left its bands; the lines above name it.")
    return status
