"""The biomarkers: what their reports say, computed; one group for markers reported alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bayes_rsa import defaults
from bayes_rsa.analysis import Analysis
from bayes_rsa.biomarkers import (
    MarkerAssessment,
    MarkerNote,
    assess,
    joint_table,
    literature,
)
from bayes_rsa.exact.biomarkers import report_likelihood, standardised_difference
from bayes_rsa.priors import Prior
from bayes_rsa.report.results.refusal import or_reason
from bayes_rsa.trial import Biomarker, DirectionOnly, TReport, Trial, t_report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bayes_rsa.exact.biomarkers import JointMarkers

    Floats = NDArray[np.float64]

Progress = Callable[[str, int, int], None]

SHARES: Final = (1.0, 0.5, 0.25)
"""Shares of the patients in whom the markers may have been measured, where it is not reported."""
_POINTS: Final = 401
_TAIL: Final = 2e-3


@dataclass(frozen=True, slots=True, eq=False)
class MarkerCurve:
    """Prior and posterior density of a difference, turned towards the report's direction."""

    label: str
    sd: float
    x: Floats = field(repr=False)
    prior: Floats = field(repr=False)
    posterior: Floats = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class MarkerGroup:
    """Markers that are reported alike, and so are known alike.

    Parameters
    ----------
    markers
        Of the trial.
    found
        What is known of each.
    selected
        The same if they are shown because they are significant; None where they are not known to
        be.
    fewer
        The same, were they measured in a share of the patients only; empty where the report says
        in how many.
    curves
        Densities, by prior.
    report
        What is said of the t statistic; None for quartiles and patients' values.
    likelihood
        Differences and, by the reading of the report, its probability; None for other reports than
        a bound on P.
    """

    markers: tuple[Biomarker, ...]
    found: MarkerAssessment
    selected: MarkerAssessment | None
    fewer: tuple[MarkerAssessment, ...]
    curves: tuple[MarkerCurve, ...]
    report: TReport | None
    likelihood: tuple[Floats, dict[str, Floats]] | None = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Markers:
    """What the report prints of the biomarkers.

    Parameters
    ----------
    groups
        Markers reported alike; or why nothing follows.
    joint
        Whether all are lower, at several correlations; or why it is not said.
    notes
        What other studies found of them.
    """

    groups: tuple[MarkerGroup, ...] | str
    joint: tuple[tuple[str, JointMarkers], ...] | str
    notes: tuple[MarkerNote, ...]


def biomarkers(analysis: Analysis, progress: Progress) -> Markers | None:
    """Everything about the biomarkers; None for a trial that reports none."""
    trial = analysis.trial
    if not trial.biomarkers:
        return None
    progress("Biomarkers", 0, 1)
    notes = tuple(note for marker in trial.biomarkers for note in literature(marker.name))
    groups = or_reason(lambda: _groups(trial))
    joint = or_reason(lambda: joint_table(trial))
    if len(trial.biomarkers) < 2:
        joint = "one marker has no joint statement"
    return Markers(groups, joint, notes)


def _groups(trial: Trial) -> tuple[MarkerGroup, ...]:
    alike: dict[str, list[Biomarker]] = {}
    for marker in trial.biomarkers:
        alike.setdefault(str(marker.finding.to_dict()), []).append(marker)
    return tuple(_group(trial, tuple(same)) for same in alike.values())


def _group(trial: Trial, same: tuple[Biomarker, ...]) -> MarkerGroup:
    first = same[0]
    names = [first.name]
    (found,) = assess(trial, markers=names)
    report: TReport | None = None
    selected: MarkerAssessment | None = None
    fewer: tuple[MarkerAssessment, ...] = ()
    if found.n is not None and first.finding.kind != "median_quartiles":
        report = t_report(first, found.n)
    if isinstance(first.finding, DirectionOnly) and found.n is not None:
        sizes = [tuple(max(2, round(share * n)) for n in found.n) for share in SHARES]
        fewer = tuple(assess(trial, markers=names, n=(a, b))[0] for a, b in sizes)
        if first.finding.significant and first.finding.p.value <= defaults.SIGNIFICANCE_LEVEL:
            (selected,) = assess(trial, markers=names, reported_because_significant=True)
    return MarkerGroup(
        same, found, selected, fewer, _curves(trial, found), report, _likelihood(first, report)
    )


def _curves(trial: Trial, found: MarkerAssessment) -> tuple[MarkerCurve, ...]:
    if not found.under:
        return ()
    sign = -1.0 if found.direction == "lower" else 1.0
    priors = [Prior.parse(under.prior) for under in found.under]
    laws = [standardised_difference(trial, marker=found.name, effect=prior) for prior in priors]
    ends = [sign * law.quantile(q) for law in laws for q in (_TAIL, 1 - _TAIL)]
    reach = [2.0 * prior.sd for prior in priors]
    x = np.linspace(min(*ends, *(-r for r in reach)), max(*ends, *reach), _POINTS)
    return tuple(
        MarkerCurve(under.prior, under.sd, x, np.exp(prior.logpdf(sign * x)), law.density(sign * x))
        for under, prior, law in zip(found.under, priors, laws, strict=True)
    )


def printed_bound(finding: DirectionOnly) -> str:
    """The bound on P as a reader writes it: ``P < 0.05``."""
    printed = str(finding.p)
    return f"P {printed[0]} {printed[1:].strip()}" if printed[0] in "<>=" else f"P = {printed}"


def _likelihood(
    marker: Biomarker, report: TReport | None
) -> tuple[Floats, dict[str, Floats]] | None:
    """Probability of what is reported, over differences towards the direction of the report."""
    finding = marker.finding
    if report is None or report.exact or not isinstance(finding, DirectionOnly):
        return None
    if not finding.significant or finding.direction == "not stated":
        return None
    sign = -1.0 if finding.direction == "lower" else 1.0
    d = np.linspace(-1.5, 2.5, _POINTS)
    either = TReport(report.n, 2.0, report.critical, unsigned=True)
    said = printed_bound(finding)
    curves = {
        f"{said}, {finding.direction}": np.exp(report_likelihood(report)(sign * d)),
        f"{said}, direction not stated": np.exp(report_likelihood(either)(sign * d)),
    }
    level = defaults.SIGNIFICANCE_LEVEL
    if finding.p.value <= level:
        selected = np.exp(report_likelihood(report, level)(sign * d))
        curves[f"{said}, {finding.direction}, shown because P < {level:g}"] = selected
    return d, curves
