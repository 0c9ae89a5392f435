"""The built pages ask for nothing outside themselves: anything else is a warning.

A link that a reader may follow is no request; a script, a style sheet, a font or an image is.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)
OUTSIDE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
CSS_REQUEST = re.compile(r"(?:url\(\s*|@import\s+)['\"]?((?:https?:)?//[^'\")\s]+)", re.IGNORECASE)
# <link> relations that name a page instead of asking for it.
NAMES_ONLY = {"alternate", "author", "canonical", "help", "index", "license", "next", "prev"}


class Requests(HTMLParser):
    """Collects what a page fetches from elsewhere while it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        asks = [values.get("src", ""), values.get("poster", ""), values.get("data", "")]
        asks += [part.split()[0] for part in values.get("srcset", "").split(",") if part.strip()]
        if tag == "link" and not set(values.get("rel", "").split()) <= NAMES_ONLY:
            asks.append(values.get("href", ""))
        self.outside += [ask for ask in asks if OUTSIDE.match(ask)]
        self.outside += CSS_REQUEST.findall(values.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.outside += CSS_REQUEST.findall(data)


def outside(path: Path) -> list[str]:
    """What the built file at ``path`` asks for that is not part of the build."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".css":
        return CSS_REQUEST.findall(text)
    page = Requests()
    page.feed(text)
    return page.outside


def check(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*")):
        if path.suffix in {".html", ".css"}:
            for address in outside(path):
                logger.warning("%s asks for %s", path.relative_to(app.outdir), address)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
