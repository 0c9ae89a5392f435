"""The report's section on doubt: its numbers are the reference's, and it fits any trial."""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import reference_values
from report_fixtures import WholeReport

from bayes_rsa import exact
from bayes_rsa.analysis import Analysis, Specification
from bayes_rsa.errors import ConvergenceError
from bayes_rsa.exact import doubt as exact_doubt
from bayes_rsa.priors import Prior
from bayes_rsa.report import ReportResult
from bayes_rsa.report.blocks import plain
from bayes_rsa.report.numbers import Numbers
from bayes_rsa.report.quoting import Quoting
from bayes_rsa.report.results import Results, run
from bayes_rsa.report.results import doubt as results_doubt
from bayes_rsa.report.sections.doubt import doubt
from bayes_rsa.report.sections.doubt_statement import engines, slug_of
from bayes_rsa.sensitivity.doubt import DoubtStatement
from bayes_rsa.trial import Trial

REFERENCE = {
    "doubt.bias.6.0.975": "bias.normal.flat.bias_at_P0.975",
    "doubt.discount.2.0.975": "power_prior.uniform.a0_at_P0.975",
    "doubt.discount.2.0.95": "power_prior.uniform.a0_at_P0.95",
    "doubt.fragility.fisher.control.index": "fragility.fisher.add_control_events",
    "doubt.fragility.fisher.treatment.index": "fragility.fisher.remove_treatment_events",
}
"""Printed number -> entry of values.json."""


@pytest.fixture(scope="module")
def made(whole_report: WholeReport) -> ReportResult:
    return whole_report.result


@pytest.fixture(scope="module")
def found(whole_report: WholeReport) -> Results:
    return whole_report.results


def quiet(phase: str, done: int, total: int) -> None:
    """No progress is wanted."""


def numbers(result: ReportResult) -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = json.loads(
        (result.path / "numbers.json").read_text(encoding="utf-8")
    )
    return read


def page(result: ReportResult, name: str = "doubt") -> str:
    """A section's words, without marks."""
    whole = result.index.read_text(encoding="utf-8")
    part = whole.partition(f'<section id="{name}"')[2].partition("</section>")[0]
    return " ".join(entities.unescape(re.sub(r"<[^>]*>", " ", part)).split())


def words(results: Results) -> str:
    section = doubt(Quoting(results, Numbers()))
    parts = []
    for block in section.blocks:
        for name in ("words", "items"):
            value = getattr(block, name, ())
            parts += [plain(v) for v in value] if name == "items" else [plain(value)]
    return " ".join(parts)


@pytest.mark.parametrize("name", REFERENCE)
def test_printed_numbers_are_the_reference_ones(made: ReportResult, name: str) -> None:
    entry = reference_values.value(REFERENCE[name])
    assert numbers(made)[name]["value"] == pytest.approx(entry.value, abs=entry.tolerance or 0)


def test_the_two_answers_on_a_bias_stand_side_by_side(made: ReportResult) -> None:
    known = numbers(made)
    printed = {
        name: [known[f"doubt.bias.{k}.{t}"]["text"] for t in ("0.975", "0.95")]
        for name, k in (("Haldane", 3), ("true effect", 4), ("as observed", 5))
    }
    assert printed["Haldane"] == ["0.1137", "0.2301"]
    assert printed["as observed"] == ["0.0566", "0.1655"]
    assert printed["true effect"] > printed["as observed"]
    assert "There are two answers on a bias" in page(made)
    assert "on the effect as observed" in page(made)


def test_the_statement_has_a_number_for_each_kind_of_doubt(made: ReportResult) -> None:
    said = page(made)
    assert "P(benefit) is 0.9829 and stays above 0.95 unless one of these holds:" in said
    for words_ in (
        "3 outcomes or more, in either arm or both, were other than reported",
        "3 participants or more in each arm were missing (a hypothetical number)",
        "( 8 + 8, assumed ), with odds of the outcome 2.69 times worse on tacrolimus",
        "on placebo no more than 95.2 % of the true events",
        "on tacrolimus no more than 88.0 % of the true non-events",
        "a bias of 0.1855 or more on the log odds ratio (a factor of 1.20 ) favours tacrolimus",
        "counts for no more than 0.6412 of itself",
        "no more than 0.9318 of the weight when its posterior is pooled",
    ):
        assert words_ in said, words_
    assert said.index("other than reported") < said.index("hypothetical number")
    assert "not identified" in said
    # What a reader who stops at the first page takes away.
    assert "unless, for instance, 3 outcomes or more" in page(made, "summary")


