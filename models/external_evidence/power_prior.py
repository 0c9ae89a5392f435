"""Power priors: historical likelihoods that count for a share of themselves, normalised."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pymc as pm

from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.models._arms import expose, observe, two_arm_model
from bayes_rsa.models._families import log_of_probability
from bayes_rsa.models._variables import variable
from bayes_rsa.models.external_evidence._effects import ARM_VARIABLES, Level
from bayes_rsa.models.external_evidence._power import discount_variable, given_history
from bayes_rsa.models.external_evidence._studies import STUDY, check_studies
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

if TYPE_CHECKING:
    from bayes_rsa.evidence import Study

Tensor = Any


def power_prior_control(
    trial: Trial,
    *,
    studies: Sequence[Study],
    discount: Prior | float,
    treatment: Prior,
    control: Prior,
) -> pm.Model:
    r"""Historical control arms, each likelihood raised to one power between 0 and 1.

    .. math::
        \pi(p_0, a_0) = \pi(a_0)\,
        \frac{\pi_0(p_0) \prod_h L(p_0 \mid y_h)^{a_0}}{C(a_0)}
        = \pi(a_0)\, \mathrm{Beta}\Bigl(p_0 \Bigm| a + a_0 \sum_h y_h,\;
        b + a_0 \sum_h (n_h - y_h)\Bigr)

    Parameters
    ----------
    trial
        With counts.
    studies
        Randomised studies whose control arms are borrowed.
    discount
        The power :math:`a_0`: a number or ``point(x)`` fixes it, a prior on (0, 1) lets the data
        have a say. 0 is no borrowing, 1 is pooling.
    treatment
        Prior on the treatment arm's event probability.
    control
        Initial prior ``beta(a, b)`` on the control arm's, before the studies.

    Returns
    -------
    pm.Model
        Free: ``p_treatment``, ``p_control`` and, unless it is fixed, ``discount``. Deterministic:
        ``log_odds_ratio``. Observed: ``outcome`` (arm). Data: ``history_events``, ``history_n``
        (study).

    Raises
    ------
    InputError
        If a study was not randomised, a prior is of another kind, or the discount is outside
        [0, 1].

    Notes
    -----
    The normalising constant :math:`C(a_0)` is part of the density: without it a free :math:`a_0`
    has a posterior that depends on how the historical likelihood is scaled. It is a prior and
    generates data, unlike a discount of the trial's own likelihood.

    References
    ----------
    Neuenschwander B, Branson M, Spiegelhalter DJ. A note on the power prior. Stat Med
    2009;28:3562-3566. doi:10.1002/sim.3722

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.evidence import studies
    >>> from bayes_rsa.models import external_evidence
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> uniform = rsa.Prior.beta(1, 1)
    >>> model = external_evidence.power_prior_control(
    ...     trial, studies=studies("A"), discount=uniform, treatment=uniform, control=uniform
    ... )
    >>> [v.name for v in model.free_RVs]
    ['discount', 'p_control', 'p_treatment']
    """
    found = check_studies(trial, studies)
    for study in found:
        if not study.randomised:
            raise InputError(
                "studies",
                study.key,
                f"{study.label} was not randomised: its rate may be borrowed only through a bias",
                "use meta_analytic_predictive with baseline_bias, or leave it out",
            )
    if control.families != ("beta",) or not control.is_proper:
        raise InputError(
            "control",
            str(control),
            "the initial prior of a power prior on a rate is one proper beta",
            "use beta(1, 1)",
        )
    good = trial.better == "higher"
    arms = [study.control for study in found if study.control is not None]
    model = two_arm_model(trial)
    model.add_coord(STUDY, [study.label for study in found])
    with model:
        power, entry = discount_variable(discount)
        events = [arm.events if good else arm.n - arm.events for arm in arms]
        history = (
            pm.Data("history_events", np.array(events, dtype=float), dims=STUDY),
            pm.Data("history_n", np.array([arm.n for arm in arms], dtype=float), dims=STUDY),
        )
        p0 = given_history("p_control", control, _updated_beta, power, history)
        p1 = variable("p_treatment", treatment)
        l1, l0 = (log_p - log_q for log_p, log_q in map(log_of_probability, (p1, p0)))
        pm.Deterministic("log_odds_ratio", l1 - l0)
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
    priors = {"p_treatment": treatment, "p_control": control} | entry
    return attach(
        model,
        Card(
            "power_prior_control",
            trial,
            priors,
            ARM_VARIABLES,
            tuple(entry),
            source=source_of(power_prior_control),
        ),
    )


def power_prior_effect(
    trial: Trial,
    *,
    studies: Sequence[Study],
    discount: Prior | float,
    effect: Prior,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
    bias: Prior | None = None,
) -> pm.Model:
    r"""Historical log odds ratios, each normal likelihood raised to one power between 0 and 1.

    .. math::
        \delta \mid a_0 \sim N\Bigl(v\,\bigl(m/s^2 + a_0 \textstyle\sum_h \hat\theta_h/
        \mathrm{se}_h^2\bigr),\; v\Bigr), \qquad
        v^{-1} = s^{-2} + a_0 \textstyle\sum_h \mathrm{se}_h^{-2}

    Parameters
    ----------
    trial
        With counts; its own likelihood is binomial.
    studies
        Studies with both arms, no cell of them empty; each enters by its log odds ratio and that
        one's standard error (Woolf).
    discount
        As in :func:`power_prior_control`.
    effect
        Initial prior ``normal(m, s)`` on the log odds ratio, before the studies.
    baseline, midpoint
        As in :func:`bayes_rsa.models.log_odds_ratio`.
    bias
        ``normal`` or ``point`` prior on the bias of each study that was not randomised: its mean is
        taken off the estimate, its variance added.

    Returns
    -------
    pm.Model
        Free: ``effect``, the level and, unless it is fixed, ``discount``. Deterministic:
        ``p_treatment``, ``p_control``, ``log_odds_ratio``. Observed: ``outcome`` (arm). Data:
        ``history_estimate``, ``history_standard_error`` (study).

    Notes
    -----
    The historical likelihood is a normal approximation, which makes the normalising constant
    exact; the trial's own is not approximated.

    References
    ----------
    Ibrahim JG, Chen MH, Gwon Y, Chen F. The power prior: theory and applications. Stat Med
    2015;34:3724-3749. doi:10.1002/sim.6728

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa.evidence import studies
    >>> from bayes_rsa.models import external_evidence
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> model = external_evidence.power_prior_effect(
    ...     trial, studies=studies("A"), discount=0.5, effect=rsa.Prior.normal(0, 1)
    ... )
    >>> [v.name for v in model.free_RVs]
    ['effect', 'midpoint']
    """
    found = check_studies(trial, studies, both_arms=True)
    if effect.families != ("normal",):
        raise InputError(
            "effect",
            str(effect),
            "the initial prior of a power prior on the effect is one normal",
            "use normal(0, 1)",
        )
    summaries = [_estimate(trial, study, bias) for study in found]
    if bias is not None and all(study.randomised for study in found):
        raise InputError("bias", str(bias), "every study was randomised", "leave bias out")
    level = Level.of(baseline, midpoint)
    model = two_arm_model(trial)
    model.add_coord(STUDY, [study.label for study in found])
    with model:
        power, entry = discount_variable(discount)
        history = tuple(
            pm.Data(name, np.array(values), dims=STUDY)
            for name, values in zip(
                ("history_estimate", "history_standard_error"),
                zip(*summaries, strict=True),
                strict=True,
            )
        )
        delta = given_history("effect", effect, _updated_normal, power, history)
        l1, l0 = level.log_odds(level.variable(), delta)
        expose(log_odds_treatment=l1, log_odds_control=l0)
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
    return attach(
        model,
        Card(
            "power_prior_effect",
            trial,
            {"effect": effect} | entry | level.entry,
            ARM_VARIABLES,
            (*entry, *level.entry),
            source=source_of(power_prior_effect),
        ),
    )


def _estimate(trial: Trial, study: Study, bias: Prior | None) -> tuple[float, float]:
    """Log odds ratio of the trial's event and its standard error, the bias taken off."""
    assert study.treatment is not None
    assert study.control is not None
    cells = [study.treatment.events, study.treatment.n - study.treatment.events]
    cells += [study.control.n - study.control.events, study.control.events]
    if 0 in cells:
        raise InputError(
            "studies",
            study.key,
            f"{study.label} has an empty cell, so its log odds ratio has no normal likelihood",
            "use commensurate or meta_analytic_predictive, whose likelihoods are binomial",
        )
    sign = 1.0 if trial.better == "higher" else -1.0
    place = sign * math.log(cells[0] * cells[2] / (cells[1] * cells[3]))
    variance = math.fsum(1 / cell for cell in cells)
    if not study.randomised:
        if bias is None or bias.families not in (("normal",), ("point",)):
            raise InputError(
                "bias",
                "missing" if bias is None else str(bias),
                f"{study.label} was not randomised: its effect may be borrowed only through a bias "
                "with a normal prior, or a fixed one",
                "give bias, such as normal(0, 0.5), or leave the study out",
            )
        mean, *sd = bias.components[0].arguments
        place -= mean
        variance += sd[0] ** 2 if sd else 0.0
    return place, math.sqrt(variance)


def _updated_beta(a: Tensor, b: Tensor, power: Tensor, events: Tensor, n: Tensor) -> Any:
    return a + power * events.sum(), b + power * (n - events).sum()


def _updated_normal(m: Tensor, s: Tensor, power: Tensor, estimate: Tensor, error: Tensor) -> Any:
    precision = s**-2 + power * (error**-2).sum()
    return (m * s**-2 + power * (estimate * error**-2).sum()) / precision, precision**-0.5
