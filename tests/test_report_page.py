"""The report in Chromium, at the width of a desk and of a telephone, and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request
from report_fixtures import WholeReport

from bayes_rsa.report import ReportResult

pytestmark = pytest.mark.browser

WIDTHS = (1280, 390)

OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth;
  const inside = e => e.closest('.scroll, pre') !== null;
  return [...document.body.querySelectorAll('*')]
    .filter(e => !inside(e) && !e.matches('.skip') && e.getBoundingClientRect().right > wide + 0.5)
    .map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40));
}"""

PICTURES = """() => [...document.images].map(i => ({
  id: i.closest('figure').id, natural: [i.naturalWidth, i.naturalHeight],
  shown: [i.getBoundingClientRect().width, i.getBoundingClientRect().height],
  alt: i.alt, complete: i.complete}))"""


@pytest.fixture(scope="module")
def full(whole_report: WholeReport) -> ReportResult:
    return whole_report.result


def _open(browser: Browser, index: Path, width: int) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []

    def hear(request: Request) -> None:
        if not request.url.startswith("data:"):
            asked.append(request.url)

    page.on("request", hear)
    page.goto(index.as_uri())
    return page, asked


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("which", ["full", pytest.param("hostile_report", marks=pytest.mark.slow)])
def test_nothing_overflows_and_nothing_is_asked_of_the_network(
    browser: Browser, request: pytest.FixtureRequest, which: str, width: int
) -> None:
    result: ReportResult = request.getfixturevalue(which)
    page, asked = _open(browser, result.index, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERFLOWING) == []
    assert asked == [result.index.as_uri()]
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_figure_is_seen_and_said(browser: Browser, full: ReportResult, width: int) -> None:
    page, _ = _open(browser, full.index, width)
    pictures = page.evaluate(PICTURES)
    assert len(pictures) >= 4
    for picture in pictures:
        assert picture["complete"]
        assert min(picture["natural"]) > 0
        assert 300 < picture["shown"][0] <= width
        assert len(picture["alt"]) > 40
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_tables_scroll_inside_their_own_frame(
    browser: Browser, full: ReportResult, width: int
) -> None:
    page, _ = _open(browser, full.index, width)
    frames = page.evaluate(
        "() => [...document.querySelectorAll('.scroll')].map(e => [e.clientWidth, "
        "getComputedStyle(e).overflowX, e.tabIndex, e.getAttribute('aria-label').length])"
    )
    assert len(frames) >= 12
    for wide, overflow, tab, label in frames:
        assert wide <= width
        assert (overflow, tab) == ("auto", 0)
        assert label > 0
    page.close()


def test_the_contents_lead_to_the_sections(browser: Browser, full: ReportResult) -> None:
    page, _ = _open(browser, full.index, 1280)
    titles = page.locator("nav a").all_inner_texts()
    heads = page.locator("main > section > h2").all_inner_texts()
    assert titles == heads
    page.locator("nav a", has_text="Limitations").click()
    assert page.url.endswith("#limitations")
    page.close()


def test_it_prints_within_the_paper(browser: Browser, full: ReportResult) -> None:
    page, asked = _open(browser, full.index, 1280)
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    # A4 without its margins, in CSS pixels: 178 mm.
    page.set_viewport_size({"width": 673, "height": 950})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 673
    tallest = page.evaluate(
        "() => Math.max(...[...document.images].map(i => i.getBoundingClientRect().height))"
    )
    # A figure fits a page: 297 mm less its margins.
    assert tallest < (297 - 38) / 25.4 * 96
    assert asked == [full.index.as_uri()]
    page.close()
