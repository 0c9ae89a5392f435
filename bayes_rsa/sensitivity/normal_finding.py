"""A trial's estimate as a normal likelihood has it: where it lies, and its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_choice
from bayes_rsa.frequentist import odds_ratio, two_sided_p
from bayes_rsa.trial import ReportedEffect, Trial

_RATIOS: Final = ("OR", "RR", "HR")


@dataclass(frozen=True, slots=True)
class NormalFinding:
    """An estimate with its standard error, on the scale of a normal likelihood.

    Attributes
    ----------
    measure
        ``OR``, ``RR``, ``HR`` (then the rest is on the natural log scale), ``RD`` or ``MD``.
    location, standard_error
        The estimate and its standard error.
    origin
        Where they come from: ``counts`` or ``reported interval``.
    """

    measure: str
    location: float
    standard_error: float
    origin: str

    @property
    def z(self) -> float:
        """Estimate over standard error."""
        return self.location / self.standard_error

    @property
    def p(self) -> float:
        """Two-sided P value of ``z``."""
        return two_sided_p(self.z)

    def on_scale(self, x: float) -> float:
        """A value on the measure's own scale: a ratio, or the difference."""
        return math.exp(x) if self.measure in _RATIOS else x


def finding(trial: Trial, *, origin: str = "counts") -> NormalFinding:
    """The trial's estimate for a normal likelihood.

    Parameters
    ----------
    trial
        The trial.
    origin
        ``counts``: log odds ratio with the Wald standard error. ``reported interval``: middle and
        half-width of the printed interval, never the printed estimate, which is rounded; or the
        log effect and standard error where those are what was reported.

    Raises
    ------
    InputError
        If the trial has no such numbers, or a cell of the table is empty.
    """
    check_choice("origin", origin, ("counts", "reported interval"))
    if origin == "counts":
        if not trial.has_counts:
            raise InputError(
                "trial", trial.name, "it has no counts", "use origin='reported interval'"
            )
        (y1, y0), (n1, n0) = trial.events, trial.n
        if 0 in (y1, n1 - y1, y0, n0 - y0):
            raise InputError(
                "trial",
                trial.name,
                "with an empty cell the Wald standard error does not exist",
                "use the exact tipping point",
            )
        ratio = odds_ratio(y1, n1, y0, n0)
        return NormalFinding("OR", math.log(ratio.value), ratio.standard_error, origin)
    reported = trial.reported
    if reported is None:
        raise InputError("trial", trial.name, "it has no reported effect", "use origin='counts'")
    return _reported(reported, origin)


def _reported(reported: ReportedEffect, origin: str) -> NormalFinding:
    if reported.ci is None or reported.log_effect is not None:
        return NormalFinding(reported.measure, reported.location, reported.scale_se, origin)
    lower, upper = (limit.value for limit in reported.ci)
    if reported.is_log:
        if lower == 0:
            raise InputError(
                "reported.ci", str(reported.ci[0]), "a log needs a positive limit", "use counts"
            )
        lower, upper = math.log(lower), math.log(upper)
    middle = 0.5 * (lower + upper)
    return NormalFinding(reported.measure, middle, reported.scale_se, origin)
