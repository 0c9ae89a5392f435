"""``bayes-rsa doubt``: how much doubt about a trial would overturn its conclusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bayes_rsa.cli.exits import DONE
from bayes_rsa.cli.streams import emit, rendered, working
from bayes_rsa.cli.tables import as_csv, as_json, booktabs
from bayes_rsa.cli.trial_options import (
    BetterOption,
    ControlOption,
    TreatmentOption,
    TrialArgument,
    TrialOptions,
)
from bayes_rsa.cli.values import FORMATS, to_choice, to_integer, to_probability

if TYPE_CHECKING:
    from bayes_rsa.sensitivity.doubt import DoubtStatement, DoubtTipping
    from bayes_rsa.sensitivity.fragility import Fragility
    from bayes_rsa.trial import Trial

EXAMPLES: Final = """\b
Examples:
  bayes-rsa doubt tacrolimus-rsa-2023
  bayes-rsa doubt --treatment 60/75 --control 47/74 --format json
  bayes-rsa doubt tacrolimus-rsa-2023 --engine nuts
"""
_ENGINES: Final = ("exact", "nuts")


def command(
    trial: TrialArgument = None,
    treatment: TreatmentOption = None,
    control: ControlOption = None,
    better: BetterOption = None,
    threshold: Annotated[
        str | None,
        typer.Option(metavar="P", help="P(benefit) that counts as a conclusion; 0.95 unless said."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            metavar="exact|nuts",
            help="Engine; nuts weighs each doubt under the reference priors only.",
        ),
    ] = "exact",
    seed: Annotated[str | None, typer.Option(metavar="N", help="Seed of the sampler.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")] = False,
    format: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How to print the result.")
    ] = "table",
) -> int:
    """Say how much doubt about a trial would overturn its conclusion.

    A bias, a discount of its likelihood, outcomes that were misclassified, changed or missing: for
    each, the amount at which P(benefit) falls to a threshold, with the prior and the likelihood it
    belongs to.
    """
    from bayes_rsa import defaults
    from bayes_rsa.sensitivity.doubt import doubt_statement, doubt_table, statement_of

    writer = {"table": _to_table, "json": _to_json, "csv": _to_csv}[
        to_choice("--format", format, FORMATS)
    ]
    engine = to_choice("--engine", engine, _ENGINES)
    level = defaults.DOUBT_THRESHOLD
    if threshold is not None:
        level = to_probability("--threshold", threshold)
    number = defaults.SEED if seed is None else to_integer("--seed", seed)
    loaded = TrialOptions(trial=trial, treatment=treatment, control=control, better=better).load()
    with working("weighing doubts", quiet=quiet):
        if engine == "nuts":
            sentence = doubt_statement(loaded, threshold=level, engine=engine, seed=number)
            table = _of(sentence)
        else:
            table = doubt_table(loaded, thresholds=_with(level))
            first = {row.what: row for rows in table.values() for row in reversed(rows)}
            asked = dict.fromkeys(row.what for rows in table.values() for row in rows)
            sentence = statement_of([first[what] for what in asked], level)
        fragile = _fragility(loaded)
    emit(writer(table, sentence, fragile))
    return DONE


def _with(level: float) -> tuple[float, ...]:
    from bayes_rsa.defaults import DOUBT_THRESHOLDS

    return tuple(sorted({*DOUBT_THRESHOLDS, level}, reverse=True))


def _of(sentence: DoubtStatement) -> dict[str, list[DoubtTipping]]:
    table: dict[str, list[DoubtTipping]] = {}
    for tipping in sentence.tippings:
        table.setdefault(tipping.key, []).append(tipping)
    return table


def _fragility(trial: Trial) -> list[Fragility]:
    if not trial.has_counts:
        return []
    from bayes_rsa.sensitivity.fragility import ARMS, bayesian_fragility, walsh_fragility

    (y1, y0), (n1, n0) = trial.events, trial.n
    found: list[Fragility] = []
    for arm in ARMS:
        if min(n1, n0) and y1 * n0 != y0 * n1:
            found.append(walsh_fragility(trial, arm=arm))
        found += [bayesian_fragility(trial, arm=arm, threshold=t) for t in _with(0.95)]
    return found


def _to_json(
    table: dict[str, list[DoubtTipping]], sentence: DoubtStatement, fragile: list[Fragility]
) -> str:
    record = {
        "schema": "bayes-rsa/doubt/1",
        "statement": sentence.text,
        "probability": sentence.probability,
        "threshold": sentence.threshold,
        "engine": sentence.engine,
        "tipping": {key: [row.to_dict() for row in rows] for key, rows in table.items()},
        "fragility": [f.to_dict() for f in fragile],
    }
    return as_json(record)


def _to_csv(
    table: dict[str, list[DoubtTipping]], _sentence: DoubtStatement, _fragile: list[Fragility]
) -> str:
    rows = [{"doubt": key, **row.to_dict()} for key, group in table.items() for row in group]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return as_csv(columns, rows)


def _to_table(
    table: dict[str, list[DoubtTipping]], sentence: DoubtStatement, fragile: list[Fragility]
) -> str:
    from rich.text import Text

    thresholds = list(next(iter(table.values()))[0].amounts)
    heads = [f"P = {t:g}" for t in thresholds]
    amounts = booktabs("Doubt", "Prior", "Likelihood", *heads, left=3)
    for rows in table.values():
        for row in rows:
            numbers = [_number(row, t) for t in thresholds]
            amounts.add_row(row.what, row.prior, row.likelihood, *numbers)
    parts: list[Any] = [Text(sentence.text, style="bold"), "", amounts]
    if fragile:
        index = booktabs("Criterion", "Outcomes changed in", "Index", left=2)
        for f in fragile:
            index.add_row(f.criterion, f"{f.arm} arm", "–" if f.index is None else str(f.index))
        parts += ["", index]
    return rendered(*parts)


def _number(row: DoubtTipping, threshold: float) -> str:
    amount, error = row.amounts[threshold], row.errors[threshold]
    if amount is None:
        return "–"
    if error is not None:
        return f"{amount:.3f} ± {error:.3f}"
    return str(amount) if isinstance(amount, int) else f"{amount:.4f}"
