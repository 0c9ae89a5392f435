"""One comparison of a printed number with its recomputed value."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bayes_rsa.audit.rounding import Agreement

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison of a printed number with its recomputed value.

    Parameters
    ----------
    statistic
        What was printed: ``odds ratio``, ``lower limit``, ``P``.
    printed
        The number as printed.
    recomputed
        The value it was compared with, on the printed scale; None where none exists.
    method
        How it was recomputed.
    units_off
        Distance in units of the last printed place (0 for a bound that holds); None where
        nothing could be recomputed.
    agreement
        Matches, matches up to rounding, or fails.
    note
        One sentence on what was found.
    decides
        Whether the verdict depends on it; cross-checks between printed numbers only add findings.
    """

    statistic: str
    printed: str
    recomputed: float | None
    method: str
    units_off: float | None
    agreement: Agreement
    note: str
    decides: bool = True

    @property
    def ok(self) -> bool:
        """Whether it matches, be it up to rounding."""
        return self.agreement is not Agreement.FAILS

    def to_dict(self) -> dict[str, object]:
        """The finding as JSON-able values."""
        return {
            "statistic": self.statistic,
            "printed": self.printed,
            "recomputed": self.recomputed,
            "method": self.method,
            "units_off": self.units_off,
            "ok": self.ok,
            "note": self.note,
        }


def finite(value: float) -> float | None:
    """The value, or None if it is infinite or does not exist."""
    return float(value) if math.isfinite(value) else None
