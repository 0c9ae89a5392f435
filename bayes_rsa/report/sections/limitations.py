"""Limitations, filled from the gates, the audit and what the publication does not say."""

from __future__ import annotations

from bayes_rsa.audit import VERDICTS
from bayes_rsa.fields import NOT_REPORTED
from bayes_rsa.report import words
from bayes_rsa.report.blocks import Given, Link, Listing, Section, Strong, Text, text
from bayes_rsa.report.quoting import Quoting

SMALL: int = 10
"""Cells with fewer patients than this are called few."""


def limitations(quote: Quoting) -> Section:
    """What speaks against the results, as far as it can be known from the input."""
    items = [
        *_timing(quote),
        *_gates(quote),
        *_audit(quote),
        *_silent(quote),
        *_data(quote),
        *_priors(quote),
        *_scope(),
    ]
    flags = len(_gates(quote)) + len(_audit(quote))
    found = f"{words.counted(len(items), 'item')}, filled from the input and the gates"
    return Section(
        "limitations",
        "Limitations",
        (Listing(tuple(items)),),
        {21: found + (f"; {words.counted(flags, 'flag')}" if flags else "; no flag")},
    )


def _item(title: str, *parts: Text | str | Given | Link) -> Text:
    return text(Strong(f"{title} "), *parts)


def _timing(quote: Quoting) -> list[Text]:
    analysis = quote.analysis
    fixed = (
        "The priors were fixed after seeing the data. The named set and the range over it stand "
        "against choosing a prior for its answer."
        if analysis.priors_fixed.startswith("after")
        else "The priors were fixed before seeing the data; the trial itself was not planned so."
    )
    return [
        _item("Post hoc.", f"This is a reanalysis that the trial did not plan. {fixed}"),
        _item(
            "A single trial.",
            "Nothing here says how the next trial will turn out; evidence from elsewhere enters "
            "only through priors that are named as such.",
        ),
    ]


def _gates(quote: Quoting) -> list[Text]:
    if quote.results.passed:
        return []
    names = words.joined([r.name for r in quote.results.failed])
    return [
        _item(
            "Failed gate.",
            "The sampler’s diagnostics failed under ",
            Given(names),
            ", so that the headline is withheld. See ",
            Link("computation", "#computation"),
            ".",
        )
    ]


def _audit(quote: Quoting) -> list[Text]:
    found = quote.results.audit
    if found is None:
        return []
    if found.verdict == VERDICTS[-1] or found.flagged:
        return [_item("Printed numbers.", Given(found.summary), " This flags the reporting.")]
    return []


def _silent(quote: Quoting) -> list[Text]:
    trial = quote.trial
    said = {
        "what the denominators count": trial.denominators,
        "the analysis set": trial.analysis_set,
        "missing outcomes": trial.missing_outcomes,
        "the design": trial.design,
        "the population": trial.population,
        "the intervention": trial.intervention,
        "the comparator": trial.comparator,
        "the definition of the outcome": trial.outcome.definition,
    }
    if trial.reported is not None:
        said["whether the effect is adjusted"] = trial.reported.adjustment
    names = [name for name, value in said.items() if value in (NOT_REPORTED, "")]
    found = []
    if names:
        found.append(
            _item(
                "Not reported.",
                f"The publication, as read, does not say: {words.joined(names)}. The analysis "
                "takes the counts as complete outcomes of all who are counted.",
            )
        )
    if trial.source:
        found.append(_item("Source.", "Read in: ", Given(trial.source), "."))
    return found


def _data(quote: Quoting) -> list[Text]:
    trial = quote.trial
    if not trial.has_counts:
        return [
            _item(
                "No counts.",
                "Only the effect with its interval is known: its likelihood is approximated as "
                "normal, and absolute effects cannot be had from it.",
            )
        ]
    found = []
    cells = [c for arm in trial.arms for c in (arm.events, arm.n - arm.events)]
    if min(cells) == 0:
        found.append(
            _item(
                "An empty cell.",
                "A cell of the table is zero, so that the priors decide how far the effect "
                "reaches, and some moments do not exist.",
            )
        )
    elif min(cells) < SMALL:
        few = quote.plain("trial.smallest-cell", min(cells), "count", "trial")
        found.append(_item("Few events.", "The smallest cell holds ", text(few), "."))
    found.append(
        _item(
            "Unadjusted.",
            "The analysis compares the arms’ counts as they stand; an imbalance at baseline, if "
            "there was one, is not adjusted for.",
        )
    )
    return found


def _priors(quote: Quoting) -> list[Text]:
    found = []
    assumed = [r.name for r in quote.results.rows if r.specification.assumed]
    if assumed:
        found.append(
            _item(
                "Assumed planned effect.",
                f"{words.counted(len(assumed), 'row')} of the named set "
                + ("rests" if len(assumed) == 1 else "rest")
                + " on a planned odds ratio that the publication, as read, does not state.",
            )
        )
    vague = [r.name for r in quote.results.rows if r.meaning is not None and r.meaning.vague]
    if vague:
        found.append(
            _item(
                "Vague on one scale only.",
                Given(words.joined(vague)),
                ": wide on the log odds, and so extreme on the probability of an event.",
            )
        )
    return found


def _scope() -> list[Text]:
    return [
        _item(
            "Not in this report yet.",
            "Operating characteristics and a decision are not part of this version; the checklist "
            "says so item by item.",
        )
    ]
