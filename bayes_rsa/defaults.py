"""Every default of the package, once.

Each constant is what a function uses when the caller says nothing. They are not options: nothing
sets them at run time.
"""

from __future__ import annotations

from typing import Final

INTERVAL: Final = 0.95
"""Probability of a printed interval."""

DEFAULT_TRIAL: Final = "tacrolimus-rsa-2023"
"""The packaged trial that ``report`` takes when none is named."""

SEED: Final = 20230513
"""Seed of the reference analysis."""

MIDPOINT_SD: Final = 1.5
"""SD of the default normal prior on the mean of the two log odds (mean 0)."""

REFERENCE_EFFECT_SD: Final = 1.0
"""SD of the reference analysis's normal prior on the log odds ratio (mean 0)."""

BASELINE_RISKS: Final = (0.5, 0.6, 0.7)
"""Control risks at which absolute effects are stated."""

STATEMENTS: Final = ("OR > 1", "OR > 1.25", "RD > 0.05", "RD > 0.1")
"""Statements whose probability ``estimate`` prints when none is named."""

ROPE_RATIO: Final = (1 / 1.1, 1.1)
"""Region of practical equivalence of a ratio (Zampieri et al. 2021)."""

WORTHWHILE_RATIO: Final = 1.25
"""Ratio that counts as a sizeable benefit, or as severe harm where fewer events are better."""

SEVERE_HARM_RATIO: Final = 0.8
"""Ratio that counts as severe harm, or as a sizeable benefit where fewer events are better."""

RATIONALE: Final = (
    "A confidence interval and a P value do not say how probable a benefit is, nor how much that "
    "depends on what was believed before the trial; a posterior under stated priors does."
)
"""Why a Bayesian analysis, where the user gives no reason of their own."""

# Sampling -------------------------------------------------------------------------------------

CHAINS: Final = 4
TUNE: Final = 500
DRAWS: Final = 1000
"""Draws per chain of a first run, and of each cell of a NUTS sweep."""
MAX_DRAWS: Final = 25_000
"""Draws per chain beyond which ``fit`` stops chasing its target."""
PRIOR_DRAWS: Final = 4000
"""Draws from the prior and its predictive."""
TARGET_ACCEPT: Final = 0.9
ESS_TARGET: Final = 4000
"""Bulk and tail effective sample size of everything that is printed."""
TAILS: Final = (0.025, 0.975)
"""Quantiles whose smaller effective sample size is the tail ESS: the limits that are printed."""
REPORT_ESS_TARGET: Final = 20_000
"""The same for a report: its Monte Carlo errors then leave three decimals of a probability."""

# The gate -------------------------------------------------------------------------------------

RHAT_MAX: Final = 1.01
ESS_MIN: Final = 400
"""Effective sample size below which the gate fails."""
BFMI_MIN: Final = 0.3
DIVERGENCES_MAX: Final = 0

# The exact engine -----------------------------------------------------------------------------

PROBABILITY_ERROR: Final = 1e-8
"""Absolute error the exact engine promises on a probability."""
