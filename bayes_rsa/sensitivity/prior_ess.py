"""Effective sample size of a prior, under named definitions that differ: state which is meant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.errors import InputError
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.frequentist import odds_ratio
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.prior_information import Information, growth
from bayes_rsa.trial import Trial

UNIT_INFORMATION: Final = "unit information"
EVENTS: Final = "events"
ELIR: Final = "ELIR"
MORITA: Final = "Morita"
MOMENTS: Final = "moments"


@dataclass(frozen=True, slots=True)
class EffectiveSampleSize:
    """What a prior is worth, in participants or events.

    Attributes
    ----------
    definition
        ``unit information``, ``events``, ``ELIR``, ``Morita`` or ``moments``.
    value
        None where it does not exist.
    unit
        ``patients`` of both arms together, ``events``, or ``participants`` of one arm.
    meaning
        The definition in words; why there is no value, where there is none.
    """

    definition: str
    value: float | None
    unit: str
    meaning: str


def effect_ess(
    trial: Trial, effect: Prior, *, baseline: Prior | None = None, midpoint: Prior | None = None
) -> dict[str, EffectiveSampleSize]:
    """Effective sample sizes of a prior on the log odds ratio, by definition.

    Parameters
    ----------
    trial
        A trial with counts, all cells above 0: ``unit information`` is in its patients.
    effect
        Prior on the log odds ratio, on the whole line.
    baseline, midpoint
        Nuisance prior, over which ``ELIR`` and ``Morita`` take the patients' information; as in
        ``exact.log_odds_ratio``.

    Returns
    -------
    dict
        ``unit information`` (the one to print by default), ``events``, ``ELIR``, ``Morita``.

    Raises
    ------
    InputError
        If the effect's prior has edges or no density, or the table an empty cell.

    References
    ----------
    Neuenschwander B, Weber S, Schmidli H, O'Hagan A. Predictively consistent prior effective
    sample sizes. Biometrics 2020;76:578-587. doi:10.1111/biom.13252

    Morita S, Thall PF, Müller P. Determining the effective sample size of a parametric prior.
    Biometrics 2008;64:595-602. doi:10.1111/j.1541-0420.2007.00888.x
    """
    if not trial.has_counts or 0 in (
        *trial.events,
        *(n - y for y, n in zip(trial.events, trial.n, strict=True)),
    ):
        raise InputError(
            "trial",
            trial.name,
            "the information of one patient needs a table without empty cells",
            "give the counts, or use arm_ess",
        )
    (y1, y0), (n1, n0) = trial.events, trial.n
    standard_error = odds_ratio(y1, n1, y0, n0).standard_error
    known = Information(effect)
    total = known.growing()
    assert total is not None
    level = baseline or midpoint or Prior.normal(0.0, defaults.MIDPOINT_SD)
    shift = 0.0 if baseline is not None else 0.5
    found = (
        EffectiveSampleSize(
            UNIT_INFORMATION,
            (n1 + n0) * standard_error**2 * total,
            "patients",
            "the prior's information over that of one patient at the observed table",
        ),
        EffectiveSampleSize(
            EVENTS, 4 * total, "events", "4 over the prior's variance: an event is worth 1/4"
        ),
        _efficient(known, level, shift),
        _at_centre(known, level, shift),
    )
    return {one.definition: one for one in found}


def arm_ess(prior: Prior) -> dict[str, EffectiveSampleSize]:
    """Effective sample sizes of a prior on one arm's probability or log odds, by definition.

    Parameters
    ----------
    prior
        ``beta``, ``logit_normal`` or ``uniform(0, 1)`` on the probability, or a family on the whole
        line on the log odds; mixtures within each.

    Returns
    -------
    dict
        ``ELIR``, ``Morita``, ``moments``. None of them is monotone in the SD of a normal prior on
        the log odds: a wide one piles its mass up at 0 and 1, where a participant says little.
    """
    known = Information(prior)
    parts = [known.growing(power) for power in (0.0, 1.0, -1.0)]
    elir = None if None in parts else 2 * parts[0] + parts[1] + parts[2]  # type: ignore[operator]
    mean, square = (known.mean(lambda x, k=k: _expit(x) ** k) for k in (1, 2))  # type: ignore[misc]
    centre = known.centre
    at_centre = float(known.at(np.array([centre]))[0]) * 4 * math.cosh(0.5 * centre) ** 2
    found = (
        EffectiveSampleSize(
            ELIR,
            elir,
            "participants",
            "expected local information ratio, on the log odds"
            if elir is not None
            else "infinite: the prior's tails are too heavy",
        ),
        _morita(at_centre, "participants"),
        EffectiveSampleSize(
            MOMENTS,
            mean * (1 - mean) / (square - mean**2) - 1,
            "participants",
            "a + b of the beta distribution with the same mean and variance",
        ),
    )
    return {one.definition: one for one in found}


def _efficient(known: Information, level: Prior, shift: float) -> EffectiveSampleSize:
    # Per patient at 1:1 the information is 1 / (2 / (p1 q1) + 2 / (p0 q0)), and 1 / (p q) is
    # 2 + exp(l) + exp(-l); l1 and l0 are the level plus (1 - shift) and -shift times the effect.
    total = 0.0
    for times in (1.0 - shift, -shift):
        for sign in (0.0, 1.0, -1.0):
            inside, outside = known.growing(sign * times), growth(level, sign)
            if inside is None or outside is None:
                return EffectiveSampleSize(
                    ELIR, None, "patients", "infinite: a prior's tails are too heavy"
                )
            total += 2 * (2.0 if sign == 0 else 1.0) * inside * outside
    return EffectiveSampleSize(
        ELIR,
        total,
        "patients",
        "expected local information ratio, with the efficient information of a patient at 1:1",
    )


def _at_centre(known: Information, level: Prior, shift: float) -> EffectiveSampleSize:
    place, delta = Information(level).centre, known.centre
    cells = [4 * math.cosh(0.5 * (place + t * delta)) ** 2 for t in (1.0 - shift, -shift)]
    return _morita(float(known.at(np.array([delta]))[0]) * 2 * math.fsum(cells), "patients")


def _morita(value: float, unit: str) -> EffectiveSampleSize:
    if value <= 0:
        return EffectiveSampleSize(
            MORITA, None, unit, "the prior's density is not concave, on the log scale, at its mean"
        )
    return EffectiveSampleSize(
        MORITA, value, unit, "ratio of the prior's information to a participant's, at its mean"
    )


def _expit(x: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))
