"""A trial whose numbers are inconsistent, and whose names are long and hold markup."""

from __future__ import annotations

import json

import pytest
from report_fixtures import PageReader

from bayes_rsa.report import ReportResult

pytestmark = pytest.mark.slow


def test_markup_in_a_trial_is_text(hostile_report: ReportResult) -> None:
    html = hostile_report.index.read_text(encoding="utf-8")
    page = PageReader(html)
    numbers = json.loads((hostile_report.path / "numbers.json").read_text(encoding="utf-8"))
    assert dict(page.numbers).keys() == numbers.keys()
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;b&gt;many&lt;/b&gt;" in html
    assert "posterior.nc" not in hostile_report.files


def test_inconsistent_numbers_are_flagged(hostile_report: ReportResult) -> None:
    assert hostile_report.passed
    html = hostile_report.index.read_text(encoding="utf-8")
    assert "The printed numbers of this trial are inconsistent" in html
    numbers = json.loads((hostile_report.path / "numbers.json").read_text(encoding="utf-8"))
    assert numbers["reference.p.benefit"]["value"] > 0.5
