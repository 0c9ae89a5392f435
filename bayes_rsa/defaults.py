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

# Reweighting ----------------------------------------------------------------------------------

REWEIGHT_BASE_SD: Final = 2.5
"""SD of the base fit's normal prior on a log ratio or on log odds (mean 0)."""
REWEIGHT_ESS_TARGET: Final = 40_000
"""Bulk and tail effective sample size of the base fit: what is left after reweighting counts."""
REWEIGHT_ESS_MIN: Final = 400
"""Reweighted effective sample size below which a reweighted answer is refused."""
REWEIGHT_POWER_MIN: Final = 0.7
"""Power of the likelihood below which its weights vary too much (their variance ends at 1/2)."""

# Prior sensitivity ----------------------------------------------------------------------------

BAYES_FACTOR_SD_MAX: Final = 3.5
"""Prior SD on the log of a ratio above which a Bayes factor is refused: 95% of the prior then spans
ratios from 1/1000 to 1000, and the factor measures that width (Lindley's paradox)."""
CONFLICT_FLAGGED: Final = 0.05
"""Box's P below which prior and data are flagged as in conflict."""
CONFLICT_NOTED: Final = 0.1
"""Box's P below which their disagreement is noted."""
POWER_SCALING_ALPHAS: Final = (0.99, 1.01)
"""Powers to which a prior or the likelihood is raised (Kallioinen et al. 2024)."""
POWER_SCALING_THRESHOLD: Final = 0.05
"""Power-scaling sensitivity above which a posterior counts as sensitive."""
BASELINE_LEAK_SDS: Final = (0.5, 1.0, 1.5, 2.5, 5.0, 10.0)
"""SDs of the normal priors on the control log odds in the table of the baseline's leak."""

# Biomarkers -----------------------------------------------------------------------------------

SIGNIFICANCE_LEVEL: Final = 0.05
"""Two-sided level at which markers were selected, where they are shown because significant."""
MARKER_PRIOR_SDS: Final = (0.5, 1.0, 2.0)
"""SDs of the normal priors on a standardised difference (mean 0) that are shown side by side."""
MARKER_SIZES: Final = (0.2, 0.5, 0.8)
"""Standardised differences called small, medium and large (Cohen 1988)."""
MARKER_SPREAD_SD: Final = 0.5
"""SD of the half-normal prior on the SD of standardised differences between markers."""
MARKER_CORRELATIONS: Final = (0.0, 0.5, 0.9)
"""Correlations of markers within a patient at which joint statements are shown."""
MARKER_RESIDUAL_DF: Final = 5.0
"""Degrees of freedom of the residuals of patients' log values."""
MARKER_CORRELATION_SHAPE: Final = 2.0
"""Shape of the LKJ prior on the correlation of markers within a patient."""
SIZE_MOVES_MAX: Final = 1.25
"""How many times the posterior mean of a size may grow from the narrowest to the widest prior."""
DIRECTION_SUPPORTED: Final = 0.95
"""Posterior probability of a direction, under every prior, above which it is called supported."""

# Doubt about the trial --------------------------------------------------------------------------

DOUBT_THRESHOLD: Final = 0.95
"""Posterior probability that counts as a conclusion, whose overturning is looked for."""
DOUBT_THRESHOLDS: Final = (0.975, 0.95)
"""Probabilities of benefit whose crossing is looked for along each kind of doubt."""
DOUBT_MISSING_SHARE: Final = 0.1
"""Share of each arm that is assumed to be missing where a trial says nothing."""
DOUBT_DRAWS: Final = 5000
"""Draws per chain of each run by NUTS."""

# External evidence ------------------------------------------------------------------------------

MAP_CDF_ERROR: Final = 0.002
"""Largest difference of the distribution functions at which a mixture counts as the predictive."""
ROBUST_WEIGHT: Final = 0.5
"""Weight of the vague part of a robust prior from external studies."""
ROBUST_SD: Final = 1.0
"""SD of that part, a normal on the log odds ratio (mean 0): the reference analysis's own."""
SHARED_BIAS_SDS: Final = (0.0, 0.25, 0.5, 1.0)
"""SDs of the bias (mean 0) that trials of one group share, at which its answer is shown."""
OWN_BIAS_SD: Final = 0.2
"""SD of what each of them adds to it."""
DESIGN_BIAS_SD: Final = 0.5
"""SD of the normal prior (mean 0) on the bias of a study that was not randomised."""
