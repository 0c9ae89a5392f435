"""Small analyses whose reports the tests share."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from bayes_rsa.analysis import Analysis, Specification
from bayes_rsa.priors import Prior
from bayes_rsa.report import ReportResult
from bayes_rsa.report.results import Results
from bayes_rsa.trial import Trial


@dataclass(frozen=True)
class WholeReport:
    """A report, the results that it prints, and the steps that were told while it was made."""

    result: ReportResult
    results: Results
    phases: tuple[tuple[str, int, int], ...]


def reduced(trial: Trial, **changes: object) -> Analysis:
    """The default analysis with few rows of one model family, and a small target."""
    full = Analysis.default(trial)
    kept = ("Neutral, moderate", "Optimistic, strong", "Vague reference")
    rows = tuple(row for row in full.priors if row.name in kept)
    return Analysis.default(trial, priors=rows, ess_target=400, **changes)


def spread(trial: Trial) -> Analysis:
    """One row of each model, by the exact engine."""
    return Analysis(
        trial,
        Specification("Flat", "log_odds_ratio", {"effect": Prior.flat()}),
        (
            Specification(
                "Arms",
                "independent_arms",
                {"treatment": Prior.beta(1, 1), "control": Prior.beta(2, 1)},
            ),
            Specification("RR", "log_risk_ratio", {"effect": Prior.normal(0, 0.3)}),
            Specification("RD", "risk_difference", {"effect": Prior.normal(0, 0.1)}),
            Specification(
                "Mixture",
                "log_odds_ratio",
                {
                    "effect": Prior.parse("0.5*normal(0, 1) + 0.5*cauchy(0, 1)"),
                    "baseline": Prior.normal(0.4, 0.6),
                },
            ),
        ),
        statements=("OR > 1", "NNT < 10", "RD > -0.05"),
        engines=("exact",),
    )


class PageReader(HTMLParser):
    """What a page prints, piece by piece, with where it stands and whence it comes.

    Attributes
    ----------
    numbers
        (id, text) of each printed number.
    loose
        (section, tags, text) of every other text, unless it is marked as quoted from the input or
        repeats a heading for the narrow layout.
    ids, links, headings, images
        Ids; targets of links; levels of headings; attributes of images.
    """

    VOID = frozenset({"meta", "img", "br", "link", "hr", "input"})

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.numbers: list[tuple[str, str]] = []
        self.loose: list[tuple[str, tuple[str, ...], str]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.images: list[dict[str, str]] = []
        self.resources: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(page)
        if self._open:
            raise ValueError(f"{self._open[-1]} is not closed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {key: value or "" for key, value in attrs}
        if "id" in known:
            self.ids.append(known["id"])
        if tag == "a":
            self.links.append(known["href"])
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.images.append(known)
        if tag in {"script", "link", "iframe", "object", "video", "audio", "base"}:
            self.resources.append(tag)
        if tag not in self.VOID:
            self._open.append((tag, known))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        opened, _ = self._open.pop()
        if opened != tag:
            raise ValueError(f"</{tag}> closes <{opened}>")

    def handle_data(self, data: str) -> None:
        if not data.strip():
            return
        _, attributes = self._open[-1]
        if "data-id" in attributes:
            self.numbers.append((attributes["data-id"], data))
            return
        if any({"data-given", "aria-hidden"} & set(known) for _, known in self._open):
            return
        section = next((known["id"] for tag, known in self._open if tag == "section"), "")
        self.loose.append((section, tuple(tag for tag, _ in self._open), data))
