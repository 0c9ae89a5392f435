"""The report's section on sensitivity: its numbers are the reference's, and it fits any trial."""

from __future__ import annotations

import html as entities
import json
import re
from pathlib import Path
from typing import Any

import pytest
import reference_values
import report_fixtures
from report_fixtures import WholeReport

from bayes_rsa import models
from bayes_rsa.analysis import Analysis, Specification
from bayes_rsa.inference import fit
from bayes_rsa.priors import Prior
from bayes_rsa.report import ReportResult, report
from bayes_rsa.report.results.prior_map import THRESHOLDS, worthwhile
from bayes_rsa.report.results.prior_strength import SampledScaling, sampled_scaling
from bayes_rsa.report.results.sensitivity import Sensitivity, sensitivity
from bayes_rsa.report.results.setting import setting
from bayes_rsa.trial import Trial

REFERENCE = {
    "sensitivity.reverse.counts.z": "reverse.counts.z",
    "sensitivity.reverse.counts.sceptical-sd": "reverse.counts.suff_sceptical_sd",
    "sensitivity.reverse.counts.scepticism-limit": "reverse.counts.scepticism_limit_OR",
    "sensitivity.reverse.counts.critical-prior-interval.lower": (
        "reverse.counts.critical_prior_interval_lo"
    ),
    "sensitivity.reverse.counts.box-p": "reverse.counts.p_box_suff_sceptical",
    "sensitivity.reverse.counts.intrinsic-p.held": "reverse.counts.intrinsic_p_held",
    "sensitivity.reverse.counts.intrinsic-p.matthews": "reverse.counts.intrinsic_p_matthews",
    "sensitivity.reverse.reported.sceptical-sd": "reverse.reported.suff_sceptical_sd",
    "sensitivity.reverse.reported.scepticism-limit": "reverse.reported.scepticism_limit_OR",
    "sensitivity.reverse.intrinsic-threshold.held": "reverse.threshold_held",
    "sensitivity.reverse.intrinsic-threshold.matthews": "reverse.threshold_matthews",
    "sensitivity.sceptical-exact.2.sd.1": "reverse.exact.critical_sd_P0.975_symmetric",
    "sensitivity.sceptical-exact.3.sd.1": "reverse.exact.critical_sd_P0.975",
    "sensitivity.tipping.benefit.sd.3.0.975.1": "reverse.exact.critical_sd_P0.975",
    "sensitivity.tipping.benefit.sd.3.0.95.1": "reverse.exact.critical_sd_P0.95",
    "sensitivity.tipping.benefit.mean.3.0.95.1": "reverse.exact.tipping_prior_mean_sd1_P0.95",
    "sensitivity.bf.kass-vaidyanathan": "abtest.BF10",
    "sensitivity.bf.gunel-dickey-independent-multinomial": "gd.indep_multinomial_a1.BF10",
    "sensitivity.bf.gunel-dickey-joint-multinomial": "gd.joint_multinomial_a1.BF10",
    "sensitivity.bf.gunel-dickey-poisson": "gd.poisson_a1.BF10",
    "sensitivity.bf.gunel-dickey-hypergeometric": "gd.hypergeometric_a1.BF10",
    "sensitivity.leak.baseline.normal-0-0-5.p.benefit": (
        "baseline_sens.logit_sd1.alpha_sd0.5.P_benefit"
    ),
    "sensitivity.leak.baseline.normal-0-10.median": "baseline_sens.logit_sd1.alpha_sd10.OR.median",
    "sensitivity.leak.midpoint.normal-0-10.p.benefit": (
        "baseline_sens.symmetric_sd1.beta_sd10.P_benefit"
    ),
}
"""Printed number -> entry of values.json."""


@pytest.fixture(scope="module")
def made(whole_report: WholeReport) -> ReportResult:
    return whole_report.result


def numbers(result: ReportResult) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (result.path / "numbers.json").read_text(encoding="utf-8")
    )
    return found


def found(analysis: Analysis) -> Sensitivity:
    """This part of the results alone."""
    return sensitivity(analysis, None, lambda *_: None)


