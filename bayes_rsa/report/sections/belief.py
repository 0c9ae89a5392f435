"""Who would be convinced: belief in benefit before the trial, and after it."""

from __future__ import annotations

from bayes_rsa.plots import convinced
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Figure,
    Given,
    Heading,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.prior_map import THRESHOLDS


def belief(quote: Quoting) -> list[Block]:
    """Posterior against prior probability of benefit, and the prior probability that suffices."""
    found = quote.results.sensitivity.evidence
    level = quote.results.sensitivity.held.level_text
    curves = {f"prior SD {sd:.3g}": (b.prior, b.posterior) for sd, b in found.beliefs.items()}
    figure = convinced(
        curves,
        named=found.believers,
        thresholds=sorted(THRESHOLDS),
        setting="Curves: normal priors of one SD, their means giving the prior probability. "
        + (f"Beside them {level}. " if level else "")
        + "Engine: Exact.",
    )
    rows = [
        row(
            text("prior SD ", Given(f"{sd:.3g}")),
            *(_cell(quote, k, sd, t) for t in THRESHOLDS),
        )
        for k, sd in enumerate(found.beliefs)
    ]
    return [
        Heading("convinced", "Who would be convinced"),
        Figure("figure-convinced", figure),
        table(
            "table-convinced",
            "Prior probability of benefit from which a reader is convinced",
            [
                Column("readers", "Readers’ priors", "left"),
                *(Column(f"at{k}", f"To end at {t:g}") for k, t in enumerate(THRESHOLDS)),
            ],
            rows,
            [
                text(
                    "Normal priors on the effect. “Any”: a reader who held benefit most improbable "
                    "before ends above all the same; “none”: nobody does."
                )
            ],
        ),
    ]


def _cell(quote: Quoting, k: int, sd: float, threshold: float) -> Text:
    found = quote.results.sensitivity.evidence
    needed = found.needed[sd, threshold]
    if needed is None:
        everyone = float(found.beliefs[sd].posterior[0]) >= threshold
        return text("any" if everyone else "none")
    name = f"sensitivity.convinced.{k + 1}.{threshold:g}"
    return text(quote.plain(name, needed, "probability", "exact"))
