"""Power-scaling sensitivity of a fit to each of its priors and to the likelihood, through ArviZ.

Each block is raised to a power near one by importance weights (Kallioinen et al. 2024). ArviZ drops
the Pareto k of those weights; it is computed here, and the exact answer is put beside the sampled
one where quadrature gives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.inference import Provenance, derived
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.power_scaling_exact import QUANTITIES, PowerScaledModel
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

ALL: Final = "all priors"
CONFLICT: Final = "prior–data conflict"
STRONG: Final = "strong prior or weak likelihood"
_DIMENSIONS: Final = ("chain", "draw")


@dataclass(frozen=True, slots=True)
class PowerScaling:
    """Sensitivity of one quantity to one block of priors, with that to the likelihood beside it.

    Attributes
    ----------
    quantity
        Key of the estimand; ratios on the log scale.
    block
        The parameter whose prior was scaled, or ``all priors``.
    priors
        Text of each prior in the block, by parameter.
    prior, likelihood
        Sensitivities, at least 0; above ``defaults.POWER_SCALING_THRESHOLD`` a posterior counts as
        sensitive.
    pareto_k
        Larger Pareto k of the weights, over both powers, for the block and for the likelihood.
    draws
        Number of draws, on which the sensitivities depend weakly.
    exact_prior, exact_likelihood
        The same by quadrature, for as many draws; None where there is none.
    diagnosis
        ``prior–data conflict``, ``strong prior or weak likelihood``, or empty.
    """

    quantity: str
    block: str
    priors: dict[str, str]
    prior: float
    likelihood: float
    pareto_k: float
    draws: int
    exact_prior: float | None
    exact_likelihood: float | None
    diagnosis: str


def power_scaling(
    fit: xr.DataTree,
    *,
    quantities: Sequence[str] | None = None,
    exact: bool = True,
    threshold: float = defaults.POWER_SCALING_THRESHOLD,
) -> tuple[PowerScaling, ...]:
    """Power-scaling sensitivities of a fit, for each prior alone and for all together.

    Parameters
    ----------
    fit
        From ``bayes_rsa.fit``, with its groups ``log_prior`` and ``log_likelihood``.
    quantities
        Keys among those of ``inference.derived``, ratios on the log scale; by default the log of
        the measure, and the risk difference where there are arms.
    exact
        Whether to put the exact reference beside them (log-odds-ratio model only).
    threshold
        Sensitivity above which a quantity counts as sensitive.

    Returns
    -------
    tuple of PowerScaling
        Quantities in the order asked, blocks within each.

    Raises
    ------
    InputError
        If a group is missing (a prior is improper, or the fit was made without ``predictive``), or
        a quantity is unknown.

    References
    ----------
    Kallioinen N, Paananen T, Bürkner PC, Vehtari A. Detecting and diagnosing prior and likelihood
    sensitivity with power-scaling. Stat Comput 2024;34:57. doi:10.1007/s11222-023-10366-5
    """
    provenance = Provenance.read(fit)
    for group in ("log_prior", "log_likelihood"):
        if group not in fit.children:
            raise InputError(
                "fit",
                f"no group {group}",
                "power-scaling needs the log prior and the log likelihood of each draw",
                "fit with predictive=True and proper priors",
            )
    measure, arms = provenance.model["measure"], provenance.model["arms"]
    known = derived(fit["posterior"].to_dataset(), measure=measure, arms=arms)
    chosen = tuple(quantities) if quantities is not None else _usual(known)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise InputError(
            "quantities", unknown[0], "the fit does not hold it", f"use {list(known.data_vars)}"
        )
    tree = type(fit).from_dict(
        {
            "posterior": known[list(chosen)],
            "log_prior": fit["log_prior"].to_dataset(),
            "log_likelihood": fit["log_likelihood"].to_dataset(),
        }
    )
    names = tuple(sorted(provenance.priors, key=lambda name: (name != "effect", name)))
    blocks = {name: (name,) for name in names} | ({ALL: names} if len(names) > 1 else {})
    likelihood = _sensitivities(tree, "likelihood", None)
    likelihood_k = pareto_k(tree, "log_likelihood", None)
    sampled = {
        block: (_sensitivities(tree, "prior", inside), pareto_k(tree, "log_prior", inside))
        for block, inside in blocks.items()
    }
    draws = int(fit["posterior"].sizes["chain"] * fit["posterior"].sizes["draw"])
    reference = _reference(provenance, draws) if exact else None
    rows = []
    for quantity in chosen:
        weak = likelihood[quantity]
        exact_likelihood = _exact(reference, "likelihood", quantity)
        for block, inside in blocks.items():
            values, k = sampled[block]
            rows.append(
                PowerScaling(
                    quantity,
                    block,
                    {name: str(provenance.priors[name]) for name in inside},
                    values[quantity],
                    weak,
                    max(k, likelihood_k),
                    draws,
                    _exact(reference, "prior" if block == ALL else block, quantity),
                    exact_likelihood,
                    diagnose(values[quantity], weak, threshold),
                )
            )
    return tuple(rows)


def diagnose(
    prior: float, likelihood: float, threshold: float = defaults.POWER_SCALING_THRESHOLD
) -> str:
    """What two sensitivities say together; empty if there is nothing to say."""
    if prior < threshold:
        return ""
    return CONFLICT if likelihood >= threshold else STRONG


def _usual(known: xr.Dataset) -> tuple[str, ...]:
    names = [str(name) for name in known.data_vars]
    return (names[0], "risk_difference") if "p_control" in names else (names[0],)


def _sensitivities(
    tree: xr.DataTree, group: str, inside: tuple[str, ...] | None
) -> dict[str, float]:
    import arviz_stats as azs

    found = azs.psense(
        tree,
        group=group,
        alphas=defaults.POWER_SCALING_ALPHAS,
        group_var_names=None if inside is None else list(inside),
        sample_dims=list(_DIMENSIONS),
    )
    return {str(name): float(value) for name, value in found.data_vars.items()}


def pareto_k(tree: xr.DataTree, group: str, inside: tuple[str, ...] | None) -> float:
    """Larger Pareto k, over both powers, of the weights of a block.

    Parameters
    ----------
    tree
        A tree with the group.
    group
        ``log_prior`` or ``log_likelihood``.
    inside
        Its variables that are scaled together; None for all of them.

    Returns
    -------
    float
        Minus infinity where the weights do not vary.
    """
    from arviz_stats.base import array_stats

    variables = tree[group].to_dataset()
    names = list(variables.data_vars) if inside is None else list(inside)
    logs: Floats = np.sum(
        [
            variables[name].sum([d for d in variables[name].dims if d not in _DIMENSIONS]).values
            for name in names
        ],
        axis=0,
    )
    if np.ptp(logs) == 0:
        return -np.inf
    efficiency = min(1.0, float(array_stats.ess(logs, method="tail", prob=0.05)) / logs.size)
    # ``pareto_khat(log_weights=True)`` fits the tail of the logs themselves; ``psislw`` that of the
    # weights, whose logs enter with the opposite sign, as log-likelihoods do for leave-one-out.
    found = [
        array_stats.psislw(((1 - alpha) * logs).ravel(), r_eff=efficiency)[1]
        for alpha in defaults.POWER_SCALING_ALPHAS
    ]
    return max(float(k) for k in found)


def _reference(provenance: Provenance, draws: int) -> PowerScaledModel | None:
    if provenance.model["name"] != "log_odds_ratio":
        return None
    priors: dict[str, Prior] = provenance.priors
    first, second = (
        (provenance.trial[arm]["events"], provenance.trial[arm]["n"])
        for arm in ("treatment", "control")
    )
    trial = Trial.from_counts(treatment=first, control=second)
    return PowerScaledModel(trial, **priors, draws=draws)


def _exact(reference: PowerScaledModel | None, block: str, quantity: str) -> float | None:
    if reference is None or quantity not in QUANTITIES:
        return None
    return reference.sensitivity(block, quantity)