def section(result: ReportResult) -> str:
    """The section's words, without marks."""
    page = result.index.read_text(encoding="utf-8")
    part = page.partition('<section id="sensitivity"')[2].partition("</section>")[0]
    return " ".join(entities.unescape(re.sub(r"<[^>]*>", " ", part)).split())


@pytest.mark.parametrize("name", REFERENCE)
def test_printed_numbers_are_the_reference_ones(made: ReportResult, name: str) -> None:
    entry = reference_values.value(REFERENCE[name])
    assert entry.tolerance is not None
    assert numbers(made)[name]["value"] == pytest.approx(entry.value, abs=entry.tolerance)


def test_everything_is_there(made: ReportResult) -> None:
    figures = {Path(f).stem for f in made.files if f.startswith("figures/")}
    assert figures >= {
        "prior-map",
        "reverse-bayes",
        "bayes-factor",
        "convinced",
        "power-scaling",
    }
    tables = {Path(f).stem for f in made.files if f.startswith("tables/")}
    assert tables >= {
        "tipping",
        "reverse-bayes",
        "sceptical-exact",
        "bayes-factors",
        "other-bayes-factors",
        "convinced",
        "prior-size",
        "conflict",
        "power-scaling-set",
        "leak",
        "shrinkage",
    }
    said = section(made)
    assert "Refused for Vague reference : the prior is nearly flat" in said
    assert "midpoint ~ normal(0, 1.5)" in said
    manifest = json.loads((made.path / "manifest.json").read_text(encoding="utf-8"))
    for item in ("5", "15", "17", "18"):
        assert "sensitivity" in manifest["checklist"][item]["sections"]
        assert "not yet" not in manifest["checklist"][item]["answer"]


def test_numbers_agree_with_one_another(made: ReportResult) -> None:
    known = {name: n["value"] for name, n in numbers(made).items()}
    assert known["reference.bf-01"] == pytest.approx(1 / known["reference.bf-10"])
    # BF10 is the mean of the one-sided ones, weighted by their prior probabilities (1/2 each).
    one_sided = (known["reference.bf-plus-0"], known["reference.bf-minus-0"])
    assert known["reference.bf-10"] == pytest.approx(sum(one_sided) / 2)
    parts = [known[f"reference.hypothesis.{part}"] for part in ("above", "below", "none")]
    assert sum(parts) == pytest.approx(1)
    assert known["sensitivity.tipping.benefit.sd.1.0.975.1"] == pytest.approx(
        known["sensitivity.sceptical-exact.1.sd.1"]
    )
    # The midpoint ~ normal(0, 1.5) of the table of the leak is the reference analysis.
    assert known["sensitivity.leak.midpoint.normal-0-1-5.p.benefit"] == pytest.approx(
        known["reference.exact.p.benefit"], abs=1e-9
    )
    assert known["sensitivity.shrinkage.replication"] == pytest.approx(0.353, abs=5e-4)
    # An event of a trial is worth 1/4: 4 / SD^2 for N(0, 0.355).
    assert known["neutral-moderate.prior-size.effect.events"] == pytest.approx(4 / 0.355**2)


def test_a_tipping_prior_does_tip(made: ReportResult, tacrolimus: Trial) -> None:
    from bayes_rsa import exact

    known = {name: n["value"] for name, n in numbers(made).items()}
    midpoint = Prior.normal(0, 1.5)
    for threshold in THRESHOLDS:
        sd = known[f"sensitivity.tipping.benefit.sd.1.{threshold:g}.1"]
        mean = known[f"sensitivity.tipping.benefit.mean.1.{threshold:g}.1"]
        for prior in (Prior.normal(0, sd), Prior.normal(mean, 1)):
            posterior = exact.log_odds_ratio(tacrolimus, effect=prior, midpoint=midpoint)
            assert float(posterior.sf("log_odds_ratio", 0)) == pytest.approx(threshold, abs=1e-8)
        needed = known[f"sensitivity.convinced.2.{threshold:g}"]
        assert needed == pytest.approx(1 - float(Prior.normal(mean, 1).cdf(0.0)), abs=1e-8)
    assert known["sensitivity.tipping.worthwhile.sd.0.95.most"] < 0.95


