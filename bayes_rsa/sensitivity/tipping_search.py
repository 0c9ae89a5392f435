"""Finding every crossing of a threshold along one hyperparameter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.tipping_records import TippingPoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bayes_rsa.sensitivity.questions import Question

    Floats = NDArray[np.float64]

POINTS: Final = 49
"""Number of values at which a probability is computed before its crossings are narrowed down."""
_SHARE: Final = 1e-13
_STEPS: Final = 80


def tipping_point(
    question: Question,
    priors: Callable[[Sequence[float]], Sequence[Prior]],
    scan: Floats,
    threshold: float,
    *,
    varied: str,
    fixed: str,
) -> TippingPoint:
    """Every value of a hyperparameter at which a probability crosses a threshold.

    Parameters
    ----------
    question
        Priors -> posterior probabilities.
    priors
        Values of the hyperparameter -> priors.
    scan
        Values between which crossings are looked for, ascending. Two crossings between neighbours
        are not seen.
    threshold
        Posterior probability that tips.
    varied, fixed
        What varies and what does not, in words.
    """
    check_threshold(threshold)
    gaps = question(priors(scan.tolist())) - threshold
    found = [float(x) for x, gap in zip(scan, gaps, strict=True) if gap == 0]
    found += [
        root_between(
            lambda x: float(question(priors([x]))[0]) - threshold,
            (float(scan[k]), float(gaps[k])),
            (float(scan[k + 1]), float(gaps[k + 1])),
        )
        for k in np.flatnonzero(gaps[:-1] * gaps[1:] < 0)
    ]
    return TippingPoint(
        question.statement,
        threshold,
        varied,
        tuple(sorted(found)),
        (float(scan[0]), float(scan[-1])),
        (float(gaps.min() + threshold), float(gaps.max() + threshold)),
        fixed,
        question.level,
    )


def log_spaced(search: tuple[float, float], points: int = POINTS) -> Floats:
    """Values to scan, evenly spaced on the log scale."""
    low, high = check_range(search)
    if low <= 0:
        raise InputError("search", search, "its limits must be above 0", "start at 0.01")
    return np.geomspace(low, high, points)


def evenly_spaced(search: tuple[float, float]) -> Floats:
    """Values to scan, evenly spaced."""
    return np.linspace(*check_range(search), POINTS)


def check_range(search: tuple[float, float]) -> tuple[float, float]:
    """A range to search: two finite numbers in order."""
    low, high = (check_number("search", x) for x in search)
    if low >= high:
        raise InputError(
            "search", search, "the lower limit must be below the upper", "exchange the limits"
        )
    return low, high


def check_threshold(threshold: float) -> None:
    """Refuse a threshold that no probability can cross."""
    check_number("threshold", threshold, above=0, below=1, remedy="write 0.975 for 97.5%")


def root_between(
    gap: Callable[[float], float], first: tuple[float, float], last: tuple[float, float]
) -> float:
    """Where the gap is 0: Ridders' method, which keeps its bracket."""
    (a, fa), (b, fb) = first, last
    x = 0.5 * (a + b)
    for _ in range(_STEPS):
        middle = 0.5 * (a + b)
        fm = gap(middle)
        root = np.sqrt(fm * fm - fa * fb)
        if fm == 0 or root == 0:
            return middle
        x = middle + (middle - a) * float(np.sign(fa - fb)) * fm / float(root)
        fx = gap(x)
        if fx == 0:
            return x
        if (fm < 0) != (fx < 0):
            (a, fa), (b, fb) = sorted(((middle, fm), (x, fx)))
        elif (fa < 0) != (fx < 0):
            b, fb = x, fx
        else:
            a, fa = x, fx
        if b - a <= _SHARE * (1.0 + abs(x)):
            break
    return x
