"""Priors that are made from the planned effect or from the estimate at hand."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from bayes_rsa.errors import InputError
from bayes_rsa.priors.component import finite_number
from bayes_rsa.priors.prior import Prior

STRENGTHS = ("weak", "moderate", "strong")


@cache
def archetype_data() -> dict[str, Any]:
    """Contents of the data file, read once."""
    import tomllib
    from importlib import resources

    text = resources.files("bayes_rsa").joinpath("data/priors.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def listed_prior(row: dict[str, str]) -> Prior:
    """Prior of one row of the data file."""
    return Prior.parse(row["prior"]).with_label(
        row["label"],
        rationale=row["rationale"],
        source=row["source"],
        parameter=row["parameter"],
    )


def normal_quantile(q: float) -> float:
    """Quantile of the standard normal, without loading SciPy."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(q)


def direction(better: str) -> int:
    """Sign of a benefit on a log ratio: 1 where more events are better, -1 where fewer."""
    if better not in ("higher", "lower"):
        raise InputError(
            "better", better, "better is 'higher' or 'lower'", "say which outcome is good"
        )
    return 1 if better == "higher" else -1


def _planned_effect(odds_ratio: float, better: str) -> float:
    sign = direction(better)
    odds_ratio = finite_number("planned_odds_ratio", odds_ratio)
    if not odds_ratio > 0 or odds_ratio == 1:
        raise InputError(
            "planned_odds_ratio",
            odds_ratio,
            "a planned odds ratio is a positive number other than 1",
            "take it from the sample-size paragraph, never from the observed effect",
        )
    effect = math.log(odds_ratio)
    if effect * sign < 0:
        raise InputError(
            "planned_odds_ratio",
            odds_ratio,
            f"with better='{better}' a planned benefit is an odds ratio "
            f"{'above' if sign > 0 else 'below'} 1",
            "exchange the arms or set better to the other direction",
        )
    return effect


def zampieri(planned_odds_ratio: float, better: str = "higher") -> dict[str, Prior]:
    """Nine priors on the log odds ratio: three beliefs at three strengths.

    Parameters
    ----------
    planned_odds_ratio
        Odds ratio the trial was planned to detect, on the side of benefit: above 1 where more
        events are better, below 1 where fewer are. Never the observed one.
    better
        ``higher`` or ``lower``: the direction of a good outcome.

    Returns
    -------
    dict
        Name (``neutral weak``, ..., ``pessimistic strong``) to prior. The optimistic priors have
        their mean at the planned effect and a probability of harm of 0.30, 0.15 and 0.05; the
        pessimistic ones are their mirror images.

    Raises
    ------
    InputError
        If the planned odds ratio is not positive, is 1, or is on the side of harm.

    References
    ----------
    Zampieri et al. 2021, doi 10.1164/rccm.202006-2381CP.

    Examples
    --------
    >>> str(zampieri(2.0)["neutral moderate"])
    'normal(0, 0.355)'
    """
    effect = _planned_effect(planned_odds_ratio, better)
    scheme = archetype_data()["zampieri"]
    fixed = {row["name"]: row for row in archetype_data()["archetype"]}
    grid = {name: listed_prior(fixed[name]) for name in (f"neutral {s}" for s in STRENGTHS)}
    for belief, sign in (("optimistic", 1), ("pessimistic", -1)):
        for strength in STRENGTHS:
            tail = float(scheme["harm"][strength])
            against = "harm" if sign > 0 else "benefit"
            grid[f"{belief} {strength}"] = Prior.normal(
                sign * effect,
                abs(effect) / -normal_quantile(tail),
                label=f"{belief.capitalize()}, {strength}",
                rationale=f"Mean at {'' if sign > 0 else 'minus '}the planned log odds ratio "
                f"(odds ratio {planned_odds_ratio:.4g}); probability of {against} {tail:.2f}.",
                source=scheme["source"],
                parameter="log_odds_ratio",
            )
    return grid


def sceptical(planned_odds_ratio: float, better: str = "higher") -> Prior:
    """Sceptical prior: mean 0, and an effect beyond the planned one has probability 0.05.

    Raises
    ------
    InputError
        If the planned odds ratio is not positive, is 1, or is on the side of harm.

    References
    ----------
    Spiegelhalter, Freedman, Parmar 1994, J R Stat Soc A 157:357-416.
    """
    effect = _planned_effect(planned_odds_ratio, better)
    scheme = archetype_data()["sceptical"]
    sd = abs(effect) / -normal_quantile(scheme["tail"])
    return Prior.normal(
        0,
        sd,
        label="Sceptical",
        rationale=f"An odds ratio beyond {planned_odds_ratio:.4g} has probability "
        f"{scheme['tail']:.2f}; worth {4 / sd**2:.3g} events.",
        source=scheme["source"],
        parameter="log_odds_ratio",
    )


def enthusiastic(planned_odds_ratio: float, better: str = "higher") -> Prior:
    """Enthusiastic prior: mean at the planned effect, and harm has probability 0.05.

    Raises
    ------
    InputError
        If the planned odds ratio is not positive, is 1, or is on the side of harm.

    References
    ----------
    Spiegelhalter, Freedman, Parmar 1994, J R Stat Soc A 157:357-416.
    """
    effect = _planned_effect(planned_odds_ratio, better)
    scheme = archetype_data()["sceptical"]
    return Prior.normal(
        effect,
        abs(effect) / -normal_quantile(scheme["tail"]),
        label="Enthusiastic",
        rationale=f"Mean at the planned odds ratio {planned_odds_ratio:.4g}; "
        f"harm has probability {scheme['tail']:.2f}.",
        source=scheme["source"],
        parameter="log_odds_ratio",
    )


def handicap(
    estimate: float,
    standard_error: float,
    sd: float,
    alpha: float = 0.025,
    better: str = "higher",
) -> Prior:
    """Prior of a given SD whose mean is such that the data at hand only just fail.

    With a normal likelihood for the log odds ratio, the posterior probability of benefit is
    exactly 1 - alpha: any prior less favourable leaves the data unconvincing.

    Parameters
    ----------
    estimate, standard_error
        Estimated log odds ratio and its standard error.
    sd
        Standard deviation of the prior, for instance that of ``sceptical``.
    alpha
        One minus the posterior probability of benefit that the data would have to reach.
    better
        ``higher`` or ``lower``: the direction of a good outcome.

    Raises
    ------
    InputError
        If a number is not finite, a standard deviation is not positive, or alpha is not in (0, 1).
    """
    sign = direction(better)
    estimate = finite_number("estimate", estimate)
    for name, value in (("standard_error", standard_error), ("sd", sd)):
        if not finite_number(name, value) > 0:
            raise InputError(name, value, f"{name} must be greater than 0", "give a positive one")
    if not 0 < finite_number("alpha", alpha) < 1:
        raise InputError("alpha", alpha, "alpha lies between 0 and 1", "use 0.025, for instance")
    z = -normal_quantile(alpha)
    precision = 1 / sd**2 + 1 / standard_error**2
    mean = sd**2 * (z * math.sqrt(precision) - sign * estimate / standard_error**2)
    return Prior.normal(
        sign * mean,
        sd,
        label="Handicap",
        rationale=f"Mean at which the data give benefit a probability of exactly {1 - alpha:.4g}.",
        source=archetype_data()["sceptical"]["source"],
        parameter="log_odds_ratio",
    )
