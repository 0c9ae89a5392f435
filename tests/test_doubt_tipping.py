"""How much doubt tips the conclusion: both engines, maps, the sentence, the command."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pytest
from reference_values import value

from bayes_rsa.cli import main
from bayes_rsa.errors import InputError
from bayes_rsa.priors import Prior
from bayes_rsa.sensitivity.doubt import (
    Believed,
    DoubtTipping,
    Kind,
    doubt_curve,
    doubt_statement,
    doubt_table,
    doubt_tipping,
    fewest_changed_outcomes,
    fewest_missing,
    imputed_map,
    kinds,
    reference_belief,
    trust_curve,
    trust_tipping,
    worst_case_map,
)
from bayes_rsa.sensitivity.doubt.questions import ExactDoubt
from bayes_rsa.trial import Trial

TRIAL = Trial.from_counts(treatment=(60, 75), control=(47, 74))
REPORTED = Trial.from_effect(measure="HR", estimate="0.62", ci=("0.42", "0.91"), better="lower")
UNIFORM = Believed({"treatment": Prior.beta(1, 1), "control": Prior.beta(1, 1)})
FLAT = Prior.flat()
VAGUE = {"effect": Prior.normal(0, 1), "midpoint": Prior.normal(0, 10)}


def kind(key: str, trial: Trial = TRIAL) -> Kind:
    return next(k for k in kinds(trial) if k.key == key)


def amounts(found: DoubtTipping) -> list[float]:
    return [float(x or math.nan) for x in found.amounts.values()]


@pytest.mark.parametrize(
    ("believed", "expected"),
    [
        (Believed({"effect": FLAT, "midpoint": FLAT}), (0.1137, 0.2301)),
        (Believed(VAGUE, as_observed=True), (0.0566, 0.1655)),
    ],
)
def test_bias_that_tips(believed: Believed, expected: Sequence[float]) -> None:
    found = doubt_tipping(TRIAL, kind("bias"), believed=believed)
    assert amounts(found) == pytest.approx(expected, abs=5.1e-5)


def test_a_prior_on_the_true_effect_stands_more_bias_than_one_on_the_observed() -> None:
    """A bias moves the data towards a sceptical prior, not the posterior as it is."""
    true, observed = (
        amounts(doubt_tipping(TRIAL, kind("bias"), believed=Believed(VAGUE, as_observed=o)))
        for o in (False, True)
    )
    assert np.all(np.array(true) > observed)


def test_bias_that_tips_with_a_normal_likelihood() -> None:
    rows = doubt_table(TRIAL)["bias"]
    (row,) = (r for r in rows if r.likelihood == "normal")
    expected = value("bias.normal.flat.bias_at_P0.975")
    assert row.amounts[0.975] == pytest.approx(expected.value, abs=expected.tolerance)
    assert len({(r.prior, r.likelihood) for r in rows}) == len(rows)


def test_discount_that_tips() -> None:
    found = doubt_tipping(TRIAL, kind("discount"), believed=UNIFORM)
    for threshold in (0.975, 0.95):
        expected = value(f"power_prior.uniform.a0_at_P{threshold:g}")
        assert found.amounts[threshold] == pytest.approx(expected.value, abs=expected.tolerance)


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize("place", range(5))
def test_at_the_amount_the_probability_is_the_threshold(better: str, place: int) -> None:
    trial = TRIAL if better == "higher" else TRIAL.relabelled()
    doubt = kinds(trial)[place]
    found = doubt_tipping(trial, doubt)
    question = ExactDoubt(
        trial,
        doubt,
        Believed({"effect": Prior.normal(0, 1), "midpoint": Prior.normal(0, 1.5)}),
        "benefit",
    )
    for threshold, amount in found.amounts.items():
        assert amount is not None
        assert question(amount) == pytest.approx(threshold, abs=1e-9)
    # Relabelling the outcome changes no answer.
    again = doubt_tipping(TRIAL, kinds(TRIAL)[place])
    assert amounts(found) == pytest.approx(amounts(again), rel=1e-8)


def test_the_curve_passes_through_the_tipping_point() -> None:
    found = doubt_tipping(TRIAL, kind("bias"))
    curve = doubt_curve(TRIAL, kind("bias"), [0.0, *amounts(found)])
    assert curve.probabilities == pytest.approx((found.probability, 0.975, 0.95), abs=1e-9)


def test_a_reported_effect_can_only_be_biased() -> None:
    (only,) = kinds(REPORTED)
    flat = Believed({"effect": FLAT})
    found = doubt_tipping(REPORTED, only, believed=flat, thresholds=(0.975,))
    assert REPORTED.reported is not None
    reported = REPORTED.reported
    z = NormalDist().inv_cdf(0.975)
    assert amounts(found)[0] == pytest.approx(-reported.location - z * reported.scale_se, abs=1e-9)
    assert set(doubt_table(REPORTED)) == {"bias", "trust"}


def test_what_is_below_already_needs_no_doubt() -> None:
    weak = Trial.from_counts(treatment=(10, 20), control=(9, 20))
    found = doubt_tipping(weak, kind("bias"))
    assert set(found.amounts.values()) == {None}
    assert "below 0.95 already" in doubt_statement(weak).text


# ---- outcomes -----------------------------------------------------------------------------------


def test_fewest_changed_outcomes() -> None:
    found = fewest_changed_outcomes(TRIAL, believed=UNIFORM)
    assert found.amounts == {0.975: 2, 0.95: 4}
    worse = value("fragility.bayes_uniform_95.add_control_events").value
    assert found.amounts[0.95] == worse
    mirrored = fewest_changed_outcomes(TRIAL.relabelled(), believed=UNIFORM)
    assert mirrored.amounts == found.amounts


def test_fewest_missing_is_where_the_map_tips() -> None:
    found = fewest_missing(TRIAL, believed=UNIFORM)
    assert "hypothetical" in found.assumed
    corner = worst_case_map(TRIAL, (3, 3), believed=UNIFORM)
    diagonal = np.diag(corner.probability)
    for threshold, m in found.amounts.items():
        assert m is not None
        assert (diagonal < threshold).tolist() == [k >= m for k in range(4)]
    assert corner.tips(0.975)[2, 2]
    assert "hypothetical" in corner.assumed


@pytest.mark.parametrize(
    ("missing", "events"),
    [((2, 2), (0, 2)), ((5, 5), (0, 5)), ((5, 5), (2, 3)), ((10, 10), (0, 10))],
)
def test_imputed_outcomes(missing: tuple[int, int], events: tuple[int, int]) -> None:
    found = imputed_map(TRIAL, missing, believed=UNIFORM)
    assert found.probability.shape == (missing[0] + 1, missing[1] + 1)
    name = f"missing.m{missing[0]}_{missing[1]}.events{events[0]}_{events[1]}.P_benefit"
    expected = value(name)
    assert found.probability[events] == pytest.approx(expected.value, abs=expected.tolerance)


def test_maps_of_both_kinds_agree_and_follow_the_outcome() -> None:
    quick = imputed_map(TRIAL, (2, 1), believed=UNIFORM)
    slow = imputed_map(TRIAL, (2, 1), believed=UNIFORM, statement="OR > 1")
    assert quick.probability == pytest.approx(slow.probability, abs=1e-10)
    turned = imputed_map(TRIAL.relabelled(), (2, 1), believed=UNIFORM)
    assert quick.probability == pytest.approx(turned.probability[::-1, ::-1], abs=1e-10)
    assert json.loads(json.dumps(quick.to_dict()))["counts"] == [[0, 1, 2], [0, 1]]


# ---- trust --------------------------------------------------------------------------------------


def test_pooled_opinions() -> None:
    curve = trust_curve(TRIAL, [0.0, 0.5, 1.0], believed=UNIFORM)
    whole = float(UNIFORM.exact(TRIAL).sf("odds_ratio", 1.0))
    assert curve.probabilities == pytest.approx((0.5, 0.25 + whole / 2, whole), abs=1e-10)
    found = trust_tipping(TRIAL, believed=UNIFORM)
    at = trust_curve(TRIAL, amounts(found), believed=UNIFORM)
    assert at.probabilities == pytest.approx((0.975, 0.95), abs=1e-12)
    assert "not Bayes" in found.assumed
    mirrored = trust_tipping(TRIAL.relabelled(), believed=UNIFORM)
    assert amounts(mirrored) == pytest.approx(amounts(found), rel=1e-9)


def test_pooled_opinions_on_a_reported_effect() -> None:
    believed = Believed({"effect": Prior.normal(-0.1, 0.5)})
    before = trust_curve(REPORTED, [0.0], believed=believed).probabilities[0]
    assert before == pytest.approx(NormalDist(-0.1, 0.5).cdf(0.0))
    above = trust_curve(REPORTED, [0.0], believed=believed, statement="HR < 0.8").probabilities[0]
    assert above == pytest.approx(NormalDist(-0.1, 0.5).cdf(math.log(0.8)))


def test_a_difference_is_doubted_in_its_own_unit() -> None:
    large, small = (
        Trial.from_effect("MD", log_effect=2.5 * s, standard_error=s, better="higher")
        for s in (1e4, 1e-4)
    )
    found = [
        doubt_tipping(t, kinds(t)[0], believed=Believed({"effect": FLAT}), thresholds=(0.95,))
        for t in (large, small)
    ]
    z = NormalDist().inv_cdf(0.95)
    assert amounts(found[0]) == pytest.approx([(2.5 - z) * 1e4])
    assert amounts(found[1]) == pytest.approx([(2.5 - z) * 1e-4])
    with pytest.raises(InputError, match="no prior fits every unit"):
        reference_belief(large)


# ---- the sentence and the command ---------------------------------------------------------------


def test_the_sentence_has_a_number_for_each_doubt() -> None:
    found = doubt_statement(TRIAL)
    assert found.text.startswith("Under reference priors")
    assert "stays above 0.95 unless" in found.text
    assert {t.key for t in found.reached} == {
        "bias",
        "discount",
        "misclassification",
        "missing",
        "changed_outcomes",
        "trust",
    }
    for tipping in found.reached:
        assert tipping.words[0.95] in found.text
    assert found.probability == pytest.approx(0.9829246181938488, abs=1e-9)
    assert "hypothetical" in found.text


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    counts = ("--treatment", "60/75", "--control", "47/74")
    assert main(["doubt", *counts, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    record = json.loads(out)
    row = record["tipping"]["bias"][0]
    assert {"prior", "likelihood", "0.975", "0.95"} <= set(row)
    assert [r["0.95"] for r in record["tipping"]["discount"]][1] == pytest.approx(0.55645952, 1e-7)
    assert record["statement"] == doubt_statement(TRIAL).text
    assert main(["doubt", "tacrolimus-rsa-2023", "--threshold", "0.9"]) == 0
    out, _ = capsys.readouterr()
    assert "stays above 0.9 unless" in " ".join(out.split())
    assert main(["doubt", *counts, "--threshold", "2"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Believed({"effect": FLAT, "treatment": FLAT}), "both arms"),
        (lambda: doubt_tipping(TRIAL, kind("bias"), engine="guess"), "engine"),
        (lambda: doubt_tipping(TRIAL, kind("bias"), thresholds=(1.5,)), "threshold"),
        (
            lambda: doubt_tipping(
                TRIAL, kind("discount"), believed=Believed(VAGUE, as_observed=True)
            ),
            "only a bias",
        ),
        (
            lambda: trust_tipping(TRIAL, believed=Believed({"effect": FLAT, "midpoint": FLAT})),
            "improper prior",
        ),
        (lambda: kinds(TRIAL, missing_share=1.0), "missing_share"),
        (lambda: imputed_map(TRIAL, (-1, 2)), "missing.treatment"),
    ],
)
def test_bad_input_is_refused(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(InputError, match=message):
        call()
