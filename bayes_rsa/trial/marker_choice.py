"""Which biomarkers of a trial are modelled together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.fields import MISSING, check_count, suggestion
from bayes_rsa.trial.biomarker import Biomarker
from bayes_rsa.trial.t_report import TReport, critical_t, t_report
from bayes_rsa.trial.value import Trial

__all__ = ["choose_markers", "chosen_reports", "marker_arms", "require_separate_facts"]

_RATIO: Final = re.compile(r"\s*(.+?)\s*/\s*(.+?)(?:\s+ratio)?\s*", re.IGNORECASE)


def choose_markers(trial: Trial, names: Sequence[str] | None = None) -> tuple[Biomarker, ...]:
    """The biomarkers of these names, or all, that count as separate facts.

    Raises
    ------
    InputError
        If there is none, a name is unknown or given twice, or a ratio stands beside both of its
        parts: they are two facts, not three.
    """
    known = {marker.name: marker for marker in trial.biomarkers}
    if not known:
        raise InputError(
            "trial.biomarkers", MISSING, "no biomarker is reported", "add [[biomarkers]]"
        )
    if isinstance(names, str):
        raise InputError("markers", names, "it is a list of names", f"write [{names!r}]")
    chosen = tuple(known) if names is None else tuple(names)
    for name in chosen:
        if name not in known:
            raise InputError("markers", name, "there is no such biomarker", suggestion(name, known))
    if len(set(chosen)) < len(chosen) or not chosen:
        raise InputError("markers", chosen, "each is named once, and at least one", "change it")
    require_separate_facts(chosen)
    return tuple(known[name] for name in chosen)


def require_separate_facts(names: Sequence[str]) -> None:
    """Refuse names of markers of which one is the ratio of two others.

    Raises
    ------
    InputError
        If a ratio stands beside both of its parts: they are two facts, not three.
    """
    for name in names:
        match = _RATIO.fullmatch(name)
        if match and {match[1], match[2]} <= set(names):
            raise InputError(
                "markers",
                name,
                f"a ratio beside both of its parts, {match[1]} and {match[2]}, is no third fact",
                "leave out the ratio or one of the parts: markers=[...]",
            )


def marker_arms(trial: Trial, n: tuple[int, int] | None = None) -> tuple[int, int]:
    """Patients per arm with a marker: as given, or all of the trial's arms.

    Raises
    ------
    InputError
        If the trial is known only by its effect and ``n`` is not given, or an arm is below 2.
    """
    if n is None:
        if not trial.has_counts:
            raise InputError(
                "n",
                MISSING,
                "a test is read with the number of patients in each arm",
                "give n=(treatment, control)",
            )
        n = trial.n
    if len(n) != 2:
        raise InputError("n", n, "it holds the treatment and the control arm", "write (75, 74)")
    treatment, control = (check_count("n", size, least=2) for size in n)
    return treatment, control


def chosen_reports(
    trial: Trial,
    names: Sequence[str] | None = None,
    n: tuple[int, int] | None = None,
    selection_level: float | None = None,
) -> tuple[tuple[str, ...], tuple[TReport, ...]]:
    """Names and t reports of the chosen biomarkers.

    Parameters
    ----------
    trial, names, n
        As in :func:`choose_markers` and :func:`marker_arms`.
    selection_level
        Two-sided level at which the markers were selected for being significant, if they were.

    Raises
    ------
    InputError
        If a finding says nothing about a t statistic, or a marker that was not significant is
        called selected for significance.
    """
    markers = choose_markers(trial, names)
    sizes = marker_arms(trial, n)
    reports = tuple(t_report(marker, sizes) for marker in markers)
    if selection_level is not None:
        for marker, report in zip(markers, reports, strict=True):
            least = critical_t(selection_level, report.df)
            reached = abs(report.value) if report.exact else report.critical
            significant = report.exact or abs(report.value) == 2
            if not significant or reached < least * (1 - 1e-12):
                raise InputError(
                    f"biomarker {marker.name!r}",
                    marker.finding.to_dict(),
                    f"it is not known to be significant at {selection_level:g}, so it was not "
                    "reported because it is",
                    "leave it out, or change the level",
                )
    return tuple(marker.name for marker in markers), reports
