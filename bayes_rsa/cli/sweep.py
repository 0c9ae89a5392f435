"""``bayes-rsa sweep``: the same analysis under many priors."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from bayes_rsa.cli.exits import DONE, GATE_FAILED
from bayes_rsa.cli.streams import emit, message, phases, without_warnings
from bayes_rsa.cli.sweep_options import FIELDS, PriorOptions
from bayes_rsa.cli.trial_options import (
    PANEL,
    BetterOption,
    CiLevelOption,
    CiOption,
    ControlOption,
    TreatmentOption,
    TrialArgument,
    TrialOptions,
)
from bayes_rsa.cli.values import FORMATS, naming, to_choice, to_integer, to_probability

EXAMPLES: Final = """\b
Examples:
  bayes-rsa sweep tacrolimus-rsa-2023 --effect-sd 0.1:3:50
  bayes-rsa sweep tacrolimus-rsa-2023 --effect-sd 0.1:3:50 \\
      --effect-mean -1:1:50 --pr "RD > 0.1" --out sweep.nc
  bayes-rsa sweep --treatment 60/75 --control 47/74 \\
      --effect "neutral moderate" --effect "cauchy(0, 2.5)" --engine nuts
  bayes-rsa sweep tacrolimus-rsa-2023 --arm-rate 0.65 --arm-weight 1,10,100
"""

ENGINES: Final = ("exact", "nuts", "reweight")

_PRIORS: Final = "Priors to go through (X is a number, a list like 0.2,0.5,1 or FIRST:LAST:COUNT)"
_SPEC: Final = "SPEC"


def _option(help: str, metavar: str = "X") -> Any:
    return typer.Option(metavar=metavar, help=help, rich_help_panel=_PRIORS)


def command(
    trial: TrialArgument = None,
    treatment: TreatmentOption = None,
    control: ControlOption = None,
    better: BetterOption = None,
    measure: Annotated[
        str | None,
        typer.Option(
            metavar="OR|RR|HR|RD|MD",
            help="Measure of a printed effect, of a trial without counts.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    effect_estimate: Annotated[
        str | None,
        typer.Option(metavar="X", help="Its printed estimate, like 2.30.", rich_help_panel=PANEL),
    ] = None,
    ci: CiOption = None,
    ci_level: CiLevelOption = None,
    log_effect: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help="Instead of the estimate: its natural log (or the difference itself).",
            rich_help_panel=PANEL,
        ),
    ] = None,
    se: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help="Instead of the interval: the standard error on that scale.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    effect_sd: Annotated[
        str | None, _option("SDs of normal priors on the log odds ratio (or the reported effect).")
    ] = None,
    effect_mean: Annotated[str | None, _option("Their means; 0 unless said.")] = None,
    effect: Annotated[
        list[str] | None,
        _option("Instead: a prior on the effect, of any family; may be repeated.", _SPEC),
    ] = None,
    sceptical: Annotated[
        str | None, _option("A sceptical prior, to be mixed with the one in --effect.", _SPEC)
    ] = None,
    weight: Annotated[str | None, _option("Its weights in the mixture.")] = None,
    arm_rate: Annotated[
        str | None, _option("For independent arms: rates of a beta prior of both arms.")
    ] = None,
    arm_weight: Annotated[str | None, _option("Its weights, in participants.")] = None,
    baseline: Annotated[
        list[str] | None,
        _option("Prior on the control arm's log odds; may be repeated.", _SPEC),
    ] = None,
    midpoint: Annotated[
        list[str] | None,
        _option("Instead: prior on the mean of the two log odds; may be repeated.", _SPEC),
    ] = None,
    pr: Annotated[
        list[str] | None,
        typer.Option(
            "--pr",
            metavar="STATEMENT",
            help="Statement whose probability to print, like 'OR > 1.25'; may be repeated.",
        ),
    ] = None,
    estimand: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY",
            help="Estimand whose median and interval to print; odds_ratio unless said.",
        ),
    ] = None,
    interval: Annotated[
        str | None,
        typer.Option(metavar="P", help="Probability of the intervals; 0.95 unless said."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            metavar="exact|nuts|reweight",
            help="Exact quadrature, NUTS, or importance sampling from one fit.",
        ),
    ] = "exact",
    seed: Annotated[
        str | None, typer.Option(metavar="N", help="Seed; the exact engine needs none.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write the result here (.csv, .nc or .parquet) instead of printing it; the same "
            "command goes on where an interrupted one stopped.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file, if it is there.")
    ] = False,
    format: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How to print the result.")
    ] = "table",
    quiet: Annotated[
        bool, typer.Option("--quiet", help="No warnings and no progress on standard error.")
    ] = False,
) -> int:
    """Estimate a trial's effect under many priors at once.

    Prints the probability of each statement and the median odds ratio under each prior, or the
    range of the probabilities over many.
    """
    from bayes_rsa import defaults

    chosen_format = to_choice("--format", format, FORMATS)
    chosen_engine = to_choice("--engine", engine, ENGINES)
    settings: dict[str, Any] = {
        "engine": chosen_engine,
        "seed": defaults.SEED if seed is None else to_integer("--seed", seed),
        "interval": defaults.INTERVAL,
        "statements": pr or None,
        "estimands": estimand or None,
        "out": out,
        "overwrite": overwrite,
    }
    if interval is not None:
        settings["interval"] = to_probability("--interval", interval)
    data = TrialOptions(
        trial=trial,
        treatment=treatment,
        control=control,
        better=better,
        measure=measure,
        estimate=effect_estimate,
        ci=ci,
        ci_level=ci_level,
        log_effect=log_effect,
        standard_error=se,
    ).load()
    priors = PriorOptions(
        effect or (),
        effect_mean,
        effect_sd,
        sceptical,
        weight,
        arm_rate,
        arm_weight,
        baseline or (),
        midpoint or (),
    )
    with naming(FIELDS):
        swept = priors.read(data)
        with without_warnings(quiet), phases(quiet=quiet) as bars:
            from bayes_rsa.sensitivity import sweep

            if bars is not None:
                settings["progress"] = lambda done, total: bars("priors", done, total)
            found = sweep(data, **swept, **settings)
    if out is None:
        from bayes_rsa.cli.sweep_output import WRITERS

        emit(WRITERS[chosen_format](found))
    elif not quiet:
        emit(f"{out}\n")
    failed = int((~found["passed"]).sum())
    if not failed:
        return DONE
    first = next(text for text in found["reason"].values.ravel() if text)
    message(f"error: the diagnostics gate failed for {failed} of {found['passed'].size}: {first}.")
    return GATE_FAILED
