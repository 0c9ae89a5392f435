"""The statements that a report answers, stated before their numbers."""

from __future__ import annotations

from bayes_rsa import defaults
from bayes_rsa.trial import Trial


def default_statements(trial: Trial) -> tuple[str, ...]:
    """Statements for a trial: benefit, its size, harm, equivalence, and the trial's thresholds.

    Parameters
    ----------
    trial
        Its direction decides on which side of the null benefit lies; its thresholds are added.

    Returns
    -------
    tuple of str
        Each readable by ``bayes_rsa.estimands.Statement.parse``.
    """
    upwards = trial.better == "higher"
    measure = trial.measure
    if measure not in ("OR", "RR", "HR"):
        return ("benefit", "harm", *(t.statement for t in trial.thresholds))
    worthwhile, severe = defaults.WORTHWHILE_RATIO, defaults.SEVERE_HARM_RATIO
    low, high = defaults.ROPE_RATIO
    ratio = (
        (f"{measure} > 1", f"{measure} > {worthwhile:g}", f"{measure} < {severe:g}")
        if upwards
        else (f"{measure} < 1", f"{measure} < {severe:g}", f"{measure} > {worthwhile:g}")
    )
    thresholds = tuple(t.statement for t in trial.thresholds)
    benefit, sizeable, severe_harm = ratio
    return (
        benefit,
        sizeable,
        *thresholds,
        "harm",
        severe_harm,
        f"{low:.4g} < {measure} < {high:g}",
    )
