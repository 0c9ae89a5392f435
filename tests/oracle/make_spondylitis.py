"""A long independent run for the ankylosing spondylitis example, by Gibbs and Metropolis steps.

Eight historical placebo arms, log odds ~ N(mu, tau^2), mu ~ N(0, 2^2), tau ~ half-normal(1): what
is predicted for a ninth. Nothing of the package is used. The script writes spondylitis.json beside
it, in less than a minute.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

ARMS = ((23, 107), (12, 44), (19, 51), (9, 39), (39, 139), (6, 20), (9, 78), (10, 35))
CHAINS, WARM_UP, ROUNDS, EVERY, GROUPS, SEED = 4000, 1500, 4000, 4, 40, 20230513


def run() -> np.ndarray:
    """Predicted rates over (kept round, chain)."""
    rng = np.random.default_rng(SEED)
    y, n = (np.array(v, dtype=float)[:, None] for v in zip(*ARMS, strict=True))
    theta = np.log((y + 0.5) / (n - y + 0.5)) + rng.normal(0, 0.3, (len(ARMS), CHAINS))
    mu, tau = rng.normal(-1, 0.5, CHAINS), np.exp(rng.normal(-1, 0.5, CHAINS))

    def log_density(t: np.ndarray) -> np.ndarray:
        likelihood = y * t - n * np.logaddexp(0.0, t)
        return likelihood - 0.5 * ((t - mu) / tau) ** 2

    def log_spread(s: np.ndarray, squares: np.ndarray) -> np.ndarray:
        # Of log tau: half-normal prior, normal studies, Jacobian.
        return -0.5 * s**2 - len(ARMS) * np.log(s) - 0.5 * squares / s**2 + np.log(s)

    kept = []
    for step in range(WARM_UP + ROUNDS):
        proposal = theta + rng.normal(0, 0.45, theta.shape)
        accept = np.log(rng.uniform(size=theta.shape)) < log_density(proposal) - log_density(theta)
        theta = np.where(accept, proposal, theta)
        precision = len(ARMS) / tau**2 + 1 / 4
        mu = rng.normal(theta.sum(axis=0) / tau**2 / precision, precision**-0.5)
        squares = ((theta - mu) ** 2).sum(axis=0)
        for size in (0.25, 1.0):
            other = tau * np.exp(rng.normal(0, size, CHAINS))
            ratio = log_spread(other, squares) - log_spread(tau, squares)
            tau = np.where(np.log(rng.uniform(size=CHAINS)) < ratio, other, tau)
        # Scale all deviations and tau together: without it small values of tau are sticky.
        factor = np.exp(rng.normal(0, 0.4, CHAINS))
        stretched = mu + factor * (theta - mu)
        change = (y * (stretched - theta)).sum(axis=0)
        change -= (n * (np.logaddexp(0, stretched) - np.logaddexp(0, theta))).sum(axis=0)
        change += -0.5 * tau**2 * (factor**2 - 1) + np.log(factor)
        move = np.log(rng.uniform(size=CHAINS)) < change
        theta, tau = np.where(move, stretched, theta), np.where(move, factor * tau, tau)
        if step >= WARM_UP and step % EVERY == 0:
            kept.append(1 / (1 + np.exp(-(mu + tau * rng.normal(size=CHAINS)))))
    return np.array(kept)


def main() -> None:
    """Write quantities with their Monte Carlo errors, from groups of independent chains."""
    rates = run()
    groups = rates.reshape(len(rates), GROUPS, -1).swapaxes(0, 1).reshape(GROUPS, -1)
    found = {}
    for name, of in {
        "mean": np.mean,
        "median": np.median,
        "lower": lambda x: np.quantile(x, 0.025),
        "upper": lambda x: np.quantile(x, 0.975),
    }.items():
        each = np.array([of(group) for group in groups])
        found[name] = {"value": float(of(rates)), "error": float(each.std(ddof=1) / GROUPS**0.5)}
    record = {"arms": ARMS, "draws": rates.size, "seed": SEED, "rate": found}
    path = Path(__file__).with_name("spondylitis.json")
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
