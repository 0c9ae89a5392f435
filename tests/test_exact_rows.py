"""Sums over lines: the trapezoidal rule against closed forms, and against the panels."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import ndtr

from bayes_rsa.defaults import PROBABILITY_ERROR
from bayes_rsa.exact.marginal import line_integrals
from bayes_rsa.exact.models import likelihood
from bayes_rsa.exact.plane import Plane, effect_jacobian, possible_mass, prior_term
from bayes_rsa.exact.rows import Indices, integrate, rough_totals, totals
from bayes_rsa.exact.trapezoid import laplace, trapezoid
from bayes_rsa.exact.windows import LogDensity
from bayes_rsa.priors import Prior
from bayes_rsa.trial import Trial

TOLERANCE = 1e-12
Line = Callable[[np.ndarray], np.ndarray]


def rows(*lines: Line) -> LogDensity:
    """Rows that are these functions, one each."""

    def log_density(row: Indices, u: np.ndarray) -> np.ndarray:
        value = np.empty_like(u)
        for k, line in enumerate(lines):
            value[row[:, 0] == k] = line(u[row[:, 0] == k])
        return value

    return log_density


def normal(mean: float, sd: float) -> Line:
    return lambda u: -0.5 * ((u - mean) / sd) ** 2


def beta(a: float, b: float) -> Line:
    """Beta(a, b) on the log odds."""
    return lambda u: -a * np.logaddexp(0, -u) - b * np.logaddexp(0, u)


def log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


SMOOTH = [
    (normal(0.3, 1.0), 0.0, 0.5 * math.log(2 * math.pi)),
    (normal(-40.0, 1e-3), -40.1, math.log(1e-3) + 0.5 * math.log(2 * math.pi)),
    (beta(60.5, 15.5), 1.0, log_beta(60.5, 15.5)),
    (beta(1.0, 1.0), 0.4, 0.0),
    (beta(0.7, 20.0), -3.0, log_beta(0.7, 20.0)),
    (beta(3000.0, 17000.0), -1.7, log_beta(3000.0, 17000.0)),
    (lambda u: 4.0 * u - np.exp(u), 1.2, math.lgamma(4.0)),
]


def box(lower: float, upper: float, slope: float = 0.0) -> Line:
    return lambda u: np.where((u > lower) & (u < upper), slope * u, -np.inf)


@pytest.mark.parametrize(
    ("line", "seed", "breaks", "expected", "nats"),
    [
        *((line, seed, [], expected, 0.4) for line, seed, expected in SMOOTH),
        (lambda u: -np.log1p((u / 0.2) ** 2), 0.1, [], math.log(0.2 * math.pi), 0.2),
        (lambda u: -7 * np.abs(u - 3), 0.0, [3.0], math.log(2 / 7), 0.2),
        (box(0.0, math.inf, -5.0), 1.0, [0.0], -math.log(5), 1.2),
        (box(-2.0, 0.5), 3.0, [-2.0, 0.5], math.log(2.5), 1.2),
        (box(1.0, 1.001), 0.0, [1.0, 1.001], math.log(0.001), 1.2),
        (box(-300.0, 400.0), 3.0, [-300.0, 400.0], math.log(700), 1.2),
        # Of a spike on a wide foot, the spike.
        (
            lambda u: np.logaddexp(normal(0, 0.01)(u), normal(0, 3)(u) - 2),
            0.5,
            [0.0],
            math.log(math.sqrt(2 * math.pi) * (0.01 + 3 * math.exp(-2))),
            4.0,
        ),
        (box(5.0, 4.0), 0.0, [], -math.inf, 0.0),
    ],
)
def test_a_glance_tells_an_integral_to_a_few_nats(
    line: Line, seed: float, breaks: list[float], expected: float, nats: float
) -> None:
    (found,) = rough_totals(rows(line), np.array([[seed]]), np.array([breaks]))
    assert found == pytest.approx(expected, abs=nats)


@pytest.mark.parametrize("halved", [False, True])
def test_smooth_lines_have_their_integrals(halved: bool) -> None:
    lines, seeds, expected = zip(*SMOOTH, strict=True)
    log_density, spent = rows(*lines), []

    def counted(row: Indices, u: np.ndarray) -> np.ndarray:
        spent.append(u.size)
        return log_density(row, u)

    log_total, error = trapezoid(
        counted, np.array(seeds)[:, None], tolerance=TOLERANCE, halved=halved
    )
    assert (sum(spent) > 150 * len(lines)) == halved
    # A log density of 1e4 carries rounding of 1e-12 into the density, and so does lgamma.
    allowed = TOLERANCE + 4e-15 * np.abs(expected)
    assert (error <= allowed).all()
    assert (np.abs(log_total - expected) <= 2 * allowed).all()


@pytest.mark.parametrize(
    ("line", "seeds"),
    [
        (lambda u: np.where(u > 0.2, -0.5 * u**2, -np.inf), [0.0, 1.0]),
        (lambda u: np.where(np.abs(u) < 1, 0.0, -np.inf), [0.0, 0.5]),
        (lambda u: -0.5 * u**2 - 3.0 * np.abs(u - 0.5), [0.0, 0.5]),
        (lambda u: -np.log1p(u**2), [0.0]),
        (lambda u: np.logaddexp(normal(-1.7, 0.03)(u), normal(1.7, 0.03)(u) - 7), [-1.7, 0.0, 1.7]),
        (lambda u: u, [0.0]),
    ],
    ids=["cut", "box", "kink", "heavy tail", "two peaks", "endless"],
)
def test_what_is_not_smooth_is_not_claimed(line: Line, seeds: list[float]) -> None:
    _, error = trapezoid(rows(line), np.array([seeds]), tolerance=TOLERANCE)
    assert np.isinf(error).all()


def kinked(k: np.ndarray, c: np.ndarray) -> tuple[LogDensity, np.ndarray]:
    """exp(-u^2/2 - k |u - c|), and the log of its integral."""

    def log_density(row: Indices, u: np.ndarray) -> np.ndarray:
        return -0.5 * u**2 - k[row] * np.abs(u - c[row])

    parts = np.exp(-k * c) * ndtr(c - k) + np.exp(k * c) * ndtr(-c - k)
    return log_density, 0.5 * math.log(2 * math.pi) + 0.5 * k**2 + np.log(parts)


def test_a_kink_that_nobody_named_costs_less_than_the_promise() -> None:
    rng = np.random.default_rng(5)
    # From kinks that are seen to those beyond the tolerance.
    log_density, expected = kinked(10.0 ** rng.uniform(-12, 0, 20_000), rng.uniform(-3, 3, 20_000))
    log_total, error = trapezoid(log_density, np.zeros((expected.size, 1)), tolerance=TOLERANCE)
    claimed = np.isfinite(error)
    assert 1_000 < claimed.sum() < 19_000
    # By luck three rules may agree where a weak kink spoils them all alike.
    assert np.abs(log_total - expected)[claimed].max() <= PROBABILITY_ERROR


def test_luck_is_not_believed() -> None:
    """A strong kink where doubling the nodes changes nothing, though they do not resolve it."""
    middle, width = 1.5, 0.5
    for _ in range(6):
        c = np.linspace(middle - width, middle + width, 1_001)
        log_density, expected = kinked(np.full_like(c, 0.3), c)
        log_total, error = trapezoid(log_density, np.zeros((c.size, 1)), tolerance=1.0)
        least = int(np.argmin(error))
        middle, width = float(c[least]), width / 400
    assert abs(log_total[least] - expected[least]) > 1e-6
    assert error[least] > 100 * TOLERANCE


def test_a_second_peak_and_a_cut_are_summed_by_panels() -> None:
    def cut(u: np.ndarray) -> np.ndarray:
        return np.where(u > 0.2, -0.5 * u**2, -np.inf)

    def two(u: np.ndarray) -> np.ndarray:
        return np.logaddexp(normal(-1.7, 0.03)(u), normal(1.7, 0.03)(u) - 7)

    root = math.sqrt(2 * math.pi)
    log_total, error = totals(
        rows(normal(0, 1), cut, two),
        np.array([[0.0, 0.1, np.nan], [0.0, 1.0, np.nan], [-1.7, 0.0, 1.7]]),
        np.array([[np.nan], [0.2], [np.nan]]),
        tolerance=TOLERANCE,
    )
    expected = [root, 0.5 * root * math.erfc(0.2 / math.sqrt(2)), 0.03 * root * (1 + math.exp(-7))]
    assert (error <= TOLERANCE).all()
    assert log_total == pytest.approx(np.log(expected), abs=1e-11)


PLANES = [
    (table, measure, effect, level)
    for table in [((60, 75), (47, 74)), ((5, 10), (0, 10)), ((0, 9), (4, 11)), ((300, 20000),) * 2]
    for measure, effect in [
        ("log_odds_ratio", "normal(0, 1)"),
        ("log_odds_ratio", "normal(-1.25, 0.02)"),
        ("log_risk_ratio", "normal(0.2, 0.3)"),
        ("risk_difference", "normal(0, 0.1)"),
    ]
    for level in ["normal(0, 1.5)", "normal(0, 10)"]
]


@pytest.mark.parametrize(("table", "measure", "effect", "level"), PLANES, ids=str)
def test_both_rules_sum_a_trial_alike(
    table: tuple[tuple[int, int], tuple[int, int]], measure: str, effect: str, level: str
) -> None:
    trial = Trial.from_counts(*table)
    prior = Prior.parse(effect)
    terms = [prior_term(measure, prior.components[0])]
    terms += [prior_term("control", Prior.parse(level).components[0])]
    if measure != "log_odds_ratio":
        terms += [possible_mass(measure, prior), effect_jacobian(measure)]
    plane = Plane((*likelihood(trial), *terms))
    for chart in ("log_odds_ratio", "log_risk_ratio", "risk_difference", "treatment"):
        peaks, _ = plane.levels_of(chart)
        t = np.linspace(peaks.min() - 0.7, peaks.max() + 0.7, 60)
        found, error = line_integrals(plane, chart, t)
        seeds = plane.seeds_on(chart, t)
        panels = integrate(plane.along(chart, t), seeds, np.empty((t.size, 0)))
        size = np.abs(panels.windows.peak)
        allowed = 1e-11 + 1e-14 * size + error + panels.error
        assert (np.abs(found - panels.log_total) <= allowed).all(), chart
        glance = laplace(plane.along(chart, t), seeds)
        near = np.isfinite(glance)
        assert (np.abs(glance - panels.log_total)[near] < 2.0).all(), chart
