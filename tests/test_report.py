"""The report end to end: its files, its numbers, what it withholds, and any kind of trial."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
import report_fixtures
from report_fixtures import PageReader, WholeReport

import bayes_rsa as rsa
from bayes_rsa.analysis import Analysis, Specification, analysis_from_dict, read_analysis
from bayes_rsa.errors import InputError
from bayes_rsa.inference import CompiledModel, load_fit
from bayes_rsa.priors import Prior
from bayes_rsa.report import ReportResult, report
from bayes_rsa.report.checklist import ITEMS
from bayes_rsa.trial import Trial

MINUS = "\u2212"


@pytest.fixture(scope="session")
def made(whole_report: WholeReport) -> ReportResult:
    return whole_report.result


@pytest.fixture(scope="session")
def page(made: ReportResult) -> PageReader:
    return PageReader(made.index.read_text(encoding="utf-8"))


def _numbers(result: ReportResult) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (result.path / "numbers.json").read_text(encoding="utf-8")
    )
    return found


# ---- files ------------------------------------------------------------------------------------


def test_the_files_of_a_report(made: ReportResult) -> None:
    assert made.passed
    assert {"index.html", "numbers.json", "manifest.json", "analysis.toml", "posterior.nc"} <= set(
        made.files
    )
    figures = {Path(f).stem for f in made.files if f.startswith("figures/")}
    assert figures >= {"forest", "triplot", "exceedance", "arms", "predictive", "diagnostics"}
    for figure in figures:
        assert {f"figures/{figure}.svg", f"figures/{figure}.png"} <= set(made.files)


def test_the_manifest_is_the_analysis_and_holds_the_hash_of_each_file(
    made: ReportResult, tacrolimus: Trial
) -> None:
    manifest = json.loads((made.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["schema"] == "bayes-rsa/report/1"
    assert manifest["passed"] is True
    assert manifest["trial_sha256"] == tacrolimus.fingerprint()
    assert set(manifest["verdicts"]) == {
        "reference",
        "neutral-moderate",
        "optimistic-strong",
        "vague-reference",
    }
    assert set(manifest["files"]) == set(made.files) - {"manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((made.path / name).read_bytes()).hexdigest() == digest
    wanted = report_fixtures.reduced(tacrolimus)
    assert analysis_from_dict(manifest["analysis"]) == wanted
    assert read_analysis(made.path / "analysis.toml") == wanted
    assert [manifest["checklist"][str(k)]["item"] for k in ITEMS] == [
        item.name for item in ITEMS.values()
    ]


def test_the_draws_are_those_of_the_reference(made: ReportResult) -> None:
    stored = load_fit(made.path / "posterior.nc")
    median = float(stored["posterior"]["log_odds_ratio"].median())
    assert _numbers(made)["reference.log_odds_ratio.median"]["value"] == median
    assert rsa.check(stored).passed


def test_power_scaling_of_the_draws_stands_beside_the_quadrature(made: ReportResult) -> None:
    numbers = _numbers(made)
    for block in ("effect", "midpoint", "all-priors"):
        name = f"reference.power-scaling.log_odds_ratio.{block}"
        assert {f"{name}.{end}" for end in ("prior", "prior.exact", "pareto-k")} <= numbers.keys()
        assert numbers[f"{name}.prior"]["error"] > 0


def test_tables_hold_values_in_full(made: ReportResult) -> None:
    numbers = _numbers(made)
    with (made.path / "tables" / "set.csv").open(encoding="utf-8", newline="") as stream:
        rows = {entry["row"].rstrip("*"): entry for entry in csv.DictReader(stream)}
    row = rows["Neutral, moderate"]
    prefix = "neutral-moderate.odds_ratio"
    assert float(row["median"]) == numbers[f"{prefix}.median"]["value"]
    assert float(row["eti_lower"]) == numbers[f"{prefix}.eti.lower"]["value"]
    assert float(row["benefit"]) == numbers["neutral-moderate.p.benefit"]["value"]


def test_progress_is_told(whole_report: WholeReport) -> None:
    phases = whole_report.phases
    names = list(dict.fromkeys(name for name, _, _ in phases))
    assert names.index("Compiling models") < names.index("Sampling") < names.index("Writing")
    assert all(0 <= done <= total for _, done, total in phases)
    # One family, so one compile.
    assert [total for name, _, total in phases if name == "Compiling models"] == [1]


# ---- numbers ----------------------------------------------------------------------------------


def test_every_printed_number_is_in_numbers_json(made: ReportResult, page: PageReader) -> None:
    numbers = _numbers(made)
    printed = dict(page.numbers)
    assert set(printed) == set(numbers)
    for name, text in page.numbers:
        assert numbers[name]["text"] == text
    assert len(printed) > 300


def test_no_other_number_stands_in_tables_or_headline(page: PageReader) -> None:
    loose = [
        (section, text)
        for section, tags, text in page.loose
        if re.search(r"\d", text)
        and ("tbody" in tags or section == "summary")
        and not {"code", "a"} & set(tags)
    ]
    assert loose == []


def test_digits_follow_the_monte_carlo_error(made: ReportResult) -> None:
    checked = 0
    for name, number in _numbers(made).items():
        if number["engine"] != "nuts" or number["error"] is None or number["value"] is None:
            continue
        text = number["text"].replace(",", "").replace(MINUS, "-")
        if text[0] in "<>":
            continue
        decimals = len(text.partition(".")[2])
        unit = 10.0**-decimals
        if decimals == 0:
            unit = 10.0 ** (len(text.lstrip("-")) - len(text.lstrip("-").rstrip("0")))
        assert unit >= number["error"] * (1 - 1e-9), name
        assert abs(float(text) - number["value"]) <= unit / 2 + 1e-12, name
        checked += 1
    assert checked > 60


def test_the_reference_agrees_with_the_exact_engine(made: ReportResult, tacrolimus: Trial) -> None:
    numbers = _numbers(made)
    drawn, exact = numbers["reference.p.benefit"], numbers["reference.exact.p.benefit"]
    assert exact["value"] == pytest.approx(0.98292, abs=5e-6)
    assert abs(drawn["value"] - exact["value"]) < 4 * drawn["error"]
    assert numbers["reference.difference.benefit"]["value"] == pytest.approx(
        (drawn["value"] - exact["value"]) / drawn["error"]
    )


@pytest.mark.slow
def test_its_own_analysis_gives_the_same_bytes(made: ReportResult, tmp_path: Path) -> None:
    _require_the_same_again(made, tmp_path / "again")


def _require_the_same_again(made: ReportResult, out: Path) -> None:
    again = report(made.path / "analysis.toml", out=out)
    assert again.files == made.files
    for name in made.files:
        if not name.endswith((".nc", "manifest.json")):
            assert (again.path / name).read_bytes() == (made.path / name).read_bytes(), name


# ---- what the page says -----------------------------------------------------------------------


def test_the_page_stands_alone(page: PageReader) -> None:
    assert page.resources == []
    assert all(image["src"].startswith("data:image/svg+xml;base64,") for image in page.images)
    outside = [link for link in page.links if not link.startswith("#")]
    assert all(link.startswith("https://doi.org/10.") for link in outside)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_headings_descend_by_one_and_images_have_words(page: PageReader) -> None:
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(page.headings))
    assert len(page.images) >= 6
    assert all(len(image["alt"]) > 40 for image in page.images)


def test_the_first_page_says_what_it_must(made: ReportResult) -> None:
    html = made.index.read_text(encoding="utf-8")
    summary = _plain(html.partition('<section id="summary"')[2].partition("</section>")[0])
    assert "The priors were fixed after seeing the data" in summary
    assert "Over the 4 sets of priors of this report" in summary
    assert "tacrolimus raises the probability of the outcome (healthy newborn)" in summary
    assert "the trial’s default threshold (risk difference above 0.1)" in summary
    whole = _plain(html)
    assert (
        "an odds ratio of 2.30 does not mean 2.30 times as likely. 80.0% against 63.5% is a risk "
        "ratio of 1.26, and a risk difference of 16.5 percentage points"
    ) in whole
    assert "consistent up to rounding" in whole
    assert "assumed planned odds ratio" in whole
    assert "significan" not in whole.lower()
    assert "missing outcomes" in _plain(html.partition('id="limitations"')[2])


def _plain(html: str) -> str:
    import html as entities

    return " ".join(entities.unescape(re.sub(r"<[^>]*>", "", html)).split())


# ---- the gate ---------------------------------------------------------------------------------


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sampler one of whose chains has settled elsewhere."""
    sample = CompiledModel.sample

    def apart(self: CompiledModel, **settings: Any) -> Any:
        tree = sample(self, **(settings | {"draws": 200}))
        posterior = tree["posterior"].to_dataset()
        posterior["effect"][0] += 5.0
        tree["posterior"] = type(tree)(posterior)
        return tree

    monkeypatch.setattr(CompiledModel, "sample", apart)


