"""The named set: the priors that a reanalysis is shown under, besides the reference."""

from __future__ import annotations

from collections.abc import Iterator

from bayes_rsa import defaults
from bayes_rsa.analysis.specification import Specification
from bayes_rsa.errors import InputError
from bayes_rsa.priors import (
    Prior,
    archetypes,
    enthusiastic,
    find_archetype,
    sceptical,
    zampieri,
)
from bayes_rsa.trial import Trial

_ARMS = ("uniform", "jeffreys", "kerman", "beta 2 2")
_EFFECT = {"OR": "log_odds_ratio", "RR": "log_risk_ratio"}


def reference_specification(trial: Trial) -> Specification:
    """The reference analysis: log odds ratio ~ N(0, 1), midpoint ~ N(0, 1.5).

    A trial known only by its effect gets the same prior on the log of its ratio.

    Raises
    ------
    InputError
        For a difference: no prior fits every unit, so there is no default.
    """
    _require_ratio(trial)
    prior = Prior.normal(0.0, defaults.REFERENCE_EFFECT_SD)
    return _contrast(trial, "Reference analysis", prior, "Reference")


def named_set(trial: Trial) -> tuple[Specification, ...]:
    """The named set for a trial, in the order printed.

    Zampieri's nine and Spiegelhalter's sceptical and enthusiastic priors need the planned odds
    ratio; they are left out where it is unknown, and marked as resting on an assumption where the
    trial file says that it is assumed. The rows on the arms' probabilities need counts.

    Parameters
    ----------
    trial
        A trial with counts, or one that reports a ratio.

    Raises
    ------
    InputError
        For a difference: name the priors in the analysis instead.
    """
    _require_ratio(trial)
    return tuple(_rows(trial))


def _rows(trial: Trial) -> Iterator[Specification]:
    known = archetypes()
    planned = trial.planned
    if planned is not None:
        words = f"planned odds ratio {planned.odds_ratio:.4g}"
        note = f"{words}, assumed: {planned.reason}" if planned.assumed else words
        assumed = planned.assumed
        for name, prior in zampieri(planned.odds_ratio, trial.better).items():
            # The neutral priors do not depend on the planned effect.
            if name.startswith("neutral"):
                yield _contrast(trial, prior.label, prior, "Zampieri")
            else:
                yield _contrast(trial, prior.label, prior, "Zampieri", note=note, assumed=assumed)
        for name, prior in (
            ("Sceptical", sceptical(planned.odds_ratio, trial.better)),
            ("Enthusiastic", enthusiastic(planned.odds_ratio, trial.better)),
        ):
            group = "Spiegelhalter, Freedman, Parmar"
            yield _contrast(trial, name, prior, group, note=note, assumed=assumed)
    else:
        for strength in ("weak", "moderate", "strong"):
            prior = known[f"neutral {strength}"]
            yield _contrast(trial, prior.label, prior, "Zampieri")
    yield _contrast(trial, "Vague reference", known["reference"], "Vague and weakly informative")
    gunhan = known["gunhan"]
    yield _contrast(trial, gunhan.label, gunhan, "Vague and weakly informative")
    for prior in _empirical(trial):
        yield _contrast(trial, prior.label, prior, "Empirical, Cochrane")
    if trial.has_counts:
        for name in _ARMS:
            prior = known[name]
            arms = {"treatment": prior, "control": prior}
            yield Specification(prior.label, "independent_arms", arms, "Independent arms")


def _empirical(trial: Trial) -> list[Prior]:
    """Empirical priors on this trial's measure: those of its field, and the whole database."""
    parameter = _EFFECT.get(trial.measure)
    names = (*trial.field_priors, f"cochrane {'log RR' if trial.measure == 'RR' else 'log OR'}")
    found = [find_archetype(name) for name in names]
    return [prior for prior in found if prior.parameter == parameter]


def base_rates(trial: Trial) -> tuple[Prior, ...]:
    """Priors on the control log odds that the trial's field offers, for absolute effects."""
    found = (find_archetype(name) for name in trial.field_priors)
    return tuple(prior for prior in found if prior.parameter == "baseline_log_odds")


def _contrast(
    trial: Trial, name: str, prior: Prior, group: str, *, note: str = "", assumed: bool = False
) -> Specification:
    if not trial.has_counts:
        return Specification(name, "reported_effect", {"effect": prior}, group, note, assumed)
    priors = {"effect": prior, "midpoint": Prior.normal(0.0, defaults.MIDPOINT_SD)}
    return Specification(name, "log_odds_ratio", priors, group, note, assumed)


def _require_ratio(trial: Trial) -> None:
    if trial.measure not in ("OR", "RR", "HR"):
        raise InputError(
            "trial.reported.measure",
            trial.measure,
            "a difference has a unit, and no prior fits every unit",
            "name the reference and the priors in an [analysis] file",
        )
