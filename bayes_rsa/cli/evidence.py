"""``bayes-rsa evidence``: studies from outside the trial, and what they predict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bayes_rsa.cli.exits import DONE
from bayes_rsa.cli.prior_options import read_prior
from bayes_rsa.cli.streams import emit, rendered, working
from bayes_rsa.cli.tables import as_csv, as_json, booktabs
from bayes_rsa.cli.values import FORMATS, naming, to_choice
from bayes_rsa.errors import InputError

if TYPE_CHECKING:
    from bayes_rsa.evidence import EvidenceSet, Study
    from bayes_rsa.exact.external_evidence import Pooled
    from bayes_rsa.priors import Prior

EXAMPLES: Final = """\b
Examples:
  bayes-rsa evidence
  bayes-rsa evidence --set A
  bayes-rsa evidence --set "base rate ten arms" --format json
  bayes-rsa evidence --inferred --format csv > studies.csv
  bayes-rsa evidence --file studies.csv --heterogeneity "half_normal(0.5)"
"""

SCHEMA: Final = "bayes-rsa/evidence/1"
_FLAGS: Final = ("randomised", "same_group", "included_by_default")
_OWN: Final = "half-normal 0.5 log OR tau"
_SCALES: Final = frozenset({"heterogeneity of log_odds_ratio", "heterogeneity of log_odds"})


def command(
    set: Annotated[
        str | None,
        typer.Option("--set", metavar="NAME", help="This set only: A, B, C, Q, T, N, a base rate."),
    ] = None,
    inferred: Annotated[
        bool,
        typer.Option("--inferred", help="Add studies whose counts were reconstructed."),
    ] = False,
    file: Annotated[
        str | None, typer.Option(metavar="OWN.csv", help="Studies of one's own, as CSV.")
    ] = None,
    heterogeneity: Annotated[
        str | None,
        typer.Option(
            metavar="SPEC",
            help="Prior on the SD between studies: its text form or a name. Unless said, the set's "
            f"own, or {_OWN!r} for a file.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")] = False,
    format: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How to print the result.")
    ] = "table",
) -> int:
    """List external studies, and what they predict for a new trial.

    Each set is pooled by random effects, with normal and with binomial likelihoods: the mean over
    its studies, and the interval for a new trial. CSV holds the studies alone, in the form that
    --file reads.
    """
    chosen = to_choice("--format", format, FORMATS)
    prior = None
    if heterogeneity is not None:
        from bayes_rsa.evidence import heterogeneity_prior

        prior = read_prior("--heterogeneity", heterogeneity, _SCALES)
        with naming({"heterogeneity": "--heterogeneity"}):
            heterogeneity_prior(prior)
    if file is not None and set is not None:
        raise InputError(
            "--set", set, "sets are of the package's own studies", "leave out --set or --file"
        )
    with naming({"set": "--set", "evidence file": "--file"}):
        shown, sets = _own(file, inferred, prior) if file is not None else _listed(set, inferred)
    if chosen == "csv":
        from bayes_rsa.evidence import COLUMNS

        emit(as_csv(COLUMNS, [_row(study) for study in shown]))
        return DONE
    with working("pooling studies", quiet=quiet):
        pooled = [(each, _pooled(each, prior)) for each in sets]
    emit((_to_json if chosen == "json" else _to_table)(shown, pooled))
    return DONE


def _listed(name: str | None, inferred: bool) -> tuple[tuple[Study, ...], list[EvidenceSet]]:
    from bayes_rsa.evidence import evidence_set, evidence_sets, studies

    if name is not None:
        one = evidence_set(name)
        return one.studies, [one]
    return studies(inferred=inferred), list(evidence_sets().values())


def _own(
    file: str, inferred: bool, prior: Prior | None
) -> tuple[tuple[Study, ...], list[EvidenceSet]]:
    from bayes_rsa.evidence import EvidenceSet, heterogeneity_prior, read_studies

    found = tuple(
        study
        for study in read_studies(file)
        if study.included_by_default
        or (inferred and study.provenance == "inferred" and not study.overlaps)
    )
    pooled = tuple(s for s in found if s.randomised and s.treatment and s.control)
    note = "The randomised studies of the file that have both arms."
    label = f"{len(pooled)} of {len(found)} studies of {file}"
    spread = prior or heterogeneity_prior(_OWN)
    own = EvidenceSet("file", label, "log_odds_ratio", pooled, spread, True, note)
    return found, [own] if pooled else []


def _pooled(chosen: EvidenceSet, prior: Prior | None) -> Pooled | None:
    """None where the set may be borrowed from only through a bias term."""
    from bayes_rsa.exact.external_evidence import pool

    if chosen.measure == "log_odds_ratio" and not all(s.randomised for s in chosen.studies):
        return None
    return pool(chosen.studies, heterogeneity=prior or chosen.heterogeneity, measure=chosen.measure)


def _row(study: Study) -> dict[str, Any]:
    return {
        key: ("yes" if value else "no") if key in _FLAGS else value
        for key, value in study.to_dict().items()
    }


def _to_json(studies: tuple[Study, ...], pooled: list[tuple[EvidenceSet, Pooled | None]]) -> str:
    sets = [
        {
            "key": chosen.key,
            "label": chosen.label,
            "studies": [study.key for study in chosen.studies],
            "inferred": [study.key for study in chosen.inferred],
            "independent": chosen.independent,
            "note": chosen.note,
            "pooled": None if answer is None else answer.to_dict(),
        }
        for chosen, answer in pooled
    ]
    record = {"schema": SCHEMA, "studies": [s.to_dict() for s in studies], "sets": sets}
    return as_json(record)


def _to_table(studies: tuple[Study, ...], pooled: list[tuple[EvidenceSet, Pooled | None]]) -> str:
    from rich.text import Text

    table = booktabs("Study", "Treated", "Control", "Odds ratio (95%)", "Mark", left=1)
    table.columns[4].justify = "left"
    for study in studies:
        table.add_row(
            Text(study.label),
            _arm(study.treatment),
            _arm(study.control),
            _ratio(study),
            _marks(study),
        )
    parts: list[Any] = [table]
    if any(_marks(study) for study in studies):
        parts += [
            "",
            Text("i: counts reconstructed; n: not randomised; g: the trial's own group"),
        ]
    for measure, heading in (
        ("log_odds_ratio", "Odds ratio: mean over studies, and for a new trial (95%)"),
        ("log_odds", "Rate without treatment: mean over studies, and in a new trial (95%)"),
    ):
        rows = [(each, answer) for each, answer in pooled if each.measure == measure]
        if rows:
            parts += ["", Text(heading, style="bold"), "", _summary(rows)]
    parts += [Text(f"\n{each.key}: {each.label}. {each.note}") for each, _ in pooled]
    return rendered(*parts)


def _summary(rows: list[tuple[EvidenceSet, Pooled | None]]) -> Any:
    table = booktabs("Set", "Model", "Size", "Mean", "New trial", left=2, whole=2)
    for chosen, answer in rows:
        if answer is None:
            table.add_row(chosen.key, "", str(len(chosen.studies)), "through a bias only", "")
            continue
        for likelihood in ("normal", "binomial"):
            effects = getattr(answer, likelihood)
            mean = "–" if effects.mean is None else _limits(*answer.limits(effects.mean))
            low, _, high = answer.limits(effects.predictive)
            first = likelihood == "normal"
            table.add_row(
                chosen.key if first else "",
                likelihood,
                str(len(chosen.studies)) if first else "",
                mean,
                f"{low:.2f} to {high:.2f}",
            )
    return table


def _arm(arm: Any) -> str:
    return "–" if arm is None else f"{arm.events}/{arm.n}"


def _ratio(study: Study) -> str:
    import math

    from bayes_rsa.frequentist import odds_ratio_wald

    if study.treatment is None or study.control is None:
        return "–"
    (y1, n1), (y0, n0) = ((arm.events, arm.n) for arm in study.arms)
    interval = odds_ratio_wald(y1, n1, y0, n0)
    if not math.isfinite(interval.lower):
        return "–"
    ratio = y1 * (n0 - y0) / ((n1 - y1) * y0)
    return _limits(interval.lower, ratio, interval.upper)


def _limits(low: float, middle: float, high: float) -> str:
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _marks(study: Study) -> str:
    marks = {
        "i": study.provenance == "inferred",
        "n": not study.randomised,
        "g": study.same_group,
    }
    return " ".join(mark for mark, holds in marks.items() if holds)
