"""Which Bayes factors are refused, and why: above all those of nearly flat priors.

The wider the prior on the effect, the more a Bayes factor favours no effect, whatever the data say
(Lindley 1957, doi:10.1093/biomet/44.1-2.187): past some width it measures that width alone.
"""

from __future__ import annotations

from typing import Final

from bayes_rsa.defaults import BAYES_FACTOR_SD_MAX
from bayes_rsa.estimands import of_measure
from bayes_rsa.exact import ExactPosterior
from bayes_rsa.priors import Prior

ARMS_ALONE: Final = ("independent_arms", "howard")
"""Models whose priors are on the arms."""

NO_NULL: Final = "priors on the two arms do not say what the risk is where there is no effect"

_QUARTILE: Final = 0.6744897501960817
_DIFFERENCE_SD_MAX: Final = {"RD": 1.0}
_MEAN_DIFFERENCE_SD_MAX: Final = 20.0


def why_refused(posterior: ExactPosterior) -> str:
    """Why no Bayes factor is given, in words; empty if one is."""
    if posterior.model in ARMS_ALONE:
        return NO_NULL
    improper = [name for name, prior in posterior.priors.items() if not prior.is_proper]
    if improper:
        return f"the prior on {' and '.join(improper)} is improper, and a Bayes factor arbitrary"
    width, limit = prior_width(posterior.priors["effect"]), widest(posterior)
    if width > limit:
        return (
            f"the prior is nearly flat (SD {width:.3g}, more than {limit:.3g}), so that a Bayes "
            "factor would measure its width and not the data"
        )
    return ""


def widest(posterior: ExactPosterior) -> float:
    """Prior SD of the effect above which a Bayes factor is refused, on the effect's scale.

    For a ratio ``defaults.BAYES_FACTOR_SD_MAX`` on its log; for a risk difference 1, since it lies
    between -1 and 1; for a mean difference 20 standard errors, the SD of one patient in a trial of
    400.
    """
    measure = {"risk_difference": "RD"}.get(posterior.model, posterior.measure)
    if of_measure(measure).kind == "ratio":
        return BAYES_FACTOR_SD_MAX
    if measure in _DIFFERENCE_SD_MAX:
        return _DIFFERENCE_SD_MAX[measure]
    reported = posterior.trial.reported
    assert reported is not None
    return _MEAN_DIFFERENCE_SD_MAX * reported.scale_se


def prior_width(prior: Prior) -> float:
    """SD of the normal with the prior's interquartile range: heavy tails do not make it wide."""
    if prior.families == ("normal",):
        return prior.sd
    low, high = prior.interval(0.5)
    return float(high - low) / (2 * _QUARTILE)
