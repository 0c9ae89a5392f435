"""How few outcomes, changed in one arm, undo a conclusion: Walsh's index and the Bayesian curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_choice, check_integer, check_number
from bayes_rsa.frequentist import fisher_test, pearson_test
from bayes_rsa.frequentist.records import PValue
from bayes_rsa.sensitivity.doubt.believed import Believed, reference_belief
from bayes_rsa.sensitivity.doubt.questions import event_of
from bayes_rsa.trial import Trial

TESTS: Final[Mapping[str, Callable[[int, int, int, int], PValue]]] = MappingProxyType(
    {"fisher": fisher_test, "pearson": pearson_test}
)
ARMS: Final = ("control", "treatment")


@dataclass(frozen=True, slots=True)
class Fragility:
    """The fewest outcomes changed in one arm at which a criterion fails.

    Attributes
    ----------
    criterion
        What must hold: ``fisher P < 0.05``, ``P(benefit) > 0.975``.
    arm, change
        Arm whose outcomes change, and how: +1 non-events become events, -1 the reverse.
    initially_met
        Whether the criterion holds in the trial as reported.
    index
        The fewest changes; 0 if it is not met initially, None if no number of changes undoes it.
    quotient
        The index over all participants; None if there is no index.
    value
        P value or probability after each number of changes, from 0 to the index.
    prior
        What a probability belongs to; empty for a test.
    """

    criterion: str
    arm: str
    change: int
    initially_met: bool
    index: int | None
    quotient: float | None
    value: tuple[float, ...]
    prior: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "criterion": self.criterion,
            "arm": self.arm,
            "change": self.change,
            "initially_met": self.initially_met,
            "index": self.index,
            "quotient": self.quotient,
            "values": list(self.value),
            "prior": self.prior,
        }


@dataclass(frozen=True, slots=True)
class FragilityCurve:
    """P(statement) when k outcomes of one arm change against the treatment.

    Attributes
    ----------
    statement, prior, arm, change
        As in :class:`Fragility`.
    k, probability
        The curve.
    """

    statement: str
    prior: str
    arm: str
    change: int
    k: tuple[int, ...]
    probability: tuple[float, ...]


def walsh_fragility(
    trial: Trial, *, arm: str = "control", test: str = "fisher", alpha: float = 0.05
) -> Fragility:
    """Fewest outcomes changed in one arm at which a test is no longer significant.

    Parameters
    ----------
    trial
        With counts.
    arm
        Arm whose outcomes change, towards the other's rate. Walsh et al. change non-events to
        events in the arm with fewer events.
    test
        ``fisher`` (two-sided, as in Walsh et al.) or ``pearson`` (without correction).
    alpha
        Level of the test.

    References
    ----------
    Walsh M et al. The statistical significance of randomized controlled trial results is frequently
    fragile. J Clin Epidemiol 2014;67:622-628. doi:10.1016/j.jclinepi.2013.10.019
    """
    check_choice("test", test, TESTS)
    alpha = check_number("alpha", alpha, above=0, below=1)
    change = _towards_other(trial, arm)
    p_value = TESTS[test]

    def value(table: Trial) -> float:
        (y1, y0), (n1, n0) = table.events, table.n
        return p_value(y1, n1, y0, n0).p

    criterion = f"{test} P < {alpha:g}"
    return _fragility(trial, arm, change, value, lambda p: p < alpha, criterion, "")


def bayesian_fragility(
    trial: Trial,
    *,
    arm: str = "control",
    statement: str = "benefit",
    threshold: float = 0.975,
    believed: Believed | None = None,
) -> Fragility:
    """Fewest outcomes changed in one arm at which a statement is no longer probable enough.

    Parameters
    ----------
    trial
        With counts.
    arm
        Arm whose outcomes change, against the treatment.
    statement, threshold
        The criterion is P(statement) > threshold.
    believed
        Priors; the reference's by default.
    """
    threshold = check_number("threshold", threshold, above=0, below=1)
    believed = believed or reference_belief(trial)
    change = _against_treatment(trial, arm)
    criterion = f"P({statement}) > {threshold:g}"
    value = _probability(trial, statement, believed)
    return _fragility(trial, arm, change, value, lambda p: p > threshold, criterion, believed.text)


def fragility_curve(
    trial: Trial,
    *,
    most: int = 10,
    arm: str = "control",
    statement: str = "benefit",
    believed: Believed | None = None,
) -> FragilityCurve:
    """P(statement) as outcomes of one arm change, one by one, against the treatment.

    Parameters
    ----------
    most
        Largest number of changes; fewer if the arm has no more outcomes to change.
    trial, arm, statement, believed
        As in :func:`bayesian_fragility`.
    """
    most = check_integer("most", most, least=1)
    believed = believed or reference_belief(trial)
    change = _against_treatment(trial, arm)
    k = tuple(range(min(most, _room(trial, arm, change)) + 1))
    value = _probability(trial, statement, believed)
    found = tuple(value(_changed(trial, arm, change * j)) for j in k)
    return FragilityCurve(statement, believed.text, arm, change, k, found)


def _fragility(
    trial: Trial,
    arm: str,
    change: int,
    value: Callable[[Trial], float],
    holds: Callable[[float], bool],
    criterion: str,
    prior: str,
) -> Fragility:
    values = [value(trial)]
    met = holds(values[0])
    room = _room(trial, arm, change)
    while holds(values[-1]) and len(values) <= room:
        values.append(value(_changed(trial, arm, change * len(values))))
    index = None if holds(values[-1]) else len(values) - 1
    quotient = None if index is None else index / sum(trial.n)
    return Fragility(criterion, arm, change, met, index, quotient, tuple(values), prior)


def _probability(trial: Trial, statement: str, believed: Believed) -> Callable[[Trial], float]:
    event = event_of(trial, statement)
    return lambda table: float(believed.exact(table).probability(event)[0])


def _against_treatment(trial: Trial, arm: str) -> int:
    _require(trial, arm)
    good = 1 if trial.better == "higher" else -1
    return good if arm == "control" else -good


def _towards_other(trial: Trial, arm: str) -> int:
    _require(trial, arm)
    (y1, y0), (n1, n0) = trial.events, trial.n
    if 0 in (n1, n0) or y1 * n0 == y0 * n1:
        raise InputError(
            "trial", trial.name, "both arms have one rate, so nothing is significant", "look closer"
        )
    treatment_higher = y1 * n0 > y0 * n1
    return 1 if treatment_higher == (arm == "control") else -1


def _require(trial: Trial, arm: str) -> None:
    check_choice("arm", arm, ARMS)
    if not trial.has_counts:
        raise InputError(
            "trial", trial.name, "only counted outcomes can change", "give the counts of both arms"
        )


def _room(trial: Trial, arm: str, change: int) -> int:
    place = 0 if arm == "treatment" else 1
    events, n = trial.events[place], trial.n[place]
    return n - events if change > 0 else events


def _changed(trial: Trial, arm: str, by: int) -> Trial:
    (y1, y0), (n1, n0) = trial.events, trial.n
    y1, y0 = (y1 + by, y0) if arm == "treatment" else (y1, y0 + by)
    return Trial.from_counts(treatment=(y1, n1), control=(y0, n0), better=trial.better)