def test_everything_is_there(made: ReportResult) -> None:
    figures = {Path(f).stem for f in made.files if f.startswith("figures/")}
    assert figures >= {"doubt", "missing", "imputed", "fragility"}
    tables = {Path(f).stem for f in made.files if f.startswith("tables/")}
    assert tables >= {"doubt", "fragility", "uncertain-doubt"}
    manifest = json.loads((made.path / "manifest.json").read_text(encoding="utf-8"))
    assert "doubt" in manifest["checklist"]["17"]["sections"]
    assert "misclassified" not in page(made, "limitations")


def test_numbers_agree_with_one_another(made: ReportResult, tacrolimus: Trial) -> None:
    known = {name: n["value"] for name, n in numbers(made).items()}
    assert known["doubt.p.benefit"] == pytest.approx(known["reference.exact.p.benefit"], abs=1e-9)
    assert known["doubt.uncertain.none.p.benefit"] == pytest.approx(known["doubt.p.benefit"])
    assert known["doubt.bias.0.95"] == known["doubt.bias.1.0.95"]
    priors = {"effect": Prior.normal(0, 1), "midpoint": Prior.normal(0, 1.5)}
    at = exact_doubt.additive_bias(tacrolimus, bias=Prior.point(known["doubt.bias.0.95"]), **priors)
    assert at.sf("log_odds_ratio", 0.0) == pytest.approx(0.95, abs=1e-8)
    # Pooled opinions: P(benefit) is 1/2 before the trial.
    weight, after = known["doubt.trust.0.95"], known["doubt.p.benefit"]
    assert weight * after + (1 - weight) / 2 == pytest.approx(0.95)
    turner = exact_doubt.additive_bias(tacrolimus, bias=Prior.normal(0.1, 0.2), **priors)
    assert known["doubt.uncertain.bias.2.p.benefit"] == pytest.approx(
        float(turner.sf("log_odds_ratio", 0.0))
    )
    # The worst imputed outcomes are the corner of the map of the missing.
    corner = Trial.from_counts(treatment=(60, 83), control=(55, 82))
    worst = exact.log_odds_ratio(corner, **priors).sf("log_odds_ratio", 0.0)
    assert known["doubt.imputed.least"] == pytest.approx(float(worst))


# ---- both engines -----------------------------------------------------------------------------


def test_both_engines_stand_side_by_side(found: Results) -> None:
    exactly = found.doubt.statement
    drawn = []
    for t in exactly.tippings:
        counted = slug_of(t) in ("changed-outcomes", "missing-count")
        errors = dict.fromkeys(t.amounts, None if counted else 0.005)
        amounts = {k: x if x is None or counted else x + 0.01 for k, x in t.amounts.items()}
        drawn.append(replace(t, engine="nuts", amounts=amounts, errors=errors))
    sampled = DoubtStatement(
        exactly.statement,
        exactly.threshold,
        exactly.probability,
        exactly.prior,
        exactly.likelihood,
        "nuts",
        tuple(drawn),
    )
    numbers_ = Numbers()
    results = replace(found, doubt=replace(found.doubt, sampled=sampled))
    (table,) = engines(Quoting(results, numbers_))
    assert len(table.rows) == 8  # type: ignore[union-attr]
    assert numbers_["doubt.bias.nuts.0.95.apart"].text == "2.0"
    assert numbers_["doubt.bias.nuts.0.95"].text == "0.20"
    assert numbers_["doubt.bias.0.95"].text == "0.1855"
    assert "both engines" in doubt(Quoting(results, Numbers())).answers[17]


