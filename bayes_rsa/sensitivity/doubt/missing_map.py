"""P(statement) over what the missing might have had, and over how many might be missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bayes_rsa.exact import tables
from bayes_rsa.fields import check_count
from bayes_rsa.sensitivity.doubt.believed import Believed, reference_belief
from bayes_rsa.sensitivity.doubt.questions import event_of
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MissingMap:
    """Probability of a statement on a grid of two counts.

    Attributes
    ----------
    axes
        What the counts of (treatment, control) are: imputed events, or participants missing.
    counts
        The values along both axes.
    probability
        Shape ``(treatment, control)``.
    statement, prior
        What is asked, under which priors.
    assumed
        What is hypothetical about it, in words.
    """

    axes: tuple[str, str]
    counts: tuple[tuple[int, ...], tuple[int, ...]]
    probability: Floats
    statement: str
    prior: str
    assumed: str

    def tips(self, threshold: float) -> NDArray[np.bool_]:
        """Where the probability is below a threshold; the map's contour is its border."""
        return np.asarray(self.probability < threshold)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "axes": list(self.axes),
            "counts": [list(c) for c in self.counts],
            "probability": self.probability.tolist(),
            "statement": self.statement,
            "prior": self.prior,
            "assumed": self.assumed,
        }


def imputed_map(
    trial: Trial,
    missing: tuple[int, int],
    *,
    believed: Believed | None = None,
    statement: str = "benefit",
) -> MissingMap:
    """Every way in which the missing participants' outcomes might have turned out.

    Parameters
    ----------
    trial
        With the counts of those observed.
    missing
        Participants missing in (treatment, control), beside those counted.
    believed
        Priors; the reference's by default.
    statement
        What is asked.

    Returns
    -------
    MissingMap
        Shape ``(missing on treatment + 1, missing on control + 1)``: by imputed events.
    """
    m1, m0 = (
        check_count(f"missing.{arm}", m)
        for arm, m in zip(("treatment", "control"), missing, strict=True)
    )
    believed = believed or reference_belief(trial)
    (y1, y0), (n1, n0) = trial.events, trial.n
    counts = tuple(range(m1 + 1)), tuple(range(m0 + 1))
    shapes = _beta_shapes(believed)
    if shapes is not None and statement == "benefit":
        all_tables = tables.probability_of_superiority(
            (n1 + m1, n0 + m0), treatment=shapes[0], control=shapes[1]
        )
        values = all_tables[y1 : y1 + m1 + 1, y0 : y0 + m0 + 1]
        values = values if trial.better == "higher" else 1.0 - values
    else:
        values = np.array(
            [
                [
                    _probability(trial, (y1 + a, n1 + m1), (y0 + b, n0 + m0), believed, statement)
                    for b in counts[1]
                ]
                for a in counts[0]
            ]
        )
    return MissingMap(
        ("events imputed on treatment", "events imputed on control"),
        counts,
        values,
        statement,
        believed.text,
        f"{m1} + {m0} participants missing beside those counted (assumed)",
    )


def worst_case_map(
    trial: Trial,
    most: tuple[int, int],
    *,
    believed: Believed | None = None,
    statement: str = "benefit",
) -> MissingMap:
    """How many participants would have to be missing, their outcomes all against the treatment.

    Parameters
    ----------
    trial, believed, statement
        As in :func:`imputed_map`.
    most
        Largest number missing in (treatment, control).
    """
    believed = believed or reference_belief(trial)
    (y1, y0), (n1, n0) = trial.events, trial.n
    higher = trial.better == "higher"
    m1, m0 = (
        check_count(f"most.{arm}", m) for arm, m in zip(("treatment", "control"), most, strict=True)
    )
    counts = tuple(range(m1 + 1)), tuple(range(m0 + 1))
    values = np.array(
        [
            [
                _probability(
                    trial,
                    (y1 + (0 if higher else a), n1 + a),
                    (y0 + (b if higher else 0), n0 + b),
                    believed,
                    statement,
                )
                for b in counts[1]
            ]
            for a in counts[0]
        ]
    )
    return MissingMap(
        ("participants missing on treatment", "participants missing on control"),
        counts,
        values,
        statement,
        believed.text,
        "the numbers missing are hypothetical, their outcomes all against the treatment",
    )


def _probability(
    trial: Trial,
    treatment: tuple[int, int],
    control: tuple[int, int],
    believed: Believed,
    statement: str,
) -> float:
    table = Trial.from_counts(treatment=treatment, control=control, better=trial.better)
    return float(believed.exact(table).probability(event_of(trial, statement))[0])


def _beta_shapes(
    believed: Believed,
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    if believed.model != "independent_arms":
        return None
    shapes = []
    for arm in ("treatment", "control"):
        prior = believed.priors[arm]
        if prior.families != ("beta",) or not prior.is_proper:
            return None
        a, b = prior.components[0].arguments
        shapes.append((a, b))
    return shapes[0], shapes[1]