def test_the_sampler_is_held_against_the_quadrature(counts: Trial) -> None:
    model = models.log_odds_ratio(counts, effect=Prior.normal(0, 1))
    sampled = sampled_scaling(fit(model, ess_target=2000))
    assert isinstance(sampled, SampledScaling)
    seen = set()
    for row, (error, _) in zip(sampled.rows, sampled.errors, strict=True):
        seen.add((row.quantity, row.block))
        assert error > 0
        assert row.exact_prior is not None
        # The spread between four chains has three degrees of freedom; and both depend on the range
        # that the draws cover, by which the reference stands for independent ones.
        assert abs(row.prior - row.exact_prior) < 8 * error + 0.004
        assert row.pareto_k < 0.7
    blocks = ("effect", "midpoint", "all priors")
    assert seen >= {(q, b) for q in ("log_odds_ratio", "risk_difference") for b in blocks}


def test_the_mirrored_trial_has_the_same_answers() -> None:
    """Events for non-events: every log odds changes its sign, and nothing else."""
    counts = Trial.from_counts((60, 75), (47, 74))
    mirror = counts.relabelled()
    rows = [
        found(Analysis.default(trial, priors=(), engines=("exact",))) for trial in (counts, mirror)
    ]
    for here, there in zip(rows[0].tips, rows[1].tips, strict=True):
        if here.kind == "arms":  # Rates above 1/2 are not those of the mirrored trial.
            continue
        sign = -1 if here.kind == "mean" else 1
        for threshold in THRESHOLDS:
            assert here.points[threshold].value == pytest.approx(
                sign * (there.points[threshold].value or 0), abs=1e-7
            )
    for key, needed in rows[0].evidence.needed.items():
        assert rows[1].evidence.needed[key] == (
            None if needed is None else pytest.approx(needed, abs=1e-7)
        )
    assert rows[0].strengths[0].sizes == rows[1].strengths[0].sizes


def test_a_reported_effect_says_what_does_not_apply(tmp_path: Path) -> None:
    trial = Trial.from_effect("HR", estimate="0.76", ci=("0.55", "1.04"), better="lower")
    result = report(Analysis.default(trial, priors=(), engines=("exact",)), out=tmp_path / "report")
    said = section(result)
    assert "Not from the counts: it has no counts" in said
    assert "The exact binomial analogue needs the counts" in said
    assert "the information of one patient needs the counts" in said
    assert "the likelihood of a reported effect has no level" in said
    assert "The advocacy prior" in said
    known = {name: n["value"] for name, n in numbers(result).items()}
    assert known["reference.box-p.normal"] is not None
    assert known["reference.box-p.effect"] is None
    # The interval includes no effect: advocacy, not scepticism.
    assert "sensitivity.reverse.reported.sceptical-sd" not in known
    assert known["sensitivity.reverse.reported.advocacy-limit"] < 1


def test_a_difference_is_searched_in_its_own_unit() -> None:
    both = []
    for scale in (1.0, 1000.0):
        trial = Trial.from_effect(
            "MD", log_effect=-2.1 * scale, standard_error=0.97 * scale, better="lower"
        )
        prior = Specification(
            "Reference", "reported_effect", {"effect": Prior.normal(0, 5 * scale)}
        )
        analysis = Analysis(trial, prior, statements=("benefit",), engines=("exact",))
        both.append(found(analysis))
    (small, large) = (one.tips[0].points[0.975].value for one in both)
    assert small is not None
    assert large == pytest.approx(1000 * small)
    assert both[0].prior_map.probability == pytest.approx(both[1].prior_map.probability)


def test_a_reference_without_a_proper_prior_is_replaced_and_said_so(tacrolimus: Trial) -> None:
    held = setting(report_fixtures.spread(tacrolimus))
    assert held.effect == Prior.normal(0, 1)
    assert "no proper prior on the log odds ratio" in held.replaced
    usual = setting(Analysis.default(tacrolimus))
    assert usual.replaced == ""
    assert usual.level == {"midpoint": Prior.normal(0, 1.5)}


def test_the_default_threshold_is_asked_about_where_the_analysis_asks(tacrolimus: Trial) -> None:
    assert worthwhile(Analysis.default(tacrolimus)) == "RD > 0.10"
    assert worthwhile(Analysis.default(tacrolimus, statements=("OR > 1",))) is None
