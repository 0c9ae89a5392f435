"""Two-arm trials with a binary outcome: one model for each way to place the prior.

In every model ``events[arm] ~ Binomial(n[arm], p[arm])``, and the scalars ``p_treatment``,
``p_control`` (probability) and ``log_odds_ratio`` (natural log, treatment minus control) are
exposed. Other estimands come from ``bayes_rsa.estimands``.
"""

from __future__ import annotations

import pymc as pm
import pytensor.tensor as pt

from bayes_rsa import defaults
from bayes_rsa.contract import Card, attach, source_of
from bayes_rsa.errors import InputError
from bayes_rsa.models._arms import expose, observe, two_arm_model
from bayes_rsa.models._families import log_of_probability
from bayes_rsa.models._variables import variable
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

_ARMS = ("p_treatment", "p_control", "log_odds_ratio")


def independent_arms(trial: Trial, *, treatment: Prior, control: Prior) -> pm.Model:
    r"""Each arm's event probability has its own prior, independent of the other's.

    .. math::
        y_k \sim \mathrm{Binomial}(n_k, p_k), \qquad
        p_1 \sim \texttt{treatment}, \quad p_0 \sim \texttt{control}

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    treatment, control
        Priors on the probability of an event in each arm, support inside [0, 1]:
        ``beta(a, b)``, ``uniform(lower, upper)``, ``logit_normal(mean, sd)`` or a mixture.

    Returns
    -------
    pm.Model
        Free: ``p_treatment``, ``p_control`` (probability). Deterministic: ``log_odds_ratio``.
        Observed: ``outcome`` (arm). Data: ``events``, ``n`` (arm), the hyperparameters.

    Notes
    -----
    Assumes that what is known about one arm says nothing about the other, which is rarely believed
    of a trial's two arms; a prior on the contrast (:func:`log_odds_ratio`) says how different the
    arms may plausibly be. Do not use it to express scepticism about the effect.

    References
    ----------
    Spiegelhalter DJ, Abrams KR, Myles JP. Bayesian Approaches to Clinical Trials and Health-Care
    Evaluation. Wiley 2004. doi:10.1002/0470092602

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> uniform = rsa.Prior.beta(1, 1)
    >>> model = models.independent_arms(trial, treatment=uniform, control=uniform)
    >>> sorted(v.name for v in model.free_RVs)
    ['p_control', 'p_treatment']
    """
    for name, prior in (("treatment", treatment), ("control", control)):
        _require_probability(name, prior)
    model = two_arm_model(trial)
    with model:
        p1 = variable("p_treatment", treatment)
        p0 = variable("p_control", control)
        l1, l0 = (log_p - log_q for log_p, log_q in map(log_of_probability, (p1, p0)))
        pm.Deterministic("log_odds_ratio", l1 - l0)
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
    priors = {"p_treatment": treatment, "p_control": control}
    source = source_of(independent_arms)
    return attach(model, Card("independent_arms", trial, priors, _ARMS, source=source))


def log_odds_ratio(
    trial: Trial, *, effect: Prior, baseline: Prior | None = None, midpoint: Prior | None = None
) -> pm.Model:
    r"""A prior on the log odds ratio, and one on the level of the two arms.

    .. math::
        y_k \sim \mathrm{Binomial}(n_k, p_k), \qquad
        \delta = \operatorname{logit} p_1 - \operatorname{logit} p_0 \sim \texttt{effect}

    with either (default) :math:`\tfrac12(\operatorname{logit} p_1 + \operatorname{logit} p_0) \sim
    \texttt{midpoint}` or :math:`\operatorname{logit} p_0 \sim \texttt{baseline}`.

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    effect
        Prior on the log odds ratio (natural log, treatment minus control). There is no default.
    baseline
        Prior on the control arm's log odds. It leaks into the effect: (baseline, effect) is not
        orthogonal, and a tight baseline prior away from the data moves the odds ratio.
    midpoint
        Prior on the mean of the two log odds; ``normal(0, 1.5)`` when neither is given. This form
        treats the arms alike, and hardly leaks.

    Returns
    -------
    pm.Model
        Free: ``effect``, and ``baseline`` or ``midpoint`` (log odds). Deterministic:
        ``p_treatment``, ``p_control``, ``log_odds_ratio``. Observed: ``outcome`` (arm).

    Notes
    -----
    Assumes a binomial outcome in each arm. A prior that is wide in logits is not flat in
    probability: ``normal(0, 10)`` puts 65% of its mass outside (0.01, 0.99).

    References
    ----------
    Zampieri FG et al. Using Bayesian methods to augment the interpretation of critical care trials.
    Am J Respir Crit Care Med 2021;203:543-552. doi:10.1164/rccm.202006-2381CP

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> model = models.log_odds_ratio(trial, effect=rsa.Prior.normal(0, 1))
    >>> [v.name for v in model.free_RVs]
    ['effect', 'midpoint']
    """
    if baseline is not None and midpoint is not None:
        raise InputError(
            "baseline",
            str(baseline),
            "a model takes a prior on the baseline or on the midpoint, not both",
            "leave one of them out",
        )
    level, prior = ("baseline", baseline) if baseline is not None else ("midpoint", midpoint)
    if prior is None:
        prior = Prior.normal(0.0, defaults.MIDPOINT_SD)
    model = two_arm_model(trial)
    with model:
        delta = variable("effect", effect)
        location = variable(level, prior)
        l0 = location - delta / 2 if level == "midpoint" else location
        l1 = location + delta / 2 if level == "midpoint" else location + delta
        expose(log_odds_treatment=l1, log_odds_control=l0)
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
    priors = {"effect": effect, level: prior}
    source = source_of(log_odds_ratio)
    return attach(model, Card("log_odds_ratio", trial, priors, _ARMS, (level,), source=source))


