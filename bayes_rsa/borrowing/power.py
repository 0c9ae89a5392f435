"""Power priors on history as priors in closed form, the discount fixed or integrated out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bayes_rsa.errors import AccuracyError, InputError
from bayes_rsa.evidence import Study
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.frequentist import odds_ratio
from bayes_rsa.priors import Prior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ERROR: Final = 1e-8
"""How far the discount's prior, summed over the nodes, may be from 1."""


@dataclass(frozen=True, slots=True)
class PowerPrior:
    """A power prior.

    Attributes
    ----------
    prior
        One component for each discount.
    discounts
        The powers; one where it is fixed, else nodes over its prior.
    """

    prior: Prior
    discounts: tuple[float, ...]

    def discount(self, posterior: ExactPosterior, parameter: str) -> tuple[float, float]:
        """Posterior mean and SD of the discount, from a posterior under this prior.

        Parameters
        ----------
        posterior
            By an exact model, with ``prior`` on ``parameter``.
        parameter
            ``p_control`` or ``effect``.
        """
        weights = np.array(posterior.component_weights(parameter))
        a0 = np.array(self.discounts)
        if weights.size != a0.size:
            raise InputError(
                "posterior",
                str(posterior.priors[parameter]),
                "it has another prior",
                "give the posterior under this power prior",
            )
        mean = float(weights @ a0)
        return mean, math.sqrt(max(float(weights @ (a0 - mean) ** 2), 0.0))


def power_prior_control(
    studies: Sequence[Study],
    discount: Prior | float,
    initial: Prior,
    *,
    better: str = "higher",
    nodes: int = 48,
) -> PowerPrior:
    r"""Power prior on the control arm's event probability, with its normalising constant.

    Given the discount :math:`a_0` it is :math:`\mathrm{Beta}(a + a_0 \sum y_h, b + a_0 \sum (n_h -
    y_h))`; a free one is integrated over by Gauss-Legendre nodes, each a component of a mixture.

    Parameters
    ----------
    studies
        Randomised studies whose control arms are borrowed; they count the good outcome.
    discount
        A number between 0 and 1, or a prior on it.
    initial
        ``beta(a, b)``.
    better
        Direction of the trial's outcome: where fewer events are better, the others are counted.
    nodes
        Nodes over a free discount.

    Raises
    ------
    InputError
        If a study was not randomised, a prior is of another kind, or the discount is outside
        [0, 1].
    AccuracyError
        If the nodes do not resolve the prior on the discount.

    References
    ----------
    Neuenschwander B, Branson M, Spiegelhalter DJ. A note on the power prior. Stat Med
    2009;28:3562-3566. doi:10.1002/sim.3722
    """
    for study in studies:
        if not study.randomised:
            raise InputError(
                "studies",
                study.key,
                f"{study.label} was not randomised: its rate may be borrowed only through a bias",
                "use meta_analytic_predictive with baseline_bias, or leave it out",
            )
    if initial.families != ("beta",) or not initial.is_proper:
        raise InputError("initial", str(initial), "it is one proper beta", "use beta(1, 1)")
    a, b = initial.components[0].arguments
    arms = [study.control_arm for study in studies]
    events = sum(arm.events if better == "higher" else arm.n - arm.events for arm in arms)
    others = sum(arm.n for arm in arms) - events
    return _over_discounts(discount, nodes, lambda a0: Prior.beta(a + a0 * events, b + a0 * others))


def power_prior_effect(
    studies: Sequence[Study],
    discount: Prior | float,
    initial: Prior,
    *,
    bias: Prior | None = None,
    better: str = "higher",
    nodes: int = 48,
) -> PowerPrior:
    """Power prior on the log odds ratio, from the studies' estimates by a normal likelihood.

    Parameters
    ----------
    studies
        With both arms and no empty cell.
    discount, better, nodes
        As in :func:`power_prior_control`.
    initial
        ``normal(m, s)``.
    bias
        ``normal`` or ``point`` prior on the bias of each study that was not randomised.

    Raises
    ------
    InputError
        If a study has an empty cell, or was not randomised and has no bias.
    AccuracyError
        If the nodes do not resolve the prior on the discount.
    """
    if initial.families != ("normal",):
        raise InputError("initial", str(initial), "it is one normal", "use normal(0, 1)")
    m, s = initial.components[0].arguments
    found = [estimate(study, bias, better) for study in studies]
    precision = math.fsum(error**-2 for _, error in found)
    pull = math.fsum(place * error**-2 for place, error in found)

    def at(a0: float) -> Prior:
        total = s**-2 + a0 * precision
        return Prior.normal((m * s**-2 + a0 * pull) / total, total**-0.5)

    return _over_discounts(discount, nodes, at)


def estimate(study: Study, bias: Prior | None, better: str) -> tuple[float, float]:
    """A study's log odds ratio and standard error, the bias of its design taken off.

    Raises
    ------
    InputError
        If it has an empty cell, or was not randomised and there is no bias.
    """
    treatment, control = study.arms
    y1, n1, y0, n0 = treatment.events, treatment.n, control.events, control.n
    if 0 in (y1, n1 - y1, y0, n0 - y0):
        raise InputError(
            "studies",
            study.key,
            f"{study.label} has an empty cell, so its log odds ratio has no normal likelihood",
            "use a model with binomial likelihoods",
        )
    found = odds_ratio(y1, n1, y0, n0)
    place = math.log(found.value) * (1.0 if better == "higher" else -1.0)
    error = found.standard_error
    if study.randomised:
        return place, error
    if bias is None or bias.families not in (("normal",), ("point",)):
        raise InputError(
            "bias",
            "missing" if bias is None else str(bias),
            f"{study.label} was not randomised: its effect may be borrowed only through a bias "
            "with a normal prior, or a fixed one",
            "give bias, such as normal(0, 0.5), or leave the study out",
        )
    mean, *sd = bias.components[0].arguments
    return place - mean, math.hypot(error, *sd)


def _over_discounts(
    discount: Prior | float, nodes: int, prior: Callable[[float], Prior]
) -> PowerPrior:
    share = discount if isinstance(discount, Prior) else Prior.point(discount)
    fixed = share.families == ("point",)
    low, high = share.support
    if fixed:
        low = high = share.components[0].arguments[0]
    if low < 0 or high > 1 or not share.is_proper:
        raise InputError(
            "discount",
            str(share),
            "a discount lies between 0 (no borrowing) and 1 (pooling)",
            "use a number, beta(a, b) or uniform(0, 1)",
        )
    if fixed:
        return PowerPrior(prior(low), (low,))
    # On the angle a beta's density has no edge: its powers become sines and cosines.
    place, weight = np.polynomial.legendre.leggauss(nodes)
    angle = 0.5 * np.pi * (place + 1.0)
    a0 = low + (high - low) * np.sin(0.5 * angle) ** 2
    slope = 0.5 * (high - low) * np.sin(angle) * 0.5 * np.pi
    mass = np.exp(share.logpdf(a0)) * slope * weight
    error = abs(float(mass.sum()) - 1.0)
    if error > _ERROR:
        raise AccuracyError(
            "the prior on the discount", error, _ERROR, "use one without edges inside its support"
        )
    mixed = Prior.mixture(
        [(float(w), prior(float(x))) for x, w in zip(a0, mass / mass.sum(), strict=True)]
    )
    return PowerPrior(mixed, tuple(float(x) for x in a0))
