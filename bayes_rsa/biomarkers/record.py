"""Records of what is known about one biomarker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bayes_rsa.biomarkers.identification import Identification
from bayes_rsa.defaults import DIRECTION_SUPPORTED

__all__ = ["MarkerAssessment", "UnderPrior"]


@dataclass(frozen=True, slots=True)
class UnderPrior:
    """The posterior of a standardised difference under one prior.

    Parameters
    ----------
    prior
        Its text form.
    sd
        Its SD.
    mean, median, interval
        Posterior mean, median and equal-tailed interval of d, turned towards the direction of the
        report: positive is that direction. If none is stated, positive is higher.
    posterior_sd
        Posterior SD.
    p_lower
        Posterior probability that the marker is lower on treatment.
    p_direction
        Posterior probability of the direction of the report.
    p_d_above
        P(d > size) in the direction of the report, by size.
    p_size_above
        ``P(|d| > size)``, by size.
    mean_size
        Posterior mean of ``|d|``.
    label
        The prior's name, if it has one.
    """

    prior: str
    sd: float
    mean: float
    posterior_sd: float
    median: float
    interval: tuple[float, float]
    p_lower: float
    p_direction: float
    p_d_above: dict[str, float]
    p_size_above: dict[str, float]
    mean_size: float
    label: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "prior": self.prior,
            **({"label": self.label} if self.label else {}),
            "mean": self.mean,
            "sd": self.posterior_sd,
            "median": self.median,
            "eti": list(self.interval),
            "p_lower": self.p_lower,
            "p_direction": self.p_direction,
            "p_d_above": dict(self.p_d_above),
            "p_size_above": dict(self.p_size_above),
            "mean_size": self.mean_size,
        }


@dataclass(frozen=True, slots=True)
class MarkerAssessment:
    """What is reported of a marker, and what follows under each prior.

    Parameters
    ----------
    name
        Of the marker.
    evidence
        Its class of evidence: ``direction_only``, ``exact_test``, ``mean_sd``, ...
    direction
        ``lower``, ``higher``, or ``not stated``: as reported, or that of the reported means.
    n
        Patients per arm that the report is read with, treatment first; None for patient-level data.
    under
        One for each prior, from the narrowest to the widest; empty for patient-level data.
    identification
        Whether the size is identified; None for patient-level data.
    selected
        Whether the marker is read as reported because it was significant.
    field
        The same under priors from meta-analyses of the field; they take no part in the rule.
    """

    name: str
    evidence: str
    direction: str
    n: tuple[int, int] | None
    under: tuple[UnderPrior, ...]
    identification: Identification | None
    selected: bool = False
    field: tuple[UnderPrior, ...] = ()

    @property
    def size_identified(self) -> bool | None:
        """Whether the report decides the size; None where it is not judged here."""
        return None if self.identification is None else self.identification.identified

    @property
    def direction_supported(self) -> bool | None:
        """Whether the direction has a high probability under every prior; None if not stated."""
        if self.direction == "not stated" or not self.under:
            return None
        return all(u.p_direction > DIRECTION_SUPPORTED for u in self.under)

    @property
    def banner(self) -> str:
        """The finding in one line: ``direction supported; size not identified``."""
        if self.identification is None:
            return "patient-level data: fit models.biomarkers.patient_level"
        supported = {None: "not stated", True: "supported", False: "not supported"}
        size = "identified" if self.identification.identified else "not identified"
        return f"direction {supported[self.direction_supported]}; size {size}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        identification = self.identification
        return {
            "name": self.name,
            "class": self.evidence,
            "direction": self.direction,
            "n": None if self.n is None else list(self.n),
            "size_identified": self.size_identified,
            "banner": self.banner,
            "identification": None if identification is None else identification.to_dict(),
            "reported_because_significant": self.selected,
            "priors": [u.to_dict() for u in self.under],
            "field_priors": [u.to_dict() for u in self.field],
        }
