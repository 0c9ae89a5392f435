"""What the biomarkers do not say: other studies of them, and the limits of their reports."""

from __future__ import annotations

from bayes_rsa.biomarkers import MarkerNote
from bayes_rsa.fields import NOT_REPORTED
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Given,
    Heading,
    Link,
    Listing,
    Paragraph,
    Strong,
    Text,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.biomarkers import Markers

_SUPPORTS = {
    "yes": "high with miscarriage",
    "no": "low with miscarriage",
    "unclear": "no difference",
}


def context(quote: Quoting, found: Markers) -> list[Block]:
    """Other studies of these markers, and what does not follow."""
    blocks: list[Block] = []
    if found.notes:
        blocks += [Heading("marker-literature", "The same markers elsewhere"), *_notes(found.notes)]
    blocks += [Heading("marker-limits", "What does not follow"), Listing(tuple(_limits(quote)))]
    return blocks


def _notes(notes: tuple[MarkerNote, ...]) -> list[Block]:
    by_marker: dict[str, set[str]] = {}
    for note in notes:
        by_marker.setdefault(note.marker, set()).add(note.supports)
    disputed = [name for name, said in by_marker.items() if {"yes", "no"} <= said]
    lead = text("None of these studies is about a treatment. ")
    if disputed:
        lead = text(
            lead,
            "They contradict each other on ",
            Given(words.joined(disputed)),
            ": whether a lower level is the better one is not known.",
        )
    return [Paragraph(lead), Listing(tuple(_note(note) for note in notes))]


def _note(note: MarkerNote) -> Text:
    kind = _SUPPORTS.get(note.supports, note.about)
    group = ", by authors of the tacrolimus trial of 2023" if note.same_group else ""
    parts = text(Strong(f"{note.marker}, {kind}. "), Given(words.capital(note.finding)))
    source = text(" (", Given(note.citation))
    if note.doi:
        source = text(source, ", ", Link(f"doi:{note.doi}", f"https://doi.org/{note.doi}"))
    return text(parts, source, group, ").")


def _limits(quote: Quoting) -> list[Text]:
    trial = quote.trial
    kinds = {marker.finding.kind for marker in trial.biomarkers}
    population = trial.population
    eligible: Text = text("")
    if population and population != NOT_REPORTED:
        eligible = text(" (the population: ", Given(population), ")")
    tests: list[Text] = []
    if kinds & {"direction_only", "exact_test"}:
        tests = [
            text(
                Strong("Size in the marker’s unit. "),
                "A standardised difference has no unit, and where only a test is reported there is "
                "no SD that would give it one.",
            ),
            text(
                Strong("The test. "),
                "P is read as that of a two-sided t test between the randomised arms, of a marker "
                "(or its logarithm) that is normal with one SD in both. Which test it was, and "
                "whether it compared the arms or values before and after, is not reported.",
            ),
        ]
    return [
        text(
            Strong("The outcome. "),
            "That a marker is lower or higher says nothing about the primary outcome (",
            Given(trial.outcome.name),
            "). Whether the treatment works through a marker needs each patient’s marker and "
            "outcome, and assumptions that randomisation does not secure; with summaries alone "
            "mediation is refused.",
        ),
        *tests,
        text(
            Strong("Regression to the mean. "),
            "Where a marker had to be high for a patient to be eligible",
            eligible,
            ", it is lower at the next measurement without any treatment, in both arms. Only a "
            "comparison between the arms is free of that.",
        ),
        text(
            Strong("Multiplicity. "),
            f"{words.counted(len(trial.biomarkers), 'marker')} named; how many were measured, at "
            "how many times, and whether P was adjusted, is not reported. Each is analysed as if "
            "it were the only one.",
        ),
        text(
            Strong("Time. "),
            "When the markers were measured is not reported. Values taken after a loss may be its "
            "consequence, and values of ongoing pregnancies alone compare groups that "
            "randomisation did not make.",
        ),
    ]