@pytest.mark.slow
@pytest.mark.usefixtures("stuck", "coarse_pictures")
def test_a_failed_gate_withholds_the_headline(tmp_path: Path) -> None:
    trial = Trial.from_effect("OR", log_effect=0.8, standard_error=0.4, better="higher")
    wide, moderate = (
        Specification(name, "reported_effect", {"effect": Prior.normal(0, sd)})
        for name, sd in (("Wide", 0.3), ("Neutral, moderate", 0.355))
    )
    result = report(Analysis(trial, wide, (moderate,), ess_target=400), out=tmp_path / "report")
    assert not result.passed
    assert "R-hat" in result.explain()
    numbers = _numbers(result)
    drawn = {
        name: n
        for name, n in numbers.items()
        if re.match(r"(reference|neutral-moderate)\.(odds|log|p[._])", name)
    }
    assert len(drawn) > 20
    assert {n["text"] for n in drawn.values()} == {"withheld"}
    assert {n["value"] for n in drawn.values()} == {None}
    # 0.8 is two of its standard errors, of which the prior leaves 0.3 in 0.5.
    assert numbers["reference.exact.p.benefit"]["value"] == pytest.approx(
        NormalDist().cdf(2 * 0.3 / 0.5), abs=1e-8
    )
    summary = _plain(
        result.index.read_text(encoding="utf-8")
        .partition('<section id="summary"')[2]
        .partition("</section>")[0]
    )
    assert "The diagnostics gate failed, and the headline is withheld" in summary
    assert "R-hat of effect is" in summary
    manifest = json.loads((result.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["passed"] is False
    assert not manifest["verdicts"]["reference"]["passed"]


# ---- any trial --------------------------------------------------------------------------------

TRIALS = {
    "lower is better": rsa.load_trial("eolia-2018"),
    "hazard ratio": Trial.from_effect("HR", estimate="0.71", ci=("0.52", "0.97"), better="lower"),
    "risk ratio": Trial.from_effect("RR", estimate="0.71", ci=("0.52", "0.97"), better="lower"),
    "zero cell": Trial.from_counts((5, 10), (0, 10), better="lower"),
}


@pytest.mark.usefixtures("coarse_pictures")
@pytest.mark.parametrize(
    "name",
    [pytest.param(x, marks=() if x == "risk ratio" else pytest.mark.slow) for x in TRIALS],
)
def test_any_trial_has_a_report(name: str, tmp_path: Path) -> None:
    trial = TRIALS[name]
    rows = Analysis.default(trial).priors[1:2]
    result = report(
        Analysis.default(trial, priors=rows, engines=("exact",)), out=tmp_path / "report"
    )
    assert result.passed
    html = result.index.read_text(encoding="utf-8")
    page = PageReader(html)
    assert dict(page.numbers).keys() == _numbers(result).keys()
    assert "posterior.nc" not in result.files
    assert "The printed numbers of this trial are inconsistent" not in html
    benefit = _numbers(result)["reference.p.benefit"]["value"]
    assert benefit > 0.5 or name == "zero cell"
    if name == "risk ratio":
        _require_the_same_again(result, tmp_path / "again")


@pytest.mark.slow
@pytest.mark.usefixtures("coarse_pictures")
def test_every_model_and_improper_priors_have_a_report(counts: Trial, tmp_path: Path) -> None:
    result = report(report_fixtures.spread(counts), out=tmp_path / "report")
    numbers = _numbers(result)
    chances = [numbers[f"{row}.p.benefit"]["value"] for row in ("reference", "arms", "rr", "rd")]
    assert all(0.9 < chance < 1 for chance in chances)
    # An improper prior says nothing before the data.
    assert numbers["reference.prior.p.benefit"]["value"] is None


@pytest.mark.usefixtures("coarse_pictures")
def test_a_difference_has_a_report(tmp_path: Path) -> None:
    trial = Trial.from_effect("MD", estimate="-2.1", ci=("-4.0", "-0.2"), better="lower")
    prior = Specification("Reference", "reported_effect", {"effect": Prior.normal(0, 5)})
    analysis = Analysis(trial, prior, statements=("benefit", "MD < -1"), engines=("exact",))
    result = report(analysis, out=tmp_path / "report")
    assert 0.95 < _numbers(result)["reference.p.benefit"]["value"] < 1


# ---- bad input --------------------------------------------------------------------------------


def test_bad_input_costs_no_waiting_and_leaves_nothing(tmp_path: Path) -> None:
    said: list[str] = []

    def hear(phase: str, _done: int, _total: int) -> None:
        said.append(phase)

    file = tmp_path / "file"
    file.write_text("x")
    out = tmp_path / "report"
    with pytest.raises(InputError, match="it is a file"):
        report("tacrolimus-rsa-2023", out=file, progress=hear)
    with pytest.raises(InputError, match="analysis or a trial"):
        report(3, out=out, progress=hear)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no-such-trial"):
        report("no-such-trial", out=out, progress=hear)
    improper = Specification(
        "Flat", "log_odds_ratio", {"effect": Prior.flat(), "midpoint": Prior.flat()}
    )
    zero = Trial.from_counts((5, 10), (0, 10))
    with pytest.raises(InputError):
        report(Analysis(zero, improper, engines=("exact",)), out=out, progress=hear)
    assert "Sampling" not in said
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_nuts_refuses_what_it_cannot_draw_from_before_it_compiles(
    tacrolimus: Trial, tmp_path: Path
) -> None:
    said: list[str] = []
    improper = Specification(
        "Flat", "log_odds_ratio", {"effect": Prior.flat(), "midpoint": Prior.flat()}
    )
    with pytest.raises(InputError, match="improper"):
        report(
            Analysis(tacrolimus, improper),
            out=tmp_path / "report",
            progress=lambda phase, *_: said.append(phase),
        )
    assert "Compiling models" not in said
    assert list(tmp_path.iterdir()) == []
