"""The families of priors by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bayes_rsa.errors import InputError
from bayes_rsa.priors.degenerate import Flat, Point
from bayes_rsa.priors.family import Family
from bayes_rsa.priors.interval import Beta, LogitNormal, Uniform
from bayes_rsa.priors.line import Cauchy, Logistic, Normal, StudentT
from bayes_rsa.priors.positive import HalfNormal, InverseGamma, LogNormal

FAMILIES: Final[Mapping[str, type[Family]]] = MappingProxyType(
    {
        family.name: family
        for family in (
            Normal,
            StudentT,
            Cauchy,
            Logistic,
            Uniform,
            Beta,
            LogitNormal,
            HalfNormal,
            InverseGamma,
            LogNormal,
            Flat,
            Point,
        )
    }
)
"""Family by the name of its text form; ``FAMILIES["normal"].arguments == ("mean", "sd")``."""


def find_family(name: object) -> type[Family]:
    """Family of this name.

    Raises
    ------
    InputError
        If there is none; the remedy suggests the nearest name.
    """
    if isinstance(name, str) and name in FAMILIES:
        return FAMILIES[name]
    near = difflib.get_close_matches(str(name).lower(), FAMILIES, n=1, cutoff=0.5)
    remedy = f"did you mean {FAMILIES[near[0]].signature()}?" if near else "use one of "
    if not near:
        remedy += ", ".join(FAMILIES)
    raise InputError("prior", name, "no family of priors has this name", remedy.rstrip("?"))
