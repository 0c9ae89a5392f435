"""One cell of a sweep by NUTS: its numbers, their errors, and the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.estimands import ESTIMANDS, Event, of_measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bayes_rsa.inference.raw import RawDraws
    from bayes_rsa.sensitivity.plan import Plan

    Floats = NDArray[np.float64]


def described(plan: Plan, raw: RawDraws, parameters: Sequence[str]) -> dict[str, Any]:
    """Every column of one cell.

    Parameters
    ----------
    plan
        The sweep.
    raw
        Draws over (chain, draw).
    parameters
        Names of the model's free variables.
    """
    from arviz_stats.base import array_stats

    judged = estimand_draws(plan, raw.values)
    # The effect is one of the estimands already.
    free = [raw.values[name] for name in parameters if name not in (*judged, "effect")]
    stack = np.stack([*judged.values(), *free])
    rhat = array_stats.rhat(stack)
    bulk = array_stats.ess(stack, method="bulk")
    tail = array_stats.ess(stack, method="tail", prob=defaults.TAILS)
    row: dict[str, Any] = {
        "ess_bulk": float(np.min(bulk)),
        "ess_tail": float(np.min(tail)),
        "rhat": float(np.max(rhat)),
        "divergences": int(raw.stats["diverging"].sum()),
    }
    tail_of = dict(zip(judged, tail, strict=False))
    pairs = [_probability(judged, event, tail_of) for event in plan.events]
    row["probability"], row["error"] = [p for p, _ in pairs], [e for _, e in pairs]
    quantiles = [_quantiles(draws_of(judged, key), plan.quantiles) for key in plan.estimands]
    for k, name in enumerate(("eti_lower", "median", "eti_upper")):
        row[name] = [values[k] for values, _ in quantiles]
        row[f"{name}_error"] = [errors[k] for _, errors in quantiles]
    row["reason"] = failures(row, raw.stats)
    row["passed"] = not row["reason"]
    return row


def estimand_draws(plan: Plan, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Draws of every estimand over (chain, draw), ratios as logs."""
    if not plan.counts:
        estimand = of_measure(plan.measure)
        return {estimand.log_key or estimand.key: values["effect"]}
    p1, p0 = values["p_treatment"], values["p_control"]
    found = {"log_odds_ratio": values["log_odds_ratio"]}
    for key in ("log_risk_ratio", "risk_difference"):
        found[key] = ESTIMANDS[key].compute(p1, p0)
    return found | {"p_treatment": p1, "p_control": p0}


def draws_of(judged: Mapping[str, Floats], key: str) -> Floats:
    """Draws of an estimand on its own scale."""
    log_key = ESTIMANDS[key].log_key
    return judged[key] if log_key is None else np.exp(judged[log_key])


def _probability(
    judged: Mapping[str, Floats], event: Event, tail: Mapping[str, float]
) -> tuple[float, float]:
    from arviz_stats.base import array_stats

    draws = draws_of(judged, event.estimand)
    holds = ((draws > event.lower) & (draws < event.upper)).astype(float)
    value, size = float(holds.mean()), holds.size
    # An event that holds in (almost) every draw has no empirical error: shrink towards 1/2.
    shrunk = (holds.sum() + 1) / (size + 2)
    key = ESTIMANDS[event.estimand].log_key or event.estimand
    floor = float(np.sqrt(shrunk * (1 - shrunk) / tail[key]))
    if not 0 < value < 1:
        return value, floor
    return value, float(np.fmax(array_stats.mcse(holds, method="mean"), floor))


def _quantiles(draws: Floats, levels: Sequence[float]) -> tuple[list[float], list[float]]:
    from arviz_stats.base import array_stats

    values = [float(x) for x in np.quantile(draws, levels)]
    return values, [float(array_stats.mcse(draws, method="quantile", prob=q)) for q in levels]


def failures(row: Mapping[str, Any], stats: Mapping[str, Any]) -> str:
    """Which checks of the gate failed; empty if none did. See ``bayes_rsa.diagnostics``."""
    from arviz_stats.base import array_stats

    bfmi = float(np.min(array_stats.bfmi(stats["energy"])))
    deep = int(stats["maxdepth_reached"].sum())
    checks = (
        (row["rhat"] < defaults.RHAT_MAX, f"R-hat {row['rhat']:.4f}"),
        (row["ess_bulk"] >= defaults.ESS_MIN, f"bulk ESS {row['ess_bulk']:.0f}"),
        (row["ess_tail"] >= defaults.ESS_MIN, f"tail ESS {row['ess_tail']:.0f}"),
        (row["divergences"] <= defaults.DIVERGENCES_MAX, f"{row['divergences']} divergences"),
        (bfmi > defaults.BFMI_MIN, f"E-BFMI {bfmi:.2f}"),
        (deep == 0, f"{deep} trajectories cut off"),
    )
    return ", ".join(text for passed, text in checks if not passed)
