"""Bayes factors for a contingency table by Gunel and Dickey, under four ways of sampling it."""

from __future__ import annotations

import math
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_choice, check_number
from bayes_rsa.trial import Trial

SAMPLING: Final = (
    "independent multinomial",
    "joint multinomial",
    "poisson",
    "hypergeometric",
)
"""What was fixed by design: the arms' sizes, the total, nothing, or both margins."""

Cells = tuple[int, int, int, int]


def gunel_dickey(
    trial: Trial, *, sampling: str = "independent multinomial", concentration: float = 1.0
) -> float:
    """BF10 of dependence between arm and outcome against independence.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    sampling
        What was fixed by design: ``independent multinomial`` (the size of each arm, as in a
        trial), ``joint multinomial`` (the total), ``poisson`` (nothing) or ``hypergeometric``
        (both margins).
    concentration
        Dirichlet parameter of each cell under dependence, above 1/2: with ``a`` in each cell the
        margins have ``2a - 1`` under independence.

    Raises
    ------
    InputError
        If the trial has no counts, or an argument is out of range.

    References
    ----------
    Gunel E, Dickey J. Bayes factors for independence in contingency tables. Biometrika
    1974;61:545-557. doi:10.1093/biomet/61.3.545

    Jamil T, Ly A, Morey RD, Love J, Marsman M, Wagenmakers EJ. Default Gunel and Dickey Bayes
    factors for contingency tables. Behav Res Methods 2017;49:638-652.
    doi:10.3758/s13428-016-0739-8

    Examples
    --------
    >>> trial = Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> round(gunel_dickey(trial), 4)
    2.1718
    """
    check_choice("sampling", sampling, SAMPLING)
    a = check_number("concentration", concentration, above=0)
    if not a > 0.5:
        raise InputError(
            "concentration",
            a,
            "it is greater than 1/2, or the margins have an improper prior under independence",
            "use 1",
        )
    if not trial.has_counts:
        raise InputError(
            "trial", trial.name, "it needs the events and n of both arms", "give the counts"
        )
    (y1, y0), (n1, n0) = trial.events, trial.n
    cells = (y1, n1 - y1, y0, n0 - y0)
    if sampling == "hypergeometric":
        return math.exp(_both_margins(cells, a))
    margin = 2 * a - 1
    events = _log_dirichlet((y1 + y0, cells[1] + cells[3]), margin)
    if sampling == "independent multinomial":
        arms = _log_dirichlet(cells[:2], a) + _log_dirichlet(cells[2:], a)
        return math.exp(arms - events)
    others = _log_dirichlet((n1, n0), margin)
    if sampling == "joint multinomial":
        return math.exp(_log_dirichlet(cells, a) - events - others)
    # The total is Poisson, with a gamma prior on its mean whose rate makes the prior worth about
    # one cell's share; under independence its shape has one parameter fewer.
    n = n1 + n0
    if n == 0:
        return 1.0
    rate = 4 * a / n
    dependent = math.fsum(math.lgamma(y + a) - math.lgamma(a) for y in cells)
    total = math.lgamma(n + 4 * a - 1) - math.lgamma(4 * a - 1)
    return math.exp(math.log(rate / (1 + rate)) + dependent - total - events - others)


def _both_margins(cells: Cells, a: float) -> float:
    y1, x1, y0, x0 = cells
    low, high = max(0, y1 - x0), min(y1 + x1, y1 + y0)
    tables = [(k, y1 + x1 - k, y1 + y0 - k, x0 - y1 + k) for k in range(low, high + 1)]
    chance = [-math.fsum(math.lgamma(c + 1) for c in table) for table in tables]
    prior = [math.fsum(math.lgamma(c + a) - math.lgamma(c + 1) for c in table) for table in tables]
    here = y1 - low
    return (prior[here] - _log_sum(prior)) - (chance[here] - _log_sum(chance))


def _log_dirichlet(counts: tuple[int, ...], a: float) -> float:
    """Log of D(counts + a) / D(a), with D the Dirichlet distribution's constant."""
    n, k = sum(counts), len(counts)
    parts = math.fsum(math.lgamma(y + a) - math.lgamma(a) for y in counts)
    return parts - math.lgamma(n + k * a) + math.lgamma(k * a)


def _log_sum(logs: list[float]) -> float:
    top = max(logs)
    return top + math.log(math.fsum(math.exp(x - top) for x in logs))