def test_nuts_is_asked_where_the_analysis_samples(
    tacrolimus: Trial, found: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Mapping[str, Any]] = []

    def spy(trial: Trial, **settings: Any) -> DoubtStatement:
        asked.append(settings)
        return found.doubt.statement

    monkeypatch.setattr(results_doubt, "doubt_statement", spy)
    usual = Analysis.default(tacrolimus, priors=(), seed=5)
    few = Analysis.default(tacrolimus, priors=(), ess_target=400)
    never = Analysis.default(tacrolimus, priors=(), engines=("exact",))
    believed, exactly = found.doubt.believed, found.doubt.statement
    assert results_doubt.sampled_statement(usual, believed, exactly) is exactly
    assert "effective sample size" in str(results_doubt.sampled_statement(few, believed, exactly))
    said_of_none = results_doubt.sampled_statement(never, believed, exactly)
    assert said_of_none == "the analysis does not sample"
    assert [(a["engine"], a["seed"], a["believed"]) for a in asked] == [("nuts", 5, believed)]
    assert found.doubt.sampled == results_doubt.sampled_statement(few, believed, exactly)

    def stuck(trial: Trial, **settings: Any) -> DoubtStatement:
        raise ConvergenceError("the gate failed for discounted: R-hat 1.3", None)

    monkeypatch.setattr(results_doubt, "doubt_statement", stuck)
    withheld = results_doubt.sampled_statement(usual, believed, exactly)
    assert withheld == "withheld: the gate failed for discounted: R-hat 1.3"
    (said,) = engines(
        Quoting(replace(found, doubt=replace(found.doubt, sampled=withheld)), Numbers())
    )
    assert "R-hat 1.3" in plain(said.words)  # type: ignore[union-attr]


# ---- other trials -----------------------------------------------------------------------------


def test_a_reported_effect_can_be_biased_and_pooled() -> None:
    trial = Trial.from_effect("HR", estimate="0.62", ci=("0.42", "0.91"), better="lower")
    results = run(Analysis.default(trial, priors=(), engines=("exact",)))
    said = words(results)
    assert "Not applicable: only counted outcomes can change" in said
    assert "Not applicable: the counts are not known" in said
    assert "on the log hazard ratio" in said
    assert set(results.doubt.tippings) == {"bias", "trust"}
    assert results.doubt.missing is None


def test_a_difference_is_doubted_in_its_own_unit() -> None:
    trial = Trial.from_effect("MD", log_effect=-2100.0, standard_error=970.0, better="lower")
    reference = Specification("own", "reported_effect", {"effect": Prior.normal(0, 2000)})
    results = run(Analysis(trial, reference, statements=("benefit",), engines=("exact",)))
    amount = results.doubt.statement.tippings[0].amounts[0.95]
    assert amount is not None
    assert 100 < amount < 1000
    assert "on the mean difference favours" in words(results)


@pytest.mark.usefixtures("coarse_pictures")
def test_what_is_below_already_has_no_conclusion_to_overturn(found: Results) -> None:
    trial = Trial.from_counts(treatment=(10, 20), control=(9, 20))
    analysis = Analysis.default(trial, priors=(), engines=("exact",))
    results = replace(found, analysis=analysis, doubt=results_doubt.doubts(analysis, quiet))
    assert "below 0.95 already" in words(results)
    assert results.doubt.statement.reached == ()
    assert (
        results_doubt.sampled_statement(
            Analysis.default(trial), results.doubt.believed, results.doubt.statement
        )
        == "there is nothing to find"
    )


def test_independent_arms_keep_their_priors(tacrolimus: Trial) -> None:
    arms = {"treatment": Prior.beta(2, 2), "control": Prior.beta(1, 1)}
    reference = Specification("arms", "independent_arms", arms)
    analysis = Analysis(tacrolimus, reference, statements=("benefit",), engines=("exact",))
    believed, said = results_doubt.believed_of(analysis)
    assert dict(believed.priors) == arms
    assert said == ""
    flat = Specification("flat", "log_odds_ratio", {"effect": Prior.flat()})
    believed, said = results_doubt.believed_of(replace(analysis, reference=flat))
    assert "stands in" in said
    assert believed.is_proper


@pytest.mark.usefixtures("coarse_pictures")
def test_an_arm_without_outcomes_to_change_has_no_curve(found: Results) -> None:
    trial = Trial.from_counts(treatment=(9, 12), control=(8, 8))
    analysis = Analysis.default(trial, priors=(), engines=("exact",))
    results = replace(found, analysis=analysis, doubt=results_doubt.doubts(analysis, quiet))
    assert {arm for arm, _ in results.doubt.fragility} == {"treatment"}
    assert "Fisher’s exact test" in " ".join(
        plain(note) for table in doubt(Quoting(results, Numbers())).tables for note in table.notes
    )
