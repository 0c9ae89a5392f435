"""Whether the printed numbers of a trial agree with its counts, and with each other."""

from __future__ import annotations

from bayes_rsa.audit.finding import Finding
from bayes_rsa.audit.rounding import Agreement
from bayes_rsa.audit.verdict import VERDICTS, Audit, audit

__all__ = ["VERDICTS", "Agreement", "Audit", "Finding", "audit"]
