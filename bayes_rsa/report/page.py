"""The page: sections as one HTML file that asks nothing of the network."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from bayes_rsa.report.blocks import (
    Banner,
    Block,
    Figure,
    Formula,
    Heading,
    Listed,
    Listing,
    Paragraph,
    Section,
    Table,
)
from bayes_rsa.report.markup import formula_html, html, table_html

_KINDS = {
    Paragraph: "paragraph",
    Listing: "listing",
    Heading: "heading",
    Banner: "banner",
    Formula: "formula",
    Listed: "listed",
    Table: "table",
    Figure: "figure",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What the page says besides its sections.

    Parameters
    ----------
    title
        Its heading.
    subtitle
        Below the heading: what was published, and where.
    doi
        Of the publication; empty if unknown.
    foot
        Last line.
    """

    title: str
    subtitle: str
    doi: str
    foot: str


def render(page: Page, sections: Sequence[Section], pictures: Mapping[str, bytes]) -> str:
    """The whole page as text.

    Parameters
    ----------
    page, sections
        What it says.
    pictures
        Each figure as SVG, by its id.
    """
    template = _environment().get_template("page.html.j2")
    style = Markup(_template("style.css"))
    return template.render(page=page, sections=sections, pictures=pictures, style=style) + "\n"


@cache
def _template(name: str) -> str:
    return (files("bayes_rsa.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import FunctionLoader

    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_template),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    filters: dict[str, Any] = {
        "html": html,
        "formula": formula_html,
        "table": table_html,
        "kind": _kind,
        "picture": _picture,
        "pixels": _pixels,
    }
    environment.filters.update(filters)
    return environment


def _kind(block: Block) -> str:
    return _KINDS[type(block)]


def _picture(svg: bytes) -> str:
    """A figure as a data URI: nothing is fetched, and no two figures share an id."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"


def _pixels(figure: Figure) -> tuple[int, int]:
    """Width and height at 96 pixels to the inch."""
    wide, high = figure.figure.inches
    return round(96 * wide), round(96 * high)
