"""The studies that ship with the package, and the sets they are used in."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bayes_rsa.errors import InputError
from bayes_rsa.evidence.reading import COLUMNS, parse_studies, read_studies
from bayes_rsa.evidence.study import Study
from bayes_rsa.fields import suggestion
from bayes_rsa.files import read_text
from bayes_rsa.priors import Prior, find_archetype

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "EvidenceSet",
    "all_studies",
    "evidence_for",
    "evidence_set",
    "evidence_sets",
    "load_evidence",
    "own_sets",
    "studies",
]

_DATA: Final = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class EvidenceSet:
    """A named set of studies.

    Attributes
    ----------
    key, label, note
        Its name; what tables call it; what to know before using it.
    measure
        ``log_odds_ratio`` where the set is about the effect, ``log_odds`` where it is about the
        control arm's rate.
    studies
        Its members, in order.
    heterogeneity
        The prior on the SD between studies that goes with it.
    independent
        Whether no member shares authors or site with the packaged tacrolimus trial.
    """

    key: str
    label: str
    measure: str
    studies: tuple[Study, ...]
    heterogeneity: Prior
    independent: bool
    note: str

    @property
    def inferred(self) -> tuple[Study, ...]:
        """Its members whose counts were reconstructed."""
        return tuple(study for study in self.studies if study.provenance == "inferred")


@cache
def all_studies() -> tuple[Study, ...]:
    """Every study that ships with the package, in the order of the data file."""
    path = _DATA / "evidence.csv"
    return parse_studies(read_text(path, "evidence file"), path.name)


@cache
def evidence_sets() -> dict[str, EvidenceSet]:
    """The named sets, by key and in order."""
    known = {study.key: study for study in all_studies()}
    return {row["key"]: _set(row, known) for row in _sets_file()["set"]}


@cache
def _sets_file() -> dict[str, Any]:
    return tomllib.loads(read_text(_DATA / "evidence_sets.toml", "sets file"))


def _set(row: dict[str, Any], known: dict[str, Study]) -> EvidenceSet:
    return EvidenceSet(
        key=row["key"],
        label=row["label"],
        measure=row["measure"],
        studies=tuple(known[key] for key in row["studies"]),
        heterogeneity=find_archetype(row["heterogeneity"]),
        independent=row["independent"],
        note=row["note"],
    )


def evidence_for(doi: str) -> tuple[EvidenceSet, ...]:
    """The sets that stand beside the trial with this DOI; empty where none ships."""
    named = _sets_file()["trials"].get(doi, [])
    return tuple(evidence_sets()[key] for key in named)


def own_sets(given: Sequence[Study]) -> tuple[EvidenceSet, ...]:
    """Sets of studies that somebody gives: what may stand together, each under half-normal(0.5).

    Randomised studies with both arms; those that share the trial's group apart, and those that were
    not randomised apart; and the control arms of randomised studies by other groups.
    """
    both = [s for s in given if s.treatment is not None and s.control is not None]
    parts = (
        (
            "own",
            "Studies given, randomised",
            "log_odds_ratio",
            [s for s in both if s.randomised and not s.same_group],
        ),
        (
            "own cohorts",
            "Studies given, not randomised",
            "log_odds_ratio",
            [s for s in both if not s.randomised and not s.same_group],
        ),
        (
            "own group",
            "Studies given, same group: believer, not independent",
            "log_odds_ratio",
            [s for s in both if s.randomised and s.same_group],
        ),
        (
            "own rates",
            "Control arms of the studies given",
            "log_odds",
            [s for s in given if s.control is not None and s.randomised and not s.same_group],
        ),
    )
    names = {"log_odds_ratio": "log OR", "log_odds": "log odds"}
    return tuple(
        EvidenceSet(
            key,
            label,
            measure,
            tuple(found),
            find_archetype(f"half-normal 0.5 {names[measure]} tau"),
            key != "own group",
            "",
        )
        for key, label, measure, found in parts
        if found
    )


def evidence_set(key: str) -> EvidenceSet:
    """The set of this name.

    Raises
    ------
    InputError
        There is none; with a suggestion.
    """
    sets = evidence_sets()
    if key not in sets:
        raise InputError("set", key, "there is no such set", suggestion(str(key), sets))
    return sets[key]


def studies(set: str | None = None, *, inferred: bool = False) -> tuple[Study, ...]:  # noqa: A002
    """Studies that ship with the package.

    Parameters
    ----------
    set
        Name of a set: exactly its members, those with reconstructed counts too where the set is
        defined by them. None: every study that is included by default.
    inferred
        Whether to add the studies with reconstructed counts where no set is named; never one
        whose patients another study holds already.

    Raises
    ------
    InputError
        No such set.

    Examples
    --------
    >>> [study.key for study in studies("Q")]
    ['etanercept-2019', 'ciclosporin-2021']
    >>> any(study.provenance == "inferred" for study in studies())
    False
    """
    if set is not None:
        return evidence_set(set).studies
    return tuple(study for study in all_studies() if _chosen(study, inferred))


def _chosen(study: Study, inferred: bool) -> bool:
    if study.included_by_default:
        return True
    return inferred and study.provenance == "inferred" and not study.overlaps


def load_evidence(path: str | Path | None = None, *, inferred: bool = False) -> pd.DataFrame:
    """External studies as a table, one row each.

    Parameters
    ----------
    path
        A CSV file of one's own (see :func:`read_studies`); the package's own studies where None.
    inferred
        Whether to add the studies with reconstructed counts.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`bayes_rsa.evidence.COLUMNS`; counts are nullable integers.

    Raises
    ------
    InputError
        The file is not a valid table of studies.
    """
    import pandas as pd

    read = all_studies() if path is None else read_studies(path)
    rows = [study.to_dict() for study in read if _chosen(study, inferred)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    counts = [c for c in COLUMNS if c == "year" or c.endswith(("_events", "_n"))]
    return frame.astype(dict.fromkeys(counts, "Int64"))
