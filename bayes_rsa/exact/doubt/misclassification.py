"""Outcomes that were recorded wrongly."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.exact.coordinates import softplus
from bayes_rsa.exact.doubt.risks import FallOff, Risks
from bayes_rsa.exact.legendre import Floats
from bayes_rsa.exact.plane import Term, arm_term, binomial_likelihood
from bayes_rsa.exact.posterior import ExactPosterior
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

PERFECT: Final = Prior.point(1.0)
_LOST: Final = 90.0
"""Log of a share of the likelihood that is left out: exp(-90) is below any error that matters."""


def misclassified_outcomes(
    trial: Trial,
    *,
    sensitivity_treatment: Prior = PERFECT,
    sensitivity_control: Prior = PERFECT,
    specificity_treatment: Prior = PERFECT,
    specificity_control: Prior = PERFECT,
    treatment: Prior | None = None,
    control: Prior | None = None,
    effect: Prior | None = None,
    baseline: Prior | None = None,
    midpoint: Prior | None = None,
) -> ExactPosterior:
    """Events were recorded with a sensitivity and a specificity in each arm.

    Parameters
    ----------
    trial
        With the recorded counts.
    sensitivity_treatment, sensitivity_control
        Prior on the probability that a true event was recorded: ``point``, ``beta``,
        ``uniform(0, 1)``, or a mixture of these.
    specificity_treatment, specificity_control
        Prior on the probability that a true non-event was recorded as one.
    treatment, control, effect, baseline, midpoint
        Priors on the true risks, as in :func:`bayes_rsa.exact.doubt.additive_bias`; proper, unless
        nothing is misclassified.

    Notes
    -----
    Sensitivity and specificity are not identified: two counts say nothing about them beyond what
    their priors and the true risk's allow. They are independent between arms; the same point in
    both arms is error that does not depend on the arm. Points need sensitivity + specificity > 1.

    References
    ----------
    Gustafson P. Measurement Error and Misclassification in Statistics and Epidemiology. Chapman &
    Hall 2003. doi:10.1201/9780203502761
    """
    risks = Risks.of(
        trial,
        treatment=treatment,
        control=control,
        effect=effect,
        baseline=baseline,
        midpoint=midpoint,
    )
    assumptions = {
        "sensitivity_treatment": sensitivity_treatment,
        "sensitivity_control": sensitivity_control,
        "specificity_treatment": specificity_treatment,
        "specificity_control": specificity_control,
    }
    terms, events, others = [], [], []
    for arm, y, n in zip(("treatment", "control"), trial.events, trial.n, strict=True):
        sensitivity, specificity = (
            assumptions[f"sensitivity_{arm}"],
            assumptions[f"specificity_{arm}"],
        )
        _check(arm, sensitivity, specificity)
        # Where the record may be wrong, the likelihood stays above 0 at a true risk of 0 or 1.
        events.append(y if specificity == PERFECT else 0)
        others.append(n - y if sensitivity == PERFECT else 0)
        terms.append(_term(arm, y, n, sensitivity, specificity))
    if any(prior != PERFECT for prior in assumptions.values()):
        risks.require_proper("with misclassified outcomes its posterior is improper")
    counts = FallOff((events[0], events[1]), (events[0] + others[0], events[1] + others[1]))
    return risks.posterior(
        "misclassified_outcomes", terms, assumptions=MappingProxyType(assumptions), counts=counts
    )


def _check(arm: str, sensitivity: Prior, specificity: Prior) -> None:
    for name, prior in (("sensitivity", sensitivity), ("specificity", specificity)):
        for component in prior.components:
            plain = component.family in ("beta", "point") or (
                component.family == "uniform" and component.arguments == (0.0, 1.0)
            )
            if not plain or not component.distribution.is_proper:
                raise InputError(
                    f"{name}_{arm}",
                    str(prior),
                    "the exact engine takes beta priors and points here",
                    "use beta(a, b), point(value), or NUTS",
                )
        if prior.support[0] < 0 or prior.support[1] > 1:
            raise InputError(
                f"{name}_{arm}", str(prior), "it is a probability", "use a value from 0 to 1"
            )
    if _is_point(sensitivity) and _is_point(specificity):
        total = sensitivity.components[0].arguments[0] + specificity.components[0].arguments[0]
        if total <= 1:
            raise InputError(
                f"sensitivity_{arm}",
                str(sensitivity),
                f"with {specificity} as specificity the record says nothing, or the opposite",
                "their sum must be above 1",
            )


def _is_point(prior: Prior) -> bool:
    return prior.families == ("point",)


def _term(arm: str, events: int, n: int, sensitivity: Prior, specificity: Prior) -> Term:
    base, observed = binomial_likelihood(events, n)
    if sensitivity == specificity == PERFECT:
        return arm_term(arm, base, observed)
    se, sp = float(sensitivity.mean), float(specificity.mean)
    p = (events + 0.5) / (n + 1.0)
    true = (p - (1 - sp)) / (se + sp - 1) if se + sp > 1 else p
    true = min(max(true, 0.5 / (n + 1)), 1 - 0.5 / (n + 1))
    peak = math.log(true) - math.log1p(-true)
    if _is_point(sensitivity) and _is_point(specificity):
        return arm_term(arm, _fixed(events, n, se, sp), peak)
    return arm_term(arm, _integrated(events, n, sensitivity, specificity), peak)


def _fixed(events: int, n: int, se: float, sp: float) -> Callable[[Floats], Floats]:
    with np.errstate(divide="ignore"):
        log_se, log_miss = np.log(se), np.log1p(-se)
        log_sp, log_false = np.log(sp), np.log1p(-sp)

    def evaluate(log_odds: Floats) -> Floats:
        log_p, log_q = -softplus(-log_odds), -softplus(log_odds)
        recorded = np.logaddexp(log_se + log_p, log_false + log_q)
        not_recorded = np.logaddexp(log_miss + log_p, log_sp + log_q)
        total = events * recorded if events else np.zeros_like(recorded)
        return np.asarray(total + (n - events) * not_recorded if n > events else total)

    return evaluate


def _integrated(
    events: int, n: int, sensitivity: Prior, specificity: Prior
) -> Callable[[Floats], Floats]:
    """Log likelihood with sensitivity and specificity integrated out, in closed form.

    Of j true events some number is recorded, and of n - j true non-events the rest of ``events``:
    both beta-binomial under beta priors. So the likelihood is a mixture of binomials in j.
    """
    hits = _recorded(n, sensitivity)
    false = _recorded(n, specificity, wrong=True)
    log_choose = _log_factorials(n)[n] - _log_factorials(n) - _log_factorials(n)[::-1]
    logs = np.full(n + 1, -np.inf)
    for j in range(n + 1):
        i = np.arange(max(0, events - (n - j)), min(j, events) + 1)
        if i.size:
            logs[j] = np.logaddexp.reduce(hits[j, i] + false[n - j, events - i])
    logs += log_choose - log_choose[events]
    size = np.arange(n + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = size / n if n else np.zeros(1)
        top = logs + np.where(size > 0, size * np.log(share), 0.0)
        top += np.where(size < n, (n - size) * np.log1p(-share), 0.0)
    kept = np.flatnonzero(top > np.max(top) - _LOST - math.log(n + 1))

    log_c, powers = logs[kept], kept.astype(float)

    def evaluate(log_odds: Floats) -> Floats:
        x = np.asarray(log_odds)
        parts = log_c + powers * x[..., None]
        top = parts.max(axis=-1)
        return np.asarray(
            top + np.log(np.exp(parts - top[..., None]).sum(axis=-1)) - n * softplus(x)
        )

    return evaluate


def _recorded(n: int, prior: Prior, *, wrong: bool = False) -> Floats:
    """Log probability that i of j are recorded as events: shape (j, i), each from 0 to n."""
    size = np.arange(n + 1)
    log_factorial = _log_factorials(n)
    j, i = np.meshgrid(size, size, indexing="ij")
    rest = np.maximum(j - i, 0)
    log_choose = log_factorial[j] - log_factorial[i] - log_factorial[rest]
    total = np.full((n + 1, n + 1), -np.inf)
    for component in prior.components:
        if component.weight == 0:
            continue
        if component.family == "point":
            p = component.arguments[0]
            p = 1 - p if wrong else p
            with np.errstate(divide="ignore"):
                log_p, log_q = np.log(p), np.log1p(-p)
            with np.errstate(invalid="ignore"):
                here = np.where(i > 0, i * log_p, 0.0) + np.where(rest > 0, rest * log_q, 0.0)
        else:
            a, b = (1.0, 1.0) if component.family == "uniform" else component.arguments
            a, b = (b, a) if wrong else (a, b)
            rising = [_log_rising(x, n) for x in (a, b, a + b)]
            here = rising[0][i] + rising[1][rest] - rising[2][j]
        total = np.logaddexp(total, here + log_choose + math.log(component.weight))
    return np.where(i <= j, total, -np.inf)


def _log_factorials(n: int) -> Floats:
    return _log_rising(1.0, n)


def _log_rising(a: float, n: int) -> Floats:
    """Log of a (a + 1) ... (a + k - 1), for k from 0 to n."""
    return np.concatenate([[0.0], np.cumsum(np.log(a + np.arange(n)))])
