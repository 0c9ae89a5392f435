"""A fit as a posterior: summaries and probabilities from its draws, each with its error."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bayes_rsa import defaults
from bayes_rsa.contract import MARKER, MEDIATION
from bayes_rsa.errors import InputError
from bayes_rsa.estimands import ESTIMANDS, EstimandSummary, Event, available
from bayes_rsa.estimands.moments import moment_exists
from bayes_rsa.inference import EFFECT_OF_MODEL, Provenance, derived, tail_priors
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STUDIES_ONLY: Final = "study_outcome"
"""The one observed variable of a model that leaves the trial's own counts out."""
HDI_BATCHES: Final = 5
"""Consecutive batches per chain from which the Monte Carlo error of an HDI is taken."""


class DrawsPosterior:
    """The posterior of a fit, by its draws.

    Parameters
    ----------
    fit
        What ``bayes_rsa.fit`` returned; it must carry its provenance.
    """

    engine = "nuts"

    def __init__(self, fit: xr.DataTree) -> None:
        self.provenance = Provenance.read(fit)
        model = self.provenance.model
        self.model: str = model["name"]
        self.better: str = model["better"]
        self.measure: str = model["measure"]
        if self.measure == MARKER:
            raise InputError(
                "fit",
                self.model,
                "a model of biomarkers says nothing about the primary outcome",
                "ask bayes_rsa.biomarkers.marker_records(fit)",
            )
        if self.measure == MEDIATION:
            raise InputError(
                "fit",
                self.model,
                "a model of mediation has natural effects as its estimands",
                "ask bayes_rsa.mediation.natural_effects(fit)",
            )
        self.arms: bool = model["arms"]
        self._posterior = fit["posterior"].to_dataset()
        self._ordered: dict[str, Floats] = {}

    @property
    def estimands(self) -> tuple[str, ...]:
        """Keys of the estimands, in the order printed."""
        return available(self.measure, counts=self.arms)

    @cached_property
    def _derived(self) -> xr.Dataset:
        return derived(self._posterior, measure=self.measure, arms=self.arms)

    def draws(self, key: str) -> Floats:
        """Draws (chain, draw) of an estimand on its own scale."""
        import numpy as np

        values = self._scale_of_judgement(key)
        return np.exp(values) if ESTIMANDS[key].kind == "ratio" else values

    def _scale_of_judgement(self, key: str) -> Floats:
        """Draws (chain, draw) on the scale where convergence is judged: the log of a ratio."""
        name = ESTIMANDS[key].log_key or key
        if name not in self._derived:
            raise InputError(
                "estimand",
                key,
                "this fit does not inform it",
                f"ask for {', '.join(self.estimands)}",
            )
        return self._derived[name].values

    def summary(self, key: str, interval: float) -> EstimandSummary:
        """Summary of one estimand with Monte Carlo errors; see :class:`EstimandSummary`."""
        import arviz_stats as azs
        import numpy as np

        draws, judged = self.draws(key), self._scale_of_judgement(key)
        tails = ((1 - interval) / 2, (1 + interval) / 2)
        has_mean, has_sd = (self._moment_exists(key, order) for order in (1, 2))
        # The error of a mean needs a variance.
        mean_error = float(azs.mcse(draws, method="mean")) if has_sd else None
        sd_error = float(azs.mcse(draws, method="sd")) if self._moment_exists(key, 4) else None
        eti = tuple(float(q) for q in np.quantile(draws, tails))
        return EstimandSummary(
            key=key,
            interval=interval,
            mean=float(draws.mean()) if has_mean else None,
            sd=float(draws.std(ddof=1)) if has_sd else None,
            median=float(np.median(draws)),
            eti=(eti[0], eti[1]),
            hdi=_hdi(draws, interval),
            mcse_mean=mean_error,
            mcse_sd=sd_error,
            mcse_median=float(azs.mcse(draws, method="median")),
            mcse_eti=(
                float(azs.mcse(draws, method="quantile", prob=tails[0])),
                float(azs.mcse(draws, method="quantile", prob=tails[1])),
            ),
            mcse_hdi=_hdi_error(draws, interval),
            ess_bulk=float(azs.ess(judged, method="bulk")),
            ess_tail=float(azs.ess(judged, method="tail", prob=defaults.TAILS)),
            rhat=float(azs.rhat(judged)),
        )

    def probability(self, event: Event) -> tuple[float, float]:
        """Probability of an event and its Monte Carlo standard error."""
        import arviz_stats as azs
        import numpy as np

        draws = self.draws(event.estimand)
        holds = ((draws > event.lower) & (draws < event.upper)).astype(float)
        value, size = float(holds.mean()), holds.size
        # An event that holds in (almost) every draw has no empirical error: shrink towards 1/2.
        judged = self._scale_of_judgement(event.estimand)
        ess = float(azs.ess(judged, method="tail", prob=defaults.TAILS))
        shrunk = (holds.sum() + 1) / (size + 2)
        floor = math.sqrt(shrunk * (1 - shrunk) / ess)
        error = float(azs.mcse(holds, method="mean")) if 0 < value < 1 else floor
        return value, float(np.fmax(error, floor))

    def cdf(self, key: str, x: Floats) -> Floats:
        """Share of draws at or below each ``x``."""
        import numpy as np

        if key not in self._ordered:
            self._ordered[key] = np.sort(self.draws(key), axis=None)
        ordered = self._ordered[key]
        return np.searchsorted(ordered, x, side="right") / ordered.size

    def _moment_exists(self, key: str, order: int) -> bool:
        # A normal likelihood has every moment, whatever the prior.
        if not self.arms:
            return True
        if self.provenance.model["observed"] == [STUDIES_ONLY]:
            # With an uncertain SD between studies the mean of a predicted ratio may be infinite.
            return ESTIMANDS[key].kind != "ratio"
        effect = EFFECT_OF_MODEL.get(self.model, "OR")
        priors = tail_priors(self.provenance.priors)
        return moment_exists(key, order, self.trial, priors, effect)

    @cached_property
    def trial(self) -> Trial:
        """The counts behind the fit."""
        arms = {arm: self.provenance.trial[arm] for arm in ("treatment", "control")}
        counts = {arm: (a["events"], a["n"]) for arm, a in arms.items()}
        return Trial.from_counts(**counts, better=self.better)


def _hdi(draws: Floats, interval: float) -> tuple[float, float]:
    """Shortest interval that holds ``interval`` of the draws."""
    import arviz_stats as azs

    lower, upper = azs.hdi(draws.ravel(), prob=interval)
    return float(lower), float(upper)


def _hdi_error(draws: Floats, interval: float) -> tuple[float, float]:
    """Monte Carlo standard error of an HDI's limits, from batches.

    The limits of a shortest interval converge at the rate n^(1/3) (Grübel 1988,
    doi:10.1214/aos/1176350713), so the spread over m batches is divided by m^(1/3).
    """
    import numpy as np

    batches = [b for chain in draws for b in np.array_split(chain, HDI_BATCHES)]
    limits = np.array([_hdi(b, interval) for b in batches])
    lower, upper = limits.std(axis=0, ddof=1) / len(batches) ** (1 / 3)
    return float(lower), float(upper)
