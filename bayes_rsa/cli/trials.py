"""``bayes-rsa trials``: the trials that ship with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bayes_rsa.cli.exits import DONE
from bayes_rsa.cli.streams import emit, rendered
from bayes_rsa.cli.tables import as_csv, as_json, booktabs, fact
from bayes_rsa.cli.values import FORMATS, naming, to_choice

if TYPE_CHECKING:
    from bayes_rsa.trial import ReportedEffect, Trial

_COLUMNS: Final = (
    "name",
    "title",
    "outcome",
    "better",
    "treatment",
    "treatment_events",
    "treatment_n",
    "control",
    "control_events",
    "control_n",
    "reported",
    "citation",
    "doi",
)
_FACTS: Final = (
    "design",
    "population",
    "intervention",
    "comparator",
    "analysis_set",
    "missing_outcomes",
    "denominators",
    "citation",
    "doi",
    "source",
)


def command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="TRIAL", help="Show this one in full: a name, or a TOML file."),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How to print them.")
    ] = "table",
) -> int:
    """List the trials that ship with the package, or show one.

    A name in this list stands for the trial in every other command.
    """
    from bayes_rsa.trial_file import load_trial, packaged_trials

    chosen = to_choice("--format", format, FORMATS)
    if name is None:
        trials = [load_trial(known) for known in packaged_trials()]
    else:
        with naming({"trial": "TRIAL", "trial file": "TRIAL"}):
            trials = [load_trial(name)]
    if chosen == "csv":
        emit(as_csv(_COLUMNS, [_row(trial) for trial in trials]))
    elif chosen == "json":
        rows: object = [_row(trial) for trial in trials]
        emit(as_json({"trials": rows} if name is None else trials[0].to_dict()))
    else:
        emit(_list(trials) if name is None else _page(trials[0]))
    return DONE


def _row(trial: Trial) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": trial.name,
        "title": trial.title,
        "outcome": trial.outcome.name,
        "better": trial.better,
        "reported": None if trial.reported is None else _effect(trial.reported),
        "citation": trial.citation,
        "doi": trial.doi,
    }
    for role, arm in (("treatment", trial.treatment), ("control", trial.control)):
        row[role] = None if arm is None else arm.name
        row[f"{role}_events"] = None if arm is None else arm.events
        row[f"{role}_n"] = None if arm is None else arm.n
    return {key: row[key] for key in _COLUMNS}


def _effect(reported: ReportedEffect) -> str:
    text = reported.measure
    if reported.estimate is not None:
        text += f" {reported.estimate}"
    if reported.ci is not None:
        text += f" ({reported.ci[0]} to {reported.ci[1]})"
    if reported.p_value is not None:
        sign = "" if reported.p_value.relation != "=" else "= "
        text += f", P {sign}{reported.p_value}"
    return text


def _counts(trial: Trial) -> str:
    if not trial.has_counts:
        return "–"
    return " against ".join(f"{arm.events}/{arm.n}" for arm in trial.arms)


def _list(trials: list[Trial]) -> str:
    from rich.text import Text

    table = booktabs("Trial", "Outcome", "Counts", "Printed effect", left=4, whole=1)
    for trial in trials:
        printed = "–" if trial.reported is None else _effect(trial.reported)
        better = "more" if trial.better == "higher" else "fewer"
        table.add_row(
            Text(trial.name), f"{trial.outcome.name} ({better} is better)", _counts(trial), printed
        )
    return rendered(table, "", Text("`bayes-rsa trials NAME` shows one in full."))


def _page(trial: Trial) -> str:
    from rich.text import Text

    better = "more is better" if trial.better == "higher" else "fewer is better"
    facts = [("outcome", f"{trial.outcome.name}, {better}: {trial.outcome.definition}")]
    for role, arm in (("treatment", trial.treatment), ("control", trial.control)):
        if arm is not None:
            facts.append((role, f"{arm.name}, {arm.events}/{arm.n}"))
    if trial.reported is not None:
        facts.append(("printed effect", _effect(trial.reported)))
    facts += [(f.replace("_", " "), getattr(trial, f)) for f in _FACTS]
    if trial.planned is not None:
        assumed = ", assumed" if trial.planned.assumed else ""
        effect = f"odds ratio {trial.planned.odds_ratio:.4g}{assumed}: {trial.planned.reason}"
        facts.append(("planned effect", effect))
    facts += [("threshold", f"{t.statement}: {t.reason}") for t in trial.thresholds]
    facts += [("biomarker", marker.name) for marker in trial.biomarkers]
    heading = [Text(trial.name, style="bold"), *([Text(trial.title)] if trial.title else [])]
    shown = [fact(label, text, width=16) for label, text in facts if text]
    return rendered(*heading, "", *shown)
