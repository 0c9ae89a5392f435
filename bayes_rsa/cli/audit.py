"""``bayes-rsa audit``: whether the printed numbers agree with the counts, and with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bayes_rsa.cli.exits import DONE
from bayes_rsa.cli.streams import emit, rendered
from bayes_rsa.cli.tables import as_csv, as_json, booktabs
from bayes_rsa.cli.trial_options import (
    PANEL,
    CiLevelOption,
    CiOption,
    ControlOption,
    TreatmentOption,
    TrialArgument,
    TrialOptions,
)
from bayes_rsa.cli.values import FORMATS, to_choice
from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING

if TYPE_CHECKING:
    from bayes_rsa.audit import Audit, Finding

EXAMPLES: Final = """\b
Examples:
  bayes-rsa audit tacrolimus-rsa-2023
  bayes-rsa audit --treatment 60/75 --control 47/74 \\
      --odds-ratio 2.30 --ci 1.10,4.81 --p-value 0.03
"""

_COLUMNS: Final = ("statistic", "printed", "recomputed", "method", "units_off", "ok", "note")
_WORDS: Final = ("matches", "rounding", "FAILS")
_STYLES: Final = ("", "yellow", "bold red")


def command(
    trial: TrialArgument = None,
    treatment: TreatmentOption = None,
    control: ControlOption = None,
    odds_ratio: Annotated[
        str | None,
        typer.Option(metavar="X", help="Printed odds ratio, like 2.30.", rich_help_panel=PANEL),
    ] = None,
    risk_ratio: Annotated[
        str | None,
        typer.Option(metavar="X", help="Printed risk ratio instead.", rich_help_panel=PANEL),
    ] = None,
    risk_difference: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help="Printed risk difference instead, as a probability.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    hazard_ratio: Annotated[
        str | None,
        typer.Option(metavar="X", help="Printed hazard ratio instead.", rich_help_panel=PANEL),
    ] = None,
    ci: CiOption = None,
    ci_level: CiLevelOption = None,
    p_value: Annotated[
        str | None,
        typer.Option(
            metavar="P", help="Its printed P, like 0.03 or '<0.05'.", rich_help_panel=PANEL
        ),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How to print the result.")
    ] = "table",
) -> int:
    """Compare the printed numbers of a trial with each other.

    Recomputes percentages, effect, interval and P from the counts by every named method, and says
    finding by finding what agrees, what agrees up to rounding, and what does not. Any verdict is
    a result: the exit code is 0.
    """
    from bayes_rsa.audit import audit

    writer = {"table": _to_table, "json": _to_json, "csv": _to_csv}[
        to_choice("--format", format, FORMATS)
    ]
    printed = {
        "--odds-ratio": ("OR", odds_ratio),
        "--risk-ratio": ("RR", risk_ratio),
        "--risk-difference": ("RD", risk_difference),
        "--hazard-ratio": ("HR", hazard_ratio),
    }
    option, measure, estimate = _one_effect(printed)
    written = estimate is not None or ci is not None or p_value is not None
    options = TrialOptions(
        trial=trial,
        treatment=treatment,
        control=control,
        measure=measure if written and (trial is None or estimate is not None) else None,
        estimate=estimate,
        ci=ci,
        ci_level=ci_level,
        p_value=p_value,
        estimate_option=option,
    )
    try:
        result = audit(options.load())
    except InputError as error:
        if error.field != "reported":
            raise
        field, value = (option, MISSING) if trial is None else ("TRIAL", trial)
        raise InputError(field, value, error.rule, error.remedy) from None
    emit(writer(result))
    return DONE


def _one_effect(printed: dict[str, tuple[str, str | None]]) -> tuple[str, str, str | None]:
    """The one effect that is written: its option, its measure, its text."""
    written = [(o, measure, text) for o, (measure, text) in printed.items() if text is not None]
    if len(written) > 1:
        option, _, text = written[1]
        raise InputError(
            option,
            text,
            "one effect is audited at a time",
            f"leave out {option} or {written[0][0]}",
        )
    return written[0] if written else ("--odds-ratio", "OR", None)


def _to_json(audit: Audit) -> str:
    keys = _COLUMNS[:-1]
    findings = [_row(finding) for finding in audit.findings]
    record = {
        "verdict": audit.verdict,
        "findings": [{key: row[key] for key in keys} for row in findings],
    }
    return as_json(record)


def _to_csv(audit: Audit) -> str:
    return as_csv(_COLUMNS, [_row(finding) for finding in audit.findings])


def _row(finding: Finding) -> dict[str, Any]:
    return finding.to_dict()


def _to_table(audit: Audit) -> str:
    from rich.table import Table
    from rich.text import Text

    table = booktabs("Statistic", "Method", "Printed", "Recomputed", "Units off", "", left=2)
    for finding in audit.findings:
        grade = int(finding.agreement)
        table.add_row(
            finding.statistic,
            finding.method,
            finding.printed,
            "–" if finding.recomputed is None else f"{finding.recomputed:.5g}",
            "–" if finding.units_off is None else f"{finding.units_off:.2f}",
            Text(_WORDS[grade], style=_STYLES[grade]),
        )
    notes = Table.grid(padding=(0, 1, 0, 0))
    notes.add_column()
    notes.add_column(overflow="fold")
    for finding in audit.findings:
        if finding.agreement or finding.statistic == "P":
            notes.add_row("·", Text(f"{finding.statistic} {finding.printed}: {finding.note}"))
    parts: list[Any] = [Text(audit.summary, style="bold"), "", table]
    return rendered(*parts, *(["", notes] if notes.row_count else []))
