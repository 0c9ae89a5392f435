"""``bayes-rsa priors``: the named priors, and what a prior means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bayes_rsa.cli.exits import DONE
from bayes_rsa.cli.prior_options import read_prior
from bayes_rsa.cli.streams import emit, rendered
from bayes_rsa.cli.tables import as_csv, as_json, booktabs, fact, percent
from bayes_rsa.cli.values import FORMATS, naming, to_choice, to_number, to_probability
from bayes_rsa.errors import InputError

if TYPE_CHECKING:
    from bayes_rsa.priors import Prior, PriorMeaning

EXAMPLES: Final = """\b
Examples:
  bayes-rsa priors
  bayes-rsa priors "normal(0, 1)"
  bayes-rsa priors "jeffreys"
  bayes-rsa priors "student_t(3, 0, 0.32)" --measure log-risk-ratio \\
      --baseline "base rate"
"""

_MEASURES: Final = ("log-odds-ratio", "log-risk-ratio", "risk-difference")
_BETTER: Final = ("higher", "lower")
_COLUMNS: Final = ("name", "prior", "label", "parameter", "rationale", "source")
_ARM_FAMILIES: Final = frozenset({"beta", "logit_normal"})
_LABELS: Final = {
    "odds_ratio": ("Odds ratio", "ratio"),
    "risk_ratio": ("Risk ratio", "ratio"),
    "risk_difference": ("Risk difference", "difference"),
    "p_treatment": ("Risk, treatment", "probability"),
    "p_control": ("Risk, control", "probability"),
}


def command(
    spec: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC",
            help="Say what this prior means: its text form, or a name from the list. A beta or "
            "logit-normal prior stands on both arms; any other on the effect.",
        ),
    ] = None,
    measure: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What SPEC is a prior on: log-odds-ratio (unless said), log-risk-ratio or "
            "risk-difference.",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="SPEC", help="Beside it: prior on the control arm's log odds."),
    ] = None,
    midpoint: Annotated[
        str | None,
        typer.Option(
            metavar="SPEC",
            help="Or: prior on the mean of the two log odds; normal(0, 1.5) unless said.",
        ),
    ] = None,
    planned_odds_ratio: Annotated[
        str | None,
        typer.Option(
            metavar="X", help="Planned odds ratio, for the named priors that depend on it."
        ),
    ] = None,
    better: Annotated[
        str,
        typer.Option(metavar="higher|lower", help="Whether more events are better, or fewer."),
    ] = "higher",
    interval: Annotated[
        str | None,
        typer.Option(metavar="P", help="Probability of the intervals; 0.95 unless said."),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How to print the result.")
    ] = "table",
) -> int:
    """List the named priors, or say what a prior means.

    What a prior means: its interval on the odds ratio, risk ratio and risk difference and on each
    arm's probability, and the prior probability of benefit.
    """
    from bayes_rsa.defaults import INTERVAL
    from bayes_rsa.priors import archetypes

    chosen = to_choice("--format", format, FORMATS)
    direction = to_choice("--better", better, _BETTER)
    planned = None
    if planned_odds_ratio is not None:
        planned = to_number("--planned-odds-ratio", planned_odds_ratio, above=0)
    with naming({"planned_odds_ratio": "--planned-odds-ratio"}):
        named = archetypes(planned_odds_ratio=planned, better=direction)
    if spec is None:
        for option, text in (
            ("--measure", measure),
            ("--baseline", baseline),
            ("--midpoint", midpoint),
            ("--interval", interval),
        ):
            if text is not None:
                raise InputError(
                    option, text, "it belongs to a prior", f"add SPEC, or leave out {option}"
                )
        emit(_listed(named, chosen))
        return DONE
    share = INTERVAL if interval is None else to_probability("--interval", interval)
    prior = named.get(_key(spec)) or read_prior("SPEC", spec)
    priors, scale = _placed(prior, spec, measure, baseline, midpoint)
    meaning = _meaning(priors, scale, direction, share)
    emit(_explained(prior, priors, meaning, chosen))
    return DONE


def _key(spec: str) -> str:
    return " ".join(spec.replace("-", " ").replace("_", " ").casefold().split())


def _placed(
    prior: Prior, spec: str, measure: str | None, baseline: str | None, midpoint: str | None
) -> tuple[dict[str, Prior], str]:
    """The priors of a whole model around this one, and the scale of its effect."""
    from bayes_rsa.priors import find_archetype

    stands_on = prior.parameter
    if stands_on.startswith("heterogeneity") or stands_on == "standardised_mean_difference":
        raise InputError(
            "SPEC",
            spec,
            f"a prior on the {stands_on.replace('_', ' ')} says nothing about two arms' risks",
            "name a prior on an effect or on a probability",
        )
    level = {"--baseline": baseline, "--midpoint": midpoint}
    arms = stands_on == "probability" or (not stands_on and set(prior.families) <= _ARM_FAMILIES)
    if arms or stands_on in ("baseline_log_odds", "midpoint_log_odds"):
        for option, text in (("--measure", measure), *level.items()):
            if text is not None:
                raise InputError(
                    option, text, "it goes with a prior on the effect", f"leave out {option}"
                )
    if arms:
        return {"treatment": prior, "control": prior}, "log_odds_ratio"
    if stands_on in ("baseline_log_odds", "midpoint_log_odds"):
        return {
            "effect": find_archetype("reference analysis"),
            stands_on.removesuffix("_log_odds"): prior,
        }, "log_odds_ratio"
    written = "log-odds-ratio" if measure is None else measure.replace("_", "-")
    scale = to_choice("--measure", written, _MEASURES).replace("-", "_")
    if stands_on and measure is None:
        scale = stands_on
    priors = {"effect": prior}
    for option, text in level.items():
        if text is not None:
            name = option.removeprefix("--")
            priors[name] = read_prior(option, text, frozenset({f"{name}_log_odds"}))
    if len(priors) == 1:
        name = "midpoint" if scale == "log_odds_ratio" else "baseline"
        priors[name] = find_archetype("default midpoint")
    return priors, scale


def _meaning(priors: dict[str, Prior], scale: str, better: str, share: float) -> PriorMeaning:
    from bayes_rsa.priors import prior_meaning

    fields = {"effect": "SPEC", "treatment": "SPEC", "control": "SPEC", "priors": "--midpoint"}
    with naming(fields | {"baseline": "--baseline", "midpoint": "--midpoint"}):
        given: dict[str, Any] = dict(priors)
        return prior_meaning(**given, measure=scale, better=better, interval=share)


# ---- printing ---------------------------------------------------------------------------------


def _record(name: str, prior: Prior) -> dict[str, Any]:
    return {
        "name": name,
        "prior": str(prior),
        "label": prior.label,
        "parameter": prior.parameter,
        "rationale": prior.rationale,
        "source": prior.source,
    }


def _listed(named: dict[str, Prior], format: str) -> str:
    rows = [_record(name, prior) for name, prior in named.items()]
    if format == "json":
        return as_json({"priors": rows})
    if format == "csv":
        return as_csv(_COLUMNS, rows)
    from rich.text import Text

    parts: list[Any] = []
    for parameter in dict.fromkeys(prior.parameter for prior in named.values()):
        table = booktabs("Name", "Prior", "Source", left=3, whole=2)
        table.columns[2].no_wrap, table.columns[2].overflow = True, "ellipsis"
        table.columns[0].min_width = max(map(len, named))
        table.columns[1].min_width = max(len(_short(prior)) for prior in named.values())
        for name, prior in named.items():
            if prior.parameter == parameter:
                table.add_row(name, _short(prior), prior.source)
        heading = f"Priors on the {parameter.replace('_', ' ')}"
        parts += [Text(heading, style="bold"), "", table, ""]
    return rendered(*parts, Text('`bayes-rsa priors "NAME"` says what one means.'))


def _short(prior: Prior) -> str:
    """Text form with at most four digits a number, for reading."""
    import re

    return re.sub(r"\d+\.\d{4,}", lambda match: f"{float(match[0]):.4g}", str(prior))


def _explained(prior: Prior, priors: dict[str, Prior], meaning: PriorMeaning, format: str) -> str:
    record = {"prior": str(prior)} | {
        "priors": {name: str(each) for name, each in priors.items()},
        **meaning.to_dict(),
    }
    if format == "json":
        return as_json(record)
    if format == "csv":
        columns = ("quantity", "lower", "median", "upper")
        rows: list[dict[str, object]] = [
            {"quantity": key, **dict(zip(columns[1:], limits or (None,) * 3, strict=True))}
            for key, limits in meaning.quantiles.items()
        ]
        rows += [{"quantity": key, "median": record[key]} for key in ("p_benefit", "p_harm")]
        return as_csv(columns, rows)
    return _page(prior, priors, meaning)


def _page(prior: Prior, priors: dict[str, Prior], meaning: PriorMeaning) -> str:
    from rich.text import Text

    from bayes_rsa.report.numbers import written

    parts: list[Any] = [Text(prior.label or str(prior), style="bold")]
    parts += [fact("Prior", f"{name} ~ {each}") for name, each in priors.items()]
    if prior.rationale:
        parts.append(fact("Why", prior.rationale))
    if prior.source:
        parts.append(fact("Source", prior.source))
    table = booktabs("Before any data", "Median", f"{percent(meaning.interval)} interval")
    for key, (label, kind) in _LABELS.items():
        limits = meaning.quantiles[key]
        if limits is None:
            table.add_row(label, "–", "–")
        else:
            low, middle, high = (written(value, kind) for value in limits)
            table.add_row(label, middle, f"{low} to {high}")
    sides = [
        f"{name} {written(value, 'exact probability')}"
        for name, value in (("benefit", meaning.p_benefit), ("harm", meaning.p_harm))
        if value is not None
    ]
    parts += ["", table, ""]
    parts.append(fact("P", ", ".join(sides) if sides else "not defined: the prior is improper"))
    for key in meaning.vague:
        share = meaning.extreme[key]
        parts.append(
            fact(
                "Note",
                f"{share:.0%} of {_LABELS[key][0].lower()} lies outside 0.01 to 0.99: "
                "vague on the log odds is not vague on the probability",
            )
        )
    return rendered(*parts)
