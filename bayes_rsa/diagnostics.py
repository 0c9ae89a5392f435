"""The gate: named checks on every fit, one verdict.

With nutpie, PyMC runs no convergence checks of its own, so nothing else stands between a bad fit
and a headline. The statistics are ArviZ's: rank-normalised split R-hat, bulk and tail ESS (Vehtari
et al. 2021, doi:10.1214/20-BA1221) and E-BFMI. The tail ESS is taken at the limits of the 95%
interval, since these are printed; ArviZ's own default would take it at 11% and 89%.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bayes_rsa import defaults
from bayes_rsa.errors import ConvergenceError
from bayes_rsa.inference import Provenance, derived

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Check:
    """One named check.

    Parameters
    ----------
    name
        What is measured: ``R-hat``, ``bulk ESS``, ``tail ESS``, ``divergences``, ``E-BFMI``,
        ``tree depth``.
    variable
        The parameter or derived quantity, or ``all chains``.
    value
        What was measured; NaN fails.
    limit
        The rule in words: ``< 1.01``.
    passed
        Whether the rule holds.
    """

    name: str
    variable: str
    value: float
    limit: str
    passed: bool

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form; NaN becomes None."""
        return asdict(self) | {"value": self.value if math.isfinite(self.value) else None}


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of a fit; passed only if each of them did."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(c.passed for c in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(c for c in self.checks if not c.passed)

    def explain(self) -> str:
        """One sentence for each failure, or that there is none."""
        if self.passed:
            return f"All {len(self.checks)} checks passed."
        return " ".join(
            f"{c.name} of {c.variable} is {c.value:.4g}; it must be {c.limit}."
            for c in self.failures
        )

    def require(self) -> None:
        """Raise :class:`ConvergenceError` unless the gate passed."""
        if not self.passed:
            raise ConvergenceError(self.explain(), self)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {"passed": self.passed, "checks": [c.to_dict() for c in self.checks]}


def check(fit: xr.DataTree) -> Verdict:
    """Judge a fit: every parameter, every derived quantity, and the sampler itself.

    Parameters
    ----------
    fit
        What ``bayes_rsa.fit`` returned.

    Returns
    -------
    Verdict
        R-hat < 1.01 and bulk and tail ESS >= 400 for each parameter and derived quantity (ratios on
        the log scale), no divergence, E-BFMI > 0.3 in each chain, no trajectory at the maximum tree
        depth.
    """
    provenance = Provenance.read(fit)
    posterior = fit["posterior"].to_dataset()
    return judge(
        posterior,
        fit["sample_stats"].to_dataset(),
        measure=provenance.model["measure"],
        arms=provenance.model["arms"],
        parameters=tuple(provenance.model["priors"]),
    )


def judge(
    posterior: xr.Dataset,
    sample_stats: xr.Dataset,
    *,
    measure: str,
    arms: bool,
    parameters: tuple[str, ...],
    ess_min: float = defaults.ESS_MIN,
) -> Verdict:
    """The checks of :func:`check` on bare draws: what a sweep and calibration judge by."""
    import arviz_stats as azs
    import numpy as np

    judged = derived(posterior, measure=measure, arms=arms)
    judged = judged.assign({name: posterior[name] for name in parameters})
    # A chain that stands still has no variance: its R-hat is NaN, and fails.
    with np.errstate(invalid="ignore", divide="ignore"):
        rhat, bulk = azs.rhat(judged), azs.ess(judged)
        tail = azs.ess(judged, method="tail", prob=defaults.TAILS)
    checks = []
    for name in judged.data_vars:
        # A parameter may be a vector: its worst element speaks for it.
        worst = _worst(rhat[name], largest=True)
        checks.append(
            Check("R-hat", str(name), worst, f"< {defaults.RHAT_MAX}", worst < defaults.RHAT_MAX)
        )
        for label, found in (("bulk ESS", bulk), ("tail ESS", tail)):
            worst = _worst(found[name], largest=False)
            checks.append(Check(label, str(name), worst, f">= {ess_min:g}", worst >= ess_min))
    divergences = int(sample_stats["diverging"].sum())
    checks.append(
        Check(
            "divergences",
            "all chains",
            divergences,
            f"at most {defaults.DIVERGENCES_MAX}",
            divergences <= defaults.DIVERGENCES_MAX,
        )
    )
    energy = sample_stats["energy"].values
    for chain, value in enumerate(_bfmi(energy)):
        checks.append(
            Check(
                "E-BFMI",
                f"chain {chain}",
                value,
                f"> {defaults.BFMI_MIN}",
                value > defaults.BFMI_MIN,
            )
        )
    deep = int(sample_stats["maxdepth_reached"].sum())
    checks.append(Check("tree depth", "all chains", deep, "0 trajectories cut off", deep == 0))
    return Verdict(tuple(checks))


def _worst(values: xr.DataArray, *, largest: bool) -> float:
    """The worst element; NaN if any is NaN."""
    import numpy as np

    return float(np.max(values.values) if largest else np.min(values.values))


def _bfmi(energy: Any) -> list[float]:
    import arviz_stats as azs
    import numpy as np

    return [float(v) for v in np.atleast_1d(azs.bfmi(energy))]
