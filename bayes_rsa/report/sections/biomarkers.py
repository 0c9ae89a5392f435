"""Biomarkers: what is reported, what follows from it, and what does not."""

from __future__ import annotations

from bayes_rsa import defaults, plots
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Column,
    Figure,
    Given,
    Heading,
    Interval,
    Link,
    Paragraph,
    Row,
    Section,
    Text,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.biomarkers import MarkerGroup
from bayes_rsa.report.results.run import slug
from bayes_rsa.report.sections.biomarker_context import context
from bayes_rsa.report.sections.biomarker_readings import readings
from bayes_rsa.trial import DirectionOnly


def biomarkers(quote: Quoting) -> Section | None:
    """The section; None for a trial that reports no biomarker."""
    found = quote.results.biomarkers
    if found is None:
        return None
    if isinstance(found.groups, str):
        blocks: list[Block] = [
            Paragraph(text("Nothing is computed of the biomarkers: ", Given(found.groups), "."))
        ]
        said = {20: f"section “Biomarkers”: nothing is computed: {found.groups}"}
        return Section("biomarkers", "Biomarkers", (*blocks, *context(quote, found)), said)
    blocks = [_lead(found.groups), *_banners(quote, found.groups)]
    blocks += [follows for group in found.groups for follows in _follows(quote, group)]
    blocks.append(Heading("marker-prior", "The size of each difference, by the prior’s scale"))
    for group in found.groups:
        blocks += [_sizes(quote, group), *_figures(group)]
    blocks += readings(quote, found)
    blocks += context(quote, found)
    kinds = words.joined(sorted({g.found.evidence.replace("_", " ") for g in found.groups}))
    answer = {20: f"section “Biomarkers”: {kinds}; {'; '.join(_states(found.groups))}"}
    return Section("biomarkers", "Biomarkers", tuple(blocks), answer)


def names_of(group: MarkerGroup) -> str:
    """Names of the markers of a group, in words."""
    return words.joined([marker.name for marker in group.markers])


def _slug(group: MarkerGroup) -> str:
    return slug(group.markers[0].name)


def _states(groups: tuple[MarkerGroup, ...]) -> list[str]:
    return [f"{names_of(group)}: {group.found.banner}" for group in groups]


def _lead(groups: tuple[MarkerGroup, ...]) -> Paragraph:
    bare = [g for g in groups if g.found.evidence == "direction_only"]
    parts: Text = text(
        "What is reported of each marker is its likelihood (",
        Link("as reported", "#table-biomarkers"),
        "). The quantity is the standardised difference d: treatment minus control over the SD "
        "that both arms share, turned so that positive is the direction of the report. ",
    )
    if bare:
        parts = text(
            parts,
            "Of ",
            Given(words.joined([m.name for g in bare for m in g.markers])),
            " the publication, as read, gives a direction and a bound on P, and not one number. "
            "That the difference was “much” lower or higher has no likelihood, and is not used.",
        )
    return Paragraph(parts, lead=True)


def _banners(quote: Quoting, groups: tuple[MarkerGroup, ...]) -> list[Block]:
    blocks: list[Block] = []
    for group in groups:
        found = group.found
        if found.identification is None or found.identification.identified:
            continue
        rule = found.identification
        blocks.append(
            Banner(
                "note",
                f"{names_of(group)}: {found.banner}",
                text(
                    "The rule: under normal priors around no difference the posterior mean of |d| "
                    "may grow by at most a factor of ",
                    Given(f"{rule.limit:g}"),
                    " from the narrowest to the widest. A prior ",
                    Given(f"{rule.widest / rule.narrowest:g}"),
                    " times as wide makes it ",
                    quote.plain(f"markers.{_slug(group)}.rule", rule.ratio, "ratio", "exact"),
                    " times as large here: the size below is the prior’s, not the trial’s.",
                ),
            )
        )
    return blocks


