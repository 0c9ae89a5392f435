"""Log probabilities of the non-central t distribution to 20 digits, by mpmath.

P(T > t) = integral of Phi(delta - t u) times the density of U = chi_nu / sqrt(nu), at 60 digits,
with the integrand's peak as an end of the panels. Written to ``noncentral_t.json`` by
``python tests/oracle/make_noncentral_t.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mpmath as mp

CASES = (
    # n1, n0, two-sided P, standardised differences
    (75, 74, "0.05", (-3, -2, -1, "-0.5", 0, "0.2", 1, 5)),
    (75, 74, "0.001", (-3, 0, "0.5")),
    (2, 2, "0.05", (-3, 0, 5)),
    (2, 2, "0.001", (-3, 0, 5)),
    (5, 7, "0.05", (-3, 0, 5)),
    (5000, 5000, "0.05", (-3, -1, 0, "0.1")),
)


def critical(p: Any, nu: int) -> Any:
    """The t with two-sided P-value ``p``."""
    half = mp.mpf(nu) / 2

    def two_sided(t: Any) -> Any:
        return mp.betainc(half, mp.mpf(1) / 2, 0, nu / (nu + t * t), regularized=True)

    # The bracket: a normal quantile is too small, a Cauchy one too large.
    low, high = mp.sqrt(2) * mp.erfinv(1 - p), mp.tan(mp.pi * (1 - p) / 2)
    return mp.findroot(lambda t: two_sided(t) - p, (low, high), solver="anderson", tol=1e-45)


def log_beyond(t: Any, nu: int, delta: Any) -> Any:
    """Log P(T > t)."""
    half = mp.mpf(nu) / 2
    constant = mp.log(2) + half * mp.log(half) - mp.loggamma(half)

    def log_integrand(u: Any) -> Any:
        x = delta - t * u
        log_normal = mp.log(mp.erfc(-x / mp.sqrt(2)) / 2)
        return log_normal + (nu - 1) * mp.log(u) - nu * u * u / 2

    grid = [mp.mpf(k) / 400 for k in range(1, 1600)]
    peak = max(grid, key=log_integrand)
    top, width = log_integrand(peak), 1 / mp.sqrt(2 * nu)
    ends = sorted(
        {mp.mpf(0), *(peak + k * width for k in range(-40, 41, 2) if peak + k * width > 0)}
    )
    ends.append(ends[-1] + 20)
    total = mp.quad(lambda u: mp.exp(log_integrand(u) - top) if u > 0 else mp.mpf(0), ends)
    return constant + top + mp.log(total)


def main() -> None:
    """Write the file."""
    mp.mp.dps = 60
    rows = []
    for n1, n0, p, differences in CASES:
        nu = n1 + n0 - 2
        t = critical(mp.mpf(p), nu)
        per_d = mp.sqrt(mp.mpf(n1) * n0 / (n1 + n0))
        for d in differences:
            value = log_beyond(t, nu, per_d * mp.mpf(d))
            rows.append({"n": [n1, n0], "p": p, "d": float(mp.mpf(d)), "log": mp.nstr(value, 20)})
    path = Path(__file__).with_name("noncentral_t.json")
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
