"""Fewest outcomes that would have to be other than reported, or missing, to tip a conclusion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bayes_rsa import defaults
from bayes_rsa.sensitivity.doubt.believed import Believed, reference_belief
from bayes_rsa.sensitivity.doubt.questions import event_of
from bayes_rsa.sensitivity.doubt.records import DoubtTipping
from bayes_rsa.sensitivity.doubt.sampled import SampledDoubts, Table
from bayes_rsa.trial import Trial

_MOST_MISSING: Final = 60


def fewest_changed_outcomes(
    trial: Trial,
    *,
    believed: Believed | None = None,
    statement: str = "benefit",
    thresholds: Sequence[float] = defaults.DOUBT_THRESHOLDS,
    engine: str = "exact",
    seed: int = defaults.SEED,
    sampled: SampledDoubts | None = None,
) -> DoubtTipping:
    """Fewest outcomes, in either arm or both, whose reversal tips a probability.

    Parameters are those of :func:`doubt_tipping`. Every way to share the changes between the arms
    is tried; each change is against the treatment.
    """
    (y1, y0), n = trial.events, trial.n
    sign = 1 if trial.better == "higher" else -1
    room = (y1, n[1] - y0) if sign > 0 else (n[0] - y1, y0)

    def tables(k: int) -> list[Table]:
        shares = [(a, k - a) for a in range(k + 1) if a <= room[0] and k - a <= room[1]]
        return [((y1 - sign * a, y0 + sign * b), n) for a, b in shares]

    return _counted(
        trial,
        tables,
        sum(room),
        believed or reference_belief(trial),
        statement,
        thresholds,
        engine,
        seed,
        sampled,
        key="changed_outcomes",
        what="outcomes changed against the treatment, in either arm",
        words=lambda k: (
            f"{k} outcomes or more were other than reported, each against the treatment"
        ),
    )


def fewest_missing(
    trial: Trial,
    *,
    believed: Believed | None = None,
    statement: str = "benefit",
    thresholds: Sequence[float] = defaults.DOUBT_THRESHOLDS,
    engine: str = "exact",
    seed: int = defaults.SEED,
    sampled: SampledDoubts | None = None,
) -> DoubtTipping:
    """Fewest participants missing in each arm, all their outcomes against the treatment, that tip.

    Parameters are those of :func:`doubt_tipping`. The number is hypothetical: those missing stand
    beside the participants counted, the same number in each arm.
    """
    (y1, y0), (n1, n0) = trial.events, trial.n
    higher = trial.better == "higher"

    def tables(m: int) -> list[Table]:
        added = (0, m) if higher else (m, 0)
        return [((y1 + added[0], y0 + added[1]), (n1 + m, n0 + m))]

    return _counted(
        trial,
        tables,
        _MOST_MISSING,
        believed or reference_belief(trial),
        statement,
        thresholds,
        engine,
        seed,
        sampled,
        key="missing",
        what="participants missing in each arm, every outcome against the treatment",
        words=lambda m: (
            f"beside those counted {m} participants or more in each arm were missing (a "
            "hypothetical number), and every one of their outcomes was against the treatment"
        ),
        assumed="the number missing is hypothetical, and the same in both arms",
    )


def _counted(
    trial: Trial,
    tables: Callable[[int], list[Table]],
    most: int,
    believed: Believed,
    statement: str,
    thresholds: Sequence[float],
    engine: str,
    seed: int,
    sampled: SampledDoubts | None,
    *,
    key: str,
    what: str,
    words: Callable[[int], str],
    assumed: str = "",
) -> DoubtTipping:
    probability = _by_engine(trial, believed, statement, engine, seed, sampled)
    first = probability(tables(0)[0])
    amounts: dict[float, float | None] = dict.fromkeys(thresholds)
    last, k = first, 0
    open_ = {t for t in thresholds if first >= t}
    while open_ and k < most:
        k += 1
        last = min(probability(table) for table in tables(k))
        for t in [t for t in open_ if last < t]:
            amounts[t] = k
            open_.discard(t)
    missed = f"{what}: even {k} leave P({statement}) at {last:.3f}"
    return DoubtTipping(
        key,
        what,
        believed.text,
        believed.likelihood,
        statement,
        engine,
        first,
        amounts,
        dict.fromkeys(thresholds),
        (float(k), last),
        {t: missed if x is None else words(int(x)) for t, x in amounts.items()},
        assumed,
    )


def _by_engine(
    trial: Trial,
    believed: Believed,
    statement: str,
    engine: str,
    seed: int,
    sampled: SampledDoubts | None,
) -> Callable[[Table], float]:
    if engine == "exact":
        event = event_of(trial, statement)
        return lambda table: believed.exact(_as_trial(table, trial)).probability(event)[0]
    by_nuts = sampled or SampledDoubts(trial, believed, statement, seed=seed)
    known: dict[Table, float] = {}

    def probability(table: Table) -> float:
        if table not in known:
            known[table] = by_nuts.counted(table, len(known))[0]
        return known[table]

    return probability


def _as_trial(table: Table, trial: Trial) -> Trial:
    (y1, y0), (n1, n0) = table
    return Trial.from_counts(treatment=(y1, n1), control=(y0, n0), better=trial.better)
