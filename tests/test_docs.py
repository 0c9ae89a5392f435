"""The documentation's own extensions: formulas without a network, pages that ask for nothing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EXTENSIONS = Path(__file__).parents[1] / "docs" / "_extensions"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", EXTENSIONS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("a.html", '<script src="https://a.example/x.js"></script>', ["https://a.example/x.js"]),
        ("a.html", '<script src="//a.example/x.js"></script>', ["//a.example/x.js"]),
        (
            "a.html",
            '<link rel="stylesheet" href="http://a.example/x.css">',
            ["http://a.example/x.css"],
        ),
        (
            "a.html",
            '<img srcset="x.png 1x, https://a.example/x.png 2x">',
            ["https://a.example/x.png"],
        ),
        (
            "a.html",
            '<style>@import "https://a.example/x.css";</style>',
            ["https://a.example/x.css"],
        ),
        ("a.html", '<p style="background: url(//a.example/x)">', ["//a.example/x"]),
        (
            "a.css",
            "@font-face { src: url('https://a.example/x.woff') }",
            ["https://a.example/x.woff"],
        ),
        ("a.html", '<a href="https://a.example/">read</a>', []),
        ("a.html", '<link rel="canonical" href="https://a.example/">', []),
        ("a.html", '<script src="_static/x.js"></script><img src="data:image/png;base64,">', []),
    ],
)
def test_what_a_page_asks_for(name: str, text: str, asked: list[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert load("offline").outside(tmp_path / name) == asked


def formula(latex: str) -> str:
    converted: str = load("mathml").converter.convert_with_local_state(latex, displaystyle=True)
    return converted


def test_unknown_latex_is_an_error() -> None:
    with pytest.raises(load("mathml").LatexError, match="nosuchcommand"):
        formula(r"\nosuchcommand x")


@pytest.mark.browser
def test_a_formula_is_drawn_without_scripts(browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    heights = {}
    for latex in ("p", r"\frac{p}{1 - p}"):
        page.set_content(f"<p>{formula(latex)}</p>")
        box = page.locator("math").bounding_box()
        assert box is not None
        heights[latex] = box["height"]
    page.close()
    assert heights[r"\frac{p}{1 - p}"] > 1.4 * heights["p"]
