"""Power-scaling: whether the posterior moves when a prior is made a little stronger or weaker."""

from __future__ import annotations

from typing import Final

from bayes_rsa import defaults
from bayes_rsa.estimands import ESTIMANDS
from bayes_rsa.plots import PowerScalingRow
from bayes_rsa.plots import power_scaling as figure_of
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Figure,
    Given,
    Heading,
    Paragraph,
    Table,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.prior_strength import SampledScaling, ScaledPriors
from bayes_rsa.report.sections.labels import group_of, row_name
from bayes_rsa.sensitivity import PowerScaling
from bayes_rsa.sensitivity.power_scaling import diagnose

_LIMIT: Final = defaults.POWER_SCALING_THRESHOLD


def power_scaling(quote: Quoting) -> list[Block]:
    """The reference's fit block by block, with Pareto k; every row by quadrature."""
    sampled = quote.results.sensitivity.sampled
    blocks: list[Block] = [Heading("power-scaling", "Power-scaling")]
    rows = _exact_rows(quote)
    if isinstance(sampled, SampledScaling):
        blocks += [_figure(sampled), _sampled(quote, sampled)]
    else:
        blocks.append(Paragraph(text(Given(_why(quote, sampled)))))
        if rows:
            shown = [
                PowerScalingRow(
                    f"{name}, {prior}",
                    found.effect,
                    found.likelihood,
                    diagnosis=diagnose(found.effect, found.likelihood),
                )
                for name, prior, found in rows
            ]
            figure = figure_of(shown, threshold=_LIMIT)
            caption = (
                "Power-scaling sensitivity of the log odds ratio to the prior on it (disc) and to "
                f"the likelihood (square); dashed line: threshold {_LIMIT:g}. Engine: Exact."
            )
            blocks.append(Figure("figure-power-scaling", figure, text(caption)))
    if rows:
        blocks.append(_exact(quote))
    return blocks


def _why(quote: Quoting, reason: str) -> str:
    if reason:
        return f"Not from the sampler: {reason}."
    if "nuts" in quote.analysis.engines:
        return "Not from the sampler: the gate of the reference analysis failed."
    return "The sampler was not asked for; what follows is by quadrature."


def _exact_rows(quote: Quoting) -> list[tuple[str, str, ScaledPriors]]:
    pairs = zip(quote.results.rows, quote.results.sensitivity.strengths, strict=True)
    return [
        (r.name, words.prior_text(r.specification.priors["effect"], 3), s.scaled)
        for r, s in pairs
        if isinstance(s.scaled, ScaledPriors)
    ]


def _quantity(key: str) -> str:
    return ESTIMANDS[key].symbol


def _figure(sampled: SampledScaling) -> Figure:
    shown = [
        PowerScalingRow(
            f"{_quantity(r.quantity)}, {r.block}",
            r.prior,
            r.likelihood,
            r.pareto_k,
            r.exact_prior,
            r.diagnosis,
        )
        for r in sampled.rows
    ]
    figure = figure_of(shown, threshold=_LIMIT)
    caption = f"{figure.caption} Reference analysis. Engine: {words.ENGINES['nuts']}."
    return Figure("figure-power-scaling", figure, text(caption))


def _sampled(quote: Quoting, sampled: SampledScaling) -> Table:
    rows = []
    for r, (prior_error, likelihood_error) in zip(sampled.rows, sampled.errors, strict=True):
        name = f"reference.power-scaling.{r.quantity}.{r.block.replace(' ', '-')}"
        rows.append(
            row(
                Given(_block(r)),
                quote.plain(f"{name}.prior", r.prior, "sensitivity", "nuts", prior_error),
                quote.plain(f"{name}.prior.exact", r.exact_prior, "sensitivity", "exact"),
                quote.plain(
                    f"{name}.likelihood", r.likelihood, "sensitivity", "nuts", likelihood_error
                ),
                quote.plain(f"{name}.likelihood.exact", r.exact_likelihood, "sensitivity", "exact"),
                quote.plain(f"{name}.pareto-k", r.pareto_k, "e-bfmi", "nuts"),
                Given(r.diagnosis or "\u2013"),
                group=f"{ESTIMANDS[r.quantity].label}",
            )
        )
    draws = quote.plain("reference.power-scaling.draws", sampled.rows[0].draws, "count", "nuts")
    return table(
        "table-power-scaling",
        "Reference analysis: power-scaling of each prior and of the likelihood",
        [
            Column("block", "Prior that is scaled", "left"),
            Column("prior", "Prior,\nNUTS"),
            Column("prior-exact", "Prior,\nexact"),
            Column("likelihood", "Likelihood,\nNUTS"),
            Column("likelihood-exact", "Likelihood,\nexact"),
            Column("k", "Pareto k"),
            Column("diagnosis", "Diagnosis", "left"),
        ],
        rows,
        [
            text(
                f"Sensitive above {_LIMIT:g}. Digits follow the spread between chains. Pareto k: "
                "the larger one over both powers and over prior and likelihood; above 0.7 the "
                "weights are not to be trusted. Exact: by quadrature over the range that ",
                draws,
                " draws cover; the definition depends weakly on that number.",
            )
        ],
    )


def _block(found: PowerScaling) -> str:
    if len(found.priors) == 1:
        ((name, prior),) = found.priors.items()
        return f"{words.PARAMETERS.get(name, name)} ~ {prior}"
    return found.block


def _exact(quote: Quoting) -> Table:
    rows = []
    for k, (analysed, strength) in enumerate(
        zip(quote.results.rows, quote.results.sensitivity.strengths, strict=True)
    ):
        found = strength.scaled
        if not isinstance(found, ScaledPriors):
            continue
        name = f"{analysed.slug}.power-scaling-exact"
        cells: list[Text] = [
            text(quote.plain(f"{name}.{part}", value, "sensitivity", "exact"))
            for part, value in (("effect", found.effect), ("likelihood", found.likelihood))
        ]
        diagnosis = diagnose(found.effect, found.likelihood) or "\u2013"
        rows.append(
            row(row_name(analysed), *cells, diagnosis, group=group_of(analysed), strong=k == 0)
        )
    draws = f"{defaults.CHAINS * defaults.DRAWS:,}"
    return table(
        "table-power-scaling-set",
        "Every prior on the log odds ratio: its power-scaling sensitivity, by quadrature",
        [
            Column("row", "Row", "left"),
            Column("effect", "Effect’s\nprior"),
            Column("likelihood", "Likelihood"),
            Column("diagnosis", "Diagnosis", "left"),
        ],
        rows,
        [
            text(
                f"Of the log odds ratio, to the prior on it alone; over the range that {draws} "
                f"draws cover. Sensitive above {_LIMIT:g}. The diagnosis “prior–data conflict” is "
                "Kallioinen et al.’s name for a posterior that both move; whether the data are "
                "surprising under the prior, Box’s P says."
            )
        ],
    )