def log_risk_ratio(trial: Trial, *, effect: Prior, baseline: Prior | None = None) -> pm.Model:
    r"""A prior on the log risk ratio, truncated to what the control risk makes possible.

    .. math::
        y_k \sim \mathrm{Binomial}(n_k, p_k), \qquad
        \operatorname{logit} p_0 \sim \texttt{baseline}, \qquad
        \log(p_1 / p_0) \mid p_0 \sim \texttt{effect}\ \text{on}\ (-\infty, -\log p_0)

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    effect
        Prior on the log risk ratio (natural log, treatment minus control), renormalised given the
        control risk; ``flat()`` is cut off without renormalising.
    baseline
        Prior on the control arm's log odds; ``normal(0, 1.5)`` by default, ``logistic(0, 1)`` is
        uniform on the control risk.

    Returns
    -------
    pm.Model
        Free: ``effect`` (log risk ratio), ``baseline`` (log odds). Deterministic: ``p_treatment``,
        ``p_control``, ``log_odds_ratio``. Observed: ``outcome`` (arm).

    Notes
    -----
    Relabelling events as non-events changes the model: a risk ratio has no such symmetry. For that
    use :func:`log_odds_ratio`.

    References
    ----------
    Goligher EC et al. Extracorporeal membrane oxygenation for severe ARDS and posterior probability
    of mortality benefit in a post hoc Bayesian analysis. JAMA 2018;320:2251-2259.
    doi:10.1001/jama.2018.14276

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> trial = rsa.Trial.from_counts(treatment=(44, 124), control=(57, 125), better="lower")
    >>> model = models.log_risk_ratio(trial, effect=rsa.Prior.normal(0, 0.24))
    >>> sorted(v.name for v in model.free_RVs)
    ['baseline', 'effect']
    """
    baseline = baseline if baseline is not None else Prior.normal(0.0, defaults.MIDPOINT_SD)
    model = two_arm_model(trial)
    with model:
        l0 = variable("baseline", baseline)
        highest = pt.softplus(-l0)
        gamma = variable("effect", effect, bounds=(None, highest))
        log_p1 = gamma - highest
        l1 = log_p1 - pt.log1mexp(log_p1)
        expose(log_odds_treatment=l1, log_odds_control=l0)
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
    priors = {"effect": effect, "baseline": baseline}
    source = source_of(log_risk_ratio)
    return attach(model, Card("log_risk_ratio", trial, priors, _ARMS, ("baseline",), source=source))


def risk_difference(trial: Trial, *, effect: Prior, baseline: Prior | None = None) -> pm.Model:
    r"""A prior on the risk difference, truncated to what the control risk makes possible.

    .. math::
        y_k \sim \mathrm{Binomial}(n_k, p_k), \qquad
        \operatorname{logit} p_0 \sim \texttt{baseline}, \qquad
        p_1 - p_0 \mid p_0 \sim \texttt{effect}\ \text{on}\ (-p_0, 1 - p_0)

    Parameters
    ----------
    trial
        A trial with the events and n of both arms.
    effect
        Prior on the risk difference (treatment minus control, in probability), renormalised given
        the control risk; ``flat()`` is cut off without renormalising.
    baseline
        Prior on the control arm's log odds; ``normal(0, 1.5)`` by default.

    Returns
    -------
    pm.Model
        Free: ``effect`` (risk difference), ``baseline`` (log odds). Deterministic: ``p_treatment``,
        ``p_control``, ``log_odds_ratio``. Observed: ``outcome`` (arm).

    Notes
    -----
    A prior of a given width on the risk difference is stronger where the control risk is near 0 or
    1; say the control risk it is meant for.

    References
    ----------
    Bartos F et al. Empirical prior distributions for Bayesian meta-analyses of binary and
    time-to-event outcomes. arXiv:2306.11468

    Examples
    --------
    >>> import bayes_rsa as rsa
    >>> from bayes_rsa import models
    >>> trial = rsa.Trial.from_counts(treatment=(60, 75), control=(47, 74))
    >>> model = models.risk_difference(trial, effect=rsa.Prior.normal(0, 0.1))
    >>> sorted(v.name for v in model.free_RVs)
    ['baseline', 'effect']
    """
    baseline = baseline if baseline is not None else Prior.normal(0.0, defaults.MIDPOINT_SD)
    model = two_arm_model(trial)
    with model:
        l0 = variable("baseline", baseline)
        p0, q0 = pt.sigmoid(l0), pt.sigmoid(-l0)
        difference = variable("effect", effect, bounds=(-p0, q0))
        l1 = pt.log(p0 + difference) - pt.log(q0 - difference)
        expose(log_odds_treatment=l1, log_odds_control=l0)
        observe(model, log_odds_treatment=l1, log_odds_control=l0)
    priors = {"effect": effect, "baseline": baseline}
    source = source_of(risk_difference)
    return attach(
        model, Card("risk_difference", trial, priors, _ARMS, ("baseline",), source=source)
    )


def _require_probability(name: str, prior: Prior) -> None:
    lower, upper = prior.support
    if lower < 0 or upper > 1:
        raise InputError(
            name,
            str(prior),
            "a prior on a probability has its support inside [0, 1]",
            "use beta(a, b), uniform(0, 1) or logit_normal(mean, sd)",
        )
