"""An estimate as a table, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.cli.streams import rendered
from bayes_rsa.cli.tables import as_csv, as_json, booktabs, fact, percent
from bayes_rsa.estimands import COUNTS, ESTIMANDS, available

if TYPE_CHECKING:
    from rich.table import Table

    from bayes_rsa.cli.estimate_result import Estimate

__all__ = ["WRITERS"]

SCHEMA: Final = "bayes-rsa/estimate/1"

_MODELS: Final = {
    "log_odds_ratio": "log odds ratio",
    "independent_arms": "independent arms",
    "log_risk_ratio": "log risk ratio",
    "risk_difference": "risk difference",
    "reported_effect": "printed effect, with a normal likelihood",
}
_KEY: Final = "CrI: equal-tailed credible interval; HDI: highest-density interval."
_LABELS: Final = {"p_treatment": "Risk, treatment", "p_control": "Risk, control"}


# ---- JSON -------------------------------------------------------------------------------------


def to_json(estimate: Estimate) -> str:
    """The object ``bayes-rsa/estimate/1``; null for what does not exist or is withheld."""
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "engine": estimate.engine,
        "model": estimate.model,
        "interval": estimate.interval,
        "estimands": None,
        "nnt": None,
        "probabilities": None,
        "bayes_factor_10": estimate.bayes_factor_10,
        "diagnostics": {"passed": True},
    }
    if estimate.passed:
        record["estimands"] = {key: _summary(estimate, key) for key in _keys(estimate)}
        record["nnt"] = _nnt(estimate)
        record["probabilities"] = {
            text: None if found is None else found.value
            for text, found in estimate.probabilities.items()
        }
    if estimate.verdict is not None:
        record["diagnostics"] = estimate.verdict.to_dict()
    return as_json(record)


def _keys(estimate: Estimate) -> tuple[str, ...]:
    """The measure's own estimands first, then whatever else counts would inform."""
    own = available(estimate.measure, counts=estimate.model != "reported_effect")
    return (*own, *(key for key in COUNTS if key not in own))


def _summary(estimate: Estimate, key: str) -> dict[str, Any] | None:
    found = estimate.summaries.get(key)
    if found is None:
        return None
    return {
        "mean": found.mean,
        "sd": found.sd,
        "median": found.median,
        "eti": list(found.eti),
        "hdi": list(found.hdi),
        "mcse_mean": found.mcse_mean,
    }


def _nnt(estimate: Estimate) -> dict[str, Any] | None:
    if estimate.nnt is None:
        return None
    return {
        "benefit_at_median": estimate.nnt.benefit_at_median,
        "interval": estimate.nnt.interval,
    }


# ---- CSV --------------------------------------------------------------------------------------

_COLUMNS: Final = (
    "kind",
    "name",
    "median",
    "eti_lower",
    "eti_upper",
    "hdi_lower",
    "hdi_upper",
    "mean",
    "sd",
    "mcse_mean",
    "probability",
    "error",
)


def to_csv(estimate: Estimate) -> str:
    """One row for each estimand, then one for each statement; only the header if withheld."""
    rows: list[dict[str, object]] = []
    for key, found in estimate.summaries.items():
        rows.append(
            {
                "kind": "estimand",
                "name": key,
                "median": found.median,
                "eti_lower": found.eti[0],
                "eti_upper": found.eti[1],
                "hdi_lower": found.hdi[0],
                "hdi_upper": found.hdi[1],
                "mean": found.mean,
                "sd": found.sd,
                "mcse_mean": found.mcse_mean,
            }
        )
    for text, known in estimate.probabilities.items():
        if known is not None:
            rows.append(
                {
                    "kind": "probability",
                    "name": text,
                    "probability": known.value,
                    "error": known.error,
                }
            )
    return as_csv(_COLUMNS, rows)


# ---- table ------------------------------------------------------------------------------------


def to_table(estimate: Estimate) -> str:
    """The result for people, 80 columns wide."""
    from rich.text import Text

    parts: list[Any] = [*_heading(estimate)]
    if not estimate.passed:
        return rendered(*parts)
    parts += ["", _estimands(estimate), "", Text(_KEY, style="dim")]
    if estimate.nnt is not None:
        parts.append(fact("NNT", _nnt_text(estimate)))
    if estimate.bayes_factor_10 is not None:
        parts.append(fact("BF10", _bayes_factor_text(estimate.bayes_factor_10)))
    parts += ["", _probabilities(estimate)]
    return rendered(*parts)


