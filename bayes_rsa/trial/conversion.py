"""Summaries turned into other summaries: each an approximation, offered for comparison.

A likelihood of what was printed needs none of them, except where a lognormal marker comes with an
arithmetic mean and SD.
"""

from __future__ import annotations

import math
import warnings
from typing import Final

from bayes_rsa.errors import DoubtfulConversionWarning, InputError
from bayes_rsa.fields import check_choice
from bayes_rsa.trial.arm_summary import Moments, Quartiles
from bayes_rsa.trial.biomarker import Biomarker
from bayes_rsa.trial.finding import MeanSD, MedianQuartiles
from bayes_rsa.trial.finding_summaries import GeometricMeanSD

__all__ = ["DOUBTFUL_CV", "arm_moments", "arm_quartiles", "log_moments", "luo", "wan"]

DOUBTFUL_CV: Final = 1.2
"""Ratio of SD to mean above which a lognormal reading of arithmetic summaries is in doubt."""

SCALES: Final = ("raw", "log")


def arm_moments(marker: Biomarker, scale: str | None = None) -> tuple[str, tuple[Moments, Moments]]:
    """The scale of a marker's means and SDs, and both arms' on it, treatment first.

    Parameters
    ----------
    marker
        Its finding is means and SDs, or geometric ones.
    scale
        ``"raw"``, the default for means and SDs, or ``"log"``, the only one for geometric ones.
        Arithmetic means and SDs are turned into those of the logarithms of a lognormal marker.

    Raises
    ------
    InputError
        If the finding is another, or geometric means are asked for on their own scale.

    Warns
    -----
    DoubtfulConversionWarning
        If an SD is above 1.2 times its mean and the logarithms are asked for.
    """
    finding = marker.finding
    if isinstance(finding, GeometricMeanSD):
        if check_choice("scale", scale or "log", SCALES) != "log":
            raise InputError(
                "scale", scale, "geometric means live on the log scale", 'use scale="log"'
            )
        return "log", finding.logs()
    if not isinstance(finding, MeanSD):
        raise InputError(
            f"biomarker {marker.name!r}",
            finding.kind,
            "it reports no mean and SD of each arm",
            "use the model of its own class of evidence",
        )
    if check_choice("scale", scale or "raw", SCALES) == "raw":
        return "raw", (finding.treatment, finding.control)
    arms = (finding.treatment, finding.control)
    logs = log_moments(arms[0]), log_moments(arms[1])
    spread = max(arm.sd / arm.mean for arm in arms)
    if spread > DOUBTFUL_CV:
        warnings.warn(
            f"biomarker {marker.name!r} has an SD {spread:.2f} times its mean: above "
            f"{DOUBTFUL_CV:g} its logarithm's mean and SD hardly follow from them. Look for "
            "quartiles or geometric means.",
            DoubtfulConversionWarning,
            stacklevel=3,
        )
    return "log", logs


def arm_quartiles(
    marker: Biomarker, scale: str | None = None
) -> tuple[str, tuple[Quartiles, Quartiles]]:
    """The scale of a marker's quartiles, and both arms' on it, treatment first.

    Parameters
    ----------
    marker
        Its finding is quartiles.
    scale
        ``"log"`` (by default) if the marker's logarithm is normal, or ``"raw"``.

    Raises
    ------
    InputError
        If the finding is another, a quartile is not positive on the log scale, or two are equal.
    """
    finding = marker.finding
    if not isinstance(finding, MedianQuartiles):
        raise InputError(
            f"biomarker {marker.name!r}",
            finding.kind,
            "it reports no quartiles",
            "use the model of its own class of evidence",
        )
    scale = check_choice("scale", scale or "log", SCALES)
    arms = []
    for arm in (finding.treatment, finding.control):
        if scale == "log" and arm.q1 <= 0:
            raise InputError(
                "finding.q1", arm.q1, "quartiles on the log scale are positive", 'use scale="raw"'
            )
        if not arm.q1 < arm.median < arm.q3:
            raise InputError(
                "finding",
                tuple(arm),
                "quartiles that are equal, as rounding makes them, have no density",
                "give them with more digits",
            )
        cuts = arm[:3] if scale == "raw" else tuple(math.log(cut) for cut in arm[:3])
        arms.append(Quartiles(cuts[0], cuts[1], cuts[2], arm.n))
    return scale, (arms[0], arms[1])


def log_moments(arm: Moments) -> Moments:
    """Mean and SD of the logarithms of a lognormal marker with this arithmetic mean and SD.

    ``sigma² = ln(1 + s²/m²)``, ``mu = ln m − sigma²/2``. In doubt where s/m is above 1.2.

    Raises
    ------
    InputError
        If the mean is not positive.

    Examples
    --------
    >>> mu, sigma, n = log_moments(Moments(14.67, 7.56, 75))
    >>> round(sigma, 3)
    0.485
    """
    if arm.mean <= 0:
        raise InputError(
            "finding.mean",
            arm.mean,
            "a lognormal marker has a positive mean",
            'model it on its own scale: scale="raw"',
        )
    variance = math.log1p((arm.sd / arm.mean) ** 2)
    return Moments(math.log(arm.mean) - 0.5 * variance, math.sqrt(variance), arm.n)


def wan(arm: Quartiles) -> Moments:
    """Mean and SD of a normal marker from its quartiles, by Wan et al. (scenario C3).

    References
    ----------
    Wan X, Wang W, Liu J, Tong T. BMC Med Res Methodol 2014;14:135. doi:10.1186/1471-2288-14-135
    """
    from statistics import NormalDist

    z = NormalDist().inv_cdf((0.75 * arm.n - 0.125) / (arm.n + 0.25))
    return Moments((arm.q1 + arm.median + arm.q3) / 3, (arm.q3 - arm.q1) / (2 * z), arm.n)


def luo(arm: Quartiles) -> Moments:
    """Mean by Luo et al., who weight the quartiles by n; SD as :func:`wan`.

    References
    ----------
    Luo D, Wan X, Liu J, Tong T. Stat Methods Med Res 2018;27:1785-1805.
    doi:10.1177/0962280216669183
    """
    weight = 0.7 + 0.39 / arm.n
    mean = weight * (arm.q1 + arm.q3) / 2 + (1 - weight) * arm.median
    return Moments(mean, wan(arm).sd, arm.n)
