"""``bayes-rsa biomarkers``: what the report of each biomarker says, and what it cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bayes_rsa.cli.exits import DONE
from bayes_rsa.cli.streams import emit, rendered
from bayes_rsa.cli.tables import as_csv, as_json, booktabs
from bayes_rsa.cli.trial_options import TrialArgument, TrialOptions
from bayes_rsa.cli.values import (
    FORMATS,
    naming,
    required,
    to_choice,
    to_integer,
    to_number,
    to_pair,
    to_probability,
)
from bayes_rsa.errors import InputError

if TYPE_CHECKING:
    from bayes_rsa.biomarkers import MarkerAssessment
    from bayes_rsa.exact.biomarkers import JointMarkers
    from bayes_rsa.trial import Trial

EXAMPLES: Final = """\b
Examples:
  bayes-rsa biomarkers tacrolimus-rsa-2023
  bayes-rsa biomarkers tacrolimus-rsa-2023 --reported-because-significant
  bayes-rsa biomarkers tacrolimus-rsa-2023 --marker IL-33 --n 70,68 --format json
"""

SCHEMA: Final = "bayes-rsa/biomarkers/1"
_COLUMNS: Final = (
    "marker",
    "class",
    "direction",
    "size_identified",
    "prior",
    "mean",
    "sd",
    "median",
    "eti_lower",
    "eti_upper",
    "p_lower",
)
_NAMES: Final = {"n": "--n", "markers": "--marker", "sds": "--sd", "level": "--level"}


def command(
    trial: TrialArgument = None,
    marker: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="This marker only; may be repeated. All unless said."),
    ] = None,
    n: Annotated[
        str | None,
        typer.Option(
            metavar="N,N", help="Patients with the markers, treatment first; all unless said."
        ),
    ] = None,
    sd: Annotated[
        str | None,
        typer.Option(
            metavar="SD,SD,...",
            help="SDs of the normal priors on a standardised difference; 0.5,1,2 unless said.",
        ),
    ] = None,
    reported_because_significant: Annotated[
        bool,
        typer.Option(
            "--reported-because-significant",
            help="Read the markers as shown only because their tests were significant.",
        ),
    ] = False,
    level: Annotated[
        str | None,
        typer.Option(metavar="ALPHA", help="Two-sided level of that selection; 0.05 unless said."),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How to print the result.")
    ] = "table",
) -> int:
    """Say what the reports of biomarkers imply, and what they cannot say.

    For each marker the posterior of the standardised difference between the arms under priors of
    several scales, and whether the report or the prior decides its size; then how probable it is
    that all are lower, if the markers are correlated within a patient.
    """
    from bayes_rsa.biomarkers import assess
    from bayes_rsa.defaults import MARKER_PRIOR_SDS, SIGNIFICANCE_LEVEL

    form = to_choice("--format", format, FORMATS)
    name = required("TRIAL", trial, "biomarkers belong to a trial", "name one, or give its file")
    loaded = TrialOptions(trial=name).load()
    options: dict[str, Any] = {"markers": marker or None, "n": None if n is None else _arms(n)}
    if level is not None and not reported_because_significant:
        raise InputError(
            "--level", level, "it is the level of a selection", "add --reported-because-significant"
        )
    with naming(_NAMES):
        found = assess(
            loaded,
            sds=MARKER_PRIOR_SDS if sd is None else _numbers(sd),
            reported_because_significant=reported_because_significant,
            level=SIGNIFICANCE_LEVEL if level is None else to_probability("--level", level),
            **options,
        )
    if form == "csv":
        emit(as_csv(*_csv(found)))
        return DONE
    joint, refusal = _joint(loaded, reported_because_significant, **options)
    if form == "json":
        record: dict[str, Any] = {"schema": SCHEMA, "markers": [m.to_dict() for m in found]}
        record["joint"] = [{"differences": kind, **row.to_dict()} for kind, row in joint]
        record["joint_refused"] = refusal or None
        emit(as_json(record))
    else:
        emit(_table(found, joint, refusal))
    return DONE


def _arms(text: str) -> tuple[int, int]:
    treatment, control = to_pair("--n", text)
    return to_integer("--n", treatment, least=2), to_integer("--n", control, least=2)


def _numbers(text: str) -> list[float]:
    return [to_number("--sd", part, above=0, remedy="write 0.5,1,2") for part in text.split(",")]


def _joint(
    trial: Trial, selected: bool, **options: Any
) -> tuple[tuple[tuple[str, JointMarkers], ...], str]:
    """The joint statement, or why there is none."""
    from bayes_rsa.biomarkers import joint_table
    from bayes_rsa.trial import chosen_reports

    if selected:
        return (), "markers selected for significance are read one by one"
    try:
        names, _ = chosen_reports(trial, options["markers"], options["n"])
        if len(names) < 2:
            return (), "one marker has no joint statement"
        return joint_table(trial, **options), ""
    except InputError as error:
        return (), str(error)


def _csv(found: tuple[MarkerAssessment, ...]) -> tuple[list[str], list[dict[str, object]]]:
    rows: list[dict[str, object]] = []
    sizes: list[str] = []
    for marker in found:
        for under in (*marker.under, *marker.field):
            record = under.to_dict()
            low, high = record.pop("eti")
            row = {
                "marker": marker.name,
                "class": marker.evidence,
                "direction": marker.direction,
                "size_identified": marker.size_identified,
                "eti_lower": low,
                "eti_upper": high,
            }
            row |= {key: record[key] for key in ("prior", "mean", "sd", "median", "p_lower")}
            for key in ("p_d_above", "p_size_above"):
                row |= {f"{key}_{size}": p for size, p in record[key].items()}
            sizes = [key for key in row if key.startswith(("p_d_above_", "p_size_above_"))]
            rows.append(row)
    return [*_COLUMNS, *sizes], rows


def _table(
    found: tuple[MarkerAssessment, ...],
    joint: tuple[tuple[str, JointMarkers], ...],
    refusal: str,
) -> str:
    from rich.text import Text

    parts: list[Any] = []
    for marker in found:
        parts += [Text(f"{marker.name}: {marker.banner}", style="bold")]
        if not marker.under or marker.identification is None or marker.n is None:
            parts.append("")
            continue
        first = marker.under[0]
        table = booktabs(
            "Prior on d",
            "Mean",
            "95% ETI",
            "P(lower)",
            *(f"|d|>{size}" for size in first.p_size_above),
            whole=1,
        )
        for under in (*marker.under, *marker.field):
            low, high = under.interval
            table.add_row(
                under.prior.replace("student_t(", "t("),
                f"{under.mean:.2f}",
                f"{low:.2f} to {high:.2f}",
                f"{under.p_lower:.3f}",
                *(f"{p:.3f}" for p in under.p_size_above.values()),
            )
        way = "higher" if marker.direction == "not stated" else marker.direction
        note = (
            f"d: standardised difference, positive is {way} on treatment; {marker.n[0]} and "
            f"{marker.n[1]} patients. |d|>x: its probability. "
            f"Size: {marker.identification.sentence}. t(df, location, scale): effects in "
            "Cochrane reviews of pregnancy and childbirth, of gynaecology and fertility, of all."
        )
        parts += ["", table, Text(note, style="dim"), ""]
    return rendered(*parts, *_joint_parts(joint, refusal))


def _joint_parts(joint: tuple[tuple[str, JointMarkers], ...], refusal: str) -> list[Any]:
    from rich.text import Text

    if not joint:
        return [Text(f"No joint statement: {refusal}.", style="dim")] if refusal else []
    table = booktabs("Differences", "Correlation", "P(all lower)", "before", "Spread", "before")
    for kind, row in joint:
        spreads = (row.spread, row.prior_spread)
        table.add_row(
            kind,
            f"{row.correlation:g}",
            f"{row.all_lower:.4f}",
            f"{row.prior_all_lower:.3f}",
            *("–" if s is None else f"{s:.2f}" for s in spreads),
        )
    note = (
        "All markers lower, if any two of them correlate within a patient. Hierarchical: the "
        "differences come from one normal distribution, whose SD is the spread; with few markers "
        "it stays near its prior."
    )
    return [Text("Together", style="bold"), "", table, Text(note, style="dim")]
