"""Outcomes that were changed, or missing: the fragility curve and the maps."""

from __future__ import annotations

from bayes_rsa import plots
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Figure,
    Given,
    Heading,
    Paragraph,
    Row,
    Text,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.doubt import THRESHOLD, THRESHOLDS
from bayes_rsa.sensitivity.doubt import MissingMap
from bayes_rsa.sensitivity.fragility import Fragility


def changed(quote: Quoting) -> list[Block]:
    """Walsh's index and the Bayesian one, with the curve."""
    heading = Heading("fragility", "Outcomes other than reported")
    found = quote.results.doubt
    if not quote.trial.has_counts:
        return [heading, Paragraph(text("Not applicable: only counted outcomes can change."))]
    rows = [_fragile(quote, f) for f in (*found.walsh, *found.bayesian)]
    return [
        heading,
        Paragraph(
            text(
                "The smallest number of outcomes which, changed in one arm, undoes a conclusion. "
                "An index says where one threshold is crossed; the curve says how much is lost on "
                "the way, and is the more honest of the two."
            )
        ),
        *_fragility_figure(quote),
        table(
            "table-fragility",
            "Fragility: fewest outcomes of one arm whose change undoes a conclusion",
            [
                Column("criterion", "What must hold", "left"),
                Column("arm", "Outcomes changed in", "left"),
                Column("index", "Index"),
                Column("quotient", "Over all\nparticipants"),
            ],
            rows,
            [
                text(
                    "Fisher’s exact test, two-sided (Walsh et al. 2014, "
                    "doi:10.1016/j.jclinepi.2013.10.019); probabilities under the ",
                    Given(found.believed.name),
                    ". An index of 0: what must hold does not, as reported. A dash: no number of "
                    "changes undoes it.",
                )
            ],
        ),
    ]


def _fragility_figure(quote: Quoting) -> list[Block]:
    arms = _arms(quote)
    curves = {
        f"{arms[arm]}, {prior}": curve.probability
        for (arm, prior), curve in quote.results.doubt.fragility.items()
    }
    if not curves:
        return []
    figure = plots.fragility(
        curves, thresholds=THRESHOLDS, indices=_indices(quote), setting="Engine: Exact."
    )
    return [Figure("figure-fragility", figure)]


def _indices(quote: Quoting) -> dict[str, int]:
    """Walsh's index by arm; once where it is the same in both."""
    arms = _arms(quote)
    found = {arms[f.arm]: f.index for f in quote.results.doubt.walsh if f.index is not None}
    if len(found) == 2 and len(set(found.values())) == 1:
        return {"Walsh’s index, either arm": next(iter(found.values()))}
    return {f"Walsh’s index, {arm}": index for arm, index in found.items()}


def _arms(quote: Quoting) -> dict[str, str]:
    return {
        "treatment": words.treatment_name(quote.trial),
        "control": words.control_name(quote.trial),
    }


def _fragile(quote: Quoting, found: Fragility) -> Row:
    test = found.criterion.startswith("fisher")
    short = "fisher" if test else found.criterion.rpartition(" ")[2]
    name = f"doubt.fragility.{short}.{found.arm}"
    engine = "classical" if test else "exact"
    label = "Fisher’s P < 0.05" if test else found.criterion
    return row(
        Given(label),
        Given(_arms(quote)[found.arm]),
        quote.plain(f"{name}.index", found.index, "count", engine),
        quote.plain(f"{name}.quotient", found.quotient, "spread", engine),
    )


def missing(quote: Quoting) -> list[Block]:
    """Maps over participants missing and over what they might have had."""
    heading = Heading("missing", "Outcomes that are missing")
    found = quote.results.doubt
    if found.missing is None or found.imputed is None:
        return [heading, Paragraph(text("Not applicable: the counts are not known."))]
    return [
        heading,
        Paragraph(
            fill(
                "On missing outcomes the publication says: {said}. The maps are therefore "
                "hypothetical: they say what missing outcomes could do if there were any, not that "
                "there are. The first counts participants who might be missing beside those "
                "counted, every one of their outcomes against {arm}; the second takes an assumed "
                "number missing, and counts what they might have had.",
                said=Given(quote.trial.missing_outcomes or "nothing"),
                arm=Given(words.treatment_name(quote.trial)),
            )
        ),
        _map(quote, "figure-missing", found.missing),
        _map(quote, "figure-imputed", found.imputed),
        Paragraph(_range(quote, found.imputed)),
    ]


def _map(quote: Quoting, name: str, found: MissingMap) -> Figure:
    arms = _arms(quote)
    first, second = (
        axis.replace(f"on {arm}", f"on {arms[arm]}")
        for axis, arm in zip(found.axes, ("treatment", "control"), strict=True)
    )
    figure = plots.missing_map(
        found.counts,
        found.probability,
        labels=(first, second),
        assumed=found.assumed,
        thresholds=THRESHOLDS,
        setting=f"Under the {quote.results.doubt.believed.name}. Engine: Exact.",
    )
    return Figure(name, figure)


def _range(quote: Quoting, found: MissingMap) -> Text:
    values, name = found.probability, "doubt.imputed"
    return fill(
        "Over the {cells} pairs of counts of the second map P(benefit) lies between {least} and "
        "{most}; in {kept} of them it is {level} or more.",
        cells=quote.plain(f"{name}.cells", values.size, "count", "exact"),
        least=quote.plain(f"{name}.least", float(values.min()), "exact probability", "exact"),
        most=quote.plain(f"{name}.most", float(values.max()), "exact probability", "exact"),
        kept=quote.plain(f"{name}.kept", int((~found.tips(THRESHOLD)).sum()), "count", "exact"),
        level=Given(f"{THRESHOLD:g}"),
    )
