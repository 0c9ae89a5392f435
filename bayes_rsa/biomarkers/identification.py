"""Whether a report identifies the size of a difference, by a stated rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bayes_rsa.defaults import SIZE_MOVES_MAX
from bayes_rsa.errors import InputError

__all__ = ["Identification", "size_identified"]


@dataclass(frozen=True, slots=True)
class Identification:
    """How far the posterior mean of a size moves with the prior's scale.

    The rule: with the priors N(0, s²) for the narrowest and the widest s, the posterior means of
    the size ``|d|`` are compared. Their ratio is 1 where the report decides the size, and the ratio
    of the scales where the prior alone does. The size is identified if it is at most ``limit``.

    Parameters
    ----------
    narrowest, widest
        SDs of the two priors.
    ratio
        Posterior mean of ``|d|`` under the widest over that under the narrowest.
    limit
        Largest ratio that counts as identified.
    """

    narrowest: float
    widest: float
    ratio: float
    limit: float = SIZE_MOVES_MAX

    @property
    def identified(self) -> bool:
        """Whether the report, rather than the prior, decides the size."""
        return self.ratio <= self.limit

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        times = self.widest / self.narrowest
        return (
            f"a prior {times:g} times as wide makes the posterior mean size {self.ratio:.2f} times "
            f"as large (limit {self.limit:g})"
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return asdict(self) | {"identified": self.identified}


def size_identified(sizes: Sequence[tuple[float, float]]) -> Identification:
    """Apply the rule.

    Parameters
    ----------
    sizes
        For each prior its SD and the posterior mean of ``|d|``; at least two SDs, a factor 2 apart.

    Raises
    ------
    InputError
        If the priors' scales are too near each other to tell.
    """
    ordered = sorted(sizes)
    if len(ordered) < 2 or ordered[-1][0] < 2 * ordered[0][0]:
        raise InputError(
            "sds",
            [sd for sd, _ in sizes],
            "the rule compares priors whose SDs are at least a factor 2 apart",
            "use 0.5, 1 and 2",
        )
    (narrow, first), (wide, last) = ordered[0], ordered[-1]
    return Identification(narrow, wide, last / first)
