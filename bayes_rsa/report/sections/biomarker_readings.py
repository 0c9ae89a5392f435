"""Other readings of the same reports: fewer patients, markers shown for P, markers together."""

from __future__ import annotations

from bayes_rsa import defaults
from bayes_rsa.exact.biomarkers import JointMarkers
from bayes_rsa.report import words
from bayes_rsa.report.blocks import (
    Block,
    Column,
    Given,
    Heading,
    Paragraph,
    Row,
    Table,
    row,
    table,
    text,
)
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results.biomarkers import SHARES, MarkerGroup, Markers
from bayes_rsa.report.results.run import slug


def readings(quote: Quoting, found: Markers) -> list[Block]:
    """What changes if the reports are read otherwise."""
    assert not isinstance(found.groups, str)
    blocks: list[Block] = []
    tables = [_table(quote, group) for group in found.groups if group.fewer or group.selected]
    if tables:
        blocks += [
            Heading("marker-readings", "If the reports are read otherwise"),
            Paragraph(
                text(
                    "In how many patients the markers were measured is not reported: that it was "
                    "all of each arm is an assumption. With fewer, the same P needs a larger "
                    "difference in the sample. And if a marker is shown only because its P was "
                    "small, its report tells the sign and hardly anything of the size."
                )
            ),
            *tables,
        ]
    return [*blocks, Heading("marker-joint", "All markers together"), *_joint(quote, found)]


def _rows(quote: Quoting, group: MarkerGroup) -> list[Row]:
    rows: list[Row] = []
    pairs = [
        (f"{words.percent(share)} of the patients measured", f"share-{100 * share:g}", one)
        for share, one in zip(SHARES, group.fewer, strict=False)
    ]
    if group.selected is not None:
        level = f"{defaults.SIGNIFICANCE_LEVEL:g}"
        pairs.append((f"shown because P < {level}", "selected", group.selected))
    for title, key, one in pairs:
        name = f"markers.{slug(group.markers[0].name)}.{key}"
        cells = []
        for under in one.under:
            here = f"{name}.{slug(under.prior)}"
            cells += [
                text(quote.plain(f"{here}.mean", under.mean, "spread", "exact")),
                text(
                    quote.plain(
                        f"{here}.p.direction", under.p_direction, "exact probability", "exact"
                    )
                ),
            ]
        rows.append(row(Given(title), *cells))
    return rows


def _table(quote: Quoting, group: MarkerGroup) -> Table:
    names = words.joined([marker.name for marker in group.markers])
    columns = [Column("reading", "Reading", "left")]
    for sd in defaults.MARKER_PRIOR_SDS:
        columns.append(Column(f"mean-{sd:g}", f"Mean,\nSD {sd:g}"))
        columns.append(Column(f"direction-{sd:g}", f"P(d > 0),\nSD {sd:g}"))
    return table(
        f"table-marker-{slug(group.markers[0].name)}-readings",
        f"{names}: posterior mean of d and probability of the direction, by the reading",
        columns,
        _rows(quote, group),
        [text("SD: of the normal prior on d, with mean 0. By quadrature.")],
    )


def _joint(quote: Quoting, found: Markers) -> list[Block]:
    if isinstance(found.joint, str):
        return [Paragraph(text("No joint statement: ", Given(found.joint), "."))]
    assert not isinstance(found.groups, str)
    names = words.joined(list(found.joint[0][1].markers))
    way = "higher" if {g.found.direction for g in found.groups} == {"higher"} else "lower"
    rows = [_joint_row(quote, kind, joint, way) for kind, joint in found.joint]
    sd = f"{defaults.REFERENCE_EFFECT_SD:g}"
    return [
        Paragraph(
            text(
                "How probable it is that ",
                Given(names),
                f" are all {way} on treatment. Markers of one patient are correlated, and their "
                "reports repeat each other; the correlation is not reported, so it is varied. A "
                "ratio is never counted beside both of its parts: they are two facts, not three.",
            )
        ),
        table(
            "table-marker-joint",
            f"Probability that all markers are {way}, by their correlation within a patient",
            [
                Column("differences", "Differences", "left"),
                Column("correlation", "Correlation"),
                Column(f"all-{way}", f"P(all {way})"),
                Column("before", "Before the\nreports"),
                Column("spread", "Spread"),
                Column("spread-before", "Spread before\nthe reports"),
            ],
            rows,
            [
                text(
                    f"Independent: each difference has the prior normal(0, {sd}). Related: they "
                    f"come from one normal distribution, its mean with the prior normal(0, {sd}), "
                    "its SD (the spread, of which the posterior mean is shown) with half_normal("
                    f"{defaults.MARKER_SPREAD_SD:g}). With so few markers the spread stays near "
                    "its prior: how alike the markers are is assumed, not learnt."
                )
            ],
        ),
    ]


def _joint_row(quote: Quoting, kind: str, joint: JointMarkers, way: str) -> Row:
    together = joint.all_lower if way == "lower" else joint.all_higher
    name = f"markers.joint.{kind}.{100 * joint.correlation:g}"
    spreads = [
        text("\u2013")
        if value is None
        else text(quote.plain(f"{name}.{part}", value, "spread", "exact"))
        for part, value in (("spread", joint.spread), ("spread-before", joint.prior_spread))
    ]
    return row(
        "Independent" if kind == "independent" else "Related",
        Given(f"{joint.correlation:g}"),
        quote.plain(f"{name}.all-{way}", together, "exact probability", "exact"),
        quote.plain(f"{name}.before", joint.prior_all_lower, "probability", "exact"),
        *spreads,
    )
