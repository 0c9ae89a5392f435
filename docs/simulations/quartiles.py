"""Quartiles of skewed markers: the likelihood of order statistics against conversion.

Patients' values are simulated; only their quartiles are analysed. Run as
``python docs/simulations/quartiles.py``; writes ``quartiles.json`` beside itself.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bayes_rsa import Trial
from bayes_rsa.errors import DoubtfulConversionWarning
from bayes_rsa.exact.biomarkers import summary_statistics
from bayes_rsa.files import write_text
from bayes_rsa.inference import versions
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Biomarker, MeanSD, MedianQuartiles, Quartiles
from bayes_rsa.trial.conversion import luo, wan

SEED = 20230513
SIMULATIONS = 200
N = (75, 74)
LOG_RATIO = -0.3
PRIOR = Prior.normal(0.0, 2.0)

Draw = Callable[[np.random.Generator, int], Any]
LAWS: Mapping[str, tuple[Draw, Draw]] = {
    "lognormal, SD of the logarithm 0.7": (
        lambda rng, n: rng.lognormal(LOG_RATIO, 0.7, n),
        lambda rng, n: rng.lognormal(0.0, 0.7, n),
    ),
    "lognormal, SDs 0.5 and 0.9": (
        lambda rng, n: rng.lognormal(LOG_RATIO, 0.5, n),
        lambda rng, n: rng.lognormal(0.0, 0.9, n),
    ),
    "gamma, shape 2": (
        lambda rng, n: math.exp(LOG_RATIO) * rng.gamma(2.0, 1.0, n),
        lambda rng, n: rng.gamma(2.0, 1.0, n),
    ),
}


def analysed(arms: tuple[Quartiles, Quartiles]) -> dict[str, Any]:
    """The posterior of the log ratio by each method."""
    findings = {
        "order statistics": MedianQuartiles(*arms),
        "Wan 2014": MeanSD(*map(wan, arms)),
        "Luo 2018": MeanSD(*map(luo, arms)),
    }
    found = {}
    for name, finding in findings.items():
        trial = Trial.from_counts((60, 75), (47, 74), biomarkers=(Biomarker("x", finding),))
        found[name] = summary_statistics(trial, marker="x", effect=PRIOR, scale="log")
    return found


def simulated(law: tuple[Draw, Draw], seed: int) -> list[dict[str, float | str]]:
    """Bias and coverage of each method under a law, with their Monte Carlo errors."""
    rng = np.random.default_rng(seed)
    means: dict[str, list[float]] = {}
    inside: dict[str, list[bool]] = {}
    for _ in range(SIMULATIONS):
        arms = tuple(
            Quartiles(
                *map(float, np.quantile(draw(rng, n), [0.25, 0.5, 0.75], method="weibull")), n
            )
            for draw, n in zip(law, N, strict=True)
        )
        for name, posterior in analysed(arms).items():  # type: ignore[arg-type]
            low, high = posterior.interval(0.95)
            means.setdefault(name, []).append(posterior.moments[0])
            inside.setdefault(name, []).append(low < LOG_RATIO < high)
    rows: list[dict[str, float | str]] = []
    for name, values in means.items():
        coverage = float(np.mean(inside[name]))
        shrunk = (sum(inside[name]) + 1) / (SIMULATIONS + 2)
        rows.append(
            {
                "method": name,
                "bias": float(np.mean(values) - LOG_RATIO),
                "bias_error": float(np.std(values, ddof=1) / math.sqrt(SIMULATIONS)),
                "coverage": coverage,
                "coverage_error": math.sqrt(shrunk * (1 - shrunk) / SIMULATIONS),
            }
        )
    return rows


def main() -> None:
    """Simulate every law and store what was found."""
    warnings.simplefilter("ignore", DoubtfulConversionWarning)
    record = {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "seed": SEED,
        "simulations": SIMULATIONS,
        "n": list(N),
        "log_ratio": LOG_RATIO,
        "prior": str(PRIOR),
        "versions": versions(),
        "laws": {name: simulated(law, SEED + k) for k, (name, law) in enumerate(LAWS.items())},
    }
    text = json.dumps(record, indent=1) + "\n"
    write_text(Path(__file__).with_suffix(".json"), text, "out", overwrite=True)


if __name__ == "__main__":
    main()
