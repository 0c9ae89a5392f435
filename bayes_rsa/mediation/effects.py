"""Natural effects of a fit, as records."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.contract import MEDIATION
from bayes_rsa.defaults import INTERVAL, TAILS
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_number
from bayes_rsa.inference import Provenance
from bayes_rsa.patients import SIMULATED

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["NaturalEffect", "natural_effects"]

_LABELS: Final = {
    "natural_direct_effect": "natural direct effect",
    "natural_indirect_effect": "natural indirect effect",
    "total_effect": "total effect",
}


@dataclass(frozen=True, slots=True)
class NaturalEffect:
    """Posterior of one effect: a difference of risks among the patients of the data.

    Attributes
    ----------
    key, label
        Name of the variable, and in words.
    mediator
        The biomarker.
    mean, sd, median, eti
        Posterior mean, SD, median and equal-tailed interval, treatment minus control.
    p_benefit
        Probability that it lies in the outcome's better direction.
    mcse_mean, mcse_p_benefit, ess_bulk, ess_tail, rhat
        Monte Carlo errors and diagnostics.
    simulated
        Whether the patients are simulated.
    """

    key: str
    label: str
    mediator: str
    mean: float
    sd: float
    median: float
    eti: tuple[float, float]
    p_benefit: float
    mcse_mean: float
    mcse_p_benefit: float
    ess_bulk: float
    ess_tail: float
    rhat: float
    simulated: bool

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return asdict(self) | {"eti": list(self.eti)}


def natural_effects(fit: xr.DataTree, *, interval: float = INTERVAL) -> tuple[NaturalEffect, ...]:
    """The natural direct, the natural indirect and the total effect of a fit.

    Parameters
    ----------
    fit
        What ``bayes_rsa.fit`` returned for ``bayes_rsa.models.mediation``. Print
        :data:`bayes_rsa.mediation.ASSUMPTIONS` beside what it gives.
    interval
        Probability of the equal-tailed interval.

    Raises
    ------
    InputError
        If it is a fit of another model.
    """
    check_number("interval", interval, above=0, below=1, remedy="write 0.95 for 95%")
    provenance = require_mediation(fit)
    card = provenance.model
    sign = 1 if card["better"] == "higher" else -1
    simulated = str(provenance.trial["name"]).startswith(SIMULATED)
    posterior = fit["posterior"].to_dataset()
    return tuple(
        _record(key, card["markers"][0], posterior[key].values, sign, interval, simulated)
        for key in _LABELS
    )


def require_mediation(fit: xr.DataTree) -> Provenance:
    """Provenance of a fit of mediation.

    Raises
    ------
    InputError
        If it is a fit of another model.
    """
    provenance = Provenance.read(fit)
    if provenance.model["measure"] != MEDIATION:
        raise InputError(
            "fit", provenance.model["name"], "it is no model of mediation", "fit models.mediation"
        )
    return provenance


def _record(
    key: str, mediator: str, draws: Any, sign: int, interval: float, simulated: bool
) -> NaturalEffect:
    import arviz_stats as azs
    import numpy as np

    tail = 0.5 * (1 - interval)
    low, middle, high = np.quantile(draws, [tail, 0.5, 1 - tail])
    better = (sign * draws > 0).astype(float)
    share = float(better.mean())
    tail_ess = float(azs.ess(draws, method="tail", prob=TAILS))
    # An event that holds in (almost) every draw has no empirical error: shrink towards 1/2.
    shrunk = (better.sum() + 1) / (better.size + 2)
    floor = float(np.sqrt(shrunk * (1 - shrunk) / tail_ess))
    error = float(azs.mcse(better, method="mean")) if 0 < share < 1 else floor
    return NaturalEffect(
        key,
        _LABELS[key],
        mediator,
        float(draws.mean()),
        float(draws.std(ddof=1)),
        float(middle),
        (float(low), float(high)),
        share,
        float(azs.mcse(draws, method="mean")),
        float(np.fmax(error, floor)),
        float(azs.ess(draws, method="bulk")),
        tail_ess,
        float(azs.rhat(draws)),
        simulated,
    )
