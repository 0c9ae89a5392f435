"""The two symmetries of a trial: exchanging its arms, and exchanging events with non-events."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bayes_rsa.errors import InputError

if TYPE_CHECKING:
    from bayes_rsa.trial.value import Trial

__all__ = ["relabelled", "swapped"]


def swapped(trial: Trial) -> Trial:
    """Return the trial with its arms exchanged, the outcome as it is.

    Ratios are inverted and differences change their sign; they become computed effects, because
    nobody printed them so. Thresholds are dropped: they name the old contrast.

    Raises
    ------
    InputError
        A biomarker is known from patient-level data, whose arms stand in their file.
    """
    return replace(
        trial,
        treatment=trial.control,
        control=trial.treatment,
        percentages=trial.percentages[::-1],
        reported=None if trial.reported is None else trial.reported.reversed(),
        planned=None if trial.planned is None else trial.planned.reversed(),
        biomarkers=tuple(marker.exchanged() for marker in trial.biomarkers),
        thresholds=(),
        intervention=trial.comparator,
        comparator=trial.intervention,
    )


def relabelled(trial: Trial) -> Trial:
    """Return the trial with events and non-events exchanged, the better direction reversed.

    An odds ratio is inverted and a risk difference changes its sign. A risk ratio or a hazard ratio
    of events says nothing of one of non-events: it is dropped where counts are known. Thresholds
    and printed percentages are dropped.

    Raises
    ------
    InputError
        Only a risk ratio, a hazard ratio or a mean difference is known.
    """
    reported = trial.reported
    if reported is not None and reported.measure in ("OR", "RD"):
        reported = reported.reversed()
    elif trial.has_counts:
        reported = None
    elif reported is not None:
        raise InputError(
            "reported.measure",
            reported.measure,
            "this measure of events says nothing of one of non-events",
            "give the counts of both arms",
        )
    return replace(
        trial,
        treatment=None if trial.treatment is None else trial.treatment.relabelled(),
        control=None if trial.control is None else trial.control.relabelled(),
        outcome=trial.outcome.relabelled(),
        percentages=(None, None),
        reported=reported,
        planned=None if trial.planned is None else trial.planned.reversed(),
        thresholds=(),
        # Decimal keeps 1 - 0.7 at 0.3.
        baseline_risks=tuple(float(1 - Decimal(repr(risk))) for risk in trial.baseline_risks),
    )
