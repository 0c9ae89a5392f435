"""Methods in words fit for a supplement, and what it takes to run the report again."""

from __future__ import annotations

from typing import Final

from bayes_rsa import defaults
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Code,
    Column,
    Given,
    Heading,
    Listed,
    Listing,
    Paragraph,
    Section,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting

_REFERENCES: Final = (
    (
        "BARG: Kruschke JK. Bayesian analysis reporting guidelines. Nat Hum Behav "
        "2021;5:1282–1291. doi:10.1038/s41562-021-01177-7"
    ),
    (
        "ROBUST: Sung L et al. Seven items were identified for inclusion when reporting a "
        "Bayesian analysis of a clinical study. J Clin Epidemiol 2005;58:261–268"
    ),
    (
        "BayesWatch: Spiegelhalter DJ, Myles JP, Jones DR, Abrams KR. Health Technol Assess "
        "2000;4(38)"
    ),
    "Zampieri FG et al. Am J Respir Crit Care Med 2021;203:543–552. doi:10.1164/rccm.202006-2381CP",
    (
        "Spiegelhalter DJ, Freedman LS, Parmar MKB. J R Stat Soc A 1994;157:357–416. "
        "doi:10.2307/2983527"
    ),
    (
        "Vehtari A et al. Rank-normalization, folding, and localization. Bayesian Anal "
        "2021;16:667–718. doi:10.1214/20-BA1221"
    ),
    (
        "Altman DG. Confidence intervals for the number needed to treat. BMJ 1998;317:1309–1312. "
        "doi:10.1136/bmj.317.7168.1309"
    ),
    "Matthews RAJ. R Soc Open Sci 2018;5:171047. doi:10.1098/rsos.171047",
    "Held L. R Soc Open Sci 2019;6:181534. doi:10.1098/rsos.181534",
    "Gunel E, Dickey J. Biometrika 1974;61:545–557. doi:10.1093/biomet/61.3.545",
    "Kass RE, Vaidyanathan SK. J R Stat Soc B 1992;54:129–144",
    "Gronau QF et al. J Stat Softw 2021;100(17). doi:10.18637/jss.v100.i17",
    "Box GEP. J R Stat Soc A 1980;143:383–430. doi:10.2307/2982063",
    "Evans M, Moshonov H. Bayesian Anal 2006;1:893–914. doi:10.1214/06-BA129",
    "Neuenschwander B et al. (ELIR). Biometrics 2020;76:578–587. doi:10.1111/biom.13252",
    (
        "Morita S, Thall PF, Müller P. Biometrics 2008;64:595–602. "
        "doi:10.1111/j.1541-0420.2007.00888.x"
    ),
    "Kallioinen N et al. Stat Comput 2024;34:57. doi:10.1007/s11222-023-10366-5",
    "van Zwet EW, Schwab S, Senn S. Stat Med 2021;40:6107–6117. doi:10.1002/sim.9173",
)


def methods(quote: Quoting) -> Section:
    """Methods text, versions, hashes, commands."""
    blocks: list[Block] = [
        Paragraph(_text(quote)),
        Heading("reproducibility", "Reproducibility"),
        Paragraph(
            text(
                "The folder of this report holds the analysis itself (",
                Code("analysis.toml"),
                "); every printed number with its value, error and engine (",
                Code("numbers.json"),
                "); the tables as CSV; the figures as SVG and PNG; the draws of the reference "
                "analysis (",
                Code("posterior.nc"),
                ", where it was sampled); and ",
                Code("manifest.json"),
                " with the hash of each file. The same analysis with the same versions gives the "
                "same numbers, byte for byte:",
            )
        ),
        Listed("bayes-rsa report analysis.toml --out report"),
        _versions(quote),
        Heading("guidance", "Guidance and methods cited"),
        Listing(tuple(text(Given(reference)) for reference in _REFERENCES)),
    ]
    return Section(
        "methods",
        "Methods and reproducibility",
        tuple(blocks),
        {
            8: "Python, operating system, PyMC, PyTensor, nutpie, ArviZ, NumPy, SciPy with "
            f"versions; seed {quote.analysis.seed}",
            22: "command, seed, versions, hash of the trial and of every file, every printed "
            "number as JSON, vector figures; dependencies locked with hashes in the repository",
        },
    )


def _text(quote: Quoting) -> Text:
    analysis, trial = quote.analysis, quote.trial
    count = len(analysis.specifications)
    data = (
        "the number of events in each arm as binomial"
        if trial.has_counts
        else "the reported estimate as normal with the standard error that its interval implies"
    )
    how = []
    if "nuts" in analysis.engines:
        how.append(
            "Posteriors were sampled with the no-U-turn sampler "
            f"(PyMC {quote.results.versions.get('pymc', '')}, nutpie "
            f"{quote.results.versions.get('nutpie', '')}; {defaults.CHAINS} chains, "
            f"{defaults.TUNE} tuning draws, target acceptance {defaults.TARGET_ACCEPT}, seed "
            f"{analysis.seed}) until bulk and tail effective sample size reached "
            f"{analysis.ess_target:,}; a fit counted only if R-hat was below {defaults.RHAT_MAX} "
            "for every parameter and derived quantity, without divergences and with an E-BFMI "
            f"above {defaults.BFMI_MIN}."
        )
    if "exact" in analysis.engines:
        how.append(
            "Posteriors were also computed by deterministic quadrature, with a stated error of at "
            f"most {defaults.PROBABILITY_ERROR:g} on a probability."
            if how
            else "Posteriors were computed by deterministic quadrature, with a stated error of at "
            f"most {defaults.PROBABILITY_ERROR:g} on a probability."
        )
    level = words.percent(analysis.interval)
    planned = (
        " The planned effect was assumed, since the publication as read does not state it."
        if trial.planned is not None and trial.planned.assumed
        else ""
    )
    fixed = f" on {analysis.priors_fixed_on}" if analysis.priors_fixed_on else ""
    return text(
        Given(
            f"This post hoc Bayesian reanalysis modelled {data}. {count} sets of priors were used: "
            f"a reference analysis, and a named set of established archetypes.{planned} The priors "
            f"were fixed {analysis.priors_fixed}{fixed}. {' '.join(how)} We report posterior "
            f"medians with {level} equal-tailed credible intervals, highest-density intervals "
            "beside them, and the posterior probability of statements whose thresholds were stated "
            "beforehand. The number needed to treat follows Altman’s rule. Printed digits follow "
            "the Monte Carlo standard error. The printed numbers of the trial were audited against "
            "its counts before the analysis."
        )
    )


def _versions(quote: Quoting) -> Block:
    names = {"python": "Python", "platform": "Operating system"}
    rows = [
        row(names.get(name, name), Given(version))
        for name, version in quote.results.versions.items()
    ]
    rows.append(row("Seed", Given(str(quote.analysis.seed))))
    rows.append(row(Given("Trial, SHA-256 of its data"), Given(quote.trial.fingerprint())))
    return table(
        "table-versions",
        "Software, seed and data",
        [Column("name", "Name", "left"), Column("version", "Version or value", "left")],
        rows,
    )
