"""Make ``oracle.json``: posteriors by plain nested quadrature, written apart from the engine.

Run ``python tests/oracle/make_oracle.py``; it takes some minutes. Nothing here imports the package.
The posterior is integrated over treatment's log odds inside an integral over control's, with
16-point Gauss-Legendre panels in extended precision. Panels shrink geometrically towards every
place where a factor has its centre, towards the mode, and towards every threshold; both integrals
are repeated with shifted panels, and a case whose two answers differ by more than 1e-10 is dropped
and reported.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

Real = np.longdouble
NODES, WEIGHTS = (x.astype(Real) for x in np.polynomial.legendre.leggauss(16))
CUT = 60.0
STATEMENTS = (
    ("log_odds_ratio", 0.0),
    ("log_odds_ratio", math.log(1.25)),
    ("log_odds_ratio", -0.5),
    ("log_risk_ratio", math.log(1.1)),
    ("log_risk_ratio", math.log(0.8)),
    ("risk_difference", 0.05),
    ("risk_difference", -0.1),
)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def expit(x):
    return np.exp(-softplus(-x))


def logit(p):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(p) - np.log1p(-p)


def log_density(family, a, x):
    """Log density of one prior component, from the textbook formula."""
    if family == "normal":
        return -0.5 * ((x - a[0]) / a[1]) ** 2 - math.log(a[1]) - 0.5 * math.log(2 * math.pi)
    if family == "student_t":
        df, m, s = a
        c = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
        return c - math.log(s) - 0.5 * (df + 1) * np.log1p(((x - m) / s) ** 2 / df)
    if family == "cauchy":
        return -math.log(math.pi * a[1]) - np.log1p(((x - a[0]) / a[1]) ** 2)
    if family == "logistic":
        z = (x - a[0]) / a[1]
        return -softplus(z) - softplus(-z) - math.log(a[1])
    if family == "uniform":
        inside = (x >= a[0]) & (x <= a[1])
        return np.where(inside, -math.log(a[1] - a[0]), -np.inf)
    if family == "flat":
        return np.zeros_like(x)
    raise ValueError(family)


def log_density_on_logit(family, a, x):
    """Log density of the log odds of a probability with this prior."""
    if family == "beta":
        c = math.lgamma(a[0]) + math.lgamma(a[1]) - math.lgamma(a[0] + a[1])
        return -a[0] * softplus(-x) - a[1] * softplus(x) - c
    if family == "logit_normal":
        return log_density("normal", a, x)
    if family == "uniform":
        p = expit(x)
        inside = (p >= a[0]) & (p <= a[1])
        return np.where(inside, -softplus(x) - softplus(-x) - math.log(a[1] - a[0]), -np.inf)
    raise ValueError(family)


def cdf(family, a, x):
    if family == "normal":
        from scipy.special import ndtr

        return ndtr(np.asarray((x - a[0]) / a[1], dtype=float))
    if family == "uniform":
        return np.clip((x - a[0]) / (a[1] - a[0]), 0, 1)
    if family == "cauchy":
        return 0.5 + np.arctan((x - a[0]) / a[1]) / math.pi
    raise ValueError(family)


def mixture(prior, x, function=log_density):
    logs = [math.log(w) + function(f, a, x) for w, f, a in prior]
    top = logs[0]
    for other in logs[1:]:
        top = np.logaddexp(top, other)
    return top


def places(prior, on_logit=False):
    """(centre, scale) of everything sharp in a prior."""
    found = []
    for _, family, a in prior:
        if family == "beta":
            found.append((math.log(a[0]) - math.log(a[1]), 1.0))
        elif family == "uniform":
            ends = [float(logit(np.float64(x))) for x in a if 0 < x < 1] if on_logit else list(a)
            found += [(e, 0.05) for e in ends]
            if not on_logit:
                found.append((0.5 * (a[0] + a[1]), a[1] - a[0]))
        elif family != "flat":
            found.append((a[-2], a[-1]))
    return found


class Case:
    """One posterior: the log density of (l1, l0), and where things are sharp."""

    def __init__(self, spec):
        self.model = spec["model"]
        (self.y1, self.n1), (self.y0, self.n0) = spec["treatment"], spec["control"]
        self.priors = {k: [(w, f, tuple(a)) for w, f, a in v] for k, v in spec["priors"].items()}

    def __call__(self, l1, l0):
        h = self.y1 * l1 - self.n1 * softplus(l1) + self.y0 * l0 - self.n0 * softplus(l0)
        p = self.priors
        if self.model == "independent_arms":
            h = h + mixture(p["treatment"], l1, log_density_on_logit)
            return h + mixture(p["control"], l0, log_density_on_logit)
        level = l0 if "baseline" in p else 0.5 * (l1 + l0)
        h = h + mixture(p.get("baseline") or p["midpoint"], level)
        if self.model == "log_odds_ratio":
            return h + mixture(p["effect"], l1 - l0)
        p1, p0 = expit(l1), expit(l0)
        if self.model == "log_risk_ratio":
            x, low, high = softplus(-l0) - softplus(-l1), np.full_like(l0, -np.inf), softplus(-l0)
            h = h - softplus(l1)
        else:
            x, low, high = p1 - p0, -p0, 1 - p0
            h = h - softplus(l1) - softplus(-l1)
        if p["effect"][0][1] != "flat":
            mass = sum(w * (cdf(f, a, high) - cdf(f, a, low)) for w, f, a in p["effect"])
            h = h - np.log(mass)
        return h + mixture(p["effect"], x)

    def outer_places(self):
        found = [likelihood_place(self.y0, self.n0), likelihood_place(self.y1, self.n1), (0.0, 1.0)]
        if self.model == "independent_arms":
            return found + places(self.priors["control"], True)
        level = self.priors.get("baseline") or self.priors["midpoint"]
        found += places(level)
        centre, scale = found[1]
        found += [(centre - m, max(scale, s)) for m, s in places(self.priors["effect"])]
        for _, value in STATEMENTS:
            if value > 0:
                found += [(-math.log(math.expm1(value)), 0.5), (math.log(1 / value - 1), 0.5)]
        return found

    def inner_places(self, l0):
        found = [likelihood_place(self.y1, self.n1), (l0, 1.0)]
        if self.model == "independent_arms":
            return found + places(self.priors["treatment"], True)
        p0 = float(expit(Real(l0)))
        if "midpoint" in self.priors:
            found += [(2 * m - l0, 2 * s) for m, s in places(self.priors["midpoint"])]
        for m, s in places(self.priors["effect"]):
            if self.model == "log_odds_ratio":
                found.append((l0 + m, s))
                continue
            ratio = self.model == "log_risk_ratio"
            p1 = p0 * math.exp(m) if ratio else p0 + m
            if 0 < p1 < 1:
                slope = 1 - p1 if ratio else p1 * (1 - p1)
                found.append((math.log(p1) - math.log1p(-p1), s / slope))
        return found


def likelihood_place(y, n):
    return math.log((y + 0.5) / (n - y + 0.5)), math.sqrt(1 / (y + 0.5) + 1 / (n - y + 0.5))


def panels(found, extra, shift):
    steps = 2.0 ** np.arange(-3 + shift, 36 + shift)
    edges = [np.array([c for c, _ in found] + list(extra), dtype=float)]
    for centre, scale in found:
        edges += [centre - scale * steps, centre + scale * steps]
    edges = np.unique(np.concatenate(edges))
    edges = edges[np.isfinite(edges) & (np.abs(edges) < 1e12)]
    # Where the meshes of several places overlap, the finest that is needed is enough.
    centres = np.array([c for c, _ in found])
    scales = np.array([s for _, s in found])
    size = np.maximum(0.12 * scales, 0.45 * np.abs(edges[:, None] - centres)).min(axis=1)
    fixed = np.isin(edges, [*centres, *extra])
    kept = [0]
    for k in range(1, edges.size):
        gap = edges[k] - edges[kept[-1]]
        if gap <= 1e-15 * (1 + abs(edges[k])):
            continue
        if fixed[k] or gap > 0.75 * size[k]:
            kept.append(k)
    return edges[kept]


def mode_place(h: Callable, edges):
    """Mode and scale of a log density, by zooming in on the best of a mesh."""
    grid = np.asarray(edges, dtype=Real)
    for _ in range(40):
        values = h(grid)
        values = np.where(np.isnan(values), -np.inf, values)
        k = int(np.clip(np.argmax(values), 1, grid.size - 2))
        near = values[k] - min(values[k - 1], values[k + 1])
        if near < 0.3:
            break
        grid = np.linspace(grid[k - 1], grid[k + 1], 17)
    return float(grid[k]), float(max(grid[k + 1] - grid[k - 1], 1e-12)), float(values[k])


def kept_panels(h: Callable, edges, top):
    low, high = edges[:-1], edges[1:]
    probe = np.stack([low + f * (high - low) for f in (0.001, 0.1, 0.5, 0.9, 0.999)], axis=1)
    values = h(probe.astype(Real).ravel()).reshape(probe.shape)
    values = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    keep = values + np.log(high - low) > max(top, float(values.max())) - CUT
    return low[keep], high[keep]


def nodes_of(low, high):
    half = 0.5 * (high - low).astype(Real)
    x = (low + high).astype(Real)[:, None] * 0.5 + half[:, None] * NODES
    return x, half[:, None] * WEIGHTS


def inner(case, l0, statements, shift):
    """Log of the integral over l1, and the shares above each threshold."""
    l0 = Real(l0)
    p0 = expit(l0)
    thresholds = []
    for name, value in statements:
        if name == "log_odds_ratio":
            thresholds.append(l0 + value)
        else:
            p = p0 * np.exp(Real(value)) if name == "log_risk_ratio" else p0 + value
            thresholds.append(Real(np.inf) if p >= 1 else Real(-np.inf) if p <= 0 else logit(p))

    def h(l1):
        return case(l1, np.full_like(l1, l0))

    found = case.inner_places(float(l0))
    centre, scale, _ = mode_place(h, panels(found, (), shift))
    edges = panels([*found, (centre, scale)], [float(t) for t in thresholds], shift)
    low, high = kept_panels(h, edges, -np.inf)
    if not low.size:
        return Real(-np.inf), [Real(0)] * len(statements)
    x, w = nodes_of(low, high)
    logs = h(x.ravel()).reshape(x.shape)
    logs = np.where(np.isnan(logs), -np.inf, logs)
    top = logs.max()
    mass = (w * np.exp(logs - top)).sum(axis=1)
    total = mass.sum()
    middle = 0.5 * (low + high)
    shares = [mass[middle > float(t)].sum() / total for t in thresholds]
    return top + np.log(total), shares


def outer(case, statements, shift):
    memo = {}

    def row(l0):
        key = float(l0)
        if key not in memo:
            memo[key] = inner(case, key, statements, shift)
        return memo[key]

    def h(x):
        return np.array([row(v)[0] for v in np.atleast_1d(x)], dtype=Real)

    found = case.outer_places()
    coarse = panels(found, (), shift)[::3]
    centre, scale, top = mode_place(h, coarse)
    edges = panels([*found, (centre, scale)], (), shift)
    heights = h(edges)
    near = np.maximum(heights[:-1], heights[1:]) + np.log(np.diff(edges))
    keep = near > max(top, float(near.max())) - CUT
    low, high = edges[:-1][keep], edges[1:][keep]
    x, w = nodes_of(low, high)
    logs = h(x.ravel()).reshape(x.shape)
    top = logs.max()
    mass = w * np.exp(logs - top)
    total = mass.sum()
    shares = np.array([row(v)[1] for v in x.ravel()], dtype=Real).reshape(*x.shape, -1)
    return float(top + np.log(total)), [
        float(v) for v in (mass[..., None] * shares).sum((0, 1)) / total
    ]


def binomial_coefficients(spec):
    return sum(
        math.lgamma(n + 1) - math.lgamma(y + 1) - math.lgamma(n - y + 1)
        for y, n in (spec["treatment"], spec["control"])
    )


def draw(rng, number):
    """One random case: which model, which table, which priors."""

    def size():
        return int(np.clip(round(math.exp(rng.uniform(0, math.log(20_000)))), 1, 20_000))

    def arm(n):
        kind = rng.choice(["zero", "all", "any"], p=[0.12, 0.08, 0.8])
        if kind != "any":
            return [0 if kind == "zero" else n, n]
        return [int(rng.binomial(n, rng.beta(1.2, 1.2))), n]

    def normal(scales, spread):
        return [1.0, "normal", [round(rng.normal(0, spread), 3), float(rng.choice(scales))]]

    def one(spread=1.0):
        kind = rng.choice(
            ["normal", "student_t", "cauchy", "logistic", "uniform", "mixture"],
            p=[0.4, 0.12, 0.12, 0.08, 0.08, 0.2],
        )
        if kind == "normal":
            return [normal([0.01, 0.1, 0.355, 1.0, 2.5, 10.0, 100.0], spread)]
        if kind == "student_t":
            df = float(rng.choice([1.5, 3.0, 7.0]))
            return [
                [
                    1.0,
                    "student_t",
                    [df, round(rng.normal(0, spread), 3), float(rng.choice([0.05, 0.5, 2.5]))],
                ]
            ]
        if kind in ("cauchy", "logistic"):
            return [
                [
                    1.0,
                    str(kind),
                    [round(rng.normal(0, spread), 3), float(rng.choice([0.02, 0.5, 2.5]))],
                ]
            ]
        if kind == "uniform":
            a = round(rng.uniform(-3, 0.5), 2)
            return [[1.0, "uniform", [a, round(a + float(rng.choice([0.3, 2.0, 8.0])), 2)]]]
        w = float(rng.choice([0.1, 0.5, 0.9]))
        parts = [normal([0.02, 0.2], spread), normal([1.0, 5.0, 50.0], spread)]
        return [[w, *parts[0][1:]], [1 - w, *parts[1][1:]]]

    n1, n0 = size(), size()
    if rng.random() < 0.5:
        n0 = n1
    spec = {"number": number, "treatment": arm(n1), "control": arm(n0)}
    model = str(
        rng.choice(
            ["log_odds_ratio", "independent_arms", "log_risk_ratio", "risk_difference"],
            p=[0.55, 0.15, 0.15, 0.15],
        )
    )
    spec["model"] = model
    if model == "independent_arms":

        def arm_prior():
            kind = rng.choice(
                ["beta", "logit_normal", "uniform", "mixture"], p=[0.5, 0.2, 0.15, 0.15]
            )
            if kind == "beta":
                return [
                    [1.0, "beta", [float(x) for x in rng.choice([0.3, 0.5, 1.0, 2.0, 40.0], 2)]]
                ]
            if kind == "logit_normal":
                return [
                    [
                        1.0,
                        "logit_normal",
                        [round(rng.normal(), 2), float(rng.choice([0.05, 1.0, 5.0]))],
                    ]
                ]
            if kind == "uniform":
                return [[1.0, "uniform", [0.0, float(rng.choice([0.6, 0.9, 1.0]))]]]
            return [[0.3, "beta", [1.0, 1.0]], [0.7, "beta", [30.0, 20.0]]]

        spec["priors"] = {"treatment": arm_prior(), "control": arm_prior()}
        return spec
    level = [normal([0.1, 1.5, 1.5, 10.0], 0.7)] if rng.random() < 0.7 else one(0.7)
    if model == "log_odds_ratio":
        shift = 3.0 if rng.random() < 0.2 else 0.7
        name = str(rng.choice(["baseline", "midpoint"]))
        spec["priors"] = {"effect": one(shift), name: level}
    elif model == "log_risk_ratio":
        effect = (
            [normal([0.03, 0.15, 0.5, 2.0], 0.2)]
            if rng.random() < 0.7
            else [[1.0, "cauchy", [0.0, 0.3]]]
        )
        spec["priors"] = {"effect": effect, "baseline": level}
    else:
        effect = (
            [normal([0.01, 0.1, 0.5], 0.1)]
            if rng.random() < 0.6
            else [[1.0, "uniform", [-0.2, 0.5]]]
        )
        if rng.random() < 0.2:
            effect = [[1.0, "flat", []]]
        spec["priors"] = {"effect": effect, "baseline": level}
    return spec


def main(wanted: int = 260, seed: int = 20230513) -> None:
    rng = np.random.default_rng(seed)
    made, dropped = [], []
    target = Path(__file__).with_name("oracle.json")
    for number in range(wanted):
        spec = draw(rng, number)
        case = Case(spec)
        with np.errstate(all="ignore"):
            log_total, shares = outer(case, STATEMENTS, 0.0)
            again, others = outer(case, STATEMENTS, 0.37)
        gap = max(
            [abs(log_total - again), *(abs(a - b) for a, b in zip(shares, others, strict=True))]
        )
        if not gap < 1e-10:
            dropped.append({"number": number, "difference": gap, **spec})
            sys.stderr.write(f"dropped {number} {gap} {spec}\n")
            continue
        proper = all(f != "flat" for prior in spec["priors"].values() for _, f, _ in prior)
        spec["log_marginal_likelihood"] = (
            log_total + binomial_coefficients(spec) if proper else None
        )
        spec["greater"] = [
            [name, value, p] for (name, value), p in zip(STATEMENTS, shares, strict=True)
        ]
        spec["difference"] = gap
        made.append(spec)
        target.write_text(
            "[\n" + ",\n".join(json.dumps(s) for s in made) + "\n]\n", encoding="utf-8"
        )
    sys.stderr.write(f"{len(made)} cases, {len(dropped)} dropped\n")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
