"""The g-formula by simulation: apart from the model's own quadrature, to check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bayes_rsa.defaults import SEED
from bayes_rsa.fields import check_integer
from bayes_rsa.mediation.effects import require_mediation

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["g_computation"]


def g_computation(
    fit: xr.DataTree, *, draws: int = 400, patients: int = 4000, seed: int = SEED
) -> dict[str, Floats]:
    """Natural and total effects by simulated patients, each draw of the posterior for itself.

    Treated and untreated biomarkers are drawn apart, with covariates drawn from the patients'. The
    total effect has draws of its own and is not the sum of the other two.

    Parameters
    ----------
    fit
        A fit of ``bayes_rsa.models.mediation``.
    draws
        Number of posterior draws, evenly spaced.
    patients
        Simulated patients in each world for each of them.
    seed
        Non-negative integer.

    Returns
    -------
    dict
        ``natural_direct_effect``, ``natural_indirect_effect``, ``total_effect``: one value for each
        draw; ``draw`` their positions among the flattened draws.
    """
    import numpy as np
    from scipy.special import expit, ndtr, ndtri

    require_mediation(fit)
    draws = check_integer("draws", draws, least=2)
    patients = check_integer("patients", patients, least=2)
    posterior = fit["posterior"].to_dataset()
    constant = fit["constant_data"].to_dataset()
    flat: dict[str, Any] = {
        str(name): column.values.reshape(-1, *column.shape[2:])
        for name, column in posterior.data_vars.items()
    }
    total = len(flat["total_effect"])
    chosen = np.unique(np.linspace(0, total - 1, min(draws, total)).astype(int))
    rng = np.random.default_rng(check_integer("seed", seed, least=0))
    covariates = constant["covariates"].values if "covariates" in constant else None
    rho = float(constant["rho"]) if "rho" in constant else 0.0

    def world(i: int, outcome_arm: int, mediator_arm: int) -> float:
        """Mean chance of the event among newly simulated patients."""
        p = {name: values[i] for name, values in flat.items()}
        error = rng.standard_normal(patients)
        m = p["mediator_level"] + p["mediator_effect"] * mediator_arm + p["mediator_scale"] * error
        slope = p["mediator_log_odds"] + p.get("interaction", 0.0) * outcome_arm
        log_odds = p["outcome_level"] + p["direct_log_odds"] * outcome_arm
        if covariates is not None:
            x = covariates[rng.integers(len(covariates), size=patients)]
            m = m + x @ p["mediator_covariates"]
            log_odds = log_odds + x @ p["outcome_covariates"]
        chance = expit(log_odds + slope * m)
        if rho:
            chance = ndtr((ndtri(chance) + rho * error) / np.sqrt(1 - rho * rho))
        return float(chance.mean())

    rows = np.array(
        [
            [
                world(i, 1, 0) - world(i, 0, 0),
                world(i, 1, 1) - world(i, 1, 0),
                world(i, 1, 1) - world(i, 0, 0),
            ]
            for i in chosen
        ]
    )
    names = ("natural_direct_effect", "natural_indirect_effect", "total_effect")
    return {"draw": chosen, **{name: rows[:, k] for k, name in enumerate(names)}}
