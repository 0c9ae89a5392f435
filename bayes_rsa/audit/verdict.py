"""The audit of a trial's printed numbers, and its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bayes_rsa.audit.against_counts import MEASURE_NAMES, effect_findings, percentage_findings
from bayes_rsa.audit.among_printed import cross_findings
from bayes_rsa.audit.finding import Finding
from bayes_rsa.audit.p_value import p_value_finding
from bayes_rsa.audit.rounding import Agreement
from bayes_rsa.errors import InputError
from bayes_rsa.trial import Trial

__all__ = ["VERDICTS", "Audit", "audit"]

VERDICTS: Final = ("consistent", "consistent up to rounding", "inconsistent")
"""What an audit may conclude, best first."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What the printed numbers of a trial look like beside the recomputed ones.

    Parameters
    ----------
    findings
        One for each comparison, in the order of a results paragraph.
    scope
        Which printed numbers could not be compared with counts, in words; empty if all could.
    """

    findings: tuple[Finding, ...]
    scope: str = ""

    @property
    def verdict(self) -> str:
        """The worst agreement over the printed numbers, one of `VERDICTS`.

        Cross-checks between printed numbers, which hold for Wald intervals and tests only, do not
        count.
        """
        graded = [finding.agreement for finding in self.findings if finding.decides]
        return VERDICTS[max(graded, default=Agreement.MATCHES)]

    @property
    def flagged(self) -> tuple[Finding, ...]:
        """The findings that fail, those that do not decide the verdict included."""
        return tuple(finding for finding in self.findings if not finding.ok)

    @property
    def summary(self) -> str:
        """The verdict in one or two sentences, naming what does not agree."""
        graded = [finding for finding in self.findings if finding.decides]
        text = f"The printed numbers are {self.verdict}"
        if not graded:
            text = "No printed number could be recomputed from counts"
        elif self.verdict != VERDICTS[0]:
            worst = [item for item in graded if VERDICTS[item.agreement] == self.verdict]
            text += ": " + ", ".join(f"{item.statistic} {item.printed}" for item in worst)
        failed = [finding for finding in self.flagged if not finding.decides]
        if failed:
            listed = " and ".join(finding.statistic for finding in failed)
            text += f". A cross-check between printed numbers fails: {listed}"
        elif not graded:
            text += "; they agree with each other"
        return f"{text}. {self.scope}".rstrip()

    def to_dict(self) -> dict[str, object]:
        """The audit as JSON-able values."""
        return {
            "verdict": self.verdict,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def audit(trial: Trial) -> Audit:
    """Recompute a trial's printed numbers from its counts, and compare.

    Percentages, estimate, interval and P are recomputed by every named method and compared at the
    printed rounding; the interval's symmetry and the P that it implies are checked among the
    printed numbers.

    Parameters
    ----------
    trial
        The trial, with the numbers as printed in ``percentages`` and ``reported``.

    Returns
    -------
    Audit
        Findings and verdict.

    Raises
    ------
    InputError
        If nothing is printed, or nothing that is printed can be recomputed.

    Notes
    -----
    A number matches when the recomputed value rounds half up to it, matches up to rounding within
    0.55 units of the last printed place (a number rounded twice), and fails otherwise. Both limits
    of an interval must come from one method; P may come from any named two-sided test, and one
    that only a one-sided or Yates's corrected test gives fails. Checks among the printed numbers
    hold for Wald intervals and tests only, so they can add a finding but not change the verdict.
    A hazard ratio or a mean difference cannot be recomputed from counts.
    """
    findings: list[Finding] = []
    reported, scope = trial.reported, ""
    if trial.treatment is not None and trial.control is not None:
        counts = (
            trial.treatment.events,
            trial.treatment.n,
            trial.control.events,
            trial.control.n,
        )
        findings += percentage_findings(trial.percentages, counts)
        if reported is not None and reported.measure in ("OR", "RR", "RD"):
            findings += effect_findings(reported, counts)
            if reported.p_value is not None:
                findings.append(p_value_finding(reported.p_value, reported.measure, counts))
        elif reported is not None:
            name = MEASURE_NAMES[reported.measure]
            scope = f"A {name} and its P cannot be recomputed from counts."
    elif reported is not None:
        scope = "There are no counts, so the printed numbers were only compared with each other."
    if reported is not None:
        findings += cross_findings(reported)
    if not findings:
        raise InputError(
            "reported",
            None if reported is None else reported.measure,
            "nothing is printed that could be recomputed, so there is nothing to compare",
            "give the printed estimate with its interval or P, or the percentages",
        )
    return Audit(tuple(findings), scope)
