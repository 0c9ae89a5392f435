"""Simulated values of biomarkers at baseline and follow-up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_count, check_integer, check_number
from bayes_rsa.patients import TIMES, MarkerTable
from bayes_rsa.simulation.record import SimulatedTrial, simulated_trial

__all__ = ["simulate_markers"]

_BASELINE: Final = 100.0
"""Geometric mean at baseline, in the marker's unit."""
_RISKS: Final = (0.7, 0.6)
"""Probability of the primary outcome in both arms; it does not depend on the markers."""


def simulate_markers(
    *,
    ratios: Mapping[str, float],
    n: tuple[int, int] = (75, 74),
    seed: int,
    baseline_sd: float = 0.6,
    slope: float = 0.6,
    residual_scale: float = 0.4,
    control_ratio: float = 0.9,
    correlation: float = 0.3,
    df: float = 5.0,
    share_below: float = 0.0,
    missing: float = 0.0,
    better: str = "higher",
) -> SimulatedTrial:
    """A trial of patients with several markers, drawn from the model of ``patient_level``.

    Parameters
    ----------
    ratios
        Ratio of geometric means at follow-up, treatment over control, by marker.
    n
        Patients in the treatment and the control arm.
    seed
        Non-negative integer; the same seed gives the same patients.
    baseline_sd, residual_scale
        SD of the log baselines, and scale of the log residuals.
    slope
        Slope of the log follow-up on the log baseline.
    control_ratio
        Geometric mean at follow-up over that at baseline, on control.
    correlation
        Of the residuals of any two markers, in [0, 1).
    df
        Degrees of freedom of the residuals, above 2; ``math.inf`` for normal ones.
    share_below
        Share of baselines below the limit of quantification, in [0, 0.5); 0 for no limit.
    missing
        Share of values that are missing at random, in [0, 0.5).
    better
        Direction of the primary outcome, which does not depend on the markers.

    Returns
    -------
    SimulatedTrial
        ``data`` in the long form that ``MarkerTable.of`` documents; ``truth`` with the log ratios
        under ``effect``, and every argument.

    Raises
    ------
    InputError
        If an argument is out of range.
    """
    seed = check_integer("seed", seed, least=0)
    sizes = tuple(check_count("n", size, least=2) for size in n)
    if not ratios:
        raise InputError("ratios", MISSING, "a marker is needed", 'give {"IL-33": 0.7}')
    effect = np.array(
        [math.log(check_number(f"ratios[{k!r}]", v, above=0)) for k, v in ratios.items()]
    )
    for name, number in (
        ("baseline_sd", baseline_sd),
        ("residual_scale", residual_scale),
        ("control_ratio", control_ratio),
    ):
        check_number(name, number, above=0)
    check_number("slope", slope)
    for name, number, most in (
        ("correlation", correlation, 1.0),
        ("share_below", share_below, 0.5),
        ("missing", missing, 0.5),
    ):
        if check_number(name, number, below=most) < 0:
            raise InputError(name, number, "it is at least 0", "use 0 for none")
    if not df > 2:
        raise InputError("df", df, "it is above 2", "use 5")
    rng = np.random.default_rng(seed)
    total, count = sum(sizes), len(ratios)
    treated = np.repeat([True, False], sizes)
    x = baseline_sd * rng.standard_normal((total, count))
    common = math.sqrt(correlation) * rng.standard_normal((total, 1))
    residual = common + math.sqrt(1 - correlation) * rng.standard_normal((total, count))
    if math.isfinite(df):
        residual = residual / np.sqrt(rng.chisquare(df, (total, 1)) / df)
    level = math.log(control_ratio)
    y = level + effect * treated[:, None] + slope * x + residual_scale * residual
    value = _BASELINE * np.exp(np.stack([x, y], axis=-1))
    value[rng.random(value.shape) < missing] = np.nan
    limit = np.full(value.shape, np.nan)
    if share_below > 0:
        from scipy.special import ndtri

        limit[:] = _BASELINE * math.exp(baseline_sd * float(ndtri(share_below)))
        # What a laboratory writes for a value that it cannot quantify.
        value = np.where(value <= limit, limit / 2, value)
    patients = tuple(f"S{i + 1:0{len(str(total))}d}" for i in range(total))
    table = MarkerTable(patients, treated, tuple(ratios), value, limit, True)
    births = rng.random(total) < np.where(treated, *_RISKS)
    events = int(births[treated].sum()), int(births[~treated].sum())
    return simulated_trial(
        "markers",
        seed,
        ((events[0], sizes[0]), (events[1], sizes[1])),
        table.frame(),
        {
            "effect": dict(zip(ratios, effect.tolist(), strict=True)),
            "ratios": dict(ratios),
            "times": TIMES,
            "baseline_sd": baseline_sd,
            "slope": slope,
            "residual_scale": residual_scale,
            "control_ratio": control_ratio,
            "correlation": correlation,
            "df": df,
            "share_below": share_below,
            "missing": missing,
        },
        better,
    )
