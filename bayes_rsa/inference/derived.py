"""Every quantity that is judged and printed, computed from the posterior's draws.

Ratios are kept on the log scale, where their moments exist and convergence is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayes_rsa.contract import MARKER, MEDIATION
from bayes_rsa.estimands import ESTIMANDS, of_measure

if TYPE_CHECKING:
    import xarray as xr


def derived(posterior: xr.Dataset, *, measure: str, arms: bool) -> xr.Dataset:
    """Estimands of each draw, ratios as their natural logs.

    Parameters
    ----------
    posterior
        Scalars over (chain, draw), named as in the contract.
    measure
        The trial's measure; used where there are no arms.
    arms
        Whether the model exposes the two arms' probabilities.

    Returns
    -------
    xr.Dataset
        With arms: ``log_odds_ratio``, ``log_risk_ratio``, ``risk_difference``, ``p_treatment``,
        ``p_control``. Without: the measure's log, or the measure itself for a difference. For
        biomarkers, and of mediation: every variable of the model.
    """
    import xarray as xr

    if measure in {MARKER, MEDIATION}:
        return posterior
    if not arms:
        estimand = of_measure(measure)
        return xr.Dataset({estimand.log_key or estimand.key: posterior["effect"]})
    p1, p0 = posterior["p_treatment"], posterior["p_control"]
    columns = {"log_odds_ratio": posterior["log_odds_ratio"]}
    for key in ("log_risk_ratio", "risk_difference"):
        columns[key] = p1.copy(data=ESTIMANDS[key].compute(p1.values, p0.values))
    return xr.Dataset(columns | {"p_treatment": p1, "p_control": p0})