def _heading(estimate: Estimate) -> list[Any]:
    from rich.text import Text

    trial = estimate.trial
    unnamed = type(trial).__dataclass_fields__["name"].default
    title = trial.title or (trial.name if trial.name != unnamed else "")
    lines: list[Any] = [Text(title, style="bold")] if title else []
    lines += [Text(_data(estimate)), ""]
    lines.append(fact("Model", _MODELS[estimate.model]))
    for name, prior in estimate.priors.items():
        label = f" ({prior.label})" if prior.label else ""
        lines.append(fact("Prior", f"{name} ~ {prior}{label}"))
    lines.append(fact("Engine", _engine(estimate)))
    return lines


def _data(estimate: Estimate) -> str:
    trial = estimate.trial
    if estimate.model == "reported_effect" and trial.reported is not None:
        reported = trial.reported
        if reported.estimate is None:
            text = f"{'log ' if reported.is_log else ''}{reported.measure} {reported.location:g}"
        else:
            text = f"{reported.measure} {reported.estimate}"
        if reported.ci is None:
            text += f", standard error {reported.scale_se:g}"
        else:
            text += f" ({percent(reported.ci_level)} CI {reported.ci[0]} to {reported.ci[1]})"
        return f"{text}; {trial.better} is better"
    (y1, y0), (n1, n0) = trial.events, trial.n
    more = "more" if trial.better == "higher" else "fewer"
    first, second = trial.arms
    arms = f"{y1}/{n1} {first.name}, {y0}/{n0} {second.name}"
    return f"{trial.outcome.name}: {arms}; {more} is better"


def _engine(estimate: Estimate) -> str:
    worst = max((found.error for found in estimate.probabilities.values() if found), default=0.0)
    if estimate.engine == "exact":
        return f"exact quadrature; error of a probability at most {worst:.0e}"
    if not estimate.passed:
        return "NUTS; its diagnostics gate failed"
    sizes = [s.ess_bulk for s in estimate.summaries.values() if s.ess_bulk is not None]
    return (
        f"NUTS; bulk ESS at least {min(sizes):,.0f}; Monte Carlo standard error of a "
        f"probability at most {worst:.1g}, and the digits follow it"
    )


def _estimands(estimate: Estimate) -> Table:
    from bayes_rsa.report.numbers import written

    share = percent(estimate.interval)
    table = booktabs("", "Median", f"{share} CrI", f"{share} HDI", "Mean", "SD")
    for key, found in estimate.summaries.items():
        kind = ESTIMANDS[key].kind
        table.add_row(
            _LABELS.get(key, ESTIMANDS[key].label),
            written(found.median, kind, found.mcse_median),
            _limits(found.eti, kind, found.mcse_eti),
            _limits(found.hdi, kind, found.mcse_hdi),
            written(found.mean, kind, found.mcse_mean),
            written(found.sd, kind, found.mcse_sd),
        )
    return table


def _limits(limits: tuple[float, float], kind: str, errors: tuple[float, float] | None) -> str:
    from bayes_rsa.report.numbers import written

    error = None if errors is None else max(errors)
    return f"{written(limits[0], kind, error)} to {written(limits[1], kind, error)}"


def _nnt_text(estimate: Estimate) -> str:
    nnt = estimate.nnt
    if nnt is None:
        return ""
    at = ""
    if nnt.benefit_at_median is not None:
        at = f"NNTB {nnt.benefit_at_median:.1f} at the median risk difference; "
    elif nnt.harm_at_median is not None:
        at = f"NNTH {nnt.harm_at_median:.1f} at the median risk difference; "
    return f"{at}{percent(estimate.interval)} CrI {nnt.interval}"


def _bayes_factor_text(bf_10: float) -> str:
    inverse = f" (BF01 {1 / bf_10:.3g})" if bf_10 > 0 else ""
    return f"{bf_10:.3g} for this prior on the effect against no effect{inverse}"


def _probabilities(estimate: Estimate) -> Table:
    from bayes_rsa.report.numbers import written

    exact = estimate.engine == "exact"
    kind = "exact probability" if exact else "probability"
    table = booktabs("Statement", "Posterior probability", *(() if exact else ("MCSE",)))
    for text, known in estimate.probabilities.items():
        if known is not None:
            cells = [text, written(known.value, kind, None if exact else known.error)]
            table.add_row(*cells, *(() if exact else (written(known.error, "error"),)))
    return table


WRITERS: Final[Mapping[str, Callable[[Estimate], str]]] = MappingProxyType(
    {"table": to_table, "json": to_json, "csv": to_csv}
)
