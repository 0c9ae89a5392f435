"""Every deterministic reference number of priors, sensitivity and doubt is checked by some test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from reference_values import entries

from bayes_rsa import exact
from bayes_rsa.frequentist import fisher_test
from bayes_rsa.priors import Prior, zampieri
from bayes_rsa.trial import Trial

FAMILIES = (
    "beta_",
    "logit_",
    "normal.",
    "zampieri_OR2.",
    "abtest.",
    "gd.",
    "howard_",
    "reverse.",
    "box.",
    "prior_ess.",
    "baseline_sens.",
    "mixture.",
    "powerscale.",
    "reweight.",
    "prior.",
    "power_prior.",
    "bias.",
    "misclass.",
    "missing.",
    "fragility.",
)
# Which entries a file checks, the function that does, and how many there are. The functions go
# through the file by prefix and count what they compare, so that an entry cannot slip away.
CHECKED = {
    ("test_exact_reference.py", "test_family"): (
        r"(beta|logit|howard)_.+|abtest\.(?!BF10_l).+",
        741,
    ),
    ("test_exact_reference.py", "test_zampieri"): (
        r"zampieri_OR2\.\w+\.(P_benefit|P_OR_gt_1\.25|OR\.(median|eti_lo|eti_hi))",
        45,
    ),
    ("test_exact_reference.py", "test_normal_approximation"): (
        r"normal\.(counts|reported)\.sd.+",
        180,
    ),
    ("test_exact_reference.py", "test_baseline_sensitivity"): (r"baseline_sens\..+", 24),
    ("test_bayes_factor.py", "test_laplace_approximation_of_abtest"): (r"abtest\.BF10_laplace", 1),
    ("test_bayes_factor.py", "test_gunel_dickey"): (r"gd\..+", 4),
    ("test_reverse_bayes.py", "test_normal_approximation"): (r"reverse\.(counts|reported)\..+", 18),
    ("test_reverse_bayes.py", "test_thresholds"): (r"reverse\.threshold_.+", 2),
    ("test_reverse_bayes.py", "test_exact_analogue"): (r"reverse\.exact\..+", 5),
    ("test_reverse_bayes.py", "test_what_the_printed_interval_implies"): (
        r"normal\.reported\.(theta|se|p_from_ci)",
        3,
    ),
    ("test_conflict.py", "test_reference"): (r"box\..+", 27),
    ("test_prior_ess.py", "test_reference"): (r"prior_ess\..+", 24),
    ("test_prior_ess.py", "test_mixture"): (r"mixture\..+", 6),
    ("test_power_scaling.py", "test_reference"): (r"powerscale\..+", 30),
    ("test_reweighting.py", "test_every_reference_number_about_reweighting"): (r"reweight\..+", 39),
    ("test_prior_archetypes.py", "test_every_reference_number_about_priors"): (r"prior\..+", 21),
    ("test_doubt_exact.py", "test_discount_agrees_with_the_reference_and_its_closed_form"): (
        r"power_prior\.uniform\.a0_[0-9.]+\.P_benefit",
        5,
    ),
    ("test_doubt_tipping.py", "test_discount_that_tips"): (
        r"power_prior\.uniform\.a0_at_P0\.9.+",
        2,
    ),
    ("test_doubt_exact.py", "test_bias_with_a_normal_likelihood"): (r"bias\.normal\.b[0-9].+", 16),
    ("test_doubt_tipping.py", "test_bias_that_tips_with_a_normal_likelihood"): (
        r"bias\.normal\.flat\.bias_at_P0\.975",
        1,
    ),
    ("test_doubt_exact.py", "test_misclassification_agrees_with_the_reference"): (
        r"misclass\..+",
        9,
    ),
    ("test_doubt_tipping.py", "test_imputed_outcomes"): (r"missing\..+", 4),
    ("test_fragility.py", "test_walsh"): (r"fragility\.(fisher|chi2)\..+", 6),
    ("test_fragility.py", "test_bayesian_index"): (r"fragility\.bayes_.+", 12),
    ("test_fragility.py", "test_the_curve"): (r"fragility\.table\..+\.P_benefit_uniform", 6),
    ("test_reference_coverage.py", "test_fisher_of_changed_tables"): (
        r"fragility\.table\..+\.fisher_p",
        6,
    ),
    ("test_reference_coverage.py", "test_zampieri_priors"): (
        r"zampieri_OR2\.\w+\.(prior_.+|normal\..+)",
        36,
    ),
}
HERE = Path(__file__).parent


def wanted() -> set[str]:
    families = [entries(family) for family in FAMILIES]
    return {name for found in families for name, e in found.items() if e.tolerance is not None}


def test_every_entry_is_checked() -> None:
    every, covered = wanted(), set[str]()
    for (file, function), (pattern, count) in CHECKED.items():
        names = {name for name in every if re.fullmatch(pattern, name)}
        assert len(names) == count, (file, function)
        assert not names & covered, (file, function)
        covered |= names
    assert every - covered == set()
    assert len(covered) > 1100


@pytest.mark.parametrize(("file", "function"), CHECKED)
def test_the_check_exists_and_reads_the_file(file: str, function: str) -> None:
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    found = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function)
    names = {n.func.id for n in ast.walk(found) if isinstance(n, ast.Call) and _named(n)}
    assert names & {"entries", "value"}
    assert any(isinstance(n, ast.Assert) for n in ast.walk(found))


def _named(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name)


def test_zampieri_priors() -> None:
    """The nine priors themselves, and their posteriors by the normal approximation."""
    trial = Trial.from_effect(
        measure="OR",
        log_effect=entries("freq.log_or")["freq.log_or"].value,
        standard_error=entries("freq.se_log_or")["freq.se_log_or"].value,
    )
    covered = 0
    for name, prior in zampieri(2.0).items():
        prefix = f"zampieri_OR2.{name.replace(' ', '_')}."
        post = exact.reported_effect(trial, effect=Prior.normal(prior.mean, prior.sd))
        got = {
            "prior_mean": prior.mean,
            "prior_sd": prior.sd,
            "normal.P_benefit": float(post.sf("odds_ratio", 1.0)),
            "normal.OR.median": post.summary("odds_ratio").median,
        }
        for quantity, number in got.items():
            entry = entries(prefix)[prefix + quantity]
            assert number == pytest.approx(entry.value, abs=entry.tolerance), entry.name
            covered += 1
    assert covered == 36


def test_fisher_of_changed_tables() -> None:
    """Up to three outcomes changed in either arm: two more than the index needs."""
    covered = 0
    for step, change in (("control_plus", (0, 1)), ("treat_minus", (-1, 0))):
        for k in (1, 2, 3):
            entry = entries("fragility.table.")[f"fragility.table.{step}{k}.fisher_p"]
            p = fisher_test(60 + k * change[0], 75, 47 + k * change[1], 74).p
            assert p == pytest.approx(entry.value, abs=entry.tolerance), entry.name
            covered += 1
    assert covered == 6
