"""What other studies say of a marker: whether a low level is the better one, and how wide it is."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["MarkerNote", "literature"]


@dataclass(frozen=True, slots=True)
class MarkerNote:
    """A finding of another study; nothing in it is about the treatment.

    Parameters
    ----------
    marker
        Name of the marker.
    about
        ``direction``, ``scale`` or ``cut-off``.
    finding
        In words, the numbers as printed there.
    supports
        Whether a high level goes with miscarriage: ``yes``, ``no``, ``unclear``; empty where it is
        not about that.
    same_group
        Whether its authors overlap with those of the tacrolimus trial.
    citation, doi
        Where it was found; the DOI without its address, or empty.
    """

    marker: str
    about: str
    finding: str
    supports: str
    same_group: bool
    citation: str
    doi: str


def literature(marker: str) -> tuple[MarkerNote, ...]:
    """What is shipped about a marker of this name, in the order of the data file."""
    return tuple(note for note in _notes() if note.marker == marker)


@cache
def _notes() -> tuple[MarkerNote, ...]:
    text = resources.files("bayes_rsa").joinpath("data/markers.toml").read_text(encoding="utf-8")
    return tuple(MarkerNote(**row) for row in tomllib.loads(text)["note"])
