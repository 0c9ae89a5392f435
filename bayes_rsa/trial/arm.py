"""One arm of a trial: events among participants."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_count, check_text

__all__ = ["Arm"]


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm's events among its participants.

    Parameters
    ----------
    name
        The treatment as the tables call it.
    events
        Participants with the outcome, 0 ≤ events ≤ n.
    n
        Participants counted.
    source
        Where the counts were read.
    """

    name: str
    events: int
    n: int
    source: str = ""

    def __post_init__(self) -> None:
        check_text("arm.name", self.name, required=True)
        events = check_count("arm.events", self.events)
        n = check_count("arm.n", self.n)
        if events > n:
            raise InputError(
                "arm.events",
                events,
                f"arm.n is {n}, and events cannot exceed n",
                "check both numbers in the publication, and that they are not exchanged",
            )
        object.__setattr__(self, "events", events)
        object.__setattr__(self, "n", n)
        check_text("arm.source", self.source)

    def relabelled(self) -> Arm:
        """Return the arm with events and non-events exchanged."""
        return replace(self, events=self.n - self.events)

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain data."""
        return {"name": self.name, "events": self.events, "n": self.n, "source": self.source}
