"""The result of a calibration, as values."""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from bayes_rsa.calibration.bands import Bands, bands, counts_below, p_value
from bayes_rsa.defaults import INTERVAL
from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

SCHEMA: Final = "bayes-rsa/calibration/1"
FAMILY_LEVEL: Final = 0.05
"""Probability that a right engine leaves the bands of at least one quantity."""


@dataclass(frozen=True, eq=False)
class QuantityRanks:
    """Ranks of one test quantity.

    Parameters
    ----------
    name
        The quantity.
    ranks
        One for each simulation, 0 to ``largest``.
    largest
        Number of posterior draws that each true value was ranked among.
    level
        The quantity's share of the family's level: 0.05 over the number of quantities.
    """

    name: str
    ranks: Integers
    largest: int
    level: float

    @cached_property
    def p_value(self) -> float:
        """Probability, under uniformity, of an ECDF that strays at least as far."""
        return p_value(self.ranks, self.largest)

    @property
    def passed(self) -> bool:
        """Whether the ECDF stays inside the simultaneous bands."""
        return self.p_value > self.level

    @property
    def bands(self) -> Bands:
        """The simultaneous bands at ``1 - level``."""
        return bands(len(self.ranks), self.largest, 1.0 - self.level)

    def difference(self) -> tuple[Floats, Floats]:
        """Evaluation points, and the ECDF minus the uniform there."""
        at = self.bands.at
        return at, counts_below(self.ranks, self.largest) / len(self.ranks) - at

    def coverage(self, interval: float = INTERVAL) -> tuple[float, float]:
        """How often equal-tailed intervals of the draws hold the truth, and its standard error.

        Parameters
        ----------
        interval
            Probability of the intervals: a truth is inside if its rank leaves out as many of the
            ranks on either side. The standard error is that of a calibrated engine.
        """
        check_number("interval", interval, above=0, below=1, remedy="write 0.95 for 95%")
        outside = round(0.5 * (1 - interval) * (self.largest + 1))
        inside = (self.ranks >= outside) & (self.ranks <= self.largest - outside)
        nominal = 1 - 2 * outside / (self.largest + 1)
        return float(inside.mean()), math.sqrt(nominal * (1 - nominal) / len(self.ranks))


@dataclass(frozen=True, eq=False)
class Calibration:
    """What simulation-based calibration found.

    Parameters
    ----------
    model
        Name of the model.
    kind
        ``prior`` or ``posterior``: where the true parameters came from.
    ranks
        Quantity -> ranks, one for each simulation.
    largest
        Number of posterior draws that each true value was ranked among.
    seed
        Seed of the whole.
    config
        All that decides the ranks: model, data, engine, versions.
    divergent
        Number of simulations in which the engine reported a divergence.
    short
        Number of simulations whose draws stayed too dependent for the thinning asked for.
    first
        The run before, which left the bands and so had to be repeated with twice the simulations;
        ``None`` if this is the only one.
    """

    model: str
    kind: str
    ranks: Mapping[str, Integers]
    largest: int
    seed: int
    config: Mapping[str, Any]
    divergent: int = 0
    short: int = 0
    first: Calibration | None = None

    @property
    def simulations(self) -> int:
        """Number of simulations."""
        return len(next(iter(self.ranks.values())))

    @cached_property
    def quantities(self) -> tuple[QuantityRanks, ...]:
        """Each test quantity with its share of the family's level."""
        level = FAMILY_LEVEL / len(self.ranks)
        return tuple(
            QuantityRanks(name, ranks, self.largest, level) for name, ranks in self.ranks.items()
        )

    @property
    def passed(self) -> bool:
        """Whether every quantity stays inside its bands."""
        return all(q.passed for q in self.quantities)

    @property
    def failures(self) -> tuple[str, ...]:
        """Names of the quantities that left their bands."""
        return tuple(q.name for q in self.quantities if not q.passed)

    def explain(self) -> str:
        """The verdict in one or two sentences."""
        done = f"{self.simulations} simulations, {len(self.ranks)} test quantities"
        again = " (repeated: the first run left the bands)" if self.first is not None else ""
        if self.passed:
            worst = min(self.quantities, key=lambda q: q.p_value)
            verdict = (
                f"{self.model} is calibrated: all inside their simultaneous bands; the smallest "
                f"p-value, of {worst.name}, is {worst.p_value:.2g} (limit {worst.level:.2g})"
            )
        else:
            named = ", ".join(
                f"{q.name} (p = {q.p_value:.2g})" for q in self.quantities if not q.passed
            )
            verdict = f"{self.model} is not calibrated: outside the simultaneous bands: {named}"
        trouble = [
            f"{count} with {what}"
            for count, what in ((self.divergent, "divergences"), (self.short, "dependent draws"))
            if count
        ]
        return f"{verdict}. {done}{again}{''.join(f', {t}' for t in trouble)}."

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form; ranks are packed (zlib of little-endian uint16, base64)."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "kind": self.kind,
            "passed": self.passed,
            "simulations": self.simulations,
            "largest": self.largest,
            "seed": self.seed,
            "divergent": self.divergent,
            "short": self.short,
            "config": dict(self.config),
            "quantities": {
                q.name: {"p_value": _rounded(q.p_value), "passed": q.passed, "ranks": pack(q.ranks)}
                for q in self.quantities
            },
            "first": None if self.first is None else self.first.to_dict(),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Read :meth:`to_dict`'s form; p-values and the verdict are computed from the ranks.

        Raises
        ------
        InputError
            If it is of another schema.
        """
        if record.get("schema") != SCHEMA:
            raise InputError(
                "calibration",
                record.get("schema"),
                f"the schema must be {SCHEMA}",
                "run `make calibrate` again",
            )
        first = record["first"]
        return cls(
            model=record["model"],
            kind=record["kind"],
            ranks={name: unpack(q["ranks"]) for name, q in record["quantities"].items()},
            largest=record["largest"],
            seed=record["seed"],
            config=record["config"],
            divergent=record["divergent"],
            short=record["short"],
            first=None if first is None else cls.from_dict(first),
        )


def pack(ranks: Integers) -> str:
    """Ranks as text: a fifth of their length in digits."""
    return base64.b64encode(zlib.compress(ranks.astype("<u2").tobytes(), 9)).decode()


def unpack(text: str) -> Integers:
    """Ranks from their packed text."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<u2").astype(np.int64)


def _rounded(value: float) -> float:
    """Four significant digits: enough to read, and the same on every machine."""
    return 0.0 if value == 0 else round(value, 3 - math.floor(math.log10(abs(value))))
