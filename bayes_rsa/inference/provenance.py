"""Where a fit comes from: enough to recognise it, and to make it again."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final, Self

from bayes_rsa.contract import Card
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior

if TYPE_CHECKING:
    import xarray as xr

SCHEMA: Final = "bayes-rsa/fit/1"
_ATTRIBUTE: Final = "bayes_rsa"
_PACKAGES: Final = ("bayes-rsa", "pymc", "pytensor", "nutpie", "arviz", "numpy", "scipy", "xarray")


def versions() -> dict[str, str]:
    """Versions of Python, the operating system and the packages that decide the numbers."""
    found = {"python": platform.python_version(), "platform": platform.system()}
    return found | {package: _version(package) for package in _PACKAGES}


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What rides in a fit's attributes.

    Parameters
    ----------
    model
        The card's dictionary: name, priors, measure, direction, variables, source hash.
    trial
        The trial's dictionary; ``trial_sha256`` is its fingerprint.
    sampler
        Name and settings: seed, draws, tune, chains, target_accept.
    versions
        As :func:`versions`.
    """

    model: Mapping[str, Any]
    trial: Mapping[str, Any]
    trial_sha256: str
    sampler: Mapping[str, Any]
    versions: Mapping[str, str]
    schema: str = SCHEMA

    @classmethod
    def of(cls, card: Card, sampler: Mapping[str, Any]) -> Self:
        """Provenance of a fit of this card's model with these sampler settings."""
        return cls(
            card.to_dict(), card.trial.to_dict(), card.trial.fingerprint(), sampler, versions()
        )

    @property
    def priors(self) -> dict[str, Prior]:
        """Prior of each free variable."""
        return {name: Prior.parse(text) for name, text in self.model["priors"].items()}

    def write(self, tree: xr.DataTree) -> None:
        """Store in the tree's attributes, as JSON text (netCDF holds no nested values)."""
        tree.attrs[_ATTRIBUTE] = json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, tree: xr.DataTree) -> Self:
        """Provenance of a fit.

        Raises
        ------
        InputError
            If the tree carries none: it was not made by ``fit``, or its attributes were dropped.
        """
        text = getattr(tree, "attrs", {}).get(_ATTRIBUTE)
        if text is None:
            raise InputError(
                "fit",
                type(tree).__name__,
                "a fit carries its provenance in its attributes",
                "pass the DataTree that bayes_rsa.fit returned, or load it with load_fit",
            )
        return cls(**json.loads(text))
