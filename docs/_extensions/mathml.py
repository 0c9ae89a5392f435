"""Formulas as MathML, written at build time: no JavaScript, and nothing to fetch.

Select it with ``html_math_renderer = "mathml"``. LaTeX that cannot be converted is a warning, which
stops a build with ``-W``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
# The LaTeX source stays in the page as an annotation, so that it can be copied out of it.
converter = LatexToMathML(annotation=True, fancy_error=False)


def convert(latex: str, node: nodes.Element, *, display: bool) -> str:
    """The formula as a ``<math>`` element."""
    try:
        return converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        logger.warning("cannot convert %r: %s", latex, error, location=node, type="mathml")
        return ""


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(convert(node.astext(), node, display=False))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = self.builder.config.math_eqref_format or "({number})"
        self.body.append(f'<span class="eqno">{number.format(number=node["number"])}')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    for part in filter(str.strip, node.astext().split("\n\n")):
        lines = r"\\" in part and r"\begin" not in part
        latex = rf"\begin{{aligned}}{part}\end{{aligned}}" if lines else part
        self.body.append(convert(latex, node, display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
