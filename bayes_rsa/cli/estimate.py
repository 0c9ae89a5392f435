"""``bayes-rsa estimate``: one model, stated priors, every estimand."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from bayes_rsa.cli.estimate_output import WRITERS
from bayes_rsa.cli.estimate_result import exact_estimate, nuts_estimate, read_statements
from bayes_rsa.cli.exits import DONE, GATE_FAILED
from bayes_rsa.cli.numerics import load_numpy
from bayes_rsa.cli.prior_options import OPTIONS, choose_model, read_priors
from bayes_rsa.cli.streams import emit, message, without_warnings, working
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
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING

EXAMPLES: Final = """\b
Examples:
  bayes-rsa estimate tacrolimus-rsa-2023 --effect "normal(0, 1)"
  bayes-rsa estimate --treatment 60/75 --control 47/74 \\
      --prior-treatment "beta(1, 1)" --prior-control "beta(1, 1)" \\
      --pr "RD > 0.1" --pr "NNT < 10"
  bayes-rsa estimate --measure HR --effect-estimate 0.76 --ci 0.55,1.04 \\
      --better lower --effect "normal(0, 0.355)" --format json
"""

ENGINES: Final = ("exact", "nuts")

_MODEL: Final = "Model and priors"
_SPEC: Final = "SPEC"


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
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="log-odds-ratio, independent-arms, reported-effect, log-risk-ratio or "
            "risk-difference; by default what the trial and the priors imply.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    effect: Annotated[
        str | None,
        typer.Option(
            metavar=_SPEC,
            help="Prior on the effect, on the model's scale, like 'normal(0, 1)' or the name of "
            "an archetype (`bayes-rsa priors`). There is no default.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar=_SPEC, help="Prior on the control arm's log odds.", rich_help_panel=_MODEL
        ),
    ] = None,
    midpoint: Annotated[
        str | None,
        typer.Option(
            metavar=_SPEC,
            help="Instead: prior on the mean of the two log odds; normal(0, 1.5) unless said.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    prior_treatment: Annotated[
        str | None,
        typer.Option(
            metavar=_SPEC,
            help="For independent arms: prior on the treatment arm's probability.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    prior_control: Annotated[
        str | None,
        typer.Option(
            metavar=_SPEC,
            help="The same for the control arm, like 'beta(1, 1)'.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    pr: Annotated[
        list[str] | None,
        typer.Option(
            "--pr",
            metavar="STATEMENT",
            help="Statement whose probability to print, like 'OR > 1.25'; may be repeated.",
        ),
    ] = None,
    interval: Annotated[
        str | None,
        typer.Option(metavar="P", help="Probability of the intervals; 0.95 unless said."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(metavar="exact|nuts", help="Exact quadrature, or NUTS through PyMC."),
    ] = "exact",
    seed: Annotated[
        str | None, typer.Option(metavar="N", help="Seed of NUTS; the exact engine needs none.")
    ] = None,
    format: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How to print the result.")
    ] = "table",
    quiet: Annotated[
        bool, typer.Option("--quiet", help="No warnings and no progress on standard error.")
    ] = False,
) -> int:
    """Estimate a trial's effect under stated priors.

    Prints the posterior of the odds ratio, risk ratio, risk difference and both arms'
    probabilities, the number needed to treat, and the probability of each statement.
    """
    from bayes_rsa import defaults

    chosen_format = to_choice("--format", format, FORMATS)
    chosen_engine = to_choice("--engine", engine, ENGINES)
    probability = defaults.INTERVAL
    if interval is not None:
        probability = to_probability("--interval", interval)
    number = defaults.SEED if seed is None else to_integer("--seed", seed)
    options = TrialOptions(
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
    )
    _require_one_source(options)
    data = options.load()
    texts = {
        "effect": effect,
        "baseline": baseline,
        "midpoint": midpoint,
        "treatment": prior_treatment,
        "control": prior_control,
    }
    name = choose_model(model, data, texts)
    if chosen_engine == "exact":
        load_numpy()
    priors = read_priors(name, data, texts)
    fields = {**OPTIONS, "statement": "--pr", "trial": "--model"}
    with without_warnings(quiet), naming(fields):
        statements = read_statements(name, data, pr)
        if chosen_engine == "exact":
            result = exact_estimate(data, name, priors, statements, probability)
        else:
            with working("sampling with NUTS", quiet=quiet):
                result = nuts_estimate(data, name, priors, statements, probability, number)
    emit(WRITERS[chosen_format](result))
    if result.passed:
        return DONE
    message(f"error: the diagnostics gate failed, so the numbers are withheld. {result.reason}")
    return GATE_FAILED


def _require_one_source(options: TrialOptions) -> None:
    if options.has_counts and options.has_effect:
        raise InputError(
            "--measure",
            options.measure or MISSING,
            "the counts already give every measure",
            "leave out the printed effect (`bayes-rsa audit` compares the two), or the counts",
        )
