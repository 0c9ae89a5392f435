"""Sensitivity of the indirect effect to an unmeasured cause of biomarker and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.defaults import SEED
from bayes_rsa.errors import InputError
from bayes_rsa.mediation.effects import NaturalEffect, natural_effects
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ConfoundingCurve", "confounding_curve"]

RHOS: Final = (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6)
"""Correlations at which the model is fitted."""


@dataclass(frozen=True, slots=True)
class ConfoundingCurve:
    """The indirect effect at each assumed correlation of the two errors.

    Attributes
    ----------
    rho
        Correlations, rising.
    indirect
        The natural indirect effect at each.
    """

    rho: tuple[float, ...]
    indirect: tuple[NaturalEffect, ...]

    @property
    def tipping(self) -> float | None:
        """The rho nearest 0 at which the median indirect effect is zero; None if none is in range.

        By linear interpolation between the values of rho.
        """
        return self._crossing([e.median for e in self.indirect])

    @property
    def doubtful(self) -> float | None:
        """The rho nearest 0 at which a limit of the interval is zero; None if none is in range."""
        found = [self._crossing([e.eti[side] for e in self.indirect]) for side in (0, 1)]
        return min((rho for rho in found if rho is not None), key=abs, default=None)

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if self.tipping is None:
            return (
                f"No correlation of the errors between {self.rho[0]:g} and {self.rho[-1]:g} brings "
                "the median indirect effect to zero."
            )
        return (
            f"A correlation of {self.tipping:.2f} between the errors of biomarker and outcome, "
            "made by a cause of both that was not measured, brings the median indirect effect to "
            "zero."
        )

    def to_frame(self) -> pd.DataFrame:
        """One row for each rho: mean, median, interval limits and probability of benefit."""
        import pandas as pd

        return pd.DataFrame(
            {
                "rho": self.rho,
                "mean": [e.mean for e in self.indirect],
                "median": [e.median for e in self.indirect],
                "eti_lower": [e.eti[0] for e in self.indirect],
                "eti_upper": [e.eti[1] for e in self.indirect],
                "p_benefit": [e.p_benefit for e in self.indirect],
            }
        )

    def _crossing(self, values: Sequence[float]) -> float | None:
        found = []
        pairs = list(zip(self.rho, values, strict=True))
        for (left, low), (right, high) in pairwise(pairs):
            if low == 0 or low * high < 0:
                found.append(left + (right - left) * low / (low - high))
        if pairs[-1][1] == 0:
            found.append(pairs[-1][0])
        return min(found, key=abs, default=None)


def confounding_curve(
    trial: Trial,
    data: Any,
    *,
    rhos: Sequence[float] = RHOS,
    seed: int = SEED,
    ess_target: int = 1000,
    **model: Any,
) -> ConfoundingCurve:
    """Fit the mediation model at each assumed correlation of the two errors, with one compile.

    The data say nothing about the correlation, so each fit is as good as the next: the priors stand
    on the parameters of the confounded model.

    Parameters
    ----------
    trial, data
        As in ``bayes_rsa.models.mediation``.
    rhos
        Correlations in (-1, 1), at least two.
    seed, ess_target
        Of each fit.
    **model
        Everything else that ``bayes_rsa.models.mediation`` takes, but ``rho``.

    Raises
    ------
    ConvergenceError
        If the gate fails at one of them.
    InputError
        If there are fewer than two, or the model refuses.
    """
    from bayes_rsa.diagnostics import check
    from bayes_rsa.inference import CompiledModel, fit
    from bayes_rsa.models.mediation import mediation

    ordered = tuple(sorted({float(rho) for rho in rhos}))
    if len(ordered) < 2:
        raise InputError("rhos", ordered, "a curve needs two of them", "use -0.5, 0 and 0.5")
    built = [mediation(trial, data, rho=rho, **model) for rho in ordered]
    compiled = CompiledModel.of(built)
    found = []
    for one in built:
        tree = fit(one, seed=seed, ess_target=ess_target, compiled=compiled, predictive=False)
        check(tree).require()
        (indirect,) = (e for e in natural_effects(tree) if e.key == "natural_indirect_effect")
        found.append(indirect)
    return ConfoundingCurve(ordered, tuple(found))
