"""External studies as a model's data, and what has to hold before anything is borrowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt

from bayes_rsa.errors import InputError
from bayes_rsa.models._arms import binomial_logp
from bayes_rsa.models.biomarkers._parameters import vector
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    from bayes_rsa.evidence import Study

Tensor = Any

STUDY: Final = "study"
"""Dim of the external studies."""
OBSERVED: Final = "study_outcome"
"""The observed variable of their counts."""


def check_studies(
    trial: Trial, studies: Sequence[Study], *, both_arms: bool = False
) -> tuple[Study, ...]:
    """The studies, if each may stand beside the others and the trial.

    Parameters
    ----------
    both_arms
        Whether every study needs a treatment arm.

    Raises
    ------
    InputError
        If there is none, one stands twice or holds another's or the trial's patients, or lacks an
        arm.
    """
    found = tuple(studies)
    if not found:
        raise InputError("studies", "none", "there is nothing to borrow from", "give studies")
    keys = [study.key for study in found]
    for study in found:
        if keys.count(study.key) > 1:
            raise InputError("studies", study.key, "a study counts once", "leave one of them out")
        if study.overlaps in keys:
            raise InputError(
                "studies",
                study.key,
                f"it holds patients of {study.overlaps}, and they would count twice",
                "leave one of them out",
            )
        if trial.doi and study.doi == trial.doi:
            raise InputError(
                "studies", study.key, "it is the trial itself", "leave it out of the studies"
            )
        if study.control is None or (both_arms and study.treatment is None):
            absent = "control" if study.control is None else "treatment"
            raise InputError(
                f"{study.key}.{absent}",
                "missing",
                f"what is borrowed needs the {absent} arm",
                "leave the study out",
            )
    return found


def add_studies(
    model: pm.Model, trial: Trial, studies: Sequence[Study], *, treatment: bool
) -> None:
    """Add the dim ``study`` and the data ``study_events`` and ``study_n`` over (study, arm).

    An arm that is missing, or not used, has n = 0. Studies count the good outcome; where fewer
    events are better, the others are counted.
    """
    model.add_coord(STUDY, [study.label for study in studies])
    events, n = np.zeros((len(studies), 2), dtype=np.int64), np.zeros((len(studies), 2), np.int64)
    for row, study in enumerate(studies):
        for column, arm in enumerate((study.treatment if treatment else None, study.control)):
            if arm is not None:
                good = trial.better == "higher"
                events[row, column] = arm.events if good else arm.n - arm.events
                n[row, column] = arm.n
    for name, counts in (("study_events", events), ("study_n", n)):
        # pm.Data would make the counts int32.
        data = pytensor.shared(counts, model.name_for(name), shape=counts.shape)
        model.register_data_var(data, dims=(STUDY, "arm"))


def observe_studies(
    model: pm.Model, *, log_odds_treatment: Tensor, log_odds_control: Tensor
) -> None:
    """Add ``study_outcome`` (study, arm): events given each study's two log odds."""
    pm.CustomDist(
        OBSERVED,
        model["study_n"],
        pt.stack([log_odds_treatment, log_odds_control], axis=1),
        logp=binomial_logp,
        dist=_binomial,
        signature="(),()->()",
        class_name="Binomial",
        observed=model["study_events"],
        dims=(STUDY, "arm"),
    )


def _binomial(n: Tensor, log_odds: Tensor, size: Tensor) -> Tensor:
    return pm.Binomial.dist(n=n, p=pt.sigmoid(log_odds), size=size)


def design_bias(
    model: pm.Model, studies: Sequence[Study], name: str, prior: Prior | None, borrowed: str
) -> tuple[Tensor, dict[str, Prior]]:
    """Bias of each study, 0 where it was randomised; and the card's entry.

    Parameters
    ----------
    name
        Of the free variable, over the dim ``non_randomised``.
    prior
        Prior of each bias, independent between studies; None where there is none to give.
    borrowed
        What the bias is added to, in words.

    Raises
    ------
    InputError
        If a study was not randomised and there is no prior on its bias, or the other way round.
    """
    places = [k for k, study in enumerate(studies) if not study.randomised]
    if not places:
        if prior is not None:
            raise InputError(name, str(prior), "every study was randomised", f"leave {name} out")
        return pt.zeros(len(studies)), {}
    if prior is None:
        raise InputError(
            name,
            "missing",
            f"{studies[places[0]].label} was not randomised: its {borrowed} may be borrowed only "
            "through a bias with a prior of its own",
            f"give {name}, such as normal(0, 0.5), or leave the study out",
        )
    model.add_coord("non_randomised", [studies[k].label for k in places])
    at = pm.Data(f"{name}_study", np.array(places, dtype=np.int64), dims="non_randomised")
    free = vector(name, prior, "non_randomised")
    return pt.set_subtensor(pt.zeros(len(studies))[at], free), {name: prior}
