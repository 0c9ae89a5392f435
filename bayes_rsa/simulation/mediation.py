"""Simulated patients whose biomarker lies between treatment and outcome."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_count, check_integer, check_number
from bayes_rsa.simulation.record import SimulatedTrial, simulated_trial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["simulate_mediation"]

_UNIT: Final = 50.0
_NODES: Final = 100


def simulate_mediation(
    *,
    n: tuple[int, int] = (150, 150),
    seed: int,
    mediator_effect: float = -0.6,
    mediator_scale: float = 0.6,
    outcome_level: float = 0.4,
    direct_log_odds: float = 0.3,
    mediator_log_odds: float = -1.0,
    interaction: float = 0.0,
    covariate_on_mediator: float = 0.0,
    covariate_on_outcome: float = 0.0,
    rho: float = 0.0,
    better: str = "higher",
) -> SimulatedTrial:
    """A trial drawn from the model of ``models.mediation``, with the natural effects known.

    Parameters
    ----------
    n
        Patients in the treatment and the control arm.
    seed
        Non-negative integer; the same seed gives the same patients.
    mediator_effect, mediator_scale
        Effect of treatment on the log biomarker, and SD of its error.
    outcome_level, direct_log_odds, mediator_log_odds, interaction
        Log odds of the outcome on control at log biomarker 0 (relative to 50 units), and what
        treatment, one log unit of the biomarker, and both together add.
    covariate_on_mediator, covariate_on_outcome
        Effects of one SD of a baseline covariate, a common cause of biomarker and outcome.
    rho
        Correlation of the errors of biomarker and outcome: an unmeasured common cause.
    better
        Direction of the outcome.

    Returns
    -------
    SimulatedTrial
        ``data`` with the columns ``patient``, ``arm``, ``biomarker``, ``outcome``, ``covariate``
        and ``simulated``; ``truth`` with ``natural_direct_effect``, ``natural_indirect_effect`` and
        ``total_effect`` among these patients, by quadrature, and every argument.

    Raises
    ------
    InputError
        If an argument is out of range.
    """
    import pandas as pd
    from scipy.special import expit, ndtr, ndtri

    seed = check_integer("seed", seed, least=0)
    n1, n0 = (check_count("n", size, least=2) for size in n)
    check_number("mediator_scale", mediator_scale, above=0)
    check_number("rho", rho, above=-1, below=1)
    given = {
        "mediator_effect": mediator_effect,
        "outcome_level": outcome_level,
        "direct_log_odds": direct_log_odds,
        "mediator_log_odds": mediator_log_odds,
        "interaction": interaction,
        "covariate_on_mediator": covariate_on_mediator,
        "covariate_on_outcome": covariate_on_outcome,
    }
    for name, value in given.items():
        check_number(name, value)
    rng = np.random.default_rng(seed)
    z = np.repeat([1.0, 0.0], [n1, n0])
    x = rng.standard_normal(n1 + n0)
    error = rng.standard_normal(n1 + n0)

    def mediator(arm: Any, e: Any, x: Any) -> Any:
        return mediator_effect * arm + covariate_on_mediator * x + mediator_scale * e

    def chance(arm: Any, m: Any, e: Any, x: Any) -> Any:
        slope = mediator_log_odds + interaction * arm
        log_odds = outcome_level + direct_log_odds * arm + slope * m + covariate_on_outcome * x
        return ndtr((ndtri(expit(log_odds)) + rho * e) / math.sqrt(1 - rho * rho))

    m = mediator(z, error, x)
    outcome = rng.random(n1 + n0) < chance(z, m, error, x)
    events = int(outcome[:n1].sum()), int(outcome[n1:].sum())
    if not 0 < sum(events) < n1 + n0:
        raise InputError("seed", seed, "all outcomes are the same", "use another, or more patients")
    data = pd.DataFrame(
        {
            "patient": [f"S{i + 1}" for i in range(n1 + n0)],
            "arm": np.where(z > 0, "treatment", "control"),
            "biomarker": _UNIT * np.exp(m),
            "outcome": outcome.astype(int),
            "covariate": x,
        }
    )
    truth = _natural_effects(mediator, chance, x)
    return simulated_trial(
        "mediation",
        seed,
        ((events[0], n1), (events[1], n0)),
        data,
        truth | given | {"mediator_scale": mediator_scale, "rho": rho},
        better,
    )


def _natural_effects(
    mediator: Callable[..., Any], chance: Callable[..., Any], x: Floats
) -> dict[str, float]:
    """The natural effects among patients with these covariates."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()

    def risk(outcome_arm: float, mediator_arm: float) -> float:
        m = mediator(mediator_arm, nodes, x[:, None])
        return float((chance(outcome_arm, m, nodes, x[:, None]) @ weights).mean())

    both, crossed, none = risk(1, 1), risk(1, 0), risk(0, 0)
    return {
        "natural_direct_effect": crossed - none,
        "natural_indirect_effect": both - crossed,
        "total_effect": both - none,
    }
