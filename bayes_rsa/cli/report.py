"""``bayes-rsa report``: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from bayes_rsa.cli.exits import DONE, GATE_FAILED
from bayes_rsa.cli.streams import emit, message, phases, without_warnings
from bayes_rsa.cli.values import naming, to_integer
from bayes_rsa.defaults import DEFAULT_TRIAL

if TYPE_CHECKING:
    from bayes_rsa.analysis import Analysis

EXAMPLES: Final = """\b
Examples:
  bayes-rsa report
  bayes-rsa report my-trial.toml --out my-report
"""


def command(
    trial: Annotated[
        str,
        typer.Argument(
            metavar="TRIAL",
            help="Name of a packaged trial, or a TOML file with a trial or an analysis.",
        ),
    ] = DEFAULT_TRIAL,
    out: Annotated[
        str,
        typer.Option(
            metavar="DIR", help="Folder to write: new, empty, or an earlier report to replace."
        ),
    ] = "report",
    seed: Annotated[
        str | None, typer.Option(metavar="N", help="Seed of the sampler, instead of its own.")
    ] = None,
    ess_target: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Effective sample size to reach; fewer give fewer digits, sooner.",
        ),
    ] = None,
    evidence: Annotated[
        str | None,
        typer.Option(
            metavar="OWN.csv",
            help="External studies to set beside the trial, as `bayes-rsa evidence --file` reads.",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="No warnings, no progress and no closing line.")
    ] = False,
) -> int:
    """Write the full report of a reanalysis.

    Both engines run the reference analysis and the whole named set of priors; the folder then
    holds index.html, numbers.json, manifest.json, tables, figures and the posterior.
    """
    changes: dict[str, int] = {}
    if seed is not None:
        changes["seed"] = to_integer("--seed", seed)
    if ess_target is not None:
        changes["ess_target"] = to_integer("--ess-target", ess_target, least=1)
    fields = {"trial": "TRIAL", "trial file": "TRIAL", "analysis file": "TRIAL", "out": "--out"}
    fields |= {"evidence file": "--evidence", "analysis.evidence": "--evidence"}
    with naming(fields | {f"analysis.{name}": f"--{name.replace('_', '-')}" for name in changes}):
        analysis = _changed(trial, changes, evidence)
        with without_warnings(quiet), phases(quiet=quiet) as progress:
            from bayes_rsa.report import report

            result = report(analysis, out=out, progress=progress)
    if not quiet:
        emit(f"{result.index}\n")
    if result.passed:
        return DONE
    message(
        f"error: the diagnostics gate failed, so the report withholds what failed. "
        f"{result.explain()}"
    )
    return GATE_FAILED


def _changed(trial: str, changes: dict[str, int], evidence: str | None) -> Analysis:
    """The analysis that the argument names, with the settings that options change."""
    from dataclasses import replace

    from bayes_rsa.analysis import load_analysis

    analysis = load_analysis(trial)
    studies = analysis.evidence
    if evidence is not None:
        from bayes_rsa.evidence import read_studies

        studies = tuple(s for s in read_studies(evidence) if s.included_by_default)
    return replace(
        analysis,
        evidence=studies,
        seed=changes.get("seed", analysis.seed),
        ess_target=changes.get("ess_target", analysis.ess_target),
    )
