"""Models and priors: formulas, roles, every prior with its source, and what it means."""

from __future__ import annotations

from collections.abc import Mapping

from bayes_rsa.priors import Prior
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Code,
    Column,
    Given,
    Heading,
    Listed,
    Paragraph,
    Row,
    Section,
    Strong,
    Table,
    fill,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Analysed
from bayes_rsa.report.sections.formulas import models
from bayes_rsa.report.sections.labels import group_of, row_name
from bayes_rsa.report.sections.meaning import prior_meaning


def priors(quote: Quoting) -> Section:
    """Each model's formula, each prior's text, source and meaning."""
    blocks: list[Block] = [*models(quote), Heading("priors", "Priors"), _assumptions(quote)]
    blocks += [_priors(quote), *_vague(quote), prior_meaning(quote)]
    blocks += [Heading("code", "Code"), *_code(quote)]
    assumed = [r.name for r in quote.results.rows if r.specification.assumed]
    return Section(
        "models",
        "Models and priors",
        tuple(blocks),
        {
            4: "formula of each model used, with the role of each parameter",
            5: "text form, interval on every scale, source and prior P(benefit) of each"
            + (
                f"; {words.counted(len(assumed), 'row')} marked as resting on an assumption"
                if assumed
                else ""
            ),
            6: "the model function’s name with the hash of its source, and the code that runs it",
        },
    )


def _assumptions(quote: Quoting) -> Paragraph:
    planned = quote.trial.planned
    if planned is None:
        return Paragraph(
            text(
                "The planned effect of the trial is not known, so the priors that depend on it "
                "(optimistic, pessimistic, sceptical, enthusiastic) are left out. It is never set "
                "to the observed effect, which would use the data twice."
            )
        )
    ratio = Given(f"{planned.odds_ratio:.4g}")
    if planned.assumed:
        return Paragraph(
            text(
                Strong("Assumption. "),
                fill("The planned odds ratio is taken as {ratio}. ", ratio=ratio),
                Given(planned.reason),
                " Rows that depend on it are marked with an asterisk.",
            )
        )
    return Paragraph(
        fill("The planned odds ratio is {ratio}. {why}", ratio=ratio, why=Given(planned.reason))
    )


def _priors(quote: Quoting) -> Table:
    rows: list[Row] = []
    for k, analysed in enumerate(quote.results.rows):
        specification = analysed.specification
        given = {n: words.described(p, quote.trial) for n, p in specification.priors.items()}
        main = next(iter(given.values()))
        rows.append(
            row(
                row_name(analysed),
                Given(_texts(given, analysed, quote).replace(", ", ",\u00a0")),
                Given(main.rationale or "not stated"),
                Given(main.source or "not stated"),
                group=group_of(analysed),
                strong=k == 0,
            )
        )
    notes = []
    shared = _shared_level(quote)
    if shared:
        name, prior = shared
        notes.append(
            text(
                f"In every row with a prior on an effect, {words.PARAMETERS[name]} ~ ",
                Given(words.prior_text(prior)),
                ".",
            )
        )
    if any(r.specification.assumed for r in quote.results.rows):
        notes.append(text("* rests on the assumed planned odds ratio."))
    notes.append(
        text(
            "normal(mean, sd), student_t(df, location, scale), beta(a, b); parameters to four "
            "digits, in full in ",
            Code("analysis.toml"),
            ". Where a row has several priors, rationale and source are those of the first.",
        )
    )
    return table(
        "table-priors",
        "The reference analysis and the named set",
        [
            Column("row", "Row", "left"),
            Column("prior", "Prior", "left"),
            Column("rationale", "Rationale", "left"),
            Column("source", "Source", "left"),
        ],
        rows,
        notes,
    )


def _shared_level(quote: Quoting) -> tuple[str, Prior] | None:
    """The nuisance parameter with its prior, where all rows with an effect share it."""
    found = {
        (name, prior)
        for r in quote.results.rows
        for name, prior in r.specification.priors.items()
        if name in ("midpoint", "baseline")
    }
    contrasts = [r for r in quote.results.rows if "effect" in r.specification.priors]
    stated = [r for r in contrasts if len(r.specification.priors) > 1]
    return next(iter(found)) if len(found) == 1 and len(stated) == len(contrasts) else None


def _texts(given: Mapping[str, Prior], analysed: Analysed, quote: Quoting) -> str:
    shared = _shared_level(quote)
    if shared is not None:
        given = {name: prior for name, prior in given.items() if name != shared[0]}
    same = len(given) > 1 and len(set(given.values())) == 1 and "effect" not in given
    if same:
        return f"each arm’s probability ~ {words.prior_text(next(iter(given.values())))}"
    return "; ".join(
        f"{words.parameter_name(name, analysed.specification, quote.trial)} ~ "
        f"{words.prior_text(prior)}"
        for name, prior in given.items()
    )


def _vague(quote: Quoting) -> list[Block]:
    """Priors that are wide in logits and so extreme in probabilities."""
    names = [r.name for r in quote.results.rows if r.meaning is not None and r.meaning.vague]
    if not names:
        return []
    return [
        Banner(
            "note",
            "Wide on the log odds is not flat on the probability",
            text(
                "Under ",
                Given(words.joined(names)),
                " more than half of the prior probability of an arm lies below ",
                Given("0.01"),
                " or above ",
                Given("0.99"),
                ".",
            ),
        )
    ]


def _code(quote: Quoting) -> list[Block]:
    reference = quote.results.reference.specification
    arguments = "".join(
        f"    {name}=rsa.Prior.parse({str(prior)!r}),\n" for name, prior in reference.priors.items()
    )
    code = (
        "import bayes_rsa as rsa\n"
        "from bayes_rsa import models\n\n"
        'trial = rsa.load_analysis("analysis.toml").trial\n'
        f"model = models.{reference.model}(\n    trial,\n{arguments})\n"
        f"fit = rsa.fit(model, seed={quote.analysis.seed}, "
        f"ess_target={quote.analysis.ess_target})\n"
        "rsa.check(fit).require()\n"
        "print(rsa.summarize(fit))"
    )
    blocks: list[Block] = [
        Paragraph(text("The reference analysis, beside the report’s files:")),
        Listed(code),
    ]
    hashes = quote.results.source_hash
    if hashes:
        blocks.append(
            table(
                "table-models",
                "Source of the models",
                [Column("model", "Model", "left"), Column("hash", "SHA-256 of its source", "left")],
                [
                    row(Code(f"bayes_rsa.models.{name}"), Given(value))
                    for name, value in hashes.items()
                ],
            )
        )
    return blocks