def _follows(quote: Quoting, group: MarkerGroup) -> list[Block]:
    """What a bound on P and a direction do say."""
    report, found = group.report, group.found
    if report is None or abs(report.value) != 2 or report.exact or not found.under:
        return []
    name = f"markers.{_slug(group)}"
    bound = quote.plain(
        f"{name}.smallest-observed", report.critical / report.per_d, "spread", "exact"
    )
    parts = text(
        "What follows for ",
        Given(names_of(group)),
        ": in the sample the arms differed by at least ",
        bound,
        " SDs, if the test was a two-sided t test of all patients",
    )
    if found.direction == "not stated":
        return [Paragraph(text(parts, "."))]
    least = min((*found.under, *found.field), key=lambda under: under.p_direction)
    p = quote.plain(
        f"{name}.{slug(least.prior)}.p.direction", least.p_direction, "exact probability", "exact"
    )
    return [
        Paragraph(
            text(
                parts,
                f"; and the marker is {found.direction} on treatment with a probability of at "
                "least ",
                p,
                " under every prior below.",
            )
        )
    ]


def _sizes(quote: Quoting, group: MarkerGroup) -> Block:
    if not group.found.under:
        return Paragraph(text(Given(names_of(group)), ": ", Given(group.found.banner), "."))
    rows: list[Row] = []
    name = f"markers.{_slug(group)}"
    for under in (*group.found.under, *group.found.field):
        here = f"{name}.{slug(under.prior)}"
        low, high = (
            quote.plain(f"{here}.eti.{side}", value, "spread", "exact")
            for side, value in zip(("lower", "upper"), under.interval, strict=True)
        )
        cells = [
            text(quote.plain(f"{here}.p.d_gt_{size}", p, "exact probability", "exact"))
            for size, p in under.p_d_above.items()
        ]
        rows.append(
            row(
                Given(under.label or under.prior),
                quote.plain(f"{here}.mean", under.mean, "spread", "exact"),
                Interval(low, high),
                quote.plain(f"{here}.p.direction", under.p_direction, "exact probability", "exact"),
                *cells,
            )
        )
    sizes = [f"{size:g}" for size in defaults.MARKER_SIZES]
    return table(
        f"table-marker-{_slug(group)}-sizes",
        f"{_group_label(group)}: standardised difference d, by the scale of its prior",
        [
            Column("prior", "Prior on d", "left"),
            Column("mean", "Mean"),
            Column("interval", f"{words.percent(defaults.INTERVAL)} ETI"),
            Column("direction", "P(d > 0)"),
            *(Column(f"above-{size}", f"P(d > {size})") for size in sizes),
        ],
        rows,
        [
            text(
                "By quadrature; errors below one unit of the last digit. P(d > 0) is the "
                "probability of the reported direction. "
                f"{', '.join(sizes[:-1])} and {sizes[-1]} are called small, medium and large by "
                "convention, which is no measure of what matters. The Cochrane rows are student_t "
                "priors fitted to the mean effects of meta-analyses of those fields: "
                "they are for an average over trials, and narrow for one trial. Source: "
                "Bartoš et al. 2021, ",
                Link("doi:10.1002/sim.9170", "https://doi.org/10.1002/sim.9170"),
                ".",
            )
        ],
    )


def _group_label(group: MarkerGroup) -> str:
    label = names_of(group)
    if group.found.n is None:
        return label
    one, other = group.found.n
    assumed = ", as assumed" if isinstance(group.markers[0].finding, DirectionOnly) else ""
    way = "" if group.found.direction == "not stated" else f", {group.found.direction}"
    return f"{label}{way} (n = {one} and {other}{assumed})"


def _figures(group: MarkerGroup) -> list[Block]:
    direction = "higher" if group.found.direction == "not stated" else group.found.direction
    name = _slug(group)
    blocks: list[Block] = []
    if group.curves:
        panels = [
            plots.MarkerPanel(curve.label, curve.x, curve.prior, curve.posterior, under.mean)
            for curve, under in zip(group.curves, group.found.under, strict=True)
        ]
        figure = plots.marker_priors(
            panels, markers=[m.name for m in group.markers], direction=direction
        )
        blocks.append(Figure(f"figure-marker-{name}-priors", figure))
    if group.likelihood is not None and group.report is not None:
        d, curves = group.likelihood
        one, other = group.report.n
        figure = plots.marker_likelihood(
            d,
            curves,
            direction=direction,
            bound=group.report.critical / group.report.per_d,
            setting=f"Two-sided t test of {one} and {other} patients.",
        )
        blocks.append(Figure(f"figure-marker-{name}-likelihood", figure))
    return blocks
