"""The named set: the priors that a reanalysis is shown under, besides the reference."""

from __future__ import annotations

from collections.abc import Iterator

from bayes_rsa import defaults
from bayes_rsa.analysis.specification import Specification
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior, archetypes, enthusiastic, sceptical, zampieri
from bayes_rsa.trial import Trial

_ARMS = ("uniform", "jeffreys", "kerman", "beta 2 2")
_TOPICS = ("pregnancy and childbirth", "gynaecology and fertility", "cochrane")


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
    measure = "log RR" if trial.measure == "RR" else "log OR"
    for topic in _TOPICS:
        prior = known[f"{topic} {measure}"]
        yield _contrast(trial, prior.label, prior, "Empirical, Cochrane")
    if trial.has_counts:
        for name in _ARMS:
            prior = known[name]
            arms = {"treatment": prior, "control": prior}
            yield Specification(prior.label, "independent_arms", arms, "Independent arms")


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
