"""One row of a forest plot, with its numbers as they are printed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.plots import text
from bayes_rsa.summaries import as_posterior, probability_record

Kind = Literal["posterior", "likelihood"]


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One row of a forest plot.

    Parameters
    ----------
    label
        Name of the prior, or of the analysis.
    estimate
        Posterior median (or point estimate) on the estimand's own scale.
    interval
        Both limits; a limit may be infinite, and all three may be NaN where nothing exists.
    benefit
        Posterior probability of benefit; None where there is none.
    prior
        Text form of the prior, printed below the label.
    group
        Heading above the first row of each group.
    kind
        ``posterior``, or ``likelihood`` for a row without a prior, which is marked differently.
    primary
        Whether this is the primary analysis, printed bold.
    error
        Largest Monte Carlo standard error of the three numbers; it limits their digits.
    benefit_error
        Error of ``benefit``, likewise.
    estimate_text, benefit_text
        What to print instead of the numbers as this module writes them.
    extra
        Entry of a last column, such as the difference between the engines.
    """

    label: str
    estimate: float
    interval: tuple[float, float]
    benefit: float | None = None
    prior: str = ""
    group: str = ""
    kind: Kind = "posterior"
    primary: bool = False
    error: float = 0.0
    benefit_error: float = 0.0
    estimate_text: str = ""
    benefit_text: str = ""
    extra: str = ""

    def __post_init__(self) -> None:
        low, high = self.interval
        if self.kind not in ("posterior", "likelihood"):
            raise InputError("kind", self.kind, "it is posterior or likelihood", "use one of these")
        if not (math.isnan(low) or math.isnan(high) or low <= high):
            raise InputError(
                "interval", self.interval, "the lower limit comes first", "exchange the limits"
            )

    @classmethod
    def of(
        cls,
        label: str,
        posterior: Any,
        *,
        key: str = "odds_ratio",
        interval: float = defaults.INTERVAL,
        **words: Any,
    ) -> ForestRow:
        """The row of a posterior: median, equal-tailed interval, P(benefit), with their errors.

        Parameters
        ----------
        label
            Name of the prior.
        posterior
            A fit or an exact posterior.
        key
            The estimand.
        interval
            Probability of the interval.
        **words
            Other fields: ``prior``, ``group``, ``primary``, ``extra`` ...
        """
        record = as_posterior(posterior).summary(key, interval)
        benefit = probability_record(posterior, "benefit")
        errors = (record.mcse_median, *(record.mcse_eti or ()))
        return cls(
            label,
            record.median,
            record.eti,
            benefit.value,
            error=max((e for e in errors if e is not None), default=0.0),
            benefit_error=benefit.error,
            **words,
        )

    @property
    def numbers(self) -> str:
        """Estimate with its interval, as printed."""
        return self.estimate_text or text.estimate(self.estimate, self.interval, self.error)

    @property
    def probability(self) -> str:
        """P(benefit), as printed."""
        if self.benefit_text or self.benefit is None:
            return self.benefit_text or "\u2013"
        return text.probability(self.benefit, self.benefit_error)
