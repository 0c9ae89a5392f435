"""The estimands of a two-arm trial.

All contrasts are treatment minus control, or treatment over control; whether a value above the
null is a benefit is the outcome's business (``better``), never the estimand's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from bayes_rsa.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Kind = Literal["ratio", "log", "difference", "probability"]


@dataclass(frozen=True, slots=True)
class Estimand:
    """One estimand: its names, its scale, and how it follows from the two event probabilities.

    Parameters
    ----------
    key
        The name in JSON and data frames: ``odds_ratio``.
    symbol
        The name in statements: ``OR``.
    label
        The name in prose: ``Odds ratio``.
    kind
        ``ratio`` (null 1), ``log`` of a ratio, ``difference`` (null 0) or ``probability``.
    bounds
        Open range of its values.
    from_probabilities
        Maps ``(p_treatment, p_control)``, arrays of one shape, to the estimand; ``None`` for an
        effect that two probabilities do not determine (hazard ratio, mean difference).
    """

    key: str
    symbol: str
    label: str
    kind: Kind
    bounds: tuple[float, float]
    from_probabilities: Callable[[Floats, Floats], Floats] | None = None

    @property
    def null(self) -> float | None:
        """The value of no effect; ``None`` for a probability, which has none."""
        return {"ratio": 1.0, "log": 0.0, "difference": 0.0, "probability": None}[self.kind]

    @property
    def log_key(self) -> str | None:
        """Key of the natural log of a ratio (``None`` unless ``kind`` is ``ratio``)."""
        return f"log_{self.key}" if self.kind == "ratio" else None

    def compute(self, p_treatment: Floats, p_control: Floats) -> Floats:
        """The estimand at the given event probabilities (arrays of one shape, in [0, 1])."""
        if self.from_probabilities is None:
            raise InputError(
                "estimand",
                self.symbol,
                "it does not follow from the arms' event probabilities",
                "ask for OR, RR, RD, p_treatment or p_control",
            )
        return self.from_probabilities(p_treatment, p_control)


def _logit(p: Floats) -> Floats:
    import numpy as np

    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p) - np.log1p(-p))


def _log_odds_ratio(p1: Floats, p0: Floats) -> Floats:
    return _logit(p1) - _logit(p0)


def _odds_ratio(p1: Floats, p0: Floats) -> Floats:
    import numpy as np

    return np.asarray(np.exp(_log_odds_ratio(p1, p0)))


def _risk_ratio(p1: Floats, p0: Floats) -> Floats:
    return p1 / p0


def _log_risk_ratio(p1: Floats, p0: Floats) -> Floats:
    import numpy as np

    return np.asarray(np.log(p1) - np.log(p0))


_POSITIVE: Final = (0.0, math.inf)
_REAL: Final = (-math.inf, math.inf)

ESTIMANDS: Final[Mapping[str, Estimand]] = MappingProxyType(
    {
        e.key: e
        for e in (
            Estimand("odds_ratio", "OR", "Odds ratio", "ratio", _POSITIVE, _odds_ratio),
            Estimand("log_odds_ratio", "log OR", "Log odds ratio", "log", _REAL, _log_odds_ratio),
            Estimand("risk_ratio", "RR", "Risk ratio", "ratio", _POSITIVE, _risk_ratio),
            Estimand("log_risk_ratio", "log RR", "Log risk ratio", "log", _REAL, _log_risk_ratio),
            Estimand(
                "risk_difference",
                "RD",
                "Risk difference",
                "difference",
                (-1.0, 1.0),
                lambda p1, p0: p1 - p0,
            ),
            Estimand(
                "p_treatment",
                "p_treatment",
                "Probability on treatment",
                "probability",
                (0.0, 1.0),
                lambda p1, _: p1,
            ),
            Estimand(
                "p_control",
                "p_control",
                "Probability on control",
                "probability",
                (0.0, 1.0),
                lambda _, p0: p0,
            ),
            Estimand("hazard_ratio", "HR", "Hazard ratio", "ratio", _POSITIVE),
            Estimand("log_hazard_ratio", "log HR", "Log hazard ratio", "log", _REAL),
            Estimand("mean_difference", "MD", "Mean difference", "difference", _REAL),
        )
    }
)
"""Every estimand by key."""

COUNTS: Final = (
    "odds_ratio",
    "log_odds_ratio",
    "risk_ratio",
    "risk_difference",
    "p_treatment",
    "p_control",
)
"""What is summarised when both arms' counts are known, in the order printed."""

ABSOLUTE: Final = ("risk_difference", "p_treatment", "p_control")
"""Estimands that need the arms' probabilities: null for a trial known only by its effect."""

_OF_MEASURE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "OR": "odds_ratio",
        "RR": "risk_ratio",
        "HR": "hazard_ratio",
        "RD": "risk_difference",
        "MD": "mean_difference",
    }
)


def of_measure(measure: str) -> Estimand:
    """The estimand that a trial's reported ``measure`` (``OR``, ``RR``, ``HR``, ...) names."""
    try:
        return ESTIMANDS[_OF_MEASURE[measure]]
    except KeyError:
        raise InputError(
            "measure", measure, f"it must be one of {', '.join(_OF_MEASURE)}", "name one of these"
        ) from None


def available(measure: str, *, counts: bool) -> tuple[str, ...]:
    """Keys of the estimands a trial can inform, in the order printed.

    Parameters
    ----------
    measure
        The trial's measure, as in :func:`of_measure`.
    counts
        Whether both arms' counts are known; if not, only the measure itself and its log are.
    """
    if counts:
        return COUNTS
    estimand = of_measure(measure)
    return (estimand.key,) if estimand.log_key is None else (estimand.key, estimand.log_key)
